"""One request at the study page: who sits there, when, and with which ticket."""

import datetime as dt
import random
import re
from collections.abc import Callable
from contextlib import suppress
from functools import cached_property, wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django_htmx.middleware import HtmxDetails

from learners.access import access_of, learner_for_write, learner_of, owner_of, whole_number
from learners.http import SeeOther
from learners.models import Learner
from quiz import reports
from quiz.tickets import BadTicket, Ticket
from scheduler.grading import NotRecorded
from scheduler.queue import Scope, Upcoming

MOST_NEW_BEYOND_THE_LIMIT = 1000


def _slug(text: str) -> str:
    """What may be a slug; nonsense in an address restricts nothing."""
    return text if re.fullmatch(r"[a-z0-9-]{1,80}", text) else ""


class HtmxRequest(HttpRequest):
    """A request as the middleware leaves it."""

    htmx: HtmxDetails


class Sitting:
    """A learner or visitor before one page. `at` is the moment of the request: nothing below asks the clock."""

    def __init__(self, request: HtmxRequest, at: dt.datetime) -> None:
        self.request = request
        self.at = at

    @cached_property
    def learner(self) -> Learner | None:
        """None for a visitor who has not answered yet. After a write it is the learner as locked and saved."""
        return learner_of(self.request)

    @property
    def by_mail(self) -> bool:
        """Whether she came by the link of a mail, without signing in."""
        return access_of(self.request).by_mail

    @cached_property
    def ticket(self) -> Ticket:
        """The request's ticket. Raises BadTicket unless it was signed here, for this learner or visitor."""
        request = self.request
        data = request.POST if request.method == "POST" else request.GET
        return Ticket.read(data.get("ticket", ""), owner=owner_of(request))

    @property
    def scope(self) -> Scope:
        """What the sitting is restricted to: as its ticket says, else as the page's address does."""
        try:
            return self.ticket.scope
        except BadTicket:
            return self._scope_of_address()

    def _scope_of_address(self) -> Scope:
        query = self.request.GET
        return Scope(
            **{name: _slug(query.get(name, "")) for name in ("topic", "reading", "question")},
            ahead=query.get("ahead") == "1",
            more=min(whole_number(query.get("more", "")), MOST_NEW_BEYOND_THE_LIMIT),
            more_on=_slug(query.get("more_on", "")),
        )

    def new_ticket(self, upcoming: Upcoming, scope: Scope) -> Ticket:
        seed = random.getrandbits(31)
        return Ticket.for_card(upcoming, owner=owner_of(self.request), seed=seed, at=self.at, scope=scope)

    def write(self, verb: Callable[..., tuple[Learner, Any]], **arguments: Any) -> Any:
        """Call a verb of the scheduler for this learner; a visitor's first write makes the guest."""
        access = access_of(self.request)
        if access.user is None and not access.guest.studied:
            self.learner_for_write()
        who = Learner.objects.owned_by(owner_of(self.request))
        try:
            self.learner, written = verb(who=who, at=self.at, **arguments)
        except Learner.DoesNotExist:
            if access.by_mail:
                raise BadTicket("whose mail it was is erased") from None
            if access.user is None:
                # Another tab signed in, and the guest is in the account now; or she was erased.
                access.forget_guest()
                raise BadTicket("there is no such guest any more") from None
            self.learner_for_write()
            self.learner, written = verb(who=who, at=self.at, **arguments)
        self._has_read_outcomes()
        return written

    def _has_read_outcomes(self) -> None:
        """Her press says that she has read what the page of its ticket told her."""
        if self.learner is None or not self.learner.has_outcomes:
            return
        with suppress(BadTicket):
            reports.tell(self.learner, shown_at=self.ticket.shown_at, at=self.at)

    def learner_for_write(self) -> Learner:
        """The learner, with a row: what is not a study state may be written for her."""
        zone = self.request.POST.get("zone", "")
        self.learner = learner = learner_for_write(self.request, at=self.at, zone=zone)
        return learner


class NotByMail(Exception):
    """Her mail opens the quiz alone; this asks her to sign in."""


def signed_in_or_guest(view: Callable[[Sitting], HttpResponse]) -> Callable[[Sitting], HttpResponse]:
    """Keep a view from whoever studies from her mail. Goes below `at_a_sitting`."""

    @wraps(view)
    def wrapped(sitting: Sitting) -> HttpResponse:
        if sitting.by_mail:
            raise NotByMail
        return view(sitting)

    return wrapped


def at_a_sitting(view: Callable[[Sitting], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Give a view its sitting, and answer in the page when a ticket is bad or no longer fits."""

    @wraps(view)
    def wrapped(request: HttpRequest) -> HttpResponse:
        from quiz import pages

        sitting = Sitting(request, timezone.now())  # type: ignore[arg-type]
        try:
            return view(sitting)
        except BadTicket:
            return pages.bad_ticket(sitting)
        except NotByMail:
            return pages.not_by_mail(sitting)
        except NotRecorded as reason:
            return pages.not_recorded(sitting, reason)
        except Learner.DoesNotExist:
            # Merged into an account, or erased, since the request came in; what was recorded is kept there.
            return SeeOther(reverse("quiz:study"))

    return wrapped
