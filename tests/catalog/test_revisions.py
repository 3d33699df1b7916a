import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError

from catalog.models import Choice, Question
from catalog.revisions import next_choice_number, publish
from catalog.steps import retire
from tests.factories import make_card, make_question, make_reading

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft():
    """An unpublished choice question with its key on 2."""
    question = Question.objects.create(
        resource=make_reading(),
        slug="draft",
        kind="choice",
        section="Architecture",
        prompt="Which part *decides*?",
        explanation="It decides.",
    )
    for number, text in enumerate(("The executor", "The scheduler", "The web server"), start=1):
        Choice.objects.create(
            question=question, number=number, position=number, text=text, correct=number == 2, why="y"
        )
    return question


def test_the_first_publication_renders_ranks_and_keeps_the_wording(draft, curator, at):
    revision = publish(draft, change="typo", author=curator, at=at)

    assert revision is not None
    draft.refresh_from_db()
    assert (draft.status, draft.rank, draft.revision, draft.edition) == ("published", 1, 1, 1)
    assert draft.rendered["prompt"] == "<p>Which part <em>decides</em>?</p>"
    assert (revision.number, revision.edition, revision.change) == (1, 1, "first")
    assert (revision.author, revision.at) == (curator, at)
    assert revision.content == {
        "kind": "choice",
        "section": "Architecture",
        "prompt": "Which part *decides*?",
        "answer": "",
        "accept": [],
        "explanation": "It decides.",
        "choices": [
            {"number": 1, "text": "The executor", "correct": False, "why": "y"},
            {"number": 2, "text": "The scheduler", "correct": True, "why": "y"},
            {"number": 3, "text": "The web server", "correct": False, "why": "y"},
        ],
    }


@pytest.mark.parametrize(("change", "edition"), [("typo", 1), ("clearer", 1), ("meaning", 2)])
def test_only_a_change_of_meaning_raises_the_edition(draft, at, change, edition):
    publish(draft, change="first", author=None, at=at)
    draft.prompt = "Which part of Airflow decides?"

    revision = publish(draft, change=change, author=None, at=at + dt.timedelta(days=1))

    assert revision is not None
    draft.refresh_from_db()
    assert (draft.revision, draft.edition) == (2, edition)
    assert (revision.number, revision.edition, revision.change) == (2, edition, change)
    assert draft.rendered["prompt"] == "<p>Which part of Airflow decides?</p>"


def test_publishing_the_same_wording_again_makes_no_revision(draft, at):
    publish(draft, change="first", author=None, at=at)
    draft.note = "looked at"

    assert publish(draft, change="clearer", author=None, at=at) is None
    draft.refresh_from_db()
    assert (draft.revision, draft.note) == (1, "looked at")


def test_the_order_of_the_choices_is_no_part_of_the_wording(draft, at):
    publish(draft, change="first", author=None, at=at)
    draft.choices.filter(number=2).update(position=9)

    assert publish(draft, change="clearer", author=None, at=at) is None
    draft.refresh_from_db()
    assert [choice["number"] for choice in draft.rendered["choices"]] == [1, 3, 2]


def test_another_key_is_another_meaning_whatever_is_said(draft, at):
    publish(draft, change="first", author=None, at=at)
    draft.choices.filter(number=2).update(correct=False)
    draft.choices.filter(number=1).update(correct=True)

    revision = publish(draft, change="typo", author=None, at=at)

    assert revision is not None
    assert (revision.change, revision.edition) == ("meaning", 2)


@pytest.mark.parametrize(
    "texts",
    [
        {1: "The scheduler", 2: "The executor"},
        {2: "The web server", 3: "The worker"},
        {1: "The scheduler", 2: "The DAG processor"},
    ],
)
def test_other_words_beside_the_same_tick_are_another_key_when_they_change_sides(draft, at, texts):
    publish(draft, change="first", author=None, at=at)
    for number, text in texts.items():
        draft.choices.filter(number=number).update(text=text)

    revision = publish(draft, change="clearer", author=None, at=at)

    assert revision is not None
    assert (revision.change, revision.edition) == ("meaning", 2)


def test_a_key_in_better_words_or_under_a_new_number_is_the_same_key(draft, at):
    publish(draft, change="first", author=None, at=at)
    draft.choices.filter(number=2).update(text="The scheduler process")
    publish(draft, change="clearer", author=None, at=at)
    draft.choices.filter(number=2).update(number=4)

    revision = publish(draft, change="clearer", author=None, at=at)

    assert revision is not None
    assert (revision.number, revision.edition) == (3, 1)


def test_a_retired_question_comes_back_without_a_new_revision(draft, at):
    publish(draft, change="first", author=None, at=at)
    retire(draft, by=None, at=at)
    assert (draft.status, draft.rank) == ("retired", None)

    assert publish(draft, change="clearer", author=None, at=at) is None
    draft.refresh_from_db()
    assert (draft.status, draft.rank) == ("published", 1)


def test_another_wording_is_not_published_before_it_is_called_something(draft, at):
    publish(draft, change="", author=None, at=at)
    retire(draft, by=None, at=at)
    draft.prompt = "Which part runs it?"

    with pytest.raises(ValidationError, match="what kind of change"):
        publish(draft, change="", author=None, at=at)
    draft.refresh_from_db()
    assert (draft.status, draft.revision, draft.prompt) == ("retired", 1, "Which part *decides*?")


def test_a_question_without_a_key_is_not_published(draft, at):
    draft.choices.update(correct=False)

    with pytest.raises(ValidationError, match="There is no key"):
        publish(draft, change="first", author=None, at=at)
    draft.refresh_from_db()
    assert (draft.status, draft.revisions.count()) == ("draft", 0)


@pytest.mark.parametrize(
    ("kind", "fields", "words"),
    [
        ("cloze", {"prompt": "No blank here."}, "needs a blank"),
        ("recall", {"answer": ""}, "An answer is missing"),
        ("typed", {"answer": ""}, "An answer is missing"),
    ],
)
def test_an_unfinished_question_is_not_published(at, kind, fields, words):
    question = make_question(kind, status="draft", **fields)

    with pytest.raises(ValidationError, match=words):
        publish(question, change="first", author=None, at=at)


def test_the_database_takes_no_second_key(draft):
    with pytest.raises(IntegrityError), transaction.atomic():
        Choice.objects.create(question=draft, number=4, text="Both", correct=True, why="y")


def test_a_choice_never_gets_the_number_of_one_that_was_published_and_is_gone(draft, at):
    Choice.objects.create(question=draft, number=4, position=4, text="The worker", why="y")
    publish(draft, change="first", author=None, at=at)
    draft.choices.filter(number=4).delete()
    publish(draft, change="clearer", author=None, at=at)

    assert next_choice_number(draft) == 5


def test_a_question_with_a_card_cannot_be_deleted(learner):
    card = make_card(learner)

    with pytest.raises(ProtectedError):
        card.question.delete()
