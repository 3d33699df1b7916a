"""How much of the reading list a learner knows. Counted in the database, in a number of queries that never changes."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from django.db.models import Count, FilteredRelation, Min, Q, QuerySet

from catalog.models import Question, Resource, Topic
from insights.score import Score
from learners.models import Learner
from scheduler.models import Review
from scheduler.sm2 import PASSING_QUALITY
from scheduler.summary import HELD_FROM_DAYS

SCORE_COUNTS = {"reviews": Count("pk"), "recalled": Count("pk", filter=Q(quality__gte=PASSING_QUALITY))}


class Coverage(NamedTuple):
    """Published questions, and what the learner knows of them.

    `held` rest for 30 days or more; `asked` were answered or put away, the held ones among them; `suspended` of
    those are not asked again until the learner says so, and so are never held.
    """

    questions: int = 0
    held: int = 0
    asked: int = 0
    suspended: int = 0

    @property
    def learning(self) -> int:
        return self.asked - self.held

    @property
    def not_asked(self) -> int:
        return self.questions - self.asked


class SectionRow(NamedTuple):
    title: str
    coverage: Coverage


class ReadingRow(NamedTuple):
    reading: Resource
    coverage: Coverage


class TopicRow(NamedTuple):
    topic: Topic
    readings: list[ReadingRow]
    coverage: Coverage
    followed: bool


def topic_rows(learner: Learner | None, topics: QuerySet[Topic]) -> list[TopicRow]:
    """The topics in their order, each with its readings. Four queries, or three for a visitor."""
    covered = _by_reading(learner, Q(resource__topic__in=topics))
    unfollowed = set(learner.unfollowed.values_list("pk", flat=True)) if learner else set()
    rows = []
    for topic in topics.prefetch_related("readings"):
        readings = [ReadingRow(reading, covered.get(reading.pk, Coverage())) for reading in topic.readings.all()]
        coverage = in_all(row.coverage for row in readings)
        rows.append(TopicRow(topic, readings, coverage, followed=topic.pk not in unfollowed))
    return rows


def section_rows(learner: Learner | None, reading: Resource) -> list[SectionRow]:
    """The reading's sections in the order of their first questions. One query."""
    sections = _counted(learner, Q(resource=reading), "section").annotate(first=Min("position"))
    return [SectionRow(row["section"], _coverage(row)) for row in sections.order_by("first", "section")]


def coverage_of_all(learner: Learner | None) -> Coverage:
    """The whole list. One query."""
    return in_all(_coverage(row) for row in _counted(learner, Q(), "status"))


def score_of(learner: Learner, reading: Resource) -> Score:
    """First-try answers to the reading's questions that stand, the drill not counted. One query."""
    return Score(**answers_of(learner).filter(card__question__resource=reading).aggregate(**SCORE_COUNTS))


def answers_of(learner: Learner) -> QuerySet[Any, Any]:
    """Her first-try answers that stand.

    The card is hers too: saying so lets the database begin from her cards, five times faster than from everybody's.
    """
    answers: QuerySet[Any, Any] = Review.objects.answers().filter(learner=learner, card__learner=learner).order_by()
    return answers


def in_all(coverages: Iterable[Coverage]) -> Coverage:
    """Several coverages added up."""
    return Coverage(*map(sum, zip(*coverages, strict=True)))


def _by_reading(learner: Learner | None, of: Q) -> dict[int, Coverage]:
    return {row["resource"]: _coverage(row) for row in _counted(learner, of, "resource")}


def _counted(learner: Learner | None, of: Q, by: str) -> QuerySet[Any, dict[str, Any]]:
    """Published questions grouped by one of their columns, joined to the learner's one living card of each."""
    questions: QuerySet[Any, Any] = Question.objects.published().filter(of).order_by()
    counts = {"questions": Count("pk")}
    if learner is not None:
        hers = Q(cards__learner=learner, cards__superseded_by=None)
        questions = questions.annotate(card=FilteredRelation("cards", condition=hers))
        put_away = Q(card__suspended_at__isnull=False)
        held = Q(card__interval_days__gte=HELD_FROM_DAYS) & ~put_away
        asked = Q(card__due_on__isnull=False) | put_away
        counts |= {
            "held": Count("card", filter=held),
            "asked": Count("card", filter=asked),
            "suspended": Count("card", filter=put_away),
        }
    counted: QuerySet[Any, dict[str, Any]] = questions.values(by).annotate(**counts)
    return counted


def _coverage(row: dict[str, Any]) -> Coverage:
    return Coverage(**{name: row[name] for name in Coverage._fields if name in row})
