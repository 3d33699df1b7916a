"""A curator's browser, and a question for it."""

import pytest

from catalog.load import load
from catalog.models import Question
from tests.catalog.contents import catalog_of, choice


@pytest.fixture
def staff(client, curator):
    client.force_login(curator)
    return client


@pytest.fixture
def question(at):
    """A published choice question with its key on 2."""
    load(catalog_of(choice(slug="airflow-decides")), at=at)
    return Question.objects.get()
