"""Reminders in words: what a mail says of its number, why one comes or does not, and when the next one does."""

import datetime as dt
from zoneinfo import ZoneInfo

from django.contrib.humanize.templatetags.humanize import apnumber
from django.utils.dates import WEEKDAYS
from django.utils.formats import date_format
from django.utils.text import capfirst, get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from reminders.cadence import (
    EVERY_WEEKDAY,
    Calendar,
    Decision,
    Facts,
    Forecast,
    Reason,
    Wish,
    decide,
    foresee,
    is_silent,
)
from scheduler.queue import COUNTED_UP_TO, capped

REASONS = {
    Reason.DUE: gettext_lazy("Something is due."),
    Reason.FULL: gettext_lazy("Enough is due for a full session."),
    Reason.COSTLY: gettext_lazy("Waiting longer would cost too much of what is known."),
    Reason.NO_BETTER: gettext_lazy("No fuller session comes within a week."),
    Reason.OFF: gettext_lazy("Reminders are turned off."),
    Reason.NO_ADDRESS: gettext_lazy("There is no confirmed address."),
    Reason.REFUSED: gettext_lazy("The address refuses mail."),
    Reason.SILENT: gettext_lazy("Seven mails went unanswered; an answer starts them again."),
    Reason.SNOOZED: gettext_lazy("They are paused."),
    Reason.AWAY: gettext_lazy("A planned break."),
    Reason.WEEKDAY: gettext_lazy("Not one of the chosen days."),
    Reason.STUDIED: gettext_lazy("Studied today."),
    Reason.WRITTEN: gettext_lazy("A mail for today was decided on already."),
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
    if cards > COUNTED_UP_TO:
        about = _("%(number)s minutes or more") % {"number": minutes}
    return ngettext("It takes %(about)s.", "They take %(about)s.", cards) % {"about": about}


def when_words(wish: str, calendar: Calendar) -> str:
    """On which days she is written to, and at which hour."""
    if calendar.weekdays == EVERY_WEEKDAY:
        days = _("on days when")
    else:
        names = [str(WEEKDAYS[int(number) - 1]) for number in calendar.weekdays]
        days = _("on a %(weekdays)s when") % {"weekdays": get_text_list(names, _("or"))}
    what = _("a session is worth your while") if wish == Wish.PAYS else _("something is due")
    return _("%(days)s %(what)s, at %(clock)s") % {"days": days, "what": what, "clock": f"{calendar.clock:%H:%M}"}


def today_words(facts: Facts, *, at: dt.datetime) -> str:
    """Why no mail comes today, though one comes later; nothing if one does, or if none is in sight at all."""
    if foresee(facts, after=at) is None:
        return ""
    today = facts.calendar.study_day(at)
    decision = decide(facts, on=facts.calendar.date_in(today), today=today)
    if decision.write:
        return ""
    if decision.reason is Reason.WRITTEN:
        return _("Today’s has been written already.")
    return _("None today: %(why)s") % {"why": lower_first(reason_words(decision.reason))}


def lower_first(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:]


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
    if is_silent(facts.ignored):
        return _("No reminder comes: the last seven went unanswered. An answer starts them again.")
    if not facts.cards:
        return _("No reminder is in sight: nothing is due within six weeks.")
    return _("No reminder is in sight.")


def forecast_words(forecast: Forecast, time_zone: str) -> str:
    """The moment on her clock, and about how many cards."""
    local = forecast.moment.astimezone(ZoneInfo(time_zone))
    cards = ngettext("about %(n)s card", "about %(n)s cards", forecast.cards) % {"n": capped(forecast.cards)}
    when = {"day": date_format(local, "l j F"), "clock": f"{local:%H:%M}", "cards": cards}
    return _("Next reminder: %(day)s, %(clock)s, %(cards)s.") % when
