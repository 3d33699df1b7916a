"""The one layout of the content files: plain values to text. `catalog.files` reads it back to the same values.

Long text is folded at about a hundred columns, text of several lines stands as it is, and quotes are set only where
YAML needs them, so that a change of one sentence is a change of few lines.
"""

import re
from collections.abc import Iterator, Sequence

import yaml

from catalog.items import Catalog, ChoiceItem, QuestionItem, ReadingItem, TopicItem, bad_character, clean_text

WIDTH = 100

_RESOLVER = yaml.resolver.Resolver()
# What may stand unquoted: no sign that means something to YAML at the start, no ": " and no " #" anywhere.
_PLAIN = re.compile(r"[^\s\-?:,\[\]{}#&*!|>'\"%@`=](?:[^:#]|:(?=\S)|(?<=\S)#)*")
_PLAIN_IN_LIST = re.compile(r"[^,\[\]{}?:]*")
# A space at which a line may be folded and come back as it was: one space, between two words.
_FOLD = re.compile(r"(?<=[^ ]) (?=[^ ])")


def dump_topics(topics: Sequence[TopicItem], readings: Sequence[ReadingItem]) -> str:
    """The text of topics.yaml."""
    lines = ["topics:"]
    for number, topic in enumerate(topics):
        if number:
            lines.append("")
        lines += _entry(_topic_lines(topic, [reading for reading in readings if reading.topic == topic.slug]), "  ")
    return "\n".join(lines) + "\n"


def dump_questions(reading: str, questions: Sequence[QuestionItem]) -> str:
    """The text of a question file, a blank line between questions."""
    lines = [f"reading: {reading}", "questions:"]
    for number, question in enumerate(questions):
        if number:
            lines.append("")
        lines += _entry(_question_lines(question), "  ")
    return "\n".join(lines) + "\n"


def dump_catalog(catalog: Catalog) -> dict[str, str]:
    """Every content file's text by its path under the content folder. A reading without questions has no file."""
    made = {"topics.yaml": dump_topics(catalog.topics, catalog.readings)}
    for reading in catalog.readings:
        if questions := catalog.questions.get(reading.slug):
            made[f"{reading.topic}/{reading.slug}.yaml"] = dump_questions(reading.slug, questions)
    return made


def _topic_lines(topic: TopicItem, readings: Sequence[ReadingItem]) -> Iterator[str]:
    yield from _text("slug", topic.slug, 4)
    yield from _text("title", topic.title, 4)
    if readings:
        yield "readings:"
        for reading in readings:
            yield from _entry(_reading_lines(reading), "  ")


def _reading_lines(reading: ReadingItem) -> Iterator[str]:
    indent = 8
    yield from _text("slug", reading.slug, indent)
    yield from _text("title", reading.title, indent)
    yield from _text("url", reading.url, indent)
    yield from _text("kind", reading.kind, indent)
    yield from _text("publisher", reading.publisher, indent)
    yield f"minutes: {reading.minutes}"
    yield from _text("summary", reading.summary, indent)
    if reading.sources:
        yield "sources:"
        for source in reading.sources:
            yield from _listed(source, indent)


def _question_lines(question: QuestionItem) -> Iterator[str]:
    indent = 4
    yield from _text("slug", question.slug, indent)
    yield from _text("kind", question.kind, indent)
    yield from _text("concept", question.concept, indent)
    yield from _text("section", question.section, indent)
    if question.status != "published":
        yield f"status: {question.status}"
    if question.change:
        yield f"change: {question.change}"
    yield from _text("prompt", question.prompt, indent)
    if question.choices:
        yield "choices:"
        for place, choice in enumerate(question.choices, start=1):
            yield from _entry(_choice_lines(choice, place), "  ")
    yield from _text("answer", question.answer, indent)
    if question.accept:
        yield from _short_list("accept", question.accept, indent)
    yield from _text("explanation", question.explanation, indent)
    if question.allow:
        yield "allow:"
        for rule, reason in sorted(question.allow):
            yield from (f"  {line}" if line else "" for line in _text(_one_line(rule), reason, indent + 2))
    yield from _text("note", question.note, indent)


def _choice_lines(choice: ChoiceItem, place: int) -> Iterator[str]:
    indent = 8
    if choice.number != place:
        yield f"id: {choice.number}"
    yield from _text("text", choice.text, indent)
    if choice.correct:
        yield "correct: true"
    yield from _text("why", choice.why, indent)


def _entry(lines: Iterator[str], indent: str) -> Iterator[str]:
    """The lines of a mapping as one entry of a list."""
    for number, line in enumerate(lines):
        yield f"{indent}{'  ' if number else '- '}{line}" if line else ""


def _text(key: str, text: str, indent: int) -> Iterator[str]:
    """``key: text`` in the style that suits the text; nothing for an empty one. `indent` is where the key stands."""
    if text:
        yield from _styled(f"{key}:", text, indent)


def _listed(text: str, indent: int) -> Iterator[str]:
    """An entry of a list under a key that stands at `indent`."""
    first, *rest = _styled("-", text, indent + 2)
    yield f"  {first}"
    yield from (f"  {line}" if line else "" for line in rest)


def _styled(lead: str, text: str, indent: int) -> Iterator[str]:
    if _is_awkward(text):
        yield f"{lead} {_escaped(text)}"
    elif "\n" in text:
        yield f"{lead} |-"
        yield from (f"  {line}" if line else "" for line in text.split("\n"))
    elif indent + len(lead) + 1 + len(_one_line(text)) > WIDTH and _FOLD.search(text):
        yield f"{lead} >-"
        yield from (f"  {line}" for line in _fold(text, WIDTH - indent - 2))
    else:
        yield f"{lead} {_one_line(text)}"


def _fold(text: str, width: int) -> Iterator[str]:
    """Lines of at most `width` where words allow it; joined by one space they are the text again."""
    line = ""
    for word in _FOLD.split(text):
        if line and len(line) + 1 + len(word) > width:
            yield line
            line = word
        else:
            line = f"{line} {word}" if line else word
    yield line


def _one_line(text: str, *, in_list: bool = False) -> str:
    """A text of one line as a plain scalar if it stays a text that way, else in quotes."""
    if _is_awkward(text) or "\n" in text:
        return _escaped(text)
    plain = _PLAIN.fullmatch(text) and not text.endswith(":") and (not in_list or _PLAIN_IN_LIST.fullmatch(text))
    if plain and _reads_as_text(text):
        return text
    return "'" + text.replace("'", "''") + "'"


def _reads_as_text(plain: str) -> bool:
    """Whether other YAML readers take it for text too, and not for a number, a date or a yes."""
    tag: str = _RESOLVER.resolve(yaml.ScalarNode, plain, (True, False))  # type: ignore[no-untyped-call]
    return tag == "tag:yaml.org,2002:str"


def _is_awkward(text: str) -> bool:
    """Whether only an escaped spelling gives this text back. No text from a file or a form is of this kind."""
    return text != clean_text(text) or bad_character(text) is not None


def _escaped(text: str) -> str:
    dumped: str = yaml.safe_dump(text, default_style='"', width=float("inf"), allow_unicode=True)
    return dumped.rstrip("\n")


def _short_list(key: str, texts: Sequence[str], indent: int) -> Iterator[str]:
    """A list on one line if it fits, else an entry a line."""
    flow = f"{key}: [{', '.join(_one_line(text, in_list=True) for text in texts)}]"
    if len(flow) + indent <= WIDTH:
        yield flow
        return
    yield f"{key}:"
    for text in texts:
        yield from _listed(text, indent)
