"""What it takes to refuse a file that nobody should hand in, and to import as many questions as a file may hold.

Runs on SQLite as it is, and on PostgreSQL with DATABASE_URL set (an empty database of its own). Memory is measured in
a second round, since tracemalloc slows the first.
"""

import os
import re
import sys
import tempfile
import time
import tracemalloc
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SHOWN = 12

os.chdir(ROOT)
sys.path.insert(0, str(ROOT))
os.environ.update(
    READBACK_VAR=tempfile.mkdtemp(prefix="readback-bench-"),
    LOG_LEVEL="CRITICAL",
    DJANGO_SETTINGS_MODULE="config.settings",
    ALLOWED_HOSTS="testserver",
)

import django  # noqa: E402

django.setup()

from django.core.files.uploadedfile import SimpleUploadedFile  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection, reset_queries  # noqa: E402
from django.http import HttpResponse  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402
from django.urls import reverse  # noqa: E402

from catalog.load import load  # noqa: E402
from catalog.models import QuestionRevision  # noqa: E402
from tests.catalog.contents import catalog_of, choice, item  # noqa: E402
from tests.catalog.poison import POISON  # noqa: E402
from tests.factories import AT, make_user  # noqa: E402

IMPORT = reverse("admin:catalog_question_import")
CONFIRM = reverse("admin:catalog_question_process_import")
EXPORT = reverse("admin:catalog_question_export")


def hand_in(staff: Client, raw: bytes, name: str = "questions.csv") -> HttpResponse:
    return staff.post(IMPORT, {"resource": "0", "import_file": SimpleUploadedFile(name, raw)})  # type: ignore[return-value]


def refuse(staff: Client) -> bool:
    """Every poisoned file, the slowest first; whether all were refused."""
    figures = []
    for poison in POISON:
        raw = poison.make()
        began = time.perf_counter()
        page = hand_in(staff, raw, poison.name)
        took = time.perf_counter() - began
        refused = page.status_code == 400 and poison.words in page.content.decode()
        tracemalloc.start()
        hand_in(staff, raw, poison.name)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        figures.append((took, peak, len(raw), poison.name, refused))
    figures.sort(reverse=True)
    print(f"{len(figures)} poisoned files, {sum(refused for *_, refused in figures)} refused by name; the slowest:")
    print(f"{'file':<22} {'bytes':>10} {'seconds':>8} {'peak MB':>8}")
    for took, peak, size, name, _ in figures[:SHOWN]:
        print(f"{name:<22} {size:>10,} {took:>8.2f} {peak / 1e6:>8.1f}")
    print(f"{'all':<22} {'':>10} {sum(f[0] for f in figures):>8.2f} {max(f[1] for f in figures) / 1e6:>8.1f}")
    return all(refused for *_, refused in figures)


def take_all(staff: Client, count: int) -> bool:
    """Exports so many questions, changes the wording of each, and imports them; whether all came through."""
    call_command("flush", interactive=False, verbosity=0)
    staff.force_login(make_user(is_staff=True, is_superuser=True))
    made = [choice(slug=f"c-{n}") if n % 2 else item(slug=f"r-{n}") for n in range(count)]
    load(catalog_of(*made), at=AT)
    raw = staff.post(EXPORT, {"resource": "0", "format": "0"}).content
    raw = raw.replace(b"start a day late", b"start one day late").replace(b"published,", b"published,clearer")

    def told(what: str, act: object) -> HttpResponse:
        assert callable(act)
        reset_queries()
        began = time.perf_counter()
        with CaptureQueriesContext(connection) as captured:
            page: HttpResponse = act()
        print(f"{what:<30} {time.perf_counter() - began:>6.2f} s  {len(captured):>5} queries")
        return page

    print(f"\n{count} questions, every wording changed ({len(raw):,} bytes):")
    page = told("dry run", lambda: hand_in(staff, raw))
    ticket = re.findall('name="ticket" value="([^"]+)"', page.content.decode())
    told("import", lambda: staff.post(CONFIRM, {"ticket": ticket}))
    return QuestionRevision.objects.filter(change="clearer").count() == count


def main() -> int:
    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    call_command("flush", interactive=False, verbosity=0)
    staff = Client()
    staff.force_login(make_user(is_staff=True, is_superuser=True))
    load(catalog_of(choice(slug="airflow-decides"), item(slug="airflow-safe")), at=AT)
    print(f"On {connection.vendor}.")
    fine = [refuse(staff), take_all(staff, 500), take_all(staff, 1_000)]
    return 0 if all(fine) else 1


if __name__ == "__main__":
    sys.exit(main())
