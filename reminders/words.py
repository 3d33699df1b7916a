"""Reminders in words: what a mail says of its number, why one comes or does not, and when the next one does."""

import datetime as dt
from zoneinfo import ZoneInfo

from django.contrib.humanize.templatetags.humanize import apnumber
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from reminders.cadence import Decision, Facts, Forecast, Reason, Wish, foresee
from scheduler.queue import COUNTED_UP_TO, capped

REASONS = {
    Reason.DUE: gettext_lazy("Something is due."),
    Reason.FULL: gettext_lazy("Enough is due for a full session."),
    Reason.COSTLY: gettext_lazy("Waiting longer would cost too much of what she knows."),
    Reason.NO_BETTER: gettext_lazy("No fuller session comes within a week."),
    Reason.OFF: gettext_lazy("Reminders are turned off."),
    Reason.NO_ADDRESS: gettext_lazy("There is no confirmed address."),
    Reason.REFUSED: gettext_lazy("The address refuses mail."),
    Reason.SILENT: gettext_lazy("Seven mails went unanswered; an answer starts them again."),
    Reason.SNOOZED: gettext_lazy("They are paused."),
    Reason.AWAY: gettext_lazy("A planned break."),
    Reason.WEEKDAY: gettext_lazy("Not a day that was wished for."),
    Reason.STUDIED: gettext_lazy("Studied today."),
    Reason.WRITTEN: gettext_lazy("Written today already."),
    Reason.WAITING: gettext_lazy("The last mail went unanswered, so the next one waits."),
    Reason.NOTHING_DUE: gettext_lazy("Nothing is due."),
    Reason.FULLER_SOON: gettext_lazy("A fuller session comes within a week, and waiting for it costs little."),
    Reason.ADDRESS_CHANGED: gettext_lazy("The address was changed meanwhile."),
    Reason.CONTENT_REFUSED: gettext_lazy("The mail server refused this mail."),
}


def reason_words(reason: str) -> str:
    """A reason as a sentence."""
    return str(REASONS[Reason(reason)])


def decision_words(decision: Decision) -> str:
    """Yes or no, and why."""
    answer = _("Yes.") if decision.write else _("No.")
    until = _(" Not before %(day)s.") % {"day": date_format(decision.until, "j F")} if decision.until else ""
    return f"{answer} {reason_words(decision.reason)}{until}"


def due_words(cards: int) -> str:
    """How many cards are due, as a sentence that begins with the number."""
    number = capped(cards) if cards > COUNTED_UP_TO else capfirst(str(apnumber(cards)))
    return ngettext("One card is due today.", "%(number)s cards are due today.", cards) % {"number": number}


def takes_words(cards: int, minutes: int) -> str:
    """How long they take, as a sentence."""
    if not minutes:
        return ngettext("It takes under a minute.", "They take under a minute.", cards)
    about = ngettext("about a minute", "about %(number)s minutes", minutes) % {"number": apnumber(minutes)}
    return ngettext("It takes %(about)s.", "They take %(about)s.", cards) % {"about": about}


def when_words(wish: str, clock: dt.time) -> str:
    """On which days she is written to, and at which hour."""
    days = _("on days when a session is worth your while") if wish == Wish.PAYS else _("on days when something is due")
    return _("%(days)s, at %(clock)s") % {"days": days, "clock": f"{clock:%H:%M}"}


def next_words(facts: Facts, *, at: dt.datetime) -> str:
    """When the next reminder comes if nothing is answered until then, or why none is in sight."""
    if forecast := foresee(facts, after=at):
        return forecast_words(forecast, facts.calendar.time_zone)
    if facts.wish == Wish.NEVER:
        return _("No reminder comes.")
    if facts.is_refused:
        return _("No reminder comes: your address refuses mail.")
    if not facts.has_address:
        return _("No reminder comes until your address is confirmed.")
    if not facts.cards:
        return _("No reminder is in sight: nothing is due within six weeks.")
    return _("No reminder is in sight. An answer starts them again.")


def forecast_words(forecast: Forecast, time_zone: str) -> str:
    """The moment on her clock, and about how many cards."""
    local = forecast.moment.astimezone(ZoneInfo(time_zone))
    cards = ngettext("about %(n)s card", "about %(n)s cards", forecast.cards) % {"n": capped(forecast.cards)}
    when = {"day": date_format(local, "l j F"), "clock": f"{local:%H:%M}", "cards": cards}
    return _("Next reminder: %(day)s, %(clock)s, %(cards)s.") % when
