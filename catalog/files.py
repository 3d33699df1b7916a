"""Reads the content files into plain values, and says of each fault in which line it is.

A file is YAML of a small kind: mappings, lists and text. Anchors, aliases and tags are refused, and so is what is too
large or too deep, before anything is built from it. Every value is read as the text that stands there, so a version
number or the word "no" needs no quotes.
"""

import dataclasses
import difflib
import os
import urllib.parse
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import yaml

from catalog import items
from catalog.items import Catalog, ChoiceItem, QuestionItem, ReadingItem, TopicItem

CONTENT = Path(__file__).parent / "content"
MAX_BYTES = 1_000_000
MAX_DEPTH = 10
MAX_NODES = 100_000
MAX_MESSAGE = 300

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

QUESTION_KEYS = (
    *("slug", "kind", "concept", "section", "status", "change", "prompt"),
    *("choices", "answer", "accept", "explanation", "allow", "note"),
)
CHOICE_KEYS = ("id", "text", "correct", "why")
READING_KEYS = ("slug", "title", "url", "kind", "publisher", "minutes", "summary", "sources")
TOPIC_KEYS = ("slug", "title", "readings")


@dataclasses.dataclass(frozen=True, slots=True, order=True)
class Fault:
    """What is wrong, and where. `line` counts from 1; 0 means the file as a whole. `column` is the key, where known."""

    path: str
    line: int
    text: str
    column: str = ""

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.text}" if self.line else f"{self.path}: {self.text}"


class ContentError(Exception):
    """The content cannot be read. `faults` holds every one that was found, in order of file and line."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = sorted(faults)
        super().__init__("\n".join(str(fault) for fault in self.faults))


@dataclasses.dataclass(slots=True)
class Node:
    """A part of a YAML file: text, a list, or a mapping whose keys and values take turns (a key may come twice).

    `column` is the name under which it stands: prompt, or "choice 2 text".
    """

    line: int
    value: "str | list[Node]"
    is_mapping: bool = False
    column: str = ""


def read_catalog(folder: Path) -> Catalog:
    """All content under `folder`. Raises ContentError with every fault of every file."""
    reader = Reader()
    topics_path = folder / "topics.yaml"
    if not topics_path.is_file():
        raise ContentError([Fault(shown(topics_path), 0, "There is no such file; it lists the topics.")])
    topics, readings = reader.topics(topics_path)
    topic_of = {reading.slug: reading.topic for reading in readings}
    questions = {}
    for path in content_paths(folder, reader):
        slug, found = reader.questions(path)
        if not slug:
            continue
        if slug in topic_of and (path.parent.name, path.stem) != (topic_of[slug], slug):
            reader.fault(path, 1, f"the questions on {slug} belong in {topic_of[slug]}/{slug}.yaml.")
        if slug not in topic_of and topic_of:
            reader.fault(path, 1, f"topics.yaml has no reading {slug}{guess(slug, topic_of)}.")
        questions[slug] = found
    reader.unique_slugs()
    if reader.faults:
        raise ContentError(reader.faults)
    return Catalog(topics, readings, questions)


def read_questions(text: str, name: str = "questions.yaml") -> tuple[str, tuple[QuestionItem, ...]]:
    """The reading's slug and its questions from the text of one file. Raises ContentError."""
    reader = Reader()
    found = reader.question_file(Path(name), text)
    reader.unique_slugs()
    if reader.faults:
        raise ContentError(reader.faults)
    return found


def read_topics(text: str, name: str = "topics.yaml") -> tuple[tuple[TopicItem, ...], tuple[ReadingItem, ...]]:
    """The topics and readings from the text of topics.yaml. Raises ContentError."""
    reader = Reader()
    found = reader.topic_file(Path(name), text)
    if reader.faults:
        raise ContentError(reader.faults)
    return found


def shown(path: Path) -> str:
    """The path as a person at the prompt would write it."""
    relative = os.path.relpath(path)
    return str(path) if relative.startswith("..") else relative


def content_paths(folder: Path, reader: "Reader | None" = None) -> Iterator[Path]:
    """The question files, in order of name. What looks like one but would never be read is a fault."""
    for path in sorted(folder.rglob("*.y*ml")):
        if path == folder / "topics.yaml":
            continue
        if path.suffix == ".yaml" and path.parent.parent == folder:
            yield path
        elif reader is not None:
            reader.fault(path, 0, "this file is not read: questions belong in <topic>/<reading>.yaml.")


class Reader:
    """Turns files into values and gathers their faults on the way; at `most_faults` it gives up with a ContentError."""

    def __init__(self, most_faults: int = 1_000) -> None:
        self.faults: list[Fault] = []
        self.most_faults = most_faults
        self.path = Path()
        self.slugs: list[tuple[str, Path, int]] = []

    def fault(self, path: Path, line: int, text: str, column: str = "") -> None:
        clipped = text if len(text) <= MAX_MESSAGE else f"{text[: MAX_MESSAGE - 1]}…"
        self.faults.append(Fault(shown(path), line, clipped, column))
        if len(self.faults) >= self.most_faults:
            raise ContentError(self.faults)

    def here(self, node: Node, text: str, column: str = "") -> None:
        self.fault(self.path, node.line, text, column or node.column)

    def missing(self, parent: Node, key: str) -> None:
        self.here(parent, f"“{key}” is missing.", _under(parent, key))

    # Files

    def topics(self, path: Path) -> tuple[tuple[TopicItem, ...], tuple[ReadingItem, ...]]:
        text = self._text_of(path)
        return self.topic_file(path, text) if text is not None else ((), ())

    def questions(self, path: Path) -> tuple[str, tuple[QuestionItem, ...]]:
        text = self._text_of(path)
        return self.question_file(path, text) if text is not None else ("", ())

    def _text_of(self, path: Path) -> str | None:
        """The file's text, or None with a fault noted."""
        raw = path.read_bytes()
        if len(raw) > MAX_BYTES:
            self.fault(path, 0, f"the file is larger than {MAX_BYTES // 1000:,} kB.")
            return None
        try:
            return raw.decode("utf-8")
        except UnicodeDecodeError as error:
            self.fault(path, raw.count(b"\n", 0, error.start) + 1, "this is not UTF-8. Save the file as UTF-8.")
            return None

    def topic_file(self, path: Path, text: str) -> tuple[tuple[TopicItem, ...], tuple[ReadingItem, ...]]:
        self.path = path
        root = self._root(text)
        fields = self._mapping(root, ("topics",), "topics.yaml") if root else {}
        topics: list[TopicItem] = []
        readings: list[ReadingItem] = []
        for node in self._list(fields, "topics", root):
            if topic := self._topic(node, len(topics)):
                topics.append(topic[0])
                readings.extend(topic[1])
        self._once([(topic.slug, topic.line) for topic in topics], "topic")
        self._once([(reading.slug, reading.line) for reading in readings], "reading")
        return tuple(topics), tuple(readings)

    def question_file(self, path: Path, text: str) -> tuple[str, tuple[QuestionItem, ...]]:
        self.path = path
        root = self._root(text)
        if root is None:
            return "", ()
        fields = self._mapping(root, ("reading", "questions"), "a question file")
        reading = self._slug(fields, "reading", root, 60)
        nodes = self._list(fields, "questions", root)
        found = [question for node in nodes if (question := self.question(node, reading))]
        self.slugs.extend((question.slug, path, question.line) for question in found)
        return reading, tuple(found)

    def unique_slugs(self) -> None:
        seen: dict[str, tuple[Path, int]] = {}
        for slug, path, line in self.slugs:
            if slug in seen:
                first, first_line = seen[slug]
                self.fault(path, line, f"the slug {slug} is taken by {shown(first)}:{first_line}.")
            else:
                seen[slug] = (path, line)

    # YAML

    def _root(self, text: str) -> Node | None:
        """The file's only document as nodes, or None with a fault noted."""
        if text.startswith("\ufeff"):
            self.fault(self.path, 1, "the file begins with a byte order mark. Save it as UTF-8 without one.")
            return None
        return next(iter(self.documents(text)), None)

    def documents(self, text: str, most: int = 1) -> list[Node]:
        """The file's documents as nodes, `most` of them at most; empty with a fault noted when it is no such file."""
        for number, line in enumerate(text.split("\n"), start=1):
            if bad := items.bad_character(line.replace("\t", " ").removesuffix("\r")):
                self.fault(self.path, number, f"the character {bad} cannot stand in a content file.")
                return []
        try:
            roots = self._compose(text, most)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            problem = " ".join(part for part in (error.context, error.problem) if part)
            self.fault(self.path, mark.line + 1 if mark else 0, f"this is not YAML: {problem}.")
            return []
        if not roots and not self.faults:
            self.fault(self.path, 1, "the file is empty.")
        return roots

    def _compose(self, text: str, most: int) -> list[Node]:
        """A tree of nodes a document. A loop, so that depth costs no stack; anything fancy is a fault and ends it."""
        roots: list[Node] = []
        open_nodes: list[Node] = []
        for number, event in enumerate(yaml.parse(text, Loader=_LOADER)):
            line = event.start_mark.line + 1 if event.start_mark else 0
            if refusal := self._refusal(event, number, depth=len(open_nodes), full=len(roots) == most):
                self.fault(self.path, line, refusal)
                return []
            if isinstance(event, (yaml.SequenceEndEvent, yaml.MappingEndEvent)):
                open_nodes.pop()
                continue
            if isinstance(event, yaml.ScalarEvent):
                node = Node(line, event.value)
            elif isinstance(event, (yaml.SequenceStartEvent, yaml.MappingStartEvent)):
                node = Node(line, [], is_mapping=isinstance(event, yaml.MappingStartEvent))
            else:
                continue
            if open_nodes:
                parent = open_nodes[-1].value
                assert isinstance(parent, list)
                parent.append(node)
            else:
                roots.append(node)
            if not isinstance(event, yaml.ScalarEvent):
                open_nodes.append(node)
        return roots

    @staticmethod
    def _refusal(event: yaml.Event, number: int, *, depth: int, full: bool) -> str | None:
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            return "anchors and aliases are not used in content files."
        if getattr(event, "tag", None):
            return "tags are not used in content files."
        if isinstance(event, yaml.CollectionStartEvent) and depth >= MAX_DEPTH:
            return "this is nested too deep."
        if number > MAX_NODES:
            return f"the file holds more than {MAX_NODES:,} values."
        if isinstance(event, yaml.DocumentStartEvent) and full:
            return "a second document begins here; a file holds one."
        return None

    # Values

    def _mapping(self, node: Node, known: Sequence[str], what: str) -> dict[str, Node]:
        """The mapping's values by key; a key that is unknown or comes twice is noted and dropped."""
        if not node.is_mapping:
            self.here(node, f"{what} is written as “key: value” lines ({', '.join(known)}).")
            return {}
        fields: dict[str, Node] = {}
        for key, value in pairs(node):
            name = key.value if isinstance(key.value, str) else ""
            if name in fields:
                self.here(key, f"the key “{name}” is there twice.", _under(node, name))
            elif known and name not in known:
                text = f"unknown key “{name}”{guess(name, known)}; {what} takes {', '.join(known)}."
                self.here(key, text, _under(node, name))
            else:
                value.column = value.column or _under(node, name)
                fields[name] = value
        return fields

    def _list(self, fields: dict[str, Node], key: str, parent: Node | None, *, required: bool = True) -> list[Node]:
        """The nodes of a list; a missing or empty one is a fault where it is required."""
        node = fields.get(key)
        if node is not None and isinstance(node.value, list) and node.value and not node.is_mapping:
            return node.value
        if node is not None:
            self.here(node, f"“{key}” takes a list with something in it.")
        elif required and parent is not None and parent.is_mapping:
            self.missing(parent, key)
        return []

    def _text(self, fields: dict[str, Node], key: str, parent: Node, *, required: bool = True, limit: int = 0) -> str:
        """The text under `key`, cleaned; "" with a fault noted when it is required and missing or empty."""
        node = fields.get(key)
        if node is None:
            if required:
                self.missing(parent, key)
            return ""
        return self._scalar(node, f"“{key}”", limit)

    def _scalar(self, node: Node, what: str, limit: int = 0) -> str:
        if not isinstance(node.value, str):
            self.here(node, f"{what} takes a text. Quote it if it begins with a bracket or a brace.")
            return ""
        if bad := items.bad_character(node.value.replace("\t", " ").replace("\r", "")):
            self.here(node, f"the character {bad} cannot stand in a text.")
            return ""
        text = items.clean_text(node.value)
        if not text:
            self.here(node, f"{what} is empty.")
        if limit and len(text) > limit:
            self.here(node, f"{what} has {len(text)} characters; it takes {limit}.")
        if limit and "\n" in text:
            self.here(node, f"{what} takes one line.")
        return text

    def _texts(self, fields: dict[str, Node], key: str, parent: Node) -> tuple[str, ...]:
        nodes = self._list(fields, key, parent, required=False)
        for node in nodes:
            node.column = _under(parent, key)
        return tuple(self._scalar(node, f"an entry of “{key}”") for node in nodes)

    def _one_of(self, fields: dict[str, Node], key: str, parent: Node, known: Sequence[str], default: str = "") -> str:
        if key not in fields and default:
            return default
        text = self._text(fields, key, parent)
        if text and text not in known:
            self.here(fields[key], f"“{key}” takes {', '.join(known)}, not “{text}”.")
        return text

    def _slug(self, fields: dict[str, Node], key: str, parent: Node, limit: int, *, required: bool = True) -> str:
        text = self._text(fields, key, parent, required=required, limit=limit)
        if text and not items.SLUG.fullmatch(text):
            self.here(fields[key], f"“{key}” takes lower-case letters, digits and single hyphens, not “{text}”.")
        return text

    def _number(self, fields: dict[str, Node], key: str, parent: Node) -> int:
        """A whole number from 1 to 9999."""
        text = self._text(fields, key, parent)
        if text and not (text.isascii() and text.isdecimal() and 1 <= int(text[:6]) <= 9999):
            self.here(fields[key], f"“{key}” takes a whole number from 1 to 9999, not “{text}”.")
            return 1
        return int(text or 1)

    def _flag(self, fields: dict[str, Node], key: str, parent: Node) -> bool:
        return self._one_of(fields, key, parent, ("true", "false"), "false") == "true"

    def _once(self, slugs: Sequence[tuple[str, int]], what: str) -> None:
        seen: dict[str, int] = {}
        for slug, line in slugs:
            if slug and slug in seen:
                self.fault(self.path, line, f"the {what} {slug} is already in line {seen[slug]}.")
            seen.setdefault(slug, line)

    # Items

    def _topic(self, node: Node, position: int) -> tuple[TopicItem, list[ReadingItem]] | None:
        fields = self._mapping(node, TOPIC_KEYS, "a topic")
        if not fields:
            return None
        slug = self._slug(fields, "slug", node, 60)
        topic = TopicItem(slug, position, self._text(fields, "title", node, limit=120), line=node.line)
        nodes = self._list(fields, "readings", node, required=False)
        readings = [self._reading(reading, slug, place) for place, reading in enumerate(nodes)]
        return topic, [reading for reading in readings if reading is not None]

    def _reading(self, node: Node, topic: str, position: int) -> ReadingItem | None:
        fields = self._mapping(node, READING_KEYS, "a reading")
        if not fields:
            return None
        return ReadingItem(
            slug=self._slug(fields, "slug", node, 60),
            topic=topic,
            position=position,
            title=self._text(fields, "title", node, limit=160),
            url=self._url(fields, node),
            kind=self._one_of(fields, "kind", node, items.READING_KINDS),
            publisher=self._text(fields, "publisher", node, required=False, limit=120),
            minutes=self._number(fields, "minutes", node),
            summary=self._text(fields, "summary", node),
            sources=self._texts(fields, "sources", node),
            line=node.line,
        )

    def _url(self, fields: dict[str, Node], parent: Node) -> str:
        text = self._text(fields, "url", parent, limit=500)
        if text and not _is_web_address(text):
            self.here(fields["url"], f"“url” takes an address that begins with https:// or http://, not “{text}”.")
        return text

    def question(self, node: Node, reading: str) -> QuestionItem | None:
        fields = self._mapping(node, QUESTION_KEYS, "a question")
        if not fields:
            return None
        before = len(self.faults)
        kind = self._one_of(fields, "kind", node, items.KINDS)
        change = self._one_of(fields, "change", node, items.CHANGES, "clearer")
        self._keys_of_kind(fields, kind)
        question = QuestionItem(
            slug=self._slug(fields, "slug", node, 80),
            reading=reading,
            kind=kind,
            concept=self._slug(fields, "concept", node, 80, required=False),
            section=self._text(fields, "section", node, limit=120),
            status=self._one_of(fields, "status", node, items.STATUSES, "published"),
            change="" if change == "clearer" else change,
            prompt=self._text(fields, "prompt", node),
            choices=self._choices(fields, node),
            answer=self._text(fields, "answer", node, required=False),
            accept=self._texts(fields, "accept", node),
            explanation=self._text(fields, "explanation", node),
            allow=self._allow(fields),
            note=self._text(fields, "note", node, required=False),
            line=node.line,
        )
        if len(self.faults) == before:
            self._complete(question, fields, node)
        return question

    def _complete(self, question: QuestionItem, fields: dict[str, Node], node: Node) -> None:
        """A published question must be one that can be asked; a draft may be unfinished, but never has two keys."""
        two_keys = sum(choice.correct for choice in question.choices) > 1
        if question.status != "published" and not two_keys:
            return
        column = {"choice": "choices", "cloze": "prompt"}.get(question.kind, "answer")
        for text in items.faults(question):
            self.here(fields.get(column, node), text, column)

    def _keys_of_kind(self, fields: dict[str, Node], kind: str) -> None:
        wanted = {"choice": {"choices"}, "cloze": set(), "recall": {"answer"}, "typed": {"answer", "accept"}}
        for key in ("choices", "answer", "accept"):
            if key in fields and kind in wanted and key not in wanted[kind]:
                self.here(fields[key], f"a {kind} question takes no “{key}”.")

    def _choices(self, fields: dict[str, Node], parent: Node) -> tuple[ChoiceItem, ...]:
        nodes = self._list(fields, "choices", parent, required=False)
        found = [self._choice(node, place) for place, node in enumerate(nodes, start=1)]
        numbers: dict[int, Node] = {}
        for node, choice in zip(nodes, found, strict=True):
            if choice.number in numbers:
                self.here(node, f"the number {choice.number} is that of another choice; give this one an “id”.")
            numbers[choice.number] = node
        return tuple(found)

    def _choice(self, node: Node, place: int) -> ChoiceItem:
        node.column = node.column or f"choice {place}"
        fields = self._mapping(node, CHOICE_KEYS, "a choice")
        if not fields:
            return ChoiceItem(place, "", "")
        return ChoiceItem(
            number=self._number(fields, "id", node) if "id" in fields else place,
            text=self._text(fields, "text", node),
            correct=self._flag(fields, "correct", node),
            why=self._text(fields, "why", node),
        )

    def _allow(self, fields: dict[str, Node]) -> tuple[tuple[str, str], ...]:
        node = fields.get("allow")
        if node is None:
            return ()
        rules = self._mapping(node, (), "“allow”")
        return tuple(sorted((rule, self._scalar(reason, f"the reason for “{rule}”")) for rule, reason in rules.items()))


def pairs(node: Node) -> list[tuple[Node, Node]]:
    parts = node.value if isinstance(node.value, list) else []
    return list(zip(parts[::2], parts[1::2], strict=True))


def _under(parent: Node, key: str) -> str:
    """The column of what stands under `key`: "prompt", "choice 2 text"."""
    return f"{parent.column} {key}".strip()


def _is_web_address(text: str) -> bool:
    try:
        parts = urllib.parse.urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname) and not any(sign.isspace() for sign in text)


def guess(name: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(name, list(known), n=1) if len(name) <= 80 else []
    return f" (did you mean “{near[0]}”?)" if near else ""
