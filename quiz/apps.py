from django.apps import AppConfig
from django.core.checks import Tags
from django.core.checks import register as register_check
from django.utils.translation import gettext_lazy as _


class QuizConfig(AppConfig):
    name = "quiz"
    verbose_name = _("Quiz")

    def ready(self) -> None:
        from catalog import extras
        from learners.parts import register
        from quiz import checks, parts, preview
        from quiz.at_questions import reports_link
        from quiz.models import QuestionReport

        register_check(checks.no_demo_accounts_in_production, Tags.database)
        register("quiz", merge=parts.merge, export=parts.export, erase=parts.erase, models=[QuestionReport])
        extras.register_card(preview.show_card)
        extras.links.append(reports_link)
