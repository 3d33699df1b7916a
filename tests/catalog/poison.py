"""Files that nobody should be able to hand in, made when they are asked for, each with words of its refusal."""

import bz2
import dataclasses
import gzip
import io
import lzma
import zipfile
from collections.abc import Callable

from catalog.sheets import COLUMNS
from tests.catalog.contents import QUESTIONS
from tests.catalog.tables import ROW, TWO_OPTIONS, options, sheet

MEGABYTE = 1_000_000


@dataclasses.dataclass(frozen=True)
class Poison:
    """`make` gives the bytes; the page that refuses the file holds `words`."""

    name: str
    make: Callable[[], bytes]
    words: str


def zipped(content: bytes, name: str = "xl/worksheets/sheet1.xml") -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr(name, content)
    return written.getvalue()


def bomb() -> bytes:
    """20 MB in 20 kB, and that ten times in as much again."""
    return zipped(zipped(b"\0" * 20 * MEGABYTE) * 10)


def question(text: str) -> bytes:
    """A content file whose second question has this in the place of its answer."""
    return QUESTIONS.replace("answer: idempotent", text).encode()


def laughs() -> bytes:
    lines = ["a0: &a0 [lol, lol]"] + [f"a{level}: &a{level} [*a{level - 1}, *a{level - 1}]" for level in range(1, 60)]
    return "\n".join(lines).encode()


def with_cell(column: str, cell: str) -> Callable[[], bytes]:
    return lambda: sheet(ROW | {column: cell})


def with_option(column: str, cell: str, **more: str) -> Callable[[], bytes]:
    return lambda: sheet(TWO_OPTIONS | {column: cell} | more)


def with_head(*columns: str) -> Callable[[], bytes]:
    return lambda: sheet(ROW, head=columns)


def documents(count: int) -> bytes:
    return b"".join(b"---\n" + QUESTIONS.replace("slug: airflow-", f"slug: a{n}-").encode() for n in range(count))


UTF8 = "café".encode()
GOOD = QUESTIONS.encode()

ARCHIVES = [
    Poison("sheet.csv", bomb, "This is a zip file, as .xlsx and .ods are"),
    Poison("bomb.yaml", bomb, "This is a zip file"),
    Poison("empty-zip.csv", lambda: b"PK\x05\x06" + b"\0" * 18, "This is an empty zip file"),
    Poison("sheet.xlsx", bomb, "Only .csv, .yaml and .yml files are read."),
    Poison("sheet.ods", bomb, "Only .csv, .yaml and .yml files are read."),
    Poison("gzip.csv", lambda: gzip.compress(b"\0" * 20 * MEGABYTE), "This is a gzip file"),
    Poison("bzip2.csv", lambda: bz2.compress(b"\0" * 20 * MEGABYTE), "This is a bzip2 file"),
    Poison("xz.yaml", lambda: lzma.compress(b"\0" * 20 * MEGABYTE, preset=0), "This is an xz file"),
    Poison("zstd.csv", lambda: b"\x28\xb5\x2f\xfd" + b"\0" * 99, "This is a zstd file"),
    Poison("7z.csv", lambda: b"7z\xbc\xaf\x27\x1c" + b"\0" * 99, "This is a 7z file"),
    Poison("old.csv", lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 512, "This is an old Excel file"),
    Poison("paper.csv", lambda: b"%PDF-1.7\n", "This is a PDF"),
    Poison("picture.yaml", lambda: b"\x89PNG\r\n\x1a\n", "This is a picture"),
    Poison("program.csv", lambda: b"\x7fELF\x02\x01", "This is a program"),
    Poison("database.csv", lambda: b"SQLite format 3\0", "This is a database"),
]
ENCODINGS = [
    Poison("utf-16-le.csv", lambda: sheet(ROW).decode().encode("utf-16"), "The file is in UTF-16."),
    Poison("utf-16-be.csv", lambda: b"\xfe\xff" + sheet(ROW).decode().encode("utf-16-be"), "The file is in UTF-16."),
    Poison("utf-16-bare.yaml", lambda: QUESTIONS.encode("utf-16-le"), "it is in UTF-16 or UTF-32"),
    Poison("utf-32.csv", lambda: sheet(ROW).decode().encode("utf-32"), "The file is in UTF-32."),
    Poison("utf-7.yaml", lambda: b"+/v8-" + GOOD, "The file is in UTF-7."),
    Poison("gb18030.csv", lambda: b"\x84\x31\x95\x33" + sheet(ROW), "The file is in GB 18030."),
    Poison(
        "windows-1252.csv", lambda: sheet(ROW | {"note": "café"}).replace(UTF8, b"caf\xe9"), "The file is not in UTF-8"
    ),
    Poison("latin-1.yaml", lambda: question("answer: café").replace(UTF8, b"caf\xe9"), "the byte E9 here"),
    Poison("shift-jis.yaml", lambda: question("answer: 冪等").decode().encode("shift-jis"), "The file is not in UTF-8"),
    Poison("overlong.csv", lambda: sheet(ROW) + b"\xc0\xaf", "The file is not in UTF-8"),
    Poison("surrogate.yaml", lambda: GOOD + b"# \xed\xa0\x80\n", "The file is not in UTF-8"),
    Poison("cut.csv", lambda: sheet(ROW) + b"\xe2\x82", "The file is not in UTF-8"),
]
CHARACTERS = [
    Poison(
        "nul.csv",
        lambda: sheet(ROW).replace(b"idempotence", b"idem\0potence"),
        "The file holds a NUL character (U+0000)",
    ),
    Poison("nul.yaml", lambda: question('answer: "a\0b"'), "The file holds a NUL character (U+0000)"),
    Poison("nul-escaped.yaml", lambda: question(r'answer: "a\0b"'), "The character U+0000 cannot stand in a text."),
    Poison("escape.csv", with_cell("prompt", "\x1b[31mred"), "The character U+001B cannot stand in a text."),
    Poison("separator.csv", with_cell("answer", "a\u2028b"), "The character U+2028 cannot stand in a text."),
    Poison("late-mark.csv", with_cell("answer", "a\ufeffb"), "The character U+FEFF cannot stand in a text."),
    Poison("bell.yaml", lambda: question("answer: a\x07b"), "The character U+0007 cannot stand in a content file."),
    Poison("lone-surrogate.yaml", lambda: question(r'answer: "\ud800"'), "This is not YAML"),
]
SIZES = [
    Poison("huge.csv", lambda: b"a" * 30 * MEGABYTE, "The file is larger than 2 MB."),
    Poison("large.yaml", lambda: b"a" * (2 * MEGABYTE + 1), "The file is larger than 2 MB."),
    Poison("cell-of-2-mb.csv", with_cell("prompt", "a" * 1_990_000), "field larger than field limit"),
    Poison("text-of-2-mb.yaml", lambda: question(f"answer: {'a' * 1_990_000}"), "characters; 10,000 is the limit."),
    Poison("cell.csv", with_cell("prompt", "a" * 10_001), "“prompt” has 10,001 characters; 10,000 is the limit."),
    Poison("rows.csv", lambda: sheet() + b"\n".join([b"," * 24] * 70_000), "holds no question"),
    Poison("many.csv", lambda: sheet(*(ROW | {"slug": f"q-{n}"} for n in range(9_000))), "more than 1,000 questions"),
    Poison("columns.csv", lambda: b",".join(b"x%d" % n for n in range(200_000)), "Unknown column “x0”"),
    Poison("commas.csv", lambda: b"," * 500_000 + b"a", "Unknown column without a name, the 1."),
    Poison("documents.yaml", lambda: documents(1_010), "A second document begins here"),
    Poison("questions.yaml", lambda: documents(510), "more than 1,000 questions"),
    Poison("values.yaml", lambda: b"reading: a\nquestions: [" + b"a," * 900_000 + b"a]", "more than 100,000 values"),
    Poison("faults.yaml", lambda: b"reading: a\nquestions:\n" + b"  - {k: v}\n" * 15_000, "Unknown key “k”"),
    Poison("keys.yaml", lambda: b"".join(b"k%d: v\n" % n for n in range(45_000)), "Unknown key “k0”"),
    Poison("one-key.yaml", lambda: b"k" * 1_900_000 + b": v\n", "This is not YAML"),
    Poison("empty.csv", lambda: b"", "The submitted file is empty."),
    Poison("head-only.csv", sheet, "holds no question"),
]
YAML = [
    Poison("laughs.yaml", laughs, "Anchors and aliases are not used"),
    Poison("anchor.yaml", lambda: question("answer: &a idempotent"), "Anchors and aliases are not used"),
    Poison("loop.yaml", lambda: b"&a [*a]", "Anchors and aliases are not used"),
    Poison("python.yaml", lambda: question("answer: !!python/object/apply:os.system [id]"), "Tags are not used"),
    Poison("binary.yaml", lambda: question("answer: !!binary aGk="), "Tags are not used"),
    Poison("merge.yaml", lambda: question("<<: {answer: idempotent}"), "Unknown key “&lt;&lt;”"),
    Poison("deep-flow.yaml", lambda: b"[" * 1_900_000, "This is nested too deep."),
    Poison("deep-map.yaml", lambda: b"{a: " * 400_000, "This is nested too deep."),
    Poison("deep-block.yaml", lambda: b"- " * 900_000, "This is nested too deep."),
    Poison("twice.yaml", lambda: question("answer: a\n    answer: b"), "The key “answer” is there twice."),
    Poison("open.yaml", lambda: b'reading: "' + b"a" * 1_000_000, "This is not YAML"),
    Poison("tabs.yaml", lambda: b"reading: a\nquestions:\n\t- slug: a\n", "This is not YAML"),
    Poison("word.yaml", lambda: b"idempotent\n", "A question file is written as"),
    Poison("page.yaml", lambda: b"<!doctype html><script>alert(1)</script>", "A question file is written as"),
]
TABLES = [
    Poison("semicolons.csv", lambda: sheet(ROW).replace(b",", b";"), "The columns are separated by semicolons."),
    Poison("tabs.csv", lambda: sheet(ROW).replace(b",", b"\t"), "The columns are separated by tabs."),
    Poison("page.csv", lambda: b"<!doctype html><script>alert(1)</script>", "Unknown column “&lt;!doctype html&gt;"),
    Poison("column.csv", with_head(*COLUMNS, "__proto__"), "Unknown column “__proto__”"),
    Poison("no-column.csv", with_head(*COLUMNS[:-1]), "The column “note” is missing"),
    Poison("column-twice.csv", with_head(*COLUMNS, "slug"), "The column “slug” is there twice."),
    Poison("options.csv", with_head(*COLUMNS, *options(21)), "Unknown column “choice 21 id”"),
    Poison("quote.csv", lambda: sheet(ROW) + b'airflow,"' + b"a" * 1_000, "This is not CSV"),
    Poison("stray-quote.csv", lambda: sheet(ROW) + b'airflow,"a"b' + b"," * 23, "This is not CSV"),
    Poison("short.csv", lambda: sheet(ROW) + b"airflow,a\n", "The row has 2 cells, the head 25."),
    Poison("yaml-inside.csv", lambda: GOOD, "Unknown column “reading: airflow”"),
    Poison("csv-inside.yaml", lambda: sheet(ROW), "This is not YAML"),
]
VALUES = [
    Poison("slug-twice.csv", lambda: sheet(ROW, ROW), "The slug airflow-safe is already in row 2."),
    Poison("formula.csv", with_cell("slug", "=cmd|' /C calc'!A0"), "“slug” takes lower-case letters"),
    Poison("path.csv", with_cell("slug", "../../etc/passwd"), "“slug” takes lower-case letters"),
    Poison("sql.csv", with_cell("slug", "a'; DROP TABLE catalog_question;--"), "“slug” takes lower-case letters"),
    Poison("tag.csv", with_cell("slug", "<script>alert(1)</script>"), "“slug” takes lower-case letters"),
    Poison("long-slug.csv", with_cell("slug", "a" * 81), "“slug” has 81 characters; it takes 80."),
    Poison("reading.csv", with_cell("reading", "nowhere"), "There is no reading “nowhere”."),
    Poison("kind.csv", with_cell("kind", "__class__"), "“kind” takes recall, choice, cloze, typed, not"),
    Poison("status.csv", with_cell("status", ""), "“status” is empty."),
    Poison("script.csv", with_cell("section", "<script>alert(1)</script>" * 9), "“section” has 225 characters"),
    Poison("no-change.csv", with_cell("prompt", "Another?"), "Say what kind of change it is"),
    Poison("two-keys.csv", with_option("choice 1 correct", "TRUE"), "2 choices are marked correct."),
    Poison("no-key.csv", with_option("choice 2 correct", ""), "There is no key"),
    Poison("number.csv", with_option("choice 1 id", "9" * 400), "“id” takes a whole number from 1 to 9999"),
    Poison("number-twice.csv", with_option("choice 1 id", "2"), "The number 2 is that of another choice"),
    Poison("above.csv", with_option("choice 3 text", "All of the above"), "speaks of other options."),
]
POISON = [*ARCHIVES, *ENCODINGS, *CHARACTERS, *SIZES, *YAML, *TABLES, *VALUES]
