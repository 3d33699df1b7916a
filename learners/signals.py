"""What follows when allauth signs somebody up or in: her learner exists, and the guest's cards come with her.

allauth's signals are the only word it gives; between our own rooms there are none.
"""

from typing import Any

from allauth.account.signals import user_logged_in, user_logged_out, user_signed_up
from django.http import HttpRequest
from django.utils import timezone

from learners import access, parts
from learners.models import Learner, User


def connect() -> None:
    user_signed_up.connect(make_learner, dispatch_uid="learners.make_learner")
    user_logged_in.connect(take_guest_along, dispatch_uid="learners.take_guest_along")
    user_logged_out.connect(close_the_mail, dispatch_uid="learners.close_the_mail")


def make_learner(*, request: HttpRequest, user: User, **_: Any) -> None:
    """Her zone is the guest's, else the browser's as the form sent it."""
    guest = access.guest_by_key(request)
    zone = guest.time_zone if guest else request.POST.get("zone", "")
    access.learner_of_account(user, at=timezone.now(), zone=zone)


def take_guest_along(*, request: HttpRequest, user: User, **_: Any) -> None:
    at = timezone.now()
    guest = access.guest_by_key(request)
    account = access.learner_of_account(user, at=at, zone=guest.time_zone if guest else "")
    if guest:
        parts.merge(guest, account)
    Learner.objects.filter(pk=account.pk).update(seen_at=at)
    access.access_of(request).forget_guest()


def close_the_mail(*, request: HttpRequest, **_: Any) -> None:
    """Who signs out leaves the browser: a mail that was opened in it before opens nothing any more."""
    access.access_of(request).mail_closed = True
