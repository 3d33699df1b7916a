import datetime as dt
import zoneinfo
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.days import study_day

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
