"""2,000 answers, each posted twice at once to two real web processes: how many reviews, how many errors.

Run for SQLite as it is, and for PostgreSQL with DATABASE_URL set (an empty database of its own). The yardstick is the
same number of answers posted once each: the ratio says what a double click costs.
"""

import datetime as dt
import http.client
import os
import re
import socket
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlencode

ROOT = Path(__file__).resolve().parent.parent
ANSWERS = int(os.environ.get("ANSWERS", "2000"))
AN_EACH = 400

os.chdir(ROOT)
sys.path.insert(0, str(ROOT))
STATE = tempfile.mkdtemp(prefix="readback-bench-")
os.environ.update(READBACK_VAR=STATE, LOG_LEVEL="ERROR", DJANGO_SETTINGS_MODULE="config.settings")

import django  # noqa: E402

django.setup()

from django.conf import settings  # noqa: E402
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY  # noqa: E402
from django.contrib.sessions.backends.db import SessionStore  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.utils import timezone  # noqa: E402

from learners.models import Learner, User  # noqa: E402
from scheduler.days import study_day  # noqa: E402
from scheduler.integrity import differences  # noqa: E402
from scheduler.models import Review  # noqa: E402


class Browser:
    """One learner's browser: a session cookie, and the token that forms carry."""

    def __init__(self, port: int, session: str) -> None:
        self.port = port
        self.cookies = f"{settings.SESSION_COOKIE_NAME}={session}; csrftoken={'c' * 32}"

    def ask(self, method: str, path: str, form: dict[str, str] | None = None) -> tuple[int, str]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        headers = {"Cookie": self.cookies, "HX-Request": "true"}
        body = None
        if form is not None:
            body = urlencode({**form, "csrfmiddlewaretoken": "c" * 32})
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        connection.request(method, path, body, headers)
        response = connection.getresponse()
        text = response.read().decode()
        connection.close()
        return response.status, text


def ticket_in(page: str) -> str:
    found = re.search(r'name="ticket" value="([^"]+)"', page)
    if not found:
        raise SystemExit(f"No card in the page: {page[:500]}")
    return found[1]


def sign_in(number: int) -> str:
    """The session of a new learner who may meet every question today."""
    user = User.objects.create_user(f"bench{number}@example.org", None)
    now = timezone.now()
    Learner.objects.create(user=user, new_per_day=200, created_at=now, seen_at=now)
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    return str(session.session_key)


def study(browser: Browser, answers: int, *, times: int) -> list[int]:
    """Post each answer `times` times at once; the statuses of all the replies."""
    statuses = []
    today = study_day(timezone.now(), "UTC", dt.time(4))
    with ThreadPoolExecutor(times) as pool:
        for _ in range(answers):
            _, page = browser.ask("GET", f"/study/?more=1000&more_on={today}")
            ticket = ticket_in(page)
            if 'name="choice"' in page:
                found = re.search(r'name="choice" value="(\d+)"', page)
                form, path = {"ticket": ticket, "choice": found[1] if found else ""}, "/study/check/"
            elif 'name="typed"' in page:
                form, path = {"ticket": ticket, "dont_know": "1"}, "/study/check/"
            else:
                _, page = browser.ask("GET", "/study/answer/?" + urlencode({"ticket": ticket}))
                form, path = {"ticket": ticket_in(page), "grade": "4"}, "/study/grade/"
            replies = list(pool.map(lambda _, form=form, path=path: browser.ask("POST", path, form), range(times)))
            statuses += [status for status, _ in replies]
            waiting = next((page for _, page in replies if 'name="grade"' in page and path == "/study/check/"), "")
            if waiting:
                form = {"ticket": ticket_in(waiting), "grade": "4"}
                graded = pool.map(lambda _, form=form: browser.ask("POST", "/study/grade/", form), range(times))
                statuses += [status for status, _ in graded]
    return statuses


def round_of(port: int, first_learner: int, *, times: int) -> tuple[float, list[int]]:
    """Seconds and statuses of ANSWERS answers, by as many learners as that takes, one after the other."""
    browsers = [Browser(port, sign_in(first_learner + number)) for number in range(-(-ANSWERS // AN_EACH))]
    started = time.perf_counter()
    statuses: list[int] = []
    for number, browser in enumerate(browsers):
        statuses += study(browser, min(AN_EACH, ANSWERS - number * AN_EACH), times=times)
    return time.perf_counter() - started, statuses


def main() -> int:
    call_command("migrate", verbosity=0)
    if User.objects.exists():
        raise SystemExit("This benchmark fills its database: give it an empty one.")
    call_command("createcachetable")
    call_command("load_catalog", verbosity=0)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = ["-m", "granian", "--interface", "wsgi", "config.wsgi:application", "--no-log", "--workers", "2"]
    web = subprocess.Popen([sys.executable, *server, "--host", "127.0.0.1", "--port", str(port)])
    try:
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                if web.poll() is not None:
                    raise SystemExit("The web process ended.") from None
        once, _ = round_of(port, 0, times=1)
        before = Review.objects.count()
        twice, statuses = round_of(port, 1000, times=2)
    finally:
        web.terminate()
        web.wait()
    reviews, errors = Review.objects.count() - before, sum(status >= 400 for status in statuses)
    wrong = list(differences())
    print(f"database            {settings.DATABASES['default']['ENGINE'].rsplit('.', 1)[-1]}")
    print(f"answers             {ANSWERS}, each posted twice at once")
    print(f"reviews             {reviews}")
    print(f"errors              {errors} of {len(statuses)} replies")
    print(f"check_integrity     {len(wrong)} differences")
    print(f"twice against once  {twice / once:.2f} times the seconds ({twice:.1f} s, {once:.1f} s)")
    return int(reviews != ANSWERS or errors > 0 or bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
