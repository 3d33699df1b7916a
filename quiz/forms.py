"""A report of a bad question, and what a curator decides."""

from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from learners.access import whole_number
from quiz.models import QuestionReport, ReportQuerySet

Status = QuestionReport.Status


class ReportForm(forms.ModelForm):
    class Meta:
        model = QuestionReport
        fields = ["reason", "comment", "wants_answer"]


class ReportsField(forms.ModelMultipleChoiceField):
    def clean(self, value: list[str]) -> Any:
        """The reports of these numbers; a number too long for the database is no report's. Raises ValidationError."""
        return super().clean([whole_number(number) for number in value])


class DecisionForm(forms.Form):
    """Which of a question's reports are decided, how, and what those who asked are told. `status` is the button."""

    reports = ReportsField(
        QuestionReport.objects.none(),
        error_messages={
            "required": _("Tick the reports that this is about."),
            "invalid_choice": _("One of these reports is gone: its learner withdrew it, or left. Look again."),
        },
    )
    status = forms.ChoiceField(choices=Status.choices)
    answer = forms.CharField(
        label=_("What those who asked are told"),
        help_text=_("Plain text, such as: “The scheduler, since 2.0; the executor only runs it.” Needed to answer."),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=2000,
        required=False,
    )

    def __init__(self, *args: Any, reports: ReportQuerySet, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast("forms.ModelMultipleChoiceField", self.fields["reports"]).queryset = reports

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if said.get("status") == Status.ANSWERED and not said.get("answer"):
            self.add_error("answer", _("Write what they are told, or press Accept or Reject. Nothing is decided yet."))
        return said
