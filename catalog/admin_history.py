"""Every published wording of a question, what changed between any two of them, and the way back."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _

from catalog.admin_base import QuestionPages, ReadOnlyAdmin, person_of
from catalog.diffs import differences
from catalog.models import Question, QuestionRevision
from catalog.revisions import Change, content_of, restore


class RestoreForm(forms.Form):
    """What going back to an older wording is to those who know the present one."""

    change = forms.ChoiceField(
        label=_("What is the change?"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Say what kind of change it is to those who know the present wording.")},
        choices=[
            (Change.TYPO, _("Typo: nobody would notice")),
            (Change.CLEARER, _("Clearer: the same question, said better")),
            (Change.MEANING, _("Different meaning: who knew the present one may not know this one")),
        ],
    )

    def __init__(self, *args: Any, published: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not published:
            # Nobody is asked now: what kind of change it is, is told when it is published.
            del self.fields["change"]


class QuestionHistory(QuestionPages):
    """A question's history is that of its wordings and its steps; the admin's own log says less."""

    def get_urls(self) -> list[URLPattern]:
        restore_page = path(
            "<path:object_id>/restore/<int:number>/",
            self.admin_site.admin_view(self.restore_view),
            name="catalog_question_restore",
        )
        return [restore_page, *super().get_urls()]

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """All wordings, latest first; `old` and `new` in the address name the two that are compared."""
        question = self.question_or_404(request, object_id, change=False)
        revisions = list(question.revisions.select_related("author"))
        by_number = {revision.number: revision for revision in revisions}
        new = by_number.get(_number(request, "new"), revisions[0] if revisions else None)
        old = by_number.get(_number(request, "old"), by_number.get(new.number - 1) if new else None)
        if old and new and old.number > new.number:
            old, new = new, old
        return self.page(
            request,
            "history",
            question,
            title=_("History"),
            revisions=revisions,
            old=old,
            new=new,
            differences=differences(old.content, new.content) if old and new else [],
            steps=question.status_changes.select_related("by"),
        )

    def restore_view(self, request: HttpRequest, object_id: str, number: int) -> HttpResponse:
        """What would change, and the question what kind of change that is; a POST goes back."""
        question = self.question_or_404(request, object_id, change=True)
        revision = question.revisions.filter(number=number).first()
        if revision is None:
            raise Http404
        published = question.status == Question.Status.PUBLISHED
        form = RestoreForm(request.POST if request.method == "POST" else None, published=published)
        if form.is_valid() and self._restored(request, revision, form):
            return redirect("admin:catalog_question_change", question.pk)
        now = content_of(question, list(question.choices.all()))
        return self.page(
            request,
            "restore",
            question,
            title=_("Go back to wording %(number)s") % {"number": number},
            revision=revision,
            differences=differences(now, revision.content),
            form=form,
            status=422 if form.errors else 200,
        )

    def _restored(self, request: HttpRequest, revision: QuestionRevision, form: RestoreForm) -> bool:
        try:
            said = form.cleaned_data.get("change", "")
            made = restore(revision, change=said, author=person_of(request), at=timezone.now())
        except ValidationError as error:
            form.add_error(None, error)
            return False
        self.log_change(request, revision.question, _("Went back to wording %(n)s.") % {"n": revision.number})
        if made:
            text = _("Wording %(old)s stands again, as wording %(new)s.") % {"old": revision.number, "new": made.number}
        else:
            text = _("Wording %(old)s stands in the form again.") % {"old": revision.number}
        self.message_user(request, text, messages.SUCCESS)
        return True


def _number(request: HttpRequest, name: str) -> int:
    text = request.GET.get(name, "")
    return int(text) if text.isdecimal() and len(text) < 6 else -1


def history_link(question: Question) -> str:
    """How many wordings it had, as a link to them."""
    address = reverse("admin:catalog_question_history", args=[question.pk])
    return format_html('<a href="{}">{}</a>', address, question.revision)


@admin.register(QuestionRevision)
class QuestionRevisionAdmin(ReadOnlyAdmin):
    list_display = ("question", "number", "change", "published_by", "at")
    list_filter = ("change",)
    list_select_related = ("question", "author")
    search_fields = ("question__slug",)
    search_help_text = _("Slug of the question.")
    fields = ("question", "number", "edition", "change", "published_by", "at", "wording")

    @admin.display(description=_("published by"))
    def published_by(self, revision: QuestionRevision) -> str:
        return str(revision.author or _("the files"))

    @admin.display(description=_("wording"))
    def wording(self, revision: QuestionRevision) -> str:
        """All of it, field by field, as a comparison names them."""
        fields = ((field.label, field.new) for field in differences({}, revision.content))
        return format_html('<dl class="wording">{}</dl>', format_html_join("", "<dt>{}</dt><dd>{}</dd>", fields))

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        return lookup == "question__id__exact" or bool(super().lookup_allowed(lookup, value, request))
