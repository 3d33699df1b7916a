from hypothesis import given
from hypothesis import strategies as st

from insights.score import Score, percent, wilson


def test_likely_range_of_a_score_is_the_interval_of_wilson() -> None:
    """Worked by hand from the formula with z = 1.96: 71 of 83, then 97 of 102."""
    assert [round(edge, 3) for edge in wilson(71, 83)] == [0.764, 0.915]
    assert [round(edge, 3) for edge in wilson(97, 102)] == [0.890, 0.979]


def test_all_recalled_still_leaves_room_for_doubt() -> None:
    low, high = wilson(10, 10)
    assert round(low, 3) == 0.722
    assert high == 1


def test_none_recalled_starts_at_nothing() -> None:
    low, high = wilson(0, 10)
    assert low == 0
    assert round(high, 3) == 0.278


@given(st.integers(1, 5_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_range_always_holds_the_score_and_stays_between_nothing_and_all(counts: tuple[int, int]) -> None:
    recalled, reviews = counts
    low, high = wilson(recalled, reviews)
    assert 0 <= low <= recalled / reviews + 1e-9
    assert recalled / reviews - 1e-9 <= high <= 1


def test_a_score_needs_ten_reviews() -> None:
    assert Score(9, 9).is_early
    assert not Score(10, 9).is_early


def test_percent_says_all_or_nothing_only_when_it_is_so() -> None:
    assert [percent(share) for share in (0, 0.001, 0.494, 0.999, 1)] == [0, 1, 49, 99, 100]
