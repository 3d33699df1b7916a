import datetime as dt

from insights.charts import bar_chart, dot_chart, likely_chart
from insights.progress import DueDay
from insights.score import Score
from insights.weeks import Week

TUESDAY = dt.date(2026, 11, 24)


def due(*cards: int) -> list[DueDay]:
    return [DueDay(TUESDAY + dt.timedelta(days=place), count) for place, count in enumerate(cards)]


def weeks(*scores: Score | None) -> list[Week]:
    first = dt.date(2026, 9, 7)
    last = len(scores) - 1
    return [Week(first + dt.timedelta(weeks=place), score, place == last) for place, score in enumerate(scores)]


def share(length: str) -> float:
    return float(length.removesuffix("%"))


def test_first_and_fullest_bar_are_told() -> None:
    assert [bar.cards for bar in bar_chart(due(5, 2, 11, 11, 3)) if bar.is_told] == [5, 11]


def test_bars_are_as_high_as_their_counts() -> None:
    one, four, none = (share(bar.height) for bar in bar_chart(due(1, 4, 0)))
    assert one * 4 == four
    assert none == 0


def test_a_month_without_due_cards_has_bars_without_height() -> None:
    assert {bar.height for bar in bar_chart(due(*[0] * 30))} == {"0.00%"}


def test_dates_stand_under_the_first_bar_and_the_mondays_that_leave_it_room() -> None:
    days = [bar.day.day for bar in bar_chart(due(*[1] * 30)) if bar.is_dated]
    assert days == [24, 30, 7, 14, 21]


def test_bars_stay_within_the_figure() -> None:
    last = bar_chart(due(*[1] * 30))[-1]
    assert share(last.x) + share(last.width) < 100


def test_a_higher_score_stands_higher_and_within_its_range() -> None:
    low, high = dot_chart(weeks(Score(40, 30), Score(40, 38))).dots
    assert share(low.y or "") > share(high.y or "")
    assert share(high.high or "") < share(high.y or "") < share(high.low or "")


def test_the_lines_reach_below_the_lowest_range() -> None:
    assert next(line.label for line in dot_chart(weeks(Score(400, 380))).lines) == "50%"
    assert next(line.label for line in dot_chart(weeks(Score(1, 0))).lines) == "0%"
    assert [line.label for line in dot_chart(weeks(Score(20, 12))).lines] == ["20%", "40%", "60%", "80%", "100%"]


def test_a_week_of_rest_has_no_dot() -> None:
    assert [dot.y is None for dot in dot_chart(weeks(None, Score(10, 10))).dots] == [True, False]


def test_a_score_lies_within_its_likely_range() -> None:
    chart = likely_chart(Score(83, 71))
    assert share(chart.x) < share(chart.at) < share(chart.x) + share(chart.width)
