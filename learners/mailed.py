"""A pass that a mail carries: it opens one learner's quiz without a password, for a while.

It names the learner and the end of its time, and a mark of her address and her password's hash: when either changes,
be it that a new release hashes her password anew, or when she is erased, it opens nothing any more.
"""

import datetime as dt
from typing import Any, NamedTuple, Self

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.utils.crypto import constant_time_compare, salted_hmac

from learners.models import Learner, User

LIFETIME = dt.timedelta(hours=48)
SALT = "learners.mailed"


class BadPass(ValueError):
    """This is no pass that was given out here."""


class MailPass(NamedTuple):
    """`until` is the first moment at which it no longer opens anything."""

    learner_id: int
    until: dt.datetime
    mark: str

    @classmethod
    def for_learner(cls, learner: Learner, *, until: dt.datetime) -> Self:
        """A pass to the quiz of a learner with an account."""
        assert learner.user is not None
        return cls(learner.pk, until, _mark(learner.user, settings.SECRET_KEY))

    def sign(self, *more: Any, salt: str = SALT) -> str:
        """The pass for an address or a cookie, with what else JSON can hold; each use has a salt of its own."""
        return Signer(salt=salt).sign_object([self.learner_id, int(self.until.timestamp()), self.mark, *more])

    @classmethod
    def read(cls, signed: str, *, salt: str = SALT) -> tuple[Self, list[Any]]:
        """The pass and what was signed with it. Raises BadPass unless it was signed here, for this use."""
        try:
            data: Any = Signer(salt=salt).unsign_object(signed)
            learner_id, until, mark, *more = data
            return cls(learner_id, dt.datetime.fromtimestamp(until, dt.UTC), mark), more
        except (BadSignature, TypeError, ValueError, OverflowError) as error:
            raise BadPass("not a pass of this site") from error

    def holder(self) -> Learner | None:
        """The learner with her account, whether or not its time is over; None if it no longer fits her. One query."""
        learner = Learner.objects.select_related("user").filter(pk=self.learner_id, user__is_active=True).first()
        if learner is None or learner.user is None:
            return None
        keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
        user = learner.user
        return learner if any(constant_time_compare(self.mark, _mark(user, key)) for key in keys) else None


def _mark(user: User, key: str) -> str:
    return salted_hmac(SALT, f"{user.pk} {user.email} {user.password}", secret=key, algorithm="sha256").hexdigest()[:24]
