"""Questions in and out through django-import-export: the formats, and the resource that its admin pages work on.

A dataset has a row for each question, which holds the slug and the question whole: a `QuestionItem` on its way out,
an `Entry` on its way in. The formats alone know how a question is written.
"""

import itertools
from typing import Any, ClassVar

import tablib
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db.models import QuerySet
from import_export.fields import Field
from import_export.formats.base_formats import Format
from import_export.resources import ModelResource
from import_export.results import Result, RowResult

from catalog.dump import dump_questions
from catalog.entries import Entry, read_csv_entries, read_yaml_entries
from catalog.items import QuestionItem
from catalog.models import Question
from catalog.sheets import dump_sheet
from catalog.stored import question_item
from catalog.taking import Taking, look_up, take, weigh

HEADERS = ("slug", "entry")
ORDER = ("resource__topic__position", "resource__position", "position", "pk")


class ChangedMeanwhile(Exception):
    """The questions of a file are no longer those that its dry run showed."""


class QuestionFormat(Format):
    """A layout of questions. Bytes come in undecoded, so that what is not UTF-8 is refused by its name."""

    TITLE: ClassVar[str]
    EXTENSIONS: ClassVar[tuple[str, ...]]
    UNIT: ClassVar[str]

    def __init__(self, encoding: str | None = None) -> None:
        """Takes the encoding that django-import-export hands to every format, and has no use for it."""

    def get_title(self) -> str:
        return self.TITLE

    def get_extension(self) -> str:
        return self.EXTENSIONS[0]

    def can_import(self) -> bool:
        return True

    def can_export(self) -> bool:
        return True

    def create_dataset(self, in_stream: bytes) -> tablib.Dataset:
        """Raises ContentError for what is no such file."""
        return tablib.Dataset(*((entry.slug, entry) for entry in self.read(in_stream)), headers=HEADERS)

    def export_data(self, dataset: tablib.Dataset, **kwargs: Any) -> str:
        return self.write([item for _, item in dataset])

    def read(self, raw: bytes) -> list[Entry]:
        raise NotImplementedError

    def write(self, items: list[QuestionItem]) -> str:
        raise NotImplementedError


class QuestionsAsCSV(QuestionFormat):
    """A table for a spreadsheet, which takes a file for UTF-8 only if it begins with a byte order mark.

    `catalog.sheets` keeps formulas from being run. The library's own way takes the first sign of a cell away, and an
    answer that begins with a sign would not come back.
    """

    TITLE = "CSV"
    EXTENSIONS = ("csv",)
    UNIT = "row"

    def get_content_type(self) -> str:
        return "text/csv; charset=utf-8"

    def read(self, raw: bytes) -> list[Entry]:
        return read_csv_entries(raw)

    def write(self, items: list[QuestionItem]) -> str:
        return f"\ufeff{dump_sheet(items)}"


class QuestionsAsYAML(QuestionFormat):
    """The content files, a document for each reading: that of one reading is its content file."""

    TITLE = "YAML"
    EXTENSIONS = ("yaml", "yml")
    UNIT = "line"

    def get_content_type(self) -> str:
        return "application/yaml; charset=utf-8"

    def read(self, raw: bytes) -> list[Entry]:
        return read_yaml_entries(raw)

    def write(self, items: list[QuestionItem]) -> str:
        by_reading = itertools.groupby(items, key=lambda item: item.reading)
        return "---\n".join(dump_questions(reading, list(found)) for reading, found in by_reading)


FORMATS: list[type[QuestionFormat]] = [QuestionsAsCSV, QuestionsAsYAML]


class QuestionResult(Result):
    """`state` is that of the questions before the import; `takings` go by their place in the file."""

    def __init__(self) -> None:
        super().__init__()
        self.state = ""
        self.takings: dict[int, Taking] = {}


class QuestionResource(ModelResource):
    """Weighs all entries at once, and writes all of them or none.

    `import_data` takes, besides what the library's does, `at` (the moment that revisions bear), `user` (their author)
    and `state` (what the questions must still be; "" at a dry run).
    """

    entry = Field(column_name="entry")

    class Meta:
        model = Question
        fields = HEADERS
        import_id_fields = ("slug",)
        use_bulk = True
        skip_diff = True
        chunk_size = 1_000
        name = "questions"

    @classmethod
    def get_result_class(cls) -> type[QuestionResult]:
        return QuestionResult

    def import_data(self, dataset: tablib.Dataset, dry_run: bool = False, **kwargs: Any) -> QuestionResult:
        kwargs["rollback_on_validation_errors"] = True
        result: QuestionResult = super().import_data(dataset, dry_run=dry_run, writes=not dry_run, **kwargs)
        result.state = self.shelf.state
        result.takings = self.takings
        return result

    def before_import(
        self, dataset: tablib.Dataset, *, writes: bool, user: Any = None, state: str = "", **kwargs: Any
    ) -> None:
        entries: list[Entry] = [entry for _, entry in dataset]
        self.shelf = look_up(entries, lock=writes)
        if writes and state != self.shelf.state:
            raise ChangedMeanwhile
        self.takings = {entry.place: weigh(entry, self.shelf, user) for entry in entries}

    def import_row(self, row: dict[str, Any], instance_loader: Any, **kwargs: Any) -> RowResult:
        """The verdict on one entry; nothing is written before all are known."""
        taking = self.takings[row["entry"].place]
        found: RowResult = self.get_row_result_class()()
        found.instance = taking.question
        if taking.faults:
            found.import_type = RowResult.IMPORT_TYPE_INVALID
            found.validation_error = _as_validation_error(taking)
        elif taking.changes_nothing:
            found.import_type = RowResult.IMPORT_TYPE_SKIP
        else:
            found.import_type = RowResult.IMPORT_TYPE_NEW if taking.is_new else RowResult.IMPORT_TYPE_UPDATE
        return found

    def after_import(self, dataset: tablib.Dataset, result: Result, **kwargs: Any) -> None:
        if kwargs["writes"] and not result.has_validation_errors():
            take(list(self.takings.values()), author=kwargs["user"], at=kwargs["at"])

    def handle_import_error(self, result: Result, error: Exception, raise_errors: bool = False) -> None:
        """What goes wrong here is a fault of the program or of the moment, and no line in a result."""
        raise error

    def filter_export(self, queryset: QuerySet[Question], **kwargs: Any) -> QuerySet[Question]:
        """Whatever the order on the screen, a reading's questions stand together, as in its content file."""
        return queryset.select_related("resource").prefetch_related("choices").order_by(*ORDER)

    def dehydrate_entry(self, question: Question) -> QuestionItem:
        return question_item(question, question.choices.all())


def _as_validation_error(taking: Taking) -> ValidationError:
    columns: dict[str, list[str]] = {}
    for fault in taking.faults:
        columns.setdefault(fault.column or NON_FIELD_ERRORS, []).append(fault.text)
    return ValidationError(columns)
