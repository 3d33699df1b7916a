"""Two questions become one, and each learner's cards with them."""

import datetime as dt
import random

import pytest

from catalog.merging import merge
from catalog.models import Question
from scheduler import editions, grading, joining, queue
from scheduler.grading import Shown
from scheduler.integrity import differences
from scheduler.models import Card, DayTotal, Review
from tests.factories import TODAY, make_learner, make_question
from tests.scheduler.test_grading import answer, of

pytestmark = pytest.mark.django_db

DAY = dt.timedelta(days=1)


@pytest.fixture
def pair():
    return make_question(prompt="Why late?"), make_question(prompt="Why a day late?")


def join(loser, survivor, at) -> int:
    merge(loser, survivor, by=None, at=at)
    return joining.follow_merges(at)


def living_card(learner) -> Card:
    card: Card = learner.cards.living().get()
    return card


def test_card_goes_to_the_question_that_stays_with_its_schedule_and_its_log(learner, pair, at) -> None:
    loser, survivor = pair
    answer(learner, loser, 4, at - 2 * DAY)
    answer(learner, loser, 4, at - DAY)
    before = living_card(learner)
    assert join(loser, survivor, at) == 1
    card = living_card(learner)
    assert (card.pk, card.question) == (before.pk, survivor)
    assert card.state == before.state
    assert card.reviews.answers().count() == 2
    assert list(differences()) == []
    assert joining.follow_merges(at) == 0


def test_of_two_cards_the_one_with_more_answers_lives_wherever_it_comes_from(pair, at) -> None:
    loser, survivor = pair
    knew_the_loser, knew_the_survivor = make_learner(), make_learner()
    for learner, richer, poorer in ((knew_the_loser, loser, survivor), (knew_the_survivor, survivor, loser)):
        answer(learner, poorer, 4, at - 3 * DAY)
        answer(learner, richer, 4, at - 2 * DAY)
        answer(learner, richer, 4, at - DAY)
    join(loser, survivor, at)
    for learner in (knew_the_loser, knew_the_survivor):
        card = living_card(learner)
        assert (card.question, card.reviews.answers().count(), card.repetitions) == (survivor, 2, 2)
        assert Card.objects.get(superseded_by=card).reviews.count() == 1
        assert learner.reviews.answers().count() == 3
    assert list(differences()) == []


def test_tie_goes_to_the_question_that_stays(learner, pair, at) -> None:
    loser, survivor = pair
    answer(learner, loser, 5, at)
    answer(learner, survivor, 3, at)
    stays = learner.cards.get(question=survivor)
    join(loser, survivor, at)
    assert living_card(learner) == stays


def test_answer_that_was_undone_does_not_count(learner, pair, at) -> None:
    loser, survivor = pair
    answer(learner, survivor, 4, at - DAY)
    review = answer(learner, loser, 4, at)
    grading.undo(who=of(learner), review_id=review.pk, at=at)
    stays = learner.cards.get(question=survivor)
    join(loser, survivor, at)
    assert living_card(learner) == stays
    assert list(differences()) == []


def test_card_that_was_only_skipped_goes_along_and_stays_new(learner, pair, at) -> None:
    loser, survivor = pair
    upcoming = queue._new(learner, loser.pk)
    assert upcoming
    shown = Shown(loser.pk, upcoming.revision_id, 0, at)
    grading.skip(who=of(learner), question=loser, shown=shown, at=at)
    join(loser, survivor, at)
    card = living_card(learner)
    assert (card.question, card.due_on) == (survivor, None)
    assert list(differences()) == []


def test_card_counts_as_up_to_date_with_the_question_that_it_belongs_to_now(learner, pair, at) -> None:
    loser, survivor = pair
    Question.objects.filter(pk=loser.pk).update(edition=5)
    loser.refresh_from_db()
    answer(learner, loser, 4, at)
    join(loser, survivor, at)
    assert living_card(learner).edition == 1
    Question.objects.filter(pk=survivor.pk).update(edition=2)
    assert editions.catch_up(at) == 1
    assert list(differences()) == []


def test_retired_loser_is_not_asked_and_the_survivor_comes_in_its_place(learner, pair, at) -> None:
    loser, survivor = pair
    answer(learner, loser, 4, at - DAY)
    join(loser, survivor, at)
    learner.refresh_from_db()
    upcoming = queue.next_card(learner, queue.day_of(learner, at), at)
    assert upcoming
    assert upcoming.card.question == survivor


def test_three_become_one(learner, pair, at) -> None:
    first, second = pair
    third = make_question(prompt="Why so late?")
    answer(learner, first, 4, at - DAY)
    merge(first, second, by=None, at=at)
    merge(second, third, by=None, at=at)
    joining.follow_merges(at)
    assert living_card(learner).question == third
    assert list(differences()) == []


def test_day_that_was_studied_stays_as_it_was(learner, pair, at) -> None:
    loser, survivor = pair
    answer(learner, loser, 4, at)
    answer(learner, survivor, 1, at)
    before = DayTotal.objects.values().get()
    join(loser, survivor, at)
    assert DayTotal.objects.values().get() == before


def test_undo_after_the_merge_takes_back_the_answer(learner, pair, at) -> None:
    loser, survivor = pair
    answer(learner, loser, 4, at - DAY)
    review = answer(learner, loser, 4, at)
    join(loser, survivor, at)
    grading.undo(who=of(learner), review_id=review.pk, at=at)
    card = living_card(learner)
    assert (card.question, card.due_on, card.repetitions) == (survivor, TODAY, 1)
    assert list(differences()) == []


@pytest.mark.parametrize("seed", range(3))
def test_many_learners_many_answers_and_no_log_that_does_not_replay(pair, at, seed: int) -> None:
    loser, survivor = pair
    chance = random.Random(seed)
    learners = [make_learner() for _ in range(12)]
    for learner in learners:
        for number in range(chance.randrange(5)):
            answer(learner, chance.choice(pair), chance.choice([1, 4, 5]), at - (500 - 110 * number) * DAY)
    answers = Review.objects.answers().count()
    join(loser, survivor, at)
    assert not Card.objects.living().filter(question=loser).exists()
    assert Review.objects.answers().count() == answers
    assert all(learner.cards.living().count() <= 1 for learner in learners)
    assert list(differences()) == []


def test_one_call_deals_with_one_batch(pair, at, monkeypatch) -> None:
    loser, survivor = pair
    for _ in range(3):
        answer(make_learner(), loser, 4, at)
    monkeypatch.setattr(joining, "BATCH", 2)
    assert join(loser, survivor, at) == 2
    assert joining.follow_merges(at) == 1
