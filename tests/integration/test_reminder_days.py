"""Two beats and three workers over thirty days: one mail for each learner and day that the decision says, no other.

The days are some years ahead and pass in seconds: ticks carry their moment, each is published twice, as by two beats.
The real beats tick as well, by the real clock, on which nothing is due yet.
"""

import datetime as dt
import time
from collections import Counter
from dataclasses import dataclass, field

import pytest
from django.utils import timezone

from learners.models import Learner
from reminders import settings as reminder_settings
from reminders.cadence import Decision, Due, Facts, Reason, Wish, decide
from reminders.models import Reminder, ReminderSetting
from scheduler.days import moment_at
from scheduler.models import Card
from tests.factories import make_card, make_learner, make_question, make_user
from tests.integration.crew import Crew, wait_until
from tests.integration.kills import make_due_learners, zone_of_noon
from tests.scheduler.test_grading import answer
from tools import valkey

pytestmark = pytest.mark.integration

DAY = dt.timedelta(days=1)
# A Saturday; on the 9th and on the 30th, clocks change in America and in Europe.
FIRST = dt.date(2031, 3, 1)
DAYS = 30
# On this day nothing runs at all.
DARK = 12
# Whoever studies on a day does so before its second tick, around 09:00 UTC.
STUDIED_BEFORE_TICK = 1
START = dt.datetime.combine(FIRST, dt.time(), dt.UTC)


@dataclass
class Person:
    """A learner, what she wishes, on which days she studies, and what she has been sent as far as this test knows."""

    zone: str
    clock: dt.time
    wish: Wish = Wish.EVERY
    weekdays: str = "1234567"
    away: tuple[int, int] | None = None
    snoozed: int | None = None
    due: tuple[int, ...] = (0, 0, 1, 3)
    studies: tuple[int, ...] = ()
    mails: list[tuple[dt.date, dt.datetime]] = field(default_factory=list)
    answers: list[tuple[dt.date, dt.datetime]] = field(default_factory=list)

    def begin(self) -> None:
        user = make_user()
        self.address = user.email
        self.learner = make_learner(user, time_zone=self.zone, created_at=START, seen_at=START)
        for number, days in enumerate(self.due):
            make_card(self.learner, make_question(), due_on=FIRST + days * DAY, interval_days=1 + number % 5)
        self.setting = ReminderSetting(
            learner=self.learner,
            wish=self.wish,
            clock=self.clock,
            weekdays=self.weekdays,
            snoozed_until=None if self.snoozed is None else FIRST + self.snoozed * DAY,
            away_from=self.away and FIRST + self.away[0] * DAY,
            away_until=self.away and FIRST + self.away[1] * DAY,
        )
        reminder_settings.save(self.setting, at=START)

    def study(self, at: dt.datetime) -> None:
        """Answer all that is due."""
        today = self.setting.calendar.study_day(at)
        for card in Card.objects.filter(learner=self.learner, due_on__lte=today).select_related("question"):
            answer(self.learner, card.question, 1 if card.pk % 4 == 0 else 4, at)
            self.answers.append((today, at))

    def decision(self, *, since: dt.datetime, at: dt.datetime) -> tuple[dt.date, Decision] | None:
        """What is decided at a tick, and for which study day, if her wished moment came since the tick before."""
        days = [at.date() + days * DAY for days in (-1, 0, 1)]
        wished = [(moment_at(day, self.clock, self.zone), day) for day in days]
        come = [(moment, day) for moment, day in wished if since < moment <= at]
        if not come:
            return None
        moment, on = come[-1]
        today = self.setting.calendar.study_day(moment)
        if self.setting.calendar.study_day(at) != today:
            return None
        return today, decide(self.facts(), on=on, today=today)

    def facts(self) -> Facts:
        answered_at = max((at for _, at in self.answers), default=START)
        ignored = [day for day, sent_at in self.mails if sent_at > answered_at]
        cards = Card.objects.filter(learner=self.learner).order_by("due_on")
        return Facts(
            wish=self.wish,
            calendar=self.setting.calendar,
            has_address=True,
            is_refused=False,
            studied_on=max((day for day, _ in self.answers), default=None),
            written_on=max((day for day, _ in self.mails), default=None),
            ignored=len(ignored),
            last_mail_on=max(ignored, default=None),
            cards=[Due(card.due_on, card.interval_days) for card in cards if card.due_on],
            cards_in_all=len(cards),
            limit=self.learner.reviews_per_day,
        )


def people() -> list[Person]:
    often, seldom = tuple(range(0, DAYS, 3)), (4, 5, 17)
    return [
        Person("UTC", dt.time(8)),
        Person("UTC", dt.time(8), studies=often),
        Person("Europe/Berlin", dt.time(2, 30), studies=often),
        Person("Europe/Berlin", dt.time(7), weekdays="12345", studies=seldom),
        Person("America/New_York", dt.time(2, 30), studies=tuple(range(DAYS))),
        Person("America/New_York", dt.time(23, 30), weekdays="135", studies=often),
        Person("Pacific/Auckland", dt.time(12), away=(5, 14), studies=often),
        Person("Asia/Kolkata", dt.time(18), snoozed=7, studies=seldom),
        Person("Pacific/Kiritimati", dt.time(6), wish=Wish.PAYS, due=tuple(range(12)), studies=often),
        Person("America/Los_Angeles", dt.time(20), wish=Wish.PAYS, due=(0, 9, 9, 20), studies=seldom),
        Person("Africa/Cairo", dt.time(9), wish=Wish.NEVER),
        Person("Asia/Tokyo", dt.time(3), due=(40,)),
    ]


def ticks() -> list[dt.datetime]:
    """Three a day, not always at the same hours, and none on the dark day."""
    hours = [(day, hour) for day in range(DAYS) if day != DARK for hour in range(day % 3, 24, 8)]
    return [START + day * DAY + dt.timedelta(hours=hour) for day, hour in hours]


def start_all(crew: Crew, *, beats: str) -> None:
    crew.start_sink()
    crew.start_redis()
    for number in range(3):
        crew.start_worker(f"worker-{number}", concurrency=1)
    for number in range(2):
        crew.start_beat(f"beat-{number}", app=beats)


def is_quiet(crew: Crew) -> bool:
    """Whether no task waits in the broker or is being carried out; asked twice, for one may be on its way between."""
    asked = []
    for _ in range(2):
        asked += [valkey.ask(crew.redis_port, question) for question in ("LLEN celery", "HLEN unacked")]
        time.sleep(0.02)
    return asked == [":0"] * 4


def test_thirty_days_bring_one_mail_for_each_learner_and_day_that_the_decision_says(crew: Crew) -> None:
    everybody = people()
    for person in everybody:
        person.begin()
    start_all(crew, beats="config.celery")
    reasons: Counter[str] = Counter()
    since = START
    for at in ticks():
        for person in everybody:
            if at.hour // 8 == STUDIED_BEFORE_TICK and (at - START).days in person.studies:
                person.study(at - dt.timedelta(minutes=30))
        decided = [(person, found) for person in everybody if (found := person.decision(since=since, at=at))]
        for _ in range(2):
            crew.publish("reminders.tasks.tick", at=at.isoformat())
        wait_until(lambda: is_quiet(crew), what="the workers to be done")
        for person, (today, decision) in decided:
            reasons[decision.reason] += 1
            if decision.write:
                person.mails.append((today, at))
        since = at
        said = {(person.learner.pk, day) for person in everybody for day, _ in person.mails}
        sent = set(Reminder.objects.sent().values_list("learner_id", "study_day"))
        assert sent == said, at
    addresses = Counter(person.address for person in everybody for _ in person.mails)
    assert Counter(delivery.recipient for delivery in crew.deliveries) == addresses
    assert Reminder.objects.count() == addresses.total()
    assert crew.start_again() == []
    assert {Reason.DUE, Reason.WAITING, Reason.STUDIED, Reason.WEEKDAY, Reason.AWAY, Reason.NOTHING_DUE} <= set(reasons)


def test_two_beats_that_tick_at_once_bring_one_mail_each(crew: Crew) -> None:
    at = timezone.now()
    make_due_learners(30, at=at, time_zone=zone_of_noon(at))
    start_all(crew, beats="tests.integration.hasty")
    wait_until(lambda: Reminder.objects.sent().count() == Learner.objects.count(), what="the mails")
    ticked = crew.posts["beat-0"].log.read_text().count("Sending due task")
    wait_until(
        lambda: crew.posts["beat-0"].log.read_text().count("Sending due task") > ticked + 3, what="some more ticks"
    )
    assert Counter(delivery.recipient for delivery in crew.deliveries) == {f"due{n}@example.org": 1 for n in range(30)}
