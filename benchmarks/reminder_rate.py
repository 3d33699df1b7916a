"""How many decisions and mails a second one process makes, and what each costs in queries.

Runs on SQLite as it is, and on PostgreSQL with DATABASE_URL set (an empty database of its own). What a worker's tasks
call is called here, in one process; the mail server is another one, on this machine. LEARNERS chooses how many. The
yardstick is the rate that 10,000 learners with one wished hour need to have their mail within ten minutes.
"""

import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# The first batch of decisions is only counted.
LEARNERS = max(300, int(os.environ.get("LEARNERS", "2000")))
NEEDED_A_SECOND = 10_000 / 600

os.chdir(ROOT)
sys.path.insert(0, str(ROOT))
STATE = tempfile.mkdtemp(prefix="readback-bench-")
os.environ.update(READBACK_VAR=STATE, LOG_LEVEL="ERROR", DJANGO_SETTINGS_MODULE="config.settings")

import django  # noqa: E402

django.setup()

from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.test.utils import CaptureQueriesContext, override_settings  # noqa: E402

from learners.models import User  # noqa: E402
from reminders import ledger, sending  # noqa: E402
from tests.factories import AT, analyze  # noqa: E402
from tests.integration.crew import Crew  # noqa: E402
from tests.integration.kills import make_due_learners  # noqa: E402
from tools import family as families  # noqa: E402
from tools.family import Family  # noqa: E402


def main() -> None:
    call_command("migrate", verbosity=0)
    if User.objects.exists():
        raise SystemExit("This benchmark fills its database: give it an empty one.")
    make_due_learners(LEARNERS, at=AT)
    analyze()
    print(f"database  {settings.DATABASES['default']['ENGINE'].rsplit('.', 1)[-1]}, {LEARNERS} learners")
    families.ENDING_SIGNALS = ()  # Ctrl-C ends this at once
    with Family(Path(STATE) / "log") as family:
        crew = Crew(family, Path(STATE) / "crew")
        crew.start_sink()
        backend = {"EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend"}
        with override_settings(**backend, EMAIL_HOST="127.0.0.1", EMAIL_PORT=crew.mail_port):
            measure("decisions", lambda: ledger.look(AT))
            measure("mails", lambda: sending.send_some(AT))


def measure(what: str, batch: Callable[[], int]) -> None:
    """Run the first batch to count its queries, and all others to take the time."""
    with CaptureQueriesContext(connection) as queries:
        first = batch()
    began = time.perf_counter()
    done = sum(iter(batch, 0))
    rate = done / (time.perf_counter() - began)
    times = rate / NEEDED_A_SECOND
    print(f"{what:9} {times:5.1f} times the rate needed ({rate:.0f} a second, {len(queries) / first:.1f} queries each)")


if __name__ == "__main__":
    main()
