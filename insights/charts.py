"""Where the parts of a figure stand. Pure.

Lengths are in percent of the figure and end up in SVG attributes: the figure stretches with the page, its text does
not, and the page needs no style of its own.
"""

import datetime as dt
from collections.abc import Sequence
from typing import NamedTuple

from insights.progress import DueDay
from insights.score import Score
from insights.weeks import Week

BAR_SHARE = 0.72
BARS_TOP, BARS_BOTTOM = 16.0, 82.0
LABELS_APART_DAYS = 6
DOTS_LEFT, DOTS_TOP, DOTS_BOTTOM = 10.5, 5.0, 84.0
WEEKS_PER_LABEL = 4
# The mark of 100 % has a width, and ends where the line ends.
LIKELY_SPAN = 99.4


class Bar(NamedTuple):
    """A day's bar; `cards` is told above it only where `is_told`, its date below only where `is_dated`."""

    x: str
    y: str
    width: str
    height: str
    middle: str
    cards_y: str
    cards: int
    is_told: bool
    day: dt.date
    is_dated: bool
    anchor: str


class Dot(NamedTuple):
    """A week's score; `y`, `low` and `high` are None for a week of rest."""

    x: str
    y: str | None
    low: str | None
    high: str | None
    is_running: bool
    monday: dt.date
    is_dated: bool
    anchor: str


class Line(NamedTuple):
    y: str
    label: str


class DotChart(NamedTuple):
    lines: list[Line]
    dots: list[Dot]
    left: str


class LikelyChart(NamedTuple):
    """The likely range of a score on a line from 0 to 100 %."""

    x: str
    width: str
    at: str


class RecallChart(NamedTuple):
    """A likely chart of what was recalled, and where what was expected stands on its line."""

    x: str
    width: str
    at: str
    expected: str


def bar_chart(days: Sequence[DueDay]) -> list[Bar]:
    """A bar a day: the first and the fullest with their counts, the first day and the Mondays well after it dated."""
    most = max(day.cards for day in days) or 1
    fullest = fullest_day(days)
    pitch = 100 / len(days)
    bars = []
    for place, day in enumerate(days):
        height = (BARS_BOTTOM - BARS_TOP) * day.cards / most
        left = pitch * (place + (1 - BAR_SHARE) / 2)
        is_first, is_late = place == 0, place > len(days) - LABELS_APART_DAYS / 2
        bars.append(
            Bar(
                x=_percent(left),
                y=_percent(BARS_BOTTOM - height),
                width=_percent(pitch * BAR_SHARE),
                height=_percent(height),
                middle=_percent(left + pitch * BAR_SHARE / 2),
                cards_y=_percent(BARS_BOTTOM - height - 4),
                cards=day.cards,
                is_told=is_first or day == fullest,
                day=day.day,
                is_dated=is_first or (day.day.weekday() == 0 and place >= LABELS_APART_DAYS),
                anchor="start" if is_first else "end" if is_late else "middle",
            )
        )
    return bars


def fullest_day(days: Sequence[DueDay]) -> DueDay:
    """The first of those with the most cards."""
    return max(days, key=lambda day: day.cards)


def dot_chart(weeks: Sequence[Week]) -> DotChart:
    """A dot and its likely range per week, above a floor that leaves none of them out."""
    lowest = min((week.score.likely.low for week in weeks if week.score), default=1.0)
    floor, step = _scale(lowest)

    def height(share: float) -> str:
        return _percent(DOTS_BOTTOM - (DOTS_BOTTOM - DOTS_TOP) * (share * 100 - floor) / (100 - floor))

    pitch = (100 - DOTS_LEFT) / len(weeks)
    dots = [
        Dot(
            x=_percent(DOTS_LEFT + pitch * (place + 0.5)),
            y=height(week.score.share) if week.score else None,
            low=height(week.score.likely.low) if week.score else None,
            high=height(week.score.likely.high) if week.score else None,
            is_running=week.is_running,
            monday=week.monday,
            is_dated=week.is_running or place % WEEKS_PER_LABEL == 0,
            anchor="end" if week.is_running else "middle",
        )
        for place, week in enumerate(weeks)
    ]
    lines = [Line(height(value / 100), f"{value}%") for value in range(floor, 101, step)]
    return DotChart(lines, dots, left=_percent(DOTS_LEFT))


def likely_chart(score: Score) -> LikelyChart:
    low, high = score.likely
    return LikelyChart(
        x=_percent(low * 100), width=_percent((high - low) * 100), at=_percent(score.share * LIKELY_SPAN)
    )


def recall_chart(recalled: int, reviews: int, expected: float) -> RecallChart:
    """`expected` of the reviews, as a count like the others, would be recalled of the middle question."""
    score = Score(reviews, recalled)
    return RecallChart(*likely_chart(score), expected=_percent(expected / reviews * LIKELY_SPAN))


def share_bar(share: float) -> str:
    """The width of a bar for a share from 0 to 1."""
    return _percent(share * 100)


def _scale(lowest: float) -> tuple[int, int]:
    """The floor of the figure and the distance of its lines, in percent: finer where nothing is below a half."""
    if lowest >= 0.5:
        return 50, 10
    return int(lowest * 5) * 20, 20


def _percent(length: float) -> str:
    return f"{length:.2f}%"
