"""A learner says that a question is bad."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _


class QuestionReport(models.Model):
    """One learner's complaint about one wording, with the card as she saw it.

    `shown` keeps the option order (choice numbers), the side, and what she had chosen or typed.
    """

    class Reason(models.TextChoices):
        WRONG = "wrong", _("The answer is wrong")
        OUTDATED = "outdated", _("It is out of date")
        AMBIGUOUS = "ambiguous", _("More than one answer fits")
        UNCLEAR = "unclear", _("I can’t tell what is asked")
        OTHER = "other", _("Something else")

    learner = models.ForeignKey("learners.Learner", models.CASCADE, related_name="reports")
    question = models.ForeignKey("catalog.Question", models.PROTECT, related_name="reports")
    revision = models.ForeignKey("catalog.QuestionRevision", models.PROTECT, related_name="+")
    reason = models.CharField(_("reason"), max_length=10, choices=Reason)
    comment = models.TextField(_("comment"), blank=True, max_length=2000)
    shown = models.JSONField(default=dict)
    reported_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["-reported_at"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["learner", "revision"], name="one_report_a_learner_and_wording")
        ]
        indexes: ClassVar = [models.Index(fields=["question", "reported_at"])]
        verbose_name = _("question report")
        verbose_name_plural = _("question reports")

    def __str__(self) -> str:
        return f"{self.question_id}: {self.reason}"
