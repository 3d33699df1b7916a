import datetime as dt

from insights.year import Total, level, year_of, year_start

TODAY = dt.date(2026, 11, 23)
LONG_AGO = dt.date(2024, 1, 1)


def total(day: dt.date, answers: int, recalled: int = 0, introduced: int = 0) -> Total:
    return Total(day, answers, recalled, introduced, elapsed_ms=1000)


def test_a_year_starts_with_the_month_after_the_same_month_of_last_year() -> None:
    assert year_start(TODAY) == dt.date(2025, 12, 1)
    assert year_start(dt.date(2026, 12, 31)) == dt.date(2026, 1, 1)
    assert year_start(dt.date(2024, 2, 29)) == dt.date(2023, 3, 1)


def test_squares_grow_at_one_five_ten_and_fifteen_reviews() -> None:
    assert [level(answers) for answers in (0, 1, 4, 5, 9, 10, 14, 15, 200)] == [0, 1, 1, 2, 2, 3, 3, 4, 4]


def test_a_year_has_twelve_months_and_counts_every_day_up_to_today() -> None:
    year = year_of([], began=LONG_AGO, today=TODAY)
    assert [month.first for month in year.months][::11] == [dt.date(2025, 12, 1), dt.date(2026, 11, 1)]
    assert len(year.months) == 12
    assert year.days == 358
    assert sum(day is not None for month in year.months for day in month.days) == 358


def test_days_that_do_not_exist_or_have_not_come_have_no_square() -> None:
    year = year_of([], began=LONG_AGO, today=TODAY)
    february, november = year.months[2], year.months[11]
    assert [day is not None for day in february.days] == [True] * 28 + [False] * 3
    assert [day is not None for day in november.days] == [True] * 23 + [False] * 8


def test_only_today_is_ringed() -> None:
    year = year_of([], began=LONG_AGO, today=TODAY)
    assert [day.day for month in year.months for day in month.days if day and day.is_today] == [TODAY]


def test_a_month_adds_up_its_days_and_the_year_its_months() -> None:
    totals = [
        total(dt.date(2025, 12, 7), 3, recalled=2, introduced=1),
        total(dt.date(2025, 12, 31), 15, recalled=15),
        total(dt.date(2026, 11, 23), 6, recalled=4),
    ]
    year = year_of(totals, began=LONG_AGO, today=TODAY)
    december = year.months[0]
    assert (december.studied, december.total.answers, december.total.recalled, december.total.introduced) == (
        2,
        18,
        17,
        1,
    )
    assert [day.level for day in december.days if day and day.answers] == [1, 4]
    assert (year.reviews, year.studied) == (24, 3)


def test_a_day_of_repetitions_alone_is_a_day_of_rest() -> None:
    year = year_of([total(TODAY, 0)], began=TODAY, today=TODAY)
    assert (year.reviews, year.studied, year.days) == (0, 0, 1)


def test_who_began_this_month_is_told_of_the_days_since() -> None:
    year = year_of([total(dt.date(2026, 11, 22), 4)], began=dt.date(2026, 11, 20), today=TODAY)
    assert (len(year.months), year.days, year.since) == (1, 4, dt.date(2026, 11, 20))
    assert [day.day.day for day in year.months[0].days if day] == [20, 21, 22, 23]


def test_days_merged_from_before_the_account_was_made_are_in_the_year() -> None:
    year = year_of([total(dt.date(2026, 10, 30), 4)], began=TODAY, today=TODAY)
    assert (year.since, year.reviews) == (dt.date(2026, 10, 30), 4)
