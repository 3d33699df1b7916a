"""Is it well? `/healthz` speaks for the process, `/readyz` for what it needs; both in words."""

import datetime as dt
import time

import redis
from django.conf import settings
from django.db import Error, connection
from django.http import HttpRequest, JsonResponse
from django.utils import timezone

from reminders.models import MailOutage
from scheduler.models import Tick

STARTED = time.monotonic()
STARTING_SECONDS = 180
TICK_OLD_AFTER = dt.timedelta(minutes=3)
BROKER_TIMEOUT_SECONDS = 1


def healthz(request: HttpRequest) -> JsonResponse:
    """The process answers."""
    return JsonResponse({"status": "ok"})


def readyz(request: HttpRequest) -> JsonResponse:
    """Database, broker, the age of the last tick, and whether mail leaves. 503 when one of them is not well.

    A tick is not missed before the process is three minutes old: until then its absence reads *starting*.
    """
    parts = {"database": _database(), "broker": _broker()}
    for name, asked in {"tick": _tick, "mail": _mail}.items():
        parts[name] = asked() if parts["database"] == "ok" else "unknown: the database does not answer"
    well = all(word in {"ok", "starting"} for word in parts.values())
    status = "starting" if well and "starting" in parts.values() else "ok" if well else "not ready"
    return JsonResponse({"status": status, **parts}, status=200 if well else 503)


def _database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Error:
        return "does not answer"
    return "ok"


def _broker() -> str:
    client = redis.Redis.from_url(
        settings.CELERY_BROKER_URL,
        socket_timeout=BROKER_TIMEOUT_SECONDS,
        socket_connect_timeout=BROKER_TIMEOUT_SECONDS,
    )
    try:
        client.ping()
    except redis.RedisError:
        return "does not answer"
    finally:
        client.close()
    return "ok"


def _tick() -> str:
    last = Tick.objects.values_list("at", flat=True).first()
    age = timezone.now() - last if last else None
    if age is not None and age <= TICK_OLD_AFTER:
        return "ok"
    if time.monotonic() - STARTED < STARTING_SECONDS:
        return "starting"
    return f"last one {age.total_seconds():.0f} seconds ago" if age else "never ran"


def _mail() -> str:
    outage = MailOutage.objects.first()
    return f"none has left since {outage.since:%Y-%m-%d %H:%M} UTC: {outage.why}" if outage else "ok"
