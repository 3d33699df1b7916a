"""Whom a tick looks at, and that nobody who cannot be looked at holds up the others."""

import datetime as dt

import pytest

from learners.models import Learner
from reminders import ledger, tasks
from reminders.cadence import Calendar, next_look
from reminders.models import Reminder, ReminderSetting
from tests.factories import AT, make_card, make_learner

pytestmark = pytest.mark.django_db
HOUR = dt.timedelta(hours=1)


def due_learner(**fields: object) -> Learner:
    learner = make_learner()
    make_card(learner)
    ReminderSetting.objects.create(learner=learner, **{"next_at": AT, **fields})
    return learner


def test_learner_whose_zone_is_gone_from_the_machine_does_not_hold_up_the_others() -> None:
    lost, other = due_learner(next_at=AT - HOUR), due_learner()
    Learner.objects.filter(pk=lost.pk).update(time_zone="Atlantis/Capital")
    assert ledger.look(AT) == 2
    assert Reminder.objects.get().learner == other
    assert lost.reminder_setting.next_at == AT - HOUR
    lost.reminder_setting.refresh_from_db()
    assert AT < lost.reminder_setting.next_at <= AT + HOUR


def test_break_at_the_end_of_the_calendar_has_a_next_moment_and_is_found_at_once() -> None:
    far = Calendar(dt.time(8), "UTC", dt.time(4), away_from=dt.date(9999, 1, 1), away_until=dt.date.max)
    assert next_look(far, after=AT) == AT.replace(hour=8) + dt.timedelta(days=1)
    assert len(list(far.wishes(after=AT))) < 500


def test_tick_stops_deciding_when_its_time_is_over_and_the_next_one_goes_on(monkeypatch) -> None:
    monkeypatch.setattr(ledger, "LOOK_BATCH", 2)
    monkeypatch.setattr(tasks, "DECIDING_SECONDS", 0)
    for _ in range(3):
        due_learner()
    assert tasks.decide(AT) == 2
    assert tasks.decide(AT) == 1
    assert Reminder.objects.count() == 3


@pytest.mark.parametrize(
    ("clock", "days_on"), [(dt.time(8), 0), (dt.time(23, 59), 0), (dt.time(4), 0), (dt.time(3, 59), 1), (dt.time(0), 1)]
)
def test_wished_time_before_the_start_of_the_day_falls_on_the_date_after(clock, days_on) -> None:
    calendar = Calendar(clock, "Europe/Berlin", dt.time(4))
    assert calendar.date_in(AT.date()) == AT.date() + dt.timedelta(days=days_on)
