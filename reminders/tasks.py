"""The minute's tick, and the senders that it wakes.

The broker carries nothing but the nudge: what is to be done stands in the database, and the next tick finds what a
crash, an outage or a lost message left undone.
"""

import datetime as dt
import time

import structlog
from celery import shared_task
from celery.exceptions import SoftTimeLimitExceeded
from django.db import DatabaseError
from django.utils import timezone

from reminders import ledger, post, sending
from reminders.models import Reminder
from scheduler.editions import catch_up
from scheduler.joining import follow_merges
from scheduler.models import Tick

# A tick that has more to decide than this leaves the rest to the next: its own time limit would cut it off before it
# wakes the senders.
DECIDING_SECONDS = 30
SENDERS_AT_MOST = 8
MAILS_A_SENDER = 100
SENDING_SECONDS = 45
# A nudge that nobody took before the next tick is of no use.
NUDGE_EXPIRES_SECONDS = 55

log = structlog.get_logger(__name__)


@shared_task(ignore_result=True)  # type: ignore[untyped-decorator]
def tick(at: str | None = None) -> None:
    """Bring cards of merged and changed questions up to date, decide who is written to, and wake the senders.

    `at` is ISO 8601, default now. The moment is kept for `/readyz`.
    """
    moment = _moment(at)
    cards = _follow_questions(moment)
    adopted = ledger.adopt(moment)
    looked = decide(moment)
    expired = ledger.expire(moment)
    Tick.objects.update_or_create(pk=1, defaults={"at": moment})
    waiting = Reminder.objects.to_send(moment)[: SENDERS_AT_MOST * MAILS_A_SENDER].count()
    log.info("tick", **cards, adopted=adopted, looked=looked, expired=expired, waiting=waiting)
    for _ in range(-(-waiting // MAILS_A_SENDER) or post.is_out()):
        send.apply_async(kwargs={"at": at}, expires=NUDGE_EXPIRES_SECONDS)


@shared_task(ignore_result=True)  # type: ignore[untyped-decorator]
def send(at: str | None = None) -> None:
    """Send what waits, batch by batch, for the better part of a minute at most."""
    until = time.monotonic() + SENDING_SECONDS
    while time.monotonic() < until and sending.send_some(_moment(at)):
        pass


def _follow_questions(at: dt.datetime) -> dict[str, int]:
    """Bring cards of merged and changed questions up to date; a card that cannot be must not stop the reminders."""
    try:
        return {"cards_joined": follow_merges(at), "cards_changed": catch_up(at)}
    except (DatabaseError, SoftTimeLimitExceeded):
        raise
    except Exception as error:
        # Its kind alone: the text of the fault may name the learner.
        log.error("cards_not_followed", why=type(error).__name__)
        return {}


def decide(at: dt.datetime) -> int:
    """Look at those whose moment has come, a batch at least, for half a minute at most. Returns at how many."""
    until = time.monotonic() + DECIDING_SECONDS
    looked = 0
    while batch := ledger.look(at):
        looked += batch
        if time.monotonic() >= until:
            break
    return looked


def _moment(at: str | None) -> dt.datetime:
    return dt.datetime.fromisoformat(at) if at else timezone.now()
