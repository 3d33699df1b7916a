"""The broker hangs, dies, loses all it held, or is full: learners answer as ever, and no reminder is lost."""

import datetime as dt
import os
import signal

import pytest

from scheduler.models import Tick
from tests.factories import AT
from tests.integration.crew import Crew, children_of, wait_until
from tests.integration.outages import FULL_AT, OUTAGES, Browser, empty, endure, fill, kill, reader, start_site
from tools import valkey

pytestmark = pytest.mark.integration

ANSWERS = 8
DUE = 5
SECONDS = 7.0
# A normal answer takes some hundredths of a second; one that waited for the broker would take its time-out at least.
SLOWEST_MS = 3000


def test_answers_go_on_without_a_broker_and_every_reminder_comes_once_it_is_back(crew: Crew) -> None:
    port = start_site(crew, beats="tests.integration.hasty")
    browser = Browser(port, reader((len(OUTAGES) + 1) * ANSWERS))
    assert browser.study(ANSWERS).failed == 0
    for number, outage in enumerate(OUTAGES):
        endured = endure(crew, outage, browser, number=number, answers=ANSWERS, due=DUE, seconds=SECONDS)
        assert (endured.name, endured.answers.failed, endured.lost, endured.twice) == (outage.name, 0, 0, 0)
        assert endured.answers.slowest_ms < SLOWEST_MS
        # Nothing needed a supervisor.
        assert crew.start_again() == []


def test_worker_lives_on_when_the_broker_is_full_while_it_takes_a_task(crew: Crew) -> None:
    crew.broker_options = ("--maxmemory", FULL_AT, "--maxmemory-policy", "noeviction")
    crew.start_redis()
    crew.start_worker("worker", concurrency=1)
    crew.publish("reminders.tasks.tick", at=AT.isoformat())
    wait_until(lambda: Tick.objects.filter(at=AT).exists(), what="the first tick")
    os.kill(crew.pid("worker"), signal.SIGSTOP)
    crew.publish("reminders.tasks.tick", at=AT.isoformat())
    fill(crew)
    os.kill(crew.pid("worker"), signal.SIGCONT)
    wait_until(lambda: valkey.ask(crew.redis_port, "LLEN celery").endswith(":0"), what="the worker to take it")
    empty(crew)
    later = AT + dt.timedelta(minutes=1)
    crew.publish("reminders.tasks.tick", at=later.isoformat())
    wait_until(lambda: Tick.objects.filter(at=later).exists(), what="the tick after")
    assert crew.start_again() == []


@pytest.mark.parametrize("is_back_first", [False, True], ids=["done before it is back", "done after"])
def test_worker_lives_on_when_the_broker_dies_while_a_task_is_under_way(crew: Crew, is_back_first: bool) -> None:
    crew.start_redis()
    crew.start_worker("worker", concurrency=2)
    crew.publish("reminders.tasks.tick", at=AT.isoformat())
    wait_until(lambda: Tick.objects.filter(at=AT).exists(), what="the first tick")
    wait_until(lambda: under_way_at(crew) == 0, what="the first tick's end")
    pool = children_of(crew.pid("worker"))
    for child in pool:
        os.kill(child, signal.SIGSTOP)
    under_way = AT + dt.timedelta(minutes=1)
    crew.publish("reminders.tasks.tick", at=under_way.isoformat())
    wait_until(lambda: under_way_at(crew) == 1, what="the worker to take it")
    wait_until(lambda: is_asked_for_more(crew), what="the worker to ask for more")
    kill(crew)
    if is_back_first:
        crew.start_redis()
        wait_until(lambda: is_asked_for_more(crew), what="the worker to be back")
    for child in pool:
        os.kill(child, signal.SIGCONT)
    wait_until(lambda: Tick.objects.filter(at=under_way).exists(), what="the tick under way")
    if not is_back_first:
        crew.start_redis()
    later = AT + dt.timedelta(minutes=2)
    crew.publish("reminders.tasks.tick", at=later.isoformat())
    wait_until(lambda: Tick.objects.filter(at=later).exists(), what="the tick after")
    assert crew.start_again() == []


def under_way_at(crew: Crew) -> int:
    """How many tasks a worker has taken and not ended."""
    return int(valkey.ask(crew.redis_port, "ZCARD unacked_index").removeprefix(":"))


def is_asked_for_more(crew: Crew) -> bool:
    """Whether a worker waits on the broker for the next task."""
    return "blocked_clients:1" in valkey.ask(crew.redis_port, "INFO clients").split()


def test_worker_and_beat_that_start_before_the_broker_wait_for_it(crew: Crew) -> None:
    crew.start_worker("worker", concurrency=1)
    crew.start_beat("beat", app="tests.integration.hasty")
    for name in ("worker", "beat"):
        log = crew.posts[name].log
        wait_until(lambda log=log: b"rror" in log.read_bytes(), what=f"{name} to miss the broker")  # type: ignore[misc]
    crew.start_redis()
    wait_until(Tick.objects.exists, what="a tick")
    assert crew.start_again() == []
