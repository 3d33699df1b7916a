import datetime as dt

import pytest

from scheduler import grading, queue
from scheduler.queue import Scope, day_of, next_card
from tests.factories import TODAY, make_card, make_many_questions, make_question, make_reading, make_topic
from tests.scheduler.test_grading import answer, of, shown

pytestmark = pytest.mark.django_db

DAY = dt.timedelta(days=1)
MINUTE = dt.timedelta(minutes=1)


def up(learner, at, **scope):
    restricted = Scope(**scope)
    return next_card(learner, day_of(learner, at, restricted), at, restricted)


def test_due_cards_come_first_by_date_then_shuffle(learner, at) -> None:
    late = make_card(learner, due_on=TODAY - 2 * DAY, shuffle=9)
    second = make_card(learner, due_on=TODAY, shuffle=2)
    make_question()
    assert up(learner, at).card == late
    late.delete()
    make_card(learner, due_on=TODAY, shuffle=3)
    assert up(learner, at).card == second


def test_new_questions_follow_by_rank_until_the_days_limit(learner, at) -> None:
    learner.new_per_day = 2
    learner.save()
    questions = [make_question(rank=rank) for rank in (30, 10, 20)]
    assert up(learner, at).card.question == questions[1]
    answer(learner, questions[1], 4, at)
    assert up(learner, at).card.question == questions[2]
    answer(learner, questions[2], 4, at)
    assert up(learner, at) is None
    assert day_of(learner, at, Scope()).new == 0
    assert up(learner, at, more=10, more_on=TODAY.isoformat()).card.question == questions[0]


def test_sibling_of_what_was_answered_today_waits_for_another_day(learner, at) -> None:
    first = make_question(concept="scheduling", rank=1)
    sibling = make_question(concept="scheduling", rank=2)
    other = make_question(rank=3)
    assert day_of(learner, at).new_ids == [first.pk, other.pk]
    answer(learner, first, 4, at)
    assert day_of(learner, at).new_ids == [other.pk]
    assert sibling.pk in day_of(learner, at + DAY).new_ids


def test_skipped_card_comes_after_due_and_new(learner, at) -> None:
    skipped = make_card(learner)
    grading.skip(who=of(learner), question=skipped.question, shown=shown(skipped.question, 1, at=at), at=at)
    new = make_question()
    assert up(learner, at).card.question == new
    answer(learner, new, 4, at)
    assert up(learner, at).card == skipped


def test_skipping_again_takes_the_other_skipped_card(learner, at) -> None:
    one, other = make_card(learner), make_card(learner)
    for moment, card in enumerate((one, other)):
        grading.skip(
            who=of(learner), question=card.question, shown=shown(card.question, 1, at=at), at=at + moment * MINUTE
        )
    assert up(learner, at).card == one
    grading.skip(who=of(learner), question=one.question, shown=shown(one.question, 2, at=at), at=at + 5 * MINUTE)
    assert up(learner, at).card == other


def test_skipped_question_waits_when_its_sibling_was_answered(learner, at) -> None:
    skipped, sibling = make_question(concept="scheduling", rank=1), make_question(concept="scheduling", rank=2)
    grading.skip(who=of(learner), question=skipped, shown=shown(skipped, at=at), at=at)
    answer(learner, sibling, 4, at)
    assert up(learner, at) is None


def test_skipped_new_question_does_not_pass_the_limit(learner, at) -> None:
    learner.new_per_day = 1
    learner.save()
    skipped, taken = make_question(rank=1), make_question(rank=2)
    due = make_card(learner, skipped_on=TODAY, touched_at=at)
    grading.skip(who=of(learner), question=skipped, shown=shown(skipped, at=at), at=at - DAY / 24)
    answer(learner, taken, 4, at)
    assert up(learner, at).card == due
    assert day_of(learner, at).skipped == 1


def test_skipped_cards_count_within_the_limit_of_reviews(learner, at) -> None:
    learner.reviews_per_day = 2
    learner.save()
    for skipped_on in (None, TODAY, None, TODAY):
        make_card(learner, skipped_on=skipped_on, touched_at=at)
    day = day_of(learner, at)
    assert (day.due, day.skipped, day.waiting) == (2, 0, 2)


def test_buried_card_is_not_shown_by_its_name_either(learner, at) -> None:
    buried = make_card(learner, buried_on=TODAY)
    other = make_question()
    assert up(learner, at, question=buried.question.slug).card.question == other


def test_drill_is_last_oldest_answer_first(learner, at) -> None:
    first, second = make_question(rank=1), make_question(rank=2)
    answer(learner, first, 1, at)
    answer(learner, second, 3, at + MINUTE)
    upcoming = up(learner, at + 2 * MINUTE)
    assert (upcoming.card.question, upcoming.kind) == (first, "drill")


def test_drill_that_is_left_lapses_with_its_day(learner, at) -> None:
    make_card(learner, due_on=TODAY + 9 * DAY, drill_on=TODAY)
    assert up(learner, at).kind == "drill"
    assert up(learner, at + DAY) is None


@pytest.mark.parametrize(("minutes", "rests"), [(0, 0), (9, 9), (10, None)])
def test_last_card_rests_for_ten_minutes_before_it_is_drilled(learner, at, minutes: int, rests: int | None) -> None:
    answer(learner, make_question(), 1, at)
    assert up(learner, at + minutes * MINUTE).rests_since_minutes == rests


def test_suspended_and_buried_and_retired_are_not_asked(learner, at) -> None:
    make_card(learner, suspended_at=at)
    make_card(learner, buried_on=TODAY)
    make_card(learner, make_question(status="retired"))
    assert up(learner, at) is None
    assert up(learner, at + DAY).card.buried_on == TODAY


def test_limit_of_reviews_a_day_holds_back_due_cards_and_says_how_many(learner, at) -> None:
    learner.reviews_per_day = 2
    learner.save()
    for _ in range(5):
        make_card(learner)
    day = day_of(learner, at)
    assert (day.due, day.waiting) == (2, 3)
    for _ in range(2):
        answer(learner, up(learner, at).card.question, 4, at)
    assert up(learner, at) is None
    assert day_of(learner, at).waiting == 3


def test_unfollowed_topic_gives_no_new_questions_and_keeps_its_due_cards(learner, at) -> None:
    topic = make_topic()
    question = make_question(resource=make_reading(topic=topic))
    learner.unfollowed.add(topic)
    assert up(learner, at) is None
    make_card(learner, question)
    assert up(learner, at).card.question == question


def test_reading_and_topic_restrict_what_is_asked(learner, at) -> None:
    card, elsewhere = make_card(learner), make_card(learner, due_on=TODAY - DAY)
    reading = card.question.resource
    assert up(learner, at, reading=reading.slug).card == card
    assert up(learner, at, topic=elsewhere.question.resource.topic.slug).card == elsewhere


def test_question_asked_for_by_name_comes_first_if_it_is_due_or_new(learner, at) -> None:
    make_card(learner, due_on=TODAY - DAY)
    wanted = make_question()
    resting = make_card(learner, due_on=TODAY + DAY)
    assert up(learner, at, question=wanted.slug).card.question == wanted
    assert up(learner, at, question=resting.question.slug).card != resting


def test_study_ahead_offers_the_soonest_and_not_the_same_twice(learner, at) -> None:
    later, sooner = make_card(learner, due_on=TODAY + 9 * DAY), make_card(learner, due_on=TODAY + 2 * DAY)
    assert up(learner, at, ahead=True).card == sooner
    grading.study_ahead(who=of(learner), question=sooner.question, shown=shown(sooner.question, 1, at=at), at=at)
    assert up(learner, at, ahead=True).card == later


def test_undone_first_answer_is_asked_again_with_its_own_sequence(learner, at) -> None:
    question = make_question()
    review = answer(learner, question, 4, at)
    grading.undo(who=of(learner), review_id=review.pk, at=at)
    upcoming = up(learner, at)
    assert (upcoming.card.question, upcoming.kind, upcoming.card.sequence) == (question, "new", 2)


def test_another_learners_cards_are_never_offered(learner, guest, at) -> None:
    make_card(guest)
    assert day_of(learner, at).due == 0


def test_count_of_due_stops_beyond_two_hundred(learner, at) -> None:
    from scheduler.models import Card

    questions = make_many_questions(205, make_reading())
    Card.objects.bulk_create(Card(learner=learner, question=q, due_on=TODAY, sequence=1) for q in questions)
    learner.reviews_per_day = 2000
    learner.save()
    assert day_of(learner, at).due == queue.COUNTED_UP_TO + 1


@pytest.mark.parametrize(
    ("answers", "elapsed_ms", "pace"), [(9, 90_000, 15_000), (10, 100_000, 10_000), (10, 10, 1_000)]
)
def test_pace_is_the_learners_own_from_ten_answers_on(answers: int, elapsed_ms: int, pace: int) -> None:
    assert queue.pace_ms(answers, elapsed_ms) == pace


def test_empty_catalog_has_nothing_to_ask(db, at) -> None:
    assert next_card(None, day_of(None, at), at) is None
