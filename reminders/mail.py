"""The mail that calls a learner back: its words, its links, its headers.

`List-Unsubscribe` with `List-Unsubscribe-Post` is RFC 8058, `List-Id` RFC 2919, `Auto-Submitted` RFC 3834.
"""

import datetime as dt
import re
from functools import cache
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import css_inline
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from catalog.markdown import to_text
from catalog.models import Question
from learners.mailed import LIFETIME
from learners.models import Learner
from reminders import links
from reminders.cadence import Due, Facts, is_last, overdue
from reminders.facts import CARDS_LOOKED_AT
from reminders.models import Reminder, ReminderSetting
from reminders.words import due_words, takes_words, when_words
from scheduler.models import Card
from scheduler.queue import COUNTED_UP_TO, capped, minutes_for, pace_of

BLANK_WORD = re.compile(r'<span class="visually-hidden">[^<]*</span>')


def message_of(
    setting: ReminderSetting, facts: Facts, reminder: Reminder, *, at: dt.datetime
) -> EmailMultiAlternatives | None:
    """The mail as text and HTML, ready to be sent; None if no card is due after all. Costs three queries.

    Its links open the quiz for 48 hours from `at`. Reads the setting's learner and her account.
    """
    question = most_at_risk(setting.learner, reminder.study_day)
    if question is None:
        return None
    cards = facts.cards_due(reminder.study_day)
    counted = min(cards, COUNTED_UP_TO)
    minutes = minutes_for(counted, pace_of(setting.learner, reminder.study_day))
    until = at + LIFETIME
    context = {
        "subject": subject(cards, minutes, last=is_last(reminder.ignored)),
        "due": due_words(cards),
        "takes": takes_words(cards, minutes),
        "is_alone": cards == 1,
        "is_first": is_first(reminder),
        "is_last": is_last(reminder.ignored),
        "prompt_html": question.rendered["prompt"],
        "prompt_text": in_words(question.rendered["prompt"]),
        "reading_title": question.resource.title,
        "when": when_words(setting.wish, setting.calendar),
        "until": date_format(until.astimezone(ZoneInfo(setting.learner.time_zone)), "l H:i"),
        "open_url": links.open_address(setting, reminder.pk or 0, question.pk, until=until),
        "stop_url": links.stop_address(setting),
        "pause_url": links.pause_address(setting),
        "settings_url": links.absolute(links.settings_path()),
        "home_url": links.absolute(reverse("quiz:home")),
    }
    return _message(reminder, context)


def subject(cards: int, minutes: int, *, last: bool) -> str:
    """How many cards and how long; the last mail before silence says that it is the last."""
    due = ngettext("%(n)s card is due", "%(n)s cards are due", cards) % {"n": capped(cards)}
    if last:
        return _("The last reminder, until you come back: %(due)s") % {"due": due}
    if cards > COUNTED_UP_TO:
        return _("%(due)s: %(n)s minutes or more") % {"due": due, "n": minutes}
    if not minutes:
        return _("%(due)s: under a minute") % {"due": due}
    return ngettext("%(due)s: about %(n)s minute", "%(due)s: about %(n)s minutes", minutes) % {"due": due, "n": minutes}


def is_first(reminder: Reminder) -> bool:
    """Whether no mail was sent to this learner before. One query."""
    return not Reminder.objects.sent().filter(learner=reminder.learner_id).exists()


def most_at_risk(learner: Learner, today: dt.date) -> Question | None:
    """The due question that she is most likely to have forgotten, with its reading; None if no card is due.

    That is the one most overdue for its interval; among equals the hardest, then the shortest interval.
    """
    due = learner.cards.active().filter(due_on__lte=today).order_by("due_on", "shuffle")
    cards = list(due.select_related("question__resource")[:CARDS_LOOKED_AT])
    return max(cards, key=lambda card: _risk(card, today)).question if cards else None


def in_words(prompt_html: str) -> str:
    """A prompt on one line. What a cloze leaves out is a line, as in the HTML: its word is for who cannot see that."""
    return to_text(BLANK_WORD.sub("_____", prompt_html))


def _risk(card: Card, today: dt.date) -> tuple[float, int, int, int]:
    assert card.due_on is not None
    late = overdue(Due(card.due_on, card.interval_days), today)
    return late, -card.ease_factor, -card.interval_days, -card.pk


def _message(reminder: Reminder, context: dict[str, Any]) -> EmailMultiAlternatives:
    host = urlsplit(settings.SITE_URL).hostname
    message = EmailMultiAlternatives(
        subject=context["subject"],
        body=render_to_string("reminders/reminder.txt", context),
        from_email=settings.REMINDER_FROM_EMAIL,
        to=[reminder.email],
        headers={
            "Message-ID": reminder.message_id,
            "List-Id": f"Readback reminders <reminders.{host}>",
            "List-Unsubscribe": f"<{context['stop_url']}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
            "Auto-Submitted": "auto-generated",
        },
    )
    message.attach_alternative(_inliner().inline(render_to_string("reminders/reminder.html", context)), "text/html")
    return message


@cache
def _inliner() -> css_inline.CSSInliner:
    return css_inline.CSSInliner(load_remote_stylesheets=False)
