from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SchedulerConfig(AppConfig):
    name = "scheduler"
    verbose_name = _("Scheduler")

    def ready(self) -> None:
        from learners import parts
        from scheduler import merge
        from scheduler.models import Card, DayTotal, Review

        parts.register(
            "scheduler", merge=merge.merge, export=merge.export, erase=merge.erase, models=[Card, Review, DayTotal]
        )
