import pytest

from insights.models import ItemStatistic, RenewalRequest
from insights.tasks import renew_if_asked
from tests.factories import AT, make_learner, make_question
from tests.insights.histories import Log

pytestmark = pytest.mark.django_db


@pytest.fixture
def answered():
    question, log = make_question(), Log()
    log.add(make_learner(), question.revisions.get(), 4)
    log.save()


def test_what_was_asked_for_is_computed_once(answered):
    RenewalRequest.objects.create(asked_at=AT)

    renew_if_asked(at=AT.isoformat())
    assert ItemStatistic.objects.get().computed_at == AT

    ItemStatistic.objects.all().delete()
    renew_if_asked(at=AT.isoformat())
    assert not ItemStatistic.objects.exists()


def test_nothing_is_computed_that_nobody_asked_for(answered):
    renew_if_asked(at=AT.isoformat())
    assert not ItemStatistic.objects.exists()
