"""The pages on which two questions become one, and questions change their reading."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from catalog.admin_base import QuestionPages, person_of
from catalog.diffs import differences
from catalog.merging import merge, move, why_not_merged
from catalog.models import Question, Resource
from catalog.revisions import content_of
from catalog.wording import nearest

ALIKE = 0.4
MOST_OFFERED = 8


class MoveForm(forms.Form):
    reading = forms.ModelChoiceField(
        Resource.objects.select_related("topic"),
        error_messages={"required": _("Choose the reading that they go to.")},
        label=_("Reading"),
        help_text=_("They come after the questions that it has: Apache Airflow documentation."),
    )


class QuestionMerging(QuestionPages):
    def get_urls(self) -> list[URLPattern]:
        merge_page = path(
            "<path:object_id>/merge/", self.admin_site.admin_view(self.merge_view), name="catalog_question_merge"
        )
        return [merge_page, *super().get_urls()]

    def merge_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Choose the question that stays (`into` in the address), see both, and make them one with a POST.

        What is no slug is looked for in slugs and prompts, and what is found is offered.
        """
        question = self.question_or_404(request, object_id, change=True)
        into = (request.POST or request.GET).get("into", "").replace("\x00", "").strip()
        survivor = Question.objects.filter(slug=into).select_related("resource").first() if into else None
        offered = [] if survivor else _holding(into, question) if into else _alike(question)
        reason = self._reason(question, survivor, into, offered)
        if request.method == "POST" and survivor and not reason:
            try:
                merge(question, survivor, by=person_of(request), at=timezone.now())
            except ValidationError as error:
                reason = " ".join(error.messages)
            else:
                return self._merged(request, question, survivor)
        return self.page(
            request,
            "merge",
            question,
            title=_("Merge into another question"),
            offered=offered,
            into=into,
            survivor=survivor,
            reason=reason,
            differences=_between(question, survivor) if survivor and not reason else [],
            status=422 if request.method == "POST" else 200,
        )

    @staticmethod
    def _reason(question: Question, survivor: Question | None, into: str, offered: list[Question]) -> str | None:
        if survivor:
            return why_not_merged(question, survivor)
        if not into or offered:
            return None
        return str(_("No other published question has “%(words)s” in its slug or its prompt.") % {"words": into})

    def _merged(self, request: HttpRequest, question: Question, survivor: Question) -> HttpResponse:
        self.log_change(request, question, _("Merged into %(slug)s.") % {"slug": survivor.slug})
        text = _("Merged: %(loser)s is retired, and within minutes its cards go on with %(survivor)s.")
        self.message_user(request, text % {"loser": question, "survivor": survivor}, messages.SUCCESS)
        return redirect("admin:catalog_question_change", survivor.pk)

    @admin.action(description=_("Move to another reading"), permissions=["change"])
    def move_selected(self, request: HttpRequest, queryset: QuerySet[Question]) -> HttpResponse | None:
        form = MoveForm(request.POST if "move" in request.POST else None)
        if form.is_valid():
            reading = form.cleaned_data["reading"]
            count = move(list(queryset), reading)
            text = ngettext(
                "%(count)d question is now under %(reading)s.", "%(count)d questions are now under %(reading)s.", count
            )
            self.message_user(request, text % {"count": count, "reading": reading}, messages.SUCCESS)
            return None
        title = _("Move to another reading")
        return self.page(request, "move", None, title=title, questions=list(queryset), form=form)


def _holding(words: str, question: Question) -> list[Question]:
    """Published questions with these words in their slugs or prompts, in the order of the catalog."""
    held = Q(slug__icontains=words) | Q(prompt__icontains=words)
    others = Question.objects.published().filter(held).exclude(pk=question.pk)
    return list(others.select_related("resource")[:MOST_OFFERED])


def _alike(question: Question) -> list[Question]:
    """The published questions whose prompts have most in common with this one's."""
    others = Question.objects.published().exclude(pk=question.pk).order_by()
    found = nearest(question.prompt, others.values_list("slug", "prompt"), beyond=ALIKE)[:MOST_OFFERED]
    by_slug: dict[str, Any] = Question.objects.select_related("resource").in_bulk(
        [slug for slug, _ in found], field_name="slug"
    )
    return [by_slug[slug] for slug, _ in found]


def _between(question: Question, survivor: Question) -> Any:
    one, other = (content_of(each, list(each.choices.all())) for each in (question, survivor))
    return differences(one, other)
