import pytest

from catalog.models import Question, QuestionRevision, Resource, Topic
from insights.coverage import (
    Coverage,
    coverage_of_all,
    score_of,
    section_rows,
    topic_rows,
)
from insights.score import Score
from learners.models import Learner
from scheduler.models import Card, Review
from tests.factories import (
    AT,
    analyze,
    make_card,
    make_learner,
    make_many_questions,
    make_question,
    make_reading,
    make_topic,
)
from tests.insights.histories import answer

pytestmark = pytest.mark.django_db


@pytest.fixture
def reading() -> Resource:
    return make_reading(title="Airflow")


def coverage_of(learner: Learner | None, reading: Resource) -> Coverage:
    (row,) = topic_rows(learner, Topic.objects.filter(pk=reading.topic_id))
    return next(line.coverage for line in row.readings if line.reading == reading)


def test_a_card_is_held_from_an_interval_of_thirty_days_on(learner, reading):
    make_card(learner, make_question(resource=reading), interval_days=29)
    make_card(learner, make_question(resource=reading), interval_days=30)
    assert coverage_of(learner, reading) == Coverage(questions=2, held=1, asked=2)


def test_learning_and_not_asked_yet_are_what_remains(learner, reading):
    make_card(learner, make_question(resource=reading), interval_days=95)
    make_card(learner, make_question(resource=reading), interval_days=6)
    make_card(learner, make_question(resource=reading), interval_days=1)
    make_question(resource=reading)
    found = coverage_of(learner, reading)
    assert (found.held, found.learning, found.not_asked) == (1, 2, 1)


def test_a_card_only_skipped_or_whose_first_answer_was_undone_is_not_asked_yet(learner, reading):
    make_card(learner, make_question(resource=reading), interval_days=0, repetitions=0, due_on=None)
    assert coverage_of(learner, reading) == Coverage(questions=1)


def test_a_suspended_card_is_learning_whatever_its_interval(learner, reading):
    make_card(learner, make_question(resource=reading), interval_days=95, suspended_at=AT)
    make_card(learner, make_question(resource=reading), interval_days=0, due_on=None, suspended_at=AT)
    found = coverage_of(learner, reading)
    assert found == Coverage(questions=2, held=0, asked=2, suspended=2)
    assert found.learning == 2


def test_a_card_left_behind_by_a_merge_does_not_count(learner, reading):
    question = make_question(resource=reading)
    alive = make_card(learner, question, interval_days=6)
    make_card(learner, question, interval_days=95, superseded_by=alive)
    assert coverage_of(learner, reading) == Coverage(questions=1, held=0, asked=1)


def test_unpublished_questions_do_not_count_even_when_known(learner, reading):
    for status in (Question.Status.DRAFT, Question.Status.REVIEW, Question.Status.RETIRED):
        make_card(learner, make_question(resource=reading, status=status), interval_days=95)
    assert coverage_of(learner, reading) == Coverage()


def test_another_learners_cards_do_not_count(learner, reading):
    make_card(make_learner(), make_question(resource=reading), interval_days=95)
    assert coverage_of(learner, reading) == Coverage(questions=1)


def test_a_visitor_sees_how_many_questions_there_are(reading):
    make_card(make_learner(), make_question(resource=reading))
    make_question(resource=reading)
    assert coverage_of(None, reading) == Coverage(questions=2)
    assert coverage_of_all(None) == Coverage(questions=2)


def test_a_topic_adds_up_its_readings(learner):
    topic = make_topic()
    for interval in (6, 40):
        make_card(learner, make_question(resource=make_reading(topic=topic)), interval_days=interval)
    make_reading(topic=topic)
    (row,) = topic_rows(learner, Topic.objects.all())
    assert row.coverage == Coverage(questions=2, held=1, asked=2)
    assert [line.coverage.questions for line in row.readings] == [1, 1, 0]


def test_topics_and_readings_stand_in_their_order(learner):
    late, early = make_topic(position=2, title="Tools"), make_topic(position=1, title="CI/CD")
    make_reading(topic=late, position=2, title="Luigi")
    make_reading(topic=late, position=1, title="Airflow")
    rows = topic_rows(learner, Topic.objects.all())
    assert [row.topic for row in rows] == [early, late]
    assert [line.reading.title for line in rows[1].readings] == ["Airflow", "Luigi"]


def test_a_topic_is_followed_until_it_is_unfollowed(learner):
    left, kept = make_topic(), make_topic()
    learner.unfollowed.add(left)
    followed = {row.topic: row.followed for row in topic_rows(learner, Topic.objects.all())}
    assert followed == {left: False, kept: True}


def test_sections_stand_in_the_order_of_their_first_questions(learner, reading):
    make_question(resource=reading, section="DAGs", position=2)
    make_card(learner, make_question(resource=reading, section="Installing", position=1), interval_days=40)
    make_card(learner, make_question(resource=reading, section="DAGs", position=3), interval_days=1)
    assert section_rows(learner, reading) == [
        ("Installing", Coverage(questions=1, held=1, asked=1)),
        ("DAGs", Coverage(questions=2, held=0, asked=1)),
    ]


def test_coverage_of_all_spans_the_readings(learner):
    make_card(learner, interval_days=31)
    make_card(learner, interval_days=1)
    make_question()
    assert coverage_of_all(learner) == Coverage(questions=3, held=1, asked=2)


def test_a_score_counts_first_try_answers_that_stand(learner, reading):
    card = make_card(learner, make_question(resource=reading))
    answer(card, 5, 3, 2, 0)
    answer(card, 4, kind=Review.Kind.DRILL)
    answer(card, 4, undone=True)
    answer(make_card(learner), 5)
    answer(make_card(make_learner(), card.question), 5)
    assert score_of(learner, reading) == Score(reviews=4, recalled=2)


def test_a_score_keeps_the_answers_of_a_card_left_behind_by_a_merge(learner, reading):
    question = make_question(resource=reading)
    alive = make_card(learner, question)
    answer(alive, 4)
    answer(make_card(learner, question, superseded_by=alive), 1)
    assert score_of(learner, reading) == Score(reviews=2, recalled=1)


def test_nothing_asked_is_no_review(learner, reading):
    assert score_of(learner, reading) == Score(reviews=0, recalled=0)


def test_an_empty_catalog_is_covered_by_nothing(learner):
    assert topic_rows(learner, Topic.objects.all()) == []
    assert coverage_of_all(learner) == Coverage()


def five_thousand_questions(learner: Learner, per_reading: int = 250) -> None:
    topic = make_topic()
    for _ in range(5_000 // per_reading):
        make_many_questions(per_reading, make_reading(topic=topic), section=lambda number: f"Section {number % 7}")
    Card.objects.bulk_create(
        Card(learner=learner, question=question, interval_days=number % 60, due_on=AT.date())
        for number, question in enumerate(Question.objects.order_by("pk"))
        if number % 60
    )
    analyze()


def test_five_thousand_questions_are_counted_right_in_as_many_queries_as_ten(learner, django_assert_num_queries):
    for _ in range(10):
        make_question()
    with django_assert_num_queries(4):
        topic_rows(learner, Topic.objects.all())
    QuestionRevision.objects.all().delete()
    Question.objects.all().delete()
    five_thousand_questions(learner)
    with django_assert_num_queries(4):
        rows = topic_rows(learner, Topic.objects.all())
    whole = Coverage(*map(sum, zip(*(row.coverage for row in rows), strict=True)))
    assert whole == Coverage(questions=5_000, held=2_490, asked=4_916) == coverage_of_all(learner)
    reading = Resource.objects.get(pk=Question.objects.values_list("resource", flat=True)[0])
    with django_assert_num_queries(1):
        sections = section_rows(learner, reading)
    assert [row.title for row in sections] == [f"Section {number}" for number in range(7)]
    assert sum(row.coverage.questions for row in sections) == 250
