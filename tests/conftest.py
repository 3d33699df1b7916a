"""A learner, a guest, a curator, an administrator and a moment."""

import datetime as dt

import pytest

from learners import roles
from learners.models import Learner, User
from tests import factories

DATABASE_FIXTURES = {"db", "transactional_db", "live_server"}


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what touches the database, so that `-m database` chooses the tests that PostgreSQL must pass too."""
    for item in items:
        if item.get_closest_marker("django_db") or DATABASE_FIXTURES & set(getattr(item, "fixturenames", ())):
            item.add_marker("database")


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
    return factories.make_staff(roles.CURATOR)


@pytest.fixture
def administrator(db: None) -> User:
    return factories.make_staff(roles.ADMINISTRATOR)
