"""What lint says of the questions in the database, beside all the others there; and the state that a list shows."""

import collections
import dataclasses
import functools
from collections.abc import Iterable, Mapping, Sequence

from catalog import lint
from catalog.items import QuestionItem
from catalog.lint import Severity, prompt_equal, prompt_near
from catalog.models import Question
from catalog.stored import question_item
from catalog.wording import near_pairs, nearest, squeezed

Lint = Question.Lint
MOST_NAMED = 3
BATCH = 1000


@dataclasses.dataclass(frozen=True, slots=True)
class Remark:
    """What lint says, and the field of the form that it concerns ("choices" for all that is said of the options).

    `other` is the slug of the question that it speaks of, where it speaks of one.
    """

    rule: str
    severity: Severity
    text: str
    field: str
    other: str = ""

    @property
    def is_error(self) -> bool:
        return self.severity is Severity.ERROR


def remarks_on(item: QuestionItem) -> list[Remark]:
    """Everything that this question does not accept, beside the other questions of the database. One query."""
    return _remarks_among(item, _live_prompts())


def _remarks_among(item: QuestionItem, prompts: Sequence[tuple[str, str]]) -> list[Remark]:
    common = lint.common_stems([prompt for _, prompt in prompts], among=lint.shared_stems(item))
    return _remarks(item, common, _resemblances(item, prompts))


def check(question: Question) -> list[Remark]:
    """Lints a stored question, keeps its state, and the states of those that it resembles now."""
    prompts = _live_prompts()
    remarks = _remarks_among(question_item(question, question.choices.all()), prompts)
    question.lint_state = state_of(remarks)
    Question.objects.filter(pk=question.pk).update(lint_state=question.lint_state)
    named = [remark.other for remark in remarks if remark.other]
    for other in Question.objects.filter(slug__in=named).select_related("resource") if named else ():
        state = state_of(_remarks_among(question_item(other, other.choices.all()), prompts))
        Question.objects.filter(pk=other.pk).update(lint_state=state)
    return remarks


def check_unchecked() -> int:
    """Gives all questions their state that have none yet, however many. Returns how many; for none it is one query."""
    unchecked = list(
        Question.objects.filter(lint_state="").order_by().select_related("resource").prefetch_related("choices")
    )
    if not unchecked:
        return 0
    prompts = _live_prompts()
    common = lint.common_stems([prompt for _, prompt in prompts])
    shared = _all_resemblances(prompts)
    by_state: dict[str, list[int]] = collections.defaultdict(list)
    for question in unchecked:
        item = question_item(question, question.choices.all())
        by_state[state_of(_remarks(item, common, shared[question.slug]))].append(question.pk)
    for state, found in by_state.items():
        for start in range(0, len(found), BATCH):
            Question.objects.filter(pk__in=found[start : start + BATCH]).update(lint_state=state)
    return len(unchecked)


def state_of(remarks: Iterable[Remark]) -> str:
    severities = {remark.severity for remark in remarks}
    if Severity.ERROR in severities:
        return Lint.ERRORS
    return Lint.WARNINGS if severities else Lint.CLEAN


def field_of(rule: str, kind: str) -> str:
    """The field that a rule speaks of."""
    first = rule.partition("-")[0]
    if rule == "incomplete":
        return "prompt" if kind == "cloze" else "answer"
    if first in {"answer", "explanation", "section", "allow"}:
        return first
    if first in {"option", "key", "shared"}:
        return "choices"
    return "resource" if first == "reading" else "prompt"


def _remarks(item: QuestionItem, common: set[str], between: Mapping[str, tuple[str, str]]) -> list[Remark]:
    """`between` holds, by the slug of the other question, what the two have in common."""
    others = {text: slug for slug, (_, text) in between.items()}
    return [
        Remark(rule, severity, text, field_of(rule, item.kind), others.get(text, ""))
        for rule, severity, text in lint.remarks_on(item, common, list(between.values()))
    ]


def _live_prompts() -> list[tuple[str, str]]:
    """Slug and prompt of all questions that are not retired."""
    live = Question.objects.exclude(status=Question.Status.RETIRED).order_by()
    return list(live.values_list("slug", "prompt"))


def _resemblances(item: QuestionItem, prompts: Iterable[tuple[str, str]]) -> dict[str, tuple[str, str]]:
    others = {slug: prompt for slug, prompt in prompts if slug != item.slug}
    found = nearest(item.prompt, others.items())[:MOST_NAMED]
    own = squeezed(item.prompt)
    return {slug: _resemblance(slug, equal=squeezed(others[slug]) == own) for slug, _ in found}


def _all_resemblances(prompts: Sequence[tuple[str, str]]) -> dict[str, dict[str, tuple[str, str]]]:
    """For each slug what its prompt shares with others: each of a pair is told of the other.

    One is told of MOST_NAMED, and of one that is equal in any case.
    """
    look = functools.cache(lambda place: squeezed(prompts[place][1]))
    found: dict[str, dict[str, tuple[str, str]]] = collections.defaultdict(dict)
    twins: set[int] = set()
    for pair in near_pairs([prompt for _, prompt in prompts]):
        equal = look(pair[0]) == look(pair[1])
        for one, other in (pair, pair[::-1]):
            told, slug = found[prompts[one][0]], prompts[other][0]
            if len(told) < MOST_NAMED or (equal and one not in twins):
                told[slug] = _resemblance(slug, equal=equal)
        if equal:
            twins.update(pair)
    return found


def _resemblance(slug: str, *, equal: bool) -> tuple[str, str]:
    return prompt_equal(slug) if equal else prompt_near(slug)
