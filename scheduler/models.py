"""When a card comes back: each learner's memory of each question, and the log that it can be rebuilt from."""

import dataclasses
import datetime as dt
from typing import Any, ClassVar

from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from scheduler.sm2 import NEW
from scheduler.transitions import CardState

STATE_FIELDS = tuple(field.name for field in dataclasses.fields(CardState))


class CardQuerySet(models.QuerySet["Card"]):
    """Reads of cards, begun from the learner: ``learner.cards.due(today)``."""

    def living(self) -> "CardQuerySet":
        """Cards that stand for their question: not left behind by a merge."""
        return self.filter(superseded_by=None)

    def active(self) -> "CardQuerySet":
        """Living cards that may be asked on some day: not suspended, and of a published question."""
        return self.living().filter(suspended_at=None, question__status="published")

    def awake(self, today: dt.date) -> "CardQuerySet":
        """Active cards that may be asked on the study day `today`: not buried then."""
        return self.active().filter(Q(buried_on=None) | ~Q(buried_on=today))

    def unskipped(self, today: dt.date) -> "CardQuerySet":
        return self.filter(Q(skipped_on=None) | ~Q(skipped_on=today))

    def skipped(self, today: dt.date) -> "CardQuerySet":
        return self.filter(skipped_on=today).filter(Q(due_on=None) | Q(due_on__lte=today))

    def due(self, today: dt.date) -> "CardQuerySet":
        """Cards due on or before the study day, in the order they are asked."""
        return self.awake(today).unskipped(today).filter(due_on__lte=today).order_by("due_on", "shuffle", "id")

    def drill(self, today: dt.date) -> "CardQuerySet":
        """Cards to repeat on the study day until they score 4, oldest answer first."""
        return self.awake(today).filter(drill_on=today).order_by("touched_at", "id")

    def with_question(self) -> "CardQuerySet":
        return self.select_related("question__resource__topic")


class Card(models.Model):
    """One learner's memory of one question.

    Dates are study days of the learner. `drill_on`, `skipped_on` and `buried_on` hold for that day alone and so
    lapse by themselves. `due_on` is NULL while the card is new. `sequence` is the number that the next row of its
    log gets: an answer that names another one is out of date. `ease_factor` is in hundredths.
    """

    learner = models.ForeignKey("learners.Learner", models.CASCADE, related_name="cards")
    question = models.ForeignKey("catalog.Question", models.PROTECT, related_name="cards")
    ease_factor = models.PositiveSmallIntegerField(default=NEW.ease_factor)
    interval_days = models.PositiveIntegerField(default=NEW.interval_days, validators=[MaxValueValidator(36_500)])
    repetitions = models.PositiveSmallIntegerField(default=NEW.repetitions)
    due_on = models.DateField(null=True, blank=True)
    shuffle = models.PositiveIntegerField(default=0)
    sequence = models.PositiveIntegerField(default=0)
    lapses = models.PositiveSmallIntegerField(default=0)
    edition = models.PositiveSmallIntegerField(default=1)
    drill_on = models.DateField(null=True, blank=True)
    skipped_on = models.DateField(null=True, blank=True)
    buried_on = models.DateField(null=True, blank=True)
    suspended_at = models.DateTimeField(null=True, blank=True)
    superseded_by = models.ForeignKey("self", models.CASCADE, null=True, blank=True, related_name="supersedes")
    touched_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[Any] = CardQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["learner", "question"], condition=Q(superseded_by=None), name="one_living_card_a_question"
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=["learner", "due_on", "shuffle"], condition=Q(suspended_at=None), name="card_due"),
            models.Index(fields=["learner", "drill_on", "touched_at"], name="card_drill"),
            models.Index(fields=["question", "edition"], name="card_edition"),
        ]
        verbose_name = _("card")
        verbose_name_plural = _("cards")

    def __str__(self) -> str:
        return f"{self.learner_id}/{self.question_id}"

    @property
    def state(self) -> CardState:
        """What its log rebuilds."""
        return CardState(**{name: getattr(self, name) for name in STATE_FIELDS})

    @state.setter
    def state(self, state: CardState) -> None:
        for name in STATE_FIELDS:
            setattr(self, name, getattr(state, name))


class ReviewQuerySet(models.QuerySet["Review"]):
    def standing(self) -> "ReviewQuerySet":
        """Rows that were not undone."""
        return self.filter(undone_at=None)

    def studied(self) -> "ReviewQuerySet":
        """Cards that the learner answered or looked at, of her own doing: what says that she came back."""
        return self.standing().filter(kind__in=[Review.Kind.ANSWER, Review.Kind.DRILL, Review.Kind.AHEAD])

    def answers(self) -> "ReviewQuerySet":
        """Graded answers that stand, without drill and ahead: what statistics begin from."""
        return self.standing().filter(kind=Review.Kind.ANSWER)


class Review(models.Model):
    """One row of a card's log: what happened, and the card's whole state before and after. Never changed, only undone.

    `right` says whether a checked response was right (NULL where the learner judged herself). `elapsed_ms` is the
    server's time from shown to answered, at most 60,000.
    """

    class Kind(models.TextChoices):
        ANSWER = "answer", _("answer")
        DRILL = "drill", _("drill")
        AHEAD = "ahead", _("studied ahead")
        SKIP = "skip", _("skipped")
        BURY = "bury", _("not until tomorrow")
        SUSPEND = "suspend", _("suspended")
        RESUME = "resume", _("asked again")
        STOP = "stop", _("stopped for the day")
        CHANGE = "change", _("question changed")

    learner = models.ForeignKey("learners.Learner", models.CASCADE, related_name="reviews")
    card = models.ForeignKey(Card, models.CASCADE, related_name="reviews")
    sequence = models.PositiveIntegerField()
    kind = models.CharField(max_length=10, choices=Kind)
    quality = models.PositiveSmallIntegerField(null=True, blank=True)
    revision = models.ForeignKey("catalog.QuestionRevision", models.PROTECT, null=True, blank=True, related_name="+")
    right = models.BooleanField(null=True, blank=True)
    chosen = models.PositiveSmallIntegerField(null=True, blank=True)
    typed = models.CharField(max_length=300, blank=True)
    elapsed_ms = models.PositiveIntegerField(default=0)
    study_day = models.DateField()
    reviewed_at = models.DateTimeField()
    before = models.JSONField()
    after = models.JSONField()
    undone_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[Any] = ReviewQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["card", "sequence"], name="one_review_a_sequence"),
            models.CheckConstraint(
                condition=Q(kind__in=["answer", "drill"], quality__range=(0, 5))
                | (~Q(kind__in=["answer", "drill"]) & Q(quality=None)),
                name="quality_is_0_to_5_on_answers_alone",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["learner", "study_day", "id"], name="review_day")]
        verbose_name = _("review")
        verbose_name_plural = _("reviews")

    def __str__(self) -> str:
        return f"{self.card_id}#{self.sequence}"


class DayTotal(models.Model):
    """A learner's study day in four numbers, written in the transaction of each answer. Pages read this, not the log.

    `answers`, `recalled` (quality 3 or more) and `introduced` (first answers) count answers alone; `elapsed_ms`
    counts the drill too.
    """

    learner = models.ForeignKey("learners.Learner", models.CASCADE, related_name="day_totals")
    study_day = models.DateField()
    answers = models.PositiveIntegerField(default=0)
    recalled = models.PositiveIntegerField(default=0)
    introduced = models.PositiveIntegerField(default=0)
    elapsed_ms = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["learner", "study_day"], name="one_total_a_learner_and_day")
        ]
        verbose_name = _("day total")
        verbose_name_plural = _("day totals")

    def __str__(self) -> str:
        return f"{self.learner_id} {self.study_day}"


class Tick(models.Model):
    """When the minute's tick last ran: one row. `/readyz` reads its age."""

    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.at.isoformat()
