"""A learner's progress: read from her cards and day totals; the log is read once, grouped by reading."""

import datetime as dt
from typing import NamedTuple

from django.db.models import Count

from catalog.models import Resource
from insights.coverage import SCORE_COUNTS, Coverage, answers_of, coverage_of_all
from insights.score import Score
from insights.weeks import Week, weeks_of
from insights.year import Total, Year, year_of, year_start
from learners.models import Learner
from scheduler.days import study_day
from scheduler.grading import today_of
from scheduler.models import DayTotal

FORECAST_DAYS = 30


class DueDay(NamedTuple):
    day: dt.date
    cards: int


class ReadingScore(NamedTuple):
    reading: Resource
    score: Score


class Progress(NamedTuple):
    """What the page tells; `readings` are those asked about, the surest first."""

    coverage: Coverage
    year: Year
    forecast: list[DueDay]
    weeks: list[Week]
    readings: list[ReadingScore]


def progress_of(learner: Learner, at: dt.datetime) -> Progress | None:
    """The learner's progress at a moment, in five queries; None, after two, if she has answered nothing yet."""
    today = today_of(learner, at)
    coverage = coverage_of_all(learner)
    totals = totals_since(learner, year_start(today))
    readings = reading_scores(learner)
    if not (coverage.asked or totals or readings):
        return None
    began = study_day(learner.created_at, learner.time_zone, learner.day_start)
    return Progress(
        coverage=coverage,
        year=year_of(totals, began=began, today=today),
        forecast=forecast_of(learner, today),
        weeks=weeks_of(totals, today),
        readings=readings,
    )


def totals_since(learner: Learner, since: dt.date) -> list[Total]:
    """Her study days from a date on, by day: at most 366 rows for a year."""
    days = DayTotal.objects.filter(learner=learner, study_day__gte=since).order_by("study_day")
    return [Total(*row) for row in days.values_list(*Total._fields)]


def forecast_of(learner: Learner, today: dt.date) -> list[DueDay]:
    """How many cards come due on each of the thirty study days from tomorrow on."""
    days = [today + dt.timedelta(days=ahead) for ahead in range(1, FORECAST_DAYS + 1)]
    cards = learner.cards.awake(today).filter(due_on__range=(days[0], days[-1])).order_by()
    counted = dict(cards.values("due_on").annotate(cards=Count("pk")).values_list("due_on", "cards"))
    return [DueDay(day, counted.get(day, 0)) for day in days]


def reading_scores(learner: Learner) -> list[ReadingScore]:
    """A score per reading that was asked about, the surest first, and last those that it is too early for."""
    by_reading = answers_of(learner).values("card__question__resource").annotate(**SCORE_COUNTS)
    counted = {row["card__question__resource"]: Score(row["reviews"], row["recalled"]) for row in by_reading}
    readings = Resource.objects.in_bulk(counted)
    rows = [ReadingScore(readings[pk], score) for pk, score in counted.items()]
    return sorted(rows, key=_surest_first)


def _surest_first(row: ReadingScore) -> tuple[bool, float, str]:
    return (row.score.is_early, -row.score.likely.low, row.reading.title)
