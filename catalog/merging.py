"""Two questions that ask the same become one, and questions change their reading. Nothing that was learned is lost."""

import datetime as dt
from collections.abc import Iterable

from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from catalog.checking import check_unchecked
from catalog.models import Question, Resource
from catalog.ranking import hold_ranks, store_ranks
from catalog.steps import retire

Status = Question.Status


@transaction.atomic
def merge(loser: Question, survivor: Question, *, by: AbstractBaseUser | None, at: dt.datetime) -> None:
    """Retires `loser` in favour of `survivor`. The scheduler's next tick takes its cards there.

    Raises ValidationError, in words, where the two cannot become one.
    """
    hold_ranks()
    pair = Question.objects.select_for_update(no_key=True).order_by("pk").in_bulk([loser.pk, survivor.pk])
    if reason := why_not_merged(pair[loser.pk], pair[survivor.pk]):
        raise ValidationError(reason)
    retire(loser, by=by, at=at)
    # Whatever had come together in the loser goes along.
    Question.objects.filter(merged_into=loser).update(merged_into=survivor)
    loser.merged_into = survivor
    loser.save(update_fields=["merged_into"])
    _lint_again(loser, survivor)


def why_not_merged(loser: Question, survivor: Question) -> str | None:
    """In words, why `survivor` cannot take the place of `loser`; None when it can."""
    if loser.pk == survivor.pk:
        return _("That is the question itself: choose another one.")
    if survivor.status != Status.PUBLISHED:
        return _("%(slug)s is not published, so nobody would be asked any more. Publish it first.") % {
            "slug": survivor.slug
        }
    if loser.merged_into_id:
        return _("%(slug)s has gone into another question already.") % {"slug": loser.slug}
    return None


def _lint_again(*questions: Question) -> None:
    """What resembled the loser may be clean now."""
    Question.objects.filter(pk__in=[question.pk for question in questions]).update(lint_state="")
    check_unchecked()


@transaction.atomic
def move(questions: Iterable[Question], reading: Resource) -> int:
    """Puts questions behind those of another reading. Returns how many had to move.

    Slugs, cards, reviews and wordings stay; the content files follow at the next dump.
    """
    hold_ranks()
    highest = reading.questions.aggregate(highest=Max("position"))["highest"]
    place = -1 if highest is None else int(highest)
    moved = [question for question in questions if question.resource_id != reading.pk]
    for position, question in enumerate(moved, start=place + 1):
        question.resource, question.position = reading, position
    Question.objects.bulk_update(moved, ["resource", "position"], batch_size=500)
    store_ranks()
    return len(moved)
