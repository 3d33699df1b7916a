"""What lint says of stored questions, and the state that is kept of it."""

import time

import pytest

from catalog import checking
from catalog.load import load
from catalog.models import Question
from tests.catalog.contents import catalog_of, choice, item
from tests.factories import make_many_questions, make_question, make_reading

pytestmark = pytest.mark.django_db


def states() -> dict[str, str]:
    return dict(Question.objects.values_list("slug", "lint_state"))


def test_loading_leaves_every_question_with_its_state(at) -> None:
    near = "Why does a daily run of Airflow start a day late then?"
    load(
        catalog_of(
            item(slug="a"),
            item(slug="b", prompt=near),
            item(slug="c", prompt="Is it late?"),
            choice(slug="d", prompt="Which part decides?", choices=choice().choices[:2]),
            item(slug="e", prompt="What else?"),
            item(slug="f", prompt="What else?", status="retired"),
        ),
        at=at,
    )
    assert states() == {"a": "warnings", "b": "warnings", "c": "warnings", "d": "errors", "e": "clean", "f": "clean"}


def test_loading_again_looks_only_at_what_changed(at, django_assert_num_queries) -> None:
    load(catalog_of(item()), at=at)
    with django_assert_num_queries(1):
        assert checking.check_unchecked() == 0
    load(catalog_of(item(prompt="Is it late?")), at=at)
    assert states() == {"airflow-late": "warnings"}


def test_remark_names_the_field_that_it_speaks_of(at) -> None:
    load(catalog_of(choice(), item(slug="b", prompt="In Airflow, which part decides that a task may run then?")), at=at)
    odd = choice(
        slug="new",
        prompt="In Airflow, which part does not decide that a task may run?",
        explanation="Because.",
        allow=(("no-rule", "x"),),
        choices=(*choice().choices[:2], choice().choices[0]),
    )
    found = {(remark.rule, remark.field, remark.severity.value) for remark in checking.remarks_on(odd)}
    assert {
        ("stem-negative", "prompt", "warning"),
        ("explanation-short", "explanation", "warning"),
        ("option-equal", "choices", "error"),
        ("allow-idle", "allow", "warning"),
    } <= found


@pytest.mark.parametrize(("prompt", "rule"), [("why: does it, start late", "prompt-equal"), ("Why so early?", None)])
def test_prompt_is_compared_with_the_whole_bank(prompt, rule) -> None:
    make_question(prompt="Why does it start late?", slug="old")
    found = [remark for remark in checking.remarks_on(item(prompt=prompt)) if remark.rule.startswith("prompt-")]
    assert [remark.rule for remark in found] == ([rule] if rule else [])
    if found:
        assert found[0].text == "its prompt is that of old."


def test_retired_questions_are_compared_with_nothing() -> None:
    make_question(prompt="Why late?", status="retired")
    assert not [each for each in checking.remarks_on(item(prompt="Why late?")) if each.rule == "prompt-equal"]
    assert checking.remarks_on(item(prompt="Is it late?", status="retired")) == []


def test_one_question_among_thousands_costs_one_query(django_assert_num_queries) -> None:
    make_many_questions(2000, make_reading(), prompt=lambda number: f"Why does part {number} wait for {number * 7}?")
    with django_assert_num_queries(1):
        checking.remarks_on(item())


def test_among_many_that_are_nearly_alike_the_one_that_is_equal_is_found(at) -> None:
    alike = [f"Why does a daily run of Airflow always start one whole day late, {n}?" for n in range(9)]
    load(catalog_of(*(item(slug=f"q{n}", prompt=prompt) for n, prompt in enumerate([*alike, alike[4]]))), at=at)
    assert {slug for slug, state in states().items() if state == "errors"} == {"q4", "q9"}
    assert states()["q0"] == "warnings"


def test_thousand_long_prompts_that_are_nearly_alike_are_compared_in_seconds() -> None:
    long = " ".join(f"word{number}" for number in range(299))
    reading = make_reading()
    make_many_questions(1000, reading, prompt=lambda number: f"{long} own{number}", lint_state="")
    start = time.process_time()
    assert checking.check_unchecked() == 1000
    assert time.process_time() - start < 30


def test_question_that_is_resembled_hears_of_it(at) -> None:
    load(catalog_of(item(slug="a"), item(slug="b", prompt="What else?")), at=at)
    b = Question.objects.get(slug="b")
    b.prompt = f"{item().prompt[:-1]} then?"
    b.save()
    (remark,) = checking.check(b)
    assert (remark.rule, remark.other) == ("prompt-near", "a")
    assert states() == {"a": "warnings", "b": "warnings"}
