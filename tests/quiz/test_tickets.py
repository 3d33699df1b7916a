import dataclasses
import datetime as dt

import pytest
from django.core import signing

from quiz.tickets import SALT, BadTicket, Ticket
from scheduler.queue import Scope

TICKET = Ticket(
    owner="gkey",
    question_id=7,
    revision_id=8,
    sequence=3,
    seed=99,
    shown_at=dt.datetime(2026, 11, 23, 9, 0, 0, 123000, dt.UTC),
    kind="due",
    scope=Scope(reading="airflow"),
    typed="naïve ☃",
)


def test_ticket_comes_back_as_it_was_signed() -> None:
    assert Ticket.read(TICKET.sign(), owner="gkey") == TICKET


@pytest.mark.parametrize("signed", ["", "nonsense", "a:b:c", "\0", "x" * 10_000])
def test_pasted_nonsense_is_refused(signed: str) -> None:
    with pytest.raises(BadTicket):
        Ticket.read(signed, owner="gkey")


def test_changed_ticket_is_refused() -> None:
    signed = TICKET.sign()
    with pytest.raises(BadTicket):
        Ticket.read(("A" if signed[0] != "A" else "B") + signed[1:], owner="gkey")


def test_ticket_of_somebody_else_is_refused() -> None:
    with pytest.raises(BadTicket, match="somebody else"):
        Ticket.read(TICKET.sign(), owner="u7")


@pytest.mark.parametrize("data", [{}, {"owner": "gkey"}, [], 7, None])
def test_signed_data_of_another_shape_is_refused(data: object) -> None:
    with pytest.raises(BadTicket):
        Ticket.read(signing.dumps(data, salt=SALT), owner="gkey")


def test_settled_ticket_stands_for_the_card_after_its_answer() -> None:
    settled = TICKET.settle(sequence=3)
    assert (settled.sequence, settled.opened, settled.settled) == (4, True, True)
    assert dataclasses.replace(settled, sequence=3, opened=False, settled=False) == TICKET
