import pytest
import time_machine
from django.core.mail import EmailMultiAlternatives, get_connection

from config import dev_mail
from tests.factories import AT

FILES = "django.core.mail.backends.filebased.EmailBackend"


@pytest.fixture(autouse=True)
def frozen():
    with time_machine.travel(AT, tick=False):
        yield


@pytest.fixture
def folder(settings, tmp_path):
    settings.EMAIL_BACKEND, settings.EMAIL_FILE_PATH = FILES, str(tmp_path)
    return tmp_path


def send(subject: str, text: str) -> None:
    mail = EmailMultiAlternatives(subject, text, to=["ada@example.org"], connection=get_connection(FILES))
    mail.attach_alternative("<html><head></head><body>not shown</body></html>", "text/html")
    mail.send()


def test_mail_is_shown_newest_first_with_its_text(client, folder) -> None:
    send("First — ünïcode", "The code is 1234-5678.")
    send("Second", "Don’t answer; there is another one, at http://localhost/x.")
    page = client.get("/dev/mail/").content.decode()
    assert "First — ünïcode" in page
    assert "1234-5678" in page
    assert "Don’t answer" in page
    assert "not shown" not in page
    assert "To ada@example.org, 23 November 09:00 UTC" in page
    assert {mail.subject for mail in dev_mail.sent(folder)} == {"First — ünïcode", "Second"}


def test_html_of_a_mail_is_shown_in_a_frame_that_can_load_and_run_nothing(client, folder) -> None:
    send("First", "Text.")
    (mail,) = dev_mail.sent(folder)
    assert "<iframe" in client.get("/dev/mail/").content.decode()
    frame = client.get("/dev/mail/html/", {"id": mail.message_id})
    assert "not shown" in frame.content.decode()
    assert "default-src 'none'" in frame["Content-Security-Policy"]
    assert client.get("/dev/mail/html/", {"id": "another"}).status_code == 404


def test_links_of_a_mail_in_a_frame_open_pages_of_their_own(client, folder) -> None:
    send("First", "Text.")
    (mail,) = dev_mail.sent(folder)
    frame = client.get("/dev/mail/html/", {"id": mail.message_id})
    assert '<head><base target="_blank"></head>' in frame.content.decode()
    assert "sandbox allow-popups allow-popups-to-escape-sandbox" in frame["Content-Security-Policy"]


def test_empty_inbox_says_so(client, folder) -> None:
    assert "Nothing was sent yet." in client.get("/dev/mail/").content.decode()


@pytest.mark.django_db
def test_there_is_no_inbox_where_mail_really_leaves(client) -> None:
    assert client.get("/dev/mail/").status_code == 404


@pytest.mark.django_db
def test_there_is_no_inbox_in_production(client, folder, settings) -> None:
    settings.PRODUCTION = True
    assert client.get("/dev/mail/").status_code == 404
