"""The way of a question from draft to retired: who took which step, and who may publish."""

import datetime as dt
from collections.abc import Iterable

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.utils.translation import gettext as _

from catalog.models import Question, StatusChange
from catalog.ranking import hold_ranks, store_ranks

Status = Question.Status


def may_publish(editor_id: int | None, person_id: int | None, *, reviewer_is_not_author: bool) -> bool:
    """Whether a person may publish what `editor_id` worded last. What nobody here worded, everybody may."""
    return not reviewer_is_not_author or person_id is None or person_id != editor_id


def why_not_published_by(question: Question, person: AbstractBaseUser | None) -> str | None:
    """In words, why this person may not publish the question; None when she may."""
    if reason := gone_into(question):
        return reason
    if may_publish(
        question.edited_by_id, person.pk if person else None, reviewer_is_not_author=settings.REVIEWER_IS_NOT_AUTHOR
    ):
        return None
    return _("The words are yours, so somebody else publishes them: send the question to review.")


def gone_into(question: Question) -> str | None:
    """In words, that another question took the place of this one, so that it is not published again; else None."""
    if question.merged_into is None:
        return None
    text = _("It has gone into %(slug)s, and its cards went there: what it asks is a new question, under another slug.")
    return text % {"slug": question.merged_into.slug}


def note_step(question: Question, *, by: AbstractBaseUser | None, at: dt.datetime) -> StatusChange:
    """The step to the status that the question has now, not stored yet."""
    return StatusChange(question=question, status=question.status, by_id=by.pk if by else None, at=at)


@transaction.atomic
def send_to(question: Question, status: str, *, by: AbstractBaseUser | None, at: dt.datetime) -> bool:
    """Makes it a draft again, sends it to review, or retires it. False if that is where it is.

    Whatever it leaves, its cards, reviews and revisions stay; only published questions are asked.
    """
    return send_all_to([question], status, by=by, at=at) == 1


@transaction.atomic
def send_all_to(questions: Iterable[Question], status: str, *, by: AbstractBaseUser | None, at: dt.datetime) -> int:
    """As `send_to`, for many. Returns how many were elsewhere. Three queries for each, and the ranks once."""
    hold_ranks()
    count = sum(_send(question, status, by=by, at=at) for question in questions)
    store_ranks()
    return count


def _send(question: Question, status: str, *, by: AbstractBaseUser | None, at: dt.datetime) -> bool:
    question.refresh_from_db(fields=["status"], from_queryset=Question.objects.select_for_update(no_key=True))
    if question.status == status:
        return False
    question.status = status
    question.rank = None
    question.save(update_fields=["status", "rank"])
    note_step(question, by=by, at=at).save()
    return True


def retire(question: Question, *, by: AbstractBaseUser | None, at: dt.datetime) -> bool:
    """Takes the question from learners for good; its cards, reviews and revisions stay."""
    return send_to(question, Status.RETIRED, by=by, at=at)
