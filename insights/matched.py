"""Whether a mended question is recalled better than before, at matched gaps. Pure.

After a mending, reviews come at other stages and other delays than before it, so plain shares would mislead. They are
compared setting by setting (`insights.stages`), each learner counted once in each, and put together by N. Mantel and
W. Haenszel's weights (Journal of the National Cancer Institute 22, 1959, 719-748) as the risk difference of
S. Greenland and J. M. Robins (Biometrics 41, 1985, 55-68). Its variance is that of T. Sato (Biometrics 45, 1989,
1323-1324), which holds for few large strata as for many small ones.
"""

from collections.abc import Iterable
from enum import StrEnum
from math import sqrt
from typing import NamedTuple

from insights.figures import Stratum
from insights.score import Z_95

# Learners counted in the settings that both sides have; one learner counts in several.
NEEDED_TO_JUDGE = 30
ENOUGH_TO_END = 300
WORTH_HAVING = 0.05
REPORTS_TO_OPEN = 3
LEARNERS_WITHOUT_REPORT = 30


class Outcome(StrEnum):
    HELPED = "helped"
    DID_NOT_HELP = "unhelped"
    WAIT = "wait"


class Comparison(NamedTuple):
    """Recall `before` and `after`, weighted to the same settings; `difference` is the gain, with its 95 % interval.

    `counted_before` and `counted_after` are the learners it rests on, once a setting.
    """

    counted_before: int
    counted_after: int
    before: float
    after: float
    difference: float
    low: float
    high: float


def compare(before: Iterable[Stratum], after: Iterable[Stratum]) -> Comparison | None:
    """The gain in recall; None where no setting has both. Strata of the same setting on one side are added up."""
    ones, others = _by_setting(before), _by_setting(after)
    weights = before_sum = after_sum = p_sum = q_sum = 0.0
    counted_before = counted_after = 0
    for setting in ones.keys() & others.keys():
        (n0, c), (n1, a) = ones[setting], others[setting]
        total = n0 + n1
        counted_before += n0
        counted_after += n1
        weights += n1 * n0 / total
        before_sum += n1 * c / total
        after_sum += n0 * a / total
        p_sum += (n1**2 * c - n0**2 * a + n1 * n0 * (n0 - n1) / 2) / total**2
        q_sum += (a * (n0 - c) + c * (n1 - a)) / (2 * total)
    if not weights:
        return None
    difference = (after_sum - before_sum) / weights
    half = Z_95 * sqrt(max(0.0, difference * p_sum + q_sum)) / weights
    return Comparison(
        counted_before=counted_before,
        counted_after=counted_after,
        before=before_sum / weights,
        after=after_sum / weights,
        difference=difference,
        low=difference - half,
        high=difference + half,
    )


def least_learners(strata: Iterable[Stratum], others: Iterable[Stratum], *, reviewers: int) -> int:
    """At least so many of the `reviewers` behind all of one side's strata were reviewed in a setting of the other's.

    Who was reviewed in several settings is counted in each, so how many there are cannot be had from the sums: no fewer
    than in the fullest setting, nor than are left when everybody in the settings that do not match is somebody else.
    """
    ones = _by_setting(strata)
    matched = ones.keys() & _by_setting(others).keys()
    fullest = max((ones[setting][0] for setting in matched), default=0)
    elsewhere = sum(learners for setting, (learners, _) in ones.items() if setting not in matched)
    return max(fullest, reviewers - elsewhere)


def outcome_of(comparison: Comparison | None) -> Outcome:
    """Helped, once that is sure; did not, once a gain of five points is ruled out, or 300 answers leave it unclear."""
    if comparison is None or min(comparison.counted_before, comparison.counted_after) < NEEDED_TO_JUDGE:
        return Outcome.WAIT
    if comparison.low > 0:
        return Outcome.HELPED
    if comparison.high < WORTH_HAVING or comparison.counted_after >= ENOUGH_TO_END:
        return Outcome.DID_NOT_HELP
    return Outcome.WAIT


def outcome_of_reports(reports: int, learners: int) -> Outcome:
    """Of a wording that was mended because of reports: of `learners` who have met the new one, so many reported it."""
    if reports >= REPORTS_TO_OPEN:
        return Outcome.DID_NOT_HELP
    return Outcome.HELPED if learners >= LEARNERS_WITHOUT_REPORT * (reports + 1) else Outcome.WAIT


def _by_setting(strata: Iterable[Stratum]) -> dict[int, tuple[int, int]]:
    sums: dict[int, tuple[int, int]] = {}
    for setting, learners, recalled in strata:
        had = sums.get(setting, (0, 0))
        sums[setting] = (had[0] + learners, had[1] + recalled)
    return sums
