"""What a mail provider tells afterwards, through anymail's own webhook."""

import base64
import json

import pytest
from anymail.signals import AnymailTrackingEvent, EventType, RejectReason, tracking

from learners.models import User
from reminders.cadence import Reason, Wish
from reminders.models import Reminder, ReminderSetting
from tests.config.test_settings import run_with
from tests.factories import AT
from tests.reminders.writing import DAY, account_of, make_setting, remind

pytestmark = pytest.mark.django_db


def told(kind: str, address: str, reason: str | None = None, **esp_event: str) -> None:
    event = AnymailTrackingEvent(event_type=kind, recipient=address, reject_reason=reason, esp_event=esp_event)
    tracking.send(sender=None, event=event, esp_name="Postmark")


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        (EventType.BOUNCED, None),
        (EventType.BOUNCED, RejectReason.BOUNCED),
        (EventType.REJECTED, RejectReason.INVALID),
    ],
)
def test_bounce_marks_the_address_and_the_mail_and_nothing_more_is_sent_there(kind, reason):
    setting = make_setting()
    remind()
    told(kind, account_of(setting).email.upper(), reason)
    reminder = Reminder.objects.get()
    assert (reminder.state, reminder.reason) == (Reminder.State.REFUSED, Reason.REFUSED)
    account_of(setting).refresh_from_db()
    assert account_of(setting).mail_is_refused
    assert remind(AT + 2 * DAY) == []


@pytest.mark.parametrize(
    ("kind", "reason", "words"),
    [
        (EventType.BOUNCED, RejectReason.BOUNCED, "SoftBounce"),
        (EventType.BOUNCED, None, "Transient"),
        (EventType.BOUNCED, RejectReason.SPAM, "HardBounce"),
        (EventType.REJECTED, None, "domain not verified"),
        (EventType.REJECTED, RejectReason.BLOCKED, "blocked"),
    ],
)
def test_bounce_that_may_pass_or_is_not_the_address_s_fault_changes_nothing(kind, reason, words):
    setting = make_setting()
    remind()
    told(kind, account_of(setting).email, reason, Type=words)
    assert Reminder.objects.get().state == Reminder.State.SENT
    assert not User.objects.exclude(refused_email="").exists()


def test_bounce_told_twice_takes_back_one_mail():
    setting = make_setting()
    remind()
    remind(AT + 2 * DAY)
    for _ in range(2):
        told(EventType.BOUNCED, account_of(setting).email)
    assert sorted(Reminder.objects.values_list("state", flat=True)) == ["refused", "sent"]


@pytest.mark.parametrize("kind", [EventType.COMPLAINED, EventType.UNSUBSCRIBED])
def test_complaint_stops_the_reminders(kind):
    setting = make_setting()
    told(kind, account_of(setting).email)
    assert ReminderSetting.objects.get().wish == Wish.NEVER
    assert remind() == []


@pytest.mark.parametrize("kind", [EventType.DEFERRED, EventType.DELIVERED, EventType.OPENED, EventType.CLICKED])
def test_other_events_change_nothing(kind):
    setting = make_setting()
    told(kind, account_of(setting).email)
    assert len(remind()) == 1


def test_event_of_a_stranger_changes_nothing():
    make_setting()
    told(EventType.BOUNCED, "stranger@example.org")
    assert len(remind()) == 1


POSTED = """
import django; django.setup()
from django.test import Client
for headers in ({{}}, {{"Authorization": "Basic {credentials}"}}):
    posted = Client().post("/mail-events/postmark/tracking/", {event}, content_type="application/json", headers=headers)
    print(posted.status_code)
"""


def test_webhook_is_there_when_configured_and_only_for_who_knows_its_secret(tmp_path):
    event = json.dumps({"RecordType": "Delivery", "MessageID": "1", "Recipient": "ada@example.org"})
    credentials = base64.b64encode(b"readback:secret").decode()
    environment = {
        "READBACK_VAR": str(tmp_path),
        "ALLOWED_HOSTS": "testserver",
        "MAIL_PROVIDER": "postmark",
        "MAIL_PROVIDER_SETTINGS": "POSTMARK_SERVER_TOKEN=token",
        "MAIL_WEBHOOK_SECRET": "readback:secret",
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "LOG_LEVEL": "CRITICAL",
    }
    ran = run_with(environment, "-c", POSTED.format(event=repr(event), credentials=credentials))
    assert ran.stdout.split() == ["400", "200"], ran.stderr


def test_webhook_is_not_there_by_itself(client):
    assert client.post("/mail-events/postmark/tracking/").status_code == 404
