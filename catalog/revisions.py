"""How a wording comes before learners: publishing it, changing a published one, and going back to an older one."""

import dataclasses
import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from catalog import checking, items
from catalog.items import QuestionItem
from catalog.models import Choice, Question, QuestionRevision
from catalog.ranking import hold_ranks, store_ranks
from catalog.render import render_question
from catalog.steps import note_step, why_not_published_by
from catalog.stored import question_item

Change = QuestionRevision.Change
SAY_WHAT_CHANGED = _("Its wording differs from the one published last. Say in its form what kind of change that is.")


@transaction.atomic
def publish(
    question: Question, *, change: str, author: AbstractBaseUser | None, at: dt.datetime
) -> QuestionRevision | None:
    """Publishes `question` as it stands, with its stored choices, and returns the new revision.

    `change` is a `QuestionRevision.Change`; at the first publication it is taken as that, and a change of the key
    counts as a change of meaning whatever is said. A wording that is the same as the last one makes no revision and
    returns None. Raises ValidationError, in words, for a question that cannot be asked, has errors of lint, or has gone
    into another one; where whoever worded it is not the one to publish it; and where `change` is "" for a wording
    unlike the last one, for learners know that, whatever the question was in between.
    """
    hold_ranks()
    revision = _publish(question, change, author, at)
    store_ranks()
    return revision


@transaction.atomic
def publish_all(
    questions: Iterable[Question], *, author: AbstractBaseUser | None, at: dt.datetime
) -> dict[Question, ValidationError]:
    """Publishes those that can be as they stand, as `publish` does with nothing said. Returns the others, and why.

    The ranks are stored once.
    """
    hold_ranks()
    refused = {}
    for question in questions:
        try:
            _publish(question, "", author, at)
        except ValidationError as error:
            refused[question] = error
    store_ranks()
    return refused


def _publish(
    question: Question, change: str, author: AbstractBaseUser | None, at: dt.datetime
) -> QuestionRevision | None:
    """Raises before it writes anything."""
    locked = Question.objects.select_for_update(no_key=True)
    question.refresh_from_db(fields=["revision", "edition", "status", "edited_by", "merged_into"], from_queryset=locked)
    step = question.status != Question.Status.PUBLISHED
    if step and (reason := why_not_published_by(question, author)):
        raise ValidationError(reason)
    choices = list(question.choices.all())
    _check(question, choices, beside_others=step)
    last = last_content(question)
    if last and not change and last != content_of(question, choices):
        raise ValidationError(SAY_WHAT_CHANGED)
    revision = revise(question, choices, last=last, change=change, author=author, at=at)
    question.save()
    if revision:
        revision.save()
    if step:
        note_step(question, by=author, at=at).save()
    return revision


def _check(question: Question, choices: Sequence[Choice], *, beside_others: bool) -> None:
    """Raises ValidationError where the question cannot be asked or has errors of lint, and keeps its lint state.

    That it asks what another one asks keeps it from being published, but not from being mended afterwards.
    """
    item = dataclasses.replace(question_item(question, choices), status=Question.Status.PUBLISHED)
    remarks = checking.remarks_on(item)
    errors = [remark.text for remark in remarks if remark.is_error and (beside_others or remark.rule != "prompt-equal")]
    if found := items.faults(item) or errors:
        raise ValidationError(found)
    question.lint_state = checking.state_of(remarks)


@transaction.atomic
def restore(
    revision: QuestionRevision, *, change: str, author: AbstractBaseUser | None, at: dt.datetime
) -> QuestionRevision | None:
    """Goes back to an older wording: a published question gets it as a new revision, any other as its words.

    Choices keep their numbers, and their places where they are still there. Raises ValidationError as `publish` does.
    """
    hold_ranks()
    locked = Question.objects.select_related("resource").select_for_update(of=("self",), no_key=True)
    question = locked.get(pk=revision.question_id)
    for field in ("kind", "section", "prompt", "answer", "accept", "explanation"):
        setattr(question, field, revision.content[field])
    question.edited_by_id = author.pk if author else None
    question.save()
    _restore_choices(question, revision.content["choices"])
    if question.status == Question.Status.PUBLISHED:
        return publish(question, change=change, author=author, at=at)
    checking.check(question)
    return None


def _restore_choices(question: Question, wanted: Sequence[dict[str, Any]]) -> None:
    places = dict(question.choices.values_list("number", "position"))
    question.choices.all().delete()
    Choice.objects.bulk_create(
        Choice(question=question, position=places.get(choice["number"], choice["number"]), **choice)
        for choice in wanted
    )


def revise(
    question: Question,
    choices: Sequence[Choice],
    *,
    last: dict[str, Any] | None,
    change: str,
    author: AbstractBaseUser | None,
    at: dt.datetime,
) -> QuestionRevision | None:
    """Marks `question` published and rendered, and makes the revision, if it is one. Stores nothing.

    `last` is the content of its latest revision, None before the first. A change of meaning can also be declared
    afterwards, for a wording that is already published.
    """
    question.status = Question.Status.PUBLISHED
    question.rendered = render_question(question, choices)
    content = content_of(question, choices)
    if last is None:
        change = Change.FIRST
    elif has_other_key(last, content):
        change = Change.MEANING
    if last == content and change != Change.MEANING:
        return None
    question.revision += 1
    if change == Change.MEANING:
        question.edition += 1
    if change != Change.FIRST:
        question.last_change = "" if change == Change.CLEARER else change
    return QuestionRevision(
        question=question,
        number=question.revision,
        edition=question.edition,
        change=change,
        content=content,
        author_id=author.pk if author else None,
        at=at,
    )


def content_of(question: Question, choices: Sequence[Choice]) -> dict[str, Any]:
    """The wording of a stored question."""
    return wording(question_item(question, choices))


def wording(item: QuestionItem) -> dict[str, Any]:
    """All that a learner sees of a question, as a revision keeps it. The order of the choices is no part of it."""
    return {
        "kind": item.kind,
        "section": item.section,
        "prompt": item.prompt,
        "answer": item.answer,
        "accept": list(item.accept),
        "explanation": item.explanation,
        "choices": [
            {"number": choice.number, "text": choice.text, "correct": choice.correct, "why": choice.why}
            for choice in sorted(item.choices, key=lambda choice: choice.number)
        ],
    }


def last_content(question: Question) -> dict[str, Any] | None:
    """The wording that was published last; None for a question that never was."""
    found: dict[str, Any] | None = question.revisions.order_by("-number").values_list("content", flat=True).first()
    return found


def next_choice_number(question: Question) -> int:
    """A number that no choice of this question has, or had in any revision."""
    stored = question.choices.aggregate(highest=Max("number"))["highest"] or 0
    contents = question.revisions.values_list("content", flat=True)
    revised = [choice["number"] for content in contents for choice in content.get("choices", [])]
    return int(max([stored, *revised])) + 1


def has_other_key(last: dict[str, Any], content: dict[str, Any]) -> bool:
    """Whether another option is now the right one.

    The same words under a new number are the same option; words that went from wrong to right, or back, are another.
    """
    old, new = _key(last), _key(content)
    if old is None or new is None:
        return False
    changed_sides = new["text"] in _wrong_texts(last) or old["text"] in _wrong_texts(content)
    return changed_sides or (old["number"] != new["number"] and old["text"] != new["text"])


def _key(content: dict[str, Any]) -> dict[str, Any] | None:
    return next((choice for choice in content.get("choices", []) if choice["correct"]), None)


def _wrong_texts(content: dict[str, Any]) -> set[str]:
    return {choice["text"] for choice in content.get("choices", []) if not choice["correct"]}
