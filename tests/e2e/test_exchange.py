"""Questions out of the admin and in again, in a real browser: no script, style or handler within the pages."""

import csv
import io
from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client
from playwright.sync_api import expect

from catalog.models import Question, QuestionRevision
from tests.e2e.complaints import Complaints
from tests.e2e.faults import DESKTOP, PHONE, TOO_WIDE, violations
from tests.e2e.person import Person
from tests.factories import make_question, make_user

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]

LIST = "/admin/catalog/question/"


@pytest.fixture(params=[True, False], ids=["with JavaScript", "without JavaScript"])
def curator(request: pytest.FixtureRequest, somebody: Callable[..., Person]) -> Person:
    """A curator who is signed in."""
    person = somebody(java_script_enabled=request.param, accept_downloads=True, reduced_motion="reduce")
    client = Client()
    client.force_login(make_user(is_staff=True, is_superuser=True))
    person.takes_cookies_of(client)
    return person


def looks_well(person: Person) -> None:
    """By axe and by width, on a phone and at a desk, light and dark; only a browser with scripts can measure."""
    if not person.scripts:
        return
    before = person.page.viewport_size
    for window in (PHONE, DESKTOP):
        for look in ("light", "dark"):
            person.page.set_viewport_size(window)
            person.page.emulate_media(color_scheme=look)
            person.page.wait_for_function("() => document.getAnimations().length === 0")  # links fade to new colours
            assert violations(person.page) == [], (window, look)
            assert person.page.evaluate(TOO_WIDE) == [], (window, look)
    if before:
        person.page.set_viewport_size(before)


def saves(person: Person, button: str, folder: Path, name: str) -> Path:
    """The file that this button makes the browser save."""
    with person.page.expect_download() as saved:
        person.page.get_by_role("button", name=button).click()
    saved.value.save_as(folder / name)
    return folder / name


def hands_in(person: Person, path: Path) -> None:
    person.opens(f"{LIST}import/")
    person.page.get_by_label("File").set_input_files(path)
    person.page.get_by_role("button", name="Look at the changes").click()


def edited(path: Path, column: str, old: str, new: str, **more: str) -> Path:
    """The table with another text in one of its rows, as a spreadsheet would write it."""
    rows = list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"))))
    row = next(row for row in rows if old in row[column])
    row[column] = row[column].replace(old, new)
    row.update(more)
    written = io.StringIO()
    writer = csv.DictWriter(written, rows[0].keys())
    writer.writeheader()
    writer.writerows(rows)
    path.write_text(written.getvalue(), encoding="utf-8")
    return path


@pytest.fixture
def complaints_of_refusals(complaints: Complaints) -> None:
    complaints.expects("400 (Bad Request)")


def test_questions_go_out_are_edited_and_come_in_again(curator: Person, tmp_path: Path) -> None:
    question = make_question("choice")
    make_question("typed")
    curator.opens(LIST)
    curator.page.get_by_role("link", name="Export").click()
    curator.reads("2 questions, as the search and the filters of the list choose them.")
    looks_well(curator)
    path = saves(curator, "Export", tmp_path, "questions.csv")

    hands_in(curator, edited(path, "prompt", "may run now", "may start", change="clearer"))

    curator.reads("0 new, 1 changed, 1 as they are. Nothing is written yet.", "Clearer: schedules stay.")
    expect(curator.page.locator("del")).to_have_text(["run now"])
    expect(curator.page.locator("ins")).to_have_text(["start"])
    looks_well(curator)
    curator.page.get_by_role("button", name="Import 1 question").click()
    expect(curator.page.get_by_text("Imported: 0 new, 1 changed, 1 as they were.")).to_be_visible()
    question.refresh_from_db()
    assert question.prompt == "Which part decides that a task may start?"
    assert QuestionRevision.objects.filter(question=question).first().change == "clearer"  # type: ignore[union-attr]


@pytest.mark.usefixtures("complaints_of_refusals")
def test_what_is_wrong_stands_in_a_table_and_the_file_is_chosen_again(curator: Person, tmp_path: Path) -> None:
    make_question("choice")
    curator.opens(f"{LIST}export/")
    path = saves(curator, "Export", tmp_path, "questions.csv")

    hands_in(curator, edited(path, "prompt", "may run now", "may start", section=""))

    curator.reads("Nothing is imported from questions.csv.", "One thing is wrong.")
    cells = curator.page.locator(".exchange-faults tbody").get_by_role("cell")
    expect(cells).to_have_text(["2", Question.objects.get().slug, "section", "“section” is missing."])
    looks_well(curator)
    (tmp_path / "questions.yaml").write_text("reading: [")
    hands_in(curator, tmp_path / "questions.yaml")
    curator.reads("Nothing is imported from questions.yaml.", "This is not YAML")
    looks_well(curator)
    hands_in(curator, edited(path, "prompt", "may start", "may run now", section="Scheduling"))
    curator.reads("There is nothing to import: every question in the file is as it stands here.")
    looks_well(curator)


def test_selected_questions_are_saved_as_the_list_of_actions_says(curator: Person, tmp_path: Path) -> None:
    question = make_question("typed")
    make_question("choice")
    curator.opens(LIST)
    curator.page.get_by_role("row", name=question.slug).get_by_role("checkbox").check()
    curator.page.get_by_label("Action:").select_option(label="Export as YAML")

    path = saves(curator, "Go", tmp_path, "questions.yaml")

    text = path.read_text()
    assert text.startswith(f"reading: {question.resource.slug}\nquestions:\n  - slug: {question.slug}\n")
    assert text.count("slug:") == 1
