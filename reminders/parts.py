"""What becomes of a learner's reminders when she is merged, exported or erased."""

from typing import Any

from learners.models import Learner
from reminders.models import Reminder, ReminderSetting

MODELS = (ReminderSetting, Reminder)


def merge(guest: Learner, account: Learner) -> None:
    """A guest left no address, and so has no reminders."""


def export(learner: Learner) -> dict[str, Any]:
    """When she wished to be written to, and what was."""
    wishes = ("wish", "clock", "weekdays", "snoozed_until", "away_from", "away_until")
    mails = learner.reminders.order_by("id").values("study_day", "email", "state", "reason", "sent_at")
    setting = ReminderSetting.objects.filter(learner=learner).values(*wishes).first()
    return {"setting": setting, "mails": list(mails)}


def erase(learner: Learner) -> None:
    Reminder.objects.filter(learner=learner).delete()
    ReminderSetting.objects.filter(learner=learner).delete()
