"""What changes when and whether a learner is written to: each verb also sets when to decide next."""

import datetime as dt
from zoneinfo import ZoneInfo

from learners.models import Learner, User
from reminders.cadence import DAY, Wish, next_look
from reminders.models import ReminderSetting

SNOOZE_DAYS = 7


def setting_of(learner: Learner) -> ReminderSetting:
    """The learner's setting, or the usual one, unsaved. One query."""
    setting = ReminderSetting.objects.filter(learner=learner).first() or ReminderSetting()
    setting.learner = learner
    return setting


def save(setting: ReminderSetting, *, at: dt.datetime) -> None:
    """Keep the setting as it stands; the next decision falls on the next wished moment after `at`.

    A moment that has come, and that the tick has not looked at yet, is not lost by it.
    """
    if setting.pk is None:
        # The tick may have made her setting meanwhile.
        stored, _ = ReminderSetting.objects.get_or_create(learner=setting.learner)
        setting.pk, setting.key, setting.next_at = stored.pk, stored.key, stored.next_at
    setting.next_at = _next_at(setting, at)
    setting.save(force_update=True)


def _next_at(setting: ReminderSetting, at: dt.datetime) -> dt.datetime | None:
    if setting.wish == Wish.NEVER:
        return None
    has_come = setting.next_at is not None and setting.next_at <= at
    return setting.next_at if has_come else next_look(setting.calendar, after=at)


def stop(setting: ReminderSetting) -> None:
    """No reminder comes any more. What waits to be sent is looked at again before, and then is not."""
    ReminderSetting.objects.filter(pk=setting.pk).update(wish=Wish.NEVER, next_at=None)


def snooze(setting: ReminderSetting, *, at: dt.datetime) -> None:
    """None for a week, counted from today. Writes nothing else: she may stop them at the same moment."""
    setting.snoozed_until = week_from(at, setting.learner.time_zone)
    setting.next_at = _next_at(setting, at)
    setting.save(update_fields=["snoozed_until", "next_at"])


def week_from(at: dt.datetime, time_zone: str) -> dt.date:
    """The local date a week after that of a moment."""
    return at.astimezone(ZoneInfo(time_zone)).date() + SNOOZE_DAYS * DAY


def follow_clock(learner: Learner, *, at: dt.datetime) -> None:
    """Her time zone or the start of her day is another one: the next moment is reckoned anew."""
    setting = ReminderSetting.objects.filter(learner=learner).first()
    if setting is not None:
        setting.learner = learner
        setting.next_at = _next_at(setting, at)
        setting.save(update_fields=["next_at"])


def forgive_address(user: User | None) -> None:
    """Write to the account's address again, though it refused mail before."""
    if user is not None:
        user.refused_email = ""
        user.save(update_fields=["refused_email"])
