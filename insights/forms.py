"""What a curator fills in."""

from django import forms
from django.utils.translation import gettext_lazy as _


class DismissForm(forms.Form):
    reason = forms.CharField(
        label=_("Why it needs no mending"),
        help_text=_("Such as: It is meant to be hard; the reading says so in its second part."),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
