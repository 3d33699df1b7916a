"""The order in which learners meet new questions."""

import itertools
from collections.abc import Sequence

from catalog.models import Question, Topic

READINGS_AT_A_TIME = 3


def alternate(readings: Sequence[Sequence[int]], at_a_time: int = READINGS_AT_A_TIME) -> list[int]:
    """Question ids in the order of their ranks, from the ids of each reading in curriculum order.

    Readings come `at_a_time`, and inside such a group their questions take turns; a reading without questions takes
    no place in a group.
    """
    with_questions = [reading for reading in readings if reading]
    groups = [with_questions[start : start + at_a_time] for start in range(0, len(with_questions), at_a_time)]
    return [question for group in groups for question in _take_turns(group)]


def hold_ranks() -> None:
    """Makes others who change ranks wait until the caller's transaction ends. One query.

    A writer of questions calls it before her first row: two who each hold a row that the other ranks would wait for
    each other. On SQLite, where a writer is alone in any case, it is a plain read.
    """
    list(Topic.objects.select_for_update(no_key=True).order_by("pk").values_list("pk", flat=True))


def store_ranks() -> int:
    """Gives every published question its rank, from 1, and the others none. Returns how many rows changed.

    One query reads them all, after `hold_ranks`; rows are written only where the rank differs. Runs in the caller's
    transaction.
    """
    hold_ranks()
    published = Question.objects.published().only("pk", "rank", "resource_id")
    by_reading = [list(group) for _, group in itertools.groupby(published, key=lambda question: question.resource_id)]
    questions = {question.pk: question for reading in by_reading for question in reading}
    order = alternate([[question.pk for question in reading] for reading in by_reading])
    changed = []
    for rank, pk in enumerate(order, start=1):
        if questions[pk].rank != rank:
            questions[pk].rank = rank
            changed.append(questions[pk])
    if changed:
        Question.objects.bulk_update(changed, ["rank"], batch_size=1000)
    stale = Question.objects.exclude(status=Question.Status.PUBLISHED).filter(rank__isnull=False)
    return len(changed) + (stale.update(rank=None) if stale.exists() else 0)


def _take_turns(group: Sequence[Sequence[int]]) -> list[int]:
    rounds = itertools.zip_longest(*group)
    return [question for turn in rounds for question in turn if question is not None]
