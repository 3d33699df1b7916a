"""On a laptop, mail goes into a folder; this page is its inbox."""

import datetime as dt
import email
import email.policy
from email.message import EmailMessage
from pathlib import Path
from typing import NamedTuple

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from learners.http import mail_in_a_frame

SHOWN = 50
# What Django's file backend writes after each message.
END_OF_MESSAGE = b"-" * 79


class Mail(NamedTuple):
    subject: str
    to: str
    date: dt.datetime | None
    text: str
    html: str
    message_id: str


def is_open() -> bool:
    """Only on a laptop whose mail goes into a folder."""
    return not settings.PRODUCTION and settings.EMAIL_BACKEND.endswith("filebased.EmailBackend")


def context(request: HttpRequest) -> dict[str, bool]:
    """Lets a page that waits for a mail say where it is shown."""
    return {"dev_mail": is_open()}


@never_cache
@require_safe
def inbox(request: HttpRequest) -> HttpResponse:
    """What was sent, newest first. There is no such page in production, nor where mail really leaves."""
    if not is_open():
        raise Http404
    return render(request, "dev/mail.html", {"mails": sent(Path(settings.EMAIL_FILE_PATH))[:SHOWN]})


@never_cache
@require_safe
def html_of_mail(request: HttpRequest) -> HttpResponseBase:
    """The HTML of the mail that `?id=` names by its Message-ID, for a frame of the inbox."""
    mails = sent(Path(settings.EMAIL_FILE_PATH)) if is_open() else []
    found = next((mail.html for mail in mails if mail.message_id == request.GET.get("id")), "")
    if not found:
        raise Http404
    return mail_in_a_frame(request, found)


def sent(folder: Path) -> list[Mail]:
    """The messages in the files of a folder, newest first."""
    files = sorted(folder.glob("*.log"), key=lambda file: file.stat().st_mtime, reverse=True) if folder.exists() else []
    return [mail for file in files[:SHOWN] for mail in reversed(_in_file(file))]


def _in_file(file: Path) -> list[Mail]:
    return [_read(message.lstrip()) for message in file.read_bytes().split(END_OF_MESSAGE) if message.strip()]


def _read(raw: bytes) -> Mail:
    message = email.message_from_bytes(raw, EmailMessage, policy=email.policy.default)
    text, html = (
        str(body.get_content()) if (body := message.get_body((kind,))) is not None else "" for kind in ("plain", "html")
    )
    date = getattr(message["Date"], "datetime", None)
    return Mail(str(message["Subject"]), str(message["To"]), date, text, html, str(message["Message-ID"]))
