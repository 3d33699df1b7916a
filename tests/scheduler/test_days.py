import datetime as dt
import zoneinfo
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.days import moment_at, study_day
from tests.scheduler.clocks import first_reached, longest_gap, stretches_of, telling_days

FOUR = dt.time(4)
ZONES = sorted(zoneinfo.available_timezones())


def moment(text: str, zone: str = "UTC") -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


@pytest.mark.parametrize(
    ("at", "day"),
    [
        ("2026-11-23T03:59:59", 22),
        ("2026-11-23T04:00:00", 23),
        ("2026-11-23T23:59:59", 23),
        ("2026-11-24T00:30:00", 23),
    ],
)
def test_night_before_the_day_start_belongs_to_the_day_before(at: str, day: int) -> None:
    assert study_day(moment(at, "Europe/Berlin"), "Europe/Berlin", FOUR) == dt.date(2026, 11, day)


def test_one_moment_is_two_days_in_two_zones() -> None:
    at = moment("2026-11-23T10:30:00")
    assert study_day(at, "Pacific/Kiritimati", FOUR) == dt.date(2026, 11, 23)
    assert study_day(moment("2026-11-23T14:30:00"), "Pacific/Kiritimati", FOUR) == dt.date(2026, 11, 24)
    assert study_day(moment("2026-11-23T14:30:00"), "Pacific/Pago_Pago", FOUR) == dt.date(2026, 11, 22)


@pytest.mark.parametrize("hour", [0, 1, 2, 3])
def test_clock_change_in_spring_and_autumn_leaves_the_night_to_the_day_before(hour: int) -> None:
    for day in (dt.date(2026, 3, 29), dt.date(2026, 10, 25)):
        at = dt.datetime.combine(day, dt.time(hour), ZoneInfo("Europe/Berlin"))
        assert study_day(at.astimezone(dt.UTC), "Europe/Berlin", FOUR) == day - dt.timedelta(days=1)


def test_midnight_start_gives_the_calendar_date() -> None:
    assert study_day(moment("2026-11-23T00:00:00"), "UTC", dt.time(0)) == dt.date(2026, 11, 23)


def test_naive_moment_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        study_day(dt.datetime(2026, 11, 23, 9), "UTC", FOUR)


@given(st.datetimes(dt.datetime(2026, 1, 1), dt.datetime(2036, 1, 1)), st.sampled_from(ZONES), st.times())
def test_study_day_is_the_local_date_or_the_one_before(naive: dt.datetime, zone: str, start: dt.time) -> None:
    at = naive.replace(tzinfo=dt.UTC)
    local = at.astimezone(ZoneInfo(zone)).date()
    assert study_day(at, zone, start) in (local, local - dt.timedelta(days=1))


@pytest.mark.parametrize(
    ("day", "clock", "utc"),
    [
        ("2026-11-23", "08:00", "2026-11-23T07:00"),
        ("2026-03-29", "01:59", "2026-03-29T00:59"),
        ("2026-03-29", "02:00", "2026-03-29T01:00"),
        ("2026-03-29", "02:30", "2026-03-29T01:00"),
        ("2026-03-29", "03:00", "2026-03-29T01:00"),
        ("2026-10-25", "02:30", "2026-10-25T00:30"),
        ("2026-10-25", "03:00", "2026-10-25T02:00"),
    ],
)
def test_time_left_out_comes_after_the_gap_and_a_time_that_comes_twice_comes_first(day, clock, utc) -> None:
    found = moment_at(dt.date.fromisoformat(day), dt.time.fromisoformat(clock), "Europe/Berlin")
    assert found == moment(utc)
    assert found.tzinfo is dt.UTC


def test_each_local_date_has_one_moment_never_before_the_wish_and_at_most_the_gap_after_it() -> None:
    different = {tuple(stretches_of(zone)): zone for zone in ZONES}
    for stretches, zone in different.items():
        gap = longest_gap(stretches)
        for hour in range(24):
            clock = dt.time(hour, 30 * (hour % 2))
            for day in telling_days(stretches):
                found = moment_at(day, clock, zone)
                late = found.astimezone(ZoneInfo(zone)).replace(tzinfo=None) - dt.datetime.combine(day, clock)
                assert found == first_reached(day, clock, stretches), (zone, day, clock)
                assert dt.timedelta() <= late <= gap, (zone, day, clock)
                assert found < moment_at(day + dt.timedelta(days=1), clock, zone), (zone, day, clock)
