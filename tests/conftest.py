"""A learner, a guest, a curator and a moment."""

import datetime as dt

import pytest

from learners.models import Learner, User
from tests import factories


@pytest.fixture
def at() -> dt.datetime:
    """The moment at which most tests take place: a Monday, 09:00 UTC."""
    return factories.AT


@pytest.fixture
def learner(db: None) -> Learner:
    return factories.make_learner()


@pytest.fixture
def guest(db: None) -> Learner:
    return factories.make_guest()


@pytest.fixture
def curator(db: None) -> User:
    return factories.make_user(is_staff=True, is_superuser=True)
