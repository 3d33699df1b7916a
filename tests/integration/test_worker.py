"""A real worker on a real Redis."""

import threading

import pytest
from celery.contrib.testing.worker import start_worker
from celery.signals import task_postrun
from django.conf import settings
from kombu.exceptions import OperationalError

from config.celery import app
from reminders.tasks import tick
from scheduler.models import Card, Review, Tick
from tests.factories import AT, make_card, make_learner, make_question
from tests.quiz.test_views import front, grade, opened

pytestmark = [pytest.mark.integration, pytest.mark.django_db(transaction=True)]

PATIENCE_SECONDS = 20


@pytest.fixture
def finished():
    """Set when a worker has finished a task."""
    event = threading.Event()

    def note(**_: object) -> None:
        event.set()

    task_postrun.connect(note, weak=False)
    yield event
    task_postrun.disconnect(note)


@pytest.fixture
def worker():
    app.control.purge()
    with start_worker(app, pool="solo", perform_ping_check=False, shutdown_timeout=PATIENCE_SECONDS):
        yield


@pytest.mark.usefixtures("worker")
def test_tick_travels_through_redis_and_brings_changed_questions_back(finished) -> None:
    question = make_question()
    make_card(make_learner(), question, due_on=AT.date().replace(year=2027))
    type(question).objects.update(edition=2)
    tick.delay(at=AT.isoformat())
    assert finished.wait(PATIENCE_SECONDS), f"No worker took the tick from {settings.CELERY_BROKER_URL}."
    assert Tick.objects.get().at == AT
    assert Card.objects.get().edition == 2


@pytest.mark.usefixtures("worker")
def test_same_tick_delivered_twice_changes_a_card_once(finished) -> None:
    question = make_question()
    card = make_card(make_learner(), question)
    type(question).objects.update(edition=2)
    for _ in range(2):
        finished.clear()
        tick.delay(at=AT.isoformat())
        assert finished.wait(PATIENCE_SECONDS)
    assert card.reviews.count() == 1


def test_answer_is_recorded_while_nothing_can_be_published(client, monkeypatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OperationalError("the broker is down")

    monkeypatch.setattr(app.amqp, "send_task_message", refuse)
    with pytest.raises(OperationalError):
        tick.delay()
    make_question()
    back = opened(client, front(client))
    assert grade(client, back).status_code == 200
    assert Review.objects.get().quality == 4
