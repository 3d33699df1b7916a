"""What a study day came to: the facts of the finished screen."""

import datetime as dt
from collections import Counter
from typing import NamedTuple

from django.db.models import Count

from learners.models import Learner
from scheduler.models import Review
from scheduler.queue import COUNTED_UP_TO, Day
from scheduler.sm2 import PASSING_QUALITY

HELD_FROM_DAYS = 30


class ComeBack(NamedTuple):
    """The next study day on which something is due, and how many cards: at most `COUNTED_UP_TO` + 1."""

    due_on: dt.date
    cards: int


class Summary(NamedTuple):
    """`stronger` cards now rest for 30 days or more and did not before; `hardest` was forgotten `forgotten` times."""

    come_back: ComeBack | None
    stronger: int
    hardest: Review | None
    forgotten: int
    last: Review | None


def summary_of(learner: Learner, day: Day) -> Summary:
    """In at most four queries, which read the rows of this one day and the next date."""
    graded = learner.reviews.standing().filter(study_day=day.today, quality__isnull=False)
    rows = list(
        graded.order_by("id").values_list("pk", "card_id", "quality", "before__interval_days", "after__interval_days")
    )
    held = sum(before < HELD_FROM_DAYS <= after for *_, before, after in rows)
    failures = Counter(card for _, card, quality, *_ in rows if quality is not None and quality < PASSING_QUALITY)
    hardest_card, forgotten = failures.most_common(1)[0] if failures else (0, 0)
    last_of = {card: pk for pk, card, *_ in rows}
    hardest, last = last_of.get(hardest_card, 0), rows[-1][0] if rows else 0
    reviews = Review.objects.select_related("card__question__resource").in_bulk([hardest, last])
    return Summary(
        come_back=come_back(learner, day.today),
        stronger=held,
        hardest=reviews.get(hardest),
        forgotten=forgotten,
        last=reviews.get(last),
    )


def come_back(learner: Learner, today: dt.date) -> ComeBack | None:
    """The first day after today on which a card is due. What today leaves over, or put off, is due tomorrow."""
    tomorrow = today + dt.timedelta(days=1)
    cards = learner.cards.active()
    if waiting := cards.filter(due_on__lte=tomorrow)[: COUNTED_UP_TO + 1].count():
        return ComeBack(tomorrow, waiting)
    first = cards.filter(due_on__gt=tomorrow).order_by("due_on").values("due_on").annotate(cards=Count("pk"))[:1]
    return next((ComeBack(row["due_on"], min(row["cards"], COUNTED_UP_TO + 1)) for row in first if row["due_on"]), None)
