import datetime as dt

from insights.score import Score
from insights.weeks import score_of_weeks, weeks_of
from insights.year import Total

MONDAY = dt.date(2026, 11, 23)


def total(day: dt.date, answers: int, recalled: int) -> Total:
    return Total(day, answers, recalled, introduced=0, elapsed_ms=0)


def test_twelve_weeks_begin_on_mondays_and_the_last_is_running() -> None:
    weeks = weeks_of([], MONDAY + dt.timedelta(days=6))
    assert [week.monday for week in (weeks[0], weeks[-1])] == [dt.date(2026, 9, 7), MONDAY]
    assert [week.is_running for week in weeks] == [False] * 11 + [True]


def test_a_week_goes_from_monday_to_sunday() -> None:
    totals = [total(dt.date(2026, 11, day), 10, recalled) for day, recalled in ((15, 1), (16, 2), (22, 3), (23, 4))]
    scores = [week.score for week in weeks_of(totals, MONDAY)][-3:]
    assert scores == [Score(10, 1), Score(20, 5), Score(10, 4)]


def test_a_week_of_rest_has_no_score() -> None:
    assert {week.score for week in weeks_of([], MONDAY)} == {None}


def test_what_is_older_than_twelve_weeks_is_left_out() -> None:
    weeks = weeks_of([total(dt.date(2026, 9, 6), 9, 9), total(dt.date(2026, 9, 7), 2, 1)], MONDAY)
    assert score_of_weeks(weeks) == Score(2, 1)
