"""A small run of what `benchmarks/flawed_items.py` measures at length."""

from tests.insights.simulation import worst_of


def test_most_of_the_worst_ten_of_a_hundred_questions_are_those_with_planted_flaws():
    flaws = worst_of(items=100, flawed=8, people=80, places=10, seed=20)
    assert sum(map(bool, flaws)) >= 7


def test_of_a_sound_bank_next_to_nothing_is_complained_about():
    flaws = worst_of(items=100, flawed=0, people=80, places=100, seed=21)
    assert len(flaws) <= 8
