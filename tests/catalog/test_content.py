"""The content that ships with the app."""

import datetime as dt
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from catalog.files import CONTENT, read_catalog
from catalog.items import Catalog
from catalog.lint import Severity, lint_folder
from catalog.load import load
from catalog.models import Question

AT = dt.datetime(2026, 11, 23, 9, tzinfo=dt.UTC)


@pytest.fixture(scope="module")
def shipped() -> Catalog:
    return read_catalog(CONTENT)


def files_of(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*.yaml")}


def test_it_is_the_whole_reading_list(shipped):
    assert [topic.title for topic in shipped.topics] == [
        *("CI/CD", "Data architecture", "MLOps", "Operating systems", "REST API", "Tools", "Unit testing"),
    ]
    assert len(shipped.readings) == 20


def test_every_reading_has_six_questions_or_more_and_all_kinds_are_in_use(shipped):
    assert {reading.slug: len(shipped.questions.get(reading.slug, ())) >= 6 for reading in shipped.readings} == {
        reading.slug: True for reading in shipped.readings
    }
    kinds = {item.kind for questions in shipped.questions.values() for item in questions}
    assert kinds == {"recall", "choice", "cloze", "typed"}


def test_lint_finds_no_error():
    errors = [str(finding) for finding in lint_folder(CONTENT) if finding.severity is Severity.ERROR]

    assert errors == []


def test_it_loads_dumps_byte_for_byte_and_loads_again_without_a_write(db, shipped, tmp_path):
    report = load(shipped, at=AT)
    assert len(report.created) == report.items

    call_command("dump_catalog", tmp_path)
    assert files_of(tmp_path) == files_of(CONTENT)

    with CaptureQueriesContext(connection) as queries:
        load(shipped, at=AT + dt.timedelta(days=1))
    assert [query["sql"] for query in queries if query["sql"].split()[0] in {"INSERT", "UPDATE", "DELETE"}] == []
    assert len(queries) <= 7 + len(("SAVEPOINT", "RELEASE"))


def test_every_published_question_can_be_shown(db, shipped):
    load(shipped, at=AT)

    for question in Question.objects.published():
        sides = question.rendered
        assert sides["prompt"], question.slug
        assert sides["answer_text"], question.slug
        assert sides["explanation"], question.slug
        assert (question.kind == "choice") == bool(sides["choices"]), question.slug
        assert ('class="blank"' in sides["prompt"]) == (question.kind == "cloze"), question.slug
