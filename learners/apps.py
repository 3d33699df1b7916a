from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LearnersConfig(AppConfig):
    name = "learners"
    verbose_name = _("Learners")

    def ready(self) -> None:
        from learners import parts, profile, signals

        parts.register(
            "learners", merge=profile.merge, export=profile.export, erase=profile.erase, models=profile.MODELS
        )
        signals.connect()
