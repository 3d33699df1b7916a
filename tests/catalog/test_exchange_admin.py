import io

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from catalog.entries import MAX_BYTES, read_csv_entries, read_yaml_entries
from catalog.exchange_admin import CHANGED_MEANWHILE, GONE
from catalog.load import load
from catalog.models import Question, QuestionRevision
from catalog.revisions import publish
from tests.catalog.contents import catalog_of, choice, item
from tests.catalog.tables import row_of, sheet
from tests.factories import make_user

pytestmark = pytest.mark.django_db

IMPORT = reverse("admin:catalog_question_import")
CONFIRM = reverse("admin:catalog_question_process_import")
EXPORT = reverse("admin:catalog_question_export")
LIST = reverse("admin:catalog_question_changelist")


@pytest.fixture
def staff(client, curator):
    client.force_login(curator)
    return client


@pytest.fixture
def question(at):
    load(catalog_of(choice(slug="airflow-decides"), item()), at=at)
    return Question.objects.get(slug="airflow-decides")


def hand_in(client, raw, name="questions.csv"):
    return client.post(IMPORT, {"resource": "0", "import_file": SimpleUploadedFile(name, raw)})


def confirm(client, page):
    return client.post(CONFIRM, {"ticket": page.context["ticket"]}, follow=True)


def may(*permissions):
    """A browser of a member of staff who has these permissions for questions."""
    somebody = make_user(is_staff=True)
    codes = [f"{permission}_question" for permission in permissions]
    somebody.user_permissions.add(*Permission.objects.filter(codename__in=codes))
    client = Client()
    client.force_login(somebody)
    return client


def messages_of(response):
    return [str(message) for message in response.context["messages"]]


def test_a_file_is_looked_at_confirmed_and_imported(staff, curator, question):
    row = row_of(question, prompt="In Airflow, what decides?", change="typo")
    new = row_of(question, slug="airflow-new", prompt="What decides that a task of Airflow may run?")

    page = hand_in(staff, sheet(row, new))

    html = page.content.decode()
    assert page.status_code == 200
    assert "1 new, 1 changed, 0 as they are. Nothing is written yet." in html
    assert "<del>" in html
    assert "Typo: schedules stay." in html
    assert Question.objects.count() == 2

    done = confirm(staff, page)

    assert messages_of(done) == ["Imported: 1 new, 1 changed, 0 as they were."]
    question.refresh_from_db()
    assert question.prompt == "In Airflow, what decides?"
    assert question.revisions.first().author == curator
    assert sorted(LogEntry.objects.values_list("action_flag", "object_repr")) == [
        (1, "airflow-new"),
        (2, "airflow-decides"),
    ]


def test_faults_are_a_table_of_rows_and_columns_and_leave_nothing_behind(staff, question):
    cache.clear()
    page = hand_in(staff, sheet(row_of(question, prompt="What decides?"), row_of(question, slug="x", section="")))

    assert page.status_code == 400
    assert [(slug, fault.line, fault.column) for slug, fault in page.context["faults"]] == [
        ("airflow-decides", 2, "change"),
        ("x", 3, "section"),
    ]
    html = page.content.decode()
    assert "2 things are wrong. Mend them, and choose the file again." in html
    assert "Nothing is imported from questions.csv." in html
    assert "ticket" not in page.context
    assert waiting() == 0


def waiting():
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT COUNT(*) FROM cache WHERE cache_key LIKE '%%handed-in-%%'")
        return cursor.fetchone()[0]


def test_a_file_that_changes_nothing_says_so_and_waits_for_nothing(staff, question):
    raw = staff.post(EXPORT, {"format": "1", "resource": "0"}).content

    page = hand_in(staff, raw, "questions.yaml")

    assert page.status_code == 200
    assert "There is nothing to import" in page.content.decode()
    assert "ticket" not in page.context
    assert waiting() == 0


@pytest.mark.parametrize("name", ["questions.xlsx", "questions.ods", "questions", "questions.csv.exe", "questions.txt"])
def test_only_csv_and_yaml_are_read(staff, question, name):
    page = hand_in(staff, sheet(row_of(question)), name)

    assert page.status_code == 400
    assert "Only .csv, .yaml and .yml files are read." in page.content.decode()


@pytest.mark.parametrize("size", [MAX_BYTES + 1, 3_000_000, 30_000_000])
def test_a_file_that_is_too_large_is_told_so(staff, size):
    page = hand_in(staff, b"a" * size)

    assert page.status_code == 400
    assert "The file is larger than 2 MB." in page.content.decode()


def test_no_file_is_asked_for(staff):
    page = staff.post(IMPORT, {})

    assert page.status_code == 200  # nothing was sent at all: the page as it opens
    assert staff.post(IMPORT, {"resource": "0"}).status_code == 400


@pytest.mark.parametrize("permissions", [("view",), ("view", "change"), ("view", "add"), ()])
def test_import_takes_the_right_to_add_and_to_change(question, permissions):
    somebody = may(*permissions)

    assert somebody.get(IMPORT).status_code == 403
    assert somebody.post(CONFIRM, {"ticket": "x"}).status_code == 403
    if permissions:
        assert "import/" not in somebody.get(LIST).content.decode()


def test_someone_with_the_rights_of_a_curator_imports_and_exports(question):
    somebody = may("view", "add", "change")
    page = hand_in(somebody, sheet(row_of(question, note="Looked at.")))

    assert messages_of(confirm(somebody, page)) == ["Imported: 0 new, 1 changed, 0 as they were."]
    assert f"{IMPORT}" in somebody.get(LIST).content.decode()
    assert somebody.get(EXPORT).status_code == 200


def test_export_takes_the_right_to_look(question):
    assert may("add").get(EXPORT).status_code == 403
    assert may("view").post(EXPORT, {"format": "0", "resource": "0"}).status_code == 200


def test_nobody_else_confirms_an_upload(staff, question):
    page = hand_in(staff, sheet(row_of(question, note="Looked at.")))

    other = confirm(may("view", "add", "change"), page)

    assert messages_of(other) == [GONE]
    question.refresh_from_db()
    assert question.note == ""
    assert messages_of(confirm(staff, page)) == ["Imported: 0 new, 1 changed, 0 as they were."]


@pytest.mark.parametrize("ticket", ["", "forged", "a:b:c", None])
def test_a_forged_ticket_confirms_nothing(staff, question, ticket):
    response = staff.post(CONFIRM, {} if ticket is None else {"ticket": ticket}, follow=True)

    assert messages_of(response) == [GONE]


def test_a_ticket_is_good_once_and_for_an_hour(staff, question, time_machine, at):
    time_machine.move_to(at)
    page = hand_in(staff, sheet(row_of(question, note="Looked at.")))
    time_machine.shift(3601)
    assert messages_of(confirm(staff, page)) == [GONE]

    page = hand_in(staff, sheet(row_of(question, note="Looked at.")))
    confirm(staff, page)
    assert messages_of(confirm(staff, page)) == [GONE]


def test_what_changed_since_the_dry_run_is_told_and_kept(staff, question, at):
    page = hand_in(staff, sheet(row_of(question, note="Looked at.")))
    question.prompt = "In Airflow, what decides?"
    publish(question, change="clearer", author=None, at=at)

    assert messages_of(confirm(staff, page)) == [CHANGED_MEANWHILE]
    question.refresh_from_db()
    assert (question.note, question.prompt) == ("", "In Airflow, what decides?")


def test_a_reading_that_went_since_the_dry_run_is_told(staff, question):
    page = hand_in(staff, sheet(row_of(question, slug="new", status="draft", reading="luigi")))
    assert page.status_code == 400
    from tests.factories import make_reading

    luigi = make_reading(slug="luigi")
    page = hand_in(staff, sheet(row_of(question, slug="new", status="draft", reading="luigi")))
    luigi.delete()

    assert messages_of(confirm(staff, page)) == [CHANGED_MEANWHILE]
    assert not Question.objects.filter(slug="new").exists()


def test_a_get_confirms_nothing(staff):
    assert staff.get(CONFIRM).status_code == 405


def test_search_and_filters_choose_what_is_exported(staff, question):
    page = staff.get(f"{EXPORT}?q=decides")
    assert "One question, as the search" in page.content.decode()

    response = staff.post(f"{EXPORT}?q=decides", {"format": "0", "resource": "0"})

    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert 'filename="questions-' in response["Content-Disposition"]
    assert [entry.slug for entry in read_csv_entries(response.content)] == ["airflow-decides"]


@pytest.mark.parametrize(("action", "read"), [("export_csv", read_csv_entries), ("export_yaml", read_yaml_entries)])
def test_what_is_selected_is_exported(staff, question, action, read):
    response = staff.post(LIST, {"action": action, "_selected_action": [question.pk]})

    assert [entry.slug for entry in read(response.content)] == ["airflow-decides"]


def test_an_export_of_nothing_is_an_empty_sheet(staff):
    response = staff.post(EXPORT, {"format": "0", "resource": "0"})

    assert response.content.decode("utf-8-sig").startswith("reading,slug,kind")
    assert staff.post(EXPORT, {"format": "1", "resource": "0"}).content == b""


def test_queries_of_a_dry_run_and_of_an_export_do_not_grow_with_the_questions(staff, at, django_assert_max_num_queries):
    load(catalog_of(*(item(slug=f"q-{number}") for number in range(200))), at=at)
    with django_assert_max_num_queries(16):
        raw = staff.post(EXPORT, {"format": "0", "resource": "0"}).content
    changed = raw.replace(b"start a day late", b"start one day late").replace(b"published,", b"published,typo")

    with django_assert_max_num_queries(40):
        page = hand_in(staff, changed)

    assert page.context["totals"]["update"] == 200
    with django_assert_max_num_queries(280):
        confirm(staff, page)
    assert QuestionRevision.objects.filter(change="typo").count() == 200


def test_the_pages_hold_no_inline_script_style_or_handler(staff, question):
    raw = sheet(row_of(question, prompt='<script>alert(1)</script> " onclick="x', change="typo"))
    pages = [staff.get(IMPORT), staff.get(EXPORT), hand_in(staff, raw), hand_in(staff, b"x"), staff.get(LIST)]

    for page in pages:
        html = page.content.decode()
        assert "<script>" not in html
        assert "<style" not in html
        assert " style=" not in html
        assert "onchange=" not in html
        assert ' onclick="' not in html


def test_a_name_of_a_file_is_shown_as_text(staff, question):
    page = hand_in(staff, sheet(row_of(question, section="")), "<img src=x onerror=alert(1)>.csv")

    assert "<img src=x" not in page.content.decode()


def test_an_export_from_a_spreadsheet_in_another_language_is_refused_by_name(staff, question):
    raw = sheet(row_of(question)).replace(b",", b";")

    assert "separated by semicolons" in hand_in(staff, raw).content.decode()


def test_a_file_may_wait_while_it_is_as_large_as_a_file_may_be(staff, question):
    rows = [row_of(question, slug=f"new-{number}", status="draft", note="x" * 9_000) for number in range(200)]

    page = hand_in(staff, io.BytesIO(sheet(*rows)).getvalue())

    assert page.status_code == 200
    assert messages_of(confirm(staff, page)) == ["Imported: 200 new, 0 changed, 0 as they were."]
