"""The settings that a learner chooses for herself."""

from functools import cache
from typing import Any, ClassVar

from django import forms
from django.db import transaction
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from catalog.models import Topic
from learners.models import Learner, time_zones

REVIEWS_FOR_EACH_NEW = 6

# Old names of zones that have a better one; a learner who has one of them keeps it.
LEGACY_AREAS = ("Etc/", "US/", "Canada/", "Brazil/", "Chile/", "Mexico/", "Mideast/", "SystemV/")


@cache
def offered_zones() -> tuple[str, ...]:
    """UTC, then every zone that is named after a place."""
    places = (name for name in time_zones() if "/" in name and not name.startswith(LEGACY_AREAS))
    return ("UTC", *sorted(places))


class SettingsForm(forms.ModelForm):
    """Saves its own columns only: a card may be graded in another tab at the same moment."""

    look = forms.ChoiceField(
        label=_("Look"),
        widget=forms.RadioSelect,
        choices=[("device", _("As the device")), ("light", _("Light")), ("dark", _("Dark"))],
    )
    topics = forms.TypedMultipleChoiceField(
        label=_("Topics"), required=False, coerce=int, widget=forms.CheckboxSelectMultiple
    )
    offered = forms.TypedMultipleChoiceField(required=False, coerce=int, widget=forms.MultipleHiddenInput)

    class Meta:
        model = Learner
        fields: ClassVar = (
            "new_per_day",
            "reviews_per_day",
            "day_start",
            "time_zone",
            "buttons",
            "intervals_shown",
            "keys_on",
        )
        labels: ClassVar = {
            "new_per_day": _("New questions a day"),
            "reviews_per_day": _("Reviews a day"),
            "day_start": _("Day starts at"),
            "time_zone": _("Time zone"),
            "buttons": _("Buttons"),
            "intervals_shown": _("Show when a card would come back"),
            "keys_on": _("Keys"),
        }
        help_texts: ClassVar = {
            "reviews_per_day": _("At most. The repetition of what you forgot today comes on top."),
            "intervals_shown": _("On each button, in days"),
            "keys_on": _("Space, 1 to 4, u, ?"),
        }
        widgets: ClassVar = {
            "day_start": forms.TimeInput(format="%H:%M", attrs={"type": "time"}),
            "buttons": forms.RadioSelect,
        }

    def __init__(self, data: Any = None, *, learner: Learner, look: str) -> None:
        topics = [(topic.pk, topic.title) for topic in Topic.objects.all()]
        numbers = [number for number, _title in topics]
        unfollowed = set(learner.unfollowed.values_list("pk", flat=True)) if learner.pk else set()
        followed = [number for number in numbers if number not in unfollowed]
        initial = {"look": look, "topics": followed, "offered": numbers}
        super().__init__(data, instance=learner, initial=initial)
        self.fields["topics"].choices = self.fields["offered"].choices = topics  # type: ignore[attr-defined]
        self.fields["new_per_day"].help_text = new_questions_hint(learner.new_per_day)
        self.fields["time_zone"] = forms.ChoiceField(
            label=_("Time zone"),
            choices=[(name, name.replace("_", " ")) for name in _with(learner.time_zone)],
            error_messages={"invalid_choice": _("There is no time zone of this name. Choose one from the list.")},
        )
        for name in ("new_per_day", "reviews_per_day"):
            self.fields[name].widget.attrs["inputmode"] = "numeric"
            self.fields[name].error_messages.update(
                invalid=_("Write a whole number, such as 10."),
                min_value=_("At least %(limit_value)s."),
                max_value=_("At most %(limit_value)s."),
            )
        for field in self.fields.values():
            field.error_messages["required"] = _("This is still empty.")
        self.fields["day_start"].error_messages["invalid"] = _("Write a time, such as 04:00.")

    def save(self, commit: bool = True) -> Learner:
        """Writes the settings and the topics; `commit` must be true."""
        learner: Learner = self.instance
        offered, chosen = set(self.cleaned_data["offered"]), set(self.cleaned_data["topics"])
        with transaction.atomic():
            learner.save(update_fields=self.Meta.fields)
            # A topic that was not on the form, because it is newer than the page, stays as it was.
            learner.unfollowed.remove(*chosen)
            learner.unfollowed.add(*(offered - chosen))
        return learner


def new_questions_hint(new_per_day: int) -> str:
    """What so many new questions a day come to: each is answered about six times within its first month."""
    if not new_per_day:
        return gettext("Only what you have met comes back.")
    return ngettext(
        "%(new)d new one a day comes to about %(reviews)d reviews a day within a month.",
        "%(new)d new ones a day come to about %(reviews)d reviews a day within a month.",
        new_per_day,
    ) % {"new": new_per_day, "reviews": new_per_day * REVIEWS_FOR_EACH_NEW}


def _with(zone: str) -> tuple[str, ...]:
    zones = offered_zones()
    return zones if zone in zones else (zone, *zones)
