"""The curators' pages, in a real browser: axe, phone and desk, light and dark, with scripts and without."""

import re
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from playwright.sync_api import FrameLocator, Page, ViewportSize, expect

from catalog.items import as_json
from catalog.load import load
from catalog.models import Choice, Conflict, Question
from catalog.revisions import publish
from catalog.stored import question_item
from insights.models import Case
from learners.models import User
from tests.catalog.contents import catalog_of, choice, item
from tests.e2e.complaints import Complaints
from tests.e2e.faults import DESKTOP, PHONE, violations
from tests.e2e.person import Person
from tests.factories import AT, make_question, make_user
from tests.insights.curating import FINDINGS, make_case, make_statistic

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]

WINDOWS: tuple[tuple[ViewportSize, str], ...] = ((PHONE, "light"), (DESKTOP, "dark"))
SIDEWAYS = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture(autouse=True)
def frames_run_no_scripts(complaints: Complaints) -> None:
    """Nor do they run the one that these tests put into every page."""
    complaints.expects("Blocked script execution in")


@pytest.fixture
def staff() -> User:
    return make_user("curator@example.org", is_staff=True, is_superuser=True)


def signs_in_as(person: Person, user: User) -> Person:
    client = Client()
    client.force_login(user)
    person.takes_cookies_of(client)
    return person


@pytest.fixture
def curating(somebody: Callable[..., Person], staff: User) -> Person:
    return signs_in_as(somebody(reduced_motion="reduce"), staff)


@pytest.fixture
def anybody_curating(anyone: Person, staff: User) -> Person:
    return signs_in_as(anyone, staff)


@pytest.fixture
def question(staff: User) -> Question:
    """A choice question with three wordings and a remark of lint, and one that asks for much the same."""
    near = "Which part of Airflow does not decide that a task may run at once?"
    load(
        catalog_of(
            choice(slug="decides", prompt="In Airflow, which part decides that a task may run now?"),
            item(slug="near", prompt=near),
        ),
        at=AT,
    )
    found = Question.objects.get(slug="decides")
    for change, prompt in (
        ("clearer", "Which part of Airflow decides that a task may run now?"),
        ("meaning", "Which part of Airflow does not decide that a task may run now?"),
    ):
        found.prompt = prompt
        publish(found, change=change, author=staff, at=AT)
    return found


def make_conflict(question: Question) -> Conflict:
    stored = as_json(question_item(question, question.choices.all()))
    in_file = {
        **stored,
        "prompt": "Which part of Airflow decides?",
        "explanation": "It looks at what a task waits for.",
    }
    return Conflict.objects.create(
        kind="question", slug=question.slug, in_file=in_file, in_database=stored, found_at=AT
    )


def faults_of(page: Page) -> list[str]:
    """In words: on a phone in the light, and at a desk in the dark."""
    found = []
    for window, look in WINDOWS:
        page.set_viewport_size(window)
        page.emulate_media(color_scheme=look)  # type: ignore[arg-type]
        found += [f"{look}, {window['width']}: {fault}" for fault in violations(page)]
        if sideways := page.evaluate(SIDEWAYS):
            found.append(f"{look}, {window['width']}: it is {sideways} wider than the window")
    return found


def test_every_page_of_a_curator_is_in_order(curating: Person, question: Question, subtests: pytest.Subtests) -> None:
    make_conflict(question)
    reading = question.resource
    Question.objects.filter(slug="near").update(status="draft")
    pages = {
        "start": reverse("admin:index"),
        "topics": reverse("admin:catalog_topic_changelist"),
        "topic": reverse("admin:catalog_topic_change", args=[reading.topic_id]),
        "readings": reverse("admin:catalog_resource_changelist"),
        "reading": reverse("admin:catalog_resource_change", args=[reading.pk]),
        "history of a reading": reverse("admin:catalog_resource_history", args=[reading.pk]),
        "a reading as it stood": reverse(
            "admin:catalog_resource_simple_history", args=[reading.pk, reading.history.latest().pk]
        ),
        "questions": reverse("admin:catalog_question_changelist"),
        "questions, none found": reverse("admin:catalog_question_changelist") + "?q=nothing-is-like-this",
        "question": reverse("admin:catalog_question_change", args=[question.pk]),
        "new question": reverse("admin:catalog_question_add"),
        "history": reverse("admin:catalog_question_history", args=[question.pk]),
        "restore": reverse("admin:catalog_question_restore", args=[question.pk, 1]),
        "merge": reverse("admin:catalog_question_merge", args=[question.pk]),
        "merge, both": reverse("admin:catalog_question_merge", args=[Question.objects.get(slug="near").pk])
        + "?into=decides",
        "merge, refused": reverse("admin:catalog_question_merge", args=[question.pk]) + "?into=near",
        "preview, front": reverse("admin:catalog_question_stored_preview", args=[question.pk]),
        "preview, back": reverse("admin:catalog_question_stored_preview", args=[question.pk]) + "?side=back&look=dark",
        "conflicts": reverse("admin:catalog_conflict_changelist"),
        "conflict": reverse("admin:catalog_conflict_change", args=[Conflict.objects.get().pk]),
        "revisions": reverse("admin:catalog_questionrevision_changelist"),
        "revision": reverse("admin:catalog_questionrevision_change", args=[question.revisions.latest("id").pk]),
    }
    for name, address in pages.items():
        curating.opens(address)
        with subtests.test(name):
            assert faults_of(curating.page) == []


def test_pages_of_what_the_answers_tell_are_in_order(curating: Person, subtests: pytest.Subtests) -> None:
    what_to_mend = reverse("admin:insights_itemstatistic_changelist")
    curating.opens(what_to_mend)
    with subtests.test("nothing to mend"):
        assert faults_of(curating.page) == []
    question = make_question("choice")
    options = [{"number": number, "share": 0.3, "good": 0.4} for number in range(4)]
    complaints = [["rival", 0.1, 0.41, 3], ["forgotten", 0.05, -0.14, 0], ["leeches", 0.1, 0.2, 4]]
    make_statistic(question, *complaints, options=options)
    make_statistic(question, is_current=False, revision=question.revisions.get())
    running, closed = make_case(question=question), make_case(status="helped", closed_at=AT, findings=FINDINGS)
    Case.objects.filter(pk=closed.pk).update(mended_by=closed.wording)
    pages = {
        "what to mend": what_to_mend,
        "cases": reverse("admin:insights_case_changelist"),
        "figures of a question": reverse("admin:insights_question", args=[question.pk]),
        "running case": reverse("admin:insights_case_change", args=[running.pk]),
        "closed case": reverse("admin:insights_case_change", args=[closed.pk]),
    }
    for name, address in pages.items():
        curating.opens(address)
        with subtests.test(name):
            assert faults_of(curating.page) == []


def test_new_question_does_not_begin_at_save_and_keeps_its_card_when_it_comes_back(
    curating: Person, question: Question
) -> None:
    page = curating.opens(reverse("admin:catalog_question_add")).page
    expect(page.get_by_role("button", name="Save", exact=True).first).not_to_be_focused()
    page.get_by_label("Prompt:").fill("Which *part* decides?")
    page.get_by_role("button", name="Save", exact=True).first.click()
    expect(page.get_by_text("Please correct the errors below.")).to_be_visible()
    expect(side(page, "front").get_by_role("heading", name="Which part decides?")).to_be_visible()


def test_form_with_errors_and_page_of_a_move_are_in_order(
    curating: Person, question: Question, subtests: pytest.Subtests
) -> None:
    page = curating.opens(reverse("admin:catalog_question_change", args=[question.pk])).page
    page.get_by_label("Prompt:").fill("Why does a daily run of Airflow start a day late?")
    page.get_by_role("button", name="Save", exact=True).first.click()
    expect(page.get_by_text("Say below what kind of change it is.")).to_be_visible()
    with subtests.test("errors"):
        assert faults_of(page) == []
    curating.opens(reverse("admin:catalog_question_changelist"))
    page.set_viewport_size(DESKTOP)
    page.get_by_role("checkbox", name="Select this object for an action - decides").check()
    page.get_by_label("Action:").select_option(label="Move to another reading")
    page.get_by_role("button", name="Go", exact=True).click()
    expect(page.get_by_text("Where they go")).to_be_visible()
    with subtests.test("move"):
        assert faults_of(page) == []


def side(page: Page, name: str) -> FrameLocator:
    return page.frame_locator(f"iframe[name=preview-{name}]:not([hidden])")


def test_card_is_drawn_as_it_is_typed(curating: Person, question: Question) -> None:
    page = curating.opens(reverse("admin:catalog_question_change", args=[question.pk])).page
    expect(side(page, "front").get_by_role("heading", name="does not decide")).to_be_visible()
    been = page.evaluate("history.length")
    page.get_by_label("Prompt:").fill("Which *part* decides?")
    expect(side(page, "front").get_by_role("heading", name="Which part decides?")).to_be_visible()
    expect(side(page, "back").get_by_text("It looks at what a task waits for.")).to_be_visible()
    expect(page.get_by_label("Prompt:")).to_be_focused()
    page.get_by_label("Dark").check()
    expect(side(page, "back").locator("html[data-look=dark]")).to_be_attached()
    expect(side(page, "front").locator("body")).to_have_css("background-color", "rgb(27, 26, 23)")
    assert side(page, "front").locator("html").evaluate("page => page.clientWidth") == 390
    assert page.evaluate("history.length") == been
    question.refresh_from_db()
    assert question.prompt == "Which part of Airflow does not decide that a task may run now?"


def test_card_is_drawn_on_a_press_with_and_without_scripts(anybody_curating: Person, question: Question) -> None:
    page = anybody_curating.opens(reverse("admin:catalog_question_change", args=[question.pk])).page
    page.get_by_label("Prompt:").fill("Which part decides?")
    page.get_by_role("button", name="Show the back").click()
    expect(side(page, "back").get_by_role("heading", name="Which part decides?")).to_be_visible()
    expect(page).to_have_url(re.compile("/change/$"))


def test_question_is_written_sent_and_published_without_scripts(
    somebody: Callable[..., Person], staff: User, question: Question
) -> None:
    page = signs_in_as(somebody(java_script_enabled=False), staff).page
    page.goto(reverse("admin:catalog_question_add"))
    page.get_by_label("Reading:").select_option(label="Airflow")
    page.get_by_label("Slug:").fill("airflow-late")
    page.get_by_label("Kind:").select_option(label="Recall")
    page.get_by_label("Section:").fill("Scheduling")
    page.get_by_label("Status:").select_option(label="Published")
    page.get_by_label("Prompt:").fill("Why is a daily run of Airflow started when its day has passed?")
    page.get_by_label("Answer:").fill("Because the interval that it covers must be over.")
    page.get_by_label("Explanation:").fill("A run works on the data of an interval, and these are complete at its end.")
    page.get_by_role("button", name="Save", exact=True).first.click()
    expect(page.get_by_text("was added successfully")).to_be_visible()
    assert Question.objects.get(slug="airflow-late").status == "published"


def test_option_is_added_and_the_key_moved_by_keyboard(curating: Person, question: Question) -> None:
    page = curating.opens(reverse("admin:catalog_question_change", args=[question.pk])).page
    page.get_by_role("button", name="Add another Choice").or_(
        page.get_by_role("link", name="Add another Choice")
    ).press("Enter")
    page.locator("#id_choices-3-position").fill("3")
    page.locator("#id_choices-3-text").fill("The timetable")
    page.locator("#id_choices-3-why").fill("It says when, and decides nothing.")
    page.locator("#id_choices-1-correct").press("Space")
    page.locator("#id_choices-3-correct").press("Space")
    page.get_by_label("What is the change?").select_option("meaning")
    page.get_by_role("button", name="Save", exact=True).first.press("Enter")
    expect(page.get_by_text("Saved. Lint has")).to_be_visible()
    assert Choice.objects.get(question=question, correct=True).text == "The timetable"


def test_conflict_is_decided_with_one_press(anybody_curating: Person, question: Question) -> None:
    make_conflict(question)
    page = anybody_curating.opens(reverse("admin:catalog_conflict_changelist")).page
    page.get_by_role("button", name="Take what the file says").click()
    expect(page.get_by_text("what the file says is taken.")).to_be_visible()
    expect(page.get_by_text("There are no conflicts")).to_be_visible()
    question.refresh_from_db()
    assert question.prompt == "Which part of Airflow decides?"


def test_two_questions_become_one(anybody_curating: Person, question: Question) -> None:
    page = anybody_curating.opens(reverse("admin:catalog_question_change", args=[question.pk])).page
    page.get_by_role("link", name="Merge into another").click()
    page.get_by_role("link", name="near", exact=True).click()
    page.get_by_role("button", name="Merge into near").click()
    expect(page.get_by_text("within minutes its cards go on with near.")).to_be_visible()
    question.refresh_from_db()
    assert question.status == "retired"


def test_reading_is_searched_for_by_its_title(curating: Person, question: Question) -> None:
    other = make_question(prompt="Else?").resource
    page = curating.opens(reverse("admin:catalog_question_change", args=[question.pk])).page
    page.get_by_role("combobox", name="Reading:").click()
    page.locator(".select2-search__field").fill(other.title)
    page.get_by_role("option", name=other.title).click()
    page.get_by_role("button", name="Save", exact=True).first.click()
    expect(page.get_by_text("Saved. Lint has")).to_be_visible()
    question.refresh_from_db()
    assert question.resource == other
