"""Two wordings side by side."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.diffs import GONE, NEW, SAME, Difference, differences, word_diff


def test_words_are_compared_whole() -> None:
    assert word_diff("The scheduler decides.", "The scheduled run decides.") == [
        (SAME, "The "),
        (GONE, "scheduler"),
        (NEW, "scheduled run"),
        (SAME, " decides."),
    ]


@given(st.text(max_size=200), st.text(max_size=200))
def test_pieces_are_both_texts_again(old: str, new: str) -> None:
    pieces = word_diff(old, new)
    assert "".join(text for kind, text in pieces if kind != NEW) == old
    assert "".join(text for kind, text in pieces if kind != GONE) == new


def test_long_texts_of_many_words_are_compared_too() -> None:
    old = " ".join(f"word{number}" for number in range(9000))
    pieces = word_diff(old, old.replace("word4500 ", "another "))
    assert [text for kind, text in pieces if kind != SAME] == ["word4500", "another"]


def test_marked_texts_are_escaped() -> None:
    difference = Difference("Prompt", "<b>", "<i onclick=x>")
    for shown in (difference.html, difference.old_html, difference.new_html):
        assert "<b>" not in shown
        assert "<i" not in shown.replace("<ins>", "")
    assert difference.old_html == "<span>&lt;</span><del>b</del><span>&gt;</span>"


def question(**fields):
    choices = [
        {"number": 2, "text": "The scheduler", "correct": True, "why": "It decides."},
        {"number": 1, "text": "The executor", "correct": False, "why": "It runs."},
    ]
    return {"prompt": "Which part decides?", "accept": [], "allow": [], "choices": choices, **fields}


def test_only_the_fields_that_differ_are_named() -> None:
    found = differences(question(), question(prompt="Which part runs?", accept=["a", "b"]))
    assert [(each.label, each.old, each.new) for each in found] == [
        ("Prompt", "Which part decides?", "Which part runs?"),
        ("Also accepted", "", "a\nb"),
    ]


def test_choices_are_compared_by_number_whatever_their_order() -> None:
    moved = question(choices=question()["choices"][::-1])
    assert differences(question(), moved) == []


@pytest.mark.parametrize(("place", "labels"), [(0, ["Choice 2 is"]), (1, ["Choice 1 is"])])
def test_another_key_is_said_in_words(place: int, labels: list[str]) -> None:
    other = question()
    other["choices"][place] = {**other["choices"][place], "correct": not other["choices"][place]["correct"]}
    (found,) = differences(question(), other)
    assert found.label == labels[0]
    assert {found.old, found.new} == {"the answer", "not the answer"}


def test_choice_that_went_leaves_its_three_fields() -> None:
    fewer = question(choices=question()["choices"][:1])
    assert [each.label for each in differences(question(), fewer)] == ["Choice 1", "Choice 1 is", "Choice 1, why"]
