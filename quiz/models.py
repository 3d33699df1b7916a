"""A learner says that a question is bad, and a curator what comes of it."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from catalog.models import Question


class ReportQuerySet(models.QuerySet["QuestionReport"]):
    def undecided(self) -> "ReportQuerySet":
        return self.filter(status=QuestionReport.Status.OPEN)

    def to_be_told(self) -> "ReportQuerySet":
        """Decided, and the learner who wanted to know does not yet; the oldest decision first."""
        asked = self.filter(wants_answer=True, told_at=None).exclude(status=QuestionReport.Status.OPEN)
        return asked.order_by("decided_at", "id")


class QuestionReport(models.Model):
    """One learner's complaint about one wording, with the card as she saw it, and what became of it.

    `shown` keeps the option order (choice numbers), the side, and what she had chosen or typed. `answer` is what the
    curator writes to her; `told_at` is when she had read it, if she `wants_answer`. Who reported is nobody's business.
    """

    class Reason(models.TextChoices):
        WRONG = "wrong", _("The answer is wrong")
        OUTDATED = "outdated", _("It is out of date")
        AMBIGUOUS = "ambiguous", _("More than one answer fits")
        UNCLEAR = "unclear", _("I can’t tell what is asked")
        OTHER = "other", _("Something else")

    class Status(models.TextChoices):
        OPEN = "open", _("Open")
        ACCEPTED = "accepted", _("Accepted")
        REJECTED = "rejected", _("Rejected")
        ANSWERED = "answered", _("Answered")

    learner = models.ForeignKey("learners.Learner", models.CASCADE, related_name="reports")
    question = models.ForeignKey("catalog.Question", models.PROTECT, related_name="reports")
    revision = models.ForeignKey("catalog.QuestionRevision", models.PROTECT, related_name="+")
    reason = models.CharField(_("reason"), max_length=10, choices=Reason)
    comment = models.TextField(_("comment"), blank=True, max_length=2000)
    shown = models.JSONField(default=dict)
    reported_at = models.DateTimeField()
    wants_answer = models.BooleanField(_("tell me what became of it"), default=False)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.OPEN)
    answer = models.TextField(_("answer"), blank=True, max_length=2000)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    told_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[Any] = ReportQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-reported_at"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["learner", "revision"], name="one_report_a_learner_and_wording"),
            models.CheckConstraint(
                condition=Q(status="open", decided_at=None) | (~Q(status="open") & Q(decided_at__isnull=False)),
                name="decided_report_says_when",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["question", "reported_at"]),
            models.Index(fields=["question"], condition=Q(status="open"), name="report_open"),
        ]
        verbose_name = _("question report")
        verbose_name_plural = _("question reports")

    def __str__(self) -> str:
        return f"{self.question_id}: {self.reason}"


class ReportedQuestion(Question):
    """A question with all its reports: one line of the curators' inbox."""

    class Meta:
        proxy = True
        verbose_name = _("reported question")
        verbose_name_plural = _("reported questions")
