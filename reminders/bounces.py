"""What a mail provider tells after it took a mail: that it bounced, or that its reader complained.

anymail checks that the call comes from the provider; its signal is the only word it gives.
"""

import re
from typing import Any

import structlog
from anymail.signals import AnymailTrackingEvent, EventType, RejectReason, tracking
from django.db.models import Q

from learners.models import User
from reminders import settings
from reminders.cadence import Reason
from reminders.models import Reminder, ReminderSetting

# Providers' words for a bounce that may pass.
SOFT = re.compile(r"soft|transient|undetermined", re.IGNORECASE)

log = structlog.get_logger(__name__)


def connect() -> None:
    tracking.connect(take_note, dispatch_uid="reminders.bounces")


def take_note(*, event: AnymailTrackingEvent, **_: Any) -> None:
    """After a hard bounce nothing more goes to the address; after a complaint the reminders are off.

    Events about other mail of the address count too: a bounced sign-in code says the same of it.
    """
    address = event.recipient or ""
    if event.event_type in {EventType.BOUNCED, EventType.REJECTED} and _is_for_good(event):
        not_known = ~Q(refused_email__iexact=address)
        if User.objects.filter(not_known, email__iexact=address).update(refused_email=address):
            bounced = Reminder.objects.sent().filter(email__iexact=address).order_by("-pk").values_list("pk")
            Reminder.objects.filter(pk__in=[pk for (pk,) in bounced[:1]]).update(
                state=Reminder.State.REFUSED, reason=Reason.REFUSED
            )
    elif event.event_type in {EventType.COMPLAINED, EventType.UNSUBSCRIBED}:
        for setting in ReminderSetting.objects.filter(learner__user__email__iexact=address):
            settings.stop(setting)
    else:
        return
    # Its kind alone: the address is a person's.
    log.info("mail_event", kind=event.event_type)


def _is_for_good(event: AnymailTrackingEvent) -> bool:
    """Whether the address itself is at fault, as far as the provider says; a full mailbox or a busy server is not."""
    if event.reject_reason not in {None, RejectReason.INVALID, RejectReason.BOUNCED}:
        return False
    if event.event_type == EventType.REJECTED:
        return event.reject_reason is not None
    return not SOFT.search(f"{event.description} {event.esp_event}")
