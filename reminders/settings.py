"""What changes when and whether a learner is written to: each verb also sets when to decide next."""

import datetime as dt

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
    """Keep the setting as it stands; the next decision falls on the next wished moment after `at`."""
    setting.next_at = None if setting.wish == Wish.NEVER else next_look(setting.calendar, after=at)
    setting.save()


def stop(setting: ReminderSetting) -> None:
    """No reminder comes any more. What waits to be sent is looked at again before, and then is not."""
    ReminderSetting.objects.filter(pk=setting.pk).update(wish=Wish.NEVER, next_at=None)


def snooze(setting: ReminderSetting, *, at: dt.datetime) -> None:
    """None for a week, counted from today."""
    setting.snoozed_until = setting.calendar.study_day(at) + SNOOZE_DAYS * DAY
    save(setting, at=at)


def follow_clock(learner: Learner, *, at: dt.datetime) -> None:
    """Her time zone or the start of her day is another one: the next moment is reckoned anew."""
    setting = ReminderSetting.objects.filter(learner=learner).first()
    if setting is not None:
        setting.learner = learner
        save(setting, at=at)


def forgive_address(user: User | None) -> None:
    """Write to the account's address again, though it refused mail before."""
    if user is not None:
        user.refused_email = ""
        user.save(update_fields=["refused_email"])
