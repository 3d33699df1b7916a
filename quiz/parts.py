"""What becomes of a learner's reports when she is merged, exported or erased."""

from typing import Any

from learners.models import Learner
from quiz.models import QuestionReport


def merge(guest: Learner, account: Learner) -> None:
    """Where both reported one wording, the account's word stands."""
    QuestionReport.objects.filter(learner=guest, revision__in=account.reports.values("revision")).delete()
    QuestionReport.objects.filter(learner=guest).update(learner=account)


def export(learner: Learner) -> list[Any]:
    return list(learner.reports.order_by("id").values("question__slug", "reason", "comment", "reported_at"))


def erase(learner: Learner) -> None:
    QuestionReport.objects.filter(learner=learner).delete()
