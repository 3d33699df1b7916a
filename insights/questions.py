"""The statistics of all questions, computed and stored as a whole. Called at night, or by hand; never by a page."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any

from django.db import transaction
from django.db.models import Count

from catalog.models import Question
from insights.answers import Answers
from insights.figures import LEARNERS_NEEDED, Figures, FirstAnswers, Reviews, figures_of, merged, standings_of
from insights.log import Bank, read_bank, write_answers
from insights.mending import Options, Said, complaints_of, score_of
from insights.models import ItemStatistic
from insights.recall import RecallModel, fit

ROWS_AT_ONCE = 200
# Of a question's reports, those that count: by wording, by its first revision's key.
Reports = dict[int, int]


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
        found = figures_of(answers, model, standings)
        rows = list(_rows(found, bank, model, _reports_by_wording(bank), at))
    with transaction.atomic():
        ItemStatistic.objects.all().delete()
        ItemStatistic.objects.bulk_create(rows, batch_size=ROWS_AT_ONCE)
    return len({row.question_id for row in rows})


def _reports_by_wording(bank: Bank) -> Reports:
    rows = Question.objects.filter(reports__isnull=False).order_by().values_list("pk", "reports__revision")
    places = {pk: place for place, pk in enumerate(bank.questions)}
    counts: Reports = defaultdict(int)
    for question, revision, count in rows.annotate(Count("reports")):
        counts[bank.wordings[places[question]][bank.wording_of[revision]]] += count
    return counts


def _rows(
    found: Iterable[tuple[int, int | None, Figures]], bank: Bank, model: RecallModel, reports: Reports, at: dt.datetime
) -> Iterator[ItemStatistic]:
    for place, group in groupby(found, key=lambda row: row[0]):
        whole, *parts = [(wording, figures) for _, wording, figures in group]
        yield _row(place, *whole, [figures for _, figures in parts], bank, model, reports, at)
        for wording, figures in parts:
            yield _row(place, wording, figures, [], bank, model, reports, at)


def _row(
    place: int,
    wording: int | None,
    figures: Figures,
    parts: Sequence[Figures],
    bank: Bank,
    model: RecallModel,
    reports: Reports,
    at: dt.datetime,
) -> ItemStatistic:
    wordings = bank.wordings[place]
    is_current = figures.wordings == (len(wordings) - 1,)
    counted = wordings if wording is None else [wordings[wording]]
    said = Said(figures.learners, figures.later.leeches, sum(reports.get(revision, 0) for revision in counted))
    complaints = []
    if is_current:
        complaints = complaints_of(figures.first, figures.later, said, bank.options[place], model.usual_recall)
    return ItemStatistic(
        question_id=bank.questions[place],
        revision_id=None if wording is None else wordings[wording],
        is_current=is_current,
        learners=figures.learners,
        answers=figures.answers,
        leeches=said.leeches,
        reports=said.reports,
        median_seconds=figures.median_tenths / 10 if figures.learners >= LEARNERS_NEEDED else None,
        **_of_first_answers(figures.first, [part.first for part in parts], bank.options[place]),
        **_of_reviews(figures.later, [part.later for part in parts]),
        complaints=complaints,
        faults="".join(f",{fault}," for fault in sorted({complaint.fault for complaint in complaints})),
        score=score_of(complaints),
        computed_at=at,
    )


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
    return {
        **counts,
        "recalled": later.recalled / later.reviews,
        "expected": later.expected / later.reviews,
        "residual": later.residual,
        "residual_low": later.low,
        "residual_high": later.high,
        "lapse_rate": later.lapses / later.lapsable if later.lapsable else None,
        "gaps": [gap._asdict() for gap in merged(later.gaps)],
        "strata": later.strata,
    }
