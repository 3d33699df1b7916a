"""A report of a bad question."""

from django import forms

from quiz.models import QuestionReport


class ReportForm(forms.ModelForm):
    class Meta:
        model = QuestionReport
        fields = ["reason", "comment"]
