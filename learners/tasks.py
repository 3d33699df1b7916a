"""Guests who never came back are forgotten."""

import datetime as dt

import structlog
from celery import shared_task
from django.db import transaction
from django.utils import timezone

from learners import parts
from learners.access import COOKIE_LIFETIME
from learners.models import Learner

BATCH = 200

log = structlog.get_logger(__name__)


@shared_task  # type: ignore[untyped-decorator]
def forget_guests(at: dt.datetime | None = None) -> int:
    """Erases the guests unseen for as long as a cookie lives, and says how many. Stopped midway, it loses nothing."""
    unseen = Learner.objects.filter(user=None, seen_at__lt=(at or timezone.now()) - COOKIE_LIFETIME)
    erased = last = 0
    while batch := list(unseen.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:BATCH]):
        for pk in batch:
            with transaction.atomic():
                # She may have come back since the batch was read.
                guest = unseen.select_for_update().filter(pk=pk).first()
                if guest:
                    parts.erase(guest)
                    erased += 1
        last = batch[-1]
    log.info("guests_forgotten", erased=erased)
    return erased
