"""When the clocks of a zone change, and what `moment_at` must give there: reckoned another way than it does."""

import datetime as dt
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple
from zoneinfo import ZoneInfo

FIRST, LAST = dt.date(2026, 1, 1), dt.date(2036, 12, 31)
DAY = dt.timedelta(days=1)
MINUTE = dt.timedelta(minutes=1)


class Stretch(NamedTuple):
    """From `begins` on (UTC), until the next stretch begins, the clocks are `offset` ahead of UTC."""

    begins: dt.datetime
    offset: dt.timedelta


def stretches_of(time_zone: str) -> list[Stretch]:
    """Every stretch that touches the years: the zone is asked for its offset day by day, then minute by minute."""
    zone = ZoneInfo(time_zone)
    moment = dt.datetime.combine(FIRST - 2 * DAY, dt.time(), dt.UTC)
    end = dt.datetime.combine(LAST + 3 * DAY, dt.time(), dt.UTC)
    found = [Stretch(moment, _offset(moment, zone))]
    while moment < end:
        if _offset(moment + DAY, zone) != found[-1].offset:
            minutes = (moment + n * MINUTE for n in range(24 * 60 + 1))
            change = next(minute for minute in minutes if _offset(minute, zone) != found[-1].offset)
            found.append(Stretch(change, _offset(change, zone)))
        moment += DAY
    return found


def _offset(moment: dt.datetime, zone: ZoneInfo) -> dt.timedelta:
    offset = moment.astimezone(zone).utcoffset()
    assert offset is not None
    return offset


def first_reached(day: dt.date, clock: dt.time, stretches: Sequence[Stretch]) -> dt.datetime:
    """The first instant at which the clocks of the zone have come to `clock` on `day`, or beyond."""
    wish = dt.datetime.combine(day, clock, dt.UTC)
    ends = [stretch.begins for stretch in stretches[1:]] + [dt.datetime.max.replace(tzinfo=dt.UTC)]
    for stretch, end in zip(stretches, ends, strict=True):
        reached = max(stretch.begins, wish - stretch.offset)
        if reached < end:
            return reached
    raise AssertionError("the last stretch has no end")


def longest_gap(stretches: Sequence[Stretch]) -> dt.timedelta:
    """How far the clocks ever jump forward."""
    jumps = (later.offset - earlier.offset for earlier, later in pairwise(stretches))
    return max(jumps, default=dt.timedelta())


def telling_days(stretches: Sequence[Stretch]) -> Iterator[dt.date]:
    """The days around each change, and a plain one a month."""
    days = {stretch.begins.date() + n * DAY for stretch in stretches[1:] for n in (-2, -1, 0, 1, 2)}
    days |= {dt.date(year, month, 15) for year in range(FIRST.year, LAST.year + 1) for month in range(1, 13)}
    yield from sorted(day for day in days if FIRST <= day <= LAST)
