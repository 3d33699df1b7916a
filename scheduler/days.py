"""Which study day a moment belongs to, and at which moment a wall clock shows a time. Pure."""

import datetime as dt
from zoneinfo import ZoneInfo

SECOND = dt.timedelta(seconds=1)


def study_day(moment: dt.datetime, time_zone: str, day_start: dt.time) -> dt.date:
    """The learner's local date, or the date before while her clock still stands before the day's start.

    `moment` is aware; `time_zone` is an IANA name. Raises ValueError for a naive moment.
    """
    if moment.tzinfo is None:
        raise ValueError("A moment needs a time zone.")
    local = moment.astimezone(ZoneInfo(time_zone))
    before_start = local.time() < day_start
    return local.date() - dt.timedelta(days=before_start)


def moment_at(day: dt.date, clock: dt.time, time_zone: str) -> dt.datetime:
    """When the wall clocks of a zone show `clock` on `day`, in UTC.

    A time that a change of the clocks leaves out means the first instant after the gap; one that comes twice means
    the first of the two. `time_zone` is an IANA name, `clock` has whole seconds.
    """
    zone = ZoneInfo(time_zone)
    local = dt.datetime.combine(day, clock, zone)
    moment = local.astimezone(dt.UTC)
    if moment.astimezone(zone).replace(tzinfo=None) == local.replace(tzinfo=None):
        return moment
    # PEP 495: in a gap, fold=1 reads the clock by the later offset, and so names an instant before the change.
    return _change_between(local.replace(fold=1).astimezone(dt.UTC), moment, zone)


def _change_between(before: dt.datetime, after: dt.datetime, zone: ZoneInfo) -> dt.datetime:
    """The first instant with the offset that holds at `after`, to the second."""
    offset = after.astimezone(zone).utcoffset()
    while after - before > SECOND:
        middle = before + (after - before) // 2
        middle -= dt.timedelta(microseconds=middle.microsecond)
        if middle.astimezone(zone).utcoffset() == offset:
            after = middle
        else:
            before = middle
    return after
