"""The minute's tick."""

import datetime as dt

import structlog
from celery import shared_task
from django.utils import timezone

from scheduler.editions import catch_up
from scheduler.joining import follow_merges
from scheduler.models import Tick

log = structlog.get_logger(__name__)


@shared_task(ignore_result=True)  # type: ignore[untyped-decorator]
def tick(at: str | None = None) -> None:
    """Bring cards of merged and changed questions up to date, and keep the moment for `/readyz`.

    `at` is ISO 8601, default now.
    """
    moment = dt.datetime.fromisoformat(at) if at else timezone.now()
    joined = follow_merges(moment)
    changed = catch_up(moment)
    Tick.objects.update_or_create(pk=1, defaults={"at": moment})
    log.info("tick", cards_changed=changed, cards_joined=joined)
