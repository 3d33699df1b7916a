"""The year in squares: a row per month, a column per day. Pure."""

import calendar
import datetime as dt
from collections.abc import Iterable, Sequence
from typing import NamedTuple

MONTHS = 12
COLUMNS = range(1, 32)
LEVELS_FROM = (1, 5, 10, 15)


class Total(NamedTuple):
    """A learner's study day, or several added up: reviews, those recalled at the first try, those of new questions."""

    study_day: dt.date
    answers: int
    recalled: int
    introduced: int
    elapsed_ms: int


class Day(NamedTuple):
    day: dt.date
    answers: int
    level: int
    is_today: bool


class Month(NamedTuple):
    """`days` has a place for each of 31 columns: None where there is no such day, or it is not of the year told of."""

    first: dt.date
    days: list[Day | None]
    studied: int
    total: Total


class Year(NamedTuple):
    """Reviews on `studied` of `days` days, from `since` to today; `months` end with the running one."""

    since: dt.date
    months: list[Month]
    reviews: int
    studied: int
    days: int


def year_start(today: dt.date) -> dt.date:
    """The first of the month that began eleven months before the running one."""
    months = today.year * 12 + today.month - MONTHS
    return dt.date(months // 12, months % 12 + 1, 1)


def level(answers: int) -> int:
    """How large and dark a day's square is: 0 for a day of rest, to 4."""
    return sum(answers >= least for least in LEVELS_FROM)


def year_of(totals: Sequence[Total], *, began: dt.date, today: dt.date) -> Year:
    """The twelve months up to today, or fewer for a learner who began since. `totals` are of that time, by day."""
    since = max(year_start(today), min([began, today, *(total.study_day for total in totals)]))
    by_day = {total.study_day: total for total in totals if total.answers}
    months = [_month(first, by_day, since, today) for first in _months(since, today)]
    return Year(
        since=since,
        months=months,
        reviews=sum(month.total.answers for month in months),
        studied=sum(month.studied for month in months),
        days=(today - since).days + 1,
    )


def _months(since: dt.date, today: dt.date) -> list[dt.date]:
    numbers = range(since.year * 12 + since.month - 1, today.year * 12 + today.month)
    return [dt.date(number // 12, number % 12 + 1, 1) for number in numbers]


def _month(first: dt.date, by_day: dict[dt.date, Total], since: dt.date, today: dt.date) -> Month:
    length = calendar.monthrange(first.year, first.month)[1]
    dates = [first.replace(day=column) if column <= length else None for column in COLUMNS]
    days = [_day(day, by_day, today) if day and since <= day <= today else None for day in dates]
    of_month = [by_day[day] for day in dates if day in by_day]
    return Month(first, days, studied=len(of_month), total=added(first, of_month))


def _day(day: dt.date, by_day: dict[dt.date, Total], today: dt.date) -> Day:
    answers = by_day[day].answers if day in by_day else 0
    return Day(day, answers, level(answers), is_today=day == today)


def added(first: dt.date, totals: Iterable[Total]) -> Total:
    """Several days as one, which is named after its first."""
    rows = list(totals)
    return Total(
        first,
        answers=sum(row.answers for row in rows),
        recalled=sum(row.recalled for row in rows),
        introduced=sum(row.introduced for row in rows),
        elapsed_ms=sum(row.elapsed_ms for row in rows),
    )
