"""Every time zone × 24 hours × every date of 2026–2036: is each wish kept, and how many a second?

Each local date has exactly one moment, the first instant at which the zone's clocks reach the wished hour: never
before it, and after it by the length of a gap at most. The yardstick is the standard library's own conversion of the
same local time, which knows nothing of gaps. Zones that are other names of the same clocks are counted, and tried once.
"""

import datetime as dt
import importlib.resources
import os
import sys
import time
import zoneinfo
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from zoneinfo import ZoneInfo

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from scheduler.days import moment_at  # noqa: E402
from tests.scheduler.clocks import DAY, FIRST, LAST, first_reached, longest_gap, stretches_of  # noqa: E402

DATES = [FIRST + n * DAY for n in range((LAST - FIRST).days + 1)]
HOURS = [dt.time(hour) for hour in range(24)]


def names_by_clocks() -> dict[bytes, list[str]]:
    """The zones' names, those with the same data together."""
    names: dict[bytes, list[str]] = {}
    for name in sorted(zoneinfo.available_timezones()):
        names.setdefault(data_of(name), []).append(name)
    return names


def data_of(name: str) -> bytes:
    for folder in zoneinfo.TZPATH:
        if (path := Path(folder) / name).is_file():
            return path.read_bytes()
    return importlib.resources.files("tzdata").joinpath("zoneinfo", name).read_bytes()


def faults_of(zone: str) -> list[str]:
    """What is wrong with any wish in this zone."""
    stretches = stretches_of(zone)
    gap, info, found = longest_gap(stretches), ZoneInfo(zone), []
    for clock in HOURS:
        before = dt.datetime.min.replace(tzinfo=dt.UTC)
        for day in DATES:
            moment = moment_at(day, clock, zone)
            late = moment.astimezone(info).replace(tzinfo=None) - dt.datetime.combine(day, clock)
            well = moment == first_reached(day, clock, stretches) and dt.timedelta() <= late <= gap and before < moment
            if not well:
                found.append(f"{zone} {day} {clock}: {moment}")
            before = moment
    return found


def seconds_of(convert: Callable[[dt.date, dt.time, str], dt.datetime], zone: str) -> float:
    began = time.perf_counter()
    for clock in HOURS:
        for day in DATES:
            convert(day, clock, zone)
    return time.perf_counter() - began


def plainly(day: dt.date, clock: dt.time, zone: str) -> dt.datetime:
    return dt.datetime.combine(day, clock, ZoneInfo(zone)).astimezone(dt.UTC)


def main() -> int:
    names = names_by_clocks()
    zones = [same[0] for same in names.values()]
    wishes = len(DATES) * len(HOURS)
    began = time.perf_counter()
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        faults = [fault for found in pool.map(faults_of, zones, chunksize=4) for fault in found]
    print(f"{sum(map(len, names.values()))} zones, {len(zones)} different, × {len(HOURS)} hours × {len(DATES)} dates:")
    print(f"  {len(zones) * wishes:,} wishes, {len(faults)} not kept, in {time.perf_counter() - began:.0f} s")
    for fault in faults[:20]:
        print(f"  {fault}")
    ours, theirs = (min(seconds_of(convert, "Europe/Berlin") for _ in range(3)) for convert in (moment_at, plainly))
    print(f"  {ours / wishes * 1e6:.1f} µs a wish, {ours / theirs:.1f} times a conversion that knows no gaps")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
