"""The addresses in a mail: one opens the quiz, the others stop or pause the reminders."""

import datetime as dt
from typing import NamedTuple, Self

from django.conf import settings
from django.urls import reverse
from django.utils.http import urlencode

from learners.mailed import MailPass
from reminders.models import ReminderSetting

SALT = "reminders.open"


class OpenLink(NamedTuple):
    """What the mail's button carries: the pass to the quiz, the mail, and the question that it shows."""

    mail_pass: MailPass
    reminder_id: int
    question_id: int

    def address(self) -> str:
        token = self.mail_pass.sign(self.reminder_id, self.question_id, salt=SALT)
        return absolute(reverse("reminders:open", args=[token]))

    @classmethod
    def read(cls, token: str) -> Self:
        """Raises BadPass unless it was signed here."""
        mail_pass, (reminder_id, question_id) = MailPass.read(token, salt=SALT)
        return cls(mail_pass, reminder_id, question_id)


def open_address(setting: ReminderSetting, reminder_id: int, question_id: int, *, until: dt.datetime) -> str:
    """Where the button leads."""
    return OpenLink(MailPass.for_learner(setting.learner, until=until), reminder_id, question_id).address()


def stop_address(setting: ReminderSetting) -> str:
    """Where the reminders are stopped; it never expires."""
    return absolute(reverse("reminders:stop", args=[setting.key]))


def pause_address(setting: ReminderSetting) -> str:
    """Where they are paused for a week; it never expires."""
    return absolute(reverse("reminders:pause", args=[setting.key]))


def settings_path() -> str:
    """Where she changes when she is written to, by way of signing in; who is signed in is passed on."""
    return f"{reverse('account_login')}?{urlencode({'next': reverse('learners:settings') + '#reminders'})}"


def absolute(path: str) -> str:
    return f"{settings.SITE_URL}{path}"
