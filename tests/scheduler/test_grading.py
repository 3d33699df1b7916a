import datetime as dt

import pytest

from catalog.models import QuestionRevision
from learners.models import Learner
from scheduler import grading
from scheduler.grading import Response, Shown
from scheduler.models import Card, DayTotal, Review
from scheduler.transitions import CardState
from tests.factories import TODAY, make_card, make_learner, make_question

pytestmark = pytest.mark.django_db

DAY = dt.timedelta(days=1)
MINUTE = dt.timedelta(minutes=1)


def of(learner: Learner):
    return Learner.objects.filter(pk=learner.pk)


def shown(question, sequence=0, *, at, seconds_ago=5) -> Shown:
    revision = question.revisions.get(number=question.revision)
    return Shown(question.pk, revision.pk, sequence, at - dt.timedelta(seconds=seconds_ago))


def answer(learner, question, quality, at, **response) -> Review:
    card = learner.cards.filter(question=question, superseded_by=None).first()
    sequence = card.sequence if card else 0
    _, review = grading.grade(
        who=of(learner),
        question=question,
        shown=shown(question, sequence, at=at),
        quality=quality,
        at=at,
        response=Response(**response) if response else None,
    )
    return review


def test_first_answer_makes_the_card_and_its_log(learner, at) -> None:
    question = make_question()
    review = answer(learner, question, 4, at)
    card = Card.objects.get()
    assert (card.interval_days, card.repetitions, card.due_on, card.sequence) == (1, 1, TODAY + DAY, 1)
    assert (review.kind, review.quality, review.study_day, review.elapsed_ms) == ("answer", 4, TODAY, 5000)
    assert CardState.from_json(review.before) == CardState()
    assert CardState.from_json(review.after) == card.state


def test_days_total_counts_answers_recalls_first_answers_and_time(learner, at) -> None:
    for quality in (4, 1, 3):
        answer(learner, make_question(), quality, at)
    total = DayTotal.objects.get()
    assert (total.answers, total.recalled, total.introduced, total.elapsed_ms) == (3, 2, 3, 15_000)


def test_time_to_answer_is_capped_at_a_minute(learner, at) -> None:
    question = make_question()
    grading.grade(who=of(learner), question=question, shown=shown(question, at=at, seconds_ago=600), quality=4, at=at)
    assert Review.objects.get().elapsed_ms == 60_000


def test_same_answer_twice_is_one_review(learner, at) -> None:
    question = make_question()
    ticket = shown(question, at=at)
    grading.grade(who=of(learner), question=question, shown=ticket, quality=4, at=at)
    with pytest.raises(grading.AlreadyAnswered):
        grading.grade(who=of(learner), question=question, shown=ticket, quality=4, at=at)
    assert Review.objects.count() == 1


def test_hard_advances_the_schedule_and_is_drilled(learner, at) -> None:
    question = make_question()
    answer(learner, question, 3, at)
    card = Card.objects.get()
    assert (card.due_on, card.drill_on, card.repetitions) == (TODAY + DAY, TODAY, 1)


def test_drill_moves_neither_memory_nor_date_and_ends_at_four(learner, at) -> None:
    question = make_question()
    answer(learner, question, 1, at)
    before = Card.objects.get()
    assert answer(learner, question, 3, at + MINUTE).kind == "drill"
    assert Card.objects.get().drill_on == TODAY
    assert answer(learner, question, 4, at + 2 * MINUTE).kind == "drill"
    card = Card.objects.get()
    assert card.drill_on is None
    assert (card.state.memory, card.due_on) == (before.state.memory, before.due_on)
    assert DayTotal.objects.get().answers == 1


def test_drill_shown_before_the_days_end_counts_for_nothing_after_it(learner, at) -> None:
    question = make_question()
    card = make_card(learner, question, due_on=TODAY + 30 * DAY, drill_on=TODAY)
    with pytest.raises(grading.DrillEnded):
        grading.grade(
            who=of(learner), question=question, shown=shown(question, card.sequence, at=at), quality=4, at=at + DAY
        )
    assert not Review.objects.exists()


def test_failing_drill_card_of_yesterday_is_an_ordinary_answer_today(learner, at) -> None:
    question = make_question()
    answer(learner, question, 1, at)
    assert answer(learner, question, 4, at + DAY).kind == "answer"


def test_lapse_is_counted_only_on_a_card_that_was_recalled_before(learner, at) -> None:
    question = make_question()
    answer(learner, question, 1, at)
    assert Card.objects.get().lapses == 0
    answer(learner, question, 4, at + DAY)
    answer(learner, question, 1, at + 2 * DAY)
    assert Card.objects.get().lapses == 1


def test_late_answer_takes_the_interval_that_was_planned(learner, at) -> None:
    question = make_question()
    make_card(learner, question, interval_days=6, repetitions=2, due_on=TODAY - 100 * DAY)
    answer(learner, question, 4, at)
    assert Card.objects.get().due_on == TODAY + 15 * DAY


def test_answer_to_another_meaning_does_not_count(learner, at) -> None:
    question = make_question()
    ticket = shown(question, at=at)
    QuestionRevision.objects.create(
        question=question, number=2, edition=2, change="meaning", content={"kind": "recall"}, at=at
    )
    type(question).objects.filter(pk=question.pk).update(edition=2, revision=2)
    with pytest.raises(grading.QuestionChanged):
        grading.question_as_shown(ticket)


@pytest.mark.parametrize(("key", "recorded"), [(2, True), (3, False)])
def test_answer_to_a_reworded_question_counts_unless_its_key_moved(learner, at, key: int, recorded: bool) -> None:
    question = make_question("choice")
    options = [{"number": number, "text": "", "correct": number == 2, "why": ""} for number in (1, 2, 3)]
    question.revisions.update(content={"kind": "choice", "choices": options})
    ticket = shown(question, at=at)
    moved = [option | {"correct": option["number"] == key} for option in options]
    QuestionRevision.objects.create(
        question=question, number=2, edition=1, change="typo", content={"kind": "choice", "choices": moved}, at=at
    )
    type(question).objects.filter(pk=question.pk).update(revision=2)
    if recorded:
        assert grading.question_as_shown(ticket) == question
    else:
        with pytest.raises(grading.QuestionChanged):
            grading.question_as_shown(ticket)


def test_answer_to_a_retired_question_does_not_count(learner, at) -> None:
    question = make_question()
    ticket = shown(question, at=at)
    type(question).objects.filter(pk=question.pk).update(status="retired")
    with pytest.raises(grading.QuestionGone):
        grading.question_as_shown(ticket)


def test_undo_restores_card_total_and_drill_and_raises_the_sequence(learner, at) -> None:
    question = make_question()
    answer(learner, question, 4, at - DAY)
    before, total = Card.objects.get(), DayTotal.objects.get()
    review = answer(learner, question, 1, at)
    grading.undo(who=of(learner), review_id=review.pk, at=at + MINUTE)
    after = Card.objects.get()
    assert after.state == before.state
    assert after.sequence > before.sequence
    assert DayTotal.objects.get(study_day=TODAY).answers == 0
    assert DayTotal.objects.get(study_day=TODAY - DAY) == total
    assert Review.objects.get(pk=review.pk).undone_at == at + MINUTE


def test_undone_first_answer_leaves_a_new_card(learner, at) -> None:
    review = answer(learner, make_question(), 4, at)
    grading.undo(who=of(learner), review_id=review.pk, at=at)
    assert Card.objects.get().due_on is None
    assert DayTotal.objects.get().introduced == 0


def test_second_press_on_undo_takes_back_nothing_more(learner, at) -> None:
    answer(learner, make_question(), 4, at)
    latest = answer(learner, make_question(), 4, at)
    grading.undo(who=of(learner), review_id=latest.pk, at=at)
    with pytest.raises(grading.AlreadyAnswered):
        grading.undo(who=of(learner), review_id=latest.pk, at=at)
    assert Review.objects.standing().count() == 1


def test_undo_goes_back_through_the_whole_day_and_not_into_yesterday(learner, at) -> None:
    first = answer(learner, make_question(), 4, at - DAY)
    today = [answer(learner, make_question(), 4, at) for _ in range(3)]
    for review in reversed(today):
        grading.undo(who=of(learner), review_id=review.pk, at=at)
    with pytest.raises(grading.AlreadyAnswered):
        grading.undo(who=of(learner), review_id=first.pk, at=at)
    assert list(Review.objects.standing()) == [first]


def test_another_learners_review_cannot_be_undone(learner, at) -> None:
    theirs = answer(make_learner(), make_question(), 4, at)
    with pytest.raises(grading.AlreadyAnswered):
        grading.undo(who=of(learner), review_id=theirs.pk, at=at)


def test_study_day_never_goes_back(learner, at) -> None:
    question = make_question()
    answer(learner, question, 4, at)
    Learner.objects.filter(pk=learner.pk).update(time_zone="Pacific/Pago_Pago")
    assert answer(learner, make_question(), 4, at + MINUTE).study_day == TODAY


@pytest.mark.parametrize("verb", [grading.skip, grading.bury, grading.suspend, grading.stop])
def test_setting_a_card_aside_is_logged_without_a_quality_and_can_be_undone(learner, at, verb) -> None:
    question = make_question()
    _, review = verb(who=of(learner), question=question, shown=shown(question, at=at), at=at)
    assert review.quality is None
    assert not DayTotal.objects.exists()
    grading.undo(who=of(learner), review_id=review.pk, at=at)
    card = Card.objects.get()
    assert card.state == CardState()
    learner.refresh_from_db()
    assert (learner.stopped_on, learner.last_study_day) == (None, TODAY)


def test_suspended_card_is_asked_again_after_resume(learner, at) -> None:
    question = make_question()
    grading.suspend(who=of(learner), question=question, shown=shown(question, at=at), at=at)
    card = Card.objects.get()
    assert card.suspended_at == at
    grading.resume(who=of(learner), card_id=card.pk, at=at)
    assert Card.objects.get().suspended_at is None
    with pytest.raises(grading.AlreadyAnswered):
        grading.resume(who=of(learner), card_id=card.pk, at=at)


def test_studying_ahead_is_logged_and_touches_no_memory_and_no_total(learner, at) -> None:
    question = make_question()
    card = make_card(learner, question, due_on=TODAY + 5 * DAY)
    _, review = grading.study_ahead(
        who=of(learner), question=question, shown=shown(question, card.sequence, at=at), at=at
    )
    after = Card.objects.get()
    assert (after.state.memory, after.due_on, after.drill_on) == (card.state.memory, card.due_on, None)
    assert (review.kind, review.quality) == ("ahead", None)
    assert not DayTotal.objects.exists()
