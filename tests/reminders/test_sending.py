"""From a claimed mail to the mail server, and what becomes of it when that fails."""

import smtplib
import socket
import ssl
from types import SimpleNamespace

import pytest
from allauth.account.models import EmailAddress
from anymail.exceptions import (
    AnymailConfigurationError,
    AnymailRecipientsRefused,
    AnymailRequestsAPIError,
    AnymailUnsupportedFeature,
)
from django.core.mail.backends.locmem import EmailBackend

from learners import parts
from reminders import ledger, post, sending, settings
from reminders.cadence import Reason
from reminders.models import MailOutage, Reminder
from reminders.post import Meaning, trouble_of
from tests.factories import AT
from tests.reminders.writing import DAY, MINUTE, account_of, answer, make_reminder, make_setting, remind

pytestmark = pytest.mark.django_db
State = Reminder.State
ANSWERED_LATER = smtplib.SMTPDataError(451, b"4.3.0 try later")


class Server(EmailBackend):
    """Takes mail into memory, or raises what is to happen at the next tries; None lets one through."""

    at_open: list[Exception | None] = []
    at_send: list[Exception | None] = []
    opened = 0

    def open(self) -> None:
        type(self).opened += 1
        if self.at_open and (error := self.at_open.pop(0)):
            raise error

    def send_messages(self, messages):
        if self.at_send and (error := self.at_send.pop(0)):
            raise error
        return super().send_messages(messages)


@pytest.fixture
def server(settings, monkeypatch) -> type[Server]:
    settings.EMAIL_BACKEND = f"{__name__}.Server"
    for name, value in {"at_open": [], "at_send": [], "opened": 0}.items():
        monkeypatch.setattr(Server, name, value)
    return Server


def refused(code: int, said: bytes) -> smtplib.SMTPRecipientsRefused:
    return smtplib.SMTPRecipientsRefused({"ada@example.org": (code, said)})


def test_mail_is_sent_once_and_marked(mailoutbox):
    reminder = make_reminder()
    assert sending.send_some(AT) == 1
    assert sending.send_some(AT) == 0
    reminder.refresh_from_db()
    assert (reminder.state, reminder.sent_at) == (State.SENT, AT)
    assert [message.extra_headers["Message-ID"] for message in mailoutbox] == [reminder.message_id]


def test_crash_after_sending_repeats_the_mail_under_the_same_message_id(mailoutbox, monkeypatch):
    make_reminder()

    def crash(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(ledger, "mark_sent", crash)
    with pytest.raises(KeyboardInterrupt):
        sending.send_some(AT)
    monkeypatch.undo()
    assert sending.send_some(AT + ledger.LEASE) == 1
    first, copy = (message.extra_headers["Message-ID"] for message in mailoutbox)
    assert first == copy


# Changes between the claim and the sending


def stops(setting):
    settings.stop(setting)


def snoozes(setting):
    settings.snooze(setting, at=AT)


def studies(setting):
    answer(setting.learner, AT - MINUTE)


def changes_address(setting):
    user = account_of(setting)
    user.email = "new@example.org"
    user.save()
    EmailAddress.objects.filter(user=user).update(email="new@example.org")


def loses_verification(setting):
    EmailAddress.objects.filter(user=account_of(setting)).update(verified=False)


def is_closed(setting):
    type(account_of(setting)).objects.update(is_active=False)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (stops, Reason.OFF),
        (snoozes, Reason.SNOOZED),
        (studies, Reason.STUDIED),
        (changes_address, Reason.ADDRESS_CHANGED),
        (loses_verification, Reason.NO_ADDRESS),
        (is_closed, Reason.NO_ADDRESS),
        (lambda setting: setting.learner.cards.update(suspended_at=AT), Reason.NOTHING_DUE),
    ],
)
def test_what_changed_since_the_decision_is_looked_at_before_sending(mailoutbox, change, reason):
    setting = make_setting()
    reminder = make_reminder(setting)
    (claimed,) = ledger.claim(AT, limit=1)
    change(setting)

    assert sending.look_again(claimed, AT) is None

    reminder.refresh_from_db()
    assert (reminder.state, reminder.reason) == (State.DROPPED, reason)


def test_erased_account_gets_nothing_and_stops_nobody_else(mailoutbox):
    gone, stays = make_setting(), make_setting()
    make_reminder(gone)
    make_reminder(stays)
    claimed = ledger.claim(AT, limit=2)
    parts.erase(gone.learner)
    ledger.give_back(claimed, at=AT)

    assert sending.look_again(claimed[0], AT) is None
    sending.send_some(AT)

    assert [message.to for message in mailoutbox] == [[account_of(stays).email]]


def test_mail_that_cannot_be_built_is_put_off_and_those_behind_it_leave(mailoutbox):
    broken, sound = make_setting(), make_setting()
    question = broken.learner.cards.get().question
    type(question).objects.filter(pk=question.pk).update(rendered={})
    first = make_reminder(broken)
    make_reminder(sound)

    sending.send_some(AT)

    first.refresh_from_db()
    assert (first.state, first.trouble, first.try_at) == (State.WAITING, "KeyError", AT + MINUTE)
    assert len(mailoutbox) == 1
    assert not MailOutage.objects.exists()


# Failures of mail


@pytest.mark.parametrize(
    ("error", "meaning"),
    [
        (refused(550, b"5.1.1 no such user ada@example.org"), Meaning.ADDRESS),
        (refused(550, b"no such user here"), Meaning.ADDRESS),
        (refused(530, b"Authentication required"), Meaning.LATER),
        (refused(503, b"5.5.1 need AUTH first"), Meaning.LATER),
        (refused(554, b"Client host rejected: blocked using zen.example.org"), Meaning.LATER),
        (refused(550, b"SPF check failed"), Meaning.LATER),
        (refused(550, b"5.1.8 sender's domain does not exist"), Meaning.LATER),
        (refused(552, b"5.3.4 message too big"), Meaning.LATER),
        (AnymailConfigurationError("no token"), Meaning.OUTAGE),
        (AnymailRequestsAPIError("no", response=SimpleNamespace(status_code=402)), Meaning.OUTAGE),
        (AnymailRequestsAPIError("no", response=SimpleNamespace(status_code=422)), Meaning.CONTENT),
        (AnymailUnsupportedFeature("no headers"), Meaning.OUTAGE),
        (refused(450, b"4.2.0 greylisted"), Meaning.ADDRESS_LATER),
        (refused(421, b"4.3.2 closing"), Meaning.LATER),
        (refused(554, b"5.7.1 Relay access denied"), Meaning.LATER),
        (refused(550, b"relay not permitted"), Meaning.LATER),
        (smtplib.SMTPDataError(550, b"5.2.2 mailbox full"), Meaning.ADDRESS),
        (smtplib.SMTPDataError(554, b"5.7.1 looks like spam"), Meaning.CONTENT),
        (smtplib.SMTPDataError(451, b"later"), Meaning.LATER),
        (smtplib.SMTPServerDisconnected("gone"), Meaning.LATER),
        (TimeoutError("timed out"), Meaning.LATER),
        (ConnectionResetError("reset"), Meaning.LATER),
        (smtplib.SMTPSenderRefused(553, b"no", "readback@example.org"), Meaning.OUTAGE),
        (smtplib.SMTPSenderRefused(451, b"later", "readback@example.org"), Meaning.LATER),
        (smtplib.SMTPAuthenticationError(535, b"5.7.8 wrong"), Meaning.OUTAGE),
        (smtplib.SMTPConnectError(554, b"no"), Meaning.OUTAGE),
        (socket.gaierror(-2, "Name or service not known"), Meaning.OUTAGE),
        (ssl.SSLCertVerificationError("self-signed"), Meaning.OUTAGE),
        (ConnectionRefusedError("refused"), Meaning.OUTAGE),
        (AnymailRecipientsRefused(), Meaning.ADDRESS),
        (AnymailRequestsAPIError("503"), Meaning.LATER),
    ],
)
def test_each_failure_has_its_meaning_and_names_no_person(error, meaning):
    trouble = trouble_of(error)
    assert trouble.meaning is meaning
    assert "@" not in trouble.words


@pytest.mark.parametrize(
    "error", [TimeoutError(), smtplib.SMTPServerDisconnected(), smtplib.SMTPConnectError(421, b"")]
)
def test_whatever_fails_while_connecting_concerns_all_mail(error):
    assert trouble_of(error, opening=True).meaning is Meaning.OUTAGE


def test_temporary_failure_is_tried_again_after_growing_pauses_until_the_day_ends(server):
    setting = make_setting()
    server.at_send = [ANSWERED_LATER] * 1000
    at, tries = AT, 0
    while at < AT + DAY:
        tries += not remind(at) and Reminder.objects.get().try_at > at
        at += MINUTE
    reminder = Reminder.objects.get(learner=setting.learner)
    assert (reminder.state, reminder.trouble) == (State.EXPIRED, "451 4.3.0")
    assert reminder.attempts == 1000 - len(server.at_send)
    assert 20 <= reminder.attempts <= 25


def test_temporary_failure_that_passes_sends_the_mail(server, mailoutbox):
    make_reminder()
    server.at_send = [ANSWERED_LATER]
    sending.send_some(AT)
    sending.send_some(AT + MINUTE)
    assert len(mailoutbox) == 1
    assert Reminder.objects.get().trouble == ""


def test_refused_address_is_marked_and_gets_nothing_more_until_it_is_another(server, mailoutbox):
    setting = make_setting()
    server.at_send = [refused(550, b"5.1.1 unknown")]

    remind()

    reminder = Reminder.objects.get()
    assert (reminder.state, reminder.reason, reminder.trouble) == (State.REFUSED, Reason.REFUSED, "550 5.1.1")
    account_of(setting).refresh_from_db()
    assert account_of(setting).mail_is_refused
    assert remind(AT + DAY) == []
    changes_address(setting)
    assert len(remind(AT + 2 * DAY)) == 1


def test_content_that_is_refused_is_not_held_against_the_address(server):
    setting = make_setting()
    server.at_send = [smtplib.SMTPDataError(554, b"5.7.1 looks like spam")]
    remind()
    reminder = Reminder.objects.get()
    assert (reminder.state, reminder.reason) == (State.REFUSED, Reason.CONTENT_REFUSED)
    account_of(setting).refresh_from_db()
    assert not account_of(setting).mail_is_refused


# Outages


def test_wrong_password_keeps_the_queue_and_is_tried_by_one_after_growing_pauses(server, mailoutbox):
    for _ in range(5):
        make_reminder(expires_at=AT + 9 * DAY)
    server.at_open = [smtplib.SMTPAuthenticationError(535, b"5.7.8 wrong")] * 1000

    for minute in range(60):
        for _worker in range(3):
            sending.send_some(AT + minute * MINUTE)

    outage = MailOutage.objects.get()
    assert (outage.since, outage.why) == (AT, "the mail server refuses the password (535)")
    assert server.opened == outage.tries == 7
    assert set(Reminder.objects.values_list("state", "attempts")) == {(State.WAITING, 0)}

    server.at_open = []
    sending.send_some(outage.try_at)
    assert len(mailoutbox) == 5
    assert not MailOutage.objects.exists()


def test_three_failures_on_end_are_an_outage_and_leave_the_rest_untried(server):
    for _ in range(6):
        make_reminder()
    server.at_send = [TimeoutError()] * 6
    sending.send_some(AT)
    assert MailOutage.objects.get().why == "the mail server did not answer in time"
    assert sorted(Reminder.objects.values_list("attempts", flat=True)) == [0, 0, 0, 1, 1, 1]


def test_failures_of_single_mails_among_others_are_no_outage(server, mailoutbox):
    for _ in range(6):
        make_reminder()
    server.at_send = [TimeoutError(), TimeoutError(), None, TimeoutError(), refused(550, b"5.1.1 unknown"), None]
    sending.send_some(AT)
    assert len(mailoutbox) == 2
    assert not MailOutage.objects.exists()


def test_broken_connection_is_opened_anew_for_the_next_mail(server, mailoutbox):
    make_reminder()
    make_reminder()
    server.at_send = [smtplib.SMTPServerDisconnected("gone")]
    sending.send_some(AT)
    assert len(mailoutbox) == 1


def test_only_one_of_two_senders_tries_when_the_pause_is_over():
    post.begin_outage("the mail server does not listen", at=AT)
    over = AT + MINUTE
    assert [post.may_try(AT), post.may_try(over), post.may_try(over)] == [False, True, False]


def test_each_mail_costs_the_same_for_one_card_and_for_many(django_assert_num_queries, mailoutbox):
    make_reminder()
    make_reminder(make_setting(cards=40))
    claiming, each = 5, 11
    with django_assert_num_queries(claiming + 2 * each):
        assert sending.send_some(AT) == 2


def test_five_addresses_on_end_that_a_server_calls_wrong_are_the_server_s_fault(server):
    for _ in range(8):
        make_reminder()
    server.at_send = [refused(550, b"5.1.1 unknown")] * 8
    sending.send_some(AT)
    assert MailOutage.objects.get().why == "550 5.1.1"
    assert Reminder.objects.waiting().count() == 3


def test_provider_that_is_not_configured_is_an_outage_and_takes_no_mail(settings):
    settings.EMAIL_BACKEND = "anymail.backends.postmark.EmailBackend"
    settings.ANYMAIL = {}
    reminder = make_reminder()
    assert sending.send_some(AT) == 0
    assert MailOutage.objects.get().why == "the mail provider is not configured"
    reminder.refresh_from_db()
    assert (reminder.attempts, reminder.try_at) == (0, AT)


@pytest.mark.parametrize(
    "write_down",
    [
        lambda reminder: ledger.put_off(reminder, trouble="451", at=AT),
        lambda reminder: ledger.give_back([reminder], at=AT),
        lambda reminder: ledger.drop(reminder, Reason.STUDIED),
        lambda reminder: ledger.refuse(reminder, Reason.REFUSED, trouble="550"),
    ],
)
def test_sender_who_slept_beyond_its_lease_does_not_break_the_next_one_s(write_down):
    make_reminder()
    (slow,) = ledger.claim(AT, limit=1)
    (quick,) = ledger.claim(AT + ledger.LEASE, limit=1)
    write_down(slow)
    assert ledger.claim(AT + ledger.LEASE + MINUTE, limit=1) == []
    ledger.mark_sent(quick, at=AT + ledger.LEASE)
    assert Reminder.objects.get().state == State.SENT
