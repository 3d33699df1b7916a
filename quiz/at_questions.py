"""What learners reported, where curators keep the questions: a link on each."""

from django.db.models import Count, Q
from django.urls import reverse
from django.utils.translation import gettext as _

from catalog.models import Question
from quiz.models import QuestionReport


def reports_link(question: Question) -> tuple[str, str] | None:
    """A link to the reports of a question, with how many are open; None where nobody ever reported it. One query."""
    is_open = Q(status=QuestionReport.Status.OPEN)
    counts = QuestionReport.objects.filter(question=question).aggregate(
        all=Count("pk"), open=Count("pk", filter=is_open)
    )
    if not counts["all"]:
        return None
    name = _("Reports (%(count)s open)") % {"count": counts["open"]} if counts["open"] else _("Reports")
    return name, reverse("admin:quiz_reportedquestion_change", args=[question.pk])
