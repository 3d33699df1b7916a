"""A learner reports a question, a curator decides, and the learner reads what became of it."""

from collections.abc import Callable

import pytest
from django.test import Client
from playwright.sync_api import Page, expect

from catalog.models import Question
from learners.models import Learner, User
from learners.roles import CURATOR
from quiz.models import QuestionReport
from tests.e2e.accounts import PASSWORD, confirms_that_it_is_she, gives_a_device, has_an_account
from tests.e2e.complaints import Complaints
from tests.e2e.faults import DESKTOP, PHONE, faults_of, violations
from tests.e2e.person import Person, becomes_a_guest
from tests.e2e.questions import ANSWER, RECALL
from tests.factories import AT, make_card, make_question, make_report, make_staff

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]

INBOX = "/admin/quiz/reportedquestion/"
TOO_WIDE = "document.documentElement.scrollWidth > document.documentElement.clientWidth"


def signs_in_as_curator(person: Person) -> User:
    curator = make_staff(CURATOR, email="curator@example.org", password=PASSWORD)
    client = Client()
    client.force_login(curator)
    person.takes_cookies_of(client)
    return curator


def reports(person: Person, reason: str, comment: str = "") -> Person:
    person.opens("/study/").presses("Report").is_asked("What is wrong with this question?").picks(reason)
    person.types("In a few words, if you like", comment).picks("Tell me what became of it")
    return person.presses("Send report").reads("you will read here what became of it")


def test_guest_reports_a_question_a_curator_answers_and_she_reads_it_once(somebody: Callable[..., Person]) -> None:
    make_question()
    make_question(prompt="And then?")
    learner, curator = somebody(), somebody()
    becomes_a_guest(learner)
    reports(learner, "It is out of date", "Since 3.0 it does not.").is_asked(RECALL)

    signs_in_as_curator(curator)
    curator.opens("/admin/").presses("1 report of a learner waits").presses("Why does a daily run start")
    curator.reads("It is out of date", "Since 3.0 it does not.", "Seen before its answer was shown.")
    curator.types("What those who asked are told", "The text is of 3.0 by now.").presses("Answer")
    curator.reads("1 report is answered.", "0 reports are open")

    learner.opens("/study/").reads("is answered.", "The text is of 3.0 by now.")
    learner.presses("Show answer").reads(ANSWER, "The text is of 3.0 by now.").presses("Good").is_asked("And then?")
    learner.does_not_read("The text is of 3.0 by now.")
    learner.opens("/").does_not_read("The text is of 3.0 by now.")


def test_outcome_is_closed_where_she_is_and_the_question_gets_the_focus(anyone: Person) -> None:
    make_question()
    is_to_be_told(has_an_account(anyone))

    anyone.opens("/study/").is_asked(RECALL).reads("was looked into").presses("Close")

    anyone.does_not_read("was looked into").is_asked(RECALL)
    if anyone.scripts:
        expect(anyone.page.get_by_role("heading", level=1)).to_be_focused()
    assert not Learner.objects.get().has_outcomes
    anyone.opens("/").does_not_read("was looked into")


def test_outcome_does_not_move_the_question_when_its_answer_is_shown(somebody: Callable[..., Person]) -> None:
    make_question("choice")
    person = somebody(viewport=PHONE)
    is_to_be_told(has_an_account(person))
    prompt = person.opens("/study/").reads("was looked into").page.get_by_role("heading", level=1)
    before = prompt.bounding_box()

    person.picks("The executor").presses("Check answer").reads("Not right.")

    assert prompt.bounding_box() == before


def is_to_be_told(learner: Learner) -> None:
    """One of her reports was rejected, and she wanted to know."""
    make_report(learner, make_question(prompt="Was it so?", status=Question.Status.RETIRED), wants_answer=True)
    QuestionReport.objects.update(status="rejected", decided_at=AT)
    Learner.objects.filter(pk=learner.pk).update(has_outcomes=True)


def test_curator_decides_with_the_keyboard_alone(person: Person) -> None:
    question = make_question("choice")
    for reason in ("wrong", "unclear"):
        make_report(question=question, reason=reason)
    signs_in_as_curator(person)
    page = person.opens(f"{INBOX}{question.pk}/change/").page

    tab_to(page, "The answer is wrong")
    page.keyboard.press("Space")
    tab_to(page, "Reject")
    page.keyboard.press("Enter")

    person.reads("1 report is rejected.", "1 open report")
    assert QuestionReport.objects.undecided().get().reason == "wrong"
    tab_to(page, "Open again")
    page.keyboard.press("Enter")
    person.reads("1 report is open again.", "2 open reports")


def tab_to(page: Page, name: str) -> None:
    """Tabs on until the control of this name has the focus; its focus can be seen."""
    label = "e => (e.labels?.[0] ?? e).textContent.trim()"
    for _ in range(80):
        page.keyboard.press("Tab")
        focused = page.locator(":focus")
        if focused.count() and focused.evaluate(label) == name:
            assert focused.evaluate("e => getComputedStyle(e).outlineStyle") != "none"
            return
    pytest.fail(f"{name} is not reached")


def test_curator_goes_from_a_question_to_its_reports_its_figures_and_its_wordings(
    person: Person, complaints: Complaints
) -> None:
    complaints.expects("Blocked script execution in")  # The preview's frames run none.
    question = make_question("choice")
    make_report(question=question)
    signs_in_as_curator(person)
    person.page.set_viewport_size(DESKTOP)

    person.opens(f"/admin/catalog/question/{question.pk}/change/").presses("Reports (1 open)").reads("1 open report")
    name = person.page.get_by_role("heading", name=question.slug).bounding_box()
    links = person.page.locator(".object-tools").bounding_box()
    assert name
    assert links
    assert name["y"] + name["height"] <= links["y"]
    person.presses("What the answers tell").reads("Nobody has answered it as it stands.")
    person.presses("Its reports").presses("Its wordings").reads("Published wordings")


def test_pages_of_the_inbox_look_well(somebody: Callable[..., Person], subtests: pytest.Subtests) -> None:
    person = somebody(reduced_motion="reduce")
    question = make_question("choice")
    shown = {"options": [3, 1, 2], "side": "back", "chosen": 1, "typed": ""}
    make_report(question=question, shown=shown, comment="Both fit.", wants_answer=True)
    decided = make_report(question=question)
    curator = signs_in_as_curator(person)
    QuestionReport.objects.filter(pk=decided.pk).update(status="accepted", decided_at=AT, decided_by=curator)
    for window, look in ((PHONE, "light"), (DESKTOP, "dark")):
        person.page.set_viewport_size(window)
        person.page.emulate_media(color_scheme=look)  # type: ignore[arg-type]
        for address in (INBOX, f"{INBOX}{question.pk}/change/"):
            person.opens(address)
            with subtests.test(f"{address}, {look}"):
                assert violations(person.page) == []
                assert not person.page.evaluate(TOO_WIDE)


def test_outcome_and_the_way_to_a_second_step_look_well(
    somebody: Callable[..., Person], subtests: pytest.Subtests
) -> None:
    person = somebody(reduced_motion="reduce")
    make_question()
    make_card(learner := has_an_account(person))
    is_to_be_told(learner)
    for address in ("/study/", "/"):
        person.opens(address).reads("was looked into").waits_for_rest()
        with subtests.test(address):
            assert faults_of(person.page) == []
    signs_in_as_curator(person)
    person.opens("/admin/second-step/").reads("Authenticator app")
    with subtests.test("second step"):
        assert faults_of(person.page) == []


def test_in_production_staff_are_led_to_a_passkey_and_back(person: Person, settings) -> None:
    settings.PRODUCTION = True
    gives_a_device(person.page)
    make_report()
    signs_in_as_curator(person)

    person.opens(INBOX).is_asked("A second step for staff").reads("more than a password").presses("Add a passkey")
    confirms_that_it_is_she(person).types("Name", "Laptop").presses("Add a passkey")
    person.reads("Each opens your account once").presses("Go on to the admin")

    expect(person.page).to_have_url(f"{person.site}{INBOX}")
    person.reads("1 report is open").does_not_read("Add a second step")
