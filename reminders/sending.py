"""Sending what waits: look at each mail once more, hand it to the mail server, and write down what became of it.

A mail is sent, then marked: a crash between the two can cause a copy, which carries the same Message-ID, and loses
none.
"""

import datetime as dt
from contextlib import suppress

import structlog
from celery.exceptions import SoftTimeLimitExceeded
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend

from learners.models import User
from reminders import ledger, post
from reminders.cadence import Reason, decide_again
from reminders.facts import facts_of
from reminders.mail import message_of
from reminders.models import Reminder, ReminderSetting
from reminders.post import Meaning, Trouble

BATCH = 20
# So many on end make an outage; and so many addresses on end that a server calls wrong, for then it is the server.
TROUBLES_ON_END = 3
REFUSALS_ON_END = 5

log = structlog.get_logger(__name__)


def send_some(at: dt.datetime) -> int:
    """Send a batch of what waits, over one connection. Returns how many were taken up; 0 when none waits,
    or all were turned down for now.

    While mail does not leave at all, one sender tries one mail after each pause, and the others leave the queue alone.
    """
    if not post.may_try(at):
        return 0
    try:
        connection = get_connection()
    except post.FAILURES as error:
        post.begin_outage(post.trouble_of(error, opening=True).words, at=at)
        return 0
    batch = ledger.claim(at, limit=BATCH)
    try:
        if not batch:
            _knock(connection, at)
        return _send_batch(batch, connection, at)
    finally:
        with suppress(Exception):
            connection.close()


def _knock(connection: BaseEmailBackend, at: dt.datetime) -> None:
    """In an outage without a mail to try: see whether the server lets us in."""
    if not post.is_out():
        return
    trouble = _open(connection)
    if trouble is None:
        post.end_outage()
    else:
        post.begin_outage(trouble.words, at=at)


def _send_batch(batch: list[Reminder], connection: BaseEmailBackend, at: dt.datetime) -> int:
    on_end = refused_on_end = later = 0
    for number, reminder in enumerate(batch):
        trouble = _send_guarded(reminder, connection, at)
        on_end = on_end + 1 if trouble and trouble.meaning in post.PERHAPS_OF_ALL else 0
        refused_on_end = refused_on_end + 1 if trouble and trouble.meaning is Meaning.ADDRESS else 0
        later += trouble is not None and trouble.meaning is Meaning.ADDRESS_LATER
        too_many = on_end == TROUBLES_ON_END or refused_on_end == REFUSALS_ON_END
        if trouble and (trouble.meaning is Meaning.OUTAGE or too_many):
            ledger.give_back(batch[number + 1 :], at=at)
            post.begin_outage(trouble.words, at=at)
            log.error("mail_does_not_leave", why=trouble.words)
            return 0
    return len(batch) if later < len(batch) else 0


def _send_guarded(reminder: Reminder, connection: BaseEmailBackend, at: dt.datetime) -> Trouble | None:
    """Send one mail; one that this program cannot build must not stop those behind it, now or ever again."""
    try:
        return send(reminder, connection, at)
    except SoftTimeLimitExceeded:
        raise
    except Exception as error:
        ledger.put_off(reminder, trouble=type(error).__name__, at=at)
        # Its kind alone: the text of the fault may name the learner.
        log.error("reminder_not_built", reminder=reminder.pk, why=type(error).__name__)
        return None


def send(reminder: Reminder, connection: BaseEmailBackend, at: dt.datetime) -> Trouble | None:
    """Send one claimed mail if it is still wanted, and write down what became of it. Returns the trouble, if any."""
    message = look_again(reminder, at)
    if message is None:
        return None
    trouble = _hand_over(message, connection)
    _write_down(reminder, trouble, at)
    if trouble is None or trouble.meaning in post.OF_ONE_ADDRESS:
        post.end_outage()
    return trouble


def _write_down(reminder: Reminder, trouble: Trouble | None, at: dt.datetime) -> None:
    if trouble is None:
        ledger.mark_sent(reminder, at=at)
        log.info("reminder_sent", reminder=reminder.pk)
        return
    log.warning("reminder_not_sent", reminder=reminder.pk, why=trouble.words)
    match trouble.meaning:
        case Meaning.ADDRESS:
            ledger.refuse(reminder, Reason.REFUSED, trouble=trouble.words)
            refuse_address(reminder)
        case Meaning.CONTENT:
            ledger.refuse(reminder, Reason.CONTENT_REFUSED, trouble=trouble.words)
        case Meaning.LATER | Meaning.ADDRESS_LATER:
            ledger.put_off(reminder, trouble=trouble.words, at=at)
        case Meaning.OUTAGE:
            ledger.give_back([reminder], at=at)


def look_again(reminder: Reminder, at: dt.datetime) -> EmailMessage | None:
    """The mail as it reads now. None, and dropped with its reason, if it is no longer wanted.

    None as well if she is gone, or if the caller slept beyond its lease, and somebody else has the mail.
    """
    setting = ReminderSetting.objects.of_claimed(reminder).first()
    if setting is None or setting.learner.user is None:
        return None
    if setting.learner.user.email != reminder.email:
        ledger.drop(reminder, Reason.ADDRESS_CHANGED)
        return None
    facts = facts_of(setting, at=at)
    on = setting.calendar.date_in(reminder.study_day)
    decision = decide_again(facts, on=on, today=reminder.study_day)
    if not decision.write:
        ledger.drop(reminder, decision.reason)
        return None
    return message_of(setting, facts, reminder, at=at)


def refuse_address(reminder: Reminder) -> None:
    """Nothing more goes to the address that this mail was for, if it is still the account's."""
    User.objects.filter(learner=reminder.learner_id, email=reminder.email).update(refused_email=reminder.email)


def _hand_over(message: EmailMessage, connection: BaseEmailBackend) -> Trouble | None:
    """Give a mail to the server; after a failure that may have broken the connection, close it."""
    if trouble := _open(connection):
        return trouble
    try:
        connection.send_messages([message])
    except post.FAILURES as error:
        trouble = post.trouble_of(error)
        if trouble.meaning in {Meaning.LATER, Meaning.OUTAGE}:
            with suppress(Exception):
                connection.close()
        return trouble
    return None


def _open(connection: BaseEmailBackend) -> Trouble | None:
    try:
        connection.open()
    except post.FAILURES as error:
        return post.trouble_of(error, opening=True)
    return None
