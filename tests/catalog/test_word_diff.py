import re
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.word_diff import word_diff


@pytest.mark.parametrize(
    ("old", "new", "html"),
    [
        ("The scheduler decides.", "The executor decides.", "The <del>scheduler</del><ins>executor</ins> decides."),
        ("", "new words", "<ins>new words</ins>"),
        ("old words", "", "<del>old words</del>"),
        ("a\nb", "a\nc", "a\n<del>b</del><ins>c</ins>"),
        ("<b>", "<i>", "&lt;<del>b</del><ins>i</ins>&gt;"),
        ("same", "same", "same"),
    ],
)
def test_what_went_and_what_came_is_marked_word_by_word(old, new, html):
    assert word_diff(old, new) == html


@given(st.text(alphabet="ab <>&\n中\U0001f989"), st.text(alphabet="ab <>&\n中\U0001f989"))
def test_both_texts_can_be_read_from_it(old, new):
    html = word_diff(old, new)

    assert unescape(re.sub(r"<del>.*?</del>|</?ins>", "", html, flags=re.DOTALL)) == new
    assert unescape(re.sub(r"<ins>.*?</ins>|</?del>", "", html, flags=re.DOTALL)) == old


def test_texts_without_a_word_in_common_are_given_up_in_time():
    old, new = (" ".join(f"{letter}{number % 50}" for number in range(3_000)) for letter in "ab")

    html = word_diff(old, new)

    assert "<del>" in html
    assert "<ins>" in html
