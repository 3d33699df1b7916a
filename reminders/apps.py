from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RemindersConfig(AppConfig):
    name = "reminders"
    verbose_name = _("Reminders")

    def ready(self) -> None:
        from learners.parts import register
        from reminders import bounces, forms, parts, settings

        register(
            "reminders",
            merge=parts.merge,
            export=parts.export,
            erase=parts.erase,
            models=parts.MODELS,
            section=forms.section_of,
            clock_changed=settings.follow_clock,
        )
        bounces.connect()
