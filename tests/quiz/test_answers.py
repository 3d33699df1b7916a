import pytest
from hypothesis import given
from hypothesis import strategies as st

from quiz.answers import Verdict, allowed_qualities, check_choice, check_typed, grade_buttons, normalise, slips

CHOICES = [{"number": 3, "correct": False}, {"number": 1, "correct": True}]


@pytest.mark.parametrize(
    "typed", ["idempotent", "Idempotent", " IDEMPOTENT ", "idem-potent", "idempotent.", "idémpotent"]
)
def test_case_accents_space_and_punctuation_never_matter(typed: str) -> None:
    assert check_typed(typed, ["idempotent"]) is Verdict.RIGHT


@pytest.mark.parametrize("typed", ["idempodent", "idempotnet", "idempotet", "idempotentt"])
def test_one_slip_is_near(typed: str) -> None:
    assert check_typed(typed, ["idempotent"]) is Verdict.NEAR


@pytest.mark.parametrize(
    ("typed", "answer", "verdict"),
    [
        ("dog", "dag", Verdict.WRONG),
        ("DAGs", "dag", Verdict.WRONG),
        ("luigy", "luigi", Verdict.NEAR),
        ("lugy", "luigi", Verdict.WRONG),
        ("schedular", "scheduler", Verdict.NEAR),
        ("1024", "1025", Verdict.WRONG),
        ("1042", "1024", Verdict.WRONG),
        ("http3", "http2", Verdict.WRONG),
        ("sha255", "sha256", Verdict.WRONG),
        ("htp2", "http2", Verdict.NEAR),
        ("sah256", "sha256", Verdict.NEAR),
        ("op", "op", Verdict.RIGHT),
        ("", "luigi", Verdict.WRONG),
        ("all success", "all_success", Verdict.RIGHT),
        ("workers", "--workers", Verdict.RIGHT),
        ("++", "++", Verdict.RIGHT),
        ("--", "++", Verdict.WRONG),
    ],
)
def test_how_much_is_forgiven_depends_on_the_length(typed: str, answer: str, verdict: Verdict) -> None:
    assert check_typed(typed, [answer]) is verdict


def test_any_accepted_answer_will_do() -> None:
    assert check_typed("idempotency", ["idempotent", "idempotence", "idempotency"]) is Verdict.RIGHT


def test_choice_is_checked_by_number_and_not_by_place() -> None:
    assert check_choice(1, CHOICES) is Verdict.RIGHT
    assert check_choice(3, CHOICES) is Verdict.WRONG


def test_choice_from_elsewhere_is_refused() -> None:
    with pytest.raises(ValueError, match="no choice"):
        check_choice(2, CHOICES)


words = st.text(st.characters(codec="utf-8"), max_size=12)


@given(words, words)
def test_slips_are_symmetric_and_zero_only_for_equals(one: str, other: str) -> None:
    assert slips(one, other) == slips(other, one)
    assert (slips(one, other) == 0) is (one == other)


@given(words)
def test_normalising_twice_changes_nothing_more(text: str) -> None:
    assert normalise(normalise(text)) == normalise(text)


@pytest.mark.parametrize(
    ("scale", "kind", "qualities"),
    [
        ("4", "recall", [1, 3, 4, 5]),
        ("4", "cloze", [1, 3, 4, 5]),
        ("2", "recall", [1, 4]),
        ("6", "recall", [0, 1, 2, 3, 4, 5]),
        ("4", "choice", [2, 3, 4, 5]),
        ("2", "choice", [2, 4]),
        ("6", "choice", [2, 3, 4, 5]),
        ("4", "typed", [3, 4, 5]),
        ("2", "typed", [4]),
        ("6", "typed", [3, 4, 5]),
    ],
)
def test_grades_offered(scale: str, kind: str, qualities: list[int]) -> None:
    buttons = grade_buttons(scale, kind)
    assert [button.quality for button in buttons] == qualities
    assert [button.quality for button in buttons if button.default] == [4]
    assert set(qualities) <= allowed_qualities(kind)
    assert len({button.key for button in buttons}) == len(buttons)
