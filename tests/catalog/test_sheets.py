import csv
import dataclasses
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.dump import dump_questions
from catalog.entries import MAX_ENTRIES, MAX_TEXT, read_csv_entries, read_yaml_entries
from catalog.files import CONTENT, ContentError, read_catalog
from catalog.sheets import COLUMNS, dump_sheet, neutral, plain
from tests.catalog.contents import QUESTIONS, choice, item
from tests.catalog.strategies import BANKS
from tests.catalog.tables import ROW, sheet

FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1", "=cmd|' /C calc'!A0", "'=1", "'", "''", "'-"]


def unsaid(items):
    """As a table has them: what the last change was is left out."""
    return [dataclasses.replace(one, change="") for one in items]


def rows_of(text):
    return list(csv.reader(io.StringIO(text)))


def told(entries):
    """Place, column and text of every fault."""
    return [(fault.line, fault.column, fault.text) for entry in entries for fault in entry.faults]


@settings(max_examples=60, deadline=None)
@given(BANKS)
def test_questions_come_back_from_a_table_as_they_were(bank):
    entries = read_csv_entries(dump_sheet(bank).encode())

    assert [entry.item for entry in entries] == unsaid(bank)
    assert told(entries) == []


@settings(max_examples=80, deadline=None)
@given(BANKS, BANKS)
def test_questions_come_back_from_several_documents_as_they_were(one, other):
    text = "---\n".join([dump_questions("airflow", one), dump_questions("airflow", other)])
    slugs = [question.slug for question in one + other]

    entries = read_yaml_entries(text.encode())

    assert [entry.item for entry in entries] == one + other
    assert len(told(entries)) == len(slugs) - len(set(slugs))


def test_the_shipped_catalog_comes_back_from_a_table_and_from_documents():
    catalog = read_catalog(CONTENT)
    everything = [question for reading in catalog.readings for question in catalog.questions[reading.slug]]
    documents = "---\n".join(dump_questions(slug, found) for slug, found in catalog.questions.items())

    assert [entry.item for entry in read_csv_entries(dump_sheet(everything).encode("utf-8-sig"))] == unsaid(everything)
    assert {entry.item for entry in read_yaml_entries(documents.encode())} == set(everything)


@pytest.mark.parametrize("formula", FORMULAS)
def test_no_cell_is_a_formula_and_its_text_comes_back(formula):
    assert neutral(formula).startswith("'")
    assert plain(neutral(formula)) == formula


@settings(max_examples=300)
@given(st.text(alphabet="=+-@'\t\r＝a ", max_size=6))
def test_an_apostrophe_is_set_and_taken_away_alike(text):
    assert plain(neutral(text)) == text
    assert not neutral(text).startswith(("=", "+", "-", "@", "\t", "\r", "＝"))


@settings(max_examples=60, deadline=None)
@given(BANKS)
def test_no_cell_of_a_table_begins_like_a_formula(bank):
    cells = [cell for row in rows_of(dump_sheet(bank)) for cell in row]

    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]


def test_an_apostrophe_that_somebody_typed_stays():
    entries = read_csv_entries(sheet(ROW | {"answer": "'tis", "accept": ""}))

    assert entries[0].item.answer == "'tis"


def test_a_row_reads_as_a_curator_writes_it():
    row = ROW | {"allow": "prompt-long: it shows code\n  and says why", "change": "typo", "note": "see above"}
    (entry,) = read_csv_entries(sheet(row))

    assert (entry.place, entry.said, entry.faults) == (2, "typo", ())
    assert entry.item.accept == ("idempotence", "idempotency")
    assert entry.item.allow == (("prompt-long", "it shows code\nand says why"),)


def test_options_keep_the_numbers_of_their_columns_when_one_between_them_goes():
    row = ROW | {"kind": "choice", "answer": "", "accept": ""}
    for place in (1, 3):
        row |= {f"choice {place} text": f"Option {place}", f"choice {place} why": "So."}
    row["choice 3 correct"] = "TRUE"

    (entry,) = read_csv_entries(sheet(row))

    assert [(option.number, option.correct) for option in entry.item.choices] == [(1, False), (3, True)]


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"section": ""}, ("section", "“section” is missing.")),
        ({"status": ""}, ("status", "“status” is empty.")),
        ({"reading": ""}, ("reading", "“reading” is missing.")),
        ({"reading": "No Slug"}, ("reading", "“reading” takes the slug of a reading, not “No Slug”.")),
        ({"slug": "No Slug"}, ("slug", "“slug” takes lower-case letters, digits and single hyphens, not “No Slug”.")),
        ({"kind": "essay"}, ("kind", "“kind” takes recall, choice, cloze, typed, not “essay”.")),
        ({"change": "small"}, ("change", "“change” takes meaning, clearer, typo, not “small”.")),
        ({"prompt": "a\x07b"}, ("prompt", "the character U+0007 cannot stand in a text.")),
        ({"prompt": "x" * (MAX_TEXT + 1)}, ("prompt", "“prompt” has 10,001 characters; 10,000 is the limit.")),
        ({"allow": "just words"}, ("allow", "write each line as “rule: reason”.")),
        ({"kind": "recall"}, ("accept", "a recall question takes no “accept”.")),
        ({"answer": ""}, ("answer", "An answer is missing.")),
        ({"kind": "choice", "answer": "", "accept": "", "choice 2 text": "One"}, ("choice 2 why", "“why” is missing.")),
        (
            {"kind": "choice", "answer": "", "accept": "", "choice 2 text": "One", "choice 2 id": "two"},
            ("choice 2 id", "“id” takes a whole number from 1 to 9999, not “two”."),
        ),
    ],
)
def test_a_fault_names_its_row_and_its_column(changes, fault):
    entries = read_csv_entries(sheet(ROW | {"slug": "another"}, ROW | changes))

    assert told(entries)[0] == (3, *fault)
    assert entries[0].faults == ()


@pytest.mark.parametrize(
    ("raw", "line", "words"),
    [
        (sheet(ROW).replace(b",", b";"), 1, "separated by semicolons"),
        (sheet(ROW).replace(b",", b"\t"), 1, "separated by tabs"),
        (sheet(ROW, head=[*COLUMNS, "promt"]), 1, "unknown column “promt” (did you mean “prompt”?)"),
        (sheet(ROW, head=[*COLUMNS, "slug"]), 1, "the column “slug” is there twice."),
        (sheet(ROW, head=COLUMNS[:-1]), 1, "the column “note” is missing"),
        (sheet(ROW, head=[*COLUMNS, "choice 1 text"]), 1, "the column “choice 1 id” is missing"),
        (sheet(ROW, head=[*COLUMNS, ""]), 1, "unknown column without a name, the 14."),
        (sheet(ROW) + b"airflow,late\r\n", 3, "the row has 2 cells, the head 25."),
        (sheet(ROW) + b'airflow,"late', 3, "this is not CSV"),
        (sheet(), 0, "holds no question"),
        (b"", 0, "the file is empty."),
        (b"\n\n,,\n", 0, "the file is empty."),
    ],
)
def test_a_table_of_another_shape_is_refused_as_a_whole(raw, line, words):
    with pytest.raises(ContentError) as refused:
        read_csv_entries(raw)

    assert any(words in fault.text and fault.line == line for fault in refused.value.faults), refused.value.faults


def test_a_slug_that_comes_twice_names_the_first_place():
    assert told(read_csv_entries(sheet(ROW, ROW))) == [(3, "slug", "the slug airflow-safe is already in row 2.")]
    twice = f"{QUESTIONS}---\n{QUESTIONS}".encode()
    assert told(read_yaml_entries(twice))[0] == (27, "slug", "the slug airflow-decides is already in line 3.")


@pytest.mark.parametrize(
    ("text", "line", "column", "words"),
    [
        ("reading: airflow\nquestions:\n  - {}\n", 3, "", "the question is empty."),
        ("reading: airflow\nquestions:\n  - word\n", 3, "", "a question is written as"),
        (QUESTIONS.replace("reading: airflow\n", ""), 2, "reading", "“reading” is missing."),
        (QUESTIONS.replace("kind: typed", "kind: typd"), 18, "kind", "“kind” takes"),
        (QUESTIONS.replace("why: It runs what was decided.", ""), 8, "choice 1 why", "“why” is missing."),
        (QUESTIONS.replace("[idempotence]", "[[a]]"), 22, "accept", "takes a text"),
        (QUESTIONS.replace("answer:", "awnser:"), 21, "awnser", "unknown key “awnser” (did you mean “answer”?)"),
    ],
)
def test_a_fault_in_a_document_names_its_line_and_key(text, line, column, words):
    found = told(read_yaml_entries(text.encode()))

    assert any((line, column) == fault[:2] and words in fault[2] for fault in found), found


def test_so_many_questions_are_too_many():
    many = sheet(*(ROW | {"slug": f"q-{number}"} for number in range(MAX_ENTRIES + 1)))

    with pytest.raises(ContentError, match="more than 1,000 questions"):
        read_csv_entries(many)


def test_a_table_says_what_is_what_in_its_head_and_has_room_for_three_options():
    head, row = rows_of(dump_sheet([choice(change="typo")]))

    assert head[:7] == ["reading", "slug", "kind", "concept", "section", "status", "change"]
    assert head[-4:] == ["choice 3 id", "choice 3 text", "choice 3 correct", "choice 3 why"]
    assert row[6] == ""
    assert len(rows_of(dump_sheet([item()]))[0]) == len(head)
