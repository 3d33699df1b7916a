"""What becomes of a report: a curator decides, and the learner who wanted to know is told, once.

Who has something to be told is kept with her row, so that nobody else's page costs a query more. She is told on her
next study or home page; her next press there, or *Close*, says that she has read it, for to look at a page changes
nothing.
"""

import datetime as dt
from typing import Any, NamedTuple

from django.db import transaction
from django.utils.text import Truncator

from catalog.markdown import to_text
from catalog.models import Question
from learners.models import Learner, User
from quiz.models import QuestionReport, ReportQuerySet
from quiz.seen import rendered

OPEN = QuestionReport.Status.OPEN
UNDECIDED: dict[str, Any] = {"status": OPEN, "answer": "", "decided_by": None, "decided_at": None, "told_at": None}
TOLD_AT_ONCE = 3
PROMPT_LENGTH = 90


class Outcome(NamedTuple):
    """What a learner is told of one report of hers. `prompt` is plain text, `changed` and `retired` are so by now."""

    id: int
    status: str
    prompt: str
    answer: str
    changed: bool
    retired: bool


@transaction.atomic
def decide(reports: ReportQuerySet, *, status: str, answer: str, by: User, at: dt.datetime) -> int:
    """Accepts, rejects or answers those of the reports that are open, and returns how many that were."""
    ids = list(reports.undecided().values_list("pk", flat=True))
    asked = QuestionReport.objects.filter(pk__in=ids, wants_answer=True).values("learner")
    list(Learner.objects.select_for_update().filter(pk__in=asked).order_by("pk"))
    still_open = QuestionReport.objects.undecided().filter(pk__in=ids)
    count: int = still_open.update(status=status, answer=answer, decided_by=by, decided_at=at)
    Learner.objects.filter(pk__in=asked).update(has_outcomes=True)
    return count


def reopen(reports: ReportQuerySet) -> int:
    """Takes a decision back; who has not been told of it yet never is. Returns how many there were."""
    count: int = reports.exclude(status=OPEN).update(**UNDECIDED)
    return count


def outcomes_of(learner: Learner | None) -> list[Outcome]:
    """What she is to be told, a few at a time. One query; none for a learner who waits for nothing."""
    if learner is None or not learner.has_outcomes:
        return []
    waiting = learner.reports.to_be_told().select_related("question", "revision")
    return [_outcome(report) for report in waiting[:TOLD_AT_ONCE]]


@transaction.atomic
def tell(learner: Learner, *, shown_at: dt.datetime, at: dt.datetime, report_ids: list[int] | None = None) -> None:
    """Marks as read what `outcomes_of` gave the page that was shown at this moment; or of it, these reports alone."""
    Learner.objects.select_for_update().get(pk=learner.pk)
    waiting = learner.reports.to_be_told()
    read = waiting.filter(decided_at__lte=shown_at)
    if report_ids is not None:
        read = read.filter(pk__in=report_ids)
    QuestionReport.objects.filter(pk__in=list(read.values_list("pk", flat=True)[:TOLD_AT_ONCE])).update(told_at=at)
    learner.has_outcomes = waiting.exists()
    learner.save(update_fields=["has_outcomes"])


def _outcome(report: QuestionReport) -> Outcome:
    prompt = to_text(rendered(report.revision)["prompt"])
    return Outcome(
        id=report.pk,
        status=report.status,
        prompt=Truncator(prompt).chars(PROMPT_LENGTH),
        answer=report.answer,
        changed=report.question.revision > report.revision.number,
        retired=report.question.status == Question.Status.RETIRED,
    )
