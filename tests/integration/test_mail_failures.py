"""Every way in which a mail server fails, in a real conversation with one, and what becomes of the mail.

The moments are arguments: a day passes in a second.
"""

import datetime as dt
import subprocess
import threading
from collections.abc import Iterator
from http import HTTPStatus

import pytest
from django.core.mail import get_connection

from learners.models import User
from reminders import ledger, post, sending
from reminders.cadence import Reason
from reminders.models import MailOutage, Reminder
from scheduler.models import Tick
from tests.factories import AT
from tests.integration.kills import make_due_learners
from tests.integration.sink import DROP, HANG, Sink, Stage
from tools.ports import free_port

pytestmark = [pytest.mark.integration, pytest.mark.django_db]

MINUTE = dt.timedelta(minutes=1)
DAY = dt.timedelta(days=1)
WAITING, SENT, REFUSED, EXPIRED = (
    Reminder.State.WAITING,
    Reminder.State.SENT,
    Reminder.State.REFUSED,
    Reminder.State.EXPIRED,
)
FIRST = "due0@example.org"


@pytest.fixture
def sink(settings) -> Iterator[Sink]:
    """A mail server that the app's settings name; a script makes it fail."""
    with Sink() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        settings.EMAIL_TIMEOUT = 5
        yield server
        server.shutdown()
        thread.join()


def decide(count: int) -> None:
    make_due_learners(count, at=AT)
    ledger.look(AT)


def pass_minutes(first: int, last: int, *, senders: int = 2) -> None:
    """What ticks and senders do from one minute after AT to another."""
    for minute in range(first, last + 1):
        at = AT + minute * MINUTE
        ledger.expire(at)
        for _ in range(senders):
            while sending.send_some(at):
                pass


def states() -> list[str]:
    return list(Reminder.objects.order_by("pk").values_list("state", flat=True))


def only_at(stage: Stage, reply: str, address: str = ""):
    """A script that answers `reply` at a stage, for one address or for all."""
    return lambda reached, recipient: reply if reached is stage and address in recipient else None


@pytest.mark.parametrize(
    ("stage", "reply"), [(Stage.RCPT, "450 4.2.1 later"), (Stage.MESSAGE, "451 4.3.0 later"), (Stage.RCPT, DROP)]
)
def test_mail_turned_down_for_now_is_tried_with_growing_pauses_until_its_day_ends(
    sink, stage: Stage, reply: str
) -> None:
    tried = []

    def script(reached: Stage, recipient: str) -> str | None:
        if (reached, recipient) != (stage, FIRST):
            return None
        tried.append(recipient)
        return reply

    sink.script = script
    decide(2)
    at_minutes = []
    for minute in range(120):
        before = len(tried)
        pass_minutes(minute, minute, senders=1)
        if len(tried) > before:
            at_minutes.append(minute)
    assert at_minutes == [0, 1, 3, 8, 23, 53, 113]
    assert states() == [WAITING, SENT]
    # The day began at 09:00 and ends at 04:00.
    pass_minutes(19 * 60, 19 * 60)
    assert states() == [EXPIRED, SENT]
    assert not MailOutage.objects.exists()


@pytest.mark.parametrize(
    ("stage", "reply"), [(Stage.RCPT, "550 5.1.1 no such user"), (Stage.MESSAGE, "550 5.1.1 no such user")]
)
def test_address_turned_down_for_good_is_marked_and_gets_nothing_more(sink, stage, reply) -> None:
    sink.script = only_at(stage, reply, FIRST)
    decide(2)
    pass_minutes(0, 5)
    assert states() == [REFUSED, SENT]
    refused = Reminder.objects.get(email=FIRST)
    assert (refused.reason, refused.attempts, refused.trouble) == (Reason.REFUSED, 1, "550 5.1.1")
    assert User.objects.get(learner=refused.learner).mail_is_refused
    ledger.look(AT + DAY)
    assert not Reminder.objects.filter(study_day=AT.date() + DAY, email=FIRST).exists()


def test_mail_turned_down_for_its_content_is_not_tried_again_and_its_address_stays_good(sink) -> None:
    sink.script = only_at(Stage.MESSAGE, "554 5.7.1 looks like spam", FIRST)
    decide(2)
    pass_minutes(0, 5)
    assert states() == [REFUSED, SENT]
    refused = Reminder.objects.get(email=FIRST)
    assert (refused.reason, refused.attempts) == (Reason.CONTENT_REFUSED, 1)
    assert not User.objects.get(learner=refused.learner).mail_is_refused


@pytest.mark.parametrize("failure", [HANG, DROP, "421 4.3.2 closing"])
@pytest.mark.parametrize("stage", [Stage.CONNECT, Stage.EHLO, Stage.MAIL, Stage.RCPT, Stage.DATA, Stage.MESSAGE])
def test_server_that_breaks_off_at_any_stage_is_left_alone_and_loses_nothing(sink, settings, stage, failure) -> None:
    sink.script = only_at(stage, failure)
    settings.EMAIL_TIMEOUT = 0.1
    decide(8)
    pass_minutes(0, 29)
    assert set(states()) == {WAITING}
    assert MailOutage.objects.exists()
    # At 0, 1, 3, 7, 15 minutes: three mails at most each time, and one is enough where no connection comes about.
    assert sink.connections <= 5 * sending.TROUBLES_ON_END
    sink.script = lambda stage, recipient: None
    settings.EMAIL_TIMEOUT = 5
    pass_minutes(30, 60)
    assert set(states()) == {SENT}
    assert sorted(delivery.recipient for delivery in sink.deliveries) == [f"due{n}@example.org" for n in range(8)]
    assert not MailOutage.objects.exists()


@pytest.mark.parametrize("reply", ["554 5.7.1 Relay access denied", "550 relay not permitted"])
def test_server_that_passes_no_mail_on_keeps_the_queue_and_blames_no_address(sink, reply) -> None:
    sink.script = only_at(Stage.RCPT, reply)
    decide(8)
    pass_minutes(0, 5)
    assert set(states()) == {WAITING}
    assert MailOutage.objects.exists()
    assert not User.objects.exclude(refused_email="").exists()


def test_server_that_refuses_what_every_mail_says_does_not_use_up_the_days_mail(sink) -> None:
    sink.script = only_at(Stage.MESSAGE, "554 5.7.26 this sender is not known here")
    decide(60)
    pass_minutes(0, 30, senders=4)
    tries = len([0, 1, 3, 7, 15, 30])
    assert states().count(REFUSED) == tries * sending.TROUBLES_ON_END
    assert MailOutage.objects.get().why == "554 5.7.26"
    sink.script = lambda stage, recipient: None
    pass_minutes(31, 45)
    assert states().count(SENT) == 60 - tries * sending.TROUBLES_ON_END


def test_server_that_answers_again_ends_the_outage_even_if_it_turns_a_mail_down(sink) -> None:
    sink.script = only_at(Stage.EHLO, DROP)
    decide(60)
    pass_minutes(0, 0)
    assert MailOutage.objects.exists()
    sink.script = only_at(Stage.RCPT, "450 4.2.1 later", FIRST)
    pass_minutes(1, 1, senders=1)
    assert not MailOutage.objects.exists()
    assert states().count(SENT) == 59


def test_wrong_password_keeps_the_queue_and_is_told_and_tried_rarely(sink, settings, client) -> None:
    settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "ada", "wrong"
    sink.script = only_at(Stage.AUTH, "535 5.7.8 no")
    decide(30)
    pass_minutes(0, 60, senders=4)
    assert set(states()) == {WAITING}
    assert sink.connections == len([0, 1, 3, 7, 15, 30, 45, 60])
    Tick.objects.create(pk=1, at=AT)
    ready = client.get("/readyz")
    assert ready.status_code == HTTPStatus.SERVICE_UNAVAILABLE
    assert "the mail server refuses the password (535)" in ready.json()["mail"]
    sink.script = lambda stage, recipient: None
    pass_minutes(61, 75)
    assert set(states()) == {SENT}
    assert client.get("/readyz").json()["mail"] == "ok"
    # What waited for the password was tried once, and not punished for it.
    assert set(Reminder.objects.values_list("attempts", flat=True)) == {1}


def test_outage_ends_when_the_server_is_back_though_no_mail_waits_any_more(sink) -> None:
    sink.script = only_at(Stage.CONNECT, DROP)
    decide(3)
    pass_minutes(0, 0)
    pass_minutes(19 * 60, 19 * 60 + 1)
    assert set(states()) == {EXPIRED}
    assert MailOutage.objects.exists()
    sink.script = lambda stage, recipient: None
    pass_minutes(19 * 60 + 2, 19 * 60 + 20)
    assert not MailOutage.objects.exists()


def nobody_listens(settings) -> str:
    settings.EMAIL_PORT = free_port()
    return "the mail server does not listen"


def no_such_host(settings) -> str:
    settings.EMAIL_HOST = "mail.invalid"
    return "the mail server's name is not found"


def no_encryption(settings) -> str:
    settings.EMAIL_USE_SSL = True
    return "the mail server's certificate or encryption is not accepted"


@pytest.mark.parametrize("fault", [nobody_listens, no_such_host, no_encryption])
def test_server_that_cannot_be_reached_keeps_the_queue_and_is_named(sink, settings, fault) -> None:
    good = {name: getattr(settings, name) for name in ("EMAIL_HOST", "EMAIL_PORT", "EMAIL_USE_SSL")}
    why = fault(settings)
    decide(3)
    pass_minutes(0, 10)
    assert set(states()) == {WAITING}
    outage = MailOutage.objects.get()
    assert (outage.why, outage.since, outage.tries) == (why, AT, 4)
    for name, value in good.items():
        setattr(settings, name, value)
    pass_minutes(11, 20)
    assert set(states()) == {SENT}


def test_certificate_that_nobody_vouches_for_is_not_accepted(sink, settings, tmp_path) -> None:
    sink.certificate = tmp_path / "self-signed.pem"
    made = "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1"
    files = ["-keyout", sink.certificate, "-out", tmp_path / "certificate"]
    subprocess.run([*made.split(), *files], check=True, capture_output=True)
    sink.certificate.write_text(sink.certificate.read_text() + (tmp_path / "certificate").read_text())
    settings.EMAIL_USE_TLS = True
    decide(3)
    pass_minutes(0, 10)
    assert set(states()) == {WAITING}
    assert MailOutage.objects.get().why == "the mail server's certificate or encryption is not accepted"


def test_server_that_turns_every_address_down_at_first_delays_all_and_starves_none(sink) -> None:
    met = set()

    def script(stage: Stage, recipient: str) -> str | None:
        if stage is not Stage.RCPT or recipient in met:
            return None
        met.add(recipient)
        return "450 4.7.1 greylisted"

    sink.script = script
    decide(60)
    pass_minutes(0, 5)
    assert set(states()) == {SENT}


def test_sender_that_slept_beyond_its_lease_sends_nothing_that_another_has_sent_or_is_at(sink) -> None:
    decide(3)
    asleep = ledger.claim(AT, limit=3)
    later = AT + ledger.LEASE
    ledger.claim(later, limit=1)
    pass_minutes(3, 3)
    for reminder in asleep:
        sending.send(reminder, get_connection(), later)
    assert sorted(delivery.recipient for delivery in sink.deliveries) == ["due1@example.org", "due2@example.org"]
    assert states() == [WAITING, SENT, SENT]


def test_senders_that_fail_at_the_same_time_count_as_one_try() -> None:
    for seconds in range(4):
        post.begin_outage("the mail server does not listen", at=AT + dt.timedelta(seconds=seconds))
    outage = MailOutage.objects.get()
    assert (outage.tries, outage.try_at) == (1, AT + MINUTE)
