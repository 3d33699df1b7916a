"""The night's statistics by a real worker on a real Redis."""

import pytest
from celery.contrib.testing.worker import start_worker

from config.celery import app
from insights.models import ItemStatistic
from insights.tasks import renew_item_statistics
from tests.factories import AT, make_learner, make_question
from tests.insights.histories import Log
from tests.integration.test_worker import PATIENCE_SECONDS, finished

__all__ = ["finished"]

pytestmark = [pytest.mark.integration, pytest.mark.django_db(transaction=True)]


def test_every_task_that_beat_asks_for_is_there() -> None:
    app.loader.import_default_modules()
    assert {entry["task"] for entry in app.conf.beat_schedule.values()} <= set(app.tasks)


def test_a_worker_computes_the_statistics(finished) -> None:
    question, log = make_question(), Log()
    log.add(make_learner(), question.revisions.get(), 4)
    log.save()

    app.control.purge()
    with start_worker(app, pool="solo", perform_ping_check=False, shutdown_timeout=PATIENCE_SECONDS):
        renew_item_statistics.delay(at=AT.isoformat())
        assert finished.wait(PATIENCE_SECONDS)

    statistic = ItemStatistic.objects.get()
    assert (statistic.question, statistic.answers, statistic.computed_at) == (question, 1, AT)
