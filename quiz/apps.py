from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class QuizConfig(AppConfig):
    name = "quiz"
    verbose_name = _("Quiz")

    def ready(self) -> None:
        from learners.parts import register
        from quiz import parts
        from quiz.models import QuestionReport

        register("quiz", merge=parts.merge, export=parts.export, erase=parts.erase, models=[QuestionReport])
