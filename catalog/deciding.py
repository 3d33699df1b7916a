"""Ending a conflict between what the files say and what stands here, one way or the other."""

import datetime as dt
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from catalog.checking import check_unchecked
from catalog.items import as_json, digest, question_from_json, reading_from_json, topic_from_json
from catalog.load import Loading, asks_again, order_of, stored_question
from catalog.models import Conflict, Question, Resource, Topic
from catalog.ranking import hold_ranks, store_ranks
from catalog.steps import gone_into
from catalog.stored import reading_item, topic_item


def take_file(conflict: Conflict, *, by: AbstractBaseUser | None, at: dt.datetime) -> None:
    """Ends a conflict with what the file says. `by` decided it, and is the author of the revision and the step.

    Raises ValidationError, in words, where there is nothing any more to decide about (the conflict is over then), and
    where it was changed here since the conflict was found (the conflict is then that of what stands here now), or has
    gone into another question.
    """
    with transaction.atomic():
        hold_ranks()
        refused = _why_not_taken(conflict, at)
        if refused is None:
            Loading(at, by).take(conflict)
            conflict.delete()
            store_ranks()
            check_unchecked()
    if refused:
        raise ValidationError(refused)


def _why_not_taken(conflict: Conflict, at: dt.datetime) -> str | None:
    """In words, why the file's side cannot be taken, with the conflict dropped or brought up to date; else None."""
    stands = _standing(conflict)
    name = {"conflict": str(conflict)}
    if not Conflict.objects.filter(pk=conflict.pk).exists():
        return _("%(conflict)s was decided already.") % name
    if stands is None:
        conflict.delete()
        return _("%(conflict)s is not here any more, or what it stands under is not: there is nothing to take.") % name
    if stands != conflict.in_database:
        conflict.in_database, conflict.found_at = stands, at
        conflict.save()
        return _("%(conflict)s was changed since: look again.") % name
    if conflict.kind == "question":
        question = Question.objects.select_related("merged_into").get(slug=conflict.slug)
        return gone_into(question) if asks_again(question, conflict.in_file) else None
    return None


def _standing(conflict: Conflict) -> Any:
    """The database's side of a conflict as it is now, held until the caller's transaction ends; None if it is gone.

    None, too, for what the file puts under a topic or a reading that is not here.
    """
    found: dict[str, Any] = {"slug": conflict.slug}
    if conflict.kind == "topic":
        topic = Topic.objects.select_for_update(no_key=True).filter(**found).first()
        return topic and as_json(topic_item(topic))
    if conflict.kind == "question":
        questions = Question.objects.select_related("resource").select_for_update(of=("self",), no_key=True)
        question = questions.filter(**found).first()
        under = Resource.objects.filter(slug=conflict.in_file["reading"]).exists()
        return as_json(stored_question(question)) if question and under else None
    readings = Resource.objects.select_related("topic").select_for_update(of=("self",), no_key=True)
    reading = readings.filter(**found).first()
    if reading is None or conflict.kind == "order":
        return reading and order_of(reading)
    return as_json(reading_item(reading)) if Topic.objects.filter(slug=conflict.in_file["topic"]).exists() else None


def keep_database(conflict: Conflict) -> None:
    """Ends a conflict with what stands here: the file counts as loaded, and only a new change of it is looked at."""
    with transaction.atomic():
        _note_loaded(conflict)
        conflict.delete()


def _note_loaded(conflict: Conflict) -> None:
    """Lets what the file says count as loaded."""
    if conflict.kind == "order":
        Resource.objects.filter(slug=conflict.slug).update(loaded_order=conflict.in_file)
    elif conflict.kind == "topic":
        Topic.objects.filter(slug=conflict.slug).update(loaded_digest=digest(topic_from_json(conflict.in_file)))
    elif conflict.kind == "reading":
        Resource.objects.filter(slug=conflict.slug).update(loaded_digest=digest(reading_from_json(conflict.in_file)))
    else:
        Question.objects.filter(slug=conflict.slug).update(loaded_digest=digest(question_from_json(conflict.in_file)))
