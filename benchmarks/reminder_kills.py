"""Due learners, two workers and a beat, and `kill -9` again and again while their mail leaves: lost, and sent twice.

Runs on a PostgreSQL of its own, or on the empty database that DATABASE_URL names, with a Redis or Valkey and a mail
server of its own. Beat's own minute is the only clock, and leases last as long as they always do: nothing is hurried.
The whole proof is `LEARNERS=10000 KILLS=50`, some twenty minutes; SEED chooses other kills. The yardstick is the same
without kills.
"""

import os
import random
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
LEARNERS = int(os.environ.get("LEARNERS", "1000"))
KILLS = int(os.environ.get("KILLS", "10"))
SEED = int(os.environ.get("SEED", "1"))
LONGEST_SECONDS = 3600

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
        calm = measure(family, folder / "calm", kills=0)
        wild = measure(family, folder / "wild", kills=KILLS)
        print(f"with kills against without  {wild.seconds / calm.seconds:.2f} times the seconds")
        return int(any(outcome.lost or outcome.distinct != LEARNERS for outcome in (calm, wild)) or wild.extra > 10)


def measure(family: Family, folder: Path, *, kills: int) -> Any:
    """One run on an empty database, and what came of it."""
    from django.core.management import call_command
    from django.utils import timezone

    from reminders.models import Reminder
    from tests.integration.crew import Crew, wait_until
    from tests.integration.kills import Outcome, fire, make_due_learners, start_all, zone_of_noon

    call_command("migrate", verbosity=0)
    empty()
    at = timezone.now()
    make_due_learners(LEARNERS, at=at, time_zone=zone_of_noon(at))
    crew = Crew(family, folder)
    began = time.monotonic()
    start_all(crew)
    done = fire(crew, kills, chance=random.Random(SEED), learners=LEARNERS, nudge=lambda: None)

    def is_over() -> bool:
        crew.start_again()  # a worker whose new child is killed ends by itself
        return Reminder.objects.count() == LEARNERS and not Reminder.objects.waiting().exists()

    wait_until(is_over, what="every mail to be sent", seconds=LONGEST_SECONDS)
    outcome = Outcome.of(crew, seconds=time.monotonic() - began, kills=done)
    crew.end()
    say(outcome)
    return outcome


def empty() -> None:
    """Empty the database, which must hold nothing but what this benchmark put there."""
    from django.core.management import call_command

    from learners.models import User

    if User.objects.exclude(email__endswith="@example.org").exists():
        raise SystemExit("This benchmark empties its database: give it one of its own.")
    call_command("flush", interactive=False, verbosity=0)


def say(outcome: Any) -> None:
    kinds = ", ".join(f"{count} of {kind}" for kind, count in sorted(outcome.kills.items()))
    print(f"kills                {sum(outcome.kills.values())}{f' ({kinds})' if kinds else ''}")
    print(f"due learners         {outcome.learners}")
    print(f"mails taken          {outcome.mails}")
    print(f"distinct Message-IDs {outcome.distinct}")
    print(f"lost                 {outcome.lost}")
    print(f"extra copies         {outcome.extra}")
    print(f"rows by state        {Counter(outcome.states)}")
    print(f"seconds              {outcome.seconds:.0f}\n", flush=True)


if __name__ == "__main__":
    sys.exit(main())
