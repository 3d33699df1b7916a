import datetime as dt

import pytest

from learners import parts
from learners.models import Learner
from scheduler.integrity import differences
from scheduler.models import Card, DayTotal, Review
from scheduler.queue import day_of
from tests.factories import TODAY, make_question
from tests.scheduler.test_grading import answer

pytestmark = pytest.mark.django_db

DAY = dt.timedelta(days=1)


def test_guests_cards_reviews_and_totals_move_to_the_account(learner, guest, at) -> None:
    theirs, ours = make_question(), make_question()
    answer(guest, theirs, 4, at)
    answer(learner, ours, 3, at)
    parts.merge(guest, learner)
    assert not Learner.objects.filter(pk=guest.pk).exists()
    assert set(learner.cards.values_list("question", flat=True)) == {theirs.pk, ours.pk}
    assert learner.reviews.count() == 2
    total = DayTotal.objects.get()
    assert (total.answers, total.recalled, total.introduced) == (2, 2, 2)
    assert list(differences()) == []


def test_card_with_more_answers_lives_and_the_other_is_kept_out_of_sight(learner, guest, at) -> None:
    question = make_question()
    answer(learner, question, 4, at - DAY)
    answer(guest, question, 4, at - 2 * DAY)
    answer(guest, question, 4, at - DAY)
    richer = guest.cards.get()
    parts.merge(guest, learner)
    living = learner.cards.living().get()
    assert living.pk == richer.pk
    assert Card.objects.get(superseded_by=living).reviews.count() == 1
    assert Review.objects.filter(learner=learner).count() == 3
    assert list(differences()) == []


def test_tie_goes_to_the_account(learner, guest, at) -> None:
    question = make_question()
    answer(guest, question, 5, at)
    answer(learner, question, 4, at)
    ours = learner.cards.get()
    parts.merge(guest, learner)
    assert learner.cards.living().get() == ours


def test_superseded_card_is_never_counted_or_asked(learner, guest, at) -> None:
    question = make_question()
    answer(learner, question, 4, at - DAY)
    answer(guest, question, 4, at - DAY)
    parts.merge(guest, learner)
    learner.refresh_from_db()
    assert day_of(learner, at).due == 1


def test_merging_twice_does_nothing(learner, guest, at) -> None:
    answer(guest, make_question(), 4, at)
    parts.merge(guest, learner)
    before = (Review.objects.count(), DayTotal.objects.get().answers)
    parts.merge(guest, learner)
    assert (Review.objects.count(), DayTotal.objects.get().answers) == before


def test_day_studied_as_a_guest_is_not_studied_over_again(learner, guest, at) -> None:
    answer(guest, make_question(), 4, at)
    parts.merge(guest, learner)
    learner.refresh_from_db()
    assert learner.last_study_day == TODAY


def test_erasing_takes_every_row_of_the_learner_and_no_question(learner, at) -> None:
    question = make_question()
    answer(learner, question, 4, at)
    parts.erase(learner)
    assert not Card.objects.exists()
    assert not Review.objects.exists()
    assert not DayTotal.objects.exists()
    question.refresh_from_db()
