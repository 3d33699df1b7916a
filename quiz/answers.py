"""Per question kind: is it right, and which quality is that? Pure.

What a learner presses or types becomes a quality here and nowhere else.
"""

import unicodedata
from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import Any, NamedTuple

FORGOT, GUESSED, HARD, GOOD, EASY = 1, 2, 3, 4, 5
SELF_GRADED = frozenset({"recall", "cloze"})
ONE_SLIP_FROM_LETTERS = 4
TWO_SLIPS_FROM_LETTERS = 9


class Verdict(StrEnum):
    RIGHT = "right"
    NEAR = "near"
    WRONG = "wrong"


class Button(NamedTuple):
    """A grade a learner may press. `key` is the key that presses it; `failed` ones stand left of the wide gap."""

    quality: int
    name: str
    key: str
    default: bool

    @property
    def failed(self) -> bool:
        return self.quality < HARD


def check_choice(chosen: int, choices: Iterable[dict[str, Any]]) -> Verdict:
    """Whether the choice of this number is the key. Raises ValueError if there is no such choice."""
    for choice in choices:
        if choice["number"] == chosen:
            return Verdict.RIGHT if choice["correct"] else Verdict.WRONG
    raise ValueError(f"There is no choice {chosen}.")


def check_typed(typed: str, accepted: Sequence[str]) -> Verdict:
    """Compare what was typed with what is accepted: case, accents, space and punctuation never matter.

    Near is one slip (a letter more, less, other, or two swapped) in a word of four letters or more, two from nine.
    Another digit is never a slip: http3 is not http2.
    """
    given = normalise(typed)
    wanted = [normalise(answer) for answer in accepted]
    if given in wanted:
        return Verdict.RIGHT
    if any(_is_near(given, answer) for answer in wanted):
        return Verdict.NEAR
    return Verdict.WRONG


def normalise(text: str) -> str:
    """Letters and digits alone, without case or accents; a text that has none (such as "++") is kept as it is."""
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    kept = "".join(character for character in folded if character.isalnum())
    return kept or "".join(text.casefold().split())


def slips(one: str, other: str) -> int:
    """How many letters to add, drop, change or swap with their neighbour turn one into the other.

    Optimal string alignment, a restricted Damerau–Levenshtein distance.
    """
    before_last: list[int] = []
    last = list(range(len(other) + 1))
    for i, a in enumerate(one, start=1):
        row = [i]
        for j, b in enumerate(other, start=1):
            cost = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                cost = min(cost, before_last[j - 2] + 1)
            row.append(cost)
        before_last, last = last, row
    return last[-1]


def _is_near(given: str, answer: str) -> bool:
    forgiven = _slips_forgiven(answer)
    # Counting slips takes long for long texts; the lengths alone rule those out.
    if abs(len(given) - len(answer)) > forgiven or _digits(given) != _digits(answer):
        return False
    return slips(given, answer) <= forgiven


def _digits(text: str) -> list[str]:
    return [character for character in text if character.isdigit()]


def _slips_forgiven(answer: str) -> int:
    if len(answer) < ONE_SLIP_FROM_LETTERS:
        return 0
    return 1 if len(answer) < TWO_SLIPS_FROM_LETTERS else 2


def allowed_qualities(kind: str) -> frozenset[int]:
    """The qualities that may be given after the back was seen: all where she judges herself, 2–5 after a right choice,
    3–5 after a right typed answer. A wrong one was settled at the check."""
    if kind in SELF_GRADED:
        return frozenset(range(6))
    return frozenset({GUESSED, HARD, GOOD, EASY} if kind == "choice" else {HARD, GOOD, EASY})


def grade_buttons(scale: str, kind: str) -> list[Button]:
    """The grades offered on the back, in their places; `scale` is the learner's setting: "4", "2" or "6"."""
    if kind in SELF_GRADED:
        return _self_graded(scale)
    passed = [Button(HARD, "hard", "2", False), Button(GOOD, "good", "3", True), Button(EASY, "easy", "4", False)]
    if scale == "2":
        passed = [Button(GOOD, "remembered", "2", True)]
    if scale == "6":
        passed = [Button(quality, str(quality), str(quality), quality == GOOD) for quality in (HARD, GOOD, EASY)]
    guessed = [Button(GUESSED, "guessed", "2" if scale == "6" else "1", False)]
    return (guessed if kind == "choice" else []) + passed


def _self_graded(scale: str) -> list[Button]:
    if scale == "6":
        return [Button(quality, str(quality), str(quality), quality == GOOD) for quality in range(6)]
    if scale == "2":
        return [Button(FORGOT, "forgot", "1", False), Button(GOOD, "remembered", "2", True)]
    return [
        Button(FORGOT, "forgot", "1", False),
        Button(HARD, "hard", "2", False),
        Button(GOOD, "good", "3", True),
        Button(EASY, "easy", "4", False),
    ]
