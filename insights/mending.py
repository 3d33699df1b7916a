"""What to mend next: each question's complaints, and one score to sort them by. Pure.

A complaint has a severity in shares of learners or reviews, and it is the *least* that the answers leave likely, not
the best guess: the near end of a 95 % interval. So few answers rank low, a sure small fault may rank above an unsure
large one, and a sound question scores nothing. The score is the sum of the severities, each by what its fault costs:

- *forgotten* more often than the delays explain: the residual's upper end, from five points below zero on, for sound
  questions differ by about so much;
- a *rival*: of the good learners who took the key or this option, the share of the option less a quarter, if good
  learners take it no more rarely than others do: a wrong key, or a second right answer;
- *against*: strong learners fail it more than weak ones: the upper end of the discrimination index below zero, by
  R. A. Fisher's transformation (*Statistical Methods for Research Workers*, 1925, §35);
- *easy*: even the weaker third know it at the first try, whether it is too easy or gives its key away: the share's
  lower end, from seven in ten on;
- *leeches* and *reports*: their shares of the learners, lower ends; a report is a person's considered word, and counts
  threefold;
- *dead* options, which hardly anybody takes: told, and worth next to nothing.

*Late* is no complaint but its answer: seldom recalled, and no worse than its delays explain.
"""

from collections.abc import Iterator
from enum import StrEnum
from math import atanh, sqrt, tanh
from typing import NamedTuple

from insights.figures import LEARNERS_NEEDED, FirstAnswers, Reviews
from insights.score import Z_95, wilson

DEAD_BELOW = 0.05
FORGOTTEN_FROM = 0.05
RIVAL_FROM = 0.25
EASY_FROM = 0.7
LATE_BY = 0.05


class Fault(StrEnum):
    FORGOTTEN = "forgotten"
    RIVAL = "rival"
    AGAINST = "against"
    EASY = "easy"
    LEECHES = "leeches"
    REPORTS = "reports"
    DEAD = "dead"
    LATE = "late"


WEIGHTS = {
    Fault.FORGOTTEN: 1.0,
    Fault.RIVAL: 1.0,
    Fault.AGAINST: 1.0,
    Fault.EASY: 1.0,
    Fault.LEECHES: 1.0,
    Fault.REPORTS: 3.0,
    Fault.DEAD: 0.01,
    Fault.LATE: 0.0,
}


class Complaint(NamedTuple):
    """`severity` is a share from 0 to 1; `share` and `option` are what the words need."""

    fault: Fault
    severity: float
    share: float = 0.0
    option: int = 0


class Said(NamedTuple):
    """Of `learners` with a card, for how many it became a leech; and how many reported the wording."""

    learners: int = 0
    leeches: int = 0
    reports: int = 0


class Options(NamedTuple):
    """The numbers of a choice question's options, and its key; nothing for other kinds."""

    numbers: tuple[int, ...] = ()
    key: int = 0


def complaints_of(
    first: FirstAnswers, later: Reviews, said: Said, options: Options, usual_recall: float
) -> list[Complaint]:
    """What speaks against a question, the worst first. Nothing that rests on fewer than ten learners.

    `usual_recall` is the share of the whole bank's reviews that were recalled.
    """
    found = [*_of_first_answers(first, options), *_of_reviews(later, usual_recall), *_said(said)]
    return sorted(found, key=_weight, reverse=True)


def score_of(complaints: list[Complaint]) -> float:
    return sum(map(_weight, complaints))


def _weight(complaint: Complaint) -> float:
    return WEIGHTS[complaint.fault] * complaint.severity


def _of_first_answers(first: FirstAnswers, options: Options) -> Iterator[Complaint]:
    if first.learners < LEARNERS_NEEDED:
        return
    if first.discrimination is not None and (high := _discrimination_high(first)) < 0:
        yield Complaint(Fault.AGAINST, -high, first.discrimination / 100)
    if first.weak >= LEARNERS_NEEDED and (low := wilson(first.weak_right, first.weak).low) > EASY_FROM:
        yield Complaint(Fault.EASY, low - EASY_FROM, first.weak_right / first.weak)
    if options.numbers:
        yield from _rivals(first, options)
        yield from _dead(first, options)


def _rivals(first: FirstAnswers, options: Options) -> Iterator[Complaint]:
    if first.good < LEARNERS_NEEDED:
        return
    for option in first.options:
        if option.number in (0, options.key) or option.number not in options.numbers:
            continue
        as_often = option.chosen_by_good / first.good >= option.chosen / first.learners
        of_both = option.chosen_by_good + first.good_right
        if as_often and of_both and (low := wilson(option.chosen_by_good, of_both).low) > RIVAL_FROM:
            share = option.chosen_by_good / first.good
            yield Complaint(Fault.RIVAL, low - RIVAL_FROM, share, option.number)


def _dead(first: FirstAnswers, options: Options) -> Iterator[Complaint]:
    chosen = {option.number: option.chosen for option in first.options}
    for number in options.numbers:
        high = wilson(chosen.get(number, 0), first.learners).high
        if number != options.key and high < DEAD_BELOW:
            yield Complaint(Fault.DEAD, DEAD_BELOW - high, chosen.get(number, 0) / first.learners, number)


def _of_reviews(later: Reviews, usual_recall: float) -> Iterator[Complaint]:
    if later.learners < LEARNERS_NEEDED:
        return
    if -later.high > FORGOTTEN_FROM:
        yield Complaint(Fault.FORGOTTEN, -later.high - FORGOTTEN_FROM, later.residual)
    elif later.expected / later.reviews < usual_recall - LATE_BY and later.recalled / later.reviews < usual_recall:
        yield Complaint(Fault.LATE, 0.0, later.recalled / later.reviews)


def _said(said: Said) -> Iterator[Complaint]:
    if said.learners < LEARNERS_NEEDED:
        return
    for fault, count in ((Fault.LEECHES, said.leeches), (Fault.REPORTS, said.reports)):
        if count:
            share = min(count, said.learners) / said.learners
            yield Complaint(fault, wilson(min(count, said.learners), said.learners).low, share, count)


def _discrimination_high(first: FirstAnswers) -> float:
    """The upper end of the index, as a correlation."""
    correlation = max(-0.999, min((first.discrimination or 0.0) / 100, 0.999))
    return tanh(atanh(correlation) + Z_95 / sqrt(first.learners - 3))
