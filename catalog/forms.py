"""The curators' forms: a question, its choices, and the fields that hold a list."""

import dataclasses
from collections.abc import Iterable
from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from catalog import checking, items, lint
from catalog.checking import Remark
from catalog.items import ChoiceItem, QuestionItem
from catalog.models import Choice, Question, QuestionRevision, Resource, Topic
from catalog.revisions import content_of, last_content, next_choice_number
from catalog.steps import may_publish
from catalog.wording import squeezed

Change = QuestionRevision.Change
SAY_WHAT_CHANGED = _("The wording differs from the one published last. Say below what kind of change it is.")
WORDED_BY_YOU = _("The words are yours, so somebody else publishes them: choose “In review”.")


class TidyCharField(forms.CharField):
    """A text in the one spelling in which texts are kept, without characters that no content file can hold."""

    def to_python(self, value: Any) -> Any:
        text = items.clean_text(super().to_python(value) or "")
        if bad := items.bad_character(text):
            raise ValidationError(_("The character %(name)s cannot stand in a text."), params={"name": bad})
        return text

    def has_changed(self, initial: Any, data: Any) -> bool:
        return items.clean_text(initial or "") != items.clean_text(data or "")


class LinesField(TidyCharField):
    """A list of texts, one on each line."""

    widget = forms.Textarea

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> Any:
        return [line.strip() for line in super().clean(value).split("\n") if line.strip()]

    def has_changed(self, initial: Any, data: Any) -> bool:
        return super().has_changed(self.prepare_value(initial), data)


class ReasonsField(TidyCharField):
    """A mapping, a ``rule: reason`` on each line."""

    widget = forms.Textarea

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(f"{rule}: {reason}" for rule, reason in value.items()) if isinstance(value, dict) else value

    def clean(self, value: Any) -> Any:
        reasons = {}
        for line in filter(str.strip, super().clean(value).split("\n")):
            rule, colon, reason = (part.strip() for part in line.partition(":"))
            if not (colon and reason and items.SLUG.fullmatch(rule)):
                raise ValidationError(_("Write each line as “rule: reason”."))
            reasons[rule] = reason
        return reasons

    def has_changed(self, initial: Any, data: Any) -> bool:
        return super().has_changed(self.prepare_value(initial), data)


def _text(label: Any, help_text: Any = "", *, rows: int = 3, required: bool = True) -> TidyCharField:
    widget = forms.Textarea(attrs={"rows": rows, "cols": 100})
    return TidyCharField(label=label, help_text=help_text, required=required, widget=widget)


class QuestionForm(forms.ModelForm):
    """A question, and, when its wording is not the one published last, what kind of change that is."""

    WORDING = ("kind", "section", "prompt", "answer", "accept", "explanation")

    section = TidyCharField(
        label=_("Section"),
        max_length=120,
        widget=forms.TextInput(attrs={"size": 60}),
        help_text=_("The part of the reading, as its heading says: Architecture."),
    )
    prompt = _text(
        _("Prompt"),
        _(
            "Markdown. It stands alone a month later: “In Airflow, which part decides that a task may run now?” "
            "A cloze holds one word between double braces: “A task that may run twice without harm is {{idempotent}}.”"
        ),
    )
    answer = _text(
        _("Answer"),
        _(
            "Recall: Markdown, one idea: “Because the interval that it covers must be over.” Typed: a word or a short "
            "phrase: “idempotent”. Choice and cloze: leave it empty."
        ),
        required=False,
    )
    accept = LinesField(
        label=_("Also accepted"),
        help_text=_("Typed only, one on each line: idempotence. Case, accents, space and punctuation never matter."),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "cols": 60}),
    )
    explanation = _text(
        _("Explanation"),
        _(
            "Two to four sentences: why it is so, and what is wrong with what tempts. “The scheduler looks at what a "
            "task waits for; the executor only runs what was decided.”"
        ),
        rows=4,
    )
    allow = ReasonsField(
        label=_("Warnings accepted"),
        help_text=_("A rule and your reason on each line: “stem-negative: the exception is the point”."),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "cols": 100}),
    )
    note = _text(
        _("Note for curators"), _("Learners never see it: “Check again when Airflow 4 is out.”"), required=False
    )
    change = forms.ChoiceField(
        label=_("What is the change?"),
        choices=[
            ("", "---------"),
            (Change.TYPO, _("Typo: nobody would notice")),
            (Change.CLEARER, _("Clearer: the same question, said better")),
            (Change.MEANING, _("Different meaning: who knew the old one may not know this one")),
        ],
        required=False,
        help_text=_(
            "Needed when the wording of a question that was published once changes. After a typo learners see nothing; "
            "after “clearer” they read once that it was reworded; after a different meaning they meet it again within "
            "three days, and see what changed. Another key is always a different meaning: “which part runs it” for "
            "“which part decides”."
        ),
    )

    # Who fills it in, and what spoke against saving it when that was tried; the admin sets both.
    person: ClassVar[AbstractBaseUser | None] = None
    refused: ClassVar[ValidationError | None] = None

    class Meta:
        model = Question
        fields = (
            *("resource", "slug", "kind", "concept", "section", "status"),
            *("prompt", "answer", "accept", "explanation", "allow", "note", "position"),
        )
        help_texts: ClassVar = {
            "resource": _("What the question asks about: Apache Airflow documentation."),
            "slug": _("Stable for ever, and begins with the reading's: airflow-scheduler-role."),
            "kind": _("Recall and cloze are judged by the learner; choice and typed by the server."),
            "concept": _(
                "Questions that ask for the same idea share it, and never come on one day: airflow-components."
            ),
            "status": _(
                "Draft, then in review, then published: only published questions are asked. Retired ones are kept, "
                "with all that was answered."
            ),
            "position": _("The place in its reading, from 0: 12."),
        }

    def show(self, remarks: Iterable[Remark]) -> None:
        """Puts what lint says beside the fields that it speaks of, each warning with a place for a reason."""
        for name, field in self.fields.items():
            if own := [remark for remark in remarks if remark.field == name]:
                shown = render_to_string("admin/catalog/question/remarks.html", {"remarks": own})
                field.help_text = format_html("{}{}", field.help_text, shown)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if self.refused:
            self.add_error(None, self.refused)
        if self.errors:
            return cleaned
        cleaned["allow"] = {**cleaned["allow"], **reasons_of(self.data)}
        stored = Question.objects.filter(pk=self.instance.pk).first()
        rewords = stored is None or any(cleaned[field] != getattr(stored, field) for field in self.WORDING)
        if cleaned["status"] == Question.Status.PUBLISHED:
            if stored and not cleaned["change"] and self._is_unlike(last_content(stored), cleaned):
                self.add_error("change", SAY_WHAT_CHANGED)
            # Last of what reads the words, for a field with an error is no longer among the cleaned ones.
            self._check_lint(cleaned, stored)
            if _takes_step(stored) and not _may_publish(self.person, stored, rewords):
                self.add_error("status", WORDED_BY_YOU)
        return cleaned

    def _is_unlike(self, last: dict[str, Any] | None, cleaned: dict[str, Any]) -> bool:
        """Whether the words differ from those published last; the choices are for their own form to compare."""
        words = {field: cleaned[field] for field in self.WORDING}
        content = content_of(Question(resource=cleaned["resource"], **words), [])
        return last is not None and {**last, "choices": []} != content

    def _check_lint(self, cleaned: dict[str, Any], stored: Question | None) -> None:
        """What is wrong with the choices is for their own form to say.

        That it asks what another one asks keeps a published question from nothing, where it asked that before.
        """
        asks_on = not _takes_step(stored) and stored and squeezed(stored.prompt) == squeezed(cleaned["prompt"])
        for remark in checking.remarks_on(self._item(cleaned)):
            spared = asks_on and remark.rule == "prompt-equal"
            if remark.is_error and remark.field in self.fields and not spared:
                self.add_error(remark.field, sentence(remark.text))

    def _item(self, cleaned: dict[str, Any]) -> QuestionItem:
        fields = ("kind", "section", "prompt", "answer", "explanation", "status")
        return QuestionItem(
            slug=cleaned.get("slug", self.instance.slug),
            reading=cleaned["resource"].slug,
            allow=tuple(cleaned["allow"].items()),
            **{field: cleaned[field] for field in fields},
        )


def reasons_of(data: Any) -> dict[str, str]:
    """The warnings that are accepted beside their fields, each with its reason."""
    given = {name.removeprefix("accept-"): items.clean_text(data[name]) for name in data if name.startswith("accept-")}
    return {
        rule: " ".join(reason.split())
        for rule, reason in given.items()
        if reason and lint.SEVERITIES.get(rule) is lint.Severity.WARNING and not items.bad_character(reason)
    }


def sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _takes_step(stored: Question | None) -> bool:
    """Whether publishing it now brings it before learners."""
    return stored is None or stored.status != Question.Status.PUBLISHED


def _may_publish(person: AbstractBaseUser | None, stored: Question | None, rewords: bool) -> bool:
    """Whether this person may take the step to published, with the words as they then are."""
    me = person.pk if person else None
    editor = me if rewords or stored is None else stored.edited_by_id
    return may_publish(editor, me, reviewer_is_not_author=settings.REVIEWER_IS_NOT_AUTHOR)


class ChoiceForm(forms.ModelForm):
    text = _text(_("Text"), _("One kind of thing, as long as the others: The scheduler."), rows=2)
    why = _text(
        _("Why"),
        _("What is true of this option, in a clause or a sentence: It runs what the scheduler has decided."),
        rows=2,
    )

    class Meta:
        model = Choice
        fields = ("position", "text", "correct", "why")
        help_texts: ClassVar = {
            "position": _("The place in this list: 1 before 2. Learners see the options shuffled."),
        }


class ChoiceFormSet(forms.BaseInlineFormSet):
    """The options of one question. Whole sets are checked, so that the key can move from one row to another."""

    person: ClassVar[AbstractBaseUser | None] = None
    # What lint says of the options as they are stored; the admin sets it.
    remarks: ClassVar[Iterable[Remark]] = ()

    def clean(self) -> None:
        super().clean()
        if any(self.errors):
            return
        kept = [form for form in self.forms if form.cleaned_data.get("text") and not form.cleaned_data.get("DELETE")]
        question: Question = self.instance
        if question.kind != Question.Kind.CHOICE:
            if kept:
                raise ValidationError(_("Only a choice question has choices. Delete them, or change the kind."))
            return
        choices = tuple(_choice_item(number, form.cleaned_data) for number, form in enumerate(kept, start=1))
        self._check_key(choices)
        if question.status == Question.Status.PUBLISHED:
            # A new option has no number yet, and so is unlike any that was published.
            own = [_choice_item(form.instance.number or 0, form.cleaned_data) for form in kept]
            self._check_contract(Question.objects.filter(pk=question.pk).first(), own)

    def _check_key(self, choices: tuple[ChoiceItem, ...]) -> None:
        """An unfinished question may still lack its key, but none ever has two."""
        found = items.faults(QuestionItem("", "", "choice", "", "", "", choices=choices))
        if self.instance.status == Question.Status.PUBLISHED:
            found = found or [sentence(remark.text) for remark in self._remarks_on(choices) if remark.is_error]
        elif sum(choice.correct for choice in choices) < 2:
            found = []
        if found:
            raise ValidationError(found)

    def _remarks_on(self, choices: tuple[ChoiceItem, ...]) -> list[Remark]:
        question: Question = self.instance
        item = QuestionItem(
            question.slug, "-", question.kind, question.section, question.prompt, question.explanation, choices=choices
        )
        return [remark for remark in checking.remarks_on(item) if remark.field == "choices"]

    def _check_contract(self, stored: Question | None, choices: Iterable[ChoiceItem]) -> None:
        last = last_content(stored) if stored else None
        numbered = [dataclasses.asdict(choice) for choice in sorted(choices, key=lambda choice: choice.number)]
        found = []
        if last and not self.data.get("change") and last["choices"] != numbered:
            found.append(SAY_WHAT_CHANGED)
        if self.has_other_wording() and _takes_step(stored) and not _may_publish(self.person, stored, rewords=True):
            found.append(WORDED_BY_YOU)
        if found:
            raise ValidationError(found)

    def has_other_wording(self) -> bool:
        return any(
            form.instance.pk
            if form.cleaned_data.get("DELETE")
            else {"text", "why", "correct"}.intersection(form.changed_data)
            for form in self.forms
        )

    def save(self, commit: bool = True) -> list[Choice]:
        if any("correct" in form.changed_data for form in self.forms):
            # The database takes no second key even for a moment; the rows that follow set the new one.
            self.instance.choices.filter(correct=True).update(correct=False)
        self._number = next_choice_number(self.instance)
        saved: list[Choice] = super().save(commit)
        return saved

    def save_new(self, form: Any, commit: bool = True) -> Choice:
        form.instance.number = self._number
        self._number += 1
        saved: Choice = super().save_new(form, commit)
        return saved


def _choice_item(number: int, row: dict[str, Any]) -> ChoiceItem:
    return ChoiceItem(number, row["text"], row["why"], row["correct"])


class ReadingForm(forms.ModelForm):
    summary = _text(
        _("Summary"), _("Two or three sentences, in our own words: What a scheduler does, and when a task may run.")
    )
    sources = LinesField(
        label=_("Sources"),
        help_text=_(
            "What the questions were written from, where that is not the reading itself. One on each line: "
            "https://example.org/a-talk-by-the-author."
        ),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "cols": 100}),
    )

    class Meta:
        model = Resource
        fields = ("topic", "slug", "title", "url", "kind", "publisher", "minutes", "summary", "sources", "position")
        help_texts: ClassVar = {
            "topic": _("The heading that it stands under: Workflow managers."),
            "slug": _("Stable for ever; it is in addresses and names the file: airflow."),
            "title": _("As the reading calls itself: Apache Airflow documentation."),
            "url": _("Where it is to be read: https://airflow.apache.org/docs/."),
            "publisher": _("Who stands behind it: Apache Airflow."),
            "minutes": _("How long an honest reading takes: 25."),
            "position": _("The place in its topic, from 0: 2. New questions come in this order."),
        }


class TopicForm(forms.ModelForm):
    class Meta:
        model = Topic
        fields = ("title", "slug", "position")
        help_texts: ClassVar = {
            "title": _("A heading of the reading list: Workflow managers."),
            "slug": _("Stable for ever; it is in addresses and names the folder: workflow-managers."),
            "position": _("The place in the list, from 0: 3."),
        }


class PlaceForm(forms.ModelForm):
    """A row of a list in which places are edited; its field says whose place it is."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "position" in self.fields:
            self.fields["position"].widget.attrs["aria-label"] = _("Position of %(item)s") % {"item": self.instance}


class PlacesFormSet(forms.BaseInlineFormSet):
    """The places of a reading's questions. Nothing else of a question is written, whatever happened to it meanwhile."""

    def save_existing(self, form: Any, obj: Question, commit: bool = True) -> Question:
        Question.objects.filter(pk=obj.pk).update(position=obj.position)
        return obj
