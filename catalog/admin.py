"""The curators' screens. What is published goes through `catalog.revisions`, whoever presses the button."""

from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.contrib.admin.widgets import AutocompleteSelect
from django.core.exceptions import ValidationError
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from simple_history.admin import SimpleHistoryAdmin

from catalog import checking, extras
from catalog.admin_base import ReadOnlyAdmin, person_of
from catalog.admin_conflicts import ConflictAdmin
from catalog.admin_history import QuestionHistory, QuestionRevisionAdmin, history_link
from catalog.admin_merge import QuestionMerging
from catalog.admin_preview import QuestionPreview
from catalog.exchange_admin import QuestionExchange
from catalog.forms import ChoiceForm, ChoiceFormSet, PlaceForm, PlacesFormSet, QuestionForm, ReadingForm, TopicForm
from catalog.models import Choice, Question, Resource, Topic, TopicQuerySet
from catalog.ranking import hold_ranks, store_ranks
from catalog.revisions import Change, publish, publish_all
from catalog.steps import note_step, send_all_to, send_to
from catalog.stored import question_item

__all__ = ["ConflictAdmin", "QuestionAdmin", "QuestionRevisionAdmin", "ReadOnlyAdmin", "ResourceAdmin", "TopicAdmin"]

PUBLISHED = Question.Status.PUBLISHED
MOST_PLACES = 200


class RankingAdmin(SimpleHistoryAdmin):
    """Topics and readings: their places decide in which order learners meet new questions."""

    def get_changelist_form(self, request: HttpRequest, **kwargs: Any) -> Any:
        return super().get_changelist_form(request, **{"form": PlaceForm, **kwargs})

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Files and addresses know it by its slug."""
        fields = super().get_readonly_fields(request, obj)
        return (*fields, "slug") if obj else fields

    def save_model(self, request: HttpRequest, obj: Any, form: forms.ModelForm, change: bool) -> None:
        hold_ranks()
        super().save_model(request, obj, form, change)
        store_ranks()

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        if formsets:
            store_ranks()


@admin.register(Topic)
class TopicAdmin(RankingAdmin):
    form = TopicForm
    list_display = ("title", "slug", "position", "reading_count", "question_count")
    list_editable = ("position",)
    search_fields = ("title", "slug")
    search_help_text = _("Title or slug.")
    empty_state = _("There is no topic yet. Add one, then readings under it; or load the content files.")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Topic]:
        return cast("TopicQuerySet", super().get_queryset(request)).with_counts()

    @admin.display(description=_("readings"), ordering="reading_count")
    def reading_count(self, topic: Any) -> str:
        return _counted("resource", topic.reading_count, topic__id__exact=topic.pk)

    @admin.display(description=_("published questions"), ordering="question_count")
    def question_count(self, topic: Any) -> str:
        return _counted(
            "question", topic.question_count, resource__topic__id__exact=topic.pk, status__exact=PUBLISHED.value
        )


class QuestionPlaces(admin.TabularInline):
    """The questions of a reading in their order, to be put into another one by numbers."""

    model = Question
    form = PlaceForm
    formset = PlacesFormSet
    template = "admin/catalog/resource/questions.html"
    fields = ("position",)
    ordering = ("position", "id")
    can_delete = False
    verbose_name_plural = _("questions, in the order in which they are met")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Resource)
class ResourceAdmin(RankingAdmin):
    form = ReadingForm
    inlines = (QuestionPlaces,)
    list_display = ("title", "topic", "position", "kind", "published_count", "unfinished_count")
    list_editable = ("position",)
    list_filter = ("topic", "kind")
    ordering = ("topic__position", "position", "id")
    list_select_related = ("topic",)
    search_fields = ("title", "slug", "publisher", "url")
    search_help_text = _("Title, slug, publisher or address.")
    readonly_fields = ("questions_of_it",)
    fields = (
        *("topic", "slug", "title", "url", "kind", "publisher", "minutes", "summary", "sources", "position"),
        "questions_of_it",
    )
    empty_state = _("There is no such reading. Add one: questions are asked about readings.")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Resource]:
        unfinished = Q(questions__status__in=(Question.Status.DRAFT, Question.Status.REVIEW))
        found: QuerySet[Resource] = super().get_queryset(request)
        return found.annotate(
            published_count=Count("questions", filter=Q(questions__status=PUBLISHED)),
            unfinished_count=Count("questions", filter=unfinished),
        )

    def get_inlines(self, request: HttpRequest, obj: Resource | None) -> Any:
        """Beyond so many rows a browser would send more fields than are taken."""
        many = obj is None or obj.questions.count() > MOST_PLACES
        return () if many else super().get_inlines(request, obj)

    @admin.display(description=_("published questions"), ordering="published_count")
    def published_count(self, reading: Any) -> str:
        return _counted(
            "question", reading.published_count, resource__id__exact=reading.pk, status__exact=PUBLISHED.value
        )

    @admin.display(description=_("drafts and in review"), ordering="unfinished_count")
    def unfinished_count(self, reading: Any) -> str:
        return _counted("question", reading.unfinished_count, resource__id__exact=reading.pk, status__in="draft,review")

    @admin.display(description=_("questions"))
    def questions_of_it(self, reading: Any) -> str:
        if not reading.pk:
            return "—"
        return format_html(
            str(_("{} published, {} unfinished; {}")),
            self.published_count(reading),
            self.unfinished_count(reading),
            format_html(
                '<a href="{}?resource={}">{}</a>',
                reverse("admin:catalog_question_add"),
                reading.pk,
                _("add a question"),
            ),
        )


def shortened(text: str, length: int) -> str:
    return text if len(text) <= length else f"{text[: length - 1]}…"


def _counted(model: str, count: int, **query: Any) -> str:
    """A number that leads to the list of what it counts."""
    return format_html('<a href="{}">{}</a>', reverse(f"admin:catalog_{model}_changelist", query=query), count)


class ReadingSelect(AutocompleteSelect):
    """A select that can be searched with a script, and holds every reading without one."""

    def optgroups(self, name: str, value: Any, attrs: Any = None) -> Any:
        return forms.Select.optgroups(self, name, value, attrs)


class ChoiceInline(admin.StackedInline):
    model = Choice
    form = ChoiceForm
    formset = ChoiceFormSet
    template = "admin/catalog/question/choices.html"
    max_num = 5
    fields = (("position", "correct"), "text", "why")
    verbose_name_plural = _("choices (of a choice question; exactly one is correct)")

    def get_extra(self, request: HttpRequest, obj: Question | None = None, **kwargs: Any) -> int:
        return 0 if obj else 3

    def get_formset(self, request: HttpRequest, obj: Question | None = None, **kwargs: Any) -> Any:
        made: Any = super().get_formset(request, obj, **kwargs)
        made.person = person_of(request)
        return made


@admin.register(Question)
class QuestionAdmin(QuestionExchange, QuestionHistory, QuestionMerging, QuestionPreview):
    form = QuestionForm
    change_form_template = "admin/catalog/question/change_form.html"
    inlines = (ChoiceInline,)
    actions = ("send_to_review", "publish_selected", "retire_selected", "move_selected")
    list_display = ("named", "reading", "kind", "status", "lint")
    list_select_related = ("resource",)
    list_per_page = 50
    search_fields = ("slug", "prompt", "answer", "explanation", "concept")
    search_help_text = _("Slug, prompt, answer, explanation or concept.")
    autocomplete_fields = ("resource",)
    readonly_fields = ("wordings", "latest_step", "worded_by", "went_into")
    save_on_top = True
    empty_value_display = "—"
    empty_state = _("No question is like that. Take a filter away, or add a question.")
    fieldsets = (
        (None, {"fields": ("resource", "slug", "kind", "concept", "section", "status", "change")}),
        (_("Wording"), {"fields": ("prompt", "answer", "accept", "explanation")}),
        (_("For curators"), {"fields": ("allow", "note", "position", *readonly_fields)}),
    )

    def get_list_filter(self, request: HttpRequest) -> list[Any]:
        return ["status", "kind", "lint_state", *extras.filters, "resource__topic", "resource"]

    def get_fieldsets(self, request: HttpRequest, obj: Question | None = None) -> Any:
        """What kind of change it is matters once learners know the question; a new one has no past to tell of."""
        left_out = {"change"} if not (obj and obj.revision) else set()
        left_out |= set() if obj else set(self.readonly_fields)
        return [
            (name, {**told, "fields": [field for field in told["fields"] if field not in left_out]})
            for name, told in super().get_fieldsets(request, obj)
        ]

    def get_readonly_fields(self, request: HttpRequest, obj: Question | None = None) -> Any:
        """Once learners or the files know it by its slug, it keeps that."""
        fields = super().get_readonly_fields(request, obj)
        return (*fields, "slug") if obj and (obj.revision or obj.loaded_digest) else fields

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "resource":
            kwargs["widget"] = ReadingSelect(db_field, self.admin_site)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    @admin.display(description=_("question"), ordering="slug")
    def named(self, question: Question) -> str:
        return format_html("{}<small>{}</small>", question.slug, shortened(question.prompt, 120))

    @admin.display(description=_("reading"), ordering="resource__title")
    def reading(self, question: Question) -> str:
        return question.resource.title

    @admin.display(description=_("lint"), ordering="lint_state")
    def lint(self, question: Question) -> str:
        return question.get_lint_state_display() or "—"

    @admin.display(description=_("published wordings"))
    def wordings(self, question: Question) -> str:
        return history_link(question) if question.revision else "—"

    @admin.display(description=_("merged into"))
    def went_into(self, question: Question) -> str:
        other = question.merged_into
        if other is None:
            return "—"
        return format_html('<a href="{}">{}</a>', reverse("admin:catalog_question_change", args=[other.pk]), other)

    @admin.display(description=_("worded by"))
    def worded_by(self, question: Question) -> str | None:
        """Without the link to an account that Django would make, whoever may follow it."""
        return str(question.edited_by) if question.edited_by else None

    @admin.display(description=_("latest step"))
    def latest_step(self, question: Question) -> str:
        step = question.status_changes.select_related("by").first() if question.pk else None
        if step is None:
            return "—"
        by = step.by or _("the files")
        at = date_format(timezone.localtime(step.at), "DATETIME_FORMAT")
        return _("%(status)s, by %(by)s, %(at)s") % {"status": step.get_status_display(), "by": by, "at": at}

    def get_form(self, request: HttpRequest, obj: Question | None = None, change: bool = False, **kwargs: Any) -> Any:
        made: Any = super().get_form(request, obj, change=change, **kwargs)
        made.person = person_of(request)
        made.refused = getattr(request, "refused", None)
        return made

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """What is found wrong only with all in place is told above the form, with all in it that was typed."""
        shown: HttpResponse
        try:
            shown = super().changeform_view(request, object_id, form_url, extra_context)
        except ValidationError as error:
            cast("Any", request).refused = error
            shown = super().changeform_view(request, object_id, form_url, extra_context)
        return shown

    def view_on_site(self, obj: Question) -> str | None:
        """Only what is published is asked."""
        return obj.get_absolute_url() if obj.status == PUBLISHED else None

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        return {"kind": Question.Kind.CHOICE, **super().get_changeform_initial_data(request)}

    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: Question | None = None,
    ) -> HttpResponse:
        """The form of a stored question says what lint says of it, each remark beside its field."""
        form = context["adminform"].form
        if obj and not form.is_bound and isinstance(form, QuestionForm):
            remarks = checking.remarks_on(question_item(obj, obj.choices.all()))
            form.show(remarks)
            for inline in context["inline_admin_formsets"]:
                inline.formset.remarks = [remark for remark in remarks if remark.field == "choices"]
        links = [link for add_link in extras.links if obj and (link := add_link(obj))]
        context |= {"extra_links": links, "may_merge": obj and self.has_change_permission(request, obj)}
        shown: HttpResponse = super().render_change_form(request, context, add, change, form_url, obj)
        return shown

    def save_model(self, request: HttpRequest, obj: Question, form: forms.ModelForm, change: bool) -> None:
        """Saves what the form holds but the status: the step is taken when the choices are in place."""
        hold_ranks()
        stored = Question.objects.select_for_update(no_key=True).get(pk=obj.pk) if change else None
        moved = stored is None or stored.resource_id != obj.resource_id
        if moved and "position" not in form.changed_data:
            obj.position = obj.resource.questions.count()
        obj.status = stored.status if stored else Question.Status.DRAFT
        for field in obj._meta.concrete_fields if stored else ():
            # What was read before the wait may be of another revision by now.
            if field.name not in form.fields:
                setattr(obj, field.attname, getattr(stored, field.attname))
        super().save_model(request, obj, form, change)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Saves the choices, and only then, with all in place, takes the step that was asked for."""
        super().save_related(request, form, formsets, change)
        question: Question = form.instance
        person, at = person_of(request), timezone.now()
        if set(QuestionForm.WORDING).intersection(form.changed_data) or any(
            formset.has_other_wording() for formset in formsets
        ):
            question.edited_by = person
            question.save(update_fields=["edited_by"])
        if not change:
            note_step(question, by=person, at=at).save()
        if form.cleaned_data["status"] == PUBLISHED:
            said = form.cleaned_data["change"]
            made = publish(question, change=said, author=person, at=at)
            if made and made.change == Change.MEANING != said:
                text = _("Another option is the key now, so this counts as a different meaning.")
                self.message_user(request, text, messages.WARNING)
        else:
            send_to(question, form.cleaned_data["status"], by=person, at=at)

    def response_add(self, request: HttpRequest, obj: Question, post_url_continue: str | None = None) -> HttpResponse:
        return self._stays(request, obj) or super().response_add(request, obj, post_url_continue)

    def response_change(self, request: HttpRequest, obj: Question) -> HttpResponse:
        return self._stays(request, obj) or super().response_change(request, obj)

    def _stays(self, request: HttpRequest, question: Question) -> HttpResponse | None:
        """Where lint has something to say, saving leads back to the form, where it stands beside the fields."""
        remarks = checking.check(question)
        if not remarks or {"_addanother", "_continue", "_popup"}.intersection(request.POST):
            return None
        text = ngettext(
            "Saved. Lint has %(count)d remark, beside its field: mend it, or accept it with a reason.",
            "Saved. Lint has %(count)d remarks, beside their fields: mend them, or accept them with a reason.",
            len(remarks),
        )
        self.message_user(request, text % {"count": len(remarks)}, messages.WARNING)
        return redirect("admin:catalog_question_change", question.pk)

    @admin.action(description=_("Send to review"), permissions=["change"])
    def send_to_review(self, request: HttpRequest, queryset: QuerySet[Question]) -> None:
        drafts = queryset.filter(status=Question.Status.DRAFT)
        count = send_all_to(drafts, Question.Status.REVIEW, by=person_of(request), at=timezone.now())
        text = ngettext("%(count)d draft is in review.", "%(count)d drafts are in review.", count)
        self.message_user(request, text % {"count": count}, messages.SUCCESS if count else messages.INFO)

    @admin.action(description=_("Publish"), permissions=["change"])
    def publish_selected(self, request: HttpRequest, queryset: QuerySet[Question]) -> None:
        chosen = list(queryset.exclude(status=PUBLISHED))
        refused = publish_all(chosen, author=person_of(request), at=timezone.now())
        for question, error in refused.items():
            text = _("Not published: %(slug)s. %(why)s") % {"slug": question.slug, "why": " ".join(error.messages)}
            self.message_user(request, text, messages.ERROR)
        done = len(chosen) - len(refused)
        text = ngettext("%(count)d question is published.", "%(count)d questions are published.", done)
        if done or not refused:
            self.message_user(request, text % {"count": done}, messages.SUCCESS if done else messages.INFO)

    @admin.action(description=_("Retire"), permissions=["change"])
    def retire_selected(self, request: HttpRequest, queryset: QuerySet[Question]) -> None:
        count = send_all_to(queryset, Question.Status.RETIRED, by=person_of(request), at=timezone.now())
        text = ngettext("%(count)d question is retired.", "%(count)d questions are retired.", count)
        self.message_user(request, text % {"count": count}, messages.SUCCESS)

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
