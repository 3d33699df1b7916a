"""What changed between two texts, word by word, as HTML that is safe to show as it stands. Pure."""

import re
from collections.abc import Iterator

from diff_match_patch import diff_match_patch
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

# After this many seconds a comparison is given up, and what is left counts as changed.
PATIENCE_S = 0.2
MARKS = {-1: "<del>{}</del>", 0: "{}", 1: "<ins>{}</ins>"}

_WORDS = re.compile(r"\s+|\w+|[^\w\s]")
# Words are compared as one character each, from above the surrogates: there is room for more than a text can hold.
_FIRST = 0x10000


def word_diff(old: str, new: str) -> SafeString:
    """The new text with what was added in <ins> and what went in <del>. White space comes out as it is."""
    return format_html_join("", "{}", ((format_html(MARKS[sign], text),) for sign, text in _parts(old, new)))


def _parts(old: str, new: str) -> Iterator[tuple[int, str]]:
    """Pieces in order: -1 went, 0 stayed, 1 was added."""
    place: dict[str, int] = {}
    packed = [
        "".join(chr(_FIRST + place.setdefault(word, len(place))) for word in _WORDS.findall(text))
        for text in (old, new)
    ]
    words = list(place)
    differ = diff_match_patch()
    differ.Diff_Timeout = PATIENCE_S
    for sign, characters in differ.diff_main(*packed, False):
        yield sign, "".join(words[ord(character) - _FIRST] for character in characters)
