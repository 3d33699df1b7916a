"""Which study day a moment belongs to. Pure."""

import datetime as dt
from zoneinfo import ZoneInfo


def study_day(moment: dt.datetime, time_zone: str, day_start: dt.time) -> dt.date:
    """The learner's local date, or the date before while her clock still stands before the day's start.

    `moment` is aware; `time_zone` is an IANA name. Raises ValueError for a naive moment.
    """
    if moment.tzinfo is None:
        raise ValueError("A moment needs a time zone.")
    local = moment.astimezone(ZoneInfo(time_zone))
    before_start = local.time() < day_start
    return local.date() - dt.timedelta(days=before_start)
