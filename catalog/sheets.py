"""Questions as a table, for a spreadsheet: plain values to CSV, and CSV to the nodes that `catalog.files` reads.

A row is a question. Its lists stand in a cell as in the curators' form, an entry or a "rule: reason" on each line,
and what goes on over several lines is indented. An option has four columns, "choice 1 id" and so on.

A spreadsheet takes a cell that begins with = + - or @ for a formula, and runs it. Such a cell is written with an
apostrophe before it, and so is one that begins with an apostrophe; read back, one apostrophe goes again.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence

from catalog.files import Node, Reader, guess
from catalog.items import ChoiceItem, QuestionItem

COLUMNS = (
    *("reading", "slug", "kind", "concept", "section", "status", "change"),
    *("prompt", "answer", "accept", "explanation", "allow", "note"),
)
CHOICE_KEYS = ("id", "text", "correct", "why")
FEWEST_CHOICES = 3
MOST_CHOICES = 20

_CHOICE_COLUMN = re.compile(r"choice ([1-9]\d?) (id|text|correct|why)")
# Full-width signs are signs too where such are typed; a tab or a line end before a sign is skipped.
_FORMULA = tuple("=+-@\t\r\n＝＋－＠")
_INDENT = "  "


def dump_sheet(items: Sequence[QuestionItem]) -> str:
    """The text of a CSV file. `change` is left empty: it is for what the next import will say."""
    width = max([FEWEST_CHOICES, *(len(item.choices) for item in items)])
    written = io.StringIO()
    writer = csv.writer(written)
    writer.writerow([*COLUMNS, *(f"choice {place} {key}" for place in range(1, width + 1) for key in CHOICE_KEYS)])
    for item in items:
        cells = [*_cells(item), *(cell for choice in item.choices for cell in _choice_cells(choice))]
        cells += [""] * (len(CHOICE_KEYS) * (width - len(item.choices)))
        writer.writerow([neutral(cell) for cell in cells])
    return written.getvalue()


def neutral(cell: str) -> str:
    """The cell as no spreadsheet takes it for a formula."""
    return f"'{cell}" if cell.startswith((*_FORMULA, "'")) else cell


def plain(cell: str) -> str:
    """The inverse of `neutral`."""
    return cell[1:] if cell.startswith("'") and cell[1:].startswith((*_FORMULA, "'")) else cell


def read_sheet(text: str, reader: Reader) -> Iterator[tuple[str, Node]]:
    """The reading's slug and the question's node of each row, with the row as line: the head is row 1.

    What is wrong with the head or with the shape of a row is told to `reader`, and ends the reading.
    """
    if not _commas_separate(text, reader):
        return
    rows = csv.reader(io.StringIO(text, newline=""), strict=True)
    row = 0
    try:
        head: list[str] = []
        for row, cells in enumerate(rows, start=1):
            if not any(map(str.strip, cells)):
                continue
            if not head:
                head = [cell.strip() for cell in cells]
                if not _head_is_right(head, row, reader):
                    return
            elif len(cells) != len(head):
                reader.fault(reader.path, row, f"the row has {len(cells)} cells, the head {len(head)}.")
                return
            else:
                yield _row_nodes(dict(zip(head, map(plain, cells), strict=True)), row, reader)
        if not head:
            reader.fault(reader.path, 0, "the file is empty.")
    except csv.Error as error:
        reader.fault(reader.path, row + 1, f"this is not CSV: {error}.")


def _cells(item: QuestionItem) -> Iterator[str]:
    yield from (item.reading, item.slug, item.kind, item.concept, item.section, item.status, "")
    yield from (item.prompt, item.answer, _lines(item.accept), item.explanation)
    yield _lines(f"{rule}: {reason}" for rule, reason in item.allow)
    yield item.note


def _choice_cells(choice: ChoiceItem) -> Iterator[str]:
    yield from (str(choice.number), choice.text, "true" if choice.correct else "", choice.why)


def _lines(entries: Iterable[str]) -> str:
    return "\n".join(entry.replace("\n", f"\n{_INDENT}") for entry in entries)


def _entries(cell: str) -> list[str]:
    """The inverse of `_lines`, whatever the line ends."""
    entries: list[str] = []
    for line in cell.replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        if entries and line.startswith(_INDENT):
            entries[-1] += f"\n{line.removeprefix(_INDENT)}"
        elif line.strip():
            entries.append(line)
    return entries


def _commas_separate(text: str, reader: Reader) -> bool:
    head = text.lstrip().partition("\n")[0]
    for sign, name in ((";", "semicolons"), ("\t", "tabs"), ("|", "bars")):
        if {"slug", "prompt"} <= {column.strip(' "\r') for column in head.split(sign)}:
            reader.fault(reader.path, 1, f"the columns are separated by {name}. Separate them by commas.")
            return False
    return True


def _head_is_right(head: list[str], row: int, reader: Reader) -> bool:
    before = len(reader.faults)
    wanted = _wanted_columns(head)
    for place, column in enumerate(head, start=1):
        if column in head[: place - 1]:
            reader.fault(reader.path, row, f"the column “{column}” is there twice.", column)
        elif column not in wanted:
            name = f"“{column}”{guess(column, wanted)}" if column else f"without a name, the {place}."
            reader.fault(reader.path, row, f"unknown column {name}", column)
    for column in wanted:
        if column not in head:
            reader.fault(reader.path, row, f"the column “{column}” is missing; it may be empty.", column)
    return len(reader.faults) == before


def _wanted_columns(head: Sequence[str]) -> list[str]:
    """All columns that a sheet with as many options as this one has."""
    places = [int(found[1]) for column in head if (found := _CHOICE_COLUMN.fullmatch(column))]
    width = min(max(places, default=0), MOST_CHOICES)
    return [*COLUMNS, *(f"choice {place} {key}" for place in range(1, width + 1) for key in CHOICE_KEYS)]


def _row_nodes(cells: dict[str, str], row: int, reader: Reader) -> tuple[str, Node]:
    parts: list[Node] = []
    for column in COLUMNS[1:]:
        # In a content file no status is “published”; nobody publishes by an empty cell.
        if cells[column].strip() or column == "status":
            parts += (Node(row, column), _cell_node(column, cells[column], row, reader))
    choices = [choice for place in range(1, MOST_CHOICES + 1) if (choice := _choice_node(cells, place, row))]
    if choices:
        parts += (Node(row, "choices"), Node(row, choices))
    return cells["reading"].strip(), Node(row, parts, is_mapping=True)


def _cell_node(column: str, cell: str, row: int, reader: Reader) -> Node:
    if column == "accept":
        return Node(row, [Node(row, entry) for entry in _entries(cell)])
    if column != "allow":
        return Node(row, cell)
    reasons: list[Node] = []
    for entry in _entries(cell):
        rule, colon, reason = entry.partition(":")
        if not colon:
            reader.fault(reader.path, row, "write each line as “rule: reason”.", column)
        reasons += (Node(row, rule.strip()), Node(row, reason))
    return Node(row, reasons, is_mapping=True)


def _choice_node(cells: dict[str, str], place: int, row: int) -> Node | None:
    """The option in these columns, or None where all are empty. Without an id its number is that of the columns."""
    told = {key: cells.get(f"choice {place} {key}", "") for key in CHOICE_KEYS}
    if not any(value.strip() for value in told.values()):
        return None
    told["id"] = told["id"].strip() or str(place)
    told["correct"] = told["correct"].strip().lower()  # spreadsheets write TRUE
    parts = [part for key, value in told.items() if value.strip() for part in (Node(row, key), Node(row, value))]
    return Node(row, parts, is_mapping=True, column=f"choice {place}")
