"""SM-2 against the worked histories, and against an oracle in exact fractions."""

import json
import math
import random
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.sm2 import NEW, Memory, needs_drill, review

VECTORS = json.loads((Path(__file__).parent / "sm2_vectors.json").read_text())
ORACLE_HISTORIES = 20_000


def history(qualities: list[int]) -> list[Memory]:
    memories = []
    memory = NEW
    for quality in qualities:
        memory = review(memory, quality)
        memories.append(memory)
    return memories


def oracle(qualities: list[int]) -> list[tuple[Fraction, int, int]]:
    """SM-2 written a second time, from the published prose, in exact fractions and without a memory type."""
    factor, interval, repetitions, states = Fraction(5, 2), 0, 0, []
    for quality in qualities:
        if quality >= 3:
            factor += Fraction(1, 10) - (5 - quality) * (Fraction(8, 100) + (5 - quality) * Fraction(2, 100))
            factor = max(factor, Fraction(13, 10))
            repetitions += 1
            interval = {1: 1, 2: 6}.get(repetitions) or min(math.ceil(interval * factor), 36_500)
        else:
            repetitions, interval = 0, 1
        states.append((factor, interval, repetitions))
    return states


@pytest.mark.parametrize("qualities", VECTORS)
def test_worked_history(qualities: str) -> None:
    expected = [tuple(step.split("/")) for step in VECTORS[qualities].split()]
    got = [
        (f"{m.ease_factor / 100:g}", str(m.interval_days), str(m.repetitions))
        for m in history(list(map(int, qualities)))
    ]
    assert got == expected


def test_random_histories_agree_with_exact_fractions() -> None:
    chance = random.Random(1990)
    for _ in range(ORACLE_HISTORIES):
        qualities = chance.choices(range(6), weights=[1, 1, 1, 3, 5, 3], k=chance.randint(1, 30))
        got = [(Fraction(m.ease_factor, 100), m.interval_days, m.repetitions) for m in history(qualities)]
        assert got == oracle(qualities), qualities


@given(st.lists(st.integers(0, 5), min_size=1, max_size=40))
def test_any_history_agrees_with_exact_fractions(qualities: list[int]) -> None:
    got = [(Fraction(m.ease_factor, 100), m.interval_days, m.repetitions) for m in history(qualities)]
    assert got == oracle(qualities)


def test_six_fives_rest_465_days() -> None:
    assert history([5] * 6)[-1].interval_days == 465


def test_interval_stops_at_a_hundred_years() -> None:
    assert history([5] * 30)[-1].interval_days == 36_500


@given(st.lists(st.integers(0, 5), max_size=40))
def test_ease_factor_never_falls_below_its_minimum(qualities: list[int]) -> None:
    assert all(memory.ease_factor >= 130 for memory in history(qualities))


@pytest.mark.parametrize("quality", [0, 1, 2])
def test_lapse_resets_repetitions_and_keeps_ease_factor(quality: int) -> None:
    assert review(Memory(236, 26, 4), quality) == Memory(236, 1, 0)


@pytest.mark.parametrize("quality", [-1, 6, 3.0, "4", None, True])
def test_anything_but_the_integers_0_to_5_is_refused(quality: object) -> None:
    with pytest.raises(ValueError, match="quality"):
        review(NEW, quality)  # type: ignore[arg-type]


@pytest.mark.parametrize(("quality", "drilled"), [(0, True), (1, True), (2, True), (3, True), (4, False), (5, False)])
def test_what_scored_below_four_is_repeated_today(quality: int, drilled: bool) -> None:
    assert needs_drill(quality) is drilled
