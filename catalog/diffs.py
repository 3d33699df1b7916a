"""Two wordings laid side by side, word by word. Pure, but for the HTML that a template is given."""

import dataclasses
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from diff_match_patch import diff_match_patch
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

SAME, GONE, NEW = 0, -1, 1
_TAGS = {SAME: "span", GONE: "del", NEW: "ins"}
_FIRST_SIGN = 0xE000  # Signs that stand for words begin where no text of ours is: the private use area, and beyond.


@dataclasses.dataclass(frozen=True, slots=True)
class Difference:
    """A field that is not the same on both sides. `html` holds both, with what went and what came marked."""

    label: str
    old: str
    new: str

    @property
    def old_html(self) -> SafeString:
        """The old text, with what went marked."""
        return _marked(word_diff(self.old, self.new), but=NEW)

    @property
    def new_html(self) -> SafeString:
        """The new text, with what came marked."""
        return _marked(word_diff(self.old, self.new), but=GONE)

    @property
    def html(self) -> SafeString:
        return _marked(word_diff(self.old, self.new))


def word_diff(old: str, new: str) -> list[tuple[int, str]]:
    """The pieces of both texts in order, each SAME, GONE (of the old one alone) or NEW. Words are never cut."""
    signs: dict[str, str] = {}
    encoded = [_as_signs(text, signs) for text in (old, new)]
    words = {sign: word for word, sign in signs.items()}
    differ = diff_match_patch()
    pieces = differ.diff_main(*encoded, False)
    differ.diff_cleanupSemantic(pieces)
    return [(kind, "".join(words[sign] for sign in piece)) for kind, piece in pieces]


def _marked(pieces: Iterable[tuple[int, str]], but: int | None = None) -> SafeString:
    """The pieces as escaped HTML, <del> for what went and <ins> for what came; those of the kind `but` left out."""
    shown = ((_TAGS[kind], text) for kind, text in pieces if kind != but)
    return format_html_join("", "<{}>{}</{}>", ((tag, text, tag) for tag, text in shown))


def _as_signs(text: str, signs: dict[str, str]) -> str:
    """One sign for each word, space and mark of the text, the same in both texts of a comparison."""
    parts = re.findall(r"\w+|\s+|[^\w\s]", text)
    return "".join(signs.setdefault(part, chr(_FIRST_SIGN + len(signs))) for part in parts)


def differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Difference]:
    """Field by field, in the order of the form, what differs between two questions, readings or topics as JSON."""
    before, after = _flat(old), _flat(new)
    names = [*before, *(name for name in after if name not in before)]
    return [
        Difference(_label(name), before.get(name, ""), after.get(name, ""))
        for name in names
        if before.get(name, "") != after.get(name, "")
    ]


def order_difference(old: Sequence[str], new: Sequence[str]) -> list[Difference]:
    """The same for two orders of the questions of one reading."""
    return [Difference(_("Order"), "\n".join(old), "\n".join(new))]


def _flat(values: Mapping[str, Any]) -> dict[str, str]:
    """Every field as text by its name; a choice becomes three fields of its own, under its number for ever."""
    made: dict[str, str] = {}
    for name, value in values.items():
        if name == "choices":
            made |= _choices(value)
        elif name == "allow":
            made[name] = "\n".join(f"{rule}: {reason}" for rule, reason in value)
        else:
            made[name] = "\n".join(value) if isinstance(value, list | tuple) else str(value)
    return made


def _choices(choices: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    made: dict[str, str] = {}
    for choice in sorted(choices, key=lambda choice: int(choice["number"])):
        number = choice["number"]
        made[f"choice {number}"] = choice["text"]
        made[f"choice {number} correct"] = _("the answer") if choice["correct"] else _("not the answer")
        made[f"choice {number} why"] = choice["why"]
    return made


def _label(name: str) -> str:
    first, _space, rest = name.partition(" ")
    if first != "choice":
        return str(_LABELS.get(name, name))
    number, _space, part = rest.partition(" ")
    said = {"": _("Choice %(n)s"), "correct": _("Choice %(n)s is"), "why": _("Choice %(n)s, why")}
    return said[part] % {"n": number}


_LABELS = {
    "accept": _lazy("Also accepted"),
    "allow": _lazy("Warnings accepted"),
    "answer": _lazy("Answer"),
    "change": _lazy("Kind of change"),
    "concept": _lazy("Concept"),
    "explanation": _lazy("Explanation"),
    "kind": _lazy("Kind"),
    "minutes": _lazy("Minutes"),
    "note": _lazy("Note"),
    "position": _lazy("Position"),
    "prompt": _lazy("Prompt"),
    "publisher": _lazy("Publisher"),
    "reading": _lazy("Reading"),
    "section": _lazy("Section"),
    "sources": _lazy("Sources"),
    "status": _lazy("Status"),
    "summary": _lazy("Summary"),
    "title": _lazy("Title"),
    "topic": _lazy("Topic"),
    "url": _lazy("Address"),
}
