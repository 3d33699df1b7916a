"""Workers, their children and beat killed while mail leaves; benchmarks/reminder_kills.py is the same at full size."""

import datetime as dt
import os
import random
import signal
import time

import pytest

from reminders import ledger
from reminders.models import Reminder
from tests.integration.crew import Crew, wait_until
from tests.integration.kills import Outcome, fire, make_due_learners, start_all

pytestmark = pytest.mark.integration

# So far ahead that the ticks of the real beat find nothing to do.
AT = dt.datetime(2031, 11, 24, 9, tzinfo=dt.UTC)
LEARNERS = 150
KILLS = 6


def all_sent() -> bool:
    return Reminder.objects.sent().count() == LEARNERS


def test_each_learner_gets_her_mail_though_processes_are_killed_while_it_leaves(crew: Crew) -> None:
    make_due_learners(LEARNERS, at=AT)
    start_all(crew)
    tick = lambda: crew.publish("reminders.tasks.tick", at=AT.isoformat())  # noqa: E731
    began = time.monotonic()
    tick()
    kills = fire(crew, KILLS, chance=random.Random(5), learners=LEARNERS, nudge=tick)
    # What a killed process had leased comes back when the lease is over, and everybody who had one is dead by then.
    for name in [name for name in crew.posts if name.startswith("worker")]:
        os.killpg(crew.pid(name), signal.SIGKILL)
        crew.posts[name].process.wait()
    crew.start_again()
    later = AT + ledger.LEASE
    crew.publish("reminders.tasks.tick", at=later.isoformat())
    wait_until(all_sent, what="all mails to be sent")
    outcome = Outcome.of(crew, seconds=time.monotonic() - began, kills=kills)
    assert outcome.lost == 0
    assert outcome.distinct == LEARNERS
    # A process can be killed after the mail server took a mail and before that is written down.
    assert outcome.extra <= KILLS + 4
    assert Reminder.objects.count() == LEARNERS
