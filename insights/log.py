"""The log of reviews, read once and in batches of questions into a file of answers."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple

from catalog.models import Choice, Question, QuestionRevision
from insights.answers import Answer, Answers
from insights.mending import Options
from insights.stages import FIRST, setting_of
from scheduler import sm2
from scheduler.models import Review
from scheduler.sm2 import PASSING_QUALITY

QUESTIONS_AT_ONCE = 20
LEAST_MS = 100
COLUMNS = (
    "card__question_id",
    "card_id",
    "learner_id",
    "revision_id",
    "revision__question_id",
    "study_day",
    "quality",
    "right",
    "chosen",
    "elapsed_ms",
)

TYPO = QuestionRevision.Change.TYPO


class Bank(NamedTuple):
    """The published and retired questions, by place; a place's wordings are named by their first revisions' keys.

    A typo makes no new wording: it stays with the one before it.
    """

    questions: Sequence[int]
    kinds: Sequence[int]
    options: Sequence[Options]
    wordings: Sequence[Sequence[int]]
    wording_of: dict[int, int]


def read_bank() -> Bank:
    """Three queries; memory grows with the questions and their revisions."""
    kinds = list(Question.Kind)
    rows = list(Question.objects.filter(revision__gt=0).order_by("pk").values_list("pk", "kind"))
    places = {pk: place for place, (pk, _) in enumerate(rows)}
    wordings: list[list[int]] = [[] for _ in rows]
    wording_of = {}
    revisions = QuestionRevision.objects.order_by("question", "number").values_list("pk", "question", "change")
    for pk, question, change in revisions.iterator():
        of_question = wordings[places[question]] if question in places else []
        if change != TYPO or not of_question:
            of_question.append(pk)
        wording_of[pk] = len(of_question) - 1
    options = _options()
    return Bank(
        questions=[pk for pk, _ in rows],
        kinds=[kinds.index(Question.Kind(kind)) for _, kind in rows],
        options=[options.get(pk, Options()) for pk, _ in rows],
        wordings=wordings,
        wording_of=wording_of,
    )


def _options() -> dict[int, Options]:
    choices = Choice.objects.order_by("question", "number").values_list("question", "number", "correct")
    found = {}
    for question, rows in groupby(choices.iterator(), key=itemgetter(0)):
        numbers = {number: correct for _, number, correct in rows}
        key = next((number for number, correct in numbers.items() if correct), 0)
        found[question] = Options(tuple(numbers), key)
    return found


def write_answers(bank: Bank, into: Answers) -> int:
    """Writes every standing answer in the order that `Answers` wants, and returns of how many learners they are.

    A card that a merge left behind is not read: its learner's first answer to that question stands on the other one.
    """
    learners: dict[int, int] = {}
    for start in range(0, len(bank.questions), QUESTIONS_AT_ONCE):
        batch = bank.questions[start : start + QUESTIONS_AT_ONCE]
        places = {pk: start + place for place, pk in enumerate(batch)}
        reviews = Review.objects.answers().filter(card__superseded_by=None, card__question__in=batch)
        rows = reviews.order_by("card__question_id", "card_id", "sequence").values_list(*COLUMNS)
        for _, log in groupby(rows.iterator(), key=itemgetter(1)):
            for answer in _answers_of_card(log, bank, places, learners):
                into.append(answer)
    return len(learners)


def _answers_of_card(
    log: Iterable[Any], bank: Bank, places: dict[int, int], learners: dict[int, int]
) -> Iterator[Answer]:
    """One card's answers, oldest first. Its memory before each is what SM-2 makes of those before it.

    Answers to a question that went into this one count for the memory alone: they were given to other words. So do
    those to a wording that was published since the bank was read. Where no wording was noted, it is the first.
    """
    memory, answered_on = sm2.NEW, None
    for question, _, learner, revision, asked, day, quality, right, chosen, elapsed_ms in log:
        setting = setting_of(memory, (day - answered_on).days) if answered_on else FIRST
        recalled = quality >= PASSING_QUALITY
        if asked in (question, None) and (revision is None or revision in bank.wording_of):
            yield Answer(
                question=places[question],
                learner=learners.setdefault(learner, len(learners)),
                wording=bank.wording_of.get(revision, 0),
                setting=setting,
                right=int(right if setting == FIRST and right is not None else recalled),
                chosen=chosen or 0,
                tenths=elapsed_ms // LEAST_MS,
            )
        memory, answered_on = sm2.review(memory, quality), day
