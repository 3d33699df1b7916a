"""The one path by which a learner's study state changes.

Every verb is one transaction. It locks the learner's row first and reads only then, so that a double click, a second
tab and a merge queue up behind each other. (On SQLite the IMMEDIATE transaction is that lock.) `who` is the query for
the one learner concerned, evaluated under the lock.
"""

import datetime as dt
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import F, QuerySet

from catalog.models import Question, QuestionRevision
from learners.models import Learner
from scheduler import transitions
from scheduler.days import study_day
from scheduler.models import Card, DayTotal, Review
from scheduler.sm2 import PASSING_QUALITY
from scheduler.transitions import CardState

LONGEST_ANSWER_MS = 60_000


class NotRecorded(Exception):
    """The request no longer fits the card; nothing was written."""


class AlreadyAnswered(NotRecorded):
    """The card has moved on since it was shown: a double click, a second tab, a resent form."""


class QuestionChanged(NotRecorded):
    """The question's meaning or its right answer is another one than the learner saw."""


class QuestionGone(NotRecorded):
    """The question was retired since it was shown."""


class DrillEnded(NotRecorded):
    """The study day of this repetition is over, and the repetition with it."""


@dataclass(frozen=True)
class Shown:
    """What the learner had before her: which wording, at which point of the card's log, since when.

    `drill` says that it was shown as a repetition of that day's drill.
    """

    question_id: int
    revision_id: int
    sequence: int
    shown_at: dt.datetime
    drill: bool = False


@dataclass(frozen=True)
class Response:
    """What she did with it. `right` is None where she judges herself."""

    right: bool | None = None
    chosen: int | None = None
    typed: str = ""


def today_of(learner: Learner, at: dt.datetime) -> dt.date:
    """The learner's study day at a moment. It never goes back, whatever became of her clock or her zone."""
    day = study_day(at, learner.time_zone, learner.day_start)
    return max(day, learner.last_study_day or day)


@contextmanager
def locked(who: QuerySet[Learner]) -> Iterator[Learner]:
    """One transaction with the learner's row locked."""
    with transaction.atomic():
        yield who.select_for_update(of=("self",)).get()


def grade(
    *,
    who: QuerySet[Learner],
    question: Question,
    shown: Shown,
    quality: int,
    at: dt.datetime,
    response: Response | None = None,
) -> tuple[Learner, Review]:
    """Record a graded answer, or a repetition of today's drill; returns the locked learner and the new row.

    `question` is what `question_as_shown` gave for `shown`, here and in the other verbs.
    Raises ValueError for a quality that SM-2 does not know, and a NotRecorded where the card has moved on.
    """
    with locked(who) as learner:
        card = card_as_shown(learner, question, shown)
        today = today_of(learner, at)
        if shown.drill and not transitions.in_drill(card.state, today):
            raise DrillEnded
        if transitions.in_drill(card.state, today):
            kind, after = Review.Kind.DRILL, transitions.drilled(card.state, quality, today=today, at=at)
        elif transitions.is_new(card.state) or transitions.is_due(card.state, today):
            kind = Review.Kind.ANSWER
            after = transitions.answered(
                card.state,
                quality,
                today=today,
                at=at,
                edition=question.edition,
                shuffle=random.getrandbits(31),
            )
        else:
            raise DrillEnded
        first = transitions.is_new(card.state)
        review = record(learner, card, kind, after, at=at, quality=quality, shown=shown, response=response)
        first_of_day = _studied_on(learner, today, at)
        if first_of_day or not _add_to_total(review, introduced=first, sign=1):
            DayTotal.objects.create(learner=learner, study_day=today, **_counted(review, introduced=first))
        return learner, review


def study_ahead(
    *, who: QuerySet[Learner], question: Question, shown: Shown, at: dt.datetime, response: Response | None = None
) -> tuple[Learner, Review]:
    """Log that a card was looked at before it is due. Its memory, the day's total and the drill stay as they are."""
    with locked(who) as learner:
        card = card_as_shown(learner, question, shown)
        after = transitions.studied_ahead(card.state, at=at)
        review = record(learner, card, Review.Kind.AHEAD, after, at=at, shown=shown, response=response)
        _studied_on(learner, today_of(learner, at), at)
        return learner, review


def skip(*, who: QuerySet[Learner], question: Question, shown: Shown, at: dt.datetime) -> tuple[Learner, Review]:
    """Put the card behind the others of today."""
    return _set_aside(
        who, question, shown, at, Review.Kind.SKIP, lambda state, today: transitions.skipped(state, today=today, at=at)
    )


def bury(*, who: QuerySet[Learner], question: Question, shown: Shown, at: dt.datetime) -> tuple[Learner, Review]:
    """Not until tomorrow."""
    return _set_aside(
        who, question, shown, at, Review.Kind.BURY, lambda state, today: transitions.buried(state, today=today)
    )


def suspend(*, who: QuerySet[Learner], question: Question, shown: Shown, at: dt.datetime) -> tuple[Learner, Review]:
    """Do not ask this again, until the learner takes that back."""
    return _set_aside(
        who, question, shown, at, Review.Kind.SUSPEND, lambda state, today: transitions.suspended(state, at=at)
    )


def stop(*, who: QuerySet[Learner], question: Question, shown: Shown, at: dt.datetime) -> tuple[Learner, Review]:
    """End the study day here; the day counts as studied."""
    with transaction.atomic():
        learner, review = _set_aside(who, question, shown, at, Review.Kind.STOP, lambda state, today: state)
        learner.stopped_on = review.study_day
        learner.save(update_fields=["stopped_on"])
        return learner, review


def go_on(*, who: QuerySet[Learner], at: dt.datetime) -> tuple[Learner, None]:
    """Take up a day again that was stopped: the stop is taken back, wherever it stands in the log."""
    with locked(who) as learner:
        stops = learner.reviews.standing().filter(kind=Review.Kind.STOP, study_day=today_of(learner, at))
        stops.update(undone_at=at)
        learner.stopped_on = None
        learner.save(update_fields=["stopped_on"])
        return learner, None


def resume(*, who: QuerySet[Learner], card_id: int, at: dt.datetime) -> tuple[Learner, Review]:
    """Ask a suspended card again. Raises Card.DoesNotExist for another learner's, AlreadyAnswered if it is awake."""
    with locked(who) as learner:
        card = learner.cards.living().get(pk=card_id)
        if card.suspended_at is None:
            raise AlreadyAnswered
        review = record(learner, card, Review.Kind.RESUME, transitions.resumed(card.state), at=at)
        _studied_on(learner, review.study_day, at)
        return learner, review


def undo(*, who: QuerySet[Learner], review_id: int, at: dt.datetime) -> tuple[Learner, Review]:
    """Take back the learner's latest row of the study day; the row stays in the log, marked.

    The card gets a new sequence, so that whatever was shown of it before is out of date. Raises AlreadyAnswered
    unless `review_id` is that latest row: a second press takes back nothing more.
    """
    with locked(who) as learner:
        latest = undoable(learner, today_of(learner, at)).first()
        if latest is None or latest.pk != review_id:
            raise AlreadyAnswered
        card = Card.objects.with_question().get(pk=latest.card_id)
        card.reviews.standing().filter(sequence__gte=latest.sequence).update(undone_at=at)
        card.state = CardState.from_json(latest.before)
        card.sequence += 1
        card.save()
        latest.card = card
        if latest.quality is not None:
            _add_to_total(latest, introduced=transitions.is_new(card.state), sign=-1)
        if latest.kind == Review.Kind.STOP:
            learner.stopped_on = None
            learner.save(update_fields=["stopped_on"])
        return learner, latest


def undoable(learner: Learner, today: dt.date) -> QuerySet[Review]:
    """The learner's own rows of the study day that stand, latest first."""
    return learner.reviews.standing().filter(study_day=today).exclude(kind=Review.Kind.CHANGE).order_by("-id")


def _set_aside(
    who: QuerySet[Learner],
    question: Question,
    shown: Shown,
    at: dt.datetime,
    kind: Review.Kind,
    transition: Callable[[CardState, dt.date], CardState],
) -> tuple[Learner, Review]:
    with locked(who) as learner:
        card = card_as_shown(learner, question, shown)
        today = today_of(learner, at)
        review = record(learner, card, kind, transition(card.state, today), at=at, shown=shown)
        _studied_on(learner, today, at)
        return learner, review


def question_as_shown(shown: Shown) -> Question:
    """The question that was shown, with its reading, if an answer to that wording still counts.

    Raises QuestionGone if it was retired, QuestionChanged if its meaning or its key is another one now.
    """
    revision = QuestionRevision.objects.select_related("question__resource__topic").get(
        pk=shown.revision_id, question_id=shown.question_id
    )
    question = revision.question
    if question.status != Question.Status.PUBLISHED:
        raise QuestionGone
    if question.edition != revision.edition:
        raise QuestionChanged
    if question.revision != revision.number:
        current = question.revisions.get(number=question.revision)
        if _key(current.content) != _key(revision.content):
            raise QuestionChanged
    return question


def _key(content: dict[str, Any]) -> tuple[Any, ...]:
    """What makes a response right, and which responses there are."""
    if content["kind"] == Question.Kind.TYPED:
        return (content["kind"], content["answer"], tuple(content.get("accept") or ()))
    return (content["kind"], *((choice["number"], choice["correct"]) for choice in content.get("choices") or ()))


def card_as_shown(learner: Learner | None, question: Question, shown: Shown) -> Card:
    """The learner's card of the question, or a new unsaved one. Raises AlreadyAnswered if it has moved on.

    That the minute's tick noted a change of the question meanwhile is no move: the wording is looked at by itself.
    """
    card = learner.cards.living().filter(question=question).first() if learner else None
    if card is None:
        card = Card(learner=learner, edition=question.edition)
    card.question = question
    if card.suspended_at is not None or not _is_as_shown(card, shown.sequence):
        raise AlreadyAnswered
    return card


def _is_as_shown(card: Card, sequence: int) -> bool:
    """Whether nothing but changes of its question came into the card's log since. (An undo leaves a gap there.)"""
    if card.sequence <= sequence:
        return card.sequence == sequence
    changes = card.reviews.standing().filter(kind=Review.Kind.CHANGE, sequence__gte=sequence).count()
    return bool(changes == card.sequence - sequence)


def record(
    learner: Learner,
    card: Card,
    kind: Review.Kind,
    after: CardState,
    *,
    at: dt.datetime,
    quality: int | None = None,
    shown: Shown | None = None,
    response: Response | None = None,
) -> Review:
    """Give the card a new state, and its log the row that led there. Called with the learner locked."""
    response = response or Response()
    before, card.state = card.state, after
    sequence, card.sequence = card.sequence, card.sequence + 1
    card.save()
    return Review.objects.create(
        learner=learner,
        card=card,
        sequence=sequence,
        kind=kind,
        quality=quality,
        revision_id=shown.revision_id if shown else None,
        right=response.right,
        chosen=response.chosen,
        typed=response.typed[:300],
        elapsed_ms=_elapsed_ms(shown.shown_at, at) if shown else 0,
        study_day=today_of(learner, at),
        reviewed_at=at,
        before=before.as_json(),
        after=after.as_json(),
    )


def _elapsed_ms(shown_at: dt.datetime, at: dt.datetime) -> int:
    return max(0, min(round((at - shown_at).total_seconds() * 1000), LONGEST_ANSWER_MS))


def _add_to_total(review: Review, *, introduced: bool, sign: int) -> bool:
    """Add an answer to its day's total, or take it off again. False if the day has no total yet."""
    of_the_day = DayTotal.objects.filter(learner_id=review.learner_id, study_day=review.study_day)
    counted = _counted(review, introduced=introduced)
    return bool(of_the_day.update(**{name: F(name) + sign * value for name, value in counted.items()}))


def _counted(review: Review, *, introduced: bool) -> dict[str, int]:
    """What an answer counts for in its day's total. A repetition of the drill counts for its time alone."""
    answer = review.kind == Review.Kind.ANSWER
    return {
        "answers": int(answer),
        "recalled": int(answer and (review.quality or 0) >= PASSING_QUALITY),
        "introduced": int(answer and introduced),
        "elapsed_ms": review.elapsed_ms,
    }


def _studied_on(learner: Learner, today: dt.date, at: dt.datetime) -> bool:
    """Keep the study day, once a day: from now on it does not go back behind this one. True on the day's first row.

    A day that has a total has its study day kept: so on a first row there is no total to look for.
    """
    if learner.last_study_day == today:
        return False
    learner.last_study_day, learner.seen_at = today, at
    learner.save(update_fields=["last_study_day", "seen_at"])
    return True
