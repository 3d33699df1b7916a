"""What a mail provider tells after it took a mail: that it bounced, or that its reader complained.

anymail checks that the call comes from the provider; its signal is the only word it gives.
"""

from typing import Any

import structlog
from anymail.signals import AnymailTrackingEvent, EventType, tracking

from learners.models import User
from reminders import settings
from reminders.cadence import Reason
from reminders.models import Reminder, ReminderSetting

log = structlog.get_logger(__name__)


def connect() -> None:
    tracking.connect(take_note, dispatch_uid="reminders.bounces")


def take_note(*, event: AnymailTrackingEvent, **_: Any) -> None:
    """After a hard bounce nothing more goes to the address; after a complaint the reminders are off.

    Events about other mail of the address count too: a bounced sign-in code says the same of it.
    """
    address = event.recipient or ""
    if event.event_type in {EventType.BOUNCED, EventType.REJECTED}:
        User.objects.filter(email__iexact=address).update(refused_email=address)
        bounced = Reminder.objects.sent().filter(email__iexact=address).order_by("-pk").first()
        if bounced is not None:
            Reminder.objects.filter(pk=bounced.pk).update(state=Reminder.State.REFUSED, reason=Reason.REFUSED)
    elif event.event_type in {EventType.COMPLAINED, EventType.UNSUBSCRIBED}:
        for setting in ReminderSetting.objects.filter(learner__user__email__iexact=address):
            settings.stop(setting)
    else:
        return
    # Its kind alone: the address is a person's.
    log.info("mail_event", kind=event.event_type)
