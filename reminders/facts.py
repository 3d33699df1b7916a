"""What a decision rests on, asked of the database: five queries a learner."""

import datetime as dt
from typing import Any

from allauth.account.models import EmailAddress
from django.db.models import Count, Max, Q

from learners.models import Learner
from reminders.cadence import DAY, FORESEEN_DAYS, FULL_SESSION_CARDS, Due, Facts
from reminders.models import Reminder, ReminderSetting

CARDS_LOOKED_AT = 250


def facts_of(setting: ReminderSetting, *, at: dt.datetime) -> Facts:
    """The facts as they stand, with the cards due within the foreseen days of `at`.

    Reads the setting's learner and her account: select them with the setting.
    """
    learner: Learner = setting.learner
    user = learner.user
    calendar = setting.calendar
    active = learner.cards.active()
    horizon = calendar.study_day(at) + FORESEEN_DAYS * DAY
    soonest = active.filter(due_on__lte=horizon).order_by("due_on", "shuffle").values_list("due_on", "interval_days")
    return Facts(
        wish=setting.wish,
        calendar=calendar,
        has_address=user is not None and user.is_active and _is_verified(user.email, user.pk),
        is_refused=user is not None and user.mail_is_refused,
        studied_on=learner.last_study_day,
        cards=[Due(due_on, interval_days) for due_on, interval_days in soonest[:CARDS_LOOKED_AT] if due_on],
        cards_in_all=active.filter(due_on__isnull=False)[:FULL_SESSION_CARDS].count(),
        limit=learner.reviews_per_day,
        **_mails(learner),
    )


def _is_verified(email: str, user_id: int) -> bool:
    return bool(EmailAddress.objects.filter(user=user_id, email__iexact=email, verified=True).exists())


def _mails(learner: Learner) -> dict[str, Any]:
    """What the ledger says: the latest mail, and those that no answer followed."""
    answered_at = learner.reviews.studied().order_by("-study_day", "-id").values_list("reviewed_at", flat=True).first()
    ignored = Q(state=Reminder.State.SENT)
    if answered_at is not None:
        ignored &= Q(sent_at__gt=answered_at)
    return learner.reminders.aggregate(
        written_on=Max("study_day"),
        ignored=Count("pk", filter=ignored),
        last_mail_on=Max("study_day", filter=ignored),
    )
