"""The reminders' section of a learner's settings."""

import datetime as dt
from typing import Any, ClassVar

from django import forms
from django.utils.formats import date_format
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from learners.models import Learner
from reminders.cadence import DAY, LONGEST_BREAK_DAYS, Facts, Wish
from reminders.facts import facts_of
from reminders.models import ReminderSetting
from reminders.settings import save as save_setting
from reminders.settings import setting_of, week_from
from reminders.words import next_words, today_words

PREFIX = "reminders"
WEEKDAYS = [
    ("1", _("Monday")),
    ("2", _("Tuesday")),
    ("3", _("Wednesday")),
    ("4", _("Thursday")),
    ("5", _("Friday")),
    ("6", _("Saturday")),
    ("7", _("Sunday")),
]


class ReminderForm(forms.ModelForm):
    """When she is written to. `snoozed` pauses for a week from today, or ends a pause that runs."""

    template_name = "reminders/section.html"

    weekdays = forms.MultipleChoiceField(
        label=_("On"), choices=WEEKDAYS, widget=forms.CheckboxSelectMultiple, required=False
    )
    snoozed = forms.BooleanField(label=_("Pause for a week"), required=False)

    class Meta:
        model = ReminderSetting
        fields: ClassVar = ("wish", "clock", "weekdays", "away_from", "away_until")
        labels: ClassVar = {
            "wish": _("Write to me"),
            "clock": _("At"),
            "away_from": _("Away from"),
            "away_until": _("Until"),
        }
        widgets: ClassVar = {
            "wish": forms.RadioSelect,
            "clock": forms.TimeInput(format="%H:%M", attrs={"type": "time"}),
            "away_from": forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
            "away_until": forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        }
        error_messages: ClassVar = {
            "clock": {"required": _("This is still empty."), "invalid": _("Write a time, such as 08:00.")},
            "away_from": {"invalid": _("Write a date, such as 2026-12-24.")},
            "away_until": {"invalid": _("Write a date, such as 2026-12-24.")},
        }

    def __init__(self, data: Any = None, *, learner: Learner, at: dt.datetime) -> None:
        setting = setting_of(learner)
        self.at, self.today = at, setting.calendar.study_day(at)
        # A page from before there were reminders posts none of these fields: what stands is left alone.
        is_posted = data is not None and f"{PREFIX}-wish" in data
        self.is_snoozed = setting.snoozed_until is not None and setting.snoozed_until > self.today
        initial: dict[str, Any] = {"weekdays": list(setting.weekdays), "snoozed": self.is_snoozed}
        if setting.away_until is not None and setting.away_until < self.today:
            initial |= {"away_from": None, "away_until": None}
        super().__init__(data if is_posted else None, instance=setting, prefix=PREFIX, initial=initial)
        self.fields["clock"].help_text = _("In your time zone, %(zone)s.") % {
            "zone": learner.time_zone.replace("_", " ")
        }
        if self.is_snoozed and setting.snoozed_until:
            until = date_format(setting.snoozed_until, "l j F")
            self.fields["snoozed"].label = _("Paused until %(day)s") % {"day": until}

    @property
    def learner(self) -> Learner:
        learner: Learner = self.instance.learner
        return learner

    @cached_property
    def _facts(self) -> Facts:
        return facts_of(self.instance, at=self.at)

    @property
    def next_words(self) -> str:
        """When the next reminder comes, as things stand."""
        return next_words(self._facts, at=self.at)

    @property
    def today_words(self) -> str:
        """Whether a mail comes today, and why or why not."""
        return today_words(self._facts, at=self.at)

    def is_valid(self) -> bool:
        return not self.is_bound or super().is_valid()

    def clean_weekdays(self) -> str:
        """The days chosen. With “Never” there may be none: those that stood before are kept for later."""
        days = "".join(sorted(self.cleaned_data["weekdays"]))
        if not days and self.cleaned_data.get("wish") != Wish.NEVER:
            raise forms.ValidationError(_("Choose at least one day, or “Never” above."))
        return days or self.instance.weekdays

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if {"away_from", "away_until"} & self.errors.keys():
            return cleaned
        begins, ends = cleaned.get("away_from"), cleaned.get("away_until")
        if bool(begins) != bool(ends):
            self.add_error("away_until" if begins else "away_from", _("A break has two dates; or leave both empty."))
        elif begins and ends < begins:
            self.add_error("away_until", _("The break ends before it begins."))
        elif begins and ends - begins > LONGEST_BREAK_DAYS * DAY:
            self.add_error("away_until", _("A break lasts a year at most. “Never” above stops the reminders."))
        elif ends and ends < self.today:
            self.add_error("away_until", _("This break is over already."))
        return cleaned

    def save(self, commit: bool = True) -> ReminderSetting:
        """Writes the section if it was on the page; `commit` must be true."""
        setting: ReminderSetting = self.instance
        if not self.is_bound:
            return setting
        if not self.cleaned_data["snoozed"]:
            setting.snoozed_until = None
        elif not self.is_snoozed:
            setting.snoozed_until = week_from(self.at, setting.learner.time_zone)
        save_setting(setting, at=self.at)
        return setting


def section_of(data: Any, learner: Learner, at: dt.datetime) -> ReminderForm | None:
    """The section for a learner with an account; None for a guest, who left no address."""
    return ReminderForm(data, learner=learner, at=at) if learner.user_id else None
