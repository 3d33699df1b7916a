"""The Celery app and its beat schedule: one tick a minute, and nothing else is queued ahead of time."""

import os
from typing import Any

from celery import Celery
from celery.schedules import crontab
from celery.signals import beat_init
from django_structlog.celery.steps import DjangoStructLogInitStep

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("readback")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.steps["worker"].add(DjangoStructLogInitStep)
app.autodiscover_tasks()
app.conf.beat_schedule = {
    "tick": {"task": "reminders.tasks.tick", "schedule": 60.0, "options": {"expires": 55}},
    "forget guests": {"task": "learners.tasks.forget_guests", "schedule": crontab(hour="3", minute="17")},
    "statistics asked for": {"task": "insights.tasks.renew_if_asked", "schedule": 60.0, "options": {"expires": 55}},
    "item statistics": {"task": "insights.tasks.renew_item_statistics", "schedule": crontab(hour="3", minute="41")},
}


@beat_init.connect  # type: ignore[untyped-decorator]
def tick_at_start(**_: Any) -> None:
    """Beat waits a whole interval before its first tick; a fresh start should not."""
    app.send_task("reminders.tasks.tick", expires=55)
