"""From draft to retired: who took which step, and who may publish."""

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from catalog.merging import merge
from catalog.models import Question
from catalog.revisions import publish
from catalog.steps import may_publish, retire, send_to
from tests.factories import make_question, make_user

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("editor", "person", "rule", "may"),
    [(1, 1, True, False), (1, 2, True, True), (None, 2, True, True), (1, 1, False, True), (1, None, True, True)],
)
def test_whoever_worded_it_does_not_publish_it_where_that_is_the_rule(editor, person, rule, may) -> None:
    assert may_publish(editor, person, reviewer_is_not_author=rule) is may


def steps_of(question):
    return list(question.status_changes.order_by("id").values_list("status", "by__email"))


def test_every_step_is_kept_with_who_and_when(curator, at) -> None:
    question = make_question(status="draft", rank=None)
    reviewer = make_user("reviewer@example.org")
    assert send_to(question, "review", by=curator, at=at)
    assert not send_to(question, "review", by=curator, at=at)
    publish(question, change="clearer", author=reviewer, at=at)
    question.prompt = "Reworded, why?"
    publish(question, change="clearer", author=curator, at=at)
    retire(question, by=None, at=at)
    assert steps_of(question) == [
        ("review", curator.email),
        ("published", reviewer.email),
        ("retired", None),
    ]
    assert {step.at for step in question.status_changes.all()} == {at}


def test_leaving_the_published_ones_takes_the_rank(curator, at) -> None:
    first, second = make_question(rank=1), make_question(rank=2)
    send_to(first, "draft", by=curator, at=at)
    assert list(Question.objects.order_by("pk").values_list("status", "rank")) == [("draft", None), ("published", 1)]
    assert second.pk


def test_rule_holds_whoever_presses_the_button(curator, at, settings) -> None:
    settings.REVIEWER_IS_NOT_AUTHOR = True
    question = make_question(status="review", rank=None, edited_by=curator)
    with pytest.raises(ValidationError, match="somebody else publishes them"):
        publish(question, change="clearer", author=curator, at=at)
    publish(question, change="clearer", author=make_user(), at=at)
    question.prompt = "A typo, mended?"
    publish(question, change="typo", author=curator, at=at)
    assert question.status == "published"


def test_cards_and_answers_do_not_wait_for_a_step(at) -> None:
    """A row locked with its key would hold up everybody who points to it."""
    question, survivor = make_question(status="draft", rank=None), make_question(prompt="Else?")
    with CaptureQueriesContext(connection) as captured:
        publish(question, change="", author=None, at=at)
        merge(question, survivor, by=None, at=at)
    locks = [query["sql"] for query in captured if " FOR " in query["sql"]]
    assert bool(locks) is connection.features.has_select_for_update
    assert all("FOR NO KEY UPDATE" in lock for lock in locks)


def test_errors_of_lint_keep_a_question_from_being_published(at) -> None:
    make_question(prompt="Why late?")
    same = make_question(prompt="Why late?", status="draft", rank=None)
    with pytest.raises(ValidationError, match="its prompt is that of"):
        publish(same, change="clearer", author=None, at=at)
    same.refresh_from_db()
    assert same.status == "draft"
