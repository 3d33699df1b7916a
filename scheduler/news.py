"""What became of a question since a learner saw it last."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.db.models import Q

from catalog.models import Question, QuestionRevision

Change = QuestionRevision.Change


class Kind(StrEnum):
    """Reworded; of another meaning; or come in the place of a question that she knew."""

    CLEARER = "clearer"
    MEANING = "meaning"
    MERGED = "merged"


@dataclass(frozen=True)
class News:
    """What she is to be told, with the content (as a revision keeps it) that she saw last and that of today."""

    kind: Kind
    old: dict[str, Any]
    new: dict[str, Any]


def kind_of(changes: Collection[str]) -> Kind | None:
    """What the changes since come to together. Of typos alone nothing is said."""
    if Change.MEANING in changes:
        return Kind.MEANING
    return Kind.CLEARER if Change.CLEARER in changes else None


def news_of(question: Question, seen_id: int) -> News | None:
    """What there is to tell somebody who saw the revision `seen_id` last. One query."""
    revisions = list(QuestionRevision.objects.filter(Q(pk=seen_id) | Q(question=question)).order_by("number"))
    seen = next((revision for revision in revisions if revision.pk == seen_id), None)
    own = [revision for revision in revisions if revision.question_id == question.pk]
    if seen is None or not own:
        return None
    if seen.question_id != question.pk:
        kind: Kind | None = Kind.MERGED
    else:
        kind = kind_of({revision.change for revision in own if revision.number > seen.number})
    return News(kind, seen.content, own[-1].content) if kind else None
