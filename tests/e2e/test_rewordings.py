"""A question that is not what it was: what its learner sees of it."""

import datetime as dt
from collections.abc import Callable

import pytest

from catalog.merging import merge
from catalog.models import Question
from catalog.revisions import publish
from scheduler import joining
from scheduler.models import Card
from tests.e2e.accounts import has_an_account
from tests.e2e.faults import faults_of
from tests.e2e.person import Person
from tests.factories import AT, TODAY, make_question
from tests.scheduler.test_grading import answer

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]

DAY = dt.timedelta(days=1)


@pytest.fixture
def known(anyone: Person) -> Question:
    """A question that she answered yesterday, and that is due."""
    question = make_question(prompt="Why does a daily run start late?", answer="Its interval must be over.")
    publish(question, change="clearer", author=None, at=AT - 2 * DAY)
    answer(has_an_account(anyone), question, 4, AT - DAY)
    Card.objects.update(due_on=TODAY)
    return question


def test_clearer_wording_is_told_once(anyone: Person, known: Question, next_day: Callable[[], None]) -> None:
    known.prompt = "Why does a daily run of Airflow start late?"
    publish(known, change="clearer", author=None, at=AT)
    anyone.opens("/study/").is_asked(known.prompt).reads("Reworded since you last saw it.")
    anyone.presses("Show answer").reads("Reworded since you last saw it.").presses("Good").is_asked("Done for today.")
    Card.objects.update(due_on=TODAY + DAY)
    next_day()
    anyone.opens("/study/").is_asked(known.prompt).does_not_read("Reworded since you last saw it.")


def test_another_meaning_is_shown_with_what_changed(anyone: Person, known: Question) -> None:
    known.prompt, known.answer = "Why does a weekly run start late?", "Its week must be over."
    publish(known, change="meaning", author=None, at=AT)
    anyone.opens("/study/").is_asked(known.prompt).reads(
        "has changed since you last saw it", "Before: Why does a daily run"
    )
    anyone.does_not_read("week must be over")
    anyone.presses("Show answer").reads("Now: Its week must be over.")
    anyone.presses("Good").is_asked("Done for today.")


def test_both_sides_are_in_order(somebody: Callable[..., Person]) -> None:
    person = somebody(reduced_motion="reduce")
    question = make_question(prompt="Why does a daily run start late?", answer="Its interval must be over.")
    publish(question, change="clearer", author=None, at=AT - 2 * DAY)
    answer(has_an_account(person), question, 4, AT - DAY)
    Card.objects.update(due_on=TODAY)
    question.prompt, question.answer = "Why does a weekly run start late?", "Its week must be over."
    publish(question, change="meaning", author=None, at=AT)
    person.opens("/study/").is_asked(question.prompt).waits_for_rest()
    assert faults_of(person.page) == []
    person.presses("Show answer").reads("Now: Its week must be over.").waits_for_rest()
    assert faults_of(person.page) == []


def test_question_in_the_place_of_another_goes_on_where_that_was(anyone: Person, known: Question) -> None:
    survivor = make_question(prompt="When does a daily run start?", answer="When its day is over.")
    publish(survivor, change="clearer", author=None, at=AT)
    merge(known, survivor, by=None, at=AT)
    joining.follow_merges(AT)
    anyone.opens("/study/").is_asked(survivor.prompt).reads("has come in the place of one that you know")
    anyone.presses("Show answer").reads("Now: When its day is over.", "6 days")
