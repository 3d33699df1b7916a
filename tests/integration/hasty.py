"""The Celery app with a beat whose minute lasts a second, for tests that cannot wait for one."""

from config.celery import app

app.conf.beat_schedule["tick"]["schedule"] = 1.0

__all__ = ["app"]
