"""The broker hangs, dies, loses all it held, or is full, while a learner studies and others' reminders come due.

benchmarks/broker_outages.py takes its time over it; the tests do the same in a hurry.
"""

import http.client
import os
import re
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from typing import NamedTuple
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.utils import timezone

from learners.models import Learner
from reminders.models import Reminder
from scheduler.models import Card
from tests.factories import make_learner, make_many_questions, make_reading, make_user
from tests.integration.crew import PYTHON, Crew, wait_until
from tests.integration.kills import make_due_learners, zone_of_noon
from tools import valkey
from tools.ports import answers, free_port

FULL_AT = "16mb"
BEYOND_FULL = 20_000_000
TOKEN = "c" * 32


class Outage(NamedTuple):
    """A fault of the broker: how it begins, and how it ends."""

    name: str
    begin: Callable[[Crew], object]
    end: Callable[[Crew], object]


def hang(crew: Crew) -> None:
    os.kill(crew.pid("redis"), signal.SIGSTOP)


def wake(crew: Crew) -> None:
    os.kill(crew.pid("redis"), signal.SIGCONT)


def kill(crew: Crew) -> None:
    os.kill(crew.pid("redis"), signal.SIGKILL)
    crew.posts["redis"].process.wait()


def flush(crew: Crew) -> None:
    valkey.ask(crew.redis_port, "FLUSHALL")


def fill(crew: Crew) -> None:
    """Beyond its limit it refuses whatever needs memory."""
    valkey.ask(crew.redis_port, f"SETRANGE filler {BEYOND_FULL} x")


def empty(crew: Crew) -> None:
    valkey.ask(crew.redis_port, "DEL filler")


OUTAGES = (
    Outage("hangs", hang, wake),
    Outage("is killed", kill, Crew.start_redis),
    Outage("is flushed", flush, lambda crew: None),
    Outage("is full", fill, empty),
)


@dataclass
class Answers:
    """How long requests took, in seconds, and how many of them failed."""

    took: list[float]
    failed: int = 0

    @property
    def slowest_ms(self) -> float:
        return max(self.took) * 1000

    @property
    def median_ms(self) -> float:
        return median(self.took) * 1000


class Browser:
    """One learner's browser, signed in to the web process at a port."""

    def __init__(self, port: int, learner: Learner) -> None:
        assert learner.user is not None
        session = SessionStore()
        session[SESSION_KEY] = str(learner.user.pk)
        session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
        session[HASH_SESSION_KEY] = learner.user.get_session_auth_hash()
        session.create()
        self.port = port
        self.headers = {
            "Cookie": f"{settings.SESSION_COOKIE_NAME}={session.session_key}; csrftoken={TOKEN}",
            "Content-Type": "application/x-www-form-urlencoded",
            "HX-Request": "true",
        }

    def ask(self, method: str, path: str, form: dict[str, str] | None = None) -> str:
        """The page. Raises OSError for a status of failure, and when no answer comes."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        body = urlencode({**form, "csrfmiddlewaretoken": TOKEN}) if form else None
        connection.request(method, path, body, self.headers)
        response = connection.getresponse()
        text = response.read().decode()
        connection.close()
        if response.status >= http.client.BAD_REQUEST:
            raise OSError(f"{method} {path}: {response.status}")
        return text

    def answer(self) -> None:
        """See a card, open it, and grade it."""
        front = self.ask("GET", "/study/")
        back = self.ask("GET", "/study/answer/?" + urlencode({"ticket": ticket_in(front)}))
        self.ask("POST", "/study/grade/", {"ticket": ticket_in(back), "grade": "4"})

    def study(self, count: int, *, seconds: float = 0) -> Answers:
        """Answer so many cards, spread over so many seconds."""
        done = Answers([])
        for _ in range(count):
            began = time.monotonic()
            try:
                self.answer()
            except (OSError, http.client.HTTPException):
                done.failed += 1
            done.took.append(time.monotonic() - began)
            time.sleep(max(0, seconds / count - done.took[-1]))
        return done


def ticket_in(page: str) -> str:
    found = re.search(r'name="ticket" value="([^"]+)"', page)
    if not found:
        raise OSError("There is no card in the page.")
    return found[1]


def start_site(crew: Crew, *, beats: str = "config.celery") -> int:
    """The services with two web processes; returns the webs' port."""
    crew.broker_options = ("--maxmemory", FULL_AT, "--maxmemory-policy", "noeviction")
    crew.start_sink()
    crew.start_redis()
    crew.start_worker("worker")
    crew.start_beat("beat", app=beats)
    port = free_port()
    web = ["granian", "config.wsgi:application", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port)]
    crew.start("web", [PYTHON, "-m", *web, "--workers", "2", "--blocking-threads", "1", "--no-ws"])
    wait_until(lambda: answers(port), what="the web to listen")
    return port


def reader(cards: int) -> Learner:
    """A learner with so many cards due for long."""
    learner = make_learner(make_user(), new_per_day=0, reviews_per_day=2000)
    long_ago = timezone.now().date().replace(year=2020)
    Card.objects.bulk_create(
        Card(learner=learner, question=question, interval_days=1, repetitions=1, due_on=long_ago, sequence=1)
        for question in make_many_questions(cards, make_reading())
    )
    return learner


class Endured(NamedTuple):
    """What an outage did to answers and reminders. `twice` are mails beyond one for each learner."""

    name: str
    answers: Answers
    lost: int
    twice: int
    back_after_seconds: float


def endure(
    crew: Crew, outage: Outage, browser: Browser, *, number: int, answers: int, due: int, seconds: float
) -> Endured:
    """Study while the broker is gone and reminders come due; wait until the mail has come after all."""
    before = len(crew.deliveries)
    outage.begin(crew)
    at = timezone.now()
    make_due_learners(due, at=at, time_zone=zone_of_noon(at), first=number * due)
    done = browser.study(answers, seconds=seconds)
    outage.end(crew)
    began = time.monotonic()
    wait_until(lambda: Reminder.objects.sent().count() >= (number + 1) * due, what="the mail to come", seconds=150)
    seconds = time.monotonic() - began
    mails = [delivery.recipient for delivery in crew.deliveries[before:]]
    return Endured(outage.name, done, due - len(set(mails)), len(mails) - len(set(mails)), seconds)
