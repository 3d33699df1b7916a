"""What the answers tell of each question, as the night's task leaves it; and the cases that it opens."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class ItemStatisticQuerySet(models.QuerySet["ItemStatistic"]):
    def current(self) -> "ItemStatisticQuerySet":
        """One a question: of the answers to what it says now."""
        return self.filter(is_current=True)

    def to_mend(self) -> "ItemStatisticQuerySet":
        """Published questions with something against them, the worst first."""
        return self.current().filter(score__gt=0, question__status="published").order_by("-score", "question_id")

    def with_question(self) -> "ItemStatisticQuerySet":
        return self.select_related("question__resource__topic", "revision")


class ItemStatistic(models.Model):
    """Figures of one question, or of one of its wordings, written anew as a whole by each run.

    `revision` is the first of a wording (a typo makes no new one), and NULL for all answers. Shares are from 0 to 1;
    `facility`, `discrimination` and `efficiency` are in percent, as in `insights.item_analysis`. Of fewer than ten
    learners the counts are kept and nothing else: what is NULL is not known, or not to be told. `complaints` are those
    of `insights.mending`, the worst first; `options`, `gaps` and `strata` hold what the named tuples of
    `insights.figures` do.
    """

    question = models.ForeignKey("catalog.Question", models.CASCADE, related_name="statistics")
    revision = models.ForeignKey(
        "catalog.QuestionRevision", models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("wording")
    )
    is_current = models.BooleanField()
    learners = models.PositiveIntegerField(_("learners"))
    answers = models.PositiveIntegerField(_("answers"))
    median_seconds = models.FloatField(_("median time"), null=True)
    first_answers = models.PositiveIntegerField(_("first answers"))
    facility = models.FloatField(_("facility"), null=True)
    discrimination = models.FloatField(_("discrimination index"), null=True)
    efficiency = models.FloatField(_("discriminative efficiency"), null=True)
    options = models.JSONField(default=list)
    reviews = models.PositiveIntegerField(_("reviews"))
    reviewers = models.PositiveIntegerField(_("learners reviewed"))
    recalled = models.FloatField(_("recalled"), null=True)
    expected = models.FloatField(_("expected"), null=True)
    residual = models.FloatField(_("recall less what was expected"), null=True)
    residual_low = models.FloatField(null=True)
    residual_high = models.FloatField(null=True)
    lapse_rate = models.FloatField(_("lapse rate"), null=True)
    leeches = models.PositiveIntegerField(_("leeches"), default=0)
    reports = models.PositiveIntegerField(_("reports"), default=0)
    gaps = models.JSONField(default=list)
    strata = models.JSONField(default=list)
    complaints = models.JSONField(default=list)
    # The faults of the complaints, each between commas, to filter by.
    faults = models.CharField(max_length=100, blank=True)
    score = models.FloatField(_("score"), default=0)
    computed_at = models.DateTimeField(_("computed"))

    objects: ClassVar[Any] = ItemStatisticQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-score", "question_id", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["question", "revision"], name="one_statistic_a_wording"),
            models.UniqueConstraint(
                fields=["question"], condition=models.Q(is_current=True), name="one_current_statistic_a_question"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["-score"], condition=models.Q(is_current=True), name="statistic_to_mend")
        ]
        verbose_name = _("item statistic")
        verbose_name_plural = _("item statistics")

    def __str__(self) -> str:
        return f"{self.question_id}/{self.revision_id or _('all')}"


class RenewalRequest(models.Model):
    """Somebody wants the statistics computed now: one row, until the minute's task takes it."""

    asked_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.asked_at.isoformat()


class CaseQuerySet(models.QuerySet["Case"]):
    def running(self) -> "CaseQuerySet":
        """Those that wait for a mending, or for answers to what was mended."""
        return self.filter(status__in=Case.RUNNING)


class Case(models.Model):
    """A question that needs mending, from the evidence that opened the case to that which closes it.

    `wording` is what the complaint is about, named by its first revision; `mended_by` the latest revision after it
    that was more than a typo. `evidence` and `findings` are numbers by name: `insights.cases` says which, and
    `curating_words` says them in words. A wording has one case a trigger, whatever became of it.
    """

    class Trigger(models.TextChoices):
        RESIDUAL = "residual", _("Forgotten")
        LEECHES = "leeches", _("Leeches")
        REPORTS = "reports", _("Reports")

    class Status(models.TextChoices):
        OPEN = "open", _("To mend")
        MENDED = "mended", _("Mended, waiting for answers")
        HELPED = "helped", _("Helped")
        UNHELPED = "unhelped", _("Did not help")
        DISMISSED = "dismissed", _("Dismissed")

    RUNNING: ClassVar = (Status.OPEN, Status.MENDED)

    question = models.ForeignKey("catalog.Question", models.PROTECT, related_name="cases", verbose_name=_("question"))
    wording = models.ForeignKey("catalog.QuestionRevision", models.PROTECT, related_name="+")
    trigger = models.CharField(_("opened for"), max_length=10, choices=Trigger)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.OPEN)
    evidence = models.JSONField(default=dict)
    opened_at = models.DateTimeField(_("opened"))
    mended_by = models.ForeignKey("catalog.QuestionRevision", models.PROTECT, null=True, blank=True, related_name="+")
    findings = models.JSONField(default=dict)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    reason = models.TextField(_("why it was dismissed"), blank=True, max_length=1000)

    objects: ClassVar[Any] = CaseQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-opened_at", "-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["wording", "trigger"], name="one_case_a_wording_and_trigger"),
            models.UniqueConstraint(
                fields=["question"],
                condition=models.Q(status__in=["open", "mended"]),
                name="one_running_case_a_question",
            ),
        ]
        verbose_name = _("case")
        verbose_name_plural = _("cases")

    def __str__(self) -> str:
        return f"{self.question}: {self.get_trigger_display()}"

    @property
    def is_running(self) -> bool:
        return self.status in self.RUNNING
