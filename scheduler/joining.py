"""After two questions became one: the cards of the one that was retired go on with the one that stays."""

import datetime as dt

from django.db import transaction
from django.db.models import Q

from learners.models import Learner
from scheduler import transitions
from scheduler.grading import record
from scheduler.models import Card, Review

BATCH = 500


def follow_merges(at: dt.datetime) -> int:
    """Take living cards of merged questions to the questions that stay. Returns how many were dealt with.

    One batch a call; the next tick takes the next. Learners are locked one by one, as for an answer.
    """
    left = Card.objects.living().filter(question__merged_into__isnull=False)
    batch = list(left.order_by("question_id", "pk").values_list("pk", "learner_id")[:BATCH])
    return sum(_follow(card_id, learner_id, at) for card_id, learner_id in batch)


def _follow(card_id: int, learner_id: int, at: dt.datetime) -> int:
    with transaction.atomic():
        learner = Learner.objects.select_for_update(of=("self",)).filter(pk=learner_id).first()
        card = Card.objects.living().select_related("question__merged_into").filter(pk=card_id).first()
        if learner is None or card is None or card.learner_id != learner.pk or card.question.merged_into is None:
            return 0
        survivor = card.question.merged_into
        rival = learner.cards.living().filter(question=survivor).first()
        if rival is not None and _answers(rival) >= _answers(card):
            _supersede(card, by=rival)
            return 1
        if rival is not None:
            _supersede(rival, by=card)
        # Its schedule stays; it counts as brought up to the edition of the question that it belongs to from now on.
        card.question = survivor
        after = transitions.changed(card.state, edition=survivor.edition, due_on=card.due_on)
        record(learner, card, Review.Kind.CHANGE, after, at=at)
    return 1


def _answers(card: Card) -> int:
    return Review.objects.answers().filter(card=card).count()


def _supersede(loser: Card, *, by: Card) -> None:
    Card.objects.filter(Q(pk=loser.pk) | Q(superseded_by=loser)).update(superseded_by=by)
