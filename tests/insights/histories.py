"""Logs made by hand: what a learner's reviews and day totals would be, without studying them."""

import datetime as dt

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
