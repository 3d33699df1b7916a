"""What becomes of a learner's reports when she is merged, exported or erased."""

from typing import Any

from learners.models import Learner
from quiz.models import QuestionReport

EXPORTED = (
    "question__slug",
    "reason",
    "comment",
    "reported_at",
    "wants_answer",
    "status",
    "answer",
    "decided_at",
    "told_at",
)


def merge(guest: Learner, account: Learner) -> None:
    """Where both reported one wording, the account's word stands. What waits for the guest waits for the account."""
    QuestionReport.objects.filter(learner=guest, revision__in=account.reports.values("revision")).delete()
    QuestionReport.objects.filter(learner=guest).update(learner=account)
    if guest.has_outcomes:
        account.has_outcomes = True
        account.save(update_fields=["has_outcomes"])


def export(learner: Learner) -> list[Any]:
    return list(learner.reports.order_by("id").values(*EXPORTED))


def erase(learner: Learner) -> None:
    QuestionReport.objects.filter(learner=learner).delete()
