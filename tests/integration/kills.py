"""Mail while processes are killed at random: 10,000 learners in benchmarks/reminder_kills.py, a few in the tests."""

import datetime as dt
import random
import time
from collections import Counter
from collections.abc import Callable
from typing import NamedTuple, Self

from allauth.account.models import EmailAddress
from django.db import transaction

from learners.models import Learner, User
from reminders.models import Reminder, ReminderSetting
from scheduler.models import Card
from tests.factories import make_question
from tests.integration.crew import Crew

WORKERS = ("worker-1", "worker-2")
# A kill is not put off for longer when nothing leaves, as when both workers were killed.
LONGEST_WAIT_SECONDS = 8.0


@transaction.atomic
def make_due_learners(count: int, *, at: dt.datetime, time_zone: str = "UTC", first: int = 0) -> None:
    """Learners with a card due on the study day of `at`, whose moment to be written to has just come.

    All at once: a tick that came between would give them the usual setting.
    """
    numbers = range(first, first + count)
    users = User.objects.bulk_create(User(email=f"due{number}@example.org", password="!") for number in numbers)
    EmailAddress.objects.bulk_create(EmailAddress(user=u, email=u.email, verified=True, primary=True) for u in users)
    learners = Learner.objects.bulk_create(
        Learner(user=user, time_zone=time_zone, created_at=at, seen_at=at) for user in users
    )
    question = make_question()
    before = at.date() - dt.timedelta(days=3)
    Card.objects.bulk_create(
        Card(learner=learner, question=question, interval_days=1, repetitions=1, due_on=before, sequence=1)
        for learner in learners
    )
    ReminderSetting.objects.bulk_create(ReminderSetting(learner=learner, next_at=at) for learner in learners)


def zone_of_noon(at: dt.datetime) -> str:
    """A time zone whose clocks stand around noon, so that no study day ends meanwhile."""
    return f"Etc/GMT{at.hour - 12:+d}"


class Outcome(NamedTuple):
    """What came of it; `lost` are learners without a mail, `extra` are copies beyond one."""

    learners: int
    mails: int
    distinct: int
    lost: int
    extra: int
    seconds: float
    kills: dict[str, int]
    states: dict[str, int]

    @classmethod
    def of(cls, crew: Crew, *, seconds: float, kills: Counter[str]) -> Self:
        deliveries = crew.deliveries
        learners = Learner.objects.count()
        recipients = len({delivery.recipient for delivery in deliveries})
        distinct = len({delivery.message_id for delivery in deliveries})
        states = Counter(Reminder.objects.values_list("state", flat=True))
        return cls(
            learners, len(deliveries), distinct, learners - recipients, len(deliveries) - recipients, seconds,
            dict(kills), dict(states),
        )  # fmt: skip


def start_all(crew: Crew) -> None:
    crew.start_sink()
    crew.start_redis()
    for name in WORKERS:
        crew.start_worker(name)
    crew.start_beat("beat")


def fire(crew: Crew, kills: int, *, chance: random.Random, learners: int, nudge: Callable[[], None]) -> Counter[str]:
    """Kill at random while mail leaves, evenly over what there is to send; each is started again, then `nudge`d."""
    done: Counter[str] = Counter()
    while done.total() < kills:
        began, wanted = time.monotonic(), learners * (done.total() + 1) // (kills + 1)
        while len(crew.deliveries) < wanted and time.monotonic() - began < LONGEST_WAIT_SECONDS:
            time.sleep(0.02)
        if kind := crew.kill_one(chance):
            done[kind] += 1
        crew.start_again()
        nudge()
    return done
