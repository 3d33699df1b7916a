"""What the night makes of the day's answers."""

import datetime as dt
import time

import structlog
from celery import shared_task
from django.utils import timezone

from insights.cases import work_through_cases
from insights.models import RenewalRequest
from insights.questions import renew_statistics

log = structlog.get_logger(__name__)
HOUR_SECONDS = 60 * 60


# It takes minutes where the log holds millions. A run that was lost is made up for by the next night's, and one that
# came back from the broker while it still runs would do all the work twice: so it is acknowledged as it begins.
LONG = {"ignore_result": True, "acks_late": False, "soft_time_limit": HOUR_SECONDS, "time_limit": HOUR_SECONDS + 60}


@shared_task(**LONG)  # type: ignore[untyped-decorator]
def renew_item_statistics(at: str | None = None) -> None:
    """Compute the statistics of all questions anew, and work through the cases. `at` is ISO 8601, default now."""
    _renew(dt.datetime.fromisoformat(at) if at else timezone.now())


@shared_task(**LONG)  # type: ignore[untyped-decorator]
def renew_if_asked(at: str | None = None) -> None:
    """Do that if somebody asked for it since the last minute. Whoever deletes the request does the work."""
    asked, _ = RenewalRequest.objects.all().delete()
    if asked:
        _renew(dt.datetime.fromisoformat(at) if at else timezone.now())


def _renew(moment: dt.datetime) -> None:
    began = time.monotonic()
    questions = renew_statistics(moment)
    cases = work_through_cases(moment)
    log.info("item_statistics", questions=questions, seconds=round(time.monotonic() - began, 1), **cases)
