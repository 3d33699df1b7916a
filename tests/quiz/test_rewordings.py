"""What a learner is told when a question is not what it was, and what it costs."""

import datetime as dt
import re

import pytest
import time_machine
from django.urls import reverse

from catalog.merging import merge
from catalog.revisions import publish
from scheduler import editions, joining
from scheduler.models import Card
from tests.factories import AT, make_question
from tests.quiz.test_queries import ANSWER, STUDY, queries
from tests.quiz.test_views import front, grade, opened, text_of, ticket_in
from tests.scheduler.test_grading import answer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]

DAY = dt.timedelta(days=1)
REWORDED = "Reworded since you last saw it."
ANOTHER_MEANING = "The meaning of this question has changed since you last saw it."


@pytest.fixture
def frozen():
    with time_machine.travel(AT, tick=False) as clock:
        yield clock


@pytest.fixture
def signed_in(client, learner):
    client.force_login(learner.user)
    return client


@pytest.fixture
def known(learner):
    """A question that the learner answered yesterday, and that is due."""
    question = make_question(prompt="Why does a run start late?", answer="The interval must be *over*.")
    publish(question, change="clearer", author=None, at=AT - 2 * DAY)
    answer(learner, question, 4, AT - DAY)
    return question


def reword(question, change: str, **fields) -> None:
    for name, value in fields.items():
        setattr(question, name, value)
    publish(question, change=change, author=None, at=AT)


def study(client):
    return client.get(reverse("quiz:study"))


def sides(client) -> tuple[str, str]:
    """The card's front and back, as text without tags."""
    page = study(client)
    back = client.get(reverse("quiz:answer"), {"ticket": ticket_in(page)})
    return _words(page), _words(back)


def _words(page) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", "", text_of(page)))


def test_of_a_typo_nothing_is_said(signed_in, known) -> None:
    reword(known, "typo", prompt="Why does a run start late, in Airflow?")
    assert REWORDED not in text_of(study(signed_in))


def test_clearer_wording_is_told_once_on_both_sides(signed_in, known, learner, frozen) -> None:
    reword(known, "clearer", prompt="Why does a daily run start late?")
    asked, answered = sides(signed_in)
    assert REWORDED in asked
    assert REWORDED in answered
    assert "Before:" not in answered
    grade(signed_in, opened(signed_in, front(signed_in)))
    Card.objects.update(due_on=(AT + DAY).date())
    frozen.shift(DAY)
    assert REWORDED not in text_of(study(signed_in))


def test_notice_that_was_skipped_does_not_come_again(signed_in, known) -> None:
    reword(known, "clearer", prompt="Why does a daily run start late?")
    page = signed_in.post(reverse("quiz:skip"), {"ticket": front(signed_in)}, follow=True)
    assert "Why does a daily run" in text_of(page)
    assert REWORDED not in text_of(page)


def test_notice_comes_again_when_the_answer_is_taken_back(signed_in, known, learner) -> None:
    reword(known, "clearer", prompt="Why does a daily run start late?")
    grade(signed_in, opened(signed_in, front(signed_in)))
    signed_in.post(reverse("quiz:undo"), {"review": learner.reviews.latest("id").pk})
    assert REWORDED in text_of(study(signed_in))


def test_another_meaning_is_shown_word_by_word_and_the_answer_only_after_hers(signed_in, known) -> None:
    reword(known, "meaning", prompt="Why does a weekly run start late?", answer="Because its week must be over.")
    page = text_of(study(signed_in))
    assert ANOTHER_MEANING in page
    assert "<del>daily" not in page
    assert "<ins>weekly </ins>" in page
    assert "week must be over" not in page
    _, answered = sides(signed_in)
    assert "Before: The interval must be over." in answered
    assert "Now: Because its week must be over." in answered


def test_another_meaning_of_a_cloze_does_not_betray_the_blank(signed_in, learner) -> None:
    question = make_question("cloze", prompt="A task that may run twice is {{idempotent}}.")
    publish(question, change="clearer", author=None, at=AT - 2 * DAY)
    answer(learner, question, 4, AT - DAY)
    reword(question, "meaning", prompt="A task that may run twice in a day is {{repeatable}}.")
    asked, answered = sides(signed_in)
    assert ANOTHER_MEANING in asked
    assert "repeatable" not in asked
    assert "idempotent" not in asked
    assert "Before: A task that may run twice is idempotent." in answered


def test_where_the_prompt_stayed_the_front_says_where_the_change_is(signed_in, known) -> None:
    reword(known, "meaning", answer="Because its data are complete only then.")
    asked, answered = sides(signed_in)
    assert "What changed is shown with the answer." in asked
    assert "Now: Because its data are complete only then." in answered


def test_question_that_took_the_place_of_another_says_so(signed_in, known) -> None:
    survivor = make_question(prompt="When does a daily run start?", answer="When its day is over.")
    publish(survivor, change="clearer", author=None, at=AT)
    merge(known, survivor, by=None, at=AT)
    joining.follow_merges(AT)
    asked, answered = sides(signed_in)
    assert "This question has come in the place of one that you know." in asked
    assert "Now: When its day is over." in answered


def test_cards_of_another_meaning_come_soon_and_say_so(signed_in, known, frozen) -> None:
    Card.objects.update(due_on=(AT + 90 * DAY).date())
    reword(known, "meaning", prompt="Why does a weekly run start late?")
    assert editions.catch_up(AT) == 1
    frozen.shift(4 * DAY)
    assert ANOTHER_MEANING in text_of(study(signed_in))


def test_pages_cost_one_query_more_where_there_is_news_and_none_elsewhere(signed_in, known) -> None:
    first, page = queries(lambda: study(signed_in))
    assert len(first) == STUDY
    reword(known, "meaning", prompt="Why does a weekly run start late?")
    with_news, page = queries(lambda: study(signed_in))
    assert len(with_news) == STUDY + 1, "\n".join(with_news)
    back, _ = queries(lambda: signed_in.get(reverse("quiz:answer"), {"ticket": ticket_in(page)}))
    assert len(back) == ANSWER + 1, "\n".join(back)
