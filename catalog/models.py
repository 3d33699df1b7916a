"""What there is to know: topics, readings and their questions, and every wording a question has had."""

from typing import Any, ClassVar

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from catalog.diffs import Difference, differences, order_difference

slug_validator = RegexValidator(r"^[a-z0-9]+(-[a-z0-9]+)*\Z", _("Lower-case letters, digits and single hyphens."))


class TopicQuerySet(models.QuerySet["Topic"]):
    def with_counts(self) -> "TopicQuerySet":
        """Each with how many readings and published questions it has: `reading_count`, `question_count`."""
        published = models.Q(readings__questions__status="published")
        return self.annotate(
            reading_count=models.Count("readings", distinct=True),
            question_count=models.Count("readings__questions", filter=published, distinct=True),
        )


class Topic(models.Model):
    """A heading of the reading list."""

    slug = models.SlugField(max_length=60, unique=True, validators=[slug_validator])
    title = models.CharField(_("title"), max_length=120)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    loaded_digest = models.CharField(max_length=64, blank=True, editable=False)

    objects: ClassVar[Any] = TopicQuerySet.as_manager()
    history = HistoricalRecords(excluded_fields=["loaded_digest"])

    class Meta:
        ordering: ClassVar = ["position", "id"]
        verbose_name = _("topic")
        verbose_name_plural = _("topics")

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("insights:topic", args=[self.slug])


class Resource(models.Model):
    """A reading: one article, page or repository that questions are asked about."""

    class Kind(models.TextChoices):
        ARTICLE = "article", _("Article")
        DOCUMENTATION = "documentation", _("Documentation")
        REPOSITORY = "repository", _("Repository")
        PICTURE = "picture", _("Picture")
        TUTORIAL = "tutorial", _("Tutorial")

    topic = models.ForeignKey(Topic, models.PROTECT, related_name="readings", verbose_name=_("topic"))
    slug = models.SlugField(max_length=60, unique=True, validators=[slug_validator])
    title = models.CharField(_("title"), max_length=160)
    url = models.URLField(_("address"), max_length=500)
    kind = models.CharField(_("kind"), max_length=20, choices=Kind, default=Kind.ARTICLE)
    publisher = models.CharField(_("publisher"), max_length=120, blank=True)
    minutes = models.PositiveSmallIntegerField(_("minutes"), default=10)
    summary = models.TextField(_("summary"))
    sources = models.JSONField(_("sources"), default=list, blank=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    loaded_digest = models.CharField(max_length=64, blank=True, editable=False)
    # The slugs of its questions in the order of the file last loaded, so that a new order here is told from one there.
    loaded_order = models.JSONField(default=list, editable=False)

    history = HistoricalRecords(excluded_fields=["loaded_digest", "loaded_order"])

    class Meta:
        ordering: ClassVar = ["topic__position", "position", "id"]
        verbose_name = _("reading")
        verbose_name_plural = _("readings")

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("insights:reading", args=[self.slug])


class QuestionQuerySet(models.QuerySet["Question"]):
    def published(self) -> "QuestionQuerySet":
        return self.filter(status=Question.Status.PUBLISHED)

    def with_reading(self) -> "QuestionQuerySet":
        return self.select_related("resource__topic")


class Question(models.Model):
    """One hand-written question about a reading.

    `edition` is raised when the meaning changes, `revision` at every published wording. `rank` is the place in
    the order in which learners meet new questions. `rendered` keeps the safe HTML of all its sides, and its
    choices, beside the Markdown: `catalog.render.render_question` says its shape. `edited_by` last changed its words,
    and is not the one to publish them. `merged_into` is the question that took its place: its cards follow.
    """

    class Kind(models.TextChoices):
        RECALL = "recall", _("Recall")
        CHOICE = "choice", _("Choice")
        CLOZE = "cloze", _("Cloze")
        TYPED = "typed", _("Typed")

    class Status(models.TextChoices):
        DRAFT = "draft", _("Draft")
        REVIEW = "review", _("In review")
        PUBLISHED = "published", _("Published")
        RETIRED = "retired", _("Retired")

    class Lint(models.TextChoices):
        """What `catalog.checking` found when it last looked; nothing for what it has not looked at."""

        ERRORS = "errors", _("Has errors")
        WARNINGS = "warnings", _("Has warnings")
        CLEAN = "clean", _("Clean")

    resource = models.ForeignKey(Resource, models.PROTECT, related_name="questions", verbose_name=_("reading"))
    slug = models.SlugField(max_length=80, unique=True, validators=[slug_validator])
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    concept = models.SlugField(_("concept"), max_length=80, blank=True)
    section = models.CharField(_("section"), max_length=120)
    prompt = models.TextField(_("prompt"))
    answer = models.TextField(_("answer"), blank=True)
    accept = models.JSONField(_("also accepted"), default=list, blank=True)
    explanation = models.TextField(_("explanation"))
    allow = models.JSONField(_("warnings accepted"), default=dict, blank=True)
    note = models.TextField(_("note for curators"), blank=True)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.DRAFT)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    rank = models.PositiveIntegerField(null=True, blank=True, editable=False)
    edition = models.PositiveSmallIntegerField(default=1, editable=False)
    revision = models.PositiveSmallIntegerField(default=0, editable=False)
    # What the last edit was, as a content file says it: typo, meaning, or nothing for clearer.
    last_change = models.CharField(max_length=10, blank=True, editable=False)
    rendered = models.JSONField(default=dict, editable=False)
    edited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("worded by"),
    )
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, editable=False, related_name="merged_from"
    )
    lint_state = models.CharField(_("lint"), max_length=10, choices=Lint, blank=True, editable=False)
    loaded_digest = models.CharField(max_length=64, blank=True, editable=False)

    objects: ClassVar[Any] = QuestionQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["resource__topic__position", "resource__position", "position", "id"]
        indexes: ClassVar = [
            models.Index(fields=["status", "rank"]),
            models.Index(fields=["resource", "status", "rank"]),
            models.Index(fields=["lint_state"]),
        ]
        verbose_name = _("question")
        verbose_name_plural = _("questions")

    def __str__(self) -> str:
        return self.slug

    def get_absolute_url(self) -> str:
        return f"{reverse('quiz:study')}?question={self.slug}"


class Choice(models.Model):
    """An option of a choice question. Its number names it for ever, whatever its place."""

    question = models.ForeignKey(Question, models.CASCADE, related_name="choices")
    number = models.PositiveSmallIntegerField(_("number"))
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    text = models.TextField(_("text"))
    correct = models.BooleanField(_("correct"), default=False)
    why = models.TextField(_("why"))

    class Meta:
        ordering: ClassVar = ["position", "number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["question", "number"], name="choice_number_once"),
            models.UniqueConstraint(
                fields=["question"], condition=models.Q(correct=True), name="at_most_one_correct_choice"
            ),
        ]
        verbose_name = _("choice")
        verbose_name_plural = _("choices")

    def __str__(self) -> str:
        return f"{self.number}. {self.text}"


class QuestionRevision(models.Model):
    """A published wording of a question, whole, as it stood. Reviews and reports point to the one that was seen."""

    class Change(models.TextChoices):
        FIRST = "first", _("First publication")
        TYPO = "typo", _("Typo")
        CLEARER = "clearer", _("Clearer")
        MEANING = "meaning", _("Different meaning")

    question = models.ForeignKey(Question, models.PROTECT, related_name="revisions")
    number = models.PositiveSmallIntegerField()
    edition = models.PositiveSmallIntegerField()
    change = models.CharField(max_length=10, choices=Change)
    content = models.JSONField()
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["question", "-number"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["question", "number"], name="revision_number_once")]
        verbose_name = _("revision")
        verbose_name_plural = _("revisions")

    def __str__(self) -> str:
        return f"{self.question_id}/{self.number}"


class StatusChange(models.Model):
    """A step of a question on its way from draft to retired: who took it, and when. Nobody stands for the files."""

    question = models.ForeignKey(Question, models.CASCADE, related_name="status_changes")
    status = models.CharField(_("status"), max_length=10, choices=Question.Status)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["-at", "-id"]
        verbose_name = _("step")
        verbose_name_plural = _("steps")

    def __str__(self) -> str:
        return f"{self.question_id}: {self.status}"


class Conflict(models.Model):
    """An item that was changed both in the files and in the database, differently: a person must choose."""

    kind = models.CharField(max_length=10)
    slug = models.SlugField(max_length=80)
    in_file = models.JSONField()
    in_database = models.JSONField()
    found_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["kind", "slug"], name="one_conflict_an_item")]
        verbose_name = _("conflict")
        verbose_name_plural = _("conflicts")

    def __str__(self) -> str:
        return f"{self.kind} {self.slug}"

    @property
    def differences(self) -> list[Difference]:
        """What stands here, against what the file says."""
        if self.kind == "order":
            return order_difference(self.in_database, self.in_file)
        return differences(self.in_database, self.in_file)
