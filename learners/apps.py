from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class LearnersConfig(AppConfig):
    name = "learners"
    verbose_name = _("Learners")

    def ready(self) -> None:
        from learners import parts, profile, roles, signals

        parts.register(
            "learners", merge=profile.merge, export=profile.export, erase=profile.erase, models=profile.MODELS
        )
        signals.connect()
        post_migrate.connect(roles.hand_out, dispatch_uid="learners.roles")
