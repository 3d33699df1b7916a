"""What a shown card carries: a signed ticket that says what was shown to whom, when, and how far the answer came."""

import datetime as dt
from dataclasses import dataclass, replace
from typing import Any, Self

from django.core import signing

from scheduler.grading import Shown
from scheduler.queue import EVERYTHING, Scope, Upcoming

SALT = "quiz.ticket"


class BadTicket(ValueError):
    """The ticket was not signed here, or belongs to somebody else."""


@dataclass(frozen=True)
class Ticket:
    """One showing of one card.

    `seed` orders the options. `near` says that a near miss was told already. `opened` says that the back was shown,
    `chosen` and `typed` hold the response that was checked by then, and `settled` says that it is recorded already
    (`sequence` is then the one after it); `leech` asks what is to become of a card forgotten too often. `seen_id` is
    the wording that the learner saw last, if it was another one.
    """

    owner: str
    question_id: int
    revision_id: int
    sequence: int
    seed: int
    shown_at: dt.datetime
    kind: str
    scope: Scope = EVERYTHING
    near: bool = False
    opened: bool = False
    chosen: int | None = None
    typed: str = ""
    settled: bool = False
    leech: bool = False
    seen_id: int | None = None

    @classmethod
    def for_card(cls, upcoming: Upcoming, *, owner: str, seed: int, at: dt.datetime, scope: Scope) -> Self:
        return cls(
            owner=owner,
            question_id=upcoming.card.question_id,
            revision_id=upcoming.revision_id,
            sequence=upcoming.card.sequence,
            seed=seed,
            shown_at=at,
            kind=upcoming.kind,
            scope=scope._replace(question=""),
            seen_id=upcoming.seen_id if upcoming.seen_id != upcoming.revision_id else None,
        )

    @property
    def ahead(self) -> bool:
        return self.kind == "ahead"

    @property
    def shown(self) -> Shown:
        drill = self.kind == "drill" and not self.settled
        return Shown(self.question_id, self.revision_id, self.sequence, self.shown_at, drill)

    def with_response(self, *, chosen: int | None = None, typed: str = "") -> Self:
        return replace(self, opened=True, chosen=chosen, typed=typed)

    def settle(self, *, sequence: int, leech: bool = False) -> Self:
        """The ticket after its answer was recorded as row `sequence`: it now stands for the card as it is since."""
        return replace(self, opened=True, settled=True, leech=leech, sequence=sequence + 1)

    def sign(self) -> str:
        data = {**vars(self), "shown_at": round(self.shown_at.timestamp() * 1000), "scope": list(self.scope)}
        return signing.dumps(data, salt=SALT, compress=True)

    @classmethod
    def read(cls, signed: str, *, owner: str) -> Self:
        """The ticket of a request. Raises BadTicket unless it was signed here, for this learner or visitor."""
        try:
            data: dict[str, Any] = signing.loads(signed, salt=SALT)
            shown_at = dt.datetime.fromtimestamp(data["shown_at"] / 1000, dt.UTC)
            ticket = cls(**{**data, "shown_at": shown_at, "scope": Scope(*data["scope"])})
        except (signing.BadSignature, KeyError, TypeError, ValueError) as error:
            raise BadTicket("not a ticket of this site") from error
        if ticket.owner != owner:
            raise BadTicket("somebody else's ticket")
        return ticket
