import datetime as dt
import io
import random

import pytest
from django.core.management import CommandError, call_command

from scheduler import editions, grading, queue
from scheduler.grading import Shown
from scheduler.integrity import differences
from scheduler.models import Card, DayTotal, Review
from tests.factories import TODAY, make_learner, make_question, make_reading
from tests.scheduler.test_grading import answer, of

pytestmark = pytest.mark.django_db

DAY = dt.timedelta(days=1)


def study_at_random(learner, at, *, days: int, seed: int) -> None:
    """Some weeks of study with everything a learner can press."""
    chance = random.Random(seed)
    for number in range(days):
        moment = at + number * DAY
        for _ in range(chance.randrange(4, 14)):
            moment += dt.timedelta(seconds=chance.randrange(1, 90))
            learner.refresh_from_db()
            day = queue.day_of(learner, moment)
            upcoming = queue.next_card(learner, day, moment)
            if day.undo_id and chance.random() < 0.15:
                grading.undo(who=of(learner), review_id=day.undo_id, at=moment)
            elif upcoming:
                shown = Shown(upcoming.card.question_id, upcoming.revision_id, upcoming.card.sequence, moment)
                verb = chance.choices(["grade", "skip", "bury", "suspend", "stop"], [20, 1, 1, 1, 0.3])[0]
                extra = {"quality": chance.choice([1, 1, 2, 3, 4, 4, 5])} if verb == "grade" else {}
                getattr(grading, verb)(
                    who=of(learner), question=upcoming.card.question, shown=shown, at=moment, **extra
                )


@pytest.mark.parametrize("seed", range(3))
def test_log_alone_rebuilds_every_card_and_total(learner, at, seed: int) -> None:
    reading = make_reading()
    questions = [make_question(resource=reading) for _ in range(25)]
    study_at_random(learner, at, days=15, seed=seed)
    type(questions[0]).objects.filter(pk__in=[q.pk for q in questions[:5]]).update(edition=2)
    editions.catch_up(at + 15 * DAY)
    assert Review.objects.filter(undone_at__isnull=False).exists()
    assert list(differences()) == []


def test_card_that_differs_from_its_log_is_named(learner, at) -> None:
    answer(learner, make_question(), 4, at)
    Card.objects.update(interval_days=99)
    assert [sentence for sentence in differences() if "interval_days is 99" in sentence]
    with pytest.raises(CommandError, match="differences"):
        call_command("check_integrity", stdout=io.StringIO())


def test_total_that_differs_from_the_log_is_named(learner, at) -> None:
    answer(learner, make_question(), 4, at)
    DayTotal.objects.update(recalled=7)
    assert [sentence for sentence in differences() if "recalled is 7" in sentence]


def test_missing_total_is_named(learner, at) -> None:
    answer(learner, make_question(), 4, at)
    DayTotal.objects.all().delete()
    assert [sentence for sentence in differences() if "no total" in sentence]


def test_sequence_behind_the_log_is_named(learner, at) -> None:
    answer(learner, make_question(), 4, at)
    Card.objects.update(sequence=0)
    assert [sentence for sentence in differences() if "sequence is 0" in sentence]


def test_changed_meaning_brings_the_card_back_within_three_days_with_its_memory(learner, at) -> None:
    question = make_question()
    review = answer(learner, question, 5, at)
    memory = Card.objects.get().state.memory
    Card.objects.update(due_on=TODAY + 100 * DAY)
    type(question).objects.update(edition=2)
    assert editions.catch_up(at) == 1
    card = Card.objects.get()
    assert card.due_on
    assert TODAY < card.due_on <= TODAY + 3 * DAY
    assert (card.state.memory, card.edition) == (memory, 2)
    assert Review.objects.latest("id").kind == "change"
    assert editions.catch_up(at) == 0
    assert review.undone_at is None


def test_undo_of_an_answer_takes_a_later_change_back_with_it(learner, at) -> None:
    question = make_question()
    review = answer(learner, question, 4, at)
    type(question).objects.update(edition=2)
    editions.catch_up(at)
    grading.undo(who=of(learner), review_id=review.pk, at=at)
    assert list(differences()) == []
    assert Card.objects.get().due_on is None


def test_card_never_answered_is_not_touched_by_a_change(at) -> None:
    learner = make_learner()
    question = make_question()
    shown = Shown(question.pk, question.revisions.get().pk, 0, at)
    grading.skip(who=of(learner), question=question, shown=shown, at=at)
    type(question).objects.update(edition=2)
    assert editions.catch_up(at) == 0
