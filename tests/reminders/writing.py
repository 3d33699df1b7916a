"""Learners who are to be written to, and the mails that they get."""

import datetime as dt
import re
from typing import Any

from django.core import mail

from learners.models import Learner, User
from reminders import ledger, sending
from reminders.models import Reminder, ReminderSetting
from scheduler import grading
from tests.factories import AT, make_card, make_learner, make_question, make_reading

DAY = dt.timedelta(days=1)
MINUTE = dt.timedelta(minutes=1)


def make_setting(learner: Learner | None = None, *, cards: int = 1, **fields: Any) -> ReminderSetting:
    """The setting of a learner whose wished hour has come, with so many cards due today."""
    learner = learner or make_learner()
    reading = make_reading() if cards else None
    for _ in range(cards):
        make_card(learner, make_question(resource=reading))
    return ReminderSetting.objects.create(**{"learner": learner, "next_at": AT, "clock": AT.time(), **fields})


def account_of(setting: ReminderSetting) -> User:
    """The account of the setting's learner."""
    assert setting.learner.user
    return setting.learner.user


def make_reminder(setting: ReminderSetting | None = None, **fields: Any) -> Reminder:
    """A mail that was decided on for today and waits to be sent."""
    setting = setting or make_setting()
    number = Reminder.objects.count()
    usual = {
        "learner": setting.learner,
        "study_day": AT.date(),
        "reason": "due",
        "email": account_of(setting).email,
        "message_id": f"<{number}@readback.example.org>",
        "created_at": AT,
        "try_at": AT,
        "expires_at": AT.replace(hour=4) + DAY,
    }
    return Reminder.objects.create(**{**usual, **fields})


def remind(at: dt.datetime = AT) -> list[Any]:
    """Decide and send, as a tick and its senders do; the mails that went out by it."""
    before = len(mail.outbox)
    while ledger.look(at):
        pass
    ledger.expire(at)
    while sending.send_some(at):
        pass
    return mail.outbox[before:]


def answer(learner: Learner, at: dt.datetime, quality: int = 4) -> None:
    """Answers her next due card."""
    card = learner.cards.active().order_by("due_on").select_related("question")[0]
    revision = card.question.revisions.get()
    shown = grading.Shown(card.question_id, revision.pk, card.sequence, at)
    who = Learner.objects.filter(pk=learner.pk)
    grading.grade(who=who, question=grading.question_as_shown(shown), shown=shown, quality=quality, at=at)


def link_of(message: Any, name: str) -> str:
    """The path of the mail's link of this name: open, stop or pause."""
    return str(re.findall(rf"http://localhost:8000(/reminders/{name}/\S+)", message.body)[0])
