"""A learner answers and others' reminders come due while the broker hangs, is dead, was flushed, or is full.

Two web processes, a worker and a beat with its own minute, on a PostgreSQL of their own or on the empty database that
DATABASE_URL names. Each outage lasts SECONDS (75: beat ticks into it at least once), and the worker and the beat have
to come back by themselves. The yardstick is the slowest answer while the broker is well.
"""

import os
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SECONDS = float(os.environ.get("SECONDS", "75"))
ANSWERS = int(os.environ.get("ANSWERS", "150"))
DUE = int(os.environ.get("DUE", "100"))

os.chdir(ROOT)
sys.path.insert(0, str(ROOT))

import django  # noqa: E402

from tools import family as families  # noqa: E402
from tools import postgres  # noqa: E402
from tools.family import Family  # noqa: E402


def main() -> int:
    families.ENDING_SIGNALS = ()  # Ctrl-C ends this at once
    with tempfile.TemporaryDirectory(prefix="readback-bench-") as name, Family(Path(name) / "log") as family:
        folder = Path(name)
        folder.chmod(0o711)  # PostgreSQL may run as another user, with its data in here
        database = os.environ.get("DATABASE_URL") or postgres.start(family, folder, Path(sys.executable))
        os.environ.update(
            DATABASE_URL=database, READBACK_VAR=name, LOG_LEVEL="ERROR", DJANGO_SETTINGS_MODULE="config.settings"
        )
        django.setup()
        return measure(family, folder)


def measure(family: Family, folder: Path) -> int:
    from django.core.management import call_command

    from learners.models import User
    from tests.integration.crew import Crew
    from tests.integration.outages import OUTAGES, Browser, endure, reader, start_site

    call_command("migrate", verbosity=0)
    if User.objects.exists():
        raise SystemExit("This benchmark fills its database: give it an empty one.")
    crew = Crew(family, folder / "crew")
    browser = Browser(start_site(crew), reader((len(OUTAGES) + 1) * ANSWERS))
    browser.study(5)
    normal = browser.study(ANSWERS - 5, seconds=SECONDS)
    wrong = normal.failed
    print(
        f"the broker is well     {normal.failed} of {len(normal.took)} answers failed;"
        f" slowest {normal.slowest_ms:.0f} ms, median {normal.median_ms:.0f} ms"
    )
    for number, outage in enumerate(OUTAGES):
        endured = endure(crew, outage, browser, number=number, answers=ANSWERS, due=DUE, seconds=SECONDS)
        ended = crew.start_again()
        done = endured.answers
        print(
            f"the broker {outage.name:11} {done.failed} of {len(done.took)} answers failed;"
            f" slowest {done.slowest_ms / normal.slowest_ms:.2f} times ({done.slowest_ms:.0f} ms),"
            f" median {done.median_ms / normal.median_ms:.2f} times ({done.median_ms:.0f} ms)\n"
            f"{'':22} of {DUE} reminders {endured.lost} lost, {endured.twice} twice;"
            f" all there {endured.back_after_seconds:.0f} s after it was back;"
            f" {f'ended: {ended}' if ended else 'no process ended'}",
            flush=True,
        )
        wrong += done.failed + endured.lost + endured.twice + len(ended)
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
