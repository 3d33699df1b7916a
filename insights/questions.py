"""The statistics of all questions, computed and stored as a whole. Called at night, or by hand; never by a page."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import Count

from catalog.models import Question
from insights.answers import Answers
from insights.figures import LEARNERS_NEEDED, Figures, FirstAnswers, Reviews, figures_of, merged, standings_of
from insights.log import Bank, read_bank, write_answers
from insights.mending import Options, Said, complaints_of, score_of
from insights.models import ItemStatistic
from insights.recall import fit

ROWS_AT_ONCE = 200


def renew_statistics(at: dt.datetime) -> int:
    """Computes the figures of every question that was answered, replaces the stored ones, and returns how many.

    Memory grows with the questions and the learners, not with their answers; the log is read once. Until the last
    moment the old figures stand.
    """
    bank = read_bank()
    with Answers() as answers:
        learners = write_answers(bank, into=answers)
        model = fit(answers, kinds=bank.kinds, learners=learners)
        standings = standings_of(answers, questions=len(bank.questions), learners=learners)
        run = _Run(bank, _reports_by_wording(bank), model.usual_recall, at)
        rows = list(run.statistics(figures_of(answers, model, standings)))
    with transaction.atomic():
        _hold_statistics()
        ItemStatistic.objects.all().delete()
        ItemStatistic.objects.bulk_create(rows, batch_size=ROWS_AT_ONCE)
    return sum(row.revision_id is None for row in rows)


def _hold_statistics() -> None:
    """Makes another run wait with what it stores until the caller's transaction ends. One query.

    The table may be empty, and its rows go: what stays is the row that names its model. On SQLite, where a writer is
    alone in any case, it is a plain read.
    """
    ContentType.objects.select_for_update(no_key=True).get(app_label="insights", model="itemstatistic")


# A report that a curator rejected says nothing against its question.
STATUSES_COUNTED = ("open", "accepted", "answered")


def _reports_by_wording(bank: Bank) -> dict[int, int]:
    """How often each wording, named by its first revision's key, was reported; reports that were rejected left out.

    What was published since the bank was read waits for the next run, with its reports.
    """
    counted = Question.objects.filter(reports__status__in=STATUSES_COUNTED)
    rows = counted.order_by().values_list("pk", "reports__revision")
    places = {pk: place for place, pk in enumerate(bank.questions)}
    counts: dict[int, int] = defaultdict(int)
    for question, revision, count in rows.annotate(Count("reports")):
        if question in places and revision in bank.wording_of:
            counts[bank.wordings[places[question]][bank.wording_of[revision]]] += count
    return counts


@dataclass(frozen=True)
class _Run:
    """What one run knows besides the figures."""

    bank: Bank
    reports: dict[int, int]
    usual_recall: float
    at: dt.datetime

    def statistics(self, found: Iterable[tuple[int, int | None, Figures]]) -> Iterator[ItemStatistic]:
        """Rows to store: of each question all answers, then those to each of its wordings, if it has several."""
        for place, group in groupby(found, key=itemgetter(0)):
            _, *parts = of_question = [(wording, figures) for _, wording, figures in group]
            for wording, figures in of_question:
                told_apart = [part for _, part in parts] if wording is None else []
                yield self._statistic(place, wording, figures, told_apart)

    def _statistic(self, place: int, wording: int | None, figures: Figures, parts: Sequence[Figures]) -> ItemStatistic:
        wordings, options = self.bank.wordings[place], self.bank.options[place]
        is_current = figures.wordings == (len(wordings) - 1,)
        said = self._said(figures, wordings if wording is None else [wordings[wording]])
        complaints = []
        if is_current:
            complaints = complaints_of(figures.first, figures.later, said, options, self.usual_recall)
        return ItemStatistic(
            question_id=self.bank.questions[place],
            revision_id=None if wording is None else wordings[wording],
            is_current=is_current,
            learners=figures.learners,
            answers=figures.answers,
            leeches=said.leeches,
            reports=said.reports,
            median_seconds=figures.median_tenths / 10 if figures.learners >= LEARNERS_NEEDED else None,
            **_of_first_answers(figures.first, [part.first for part in parts], options),
            **_of_reviews(figures.later, [part.later for part in parts]),
            complaints=complaints,
            faults="".join(f",{fault}," for fault in sorted({complaint.fault for complaint in complaints})),
            score=score_of(complaints),
            computed_at=self.at,
        )

    def _said(self, figures: Figures, wordings: Iterable[int]) -> Said:
        reports = sum(self.reports.get(wording, 0) for wording in wordings)
        return Said(figures.learners, figures.later.leeches, reports)


def may_be_told(whole: int, parts: Iterable[int]) -> bool:
    """Whether figures of `whole` learners give away those of fewer than ten, or do together with those of `parts`.

    What the parts do not tell could be had by taking those that do from the whole.
    """
    untold = sum(learners for learners in parts if learners < LEARNERS_NEEDED)
    return whole >= LEARNERS_NEEDED and (untold == 0 or untold >= LEARNERS_NEEDED)


def _of_first_answers(first: FirstAnswers, parts: Sequence[FirstAnswers], options: Options) -> dict[str, Any]:
    counts = {"first_answers": first.learners}
    if not may_be_told(first.learners, [part.learners for part in parts]):
        return counts
    return {
        **counts,
        "facility": first.facility,
        "discrimination": first.discrimination,
        "efficiency": first.efficiency,
        "options": _options(first) if options.numbers else [],
    }


def _options(first: FirstAnswers) -> list[dict[str, Any]]:
    is_told = first.good >= LEARNERS_NEEDED
    return [
        {
            "number": option.number,
            "share": option.chosen / first.learners,
            "good": option.chosen_by_good / first.good if is_told else None,
        }
        for option in first.options
    ]


def _of_reviews(later: Reviews, parts: Sequence[Reviews]) -> dict[str, Any]:
    counts = {"reviews": later.reviews, "reviewers": later.learners}
    if not may_be_told(later.learners, [part.learners for part in parts]):
        return counts
    is_told = may_be_told(later.lapsable_learners, [part.lapsable_learners for part in parts])
    return {
        **counts,
        "recalled": later.recalled / later.reviews,
        "expected": later.expected / later.reviews,
        "residual": later.residual,
        "residual_low": later.low,
        "residual_high": later.high,
        "lapse_rate": later.lapses / later.lapsable if is_told else None,
        "gaps": [gap._asdict() for gap in merged(later.gaps)],
        "strata": later.strata,
    }
