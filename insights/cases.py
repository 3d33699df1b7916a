"""Cases: opened when a question's figures cross a threshold, tied to what mends it, closed when answers say what came
of it. The night's task does all but dismissing."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _

from catalog.models import Question, QuestionRevision
from insights.figures import LEARNERS_NEEDED, Stratum
from insights.matched import (
    REPORTS_TO_OPEN,
    Comparison,
    Outcome,
    compare,
    least_learners,
    outcome_of,
    outcome_of_reports,
)
from insights.models import Case, ItemStatistic
from insights.score import wilson

# Points of recall by which a question is surely forgotten more often than its delays explain.
SURELY_FORGOTTEN_BY = 0.10
LEECHES_TO_OPEN = 3
SURELY_LEECHES = 0.05

Status, Trigger = Case.Status, Case.Trigger


class NotRunning(Exception):
    """The case was closed meanwhile; nothing was changed."""


def work_through_cases(at: dt.datetime) -> dict[str, int]:
    """Ties and judges the running cases, then opens new ones, by the statistics as they stand. Says how many of each.

    Two runs at once, or one that stopped midway, change nothing twice.
    """
    counts = dict.fromkeys(("opened", "mended", "helped", "unhelped", "dismissed"), 0)
    for pk in list(Case.objects.running().order_by("pk").values_list("pk", flat=True)):
        if moved := _move(pk, at):
            counts[moved] += 1
    counts["opened"] = sum(_open(statistic, at) for statistic in _suspects())
    return counts


@transaction.atomic
def dismiss(case: Case, *, reason: str, by: AbstractBaseUser, at: dt.datetime) -> None:
    """Closes the case: its wording opens none for the same trigger again. Raises NotRunning if it is closed already."""
    locked = Case.objects.select_for_update().get(pk=case.pk)
    if not locked.is_running:
        raise NotRunning
    locked.reason, locked.closed_by_id = reason, by.pk
    _close(locked, Status.DISMISSED, at)


def evidence_of(statistic: ItemStatistic) -> Iterator[tuple[Case.Trigger, dict[str, Any]]]:
    """The thresholds that the figures cross, each with the numbers that say so.

    Residual: the upper end of its interval is ten points below zero or lower. Leeches: three or more, and surely more
    than one learner in twenty. Reports: three or more learners reported this wording.
    """
    if statistic.residual_high is not None and statistic.residual_high <= -SURELY_FORGOTTEN_BY:
        names = ("reviews", "reviewers", "recalled", "expected", "residual", "residual_low", "residual_high")
        yield Trigger.RESIDUAL, {name: getattr(statistic, name) for name in names}
    learners = max(statistic.learners, 1)
    is_frequent = wilson(min(statistic.leeches, learners), learners).low > SURELY_LEECHES
    if statistic.leeches >= LEECHES_TO_OPEN and statistic.learners >= LEARNERS_NEEDED and is_frequent:
        yield Trigger.LEECHES, {"leeches": statistic.leeches, "learners": statistic.learners}
    if statistic.reports >= REPORTS_TO_OPEN:
        yield Trigger.REPORTS, {"reports": statistic.reports, "learners": statistic.learners}


def _suspects() -> list[ItemStatistic]:
    """Statistics that may cross a threshold, of published questions that have no running case."""
    running = Case.objects.running().filter(question=OuterRef("question"))
    crossing = (
        Q(residual_high__lte=-SURELY_FORGOTTEN_BY) | Q(leeches__gte=LEECHES_TO_OPEN) | Q(reports__gte=REPORTS_TO_OPEN)
    )
    statistics = ItemStatistic.objects.current().filter(crossing, ~Exists(running))
    return list(statistics.filter(question__status=Question.Status.PUBLISHED).order_by("pk"))


def _open(statistic: ItemStatistic, at: dt.datetime) -> bool:
    for trigger, evidence in evidence_of(statistic):
        wording = statistic.revision_id or _mendings(statistic.question_id).values_list("pk", flat=True).first()
        if not Case.objects.filter(wording=wording, trigger=trigger).exists():
            case = Case(question_id=statistic.question_id, wording_id=wording, trigger=trigger)
            case.evidence, case.opened_at = evidence, at
            # Another run may have been quicker.
            return bool(Case.objects.bulk_create([case], ignore_conflicts=True))
    return False


def _mendings(question_id: int) -> Any:
    """The revisions that made a wording, the latest first."""
    revisions = QuestionRevision.objects.filter(question=question_id).exclude(change=QuestionRevision.Change.TYPO)
    return revisions.order_by("-number")


@transaction.atomic
def _move(pk: int, at: dt.datetime) -> Case.Status | None:
    """Where the case has come to since, if it has."""
    case = Case.objects.select_for_update(of=("self",)).select_related("question", "wording").get(pk=pk)
    if not case.is_running:
        return None
    if case.question.status == Question.Status.RETIRED:
        case.reason = _("The question was retired.")
        return _close(case, Status.DISMISSED, at)
    latest = _mendings(case.question_id).first()
    if latest is None or latest.number <= case.wording.number:
        return None
    moved = Status.MENDED if case.mended_by_id is None else None
    case.mended_by, case.status = latest, Status.MENDED
    outcome = _judge(case)
    if outcome != Outcome.WAIT:
        return _close(case, Status(outcome), at)
    case.save()
    return moved


def _close(case: Case, status: Case.Status, at: dt.datetime) -> Case.Status:
    case.status, case.closed_at = status, at
    case.save()
    return status


def _judge(case: Case) -> Outcome:
    """Writes what the answers to the new wording say so far into the findings."""
    rows = list(ItemStatistic.objects.filter(question=case.question_id).order_by("pk"))
    after = next((row for row in rows if row.is_current), None)
    before = next((row for row in rows if row.revision_id == case.wording_id), None)
    if after is None or before is None:
        case.findings = {}
        return Outcome.WAIT
    found, case.findings = _compared(before, after)
    case.findings |= {"learners": after.learners, "reports": after.reports}
    if case.trigger == Trigger.REPORTS:
        return outcome_of_reports(after.reports, after.learners)
    return outcome_of(found)


def _compared(before: ItemStatistic, after: ItemStatistic) -> tuple[Comparison | None, dict[str, Any]]:
    """The comparison and what is kept of it: nothing, where a side might rest on fewer than ten learners."""
    ones, others = _strata(before), _strata(after)
    found = compare(ones, others)
    behind = {
        "learners_before": least_learners(ones, others, reviewers=before.reviewers),
        "learners_after": least_learners(others, ones, reviewers=after.reviewers),
    }
    if found is None or min(behind.values()) < LEARNERS_NEEDED:
        return None, {}
    return found, {**found._asdict(), **behind}


def _strata(statistic: ItemStatistic) -> list[Stratum]:
    return [Stratum(*row) for row in statistic.strata]
