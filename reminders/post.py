"""What a failure of the mail server means, and whether mail leaves at all.

SMTP's reply codes are RFC 5321's (4xx: later, 5xx: never), its enhanced codes RFC 3463's (x.1.x and x.2.x speak of
the address and its mailbox).
"""

import datetime as dt
import re
import smtplib
import socket
import ssl
from enum import Enum, auto
from http import HTTPStatus
from typing import NamedTuple

from anymail.exceptions import AnymailAPIError, AnymailConfigurationError, AnymailError, AnymailRecipientsRefused
from django.db.models import F

from reminders.models import MailOutage

# What sending raises when it is the mail's way that is at fault, and not this program; smtplib's are OSErrors.
FAILURES = (OSError, AnymailError, AnymailConfigurationError)
PAUSES = tuple(dt.timedelta(minutes=minutes) for minutes in (1, 2, 4, 8, 15))
# Longer than one try can take, so that one sender at a time tries whether mail leaves again.
PROBE = dt.timedelta(minutes=3)
# x.1.7 and x.1.8 are of the sender's address, the others of the recipient's and her mailbox.
_OF_THE_ADDRESS = re.compile(r"\b5\.(?:1\.(?![78]\b)\d{1,3}|2\.\d{1,3})\b")
_CODES_OF_A_MAILBOX = {550, 551, 553}
# A server without enhanced codes says by words that it does not take mail from us, whoever it is for.
_OF_THE_SENDER = re.compile(r"\brelay|\bauth|\bsender|\bspf\b|\bblock|\bprohibit|\bclient host|\bpolicy", re.IGNORECASE)
_ENHANCED = re.compile(r"\b[245]\.\d{1,3}\.\d{1,3}\b")


class Meaning(Enum):
    """LATER: this mail, after a pause, and perhaps none. ADDRESS_LATER: this mail alone, after a pause. ADDRESS: never
    again to this address. CONTENT: not this mail. OUTAGE: none.
    """

    LATER = auto()
    ADDRESS_LATER = auto()
    ADDRESS = auto()
    CONTENT = auto()
    OUTAGE = auto()


# A provider says by these that the key, the bill or the address of its service is wrong.
OF_THE_ACCOUNT = {
    HTTPStatus.UNAUTHORIZED,
    HTTPStatus.PAYMENT_REQUIRED,
    HTTPStatus.FORBIDDEN,
    HTTPStatus.NOT_FOUND,
    HTTPStatus.METHOD_NOT_ALLOWED,
}
# A server that says this of one address is there for the others.
OF_ONE_ADDRESS = {Meaning.ADDRESS_LATER, Meaning.ADDRESS}
# Said of one mail after the other, it is no matter of single mails: the server is ill, or does not like the sender.
PERHAPS_OF_ALL = {Meaning.LATER, Meaning.CONTENT}


class Trouble(NamedTuple):
    """A failure and its name: codes and plain words, never what a server said, for that may name a person."""

    meaning: Meaning
    words: str


def trouble_of(error: Exception, *, opening: bool = False) -> Trouble:
    """What a failure means. `opening` says that it came while the connection was made, and so is no single mail's."""
    match error:
        case smtplib.SMTPRecipientsRefused():
            code, text = next(iter(error.recipients.values()))
            if code == 421 or (code >= 500 and not _is_of_the_address(code, _text(text))):
                return _by_code(code, text, never=Meaning.LATER)
            return _by_code(code, text, never=Meaning.ADDRESS, later=Meaning.ADDRESS_LATER)
        case smtplib.SMTPAuthenticationError():
            return Trouble(Meaning.OUTAGE, f"the mail server refuses the password ({error.smtp_code})")
        case smtplib.SMTPSenderRefused() if error.smtp_code >= 500:
            return Trouble(Meaning.OUTAGE, f"the mail server refuses the sender ({error.smtp_code})")
        case smtplib.SMTPDataError():
            said = _text(error.smtp_error)
            never = Meaning.ADDRESS if _OF_THE_ADDRESS.search(said) else Meaning.CONTENT
            return _by_code(error.smtp_code, said, never=never)
        case smtplib.SMTPConnectError() | smtplib.SMTPHeloError() | smtplib.SMTPNotSupportedError():
            return Trouble(Meaning.OUTAGE, "the mail server turns the connection down")
        case smtplib.SMTPResponseException() if not opening:
            return _by_code(error.smtp_code, error.smtp_error, never=Meaning.CONTENT)
        case socket.gaierror():
            return Trouble(Meaning.OUTAGE, "the mail server's name is not found")
        case ssl.SSLError():
            return Trouble(Meaning.OUTAGE, "the mail server's certificate or encryption is not accepted")
        case ConnectionRefusedError():
            return Trouble(Meaning.OUTAGE, "the mail server does not listen")
        case AnymailRecipientsRefused():
            return Trouble(Meaning.ADDRESS, "the mail provider refuses the address")
        case AnymailConfigurationError():
            return Trouble(Meaning.OUTAGE, "the mail provider is not configured")
        case AnymailAPIError():
            return _of_provider(error.status_code)
        case AnymailError():
            return Trouble(Meaning.OUTAGE, "the mail provider cannot take such a mail")
    # smtplib tells of a time-out as of a lost connection, in whose context it stands.
    late = isinstance(error, TimeoutError) or isinstance(error.__context__, TimeoutError)
    words = "the mail server did not answer in time" if late else "the connection broke"
    return Trouble(Meaning.OUTAGE if opening else Meaning.LATER, words)


def _is_of_the_address(code: int, said: str) -> bool:
    """Whether a server that turned a recipient down for good speaks of her mailbox, and not of us."""
    if _ENHANCED.search(said):
        return bool(_OF_THE_ADDRESS.search(said))
    return code in _CODES_OF_A_MAILBOX and not _OF_THE_SENDER.search(said)


def _by_code(code: int, said: bytes | str, *, never: Meaning, later: Meaning = Meaning.LATER) -> Trouble:
    enhanced = _ENHANCED.search(_text(said))
    words = f"{code} {enhanced.group()}" if enhanced else str(code)
    return Trouble(never if code >= 500 else later, words)


def _of_provider(status: int | None) -> Trouble:
    if status in OF_THE_ACCOUNT:
        return Trouble(Meaning.OUTAGE, f"the mail provider refuses the account ({status})")
    if status is None or status == HTTPStatus.TOO_MANY_REQUESTS or status >= 500:
        return Trouble(Meaning.LATER, f"the mail provider answers {status or 'nothing'}")
    return Trouble(Meaning.CONTENT, f"the mail provider answers {status}")


def _text(said: bytes | str) -> str:
    return said.decode("utf-8", "replace") if isinstance(said, bytes) else said


def is_out() -> bool:
    """Whether an outage has begun and not ended."""
    return bool(MailOutage.objects.exists())


def may_try(at: dt.datetime) -> bool:
    """Whether mail leaves as far as is known, or it is the caller's turn to try it again."""
    outage = MailOutage.objects.first()
    return outage is None or bool(MailOutage.objects.filter(try_at__lte=at).update(try_at=at + PROBE))


def begin_outage(why: str, *, at: dt.datetime) -> None:
    """Nothing leaves: nobody tries for a while that grows with each try.

    Others that were sending when it began fail as well: only whose turn it was by `may_try` at `at` has tried.
    """
    begun = {"since": at, "why": why, "try_at": at + PAUSES[0]}
    outage, is_new = MailOutage.objects.get_or_create(pk=1, defaults=begun)
    if not is_new:
        pause = PAUSES[min(outage.tries, len(PAUSES) - 1)]
        turn = MailOutage.objects.filter(pk=1, try_at=at + PROBE)
        turn.update(why=why, tries=F("tries") + 1, try_at=at + pause)


def end_outage() -> None:
    """The server does its work. One query while there is no outage."""
    if is_out():
        MailOutage.objects.all().delete()
