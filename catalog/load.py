"""Content files into the database, an item at a time, without ever clobbering what a curator changed there.

Each item keeps the digest of what was last loaded. Against that, `verdict` tells whether the file, the database or
both have moved on since.
"""

import dataclasses
import datetime as dt
import enum
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction

from catalog.checking import check_unchecked
from catalog.items import (
    Catalog,
    Item,
    QuestionItem,
    ReadingItem,
    TopicItem,
    as_json,
    digest,
    question_from_json,
    reading_from_json,
    topic_from_json,
)
from catalog.models import Choice, Conflict, Question, QuestionRevision, Resource, StatusChange, Topic
from catalog.ranking import hold_ranks, store_ranks
from catalog.revisions import Change, content_of, revise
from catalog.steps import note_step
from catalog.stored import choices_of, fill, question_item, reading_item, topic_item

Row = TypeVar("Row", Topic, Resource, Question)


class Verdict(enum.Enum):
    """What to do with an item that is in the files and in the database."""

    KEEP = "the file has not changed since it was loaded"
    AGREE = "file and database say the same"
    LOAD = "only the file changed"
    CONFLICT = "both changed, differently"


@dataclasses.dataclass(slots=True)
class Report:
    """What a load did. Items are named "question airflow-scheduler-role" and so on."""

    items: int = 0
    created: list[str] = dataclasses.field(default_factory=list)
    updated: list[str] = dataclasses.field(default_factory=list)
    conflicts: list[str] = dataclasses.field(default_factory=list)
    missing: list[str] = dataclasses.field(default_factory=list)
    retired: list[str] = dataclasses.field(default_factory=list)


def verdict(in_file: str, loaded: str, in_database: Callable[[], str]) -> Verdict:
    """Compares three digests; that of the database is worked out only when the file has changed."""
    if in_file == loaded:
        return Verdict.KEEP
    stored = in_database()
    if stored == in_file:
        return Verdict.AGREE
    return Verdict.LOAD if stored == loaded else Verdict.CONFLICT


@transaction.atomic
def load(catalog: Catalog, *, at: dt.datetime, retire_missing: bool = False) -> Report:
    """Brings the database up to the files. `at` is the moment that revisions and conflicts bear.

    When no file has changed it costs seven queries and writes nothing. Items that were changed on both sides are
    skipped and kept as `Conflict` rows until someone decides or both agree again.
    """
    hold_ranks()
    loading = Loading(at)
    topics = loading.topics(catalog.topics)
    readings = loading.readings(catalog.readings, topics)
    loading.questions(catalog, readings)
    loading.orders(catalog, readings)
    loading.missing(catalog, topics, readings, retire=retire_missing)
    loading.store_conflicts()
    if loading.ranks_moved:
        store_ranks()
    check_unchecked()
    return loading.report


def asks_again(question: Question, in_file: dict[str, Any]) -> bool:
    """Whether the file publishes a question that has gone into another one here."""
    return question.merged_into_id is not None and in_file["status"] == Question.Status.PUBLISHED


def order_of(reading: Resource) -> list[str]:
    return list(reading.questions.order_by("position", "pk").values_list("slug", flat=True))


class Loading:
    """One run: what it found, and what it has to write at the end."""

    def __init__(self, at: dt.datetime, by: AbstractBaseUser | None = None) -> None:
        self.at = at
        self.by = by
        self.report = Report()
        self.found_conflicts: dict[tuple[str, str], tuple[Any, Any]] = {}
        self.ranks_moved = False

    # Topics and readings: a few dozen, a row at a time

    def topics(self, wanted: Sequence[TopicItem]) -> dict[str, Topic]:
        stored = {topic.slug: topic for topic in Topic.objects.all()}
        for item in wanted:
            self.report.items += 1
            topic = stored.get(item.slug)
            if topic is None:
                stored[item.slug] = self._save_topic(Topic(slug=item.slug), item)
                self.report.created.append(f"topic {item.slug}")
            elif self._is_to_load("topic", item, topic, topic_item):
                self._save_topic(topic, item)
                self.report.updated.append(f"topic {item.slug}")
        return stored

    def readings(self, wanted: Sequence[ReadingItem], topics: dict[str, Topic]) -> dict[str, Resource]:
        stored = {reading.slug: reading for reading in Resource.objects.select_related("topic")}
        for item in wanted:
            self.report.items += 1
            reading = stored.get(item.slug)
            if reading is None:
                made = Resource(slug=item.slug)
                stored[item.slug] = self._save_reading(made, item, topics[item.topic])
                self.report.created.append(f"reading {item.slug}")
            elif self._is_to_load("reading", item, reading, reading_item):
                self._save_reading(reading, item, topics[item.topic])
                self.report.updated.append(f"reading {item.slug}")
        return stored

    def _save_topic(self, topic: Topic, item: TopicItem) -> Topic:
        topic.title, topic.position, topic.loaded_digest = item.title, item.position, digest(item)
        topic.save()
        self.ranks_moved = True
        return topic

    def _save_reading(self, reading: Resource, item: ReadingItem, topic: Topic) -> Resource:
        reading.topic = topic
        for field in ("position", "title", "url", "kind", "publisher", "minutes", "summary"):
            setattr(reading, field, getattr(item, field))
        reading.sources = list(item.sources)
        reading.loaded_digest = digest(item)
        reading.save()
        self.ranks_moved = True
        return reading

    # Questions: many, so only those whose file changed are read, and what they need is read and written together

    def questions(self, catalog: Catalog, readings: dict[str, Resource]) -> None:
        loaded = dict(Question.objects.values_list("slug", "loaded_digest"))
        new: list[tuple[int, QuestionItem]] = []
        changed: list[QuestionItem] = []
        for found in catalog.questions.values():
            self.report.items += len(found)
            for position, item in enumerate(found):
                if item.slug not in loaded:
                    new.append((position, item))
                elif loaded[item.slug] != digest(item):
                    changed.append(item)
        if new:
            self._create(new, readings)
        if changed:
            self._update(changed, readings)

    def _create(self, new: Sequence[tuple[int, QuestionItem]], readings: dict[str, Resource]) -> None:
        questions: list[Question] = []
        choices: list[Choice] = []
        revisions: list[QuestionRevision | None] = []
        steps: list[StatusChange] = []
        for position, item in new:
            question = Question(slug=item.slug, position=position)
            _fill(question, item, readings[item.reading])
            own = choices_of(question, item)
            if item.status == Question.Status.PUBLISHED:
                revisions.append(revise(question, own, last=None, change=Change.FIRST, author=None, at=self.at))
            questions.append(question)
            choices += own
            steps.append(note_step(question, by=None, at=self.at))
            self.report.created.append(f"question {item.slug}")
        Question.objects.bulk_create(questions, batch_size=500)
        self._store(choices, revisions, steps)

    def _update(self, changed: Sequence[QuestionItem], readings: dict[str, Resource]) -> None:
        stored = Question.objects.select_related("resource").prefetch_related("choices")
        locked = stored.select_for_update(of=("self",), no_key=True)
        questions = locked.in_bulk([item.slug for item in changed], field_name="slug")
        changes = [
            (question, item, readings[item.reading])
            for item in changed
            if self._is_to_load("question", item, question := questions[item.slug], stored_question)
        ]
        if changes:
            self.write(changes)
            self.report.updated += [f"question {item.slug}" for _, item, _ in changes]

    def write(self, changes: Sequence[tuple[Question, QuestionItem, Resource]]) -> None:
        """Gives stored questions what their items say, and the published ones a revision where the wording changed."""
        last = _last_contents([question for question, _, _ in changes])
        choices: list[Choice] = []
        revisions: list[QuestionRevision | None] = []
        steps: list[StatusChange] = []
        for question, item, reading in changes:
            status_before = question.status
            declared = item.change == Change.MEANING and question.last_change != Change.MEANING
            _fill(question, item, reading)
            own = choices_of(question, item)
            if item.status == Question.Status.PUBLISHED:
                revisions.append(self._revise(question, own, last.get(question.pk), item, declared))
            question.last_change = item.change
            question.save()
            choices += own
            if question.status != status_before:
                steps.append(note_step(question, by=self.by, at=self.at))
        # The old key goes with the old choices, before the new one comes.
        Choice.objects.filter(question__in=[question for question, _, _ in changes]).delete()
        self._store(choices, revisions, steps)

    def _revise(
        self,
        question: Question,
        choices: list[Choice],
        last: dict[str, Any] | None,
        item: QuestionItem,
        declared: bool,
    ) -> QuestionRevision | None:
        same = last == content_of(question, choices)
        change = Change.CLEARER if same and not declared else item.change or Change.CLEARER
        return revise(question, choices, last=last, change=change, author=self.by, at=self.at)

    def _store(
        self,
        choices: Sequence[Choice],
        revisions: Sequence[QuestionRevision | None],
        steps: Sequence[StatusChange],
    ) -> None:
        Choice.objects.bulk_create(choices, batch_size=500)
        QuestionRevision.objects.bulk_create([revision for revision in revisions if revision], batch_size=500)
        StatusChange.objects.bulk_create(steps, batch_size=500)
        self.ranks_moved = True

    # The order of a reading's questions, which is one thing and not one number for each

    def orders(self, catalog: Catalog, readings: dict[str, Resource]) -> None:
        for slug, found in catalog.questions.items():
            reading = readings[slug]
            in_file = [item.slug for item in found]
            if in_file != reading.loaded_order:
                self._order(reading, in_file)

    def _order(self, reading: Resource, in_file: list[str]) -> None:
        """Takes the file's order, unless questions changed places here; if they did on both sides, it is a conflict."""
        stored = order_of(reading)
        known = set(in_file).intersection(stored, reading.loaded_order)
        here, there, before = (
            [slug for slug in slugs if slug in known] for slugs in (stored, in_file, reading.loaded_order)
        )
        if here in (before, there):
            self.ranks_moved |= set_order(reading, in_file)
        else:
            fresh = [slug for slug in in_file if slug not in reading.loaded_order]
            kept = [slug for slug in stored if slug not in fresh] + [slug for slug in stored if slug in fresh]
            self.ranks_moved |= set_order(reading, kept)
            if there != before:
                self._conflict("order", reading.slug, in_file, kept)
                return
        reading.loaded_order = in_file
        reading.save(update_fields=["loaded_order"])

    # What is gone from the files

    def missing(
        self, catalog: Catalog, topics: dict[str, Topic], readings: dict[str, Resource], *, retire: bool
    ) -> None:
        in_files = {item.slug for found in catalog.questions.values() for item in found}
        self.report.missing += _gone("topic", topics.values(), {item.slug for item in catalog.topics})
        self.report.missing += _gone("reading", readings.values(), {item.slug for item in catalog.readings})
        stored = Question.objects.exclude(status=Question.Status.RETIRED).exclude(loaded_digest="")
        gone = sorted(set(stored.values_list("slug", flat=True)) - in_files)
        if not retire:
            self.report.missing += [f"question {slug}" for slug in gone]
            return
        for slug in gone:
            self._retire(Question.objects.select_related("resource").get(slug=slug))

    def _retire(self, question: Question) -> None:
        question.status = Question.Status.RETIRED
        # It counts as loaded this way, so that it comes back when its slug comes back to the files.
        question.loaded_digest = digest(question_item(question, question.choices.all()))
        question.save(update_fields=["status", "loaded_digest"])
        note_step(question, by=None, at=self.at).save()
        self.report.retired.append(f"question {question.slug}")
        self.ranks_moved = True

    # Conflicts

    def _is_to_load(self, kind: str, item: Item, row: Row, as_item: Callable[[Row], Item]) -> bool:
        """Decides about an item that is on both sides, and notes a conflict or an agreement."""
        in_file = digest(item)
        decided = verdict(in_file, row.loaded_digest, lambda: digest(as_item(row)))
        if decided is Verdict.AGREE:
            row.loaded_digest = in_file
            row.save(update_fields=["loaded_digest"])
        if decided is Verdict.LOAD and isinstance(row, Question) and asks_again(row, as_json(item)):
            decided = Verdict.CONFLICT
        if decided is Verdict.CONFLICT:
            self._conflict(kind, item.slug, as_json(item), as_json(as_item(row)))
        return decided is Verdict.LOAD

    def _conflict(self, kind: str, slug: str, in_file: Any, in_database: Any) -> None:
        self.found_conflicts[kind, slug] = (in_file, in_database)
        self.report.conflicts.append(f"{kind} {slug}")

    def take(self, conflict: Conflict) -> None:
        """Writes the file's side of a conflict."""
        if conflict.kind == "topic":
            self._save_topic(Topic.objects.get(slug=conflict.slug), topic_from_json(conflict.in_file))
        elif conflict.kind == "reading":
            wanted = reading_from_json(conflict.in_file)
            self._save_reading(Resource.objects.get(slug=conflict.slug), wanted, Topic.objects.get(slug=wanted.topic))
        elif conflict.kind == "question":
            item = question_from_json(conflict.in_file)
            stored = Question.objects.get(slug=conflict.slug)
            self.write([(stored, item, Resource.objects.get(slug=item.reading))])
        else:
            reading = Resource.objects.get(slug=conflict.slug)
            set_order(reading, conflict.in_file)
            reading.loaded_order = conflict.in_file
            reading.save(update_fields=["loaded_order"])

    def store_conflicts(self) -> None:
        """Writes the conflicts that are new or differ, and drops those that are over."""
        for conflict in Conflict.objects.all():
            sides = self.found_conflicts.pop((conflict.kind, conflict.slug), None)
            if sides is None:
                conflict.delete()
            elif sides != (conflict.in_file, conflict.in_database):
                conflict.in_file, conflict.in_database = sides
                conflict.found_at = self.at
                conflict.save()
        Conflict.objects.bulk_create(
            Conflict(kind=kind, slug=slug, in_file=in_file, in_database=in_database, found_at=self.at)
            for (kind, slug), (in_file, in_database) in self.found_conflicts.items()
        )


def set_order(reading: Resource, slugs: Sequence[str]) -> bool:
    """Puts the reading's questions into this order, those not named after them. Says whether any of them moved."""
    place = {slug: number for number, slug in enumerate(slugs)}
    questions = list(reading.questions.order_by("position", "pk").only("pk", "slug", "position", "resource_id"))
    questions.sort(key=lambda question: place.get(question.slug, len(place)))
    moved = []
    for position, question in enumerate(questions):
        if question.position != position:
            question.position = position
            moved.append(question)
    Question.objects.bulk_update(moved, ["position"], batch_size=1000)
    return bool(moved)


def _fill(question: Question, item: QuestionItem, reading: Resource) -> None:
    fill(question, item, reading)
    question.last_change = item.change
    question.edited_by = None
    question.lint_state = ""
    question.loaded_digest = digest(item)


def stored_question(question: Question) -> QuestionItem:
    return question_item(question, question.choices.all())


def _last_contents(questions: Iterable[Question]) -> dict[int, dict[str, Any]]:
    """The content of each question's latest revision; a question without one is not in it."""
    revisions = QuestionRevision.objects.filter(question__in=list(questions)).order_by("number")
    return dict(revisions.values_list("question_id", "content"))


def _gone(kind: str, rows: Iterable[Topic | Resource], in_files: set[str]) -> list[str]:
    return [f"{kind} {row.slug}" for row in rows if row.loaded_digest and row.slug not in in_files]
