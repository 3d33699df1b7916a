"""What was recalled, week by week. Pure."""

import datetime as dt
from collections.abc import Sequence
from typing import NamedTuple

from insights.score import Score
from insights.year import Total

WEEKS = 12


class Week(NamedTuple):
    """Seven study days from `monday`; `score` is None for a week of rest."""

    monday: dt.date
    score: Score | None
    is_running: bool


def weeks_of(totals: Sequence[Total], today: dt.date) -> list[Week]:
    """The last twelve weeks, the running one at the end."""
    running = today - dt.timedelta(days=today.weekday())
    mondays = [running - dt.timedelta(weeks=ago) for ago in reversed(range(WEEKS))]
    scores = {monday: [0, 0] for monday in mondays}
    for total in totals:
        monday = total.study_day - dt.timedelta(days=total.study_day.weekday())
        if monday in scores:
            scores[monday][0] += total.answers
            scores[monday][1] += total.recalled
    return [
        Week(monday, Score(reviews, recalled) if reviews else None, is_running=monday == running)
        for monday, (reviews, recalled) in scores.items()
    ]


def score_of_weeks(weeks: Sequence[Week]) -> Score:
    """All of them together."""
    scores = [week.score for week in weeks if week.score]
    return Score(sum(score.reviews for score in scores), sum(score.recalled for score in scores))
