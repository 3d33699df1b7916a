"""The minute's tick, and the senders that it wakes.

The broker carries nothing but the nudge: what is to be done stands in the database, and the next tick finds what a
crash, an outage or a lost message left undone.
"""

import datetime as dt
import time

import structlog
from celery import shared_task
from django.utils import timezone

from reminders import ledger, sending
from reminders.models import Reminder
from scheduler.editions import catch_up
from scheduler.models import Tick

# A tick decides for at most so many batches; the next one goes on. It stays well under its time limit.
LOOKS_A_TICK = 100
SENDERS_AT_MOST = 8
MAILS_A_SENDER = 100
SENDING_SECONDS = 45
# A nudge that nobody took before the next tick is of no use.
NUDGE_EXPIRES_SECONDS = 55

log = structlog.get_logger(__name__)


@shared_task(ignore_result=True)  # type: ignore[untyped-decorator]
def tick(at: str | None = None) -> None:
    """Bring cards of changed questions up to date, decide who is written to, and wake the senders.

    `at` is ISO 8601, default now. The moment is kept for `/readyz`.
    """
    moment = _moment(at)
    changed = catch_up(moment)
    adopted = ledger.adopt(moment)
    looks = (ledger.look(moment) for _ in range(LOOKS_A_TICK))
    looked = sum(iter(lambda: next(looks, 0), 0))
    expired = ledger.expire(moment)
    Tick.objects.update_or_create(pk=1, defaults={"at": moment})
    waiting = Reminder.objects.to_send(moment)[: SENDERS_AT_MOST * MAILS_A_SENDER].count()
    log.info("tick", cards_changed=changed, adopted=adopted, looked=looked, expired=expired, waiting=waiting)
    for _ in range(-(-waiting // MAILS_A_SENDER)):
        send.apply_async(kwargs={"at": at}, expires=NUDGE_EXPIRES_SECONDS)


@shared_task(ignore_result=True)  # type: ignore[untyped-decorator]
def send(at: str | None = None) -> None:
    """Send what waits, batch by batch, for the better part of a minute at most."""
    until = time.monotonic() + SENDING_SECONDS
    while time.monotonic() < until and sending.send_some(_moment(at)):
        pass


def _moment(at: str | None) -> dt.datetime:
    return dt.datetime.fromisoformat(at) if at else timezone.now()
