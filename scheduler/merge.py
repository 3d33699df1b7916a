"""A guest's cards into an account. Called with both learners locked, inside one transaction."""

from typing import Any

from django.db.models import Count, F, Q

from learners.models import Learner
from scheduler.models import Card, DayTotal, Review


def merge(guest: Learner, account: Learner) -> None:
    """Move all that the guest learned to the account; no review is lost, and every log still replays.

    Where both have a living card of one question, the one with more standing answers lives (on a tie the
    account's); the other moves too, marked as superseded, and is never shown. Totals of a day add up.
    """
    ours = {card.question_id: card for card in _with_answers(account)}
    for card in _with_answers(guest):
        rival = ours.get(card.question_id)
        if rival is not None:
            loser, winner = (rival, card) if card.answers > rival.answers else (card, rival)
            Card.objects.filter(Q(pk=loser.pk) | Q(superseded_by=loser)).update(superseded_by=winner)
    Card.objects.filter(learner=guest).update(learner=account)
    Review.objects.filter(learner=guest).update(learner=account)
    for total in DayTotal.objects.filter(learner=guest):
        _add(account, total)
    DayTotal.objects.filter(learner=guest).delete()
    account.last_study_day = max(filter(None, (guest.last_study_day, account.last_study_day)), default=None)
    account.save(update_fields=["last_study_day"])


def _with_answers(learner: Learner) -> Any:
    standing = Q(reviews__kind=Review.Kind.ANSWER, reviews__undone_at=None)
    return learner.cards.living().annotate(answers=Count("reviews", filter=standing)).order_by("pk")


def _add(account: Learner, total: DayTotal) -> None:
    numbers = {name: getattr(total, name) for name in ("answers", "recalled", "introduced", "elapsed_ms")}
    of_the_day = DayTotal.objects.filter(learner=account, study_day=total.study_day)
    if not of_the_day.update(**{name: F(name) + value for name, value in numbers.items()}):
        DayTotal.objects.create(learner=account, study_day=total.study_day, **numbers)


def export(learner: Learner) -> dict[str, Any]:
    """All that is stored of a learner's study, as plain data; moments in UTC, dates are study days."""
    reviews = learner.reviews.order_by("id").values(
        "card__question__slug", "sequence", "kind", "quality", "right", "chosen", "typed", "elapsed_ms", "study_day",
        "reviewed_at", "undone_at",
    )  # fmt: skip
    cards = learner.cards.living().order_by("id").values(
        "question__slug", "ease_factor", "interval_days", "repetitions", "due_on", "lapses", "suspended_at"
    )  # fmt: skip
    totals = learner.day_totals.order_by("study_day").values(
        "study_day", "answers", "recalled", "introduced", "elapsed_ms"
    )
    return {"cards": list(cards), "reviews": list(reviews), "days": list(totals)}


def erase(learner: Learner) -> None:
    """Delete cards, reviews and totals. The questions stay."""
    Review.objects.filter(learner=learner).delete()
    Card.objects.filter(learner=learner).delete()
    DayTotal.objects.filter(learner=learner).delete()
