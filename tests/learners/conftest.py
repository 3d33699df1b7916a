"""Mail codes, and a guest's browser."""

import re
from collections.abc import Callable

import pytest
from django.core.cache import cache
from django.test import Client

from learners.models import Learner, User
from tests import factories


@pytest.fixture(autouse=True)
def limits_start_afresh(db: None) -> None:
    cache.clear()


@pytest.fixture
def code_of(mailoutbox) -> Callable[[], str]:
    """The code in the newest mail."""

    def newest() -> str:
        return str(re.findall(r"^ {4}(\d{4}-\d{4})$", mailoutbox[-1].body, re.MULTILINE)[0])

    return newest


class GuestClient(Client):
    """The browser of somebody who has studied without an account."""

    guest: Learner


@pytest.fixture
def guest_client(db: None) -> GuestClient:
    client = GuestClient()
    client.get("/settings/")
    client.post("/settings/zone/", {"zone": "Europe/Berlin"})
    client.guest = Learner.objects.get(user=None)
    factories.make_card(client.guest)
    return client


@pytest.fixture
def account(learner: Learner) -> User:
    """The account of `learner`."""
    assert learner.user
    return learner.user
