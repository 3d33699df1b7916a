"""Who this request's learner is, and how a visitor becomes one.

Signed in comes first, then the learner whose mail was opened, then the guest of the browser's cookie. A mail's cookie
goes to the study pages alone, where it opens that learner's quiz and nothing else. The guest's cookie holds a random
key, signed; a page sets it without touching the database, and the first answer makes the guest. It also says whether
there is a guest to look for, so that a visitor who only reads costs no query.
"""

import datetime as dt
import re
import secrets
from collections.abc import Callable
from typing import Any, NamedTuple

from allauth.core import ratelimit
from django.conf import settings
from django.core.signing import BadSignature, TimestampSigner
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.cache import patch_vary_headers

from learners.mailed import BadPass, MailPass
from learners.models import Learner, User, time_zones

COOKIE_LIFETIME = dt.timedelta(days=400)
COOKIE_RENEWED_AFTER = dt.timedelta(days=1)
NO_PAGES = ("/admin/", "/reminders/", "/healthz", "/readyz", settings.STATIC_URL)
MAIL_PATH = "/study/"
LOOKS = ("device", "light", "dark")


class TooManyGuestsError(Exception):
    """This address has made more guests within the hour than the limit `new_guest` allows."""


class Guest(NamedTuple):
    """What the browser's cookie says: `studied` once an answer has made the guest's row, `fresh` if renewed today."""

    key: str
    studied: bool
    fresh: bool


class Access:
    """The learner of one request, looked up once and kept."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request
        self.guest = _read_cookie(request) or Guest(secrets.token_urlsafe(24), studied=False, fresh=False)
        # A guest is seen when her cookie is renewed: once a day, and never a query for it on other pages.
        self.is_due_for_renewal = self.guest.studied and not self.guest.fresh
        self.key_handed_out = False
        self.cookie_dropped = False
        self.mail_closed = False
        self._learner: Learner | None = None
        self._looked_up = False

    @property
    def user(self) -> User | None:
        """The account signed in. Costs the session and the account once a request."""
        user = getattr(self.request, "user", None)
        return user if user is not None and user.is_authenticated else None

    @property
    def by_mail(self) -> bool:
        """Whether she studies from her mail: her own quiz, without her account's session."""
        if self.user is not None or not _has_mail_cookie(self.request):
            return False
        return self.learner is not None and not self.learner.is_guest

    @property
    def learner(self) -> Learner | None:
        if not self._looked_up:
            self._learner = self._look_up()
            self._looked_up = True
        return self._learner

    def _look_up(self) -> Learner | None:
        if (user := self.user) is not None:
            return learner_of_account(user, at=timezone.now())
        return _learner_of_mail(self.request, at=timezone.now()) or guest_of(self.request)

    def learner_for_write(self, at: dt.datetime, zone: str) -> Learner:
        return self.learner or self._make_guest(at, zone)

    def _make_guest(self, at: dt.datetime, zone: str) -> Learner:
        learner = Learner.objects.filter(guest_key=self.guest.key).first()
        if learner is None:
            if not ratelimit.consume(self.request, action="new_guest"):
                raise TooManyGuestsError
            learner, _ = Learner.objects.get_or_create(
                guest_key=self.guest.key,
                defaults={"time_zone": known_zone(zone), "created_at": at, "seen_at": at},
            )
        self._learner, self._looked_up = learner, True
        self.guest = self.guest._replace(studied=True, fresh=False)
        return learner

    def forget_guest(self) -> None:
        """Drops the cookie with this response: the guest's cards went to an account, or are erased."""
        self.guest = Guest(secrets.token_urlsafe(24), studied=False, fresh=True)
        self.cookie_dropped = cookie_name() in self.request.COOKIES
        self._learner, self._looked_up = None, False


class LearnerMiddleware:
    """Gives a visitor her cookie, keeps a guest's, and drops it after sign-in."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        access = access_of(request)
        if access.mail_closed:
            # Unseen here, for the browser sends it to the study pages alone.
            response.delete_cookie(mail_cookie_name(), path=MAIL_PATH, samesite="Lax")
        if access.cookie_dropped:
            response.delete_cookie(cookie_name(), samesite="Lax")
        elif self._cookie_is_wanted(request, response, access):
            _write_cookie(response, access.guest)
            if access.is_due_for_renewal:
                Learner.objects.filter(guest_key=access.guest.key).update(seen_at=timezone.now())
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, TooManyGuestsError):
            # Within the study page the same words take the card's place.
            part = "#study" if request.headers.get("HX-Request") else ""
            return render(request, f"429.html{part}", status=429)
        return None

    def _cookie_is_wanted(self, request: HttpRequest, response: HttpResponse, access: Access) -> bool:
        if access.guest.fresh or request.path.startswith(NO_PAGES):
            return False
        is_page = (
            request.method == "GET"
            and response.status_code == 200
            and response.headers.get("Content-Type", "").startswith("text/html")
        )
        if access.user is not None or access.by_mail:
            return False
        return is_page or access.key_handed_out or access.guest.studied


def access_of(request: HttpRequest) -> Access:
    """The request's `Access`, made at the first call. Costs no query."""
    access: Access | None = getattr(request, "_learner_access", None)
    if access is None:
        access = Access(request)
        request._learner_access = access  # type: ignore[attr-defined]
    return access


def learner_of(request: HttpRequest) -> Learner | None:
    """The learner, or None for a visitor who has not answered yet.

    One query, beside session and account when signed in; none for a visitor. An account always has a learner.
    """
    return access_of(request).learner


def learner_for_write(request: HttpRequest, *, at: dt.datetime, zone: str = "") -> Learner:
    """The learner, made now if this is a visitor's first answer; call it outside of the write's transaction.

    `zone` is the browser's IANA time zone; it counts only when the row is made, and an unknown one is UTC. Raises
    TooManyGuestsError, which answers 429 unless a view catches it.
    """
    return access_of(request).learner_for_write(at, zone)


def owner_of(request: HttpRequest) -> str:
    """Whom a ticket is bound to: ``u<account id>`` for an account, ``g<guest key>`` for a visitor or a guest.

    The same before and after a visitor's first answer, and from a mail as when signed in.
    """
    access = access_of(request)
    if access.user is not None:
        return f"u{access.user.pk}"
    if access.by_mail and access.learner:
        return f"u{access.learner.user_id}"
    access.key_handed_out = True
    return f"g{access.guest.key}"


def guest_of(request: HttpRequest) -> Learner | None:
    """The guest whom the browser's cookie names, whoever is signed in. One query; none for a visitor."""
    guest = access_of(request).guest
    return Learner.objects.filter(guest_key=guest.key).first() if guest.studied else None


def guest_by_key(request: HttpRequest) -> Learner | None:
    """The guest of the browser's key, even if the reply that says so never reached the browser. One query, always."""
    return Learner.objects.filter(guest_key=access_of(request).guest.key).first()


def learner_of_account(user: User, *, at: dt.datetime, zone: str = "") -> Learner:
    """The account's learner, made now if it has none. `zone` counts only then."""
    learner = Learner.objects.filter(user_id=user.pk).first()
    if learner is None:
        learner, _ = Learner.objects.get_or_create(
            user_id=user.pk, defaults={"time_zone": known_zone(zone), "created_at": at, "seen_at": at}
        )
    return learner


def context(request: HttpRequest) -> dict[str, Any]:
    """What every page's frame asks: is there something studied, which look was chosen, does her mail come back.

    No query of its own.
    """
    access = access_of(request)
    user = access.user
    return {
        "learner_known": access.guest.studied or user is not None,
        "look": look_of(request),
        "mail_refused": user is not None and user.mail_is_refused,
    }


def look_of(request: HttpRequest) -> str:
    """The look this browser was set to: one of `LOOKS`."""
    look = request.COOKIES.get("look", "")
    return look if look in LOOKS else LOOKS[0]


def remember_look(response: HttpResponse, look: str) -> None:
    """Keeps the look in this browser; another browser may have another."""
    _set_cookie(response, "look", look)


def whole_number(text: str) -> int:
    """The number that an address or a form names; 0, which no row has, for anything else."""
    return int(text) if re.fullmatch(r"[0-9]{1,18}", text) else 0


def known_zone(name: str) -> str:
    """`name` if it is an IANA time zone that this machine knows, else UTC."""
    return name if name in time_zones() else "UTC"


def let_in_by_mail(response: HttpResponse, mail_pass: MailPass, *, at: dt.datetime) -> None:
    """Gives the browser the pass of a mail, for the study pages and for what is left of its time."""
    response.set_cookie(
        mail_cookie_name(),
        mail_pass.sign(),
        max_age=mail_pass.until - at,
        path=MAIL_PATH,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def mail_cookie_name() -> str:
    # A name with __Host- would have to go to every page.
    return "__Secure-mail" if settings.SESSION_COOKIE_SECURE else "mail"


def _learner_of_mail(request: HttpRequest, *, at: dt.datetime) -> Learner | None:
    """The learner whose mail this browser opened. One query; none without its cookie."""
    if not _has_mail_cookie(request):
        return None
    try:
        mail_pass, _ = MailPass.read(request.COOKIES[mail_cookie_name()])
    except BadPass:
        return None
    return mail_pass.holder() if at < mail_pass.until else None


def _has_mail_cookie(request: HttpRequest) -> bool:
    """A browser sends it to the study pages alone; from whoever sends it elsewhere it is not taken."""
    return mail_cookie_name() in request.COOKIES and request.path.startswith(MAIL_PATH)


def cookie_name() -> str:
    return "__Host-guest" if settings.SESSION_COOKIE_SECURE else "guest"


def _signer() -> TimestampSigner:
    return TimestampSigner(salt="learners.guest")


def _read_cookie(request: HttpRequest) -> Guest | None:
    signed = request.COOKIES.get(cookie_name(), "")
    try:
        mark, _, key = _signer().unsign(signed, max_age=COOKIE_LIFETIME).partition(".")
    except BadSignature:
        return None
    return Guest(key, studied=mark == "s", fresh=not _is_older(signed, COOKIE_RENEWED_AFTER))


def _is_older(signed: str, age: dt.timedelta) -> bool:
    try:
        _signer().unsign(signed, max_age=age)
    except BadSignature:
        return True
    return False


def _write_cookie(response: HttpResponse, guest: Guest) -> None:
    _set_cookie(response, cookie_name(), _signer().sign(f"{'s' if guest.studied else 'v'}.{guest.key}"))
    patch_vary_headers(response, ["Cookie"])


def _set_cookie(response: HttpResponse, name: str, value: str) -> None:
    response.set_cookie(
        name,
        value,
        max_age=COOKIE_LIFETIME,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
