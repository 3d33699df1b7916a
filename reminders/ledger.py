"""The ledger's verbs: who is looked at, which mails are due, who is at them, and what became of each.

Every verb is one short transaction that a crash undoes whole, and doing it twice does nothing more. The unique row
of a learner's study day is what keeps two ticks, two beats or two workers from writing two mails.
"""

import datetime as dt
from email.utils import make_msgid
from urllib.parse import urlsplit

import structlog
from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.db import DatabaseError, transaction
from django.db.models import F

from learners.models import Learner
from reminders.cadence import DAY, Facts, Reason, Wished, decide, next_look
from reminders.facts import facts_of
from reminders.models import Reminder, ReminderQuerySet, ReminderSetting
from scheduler.days import moment_at

LOOK_BATCH = 100
# Longer than a sending task may live, so that nobody takes what somebody is still at.
LEASE = dt.timedelta(minutes=3)
PAUSES = tuple(dt.timedelta(minutes=minutes) for minutes in (1, 2, 5, 15, 30, 60))
FAULTY_WAIT = dt.timedelta(hours=1)

log = structlog.get_logger(__name__)


def adopt(at: dt.datetime) -> int:
    """Give accounts that have no setting yet the usual one; a batch a call. Returns how many."""
    newcomers = Learner.objects.filter(user__isnull=False, reminder_setting=None).order_by("pk")[:LOOK_BATCH]
    made = [ReminderSetting(learner=learner) for learner in newcomers]
    for setting in made:
        setting.next_at = _first_look(setting, at)
    ReminderSetting.objects.bulk_create(made, ignore_conflicts=True)
    return len(made)


def _first_look(setting: ReminderSetting, at: dt.datetime) -> dt.datetime | None:
    """The next wished moment; later, if a clock like hers is not known here, for others wait behind her."""
    try:
        return next_look(setting.calendar, after=at)
    except Exception as error:
        log.error("reminder_not_adopted", learner=setting.learner_id, why=type(error).__name__)
        return at + FAULTY_WAIT


def look(at: dt.datetime) -> int:
    """Decide for a batch of those whose moment has come. Returns how many were looked at; 0 when all are.

    The decisions are taken before the transaction, so that nobody who answers waits for them; whoever changed her
    setting meanwhile keeps the moment that she got by it.
    """
    batch = list(ReminderSetting.objects.to_look_at(at)[:LOOK_BATCH])
    looked = [_look_guarded(setting, at) for setting in batch]
    written = [reminder for reminder, _ in looked if reminder]
    with transaction.atomic():
        # Erased since the batch was read, she must not be written to, nor hold up the others.
        still_here = Learner.objects.filter(pk__in=[reminder.learner_id for reminder in written])
        alive = set(still_here.select_for_update(no_key=True).order_by("pk").values_list("pk", flat=True))
        Reminder.objects.bulk_create(
            [reminder for reminder in written if reminder.learner_id in alive], ignore_conflicts=True
        )
        for setting, (_, next_at) in zip(batch, looked, strict=True):
            ReminderSetting.objects.filter(pk=setting.pk, next_at=setting.next_at).update(next_at=next_at)
    return len(batch)


def _look_guarded(setting: ReminderSetting, at: dt.datetime) -> tuple[Reminder | None, dt.datetime | None]:
    """The mail to be written, if any, and when to look next; one that cannot be decided must not stop the others."""
    try:
        return _reminder_for(setting, at), next_look(setting.calendar, after=at)
    except (DatabaseError, SoftTimeLimitExceeded):
        raise
    except Exception as error:
        # Its kind alone: the text of the fault may name the learner.
        log.error("reminder_not_decided", setting=setting.pk, why=type(error).__name__)
        return None, at + FAULTY_WAIT


def _reminder_for(setting: ReminderSetting, at: dt.datetime) -> Reminder | None:
    """The mail to be written for the wish that has come; None if none is, or if the study day of that wish is over."""
    wished = setting.calendar.latest_wish(at=at)
    if setting.calendar.study_day(at) != wished.today:
        return None
    facts = facts_of(setting, at=at)
    decision = decide(facts, on=wished.on, today=wished.today)
    return reminder_of(setting, facts, wished, decision.reason, at=at) if decision.write else None


def reminder_of(setting: ReminderSetting, facts: Facts, wished: Wished, reason: Reason, *, at: dt.datetime) -> Reminder:
    """The row of a mail that was decided on, not stored. It expires when its study day ends."""
    calendar = setting.calendar
    user = setting.learner.user
    assert user is not None
    return Reminder(
        learner=setting.learner,
        study_day=wished.today,
        reason=reason,
        email=user.email,
        message_id=make_msgid(domain=urlsplit(settings.SITE_URL).hostname),
        ignored=facts.ignored,
        created_at=at,
        try_at=at,
        expires_at=moment_at(wished.today + DAY, calendar.day_start, calendar.time_zone),
    )


def expire(at: dt.datetime) -> int:
    """Close what was not sent before its study day ended. Returns how many."""
    return Reminder.objects.expired(at).update(state=Reminder.State.EXPIRED)


def claim(at: dt.datetime, *, limit: int) -> list[Reminder]:
    """Lease up to `limit` waiting mails to the caller. Two callers never get the same one while the lease lasts."""
    with transaction.atomic():
        found = Reminder.objects.to_send(at).select_for_update(skip_locked=True)
        claimed = list(found[:limit])
        lease = at + LEASE
        Reminder.objects.filter(pk__in=[reminder.pk for reminder in claimed]).update(
            try_at=lease, attempts=F("attempts") + 1
        )
    for reminder in claimed:
        reminder.try_at, reminder.attempts = lease, reminder.attempts + 1
    return claimed


def give_back(reminders: list[Reminder], *, at: dt.datetime) -> None:
    """Return what was claimed and not tried, for whoever comes next."""
    for reminder in reminders:
        _held(reminder).update(try_at=at, attempts=F("attempts") - 1)


def mark_sent(reminder: Reminder, *, at: dt.datetime) -> None:
    """The mail server has taken it, whoever holds it by now."""
    Reminder.objects.waiting().filter(pk=reminder.pk).update(state=Reminder.State.SENT, sent_at=at, trouble="")


def drop(reminder: Reminder, reason: Reason) -> None:
    """It is no longer wanted: not sent."""
    _held(reminder).update(state=Reminder.State.DROPPED, reason=reason)


def refuse(reminder: Reminder, reason: Reason, *, trouble: str) -> None:
    """It was turned down for good: not tried again."""
    _held(reminder).update(state=Reminder.State.REFUSED, reason=reason, trouble=trouble)


def put_off(reminder: Reminder, *, trouble: str, at: dt.datetime) -> None:
    """It could not be sent now: tried again after a pause that grows with each attempt."""
    pause = PAUSES[min(reminder.attempts, len(PAUSES)) - 1]
    _held(reminder).update(try_at=at + pause, trouble=trouble)


def _held(reminder: Reminder) -> ReminderQuerySet:
    """The row while the caller's own lease stands: one who slept beyond it must not break another's."""
    return Reminder.objects.waiting().filter(pk=reminder.pk, try_at=reminder.try_at)
