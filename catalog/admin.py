"""The curators' screens. What is published goes through `catalog.revisions`, whoever presses the button."""

import json
from typing import Any, ClassVar, cast

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import ValidationError
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from catalog import lint
from catalog.exchange_admin import QuestionExchange
from catalog.forms import ChoiceForm, ChoiceFormSet, QuestionForm, ReadingForm
from catalog.load import keep_database, take_file
from catalog.models import Choice, Conflict, Question, QuestionRevision, Resource, Topic, TopicQuerySet
from catalog.ranking import hold_ranks, store_ranks
from catalog.revisions import Change, publish, retire
from catalog.stored import question_item

PUBLISHED = Question.Status.PUBLISHED


@admin.register(Topic)
class TopicAdmin(admin.ModelAdmin):
    list_display = ("title", "slug", "position", "reading_count", "question_count")
    list_editable = ("position",)
    search_fields = ("title", "slug")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Topic]:
        return cast("TopicQuerySet", super().get_queryset(request)).with_counts()

    @admin.display(description=_("readings"), ordering="reading_count")
    def reading_count(self, topic: Any) -> int:
        return int(topic.reading_count)

    @admin.display(description=_("published questions"), ordering="question_count")
    def question_count(self, topic: Any) -> int:
        return int(topic.question_count)

    def save_model(self, request: HttpRequest, obj: Topic, form: forms.ModelForm, change: bool) -> None:
        hold_ranks()
        super().save_model(request, obj, form, change)
        store_ranks()


@admin.register(Resource)
class ResourceAdmin(admin.ModelAdmin):
    form = ReadingForm
    list_display = ("title", "topic", "position", "kind", "published_count", "unfinished_count")
    list_editable = ("position",)
    list_filter = ("topic", "kind")
    list_select_related = ("topic",)
    search_fields = ("title", "slug", "publisher", "url")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Resource]:
        unfinished = Q(questions__status__in=(Question.Status.DRAFT, Question.Status.REVIEW))
        found: QuerySet[Resource] = super().get_queryset(request)
        return found.annotate(
            published_count=Count("questions", filter=Q(questions__status=PUBLISHED)),
            unfinished_count=Count("questions", filter=unfinished),
        )

    @admin.display(description=_("published questions"), ordering="published_count")
    def published_count(self, reading: Any) -> int:
        return int(reading.published_count)

    @admin.display(description=_("drafts and in review"), ordering="unfinished_count")
    def unfinished_count(self, reading: Any) -> int:
        return int(reading.unfinished_count)

    def save_model(self, request: HttpRequest, obj: Resource, form: forms.ModelForm, change: bool) -> None:
        hold_ranks()
        super().save_model(request, obj, form, change)
        store_ranks()


class ChoiceInline(admin.StackedInline):
    model = Choice
    form = ChoiceForm
    formset = ChoiceFormSet
    max_num = 5
    fields = (("position", "correct"), "text", "why")
    verbose_name_plural = _("choices (of a choice question; exactly one is correct)")

    def get_extra(self, request: HttpRequest, obj: Question | None = None, **kwargs: Any) -> int:
        return 0 if obj else 3


@admin.register(Question)
class QuestionAdmin(QuestionExchange, admin.ModelAdmin):
    form = QuestionForm
    inlines = (ChoiceInline,)
    actions = ("publish_selected", "retire_selected")
    list_display = ("slug", "short_prompt", "kind", "reading", "status", "choices_count", "edition")
    list_filter = ("status", "kind", "resource__topic", "resource")
    list_select_related = ("resource",)
    list_per_page = 50
    search_fields = ("slug", "prompt", "answer", "explanation", "concept")
    search_help_text = _("Slug, prompt, answer, explanation or concept.")
    readonly_fields = ("wordings",)
    save_on_top = True
    fieldsets = (
        (None, {"fields": ("resource", "slug", "kind", "concept", "section", "status", "change")}),
        (_("Wording"), {"fields": ("prompt", "answer", "accept", "explanation")}),
        (_("For curators"), {"fields": ("allow", "note", "position", "wordings")}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Question]:
        found: QuerySet[Question] = super().get_queryset(request)
        return found.annotate(choices_count=Count("choices"))

    @admin.display(description=_("prompt"))
    def short_prompt(self, question: Question) -> str:
        return question.prompt if len(question.prompt) <= 80 else f"{question.prompt[:79]}…"

    @admin.display(description=_("reading"), ordering="resource__title")
    def reading(self, question: Question) -> str:
        return question.resource.title

    @admin.display(description=_("choices"))
    def choices_count(self, question: Any) -> str:
        return str(question.choices_count or "")

    @admin.display(description=_("published wordings"))
    def wordings(self, question: Question) -> str:
        if not question.revision:
            return "—"
        address = f"{reverse('admin:catalog_questionrevision_changelist')}?question__id__exact={question.pk}"
        return format_html('<a href="{}">{}</a>', address, question.revision)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        return {"kind": Question.Kind.CHOICE, **super().get_changeform_initial_data(request)}

    def save_model(self, request: HttpRequest, obj: Question, form: forms.ModelForm, change: bool) -> None:
        hold_ranks()
        if not change and not obj.position:
            obj.position = obj.resource.questions.count()
        super().save_model(request, obj, form, change)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Saves the choices, and only then, with all in place, publishes or retires."""
        super().save_related(request, form, formsets, change)
        question: Question = form.instance
        if question.status == PUBLISHED:
            said = form.cleaned_data["change"] or Change.CLEARER
            publish(question, change=said, author=_person(request), at=timezone.now())
        elif question.status == Question.Status.RETIRED:
            retire(question)
        else:
            store_ranks()
        for text in lint.warnings_of(question_item(question, question.choices.all())):
            self.message_user(request, text[:1].upper() + text[1:], messages.WARNING)

    @admin.action(description=_("Publish"), permissions=["change"])
    def publish_selected(self, request: HttpRequest, queryset: QuerySet[Question]) -> None:
        done = 0
        for question in queryset.exclude(status=PUBLISHED):
            try:
                publish(question, change=Change.CLEARER, author=_person(request), at=timezone.now())
                done += 1
            except ValidationError as error:
                text = _("Not published: %(slug)s. %(why)s") % {
                    "slug": question.slug,
                    "why": " ".join(error.messages),
                }
                self.message_user(request, text, messages.ERROR)
        text = ngettext("%(count)d question is published.", "%(count)d questions are published.", done)
        self.message_user(request, text % {"count": done}, messages.SUCCESS if done else messages.INFO)

    @admin.action(description=_("Retire"), permissions=["change"])
    def retire_selected(self, request: HttpRequest, queryset: QuerySet[Question]) -> None:
        questions = list(queryset.exclude(status=Question.Status.RETIRED))
        for question in questions:
            retire(question)
        text = ngettext("%(count)d question is retired.", "%(count)d questions are retired.", len(questions))
        self.message_user(request, text % {"count": len(questions)}, messages.SUCCESS)

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        question: Question | None = self.get_object(request, unquote(object_id))
        if question and question.revision and self.has_delete_permission(request, question):
            text = _("This question was published, and learners may have answered it. Retire it instead.")
            self.message_user(request, text, messages.ERROR)
            return redirect("admin:catalog_question_change", question.pk)
        deleted: HttpResponse = super().delete_view(request, object_id, extra_context)
        return deleted


class ReadOnlyAdmin(admin.ModelAdmin):
    """Something to look at, made by the program."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(QuestionRevision)
class QuestionRevisionAdmin(ReadOnlyAdmin):
    list_display = ("question", "number", "edition", "change", "author", "at")
    list_filter = ("change",)
    list_select_related = ("question", "author")
    search_fields = ("question__slug",)
    fields = ("question", "number", "edition", "change", "author", "at", "wording")

    @admin.display(description=_("wording"))
    def wording(self, revision: QuestionRevision) -> str:
        return _pretty(revision.content)

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        return lookup == "question__id__exact" or bool(super().lookup_allowed(lookup, value, request))


@admin.register(Conflict)
class ConflictAdmin(ReadOnlyAdmin):
    """Items that were changed in the files and here. One of the two actions ends each."""

    actions = ("use_file", "use_database")
    list_display = ("slug", "kind", "found_at")
    list_filter = ("kind",)
    fields = ("kind", "slug", "found_at", "file", "database")
    readonly_fields: ClassVar = ("kind", "slug", "found_at", "file", "database")

    @admin.display(description=_("in the file"))
    def file(self, conflict: Conflict) -> str:
        return _pretty(conflict.in_file)

    @admin.display(description=_("in the database"))
    def database(self, conflict: Conflict) -> str:
        return _pretty(conflict.in_database)

    def has_decide_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("catalog.change_question")

    @admin.action(description=_("Take what the file says"), permissions=["decide"])
    def use_file(self, request: HttpRequest, queryset: QuerySet[Conflict]) -> None:
        for conflict in queryset:
            take_file(conflict, at=timezone.now())

    @admin.action(description=_("Keep what stands here"), permissions=["decide"])
    def use_database(self, request: HttpRequest, queryset: QuerySet[Conflict]) -> None:
        for conflict in queryset:
            keep_database(conflict)


def _pretty(value: Any) -> str:
    return format_html("<pre>{}</pre>", json.dumps(value, indent=2, ensure_ascii=False))


def _person(request: HttpRequest) -> Any:
    """The member of staff who is signed in; the admin lets nobody else this far."""
    return request.user
