"""Rebuild every card from its log alone, and compare: the proof that the log is the truth."""

from collections.abc import Iterator

from django.db import transaction
from django.db.models import Exists, OuterRef, Prefetch

from learners.models import Learner
from scheduler import transitions
from scheduler.models import Card, DayTotal, Review
from scheduler.sm2 import PASSING_QUALITY
from scheduler.transitions import CardState


def replay(card_edition_at_first: int, rows: list[Review]) -> CardState:
    """The state that a card's standing rows, in order, lead to from a new card."""
    state = CardState(edition=card_edition_at_first)
    for row in rows:
        state = _apply(state, row)
    return state


def _apply(state: CardState, row: Review) -> CardState:
    logged = CardState.from_json(row.after)
    today, at = row.study_day, row.reviewed_at
    match row.kind:
        case Review.Kind.ANSWER:
            assert row.quality is not None
            return transitions.answered(
                state, row.quality, today=today, at=at, edition=logged.edition, shuffle=logged.shuffle
            )
        case Review.Kind.DRILL:
            assert row.quality is not None
            return transitions.drilled(state, row.quality, today=today, at=at)
        case Review.Kind.AHEAD:
            return transitions.studied_ahead(state, at=at)
        case Review.Kind.SKIP:
            return transitions.skipped(state, today=today, at=at)
        case Review.Kind.BURY:
            return transitions.buried(state, today=today)
        case Review.Kind.SUSPEND:
            return transitions.suspended(state, at=at)
        case Review.Kind.RESUME:
            return transitions.resumed(state)
        case Review.Kind.CHANGE:
            return transitions.changed(state, edition=logged.edition, due_on=logged.due_on)
        case _:
            return state


def differences() -> Iterator[str]:
    """One sentence for each card or day total that its log does not lead to. Walks all cards in batches.

    A learner may answer between the reading of a batch and of its log: what differs is looked at once more, with her
    row locked.
    """
    standing = Prefetch("reviews", Review.objects.standing().order_by("sequence"), to_attr="log")
    cards = Card.objects.order_by("pk").prefetch_related(standing)
    for card in cards.iterator(chunk_size=500):
        if any(_of_card(card)):
            with transaction.atomic():
                Learner.objects.select_for_update().get(pk=card.learner_id)
                yield from _of_card(cards.get(pk=card.pk))
    yield from _missing_totals()
    for total in DayTotal.objects.order_by("pk").iterator(chunk_size=500):
        yield from _of_total(total)


def _missing_totals() -> Iterator[str]:
    total = DayTotal.objects.filter(learner=OuterRef("learner"), study_day=OuterRef("study_day"))
    graded = Review.objects.standing().filter(~Exists(total), quality__isnull=False).order_by()
    for learner, day in graded.values_list("learner", "study_day").distinct():
        yield f"Learner {learner} has answers on {day}, and no total."


def _of_card(card: Card) -> Iterator[str]:
    first_edition = card.log[0].before["edition"] if card.log else card.edition  # type: ignore[attr-defined]
    if card.log and card.log[-1].sequence >= card.sequence:  # type: ignore[attr-defined]
        yield f"Card {card.pk}: sequence is {card.sequence}, and its log has gone further."
    rebuilt = replay(first_edition, card.log)  # type: ignore[attr-defined]
    for name, stored in vars(card.state).items():
        expected = getattr(rebuilt, name)
        if stored != expected:
            yield f"Card {card.pk}: {name} is {stored}, and its log leads to {expected}."


def _of_total(total: DayTotal) -> Iterator[str]:
    rows = Review.objects.standing().filter(learner=total.learner_id, study_day=total.study_day, quality__isnull=False)
    answers = [row for row in rows if row.kind == Review.Kind.ANSWER]
    expected = {
        "answers": len(answers),
        "recalled": sum((row.quality or 0) >= PASSING_QUALITY for row in answers),
        "introduced": sum(row.before["due_on"] is None for row in answers),
        "elapsed_ms": sum(row.elapsed_ms for row in rows),
    }
    for name, value in expected.items():
        stored = getattr(total, name)
        if stored != value:
            day = f"Total of learner {total.learner_id} on {total.study_day}"
            yield f"{day}: {name} is {stored}, and the log says {value}."
