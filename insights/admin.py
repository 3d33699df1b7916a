"""What to mend next, and the cases: figures for curators to read. No learner, and nobody's answers, can be seen."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db.models import F, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from catalog.admin_base import DefaultFilter, KnownFilter, ReadOnlyAdmin
from catalog.models import Question
from insights.cases import NotRunning, dismiss
from insights.forms import DismissForm
from insights.mending import Fault
from insights.models import Case, ItemStatistic, RenewalRequest
from insights.templatetags.curating_words import evidence, learners, reasons, share, short

STYLE = {"all": ["insights/admin.css"]}


class ToMendFilter(DefaultFilter):
    title = _("verdict")
    parameter_name = "show"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("mend", _("To mend")), ("all", _("All questions"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset if self.value() == "all" else queryset.to_mend()


class FaultFilter(KnownFilter):
    title = _("quality")
    parameter_name = "fault"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            (Fault.FORGOTTEN, _("Forgotten too often")),
            (Fault.RIVAL, _("Wrong key or second right answer")),
            (Fault.AGAINST, _("Good learners fail it")),
            (Fault.EASY, _("Known at the first try")),
            (Fault.LEECHES, _("Leeches")),
            (Fault.REPORTS, _("Reported")),
            (Fault.DEAD, _("Dead options")),
            (Fault.LATE, _("Asked late, not bad")),
        ]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.filter(faults__contains=f",{self.value()},") if self.value() else queryset


@admin.register(ItemStatistic)
class ItemStatisticAdmin(ReadOnlyAdmin):
    """The list, sorted by what to mend next, and a page for each question's figures."""

    change_list_template = "admin/insights/mend_next.html"
    list_display = ("question_link", "why", "answered")
    list_display_links = None
    list_filter = (ToMendFilter, FaultFilter, "question__kind", "question__resource__topic", "question__resource")
    list_per_page = 50
    search_fields = ("question__slug", "question__prompt")
    search_help_text = _("Slug or prompt.")
    show_full_result_count = False
    empty_state = _(
        "No question is listed. A published one comes here when the answers of ten learners or more, or their reports, "
        "speak against it. “All questions” has the figures of the others."
    )

    class Media:
        css = STYLE

    def get_queryset(self, request: HttpRequest) -> QuerySet[ItemStatistic]:
        found: QuerySet[ItemStatistic] = ItemStatistic.objects.current().with_question()
        return found.prefetch_related("question__choices").defer("gaps", "strata", "options")

    def get_urls(self) -> list[URLPattern]:
        page = self.admin_site.admin_view(require_safe(self.question_view))
        renew = self.admin_site.admin_view(require_POST(self.renew_view))
        return [
            path("question/<int:question_id>/", page, name="insights_question"),
            path("renew/", renew, name="insights_renew"),
            *super().get_urls(),
        ]

    def has_renew_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("insights.change_itemstatistic")

    def renew_view(self, request: HttpRequest) -> HttpResponse:
        """Asks for the statistics to be computed now: the minute's task finds the row."""
        if not self.has_renew_permission(request):
            raise PermissionDenied
        RenewalRequest.objects.get_or_create(pk=1, defaults={"asked_at": timezone.now()})
        text = _("The statistics are being computed, beginning within a minute. Then load this page again.")
        self.message_user(request, text, messages.SUCCESS)
        return redirect("admin:insights_itemstatistic_changelist")

    @admin.display(description=_("question"), ordering="question__slug")
    def question_link(self, statistic: ItemStatistic) -> str:
        question = statistic.question
        return format_html(
            '<a href="{}">{}</a><span class="quiet">{} · {}</span>',
            reverse("admin:insights_question", args=[question.pk]),
            short(question.prompt),
            question.resource.title,
            question.get_kind_display(),
        )

    @admin.display(description=_("why"))
    def why(self, statistic: ItemStatistic) -> str:
        return format_html_join("", "<p>{}</p>", ((text,) for text in reasons(statistic))) or "–"

    @admin.display(description=_("answers"), ordering="learners")
    def answered(self, statistic: ItemStatistic) -> str:
        if statistic.residual is None:
            return learners(statistic.learners)
        text = _("%(recalled)s recalled, %(expected)s expected")
        values = {"recalled": share(statistic.recalled), "expected": share(statistic.expected)}
        return format_html('{}<span class="quiet">{}</span>', learners(statistic.learners), text % values)

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        latest = ItemStatistic.objects.order_by("-computed_at").values_list("computed_at", flat=True).first()
        context = {
            "title": _("What to mend next"),
            "computed_at": latest,
            "may_renew": self.has_renew_permission(request),
            **(extra_context or {}),
        }
        return super().changelist_view(request, context)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Rows are written anew each night; a question's page stays at its own address."""
        statistic = self.get_object(request, unquote(object_id))
        if statistic is None:
            raise Http404
        return redirect("admin:insights_question", statistic.question_id)

    def question_view(self, request: HttpRequest, question_id: int) -> HttpResponse:
        """What the answers tell of one question: in all, by option, by delay, and wording by wording."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        question = get_object_or_404(Question.objects.with_reading().prefetch_related("choices"), pk=question_id)
        statistics = ItemStatistic.objects.filter(question=question).select_related("revision")
        rows = list(statistics.order_by(F("revision__number").asc(nulls_first=True)))
        for row in rows:
            row.question = question
        current = next((row for row in rows if row.is_current), None)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("What the answers tell"),
            "question": question,
            "current": current,
            "options": _options(current) if current else [],
            "rows": rows,
            "is_reported": question.reports.exists(),
            "cases": Case.objects.filter(question=question),
            "media": self.media,
        }
        return TemplateResponse(request, "admin/insights/question.html", context)


def _options(statistic: ItemStatistic) -> list[dict[str, Any]]:
    """The options as they stand, with how often each was chosen, and at the end those who did not know."""
    shares = {row["number"]: row for row in statistic.options}
    nobody = {"share": 0.0, "good": None if any(row["good"] is None for row in statistic.options) else 0.0}
    found = [
        {"text": choice.text, "is_key": choice.correct, **shares.get(choice.number, nobody)}
        for choice in statistic.question.choices.all()
    ]
    if 0 in shares:
        found.append({"text": _("Don’t know"), "is_key": False, **shares[0]})
    return found if shares else []


class RunningFilter(DefaultFilter):
    title = _("status")
    parameter_name = "show"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("running", _("Running")), *Case.Status.choices, ("all", _("All cases"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        if self.value() in Case.Status.values:
            return queryset.filter(status=self.value())
        return queryset if self.value() == "all" else queryset.running()


class TriggerFilter(admin.ChoicesFieldListFilter):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.title = _("what opened it")


@admin.register(Case)
class CaseAdmin(ReadOnlyAdmin):
    """What became of the questions that crossed a threshold. A curator may dismiss a case, and say why."""

    list_display = ("question_name", "why", "state")
    list_filter = (RunningFilter, ("trigger", TriggerFilter), "question__resource__topic", "question__resource")
    list_per_page = 50
    search_fields = ("question__slug", "question__prompt")
    search_help_text = _("Slug or prompt.")
    show_full_result_count = False
    empty_state = _(
        "No case is listed. One opens by itself, at night, for a question that is surely forgotten too often, that "
        "many learners forget again and again, or that three of them reported. “All cases” has those that are closed."
    )

    class Media:
        css = STYLE

    def get_queryset(self, request: HttpRequest) -> QuerySet[Case]:
        found: QuerySet[Case] = super().get_queryset(request)
        return found.select_related("question__resource", "wording", "mended_by", "closed_by")

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return super().changelist_view(request, {"title": _("Cases"), **(extra_context or {})})

    def get_urls(self) -> list[URLPattern]:
        action = self.admin_site.admin_view(require_POST(self.dismiss_view))
        return [path("<int:case_id>/dismiss/", action, name="insights_case_dismiss"), *super().get_urls()]

    def has_dismiss_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("insights.change_case")

    @admin.display(description=_("question"), ordering="question__slug")
    def question_name(self, case: Case) -> str:
        return format_html('{}<span class="quiet">{}</span>', short(case.question.prompt), case.question.resource.title)

    @admin.display(description=_("why"))
    def why(self, case: Case) -> str:
        return evidence(case)

    @admin.display(description=_("status"), ordering="opened_at")
    def state(self, case: Case) -> str:
        text = _("opened %(opened)s, closed %(closed)s") if case.closed_at else _("opened %(opened)s")
        dates = {"opened": date_format(case.opened_at, "j M Y")}
        if case.closed_at:
            dates["closed"] = date_format(case.closed_at, "j M Y")
        return format_html('{}<span class="quiet">{}</span>', case.get_status_display(), text % dates)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return self._page(request, self._case(request, object_id), DismissForm())

    def dismiss_view(self, request: HttpRequest, case_id: int) -> HttpResponse:
        """Closes the case with a reason; without one, the page says what is missing."""
        if not self.has_dismiss_permission(request):
            raise PermissionDenied
        case = self._case(request, str(case_id))
        form = DismissForm(request.POST)
        if not form.is_valid():
            return self._page(request, case, form, status=400)
        person: Any = request.user
        try:
            dismiss(case, reason=form.cleaned_data["reason"], by=person, at=timezone.now())
            self.message_user(request, _("The case is dismissed."), messages.SUCCESS)
        except NotRunning:
            self.message_user(request, _("The case was closed meanwhile; nothing was changed."), messages.WARNING)
        return redirect("admin:insights_case_change", case.pk)

    def _case(self, request: HttpRequest, pk: str) -> Case:
        case: Case | None = self.get_object(request, unquote(pk))
        if case is None:
            raise Http404
        return case

    def _page(self, request: HttpRequest, case: Case, form: DismissForm, status: int = 200) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Case"),
            "case": case,
            "form": form,
            "may_dismiss": case.is_running and self.has_dismiss_permission(request),
            "media": self.media,
        }
        return TemplateResponse(request, "admin/insights/case.html", context, status=status)
