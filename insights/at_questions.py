"""What the answers tell, where curators keep the questions: a link on each, and a filter of their list."""

from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.admin_base import KnownFilter
from catalog.models import Question
from insights.models import Case, ItemStatistic


class QualityFilter(KnownFilter):
    """By what the last night's statistics say of a question."""

    title = gettext_lazy("quality")
    parameter_name = "quality"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [
            ("mend", _("To mend")),
            ("case", _("With a running case")),
            ("well", _("Nothing against it")),
            ("early", _("Too few answers")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Question]) -> QuerySet[Question]:
        current = ItemStatistic.objects.current().filter(question=OuterRef("pk"))
        known = current.filter(facility__isnull=False) | current.filter(residual__isnull=False)
        match self.value():
            case "mend":
                return queryset.filter(Exists(current.to_mend()))
            case "case":
                return queryset.filter(Exists(Case.objects.running().filter(question=OuterRef("pk"))))
            case "well":
                return queryset.filter(Exists(known.filter(score__lte=0)))
            case "early":
                return queryset.filter(~Exists(known))
        return queryset


def statistics_link(question: Question) -> tuple[str, str] | None:
    """A link to the figures of a question that was ever asked."""
    if not question.revision:
        return None
    return _("What the answers tell"), reverse("admin:insights_question", args=[question.pk])
