"""The inbox of what learners reported, for curators: a line a question, and on its page the cards as they were seen."""

from typing import Any, ClassVar

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Min, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from catalog.admin_base import DefaultFilter, KnownFilter
from catalog.markdown import to_text
from quiz import reports
from quiz.forms import DecisionForm
from quiz.models import QuestionReport, ReportedQuestion
from quiz.seen import as_it_stands, as_seen

Status = QuestionReport.Status
OPEN = Q(reports__status=Status.OPEN)
OPEN_SHOWN, DECIDED_SHOWN = 50, 20


class StateFilter(DefaultFilter):
    """Open reports, unless something else is asked for."""

    title = gettext_lazy("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("open", _("With open reports")), ("decided", _("Decided")), ("all", _("All"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == "all":
            return queryset
        return queryset.filter(open_count=0) if self.value() == "decided" else queryset.filter(open_count__gt=0)


class ReasonFilter(KnownFilter):
    title = gettext_lazy("reason")
    parameter_name = "reason"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return QuestionReport.Reason.choices

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(**{f"{self.value()}_count__gt": 0}) if self.value() else queryset


@admin.register(ReportedQuestion)
class ReportedQuestionAdmin(admin.ModelAdmin):
    actions = None
    empty_value_display = "—"
    list_display = ("short_prompt", "open_reports", "reasons", "waiting_since")
    list_filter = (StateFilter, ReasonFilter, "resource__topic", "status")
    list_select_related = ("resource",)
    search_fields = ("slug", "prompt", "reports__comment")
    search_help_text = gettext_lazy("Slug, prompt, or what a learner wrote.")
    empty_state = gettext_lazy(
        "No question is listed. What learners report comes here, with the card as they saw it. “All” has the reports "
        "that were decided, too."
    )

    class Media:
        css: ClassVar = {"all": ["quiz/reports.css"]}

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        by_reason = {
            f"{reason}_count": Count("reports", filter=OPEN & Q(reports__reason=reason))
            for reason in QuestionReport.Reason.values
        }
        return ReportedQuestion.objects.filter(reports__isnull=False).annotate(
            open_count=Count("reports", filter=OPEN), oldest_open=Min("reports__reported_at", filter=OPEN), **by_reason
        )

    def get_ordering(self, request: HttpRequest) -> list[Any]:
        return ["-open_count", "oldest_open"]

    @admin.display(description=gettext_lazy("question"), ordering="prompt")
    def short_prompt(self, question: Any) -> str:
        prompt = Truncator(to_text(question.rendered.get("prompt", "")) or question.slug).chars(80)
        return format_html('{}<span class="quiet">{}</span>', prompt, question.resource.title)

    @admin.display(description=gettext_lazy("reports"), ordering="open_count")
    def open_reports(self, question: Any) -> str:
        return _("%(n)s open") % {"n": question.open_count}

    @admin.display(description=gettext_lazy("reasons"))
    def reasons(self, question: Any) -> str:
        counts = [(getattr(question, f"{reason}_count"), label) for reason, label in QuestionReport.Reason.choices]
        return "; ".join(f"{label} ({count})" if count > 1 else str(label) for count, label in counts if count)

    @admin.display(description=gettext_lazy("waiting"), ordering="oldest_open")
    def waiting_since(self, question: Any) -> str | None:
        if question.oldest_open is None:
            return None
        return _("since %(day)s") % {"day": date_format(timezone.localdate(question.oldest_open))}

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        waiting = QuestionReport.objects.undecided().count()
        subtitle = ngettext("%(n)s report is open", "%(n)s reports are open", waiting) % {"n": waiting}
        heading = {"title": _("Reported questions"), "subtitle": subtitle}
        page: HttpResponse = super().changelist_view(request, {**heading, **(extra_context or {})})
        return page

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """All reports of one question; each of the buttons decides on those that are ticked."""
        question = self.get_object(request, unquote(object_id))
        if not self.has_view_permission(request, question):
            raise PermissionDenied
        if question is None:
            self.message_user(request, _("There are no reports on this question."), messages.WARNING)
            return redirect("admin:quiz_reportedquestion_changelist")
        form = DecisionForm(request.POST or None, reports=question.reports.all())
        if request.method == "POST":
            if not self.has_change_permission(request, question):
                raise PermissionDenied
            if form.is_valid():
                return self._decide(request, question, form)
        context = {
            **self.admin_site.each_context(request),
            **_page(question, form),
            "opts": self.opts,
            "title": _("Reports on a question"),
            "subtitle": question.slug,
            "may_decide": self.has_change_permission(request, question),
            "media": self.media,
            **(extra_context or {}),
        }
        request.current_app = self.admin_site.name
        return TemplateResponse(request, "admin/quiz/reports.html", context, status=422 if form.is_bound else 200)

    def _decide(self, request: HttpRequest, question: ReportedQuestion, form: DecisionForm) -> HttpResponse:
        chosen, status = form.cleaned_data["reports"], form.cleaned_data["status"]
        if status == Status.OPEN:
            count = reports.reopen(chosen)
        else:
            answer = form.cleaned_data["answer"]
            count = reports.decide(chosen, status=status, answer=answer, by=request.user, at=timezone.now())  # type: ignore[arg-type]
        if not count:
            self.message_user(request, _("Somebody else was quicker: these reports were decided already."))
        else:
            said = _said(status, count)
            self.log_change(request, question, said)
            self.message_user(request, said, messages.SUCCESS)
        if question.reports.undecided().exists() or status == Status.OPEN:
            return redirect("admin:quiz_reportedquestion_change", question.pk)
        return redirect("admin:quiz_reportedquestion_changelist")


def _said(status: str, count: int) -> str:
    texts = {
        Status.ACCEPTED: ngettext("%(n)s report is accepted.", "%(n)s reports are accepted.", count),
        Status.REJECTED: ngettext("%(n)s report is rejected.", "%(n)s reports are rejected.", count),
        Status.ANSWERED: ngettext("%(n)s report is answered.", "%(n)s reports are answered.", count),
        Status.OPEN: ngettext("%(n)s report is open again.", "%(n)s reports are open again.", count),
    }
    return texts[Status(status)] % {"n": count}


def _page(question: ReportedQuestion, form: DecisionForm) -> dict[str, Any]:
    """What the page shows: the oldest open reports, and the decisions made last."""
    every = question.reports.select_related("revision", "decided_by")
    waiting = list(every.undecided().order_by("reported_at", "id")[: OPEN_SHOWN + 1])
    ticked = set(form.data.getlist("reports")) if form.is_bound else None  # type: ignore[attr-defined]
    decided = every.exclude(status=Status.OPEN).order_by("-decided_at", "-id")[:DECIDED_SHOWN]
    return {
        "question": question,
        "current": as_it_stands(question),
        "form": form,
        "open": [_line(report, ticked) for report in waiting[:OPEN_SHOWN]],
        "more_open": len(waiting) > OPEN_SHOWN,
        "decided": [_line(report, ticked) for report in decided],
    }


def _line(report: QuestionReport, ticked: set[str] | None) -> dict[str, Any]:
    return {
        "report": report,
        "seen": as_seen(report),
        "ticked": ticked is None or str(report.pk) in ticked,
        "reworded": report.revision.number != report.question.revision,
    }
