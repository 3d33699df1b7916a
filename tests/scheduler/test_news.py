"""What became of a question since somebody saw it last."""

import datetime as dt

import pytest

from catalog.models import QuestionRevision
from catalog.revisions import publish
from scheduler import queue
from scheduler.news import Kind, kind_of, news_of
from tests.factories import AT, make_question
from tests.scheduler.test_grading import answer

pytestmark = pytest.mark.django_db

DAY = dt.timedelta(days=1)


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ([], None),
        (["typo"], None),
        (["typo", "clearer", "typo"], Kind.CLEARER),
        (["clearer", "meaning", "typo"], Kind.MEANING),
    ],
)
def test_changes_since_decide_together(changes, kind) -> None:
    assert kind_of(set(changes)) == kind


def reword(question, change: str) -> QuestionRevision:
    question.prompt = f"{question.prompt} And more?"
    made = publish(question, change=change, author=None, at=AT)
    assert made
    return made


def test_news_hold_the_wording_that_was_seen_and_that_of_today() -> None:
    question = make_question(prompt="Why late?")
    seen = question.revisions.get()
    reword(question, "meaning")
    reword(question, "typo")
    found = news_of(question, seen.pk)
    assert found
    assert (found.kind, found.old["prompt"]) == (Kind.MEANING, "Why late?")
    assert found.new["prompt"] == "Why late? And more? And more?"


def test_whoever_saw_the_change_has_no_news_of_it() -> None:
    question = make_question(prompt="Why late?")
    seen = reword(question, "meaning")
    assert news_of(question, seen.pk) is None
    reword(question, "clearer")
    found = news_of(question, seen.pk)
    assert found
    assert found.kind == Kind.CLEARER


def test_wording_of_another_question_tells_of_a_merge() -> None:
    question, other = make_question(prompt="Why late?"), make_question(prompt="Why so?")
    found = news_of(question, other.revisions.get().pk)
    assert found
    assert (found.kind, found.old["prompt"], found.new["prompt"]) == (Kind.MERGED, "Why so?", "Why late?")


def test_next_card_names_the_wording_that_was_seen_last(learner, at) -> None:
    question = make_question()
    answer(learner, question, 4, at - DAY)
    reword(question, "clearer")
    upcoming = queue.next_card(learner, queue.day_of(learner, at), at)
    assert upcoming
    assert upcoming.seen_id == question.revisions.get(number=1).pk
    assert upcoming.revision_id == question.revisions.get(number=2).pk
