"""What a content file says, as plain values: a topic, a reading, a question, a choice.

The database's rows are turned into the same values (`catalog.stored`), so files and database can be compared.
"""

import dataclasses
import hashlib
import json
import re
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from catalog.markdown import blanks

KINDS = ("recall", "choice", "cloze", "typed")
STATUSES = ("draft", "review", "published", "retired")
CHANGES = ("meaning", "clearer", "typo")
READING_KINDS = ("article", "documentation", "repository", "picture", "tutorial")
SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
# Unicode's controls but the line feed, its separators of lines and paragraphs, surrogates, marks and no characters.
_BAD_CHARACTER = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")


@dataclasses.dataclass(frozen=True, slots=True)
class ChoiceItem:
    """An option. `number` names it for ever."""

    number: int
    text: str
    why: str
    correct: bool = False


@dataclasses.dataclass(frozen=True, slots=True)
class QuestionItem:
    """A question. `change` says what its last edit was ("" stands for clearer); `line` is its place in its file."""

    slug: str
    reading: str
    kind: str
    section: str
    prompt: str
    explanation: str
    concept: str = ""
    answer: str = ""
    accept: tuple[str, ...] = ()
    choices: tuple[ChoiceItem, ...] = ()
    allow: tuple[tuple[str, str], ...] = ()
    note: str = ""
    status: str = "published"
    change: str = ""
    line: int = dataclasses.field(default=0, compare=False)


@dataclasses.dataclass(frozen=True, slots=True)
class ReadingItem:
    """A reading under its topic; `position` is its place there, from 0."""

    slug: str
    topic: str
    position: int
    title: str
    url: str
    kind: str
    summary: str
    minutes: int
    publisher: str = ""
    sources: tuple[str, ...] = ()
    line: int = dataclasses.field(default=0, compare=False)


@dataclasses.dataclass(frozen=True, slots=True)
class TopicItem:
    """A topic; `position` is its place in the list, from 0."""

    slug: str
    position: int
    title: str
    line: int = dataclasses.field(default=0, compare=False)


Item = TopicItem | ReadingItem | QuestionItem


@dataclasses.dataclass(frozen=True, slots=True)
class Catalog:
    """All that the files hold. `questions` goes by reading slug, each list in the order of its file."""

    topics: tuple[TopicItem, ...] = ()
    readings: tuple[ReadingItem, ...] = ()
    questions: dict[str, tuple[QuestionItem, ...]] = dataclasses.field(default_factory=dict)


def as_json(item: Item) -> dict[str, Any]:
    """The item's values, without its place in a file, as a JSON object."""
    fields = dataclasses.asdict(item)
    del fields["line"]
    made: dict[str, Any] = json.loads(json.dumps(fields))
    return made


def question_from_json(values: dict[str, Any]) -> QuestionItem:
    """The inverse of `as_json` for a question."""
    return QuestionItem(
        **{
            **values,
            "accept": tuple(values["accept"]),
            "choices": tuple(ChoiceItem(**choice) for choice in values["choices"]),
            "allow": tuple((rule, reason) for rule, reason in values["allow"]),
        }
    )


def reading_from_json(values: dict[str, Any]) -> ReadingItem:
    """The inverse of `as_json` for a reading."""
    return ReadingItem(**{**values, "sources": tuple(values["sources"])})


def topic_from_json(values: dict[str, Any]) -> TopicItem:
    """The inverse of `as_json` for a topic."""
    return TopicItem(**values)


def digest(item: Item) -> str:
    """64 hex digits that differ when anything but the item's line differs."""
    packed = json.dumps(as_json(item), sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(packed.encode()).hexdigest()


def clean_text(text: str) -> str:
    """The one spelling in which a text is kept: LF line ends, no tabs, no space at the end of a line or of the text."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").expandtabs(4).split("\n")
    return "\n".join(line.rstrip() for line in lines).strip()


def bad_character(text: str) -> str | None:
    """The name of the first character that no text may hold (a control character, a broken surrogate …), or None."""
    found = _BAD_CHARACTER.search(text)
    return f"U+{ord(found.group()):04X}" if found else None


def faults(item: QuestionItem) -> list[str]:
    """Why this question cannot be put to a learner, in words; empty when it can."""
    if item.kind == "choice":
        return _choice_faults(item)
    found = []
    if item.kind == "cloze" and not blanks(item.prompt):
        found.append(_("A cloze needs a blank: put the word between double braces, {{like this}}, outside code."))
    if item.kind in {"recall", "typed"} and not item.answer:
        found.append(_("An answer is missing."))
    return found


def _choice_faults(item: QuestionItem) -> list[str]:
    found = []
    keys = sum(choice.correct for choice in item.choices)
    if len(item.choices) < 2:
        found.append(_("A choice question needs at least two choices."))
    if keys == 0:
        found.append(_("There is no key: mark the one choice that is correct."))
    if keys > 1:
        found.append(
            ngettext("%(count)d choice is marked correct.", "%(count)d choices are marked correct.", keys)
            % {"count": keys}
            + " "
            + _("Only one can be.")
        )
    return found
