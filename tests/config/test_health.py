import datetime as dt
import time

import pytest
import time_machine

from config import health
from scheduler.models import Tick
from tests.factories import AT

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def frozen():
    with time_machine.travel(AT, tick=False):
        yield


@pytest.fixture
def old_process(monkeypatch):
    monkeypatch.setattr(health, "STARTED", health.STARTED - 1000)


@pytest.fixture
def no_broker(settings):
    settings.CELERY_BROKER_URL = "redis://127.0.0.1:1/0"


def test_process_says_that_it_lives_without_asking_anybody(client, django_assert_num_queries) -> None:
    with django_assert_num_queries(0):
        assert client.get("/healthz").json() == {"status": "ok"}


@pytest.mark.usefixtures("no_broker")
def test_broker_that_does_not_answer_is_named(client) -> None:
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json()["broker"] == "does not answer"
    assert response.json()["database"] == "ok"


def test_fresh_process_without_a_tick_is_starting(client, monkeypatch) -> None:
    monkeypatch.setattr(health, "STARTED", time.monotonic())
    assert client.get("/readyz").json()["tick"] == "starting"


@pytest.mark.usefixtures("old_process")
@pytest.mark.parametrize(("age", "word"), [(179, "ok"), (181, "last one 181 seconds ago")])
def test_tick_is_missed_after_three_minutes(client, age: int, word: str) -> None:
    Tick.objects.create(at=AT - dt.timedelta(seconds=age))
    assert client.get("/readyz").json()["tick"] == word


@pytest.mark.usefixtures("old_process")
def test_old_process_that_never_ticked_says_so(client) -> None:
    assert client.get("/readyz").json()["tick"] == "never ran"
