"""Tables of questions as a spreadsheet would write them."""

import csv
import io
from collections.abc import Sequence

from catalog.models import Question
from catalog.sheets import COLUMNS, dump_sheet
from catalog.stored import question_item

CHOICE_KEYS = ("id", "text", "correct", "why")
ROW = {
    "reading": "airflow",
    "slug": "airflow-safe",
    "kind": "typed",
    "section": "Tasks",
    "status": "published",
    "prompt": "One word: what must a task be?",
    "answer": "idempotent",
    "accept": "idempotence\nidempotency",
    "explanation": "The same inputs then leave the same result.",
}
TWO_OPTIONS = {
    **ROW,
    "slug": "airflow-two",
    "kind": "choice",
    "answer": "",
    "accept": "",
    "choice 1 text": "The executor",
    "choice 1 why": "It runs what was decided.",
    "choice 2 text": "The scheduler",
    "choice 2 why": "It looks at what a task waits for.",
    "choice 2 correct": "true",
    "choice 3 text": "The web server",
    "choice 3 why": "It shows what happened.",
}


def options(count: int) -> list[str]:
    """The columns of so many options."""
    return [f"choice {place} {key}" for place in range(1, count + 1) for key in CHOICE_KEYS]


def sheet(*rows: dict[str, str], head: Sequence[str] = ()) -> bytes:
    """A CSV file of these rows, each a mapping from column to cell; a cell that a row does not name is empty."""
    columns = head or [*COLUMNS, *options(3)]
    written = io.StringIO()
    writer = csv.writer(written)
    writer.writerow(columns)
    writer.writerows([[row.get(column, "") for column in columns] for row in rows])
    return written.getvalue().encode()


def row_of(question: Question, **changes: str) -> dict[str, str]:
    """The row of a stored question, with some cells changed."""
    text = dump_sheet([question_item(question, question.choices.all())])
    (row,) = csv.DictReader(io.StringIO(text))
    return row | changes
