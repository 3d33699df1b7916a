"""The curators' forms: a question, its choices, and the fields that hold a list."""

from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from catalog import items
from catalog.items import ChoiceItem, QuestionItem
from catalog.models import Choice, Question, QuestionRevision, Resource
from catalog.revisions import next_choice_number

Change = QuestionRevision.Change
SAY_WHAT_CHANGED = _("A published question changed. Say below what kind of change it is.")


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
    """A question, and, when it is published and its wording changes, what kind of change that is."""

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
        _("Recall: Markdown, one idea. Typed: a word or a short phrase. Choice and cloze: leave it empty."),
        required=False,
    )
    accept = LinesField(
        label=_("Also accepted"),
        help_text=_("Typed only, one on each line. Case, accents, space and punctuation never matter."),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "cols": 60}),
    )
    explanation = _text(
        _("Explanation"), _("Two to four sentences: why it is so, and what is wrong with what tempts."), rows=4
    )
    allow = ReasonsField(
        label=_("Warnings accepted"),
        help_text=_("A rule and your reason on each line: “stem-negative: the exception is the point”."),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "cols": 100}),
    )
    note = _text(_("Note for curators"), required=False)
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
            "Needed when the wording of a published question changes. After a different meaning, learners meet the "
            "question again within three days. Another key is always a different meaning."
        ),
    )

    class Meta:
        model = Question
        fields = (
            *("resource", "slug", "kind", "concept", "section", "status"),
            *("prompt", "answer", "accept", "explanation", "allow", "note", "position"),
        )
        help_texts: ClassVar = {
            "slug": _("Stable for ever, and begins with the reading's: airflow-scheduler-role."),
            "concept": _(
                "Questions that ask for the same idea share it, and never come on one day: airflow-components."
            ),
            "status": _("Published questions are asked. Retired ones are kept, with all that was answered."),
            "position": _("The place in its reading, from 0."),
        }

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if self.errors:
            return cleaned
        if cleaned["kind"] != "choice" and cleaned["status"] == Question.Status.PUBLISHED:
            for text in items.faults(self._item(cleaned)):
                self.add_error("prompt" if cleaned["kind"] == "cloze" else "answer", text)
        stored = Question.objects.filter(pk=self.instance.pk).first()
        if stored and not cleaned["change"] and self._needs_change(stored, cleaned):
            self.add_error("change", SAY_WHAT_CHANGED)
        return cleaned

    def _needs_change(self, stored: Question, cleaned: dict[str, Any]) -> bool:
        stays_published = stored.status == Question.Status.PUBLISHED == cleaned["status"]
        return stays_published and any(cleaned[field] != getattr(stored, field) for field in self.WORDING)

    @staticmethod
    def _item(cleaned: dict[str, Any]) -> QuestionItem:
        fields = ("slug", "kind", "section", "prompt", "answer", "explanation", "status")
        return QuestionItem(reading=cleaned["resource"].slug, **{field: cleaned[field] for field in fields})


class ChoiceForm(forms.ModelForm):
    text = _text(_("Text"), rows=2)
    why = _text(_("Why"), _("What is true of this option, in a clause or a sentence."), rows=2)

    class Meta:
        model = Choice
        fields = ("position", "text", "correct", "why")


class ChoiceFormSet(forms.BaseInlineFormSet):
    """The options of one question. Whole sets are checked, so that the key can move from one row to another."""

    def clean(self) -> None:
        super().clean()
        if any(self.errors):
            return
        kept = [
            form.cleaned_data
            for form in self.forms
            if form.cleaned_data.get("text") and not form.cleaned_data.get("DELETE")
        ]
        if self.data.get("kind") != Question.Kind.CHOICE:
            if kept:
                raise ValidationError(_("Only a choice question has choices. Delete them, or change the kind."))
            return
        self._check_key(kept)
        if self._is_published() and not self.data.get("change") and self._has_other_wording():
            raise ValidationError(SAY_WHAT_CHANGED)

    def _check_key(self, kept: list[dict[str, Any]]) -> None:
        """An unfinished question may still lack its key, but none ever has two."""
        published = self.data.get("status") == Question.Status.PUBLISHED
        if not published and sum(row["correct"] for row in kept) < 2:
            return
        choices = tuple(
            ChoiceItem(number, row["text"], row["why"], row["correct"]) for number, row in enumerate(kept, start=1)
        )
        if found := items.faults(QuestionItem("", "", "choice", "", "", "", choices=choices)):
            raise ValidationError(found)

    def _is_published(self) -> bool:
        published = self.data.get("status") == Question.Status.PUBLISHED
        return published and Question.objects.published().filter(pk=self.instance.pk).exists()

    def _has_other_wording(self) -> bool:
        return any(
            form.cleaned_data.get("DELETE") or {"text", "why", "correct"}.intersection(form.changed_data)
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


class ReadingForm(forms.ModelForm):
    summary = _text(_("Summary"), _("Two or three sentences, in our own words."))
    sources = LinesField(
        label=_("Sources"),
        help_text=_("What the questions were written from, where that is not the reading itself. One on each line."),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "cols": 100}),
    )

    class Meta:
        model = Resource
        fields = ("topic", "slug", "title", "url", "kind", "publisher", "minutes", "summary", "sources", "position")
        help_texts: ClassVar = {
            "slug": _("Stable for ever; it is in addresses and names the file: airflow."),
            "publisher": _("Who stands behind it: Apache Airflow."),
            "minutes": _("How long an honest reading takes."),
            "position": _("The place in its topic, from 0. New questions come in this order."),
        }
