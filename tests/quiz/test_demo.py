"""The accounts to look around with."""

import pytest
from django.core.management import CommandError, call_command

from learners import parts
from learners.models import Learner, User
from scheduler import queue
from scheduler.integrity import differences
from scheduler.models import Review
from tests.factories import AT, TODAY, make_question, make_reading

pytestmark = pytest.mark.django_db


def make_demo() -> Learner:
    call_command("demo", at=AT)
    return Learner.objects.get(user__email="demo@example.org")


@pytest.fixture
def _questions() -> None:
    reading = make_reading()
    for kind in ("recall", "choice", "cloze", "typed") * 10:
        make_question(kind, resource=reading)


@pytest.mark.usefixtures("_questions")
def test_demo_learner_has_weeks_behind_her_and_cards_due_today():
    learner = make_demo()

    assert learner.reviews.count() > 150
    assert learner.cards.filter(lapses__gt=0).exists()
    assert Learner.objects.filter(last_study_day__lt=TODAY).contains(learner)
    assert queue.day_of(learner, AT).due
    assert list(differences()) == []


@pytest.mark.usefixtures("_questions")
def test_demo_is_the_same_each_time_and_made_once():
    def history() -> list[tuple[int | None, int]]:
        return list(Review.objects.order_by("id").values_list("quality", "elapsed_ms"))

    learner = make_demo()
    first = history()
    assert make_demo() == learner
    assert history() == first
    parts.erase(learner)
    make_demo()

    assert history() == first


def test_each_can_sign_in_with_the_password_that_is_printed(client, capsys):
    make_demo()

    printed = capsys.readouterr().out
    password = printed.split()[-1]
    for email in ("demo@example.org", "curator@example.org", "staff@example.org"):
        assert email in printed
        response = client.post("/account/login/", {"login": email, "password": password})
        assert response.headers["Location"] == "/study/"
        client.logout()


def test_staff_of_the_demo_have_a_role_each_and_nothing_else():
    make_demo()

    staff = User.objects.filter(is_staff=True)
    assert list(staff.order_by("email").values_list("email", "groups__name", "is_superuser")) == [
        ("curator@example.org", "curator", False),
        ("staff@example.org", "administrator", False),
    ]


def test_demo_is_refused_in_production(settings):
    settings.READBACK_ENV = "production"

    with pytest.raises(CommandError, match="READBACK_ENV is laptop"):
        make_demo()
    assert not User.objects.exists()
