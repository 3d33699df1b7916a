"""Classical item analysis: how hard a question is, and whether it tells strong learners from weak ones. Pure.

The formulas are Moodle's, from "Quiz statistics calculations" (docs.moodle.org/dev): a question's marks are set
against each learner's result in everything but this question. All results are in percent, as Moodle prints them.

In a quiz everybody answers everything; here every learner has met other questions. Her result in the rest is therefore
not a sum of marks but how far her first answers stood above their questions' facilities, on average (`Standing`).
Where all have answered all, this differs from Moodle's sum by a factor and a constant alone, and no figure changes.
"""

from collections.abc import Sequence
from math import sqrt
from typing import NamedTuple

# A learner's standing is drawn towards the average as if by this many first answers that say nothing.
ANSWERS_UNKNOWN = 5


class Standing(NamedTuple):
    """How many first answers a learner gave, and by how many marks in all they were above their facilities."""

    answers: int
    above: float

    def without(self, mark: float, facility: float) -> float:
        """Her result in the rest of the bank: this question's mark is taken out, so that it is not its own judge."""
        return (self.above - (mark - facility)) / (self.answers - 1 + ANSWERS_UNKNOWN)


def facility(marks: Sequence[float]) -> float | None:
    """The mean mark; None of nothing. `marks` are from 0 to 1, one a learner."""
    return 100 * sum(marks) / len(marks) if marks else None


def discrimination_index(marks: Sequence[float], rests: Sequence[float]) -> float | None:
    """The correlation of the question's marks with the learners' results in the rest: C(x, X) / √(V(x) V(X)).

    None where all marks, or all rests, are alike.
    """
    spread = _covariance(marks, marks) * _covariance(rests, rests)
    return 100 * _covariance(marks, rests) / sqrt(spread) if spread > 0 else None


def discriminative_efficiency(marks: Sequence[float], rests: Sequence[float]) -> float | None:
    """The covariance with the rest, against the largest that these marks and these rests could have: C / Cmax.

    Cmax is that of both in ascending order. Unlike the index it does not suffer from a question being hard or easy.
    """
    largest = _covariance(sorted(marks), sorted(rests))
    return 100 * _covariance(marks, rests) / largest if largest > 0 else None


def _covariance(ones: Sequence[float], others: Sequence[float]) -> float:
    """That of a sample; 0 where there are not two of each."""
    count = len(ones)
    if count < 2:
        return 0.0
    mean_one, mean_other = sum(ones) / count, sum(others) / count
    products = sum((one - mean_one) * (other - mean_other) for one, other in zip(ones, others, strict=True))
    # What is left by rounding where all are alike is no spread.
    return products / (count - 1) if abs(products) > 1e-12 else 0.0
