"""What becomes of a question that was handed in: weighed against the database first, and written only as a whole."""

import dataclasses
import datetime as dt
import hashlib
from collections.abc import Iterator, Sequence
from typing import Any

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.db.models import Max
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from catalog import lint
from catalog.checking import check_unchecked
from catalog.diffs import Difference
from catalog.entries import Entry
from catalog.files import Fault, guess
from catalog.items import QuestionItem, digest
from catalog.models import Choice, Question, QuestionRevision, Resource, StatusChange
from catalog.ranking import hold_ranks, store_ranks
from catalog.revisions import Change, has_other_key, revise, wording
from catalog.steps import may_publish, note_step
from catalog.stored import choices_of, fill, question_items

PUBLISHED = Question.Status.PUBLISHED
SAY_WHAT_CHANGED = (
    "the wording of a published question changes. Say what kind of change it is: typo, clearer or meaning."
)


@dataclasses.dataclass(slots=True)
class Shelf:
    """What the database holds of the questions that were handed in. `contents` are revisions, the oldest first."""

    questions: dict[str, Question]
    items: dict[str, QuestionItem]
    readings: dict[str, Resource]
    contents: dict[int, list[dict[str, Any]]]

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
        """Whether these are other words than stand here, so that whoever takes them has worded the question."""
        return self.before is None or wording(self.before) != wording(self.after)

    @property
    def differences(self) -> list[tuple[str, SafeString]]:
        """Each part that changes, with its words marked; of a new question, each part that it has."""
        old, new = dict(_parts(self.before)), dict(_parts(self.after))
        names = [*new, *(name for name in old if name not in new)]
        changed = [name for name in names if old.get(name, "") != new.get(name, "")]
        return [(name, Difference(name, old.get(name, ""), new.get(name, "")).html) for name in changed]

    @property
    def warnings(self) -> list[str]:
        remarks = lint.remarks_on(self.after)
        return [text for _, severity, text in remarks if severity is lint.Severity.WARNING]


def look_up(entries: Sequence[Entry], *, lock: bool) -> Shelf:
    """Five queries. With `lock` the questions are kept from others until the caller's transaction ends."""
    if lock:
        hold_ranks()
    stored = Question.objects.select_related("resource").prefetch_related("choices")
    if lock:
        stored = stored.select_for_update(of=("self",))
    questions = stored.in_bulk([entry.slug for entry in entries if entry.slug], field_name="slug")
    items = {item.slug: item for item in question_items(questions.values())}
    changed = [
        questions[entry.slug]
        for entry in entries
        if entry.slug in items and _unsaid(items[entry.slug]) != _unsaid(entry.item)
    ]
    contents: dict[int, list[dict[str, Any]]] = {}
    revisions = QuestionRevision.objects.filter(question__in=changed).order_by("number")
    for pk, content in revisions.values_list("question_id", "content"):
        contents.setdefault(pk, []).append(content)
    return Shelf(questions, items, Resource.objects.in_bulk(field_name="slug"), contents)


def weigh(entry: Entry, shelf: Shelf, *, person: AbstractBaseUser | None) -> Taking:
    """What it would do if this person took the entry, with every fault that speaks against it. Writes nothing."""
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
    taking.faults += _own_words(taking, person)
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
        if taking.rewords:
            taking.question.edited_by_id = author.pk if author else None
        fill(taking.question, taking.after, taking.reading)
        taking.question.lint_state = ""
        if taking.before is None or taking.before.status != taking.after.status:
            steps.append(note_step(taking.question, by=author, at=at))
        own = choices_of(taking.question, taking.after)
        if taking.after.status == PUBLISHED:
            change = taking.change or Change.CLEARER
            revisions.append(revise(taking.question, own, last=taking.stands, change=change, author=author, at=at))
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
    check_unchecked()


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
    if taking.after.status != PUBLISHED or taking.stands == wording(taking.after):
        return
    for rule, text in lint.lint_question(taking.after):
        if lint.SEVERITIES[rule] is lint.Severity.ERROR:
            yield _fault(taking.entry, "choices" if rule.startswith(("option-", "key-")) else "", text)


def _own_words(taking: Taking, person: AbstractBaseUser | None) -> Iterator[Fault]:
    """Whoever worded a question is not the one to publish it, in a file as little as on the form."""
    steps_up = taking.before is None or taking.before.status != PUBLISHED
    if taking.after.status != PUBLISHED or not steps_up:
        return
    person_id = person.pk if person else None
    editor_id = person_id if taking.rewords else taking.question.edited_by_id
    if not may_publish(editor_id, person_id, reviewer_is_not_author=settings.REVIEWER_IS_NOT_AUTHOR):
        text = _("The words are yours, so somebody else publishes them: give it the status review.")
        yield _fault(taking.entry, "status", text)


def _parts(item: QuestionItem | None) -> Iterator[tuple[str, str]]:
    """Everything that an item says, as texts by name."""
    if item is None:
        return
    for name in ("reading", "kind", "concept", "section", "status", "prompt", "answer"):
        yield name, getattr(item, name)
    yield "accept", "\n".join(item.accept)
    for choice in item.choices:
        key = "✓ " if choice.correct else ""
        yield f"choice {choice.number}", f"{key}{choice.text}\n{choice.why}"
    yield "order", ", ".join(str(choice.number) for choice in item.choices)
    yield "explanation", item.explanation
    yield "allow", "\n".join(f"{rule}: {reason}" for rule, reason in item.allow)
    yield "note", item.note


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
