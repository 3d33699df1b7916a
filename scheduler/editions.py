"""After a change of meaning: cards whose edition is behind are asked again soon."""

import datetime as dt

from django.db import transaction
from django.db.models import F

from learners.models import Learner
from scheduler import transitions
from scheduler.grading import record, today_of
from scheduler.models import Card, Review

SPREAD_OVER_DAYS = 3
BATCH = 500


def catch_up(at: dt.datetime) -> int:
    """Set answered cards of changed questions due within three days, their memory untouched. Returns how many.

    One batch a call; the next tick takes the next. Learners are locked one by one, as for an answer.
    """
    behind = Card.objects.living().filter(edition__lt=F("question__edition"), due_on__isnull=False)
    batch = list(behind.order_by("question_id", "pk").values_list("pk", "learner_id")[:BATCH])
    return sum(_catch_up(card_id, learner_id, at) for card_id, learner_id in batch)


def _catch_up(card_id: int, learner_id: int, at: dt.datetime) -> int:
    with transaction.atomic():
        learner = Learner.objects.select_for_update(of=("self",)).filter(pk=learner_id).first()
        card = Card.objects.select_related("question").filter(pk=card_id).first()
        if learner is None or card is None or card.learner_id != learner.pk or card.edition >= card.question.edition:
            return 0
        today = today_of(learner, at)
        soon = today + dt.timedelta(days=card.pk % SPREAD_OVER_DAYS + 1)
        due_on = min(card.due_on or soon, soon)
        after = transitions.changed(card.state, edition=card.question.edition, due_on=due_on)
        record(learner, card, Review.Kind.CHANGE, after, at=at)
    return 1
