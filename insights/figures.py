"""What the answers tell of each question: one walk through them, once the recall model is fitted. Pure."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from math import sqrt
from operator import itemgetter
from typing import NamedTuple

from insights.item_analysis import Standing, discrimination_index, discriminative_efficiency, facility
from insights.recall import RecallModel
from insights.score import Z_95
from insights.stages import FIRST, LATENESSES, stage_of
from scheduler.transitions import FIRST_LEECH_AT_LAPSES

# Fewer learners than this, and somebody's answers could be guessed: nothing but counts is told.
LEARNERS_NEEDED = 10
# "Good" and "weak" learners are the upper and the lower third of a question's, by their results in the rest.
GROUPS = 3


class Option(NamedTuple):
    """How often an option (by its number; 0 is "Don't know") was chosen, of first answers: by all, by good learners."""

    number: int
    chosen: int
    chosen_by_good: int


class FirstAnswers(NamedTuple):
    """Of the first answer of each of `learners` learners; marks in percent, as in `insights.item_analysis`.

    `good` learners are the upper third, of whom `good_right` were right; `weak` ones the lower.
    """

    learners: int = 0
    facility: float | None = None
    discrimination: float | None = None
    efficiency: float | None = None
    good: int = 0
    good_right: int = 0
    weak: int = 0
    weak_right: int = 0
    options: tuple[Option, ...] = ()


class Gap(NamedTuple):
    """Reviews at one lateness of `insights.stages`, or at several in a row, `lateness` to `up_to`."""

    lateness: int
    up_to: int
    learners: int
    reviews: int
    recalled: int
    expected: float


class Stratum(NamedTuple):
    """Learners reviewed in one setting, each counted once, and how many of them recalled."""

    setting: int
    learners: int
    recalled: int


class Reviews(NamedTuple):
    """Of all later answers. `expected` is how many an average question would have had recalled by the same learners
    in the same settings, `error` the standard error of the difference of the two shares.

    `lapses` are failures among `lapsable` reviews: those of cards that had been recalled before, of so many
    `lapsable_learners`. `leeches` are the learners who forgot it eight times.
    """

    learners: int = 0
    reviews: int = 0
    recalled: int = 0
    expected: float = 0.0
    error: float = 0.0
    lapses: int = 0
    lapsable: int = 0
    lapsable_learners: int = 0
    leeches: int = 0
    gaps: tuple[Gap, ...] = ()
    strata: tuple[Stratum, ...] = ()

    @property
    def residual(self) -> float:
        """The share recalled less the share expected, from -1 to 1; below zero is worse than the delays explain."""
        return (self.recalled - self.expected) / self.reviews if self.reviews else 0.0

    @property
    def low(self) -> float:
        return self.residual - Z_95 * self.error

    @property
    def high(self) -> float:
        return self.residual + Z_95 * self.error


class Figures(NamedTuple):
    """Of a question, or of one of its wordings. `wordings` are those that were answered."""

    learners: int
    answers: int
    first: FirstAnswers
    later: Reviews
    median_tenths: int
    wordings: tuple[int, ...]


class Standings(NamedTuple):
    """The facility of each question's first answers, as a share, and the standing of each learner."""

    facilities: Sequence[float]
    of_learners: Sequence[Standing]


def standings_of(answers: Iterable[tuple[int, ...]], *, questions: int, learners: int) -> Standings:
    """Two walks: one for the facilities, one for how far above them each learner was."""
    right, asked = [0] * questions, [0] * questions
    for question, _, _, setting, mark, _, _ in answers:
        if setting == FIRST:
            asked[question] += 1
            right[question] += mark
    facilities = [mark / count if count else 0.0 for mark, count in zip(right, asked, strict=True)]
    counts, above = [0] * learners, [0.0] * learners
    for question, learner, _, setting, mark, _, _ in answers:
        if setting == FIRST:
            counts[learner] += 1
            above[learner] += mark - facilities[question]
    return Standings(facilities, [Standing(*pair) for pair in zip(counts, above, strict=True)])


def figures_of(
    answers: Iterable[tuple[int, ...]], model: RecallModel, standings: Standings
) -> Iterator[tuple[int, int | None, Figures]]:
    """Question by question: its place, None and the figures of all answers; then those of each wording, if of several.

    `answers` stand as in `insights.answers`. Memory is that of one question's learners.
    """
    for question, rows in groupby(answers, key=itemgetter(0)):
        whole = _Tally(question, model, standings)
        wordings: dict[int, _Tally] = {}
        for row in rows:
            whole.add(row)
            if row[2] not in wordings:
                wordings[row[2]] = _Tally(question, model, standings)
            wordings[row[2]].add(row)
        answered = tuple(sorted(wordings))
        yield question, None, whole.figures(answered)
        if len(answered) > 1:
            for wording in answered:
                yield question, wording, wordings[wording].figures((wording,))


def merged(gaps: Sequence[Gap]) -> list[Gap]:
    """The gaps, the latest first put together with the one before them until each has at least ten learners.

    A learner may be in both, so of two the larger number of learners is all that is sure.
    """
    left = list(gaps)
    while len(left) > 1 and (small := _last_small(left)) is not None:
        at = max(small, 1)
        one, other = left[at - 1], left[at]
        left[at - 1 : at + 1] = [
            Gap(
                one.lateness,
                other.up_to,
                max(one.learners, other.learners),
                one.reviews + other.reviews,
                one.recalled + other.recalled,
                one.expected + other.expected,
            )
        ]
    return left


def _last_small(gaps: Sequence[Gap]) -> int | None:
    return next((at for at in reversed(range(len(gaps))) if gaps[at].learners < LEARNERS_NEEDED), None)


class _Tally:
    """Counts while the answers to one question go by, those of one learner after the other."""

    def __init__(self, question: int, model: RecallModel, standings: Standings) -> None:
        self.question, self.model, self.standings = question, model, standings
        self.answers = self.learners = self.lapses = self.lapses_of_learner = self.leeches = 0
        self.lapsable = self.lapsable_of_learner = self.lapsable_learners = 0
        self.tenths: Counter[int] = Counter()
        self.firsts: list[tuple[float, int, int]] = []
        self.later = _Reviewed()
        self.of_lateness = [_Reviewed() for _ in range(LATENESSES)]
        self.strata: dict[int, list[int]] = {}
        self.learner = -1
        self.met: set[int] = set()

    def add(self, row: tuple[int, ...]) -> None:
        _, learner, _, setting, right, chosen, tenths = row
        if learner != self.learner:
            self.learner = learner
            self.learners += 1
            self.lapses_of_learner = self.lapsable_of_learner = 0
            self.met.clear()
        self.answers += 1
        self.tenths[tenths] += 1
        if setting == FIRST:
            rest = self.standings.of_learners[learner].without(right, self.standings.facilities[self.question])
            self.firsts.append((rest, right, chosen))
        else:
            self._review(learner, setting, right)

    def _review(self, learner: int, setting: int, right: int) -> None:
        expected = self.model.expected(self.question, learner, setting)
        self.later.add(learner, right, expected)
        stage = stage_of(setting)
        self.of_lateness[stage.lateness].add(learner, right, expected)
        if stage.repetitions:
            self.lapsable += 1
            self.lapsable_learners += not self.lapsable_of_learner
            self.lapsable_of_learner += 1
            self.lapses += 1 - right
            self.lapses_of_learner += 1 - right
            self.leeches += not right and self.lapses_of_learner == FIRST_LEECH_AT_LAPSES
        if setting not in self.met:
            self.met.add(setting)
            stratum = self.strata.setdefault(setting, [0, 0])
            stratum[0] += 1
            stratum[1] += right

    def figures(self, wordings: tuple[int, ...]) -> Figures:
        gaps = (
            Gap(lateness, lateness, met.learners, met.reviews, met.recalled, met.expected)
            for lateness, met in enumerate(self.of_lateness)
        )
        later = Reviews(
            learners=self.later.learners,
            reviews=self.later.reviews,
            recalled=self.later.recalled,
            expected=self.later.expected,
            error=self.later.error(),
            lapses=self.lapses,
            lapsable=self.lapsable,
            lapsable_learners=self.lapsable_learners,
            leeches=self.leeches,
            gaps=tuple(gap for gap in gaps if gap.reviews),
            strata=tuple(Stratum(setting, *counts) for setting, counts in sorted(self.strata.items())),
        )
        first = first_answers_of(self.firsts)
        return Figures(self.learners, self.answers, first, later, _median(self.tenths), wordings)


class _Reviewed:
    """Reviews set against what was expected of them, and how sure the difference is.

    The answers of one learner to one question hang together, so the error is that of a sum over learners: the
    cluster-robust one of K.-Y. Liang and S. L. Zeger, "Longitudinal data analysis using generalized linear models",
    Biometrika 73 (1986), 13-22, with L/(L-1) for L learners. A few that agree by chance would look certain, so
    it is never less than the binomial error that the expectation itself has.
    """

    def __init__(self) -> None:
        self.learner = -1
        self.learners = self.reviews = self.recalled = self.running_reviews = 0
        self.expected = self.binomial = self.running = 0.0
        self.squares = self.products = self.squared_reviews = 0.0

    def add(self, learner: int, right: int, expected: float) -> None:
        if learner != self.learner:
            self._close()
            self.learner = learner
            self.learners += 1
        self.reviews += 1
        self.running_reviews += 1
        self.recalled += right
        self.expected += expected
        self.binomial += expected * (1 - expected)
        self.running += right - expected

    def error(self) -> float:
        """The standard error of the mean difference."""
        if not self.reviews:
            return 0.0
        self._close()
        mean = (self.recalled - self.expected) / self.reviews
        # About the mean: a question that all find harder alike is surely harder.
        clustered = self.squares - 2 * mean * self.products + mean**2 * self.squared_reviews
        if self.learners > 1:
            clustered *= self.learners / (self.learners - 1)
        return sqrt(max(clustered, self.binomial)) / self.reviews

    def _close(self) -> None:
        """The learner's sum is whole: take it up, and begin the next."""
        self.squares += self.running**2
        self.products += self.running * self.running_reviews
        self.squared_reviews += self.running_reviews**2
        self.running, self.running_reviews = 0.0, 0


def first_answers_of(firsts: Sequence[tuple[float, int, int]]) -> FirstAnswers:
    """`firsts` holds, a learner each, her result in the rest, whether she was right, and the option she chose."""
    if not firsts:
        return FirstAnswers()
    ordered = sorted(firsts)
    rests, marks = [first[0] for first in ordered], [first[1] for first in ordered]
    third = len(ordered) // GROUPS
    weak, good = ordered[:third], ordered[len(ordered) - third :]
    chosen, by_good = Counter(first[2] for first in ordered), Counter(first[2] for first in good)
    return FirstAnswers(
        learners=len(ordered),
        facility=facility(marks),
        discrimination=discrimination_index(marks, rests),
        efficiency=discriminative_efficiency(marks, rests),
        good=len(good),
        good_right=sum(first[1] for first in good),
        weak=len(weak),
        weak_right=sum(first[1] for first in weak),
        options=tuple(Option(number, chosen[number], by_good[number]) for number in sorted(chosen)),
    )


def _median(counts: Counter[int]) -> int:
    """The lower of the two in the middle of an even number."""
    middle, seen = (counts.total() + 1) // 2, 0
    for value in sorted(counts):
        seen += counts[value]
        if seen >= middle:
            return value
    return 0
