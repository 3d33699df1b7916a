"""Questions that somebody hands in as a file: what each says, and what is wrong with it.

Such a file is trusted with nothing. Its size, values, depth and faults are bounded, and what is not text in UTF-8 is
refused by the name of what it is.
"""

import dataclasses
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from catalog import items
from catalog.files import ContentError, Fault, Node, Reader, pairs
from catalog.items import QuestionItem
from catalog.sheets import read_sheet

MAX_BYTES = 2_000_000
MAX_ENTRIES = 1_000
MAX_TEXT = 10_000
MAX_FAULTS = 200
MAX_SLUG = 60

BINARIES = (
    (b"PK\x03\x04", "a zip file, as .xlsx and .ods are; save the sheet as CSV"),
    (b"PK\x05\x06", "an empty zip file"),
    (b"\xd0\xcf\x11\xe0", "an old Excel file; save the sheet as CSV"),
    (b"\x1f\x8b", "a gzip file; unpack it"),
    (b"BZh", "a bzip2 file; unpack it"),
    (b"\xfd7zXZ", "an xz file; unpack it"),
    (b"\x28\xb5\x2f\xfd", "a zstd file; unpack it"),
    (b"7z\xbc\xaf", "a 7z file; unpack it"),
    (b"Rar!", "a rar file; unpack it"),
    (b"%PDF", "a PDF"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"{\\rtf", "an RTF text"),
    (b"\x7fELF", "a program"),
    (b"MZ\x90", "a program"),
    (b"SQLite format 3", "a database"),
)
ENCODINGS = (
    (b"\xff\xfe\x00\x00", "UTF-32"),
    (b"\x00\x00\xfe\xff", "UTF-32"),
    (b"\xff\xfe", "UTF-16"),
    (b"\xfe\xff", "UTF-16"),
    (b"+/v8", "UTF-7"),
    (b"\x0e\xfe\xff", "SCSU"),
    (b"\x84\x31\x95\x33", "GB 18030"),
    (b"\xdd\x73\x66\x73", "EBCDIC"),
)
NAME = Path("upload")
NOTHING = QuestionItem("", "", "", "", "", "")


@dataclasses.dataclass(frozen=True, slots=True)
class Entry:
    """A question as it was handed in. `place` is its line (YAML) or row (CSV).

    `item` is only worth something without `faults`. `said` is what the entry calls its own change: typo, clearer or
    meaning, or "" when it says nothing.
    """

    place: int
    item: QuestionItem
    said: str = ""
    faults: tuple[Fault, ...] = ()

    @property
    def slug(self) -> str:
        return self.item.slug


def read_yaml_entries(raw: bytes) -> list[Entry]:
    """The entries of one or more documents in the layout of the content files. Raises ContentError for what is none."""
    return _read(raw, _yaml_nodes, "line")


def read_csv_entries(raw: bytes) -> list[Entry]:
    """The entries of a table as `catalog.sheets` lays it out. Raises ContentError for what is none."""
    return _read(raw, read_sheet, "row")


def text_of(raw: bytes) -> str:
    """The text of a file in UTF-8, with or without a byte order mark. Raises ContentError that names anything else."""
    if len(raw) > MAX_BYTES:
        raise refusal(f"The file has {len(raw):,} bytes; {MAX_BYTES:,} is the limit. Hand it in in parts.")
    for start, name in BINARIES:
        if raw.startswith(start):
            raise refusal(f"This is {name}.")
    for start, name in ENCODINGS:
        if raw.startswith(start):
            raise refusal(f"The file is in {name}. Save it as UTF-8.")
    if b"\0" in raw:
        wide = raw.count(b"\0") > len(raw) // 5
        what = "it is in UTF-16 or UTF-32, or no text at all. Save it as UTF-8" if wide else "no text has one"
        raise refusal(f"The file holds a NUL character (U+0000): {what}.", _line_of(raw, raw.index(b"\0")))
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        place = error.start + (3 if raw.startswith(b"\xef\xbb\xbf") else 0)
        what = f"the byte {raw[place]:02X} here is of another encoding, such as Windows-1252. Save the file as UTF-8"
        raise refusal(f"The file is not in UTF-8: {what}.", _line_of(raw, place)) from None


def refusal(text: str, line: int = 0) -> ContentError:
    """That a whole file is refused, and why."""
    return ContentError([Fault(str(NAME), line, text)])


def _line_of(raw: bytes, place: int) -> int:
    return raw.count(b"\n", 0, place) + 1


def _read(raw: bytes, nodes: Callable[[str, "_EntryReader"], Iterable[tuple[str, Node]]], unit: str) -> list[Entry]:
    reader = _EntryReader(MAX_FAULTS)
    reader.path = NAME
    entries: list[Entry] = []
    first: dict[str, int] = {}
    told = 0
    for reading, node in nodes(text_of(raw), reader):
        if len(entries) == MAX_ENTRIES:
            raise refusal(f"The file holds more than {MAX_ENTRIES:,} questions. Hand it in in parts.", node.line)
        item = reader.entry(node, reading)
        if item.slug in first:
            reader.here(node, f"the slug {item.slug} is already in {unit} {first[item.slug]}.", "slug")
        elif item.slug:
            first[item.slug] = node.line
        entries.append(Entry(node.line, item, _said(node), tuple(reader.faults[told:])))
        told = len(reader.faults)
    if len(reader.faults) > told:
        raise ContentError(reader.faults)
    if not entries:
        raise refusal("The file holds no question.")
    return entries


def _yaml_nodes(text: str, reader: "_EntryReader") -> Iterator[tuple[str, Node]]:
    for root in reader.documents(text, most=MAX_ENTRIES):
        fields = reader.fields_of(root)
        reading = fields.get("reading")
        slug = reading.value.strip() if reading and isinstance(reading.value, str) else ""
        for node in reader.questions_of(fields, root):
            yield slug, node


def _said(node: Node) -> str:
    found = next((value.value for key, value in pairs(node) if key.value == "change"), "")
    return found.strip() if isinstance(found, str) else ""


class _EntryReader(Reader):
    """Reads a question at a time, from either layout."""

    def entry(self, node: Node, reading: str) -> QuestionItem:
        if not reading:
            self.missing(node, "reading")
        elif len(reading) > MAX_SLUG or not items.SLUG.fullmatch(reading):
            self.here(node, f"“reading” takes the slug of a reading, not “{reading}”.", "reading")
        if node.is_mapping and not node.value:
            self.here(node, "the question is empty.")
        return self.question(node, reading) or NOTHING

    def fields_of(self, root: Node) -> dict[str, Node]:
        return self._mapping(root, ("reading", "questions"), "a question file")

    def questions_of(self, fields: dict[str, Node], root: Node) -> list[Node]:
        return self._list(fields, "questions", root)

    def _scalar(self, node: Node, what: str, limit: int = 0) -> str:
        if isinstance(node.value, str) and len(node.value) > MAX_TEXT:
            self.here(node, f"{what} has {len(node.value):,} characters; {MAX_TEXT:,} is the limit.")
            return ""
        return super()._scalar(node, what, limit)
