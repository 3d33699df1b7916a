"""Logs made by hand: what a learner's reviews and day totals would be, without studying them."""

import datetime as dt
from typing import Any

from catalog.models import QuestionRevision
from learners.models import Learner
from scheduler.models import Card, DayTotal, Review
from tests.factories import AT


def answer(card: Card, *qualities: int, kind: str = Review.Kind.ANSWER, undone: bool = False) -> None:
    """Answers of these qualities, at the end of the card's log."""
    for quality in qualities:
        Review.objects.create(
            learner=card.learner,
            card=card,
            sequence=card.sequence,
            kind=kind,
            quality=quality,
            study_day=AT.date(),
            reviewed_at=AT,
            before={},
            after={},
            undone_at=AT if undone else None,
        )
        card.sequence += 1
    card.save()


def studied(learner: Learner, day: dt.date, answers: int, recalled: int, introduced: int = 0) -> None:
    DayTotal.objects.create(
        learner=learner, study_day=day, answers=answers, recalled=recalled, introduced=introduced, elapsed_ms=1000
    )


class Log:
    """Answers of many learners to many questions, stored in one go: `log.add(…)` as often as one likes, then `save`."""

    def __init__(self) -> None:
        self.cards: dict[tuple[int, int], Card] = {}
        self.reviews: list[Review] = []

    def add(self, learner: Learner, revision: QuestionRevision, quality: int, *, day: int = 0, **fields: Any) -> None:
        """An answer on the given day after the first."""
        place = (learner.pk, revision.question_id)
        if place not in self.cards:
            self.cards[place] = Card(learner=learner, question_id=revision.question_id, due_on=AT.date())
        card = self.cards[place]
        defaults = {"kind": Review.Kind.ANSWER, "elapsed_ms": 5000, "before": {}, "after": {}}
        self.reviews.append(
            Review(
                learner=learner,
                card=card,
                sequence=card.sequence,
                quality=quality,
                revision=revision,
                study_day=AT.date() + dt.timedelta(days=day),
                reviewed_at=AT + dt.timedelta(days=day),
                **{**defaults, **fields},
            )
        )
        card.sequence += 1

    def save(self) -> None:
        for card in self.cards.values():
            card.save()
        Review.objects.bulk_create(self.reviews)
        self.reviews = []
