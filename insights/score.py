"""A score: the share of reviews that were recalled, and how far it can be trusted. Pure."""

from math import sqrt
from typing import NamedTuple

REVIEWS_NEEDED = 10
Z_95 = 1.959964


class Range(NamedTuple):
    """Two shares from 0 to 1."""

    low: float
    high: float


class Score(NamedTuple):
    """`recalled` of `reviews` answers had quality 3 or more at the first try."""

    reviews: int
    recalled: int

    @property
    def is_early(self) -> bool:
        """Too few reviews to say anything."""
        return self.reviews < REVIEWS_NEEDED

    @property
    def share(self) -> float:
        return self.recalled / self.reviews

    @property
    def percent(self) -> int:
        return percent(self.share)

    @property
    def likely(self) -> Range:
        return wilson(self.recalled, self.reviews)


def wilson(recalled: int, reviews: int) -> Range:
    """The range in which the true share lies with a confidence of 95 %; `reviews` is at least 1.

    The score interval of E. B. Wilson, "Probable inference, the law of succession, and statistical inference",
    Journal of the American Statistical Association 22 (1927), 209-212, for a share p of n:
    (p + z²/2n ± z √(p(1-p)/n + z²/4n²)) / (1 + z²/n).
    It stays between 0 and 1, and keeps its width where all or none was recalled.
    """
    share = recalled / reviews
    z2 = Z_95**2 / reviews
    middle = (share + z2 / 2) / (1 + z2)
    half = Z_95 * sqrt(share * (1 - share) / reviews + z2 / (4 * reviews)) / (1 + z2)
    # Rounded, so that the ends of all or nothing are 1 and 0, and not beside them.
    return Range(abs(round(middle - half, 9)), round(middle + half, 9))


def percent(share: float) -> int:
    """A share from 0 to 1 in whole percent: 100 only for all of it, 0 only for nothing."""
    if share in (0, 1):
        return round(share * 100)
    return min(99, max(1, round(share * 100)))
