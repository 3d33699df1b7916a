"""What becomes of a question that was handed in: weighed against the database first, and written only as a whole."""

import dataclasses
import datetime as dt
import hashlib
from collections.abc import Iterator, Sequence
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.db.models import Max

from catalog import lint
from catalog.checking import Remark, field_of, state_of
from catalog.diffs import Difference, differences, order_difference
from catalog.entries import Entry
from catalog.files import Fault, guess
from catalog.items import QuestionItem, as_json, digest
from catalog.models import Choice, Question, QuestionRevision, Resource, StatusChange
from catalog.ranking import hold_ranks, store_ranks
from catalog.revisions import Change, has_other_key, revise, wording
from catalog.steps import note_step, why_not_published_by
from catalog.stored import choices_of, fill, question_items
from catalog.wording import squeezed

PUBLISHED = Question.Status.PUBLISHED
SAY_WHAT_CHANGED = (
    "the wording of a published question changes. Say what kind of change it is: typo, clearer or meaning."
)


@dataclasses.dataclass(slots=True)
class Shelf:
    """What the database holds of the questions that were handed in.

    `contents` are revisions, the oldest first. `prompts` leads from what is visible of a prompt to who asks it, in the
    database and in the file.
    """

    questions: dict[str, Question]
    items: dict[str, QuestionItem]
    readings: dict[str, Resource]
    contents: dict[int, list[dict[str, Any]]]
    prompts: dict[str, str]

    @property
    def state(self) -> str:
        """64 hex digits that differ when any of these questions differs."""
        told = sorted((slug, digest(item), self.questions[slug].revision) for slug, item in self.items.items())
        return hashlib.sha256(repr(told).encode()).hexdigest()


@dataclasses.dataclass(slots=True)
class Taking:
    """What taking an entry does. `change` is the kind of the revision that it makes, "" for none.

    `stands` is the wording that learners have, or had last; None before the first.
    """

    entry: Entry
    question: Question
    before: QuestionItem | None
    after: QuestionItem
    reading: Resource | None = None
    stands: dict[str, Any] | None = None
    change: str = ""
    faults: list[Fault] = dataclasses.field(default_factory=list)

    @property
    def is_new(self) -> bool:
        return self.before is None

    @property
    def changes_nothing(self) -> bool:
        return self.before is not None and self.change == "" and _unsaid(self.before) == _unsaid(self.after)

    @property
    def rewords(self) -> bool:
        """Whether its words are no longer those that somebody else gave it."""
        return self.before is None or wording(self.before) != wording(self.after)

    @property
    def publishes(self) -> bool:
        """Whether it brings the question before learners."""
        before = self.before.status if self.before else ""
        return self.after.status == PUBLISHED != before

    @property
    def differences(self) -> list[Difference]:
        """Each part that changes; of a new question, each part that it has."""
        old, new = (_told(item) for item in (self.before, self.after))
        places = [[choice.text for choice in item.choices] if item else [] for item in (self.before, self.after)]
        moved = sorted(places[0]) == sorted(places[1]) and places[0] != places[1]
        return differences(old, new) + (order_difference(*places) if moved else [])

    @property
    def remarks(self) -> list[Remark]:
        """What lint says of it by itself. To lay a file of a thousand prompts beside each other would take minutes."""
        kind = self.after.kind
        found = lint.remarks_on(self.after)
        return [Remark(rule, severity, text, field_of(rule, kind)) for rule, severity, text in found]


def look_up(entries: Sequence[Entry], *, lock: bool) -> Shelf:
    """Six queries. With `lock` the questions are kept from others until the caller's transaction ends."""
    if lock:
        hold_ranks()
    stored = Question.objects.select_related("resource").prefetch_related("choices")
    if lock:
        stored = stored.select_for_update(of=("self",), no_key=True)
    questions = stored.in_bulk([entry.slug for entry in entries if entry.slug], field_name="slug")
    items = {item.slug: item for item in question_items(questions.values())}
    changed = [
        questions[entry.slug]
        for entry in entries
        if entry.slug in items and _unsaid(items[entry.slug]) != _unsaid(entry.item)
    ]
    readings = Resource.objects.in_bulk(field_name="slug")
    return Shelf(questions, items, readings, _contents(changed), _prompts([entry.item for entry in entries]))


def _contents(questions: Sequence[Question]) -> dict[int, list[dict[str, Any]]]:
    found: dict[int, list[dict[str, Any]]] = {}
    revisions = QuestionRevision.objects.filter(question__in=questions).order_by("number")
    for pk, content in revisions.values_list("question_id", "content"):
        found.setdefault(pk, []).append(content)
    return found


def _prompts(wanted: Sequence[QuestionItem]) -> dict[str, str]:
    """Who asks what, once these are in: of two that ask the same, the one that was there first."""
    slugs = {item.slug for item in wanted}
    live = Question.objects.exclude(status=Question.Status.RETIRED).order_by("pk").values_list("prompt", "slug")
    asked = [(prompt, slug) for prompt, slug in live if slug not in slugs]
    asked += [(item.prompt, item.slug) for item in wanted if item.status != Question.Status.RETIRED]
    found: dict[str, str] = {}
    for prompt, slug in asked:
        found.setdefault(squeezed(prompt), slug)
    return found


def weigh(entry: Entry, shelf: Shelf, author: AbstractBaseUser | None) -> Taking:
    """What taking this entry would do, with every fault that speaks against it. Writes nothing."""
    item = entry.item
    question = shelf.questions.get(item.slug)
    taking = Taking(
        entry=entry,
        question=question or Question(slug=item.slug),
        before=shelf.items.get(item.slug),
        after=item,
        reading=shelf.readings.get(item.reading),
        faults=list(entry.faults),
    )
    if item.reading and taking.reading is None and not _faulty(entry, "reading"):
        text = f"there is no reading “{item.reading}”{guess(item.reading, shelf.readings)}."
        taking.faults.append(_fault(entry, "reading", text))
    if entry.faults:
        return taking
    contents = shelf.contents.get(taking.question.pk, [])
    taking.stands = _standing(taking, contents)
    taking.change = _change(taking)
    if taking.changes_nothing:
        return taking
    taking.faults += _unsaid_change(taking)
    taking.faults += [_fault(entry, column, text) for column, text in _numbers(taking, contents)]
    taking.faults += _errors(taking)
    taking.faults += _equal_prompt(taking, shelf)
    if taking.rewords:
        taking.question.edited_by_id = author.pk if author else None
    if taking.publishes and (reason := why_not_published_by(taking.question, author)):
        taking.faults.append(_fault(entry, "status", reason))
    return taking


def take(takings: Sequence[Taking], *, author: AbstractBaseUser | None, at: dt.datetime) -> None:
    """Writes what changes something, in the caller's transaction, which holds the ranks.

    None may have a fault. A query for each stored question that changes, and about ten more.
    """
    changing = [taking for taking in takings if not taking.changes_nothing]
    if not changing:
        return
    _give_places(changing)
    choices: list[Choice] = []
    rewritten: list[Question] = []
    revisions: list[QuestionRevision | None] = []
    steps: list[StatusChange] = []
    for taking in changing:
        assert taking.reading is not None
        assert not taking.faults
        fill(taking.question, taking.after, taking.reading)
        taking.question.lint_state = state_of(taking.remarks)
        own = choices_of(taking.question, taking.after)
        if taking.after.status == PUBLISHED:
            change = taking.change or Change.CLEARER
            revisions.append(revise(taking.question, own, last=taking.stands, change=change, author=author, at=at))
        if taking.before is None or taking.before.status != taking.after.status:
            steps.append(note_step(taking.question, by=author, at=at))
        if taking.before is None or taking.before.choices != taking.after.choices:
            choices += own
            rewritten.append(taking.question)
    Question.objects.bulk_create([taking.question for taking in changing if taking.is_new], batch_size=500)
    for taking in changing:
        if not taking.is_new:
            taking.question.save()
    # The old key goes with the old choices, before the new one comes.
    Choice.objects.filter(question__in=rewritten).delete()
    Choice.objects.bulk_create(choices, batch_size=500)
    QuestionRevision.objects.bulk_create([revision for revision in revisions if revision], batch_size=500)
    StatusChange.objects.bulk_create(steps, batch_size=500)
    store_ranks()


def _unsaid(item: QuestionItem) -> QuestionItem:
    return dataclasses.replace(item, change="")


def _fault(entry: Entry, column: str, text: str) -> Fault:
    return Fault("", entry.place, text, column)


def _faulty(entry: Entry, column: str) -> bool:
    return any(fault.column == column for fault in entry.faults)


def _standing(taking: Taking, contents: list[dict[str, Any]]) -> dict[str, Any] | None:
    if taking.before and taking.question.status == PUBLISHED:
        return wording(taking.before)
    return contents[-1] if contents else None


def _change(taking: Taking) -> str:
    if taking.after.status != PUBLISHED:
        return ""
    if taking.stands is None:
        return Change.FIRST
    if taking.stands == wording(taking.after):
        # Said of a wording that learners have already, a different meaning makes its cards due again.
        declared = taking.entry.said == Change.MEANING != taking.question.last_change
        return Change.MEANING if declared else ""
    return Change.MEANING if has_other_key(taking.stands, wording(taking.after)) else taking.entry.said


def _unsaid_change(taking: Taking) -> Iterator[Fault]:
    rewords = taking.stands is not None and taking.stands != wording(taking.after)
    if taking.after.status == PUBLISHED and rewords and not taking.entry.said:
        yield _fault(taking.entry, "change", SAY_WHAT_CHANGED)


def _numbers(taking: Taking, contents: list[dict[str, Any]]) -> Iterator[tuple[str, str]]:
    """Options that would get the number of another: what was answered with it would mean something else."""
    if not contents:
        return
    here = {choice.number: choice.text for choice in (taking.before.choices if taking.before else ())}
    number_of = {text: number for number, text in here.items()}
    once = {choice["number"]: choice["text"] for content in contents for choice in content.get("choices", [])}
    for place, choice in enumerate(taking.after.choices, start=1):
        own = number_of.get(choice.text, choice.number)
        if own != choice.number:
            yield f"choice {place} id", f"“{choice.text}” has the number {own}, its own for ever: give it back."
        elif choice.number not in here and once.get(choice.number, choice.text) != choice.text:
            free = max([*once, *here]) + 1
            text = f"the number {choice.number} was that of “{once[choice.number]}”: take {free} or more."
            yield f"choice {place} id", text


def _errors(taking: Taking) -> Iterator[Fault]:
    """What `catalog.lint` calls an error, in a wording that learners would get now."""
    if taking.after.status != PUBLISHED or not (taking.publishes or taking.rewords):
        return
    for remark in taking.remarks:
        if remark.is_error:
            yield _fault(taking.entry, "reading" if remark.field == "resource" else remark.field, remark.text)


def _equal_prompt(taking: Taking, shelf: Shelf) -> Iterator[Fault]:
    other = shelf.prompts.get(squeezed(taking.after.prompt), taking.after.slug)
    if taking.publishes and other != taking.after.slug:
        yield _fault(taking.entry, "prompt", lint.prompt_equal(other)[1])


def _told(item: QuestionItem | None) -> dict[str, Any]:
    """What an item says of itself, but for its name and its last change."""
    return {key: value for key, value in as_json(item).items() if key not in {"slug", "change"}} if item else {}


def _give_places(changing: Sequence[Taking]) -> None:
    """Puts what is new in a reading after what is there."""
    coming = [taking for taking in changing if taking.reading and taking.question.resource_id != taking.reading.pk]
    if not coming:
        return
    there = Question.objects.filter(resource__in=[taking.reading for taking in coming]).order_by()
    last = dict(there.values_list("resource").annotate(last=Max("position")))
    for taking in coming:
        assert taking.reading is not None
        last[taking.reading.pk] = taking.question.position = last.get(taking.reading.pk, -1) + 1
