"""What goes wrong while answering, in a real browser: nothing counted twice, nothing lost, and a sentence about it."""

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import Route, expect

from catalog.models import Question
from catalog.revisions import publish
from catalog.steps import retire
from scheduler.models import Review
from tests.e2e.accounts import has_an_account
from tests.e2e.complaints import Complaints
from tests.e2e.person import Person
from tests.e2e.questions import ANSWER, RECALL
from tests.factories import AT, make_card, make_question

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]

PRESS_AT_THE_SWAP = """() => addEventListener("htmx:load", () => {
    [...document.querySelectorAll("button")].find((button) => button.textContent.startsWith("Good")).click();
}, { once: true })"""
ALREADY = "Already answered: here is the next card."


@pytest.fixture(autouse=True)
def failures_are_provoked(complaints: Complaints) -> None:
    complaints.expects("Failed to load resource", "Response Status Error Code", "htmx:afterRequest", "htmx:sendError")


@pytest.fixture
def two_questions() -> tuple[Question, Question]:
    return make_question(prompt="First?", rank=1), make_question(prompt="Second?", rank=2)


def at_the_back(person: Person) -> Person:
    return person.opens("/study/").is_asked("First?").presses("Show answer").reads(ANSWER)


@pytest.mark.usefixtures("two_questions")
class TestPressedTwice:
    def test_double_click_on_a_grade_is_one_review(self, anyone: Person) -> None:
        at_the_back(anyone).waits_for_rest()
        anyone.control("Good").dblclick()
        anyone.is_asked("Second?").does_not_read(ANSWER)
        assert Review.objects.count() == 1

    def test_second_press_that_comes_just_after_the_swap_grades_nothing(self, person: Person) -> None:
        person.opens("/study/").is_asked("First?")
        person.page.evaluate(PRESS_AT_THE_SWAP)
        person.presses("Show answer").reads(ANSWER).waits_for_rest()
        person.is_asked("First?")
        assert not Review.objects.exists()

    def test_held_key_turns_one_card_and_grades_nothing(self, person: Person) -> None:
        person.opens("/study/").is_asked("First?").waits_for_rest()
        person.page.keyboard.down("Space")
        person.page.keyboard.down("Space")
        person.reads(ANSWER).waits_for_rest()
        person.page.keyboard.down("Space")
        person.waits_for_rest()
        person.is_asked("First?")
        assert not Review.objects.exists()

    def test_same_card_answered_in_two_tabs_counts_in_the_first(self, anyone: Person) -> None:
        at_the_back(anyone)
        other = at_the_back(anyone.in_another_tab())
        anyone.presses("Good").is_asked("Second?")
        other.presses("Easy").is_asked("Second?").reads(ALREADY)
        assert Review.objects.get().quality == 4

    def test_back_button_after_leaving_shows_the_card_that_is_next_now(self, anyone: Person) -> None:
        at_the_back(anyone).presses("Good").is_asked("Second?")
        anyone.opens("/topics/").page.go_back()
        anyone.is_asked("Second?").presses("Show answer").presses("Good").reads("Done for today.")
        assert Review.objects.count() == 2

    def test_address_of_a_card_answered_since_says_so_and_goes_on(self, anyone: Person) -> None:
        at_the_back(anyone)
        address = anyone.control("Report").get_attribute("href")
        assert address
        answered = address.replace("/study/report/", "/study/answer/")
        anyone.presses("Good").is_asked("Second?")
        anyone.opens(answered).is_asked("Second?").reads(ALREADY)
        assert Review.objects.count() == 1


class TestChangedMeanwhile:
    def test_retired_question_counts_for_nothing_and_the_next_card_follows(
        self, anyone: Person, two_questions: tuple[Question, Question]
    ) -> None:
        at_the_back(anyone)
        retire(two_questions[0], by=None, at=AT)
        anyone.presses("Good").is_asked("Second?")
        anyone.reads("That question was withdrawn while you had it before you.", "Nothing is counted")
        assert not Review.objects.exists()

    def test_question_with_another_key_is_asked_anew(self, anyone: Person) -> None:
        question = make_question("choice")
        anyone.opens("/study/").picks("The scheduler")
        for choice, correct in (("The scheduler", False), ("The executor", True)):
            question.choices.filter(text=choice).update(correct=correct)
        publish(question, change="meaning", author=None, at=AT)

        anyone.presses("Check answer").reads("This question was changed while you had it before you.")
        anyone.does_not_read("Not right").picks("The executor").presses("Check answer").reads("Right.")
        assert not Review.objects.exists()

    def test_typing_error_mended_meanwhile_takes_nothing_from_the_answer(self, anyone: Person) -> None:
        question = make_question(prompt="Frist?", rank=1)
        make_question(prompt="Second?", rank=2)
        anyone.opens("/study/").is_asked("Frist?").presses("Show answer")
        question.prompt = "First?"
        publish(question, change="typo", author=None, at=AT)
        anyone.presses("Good").is_asked("Second?")
        assert Review.objects.get().quality == 4


@pytest.mark.usefixtures("two_questions")
class TestNotSent:
    """With scripts: without them the browser itself says that it could not send."""

    def test_answer_that_could_not_be_sent_is_kept_and_counts_once(self, person: Person) -> None:
        at_the_back(person).page.route("**/study/grade/", lambda route: route.abort("connectionrefused"))
        person.presses("Good").reads("Not sent: no connection. Your answer (Good) is kept here and will count once.")
        person.presses("Send again").reads("Not sent: no connection. Your answer (Good) is kept here")
        assert not Review.objects.exists()
        person.page.unroute_all()
        person.presses("Send again").is_asked("Second?")
        assert Review.objects.get().quality == 4

    def test_answer_whose_reply_was_lost_counts_once(self, person: Person) -> None:
        def lose_the_reply(route: Route) -> None:
            route.fetch()
            route.abort()

        at_the_back(person).page.route("**/study/grade/", lose_the_reply)
        person.presses("Good").reads("Not sent: no connection.")
        assert Review.objects.count() == 1
        person.page.unroute_all()
        person.presses("Send again").is_asked("Second?").reads(ALREADY)
        assert Review.objects.count() == 1

    def test_fault_of_the_server_is_told_and_the_answer_kept(self, person: Person) -> None:
        at_the_back(person).page.route("**/study/grade/", lambda route: route.fulfill(status=500, body="oops"))
        person.presses("Good").reads("This did not work; the fault is Readback’s. Your answer is kept: send it again.")
        person.page.unroute_all()
        person.presses("Send again").is_asked("Second?")
        assert Review.objects.count() == 1

    def test_typed_answer_stays_in_its_field_until_it_arrives(self, person: Person) -> None:
        make_question("typed", prompt="One word?", rank=0)
        person.opens("/study/").is_asked("One word?").types("Your answer", "idempotent")
        person.page.route("**/study/check/", lambda route: route.abort())
        person.presses("Check answer").reads("Not sent: no connection. Your answer is kept here and will count once.")
        expect(person.page.get_by_label("Your answer")).to_have_value("idempotent")
        person.page.unroute_all()
        person.presses("Send again").reads("Right.")

    def test_slow_press_says_that_it_is_being_sent(self, person: Person) -> None:
        held: list[Route] = []
        at_the_back(person).page.route("**/study/grade/", lambda route: held.append(route))
        person.presses("Good")
        expect(person.main.get_by_role("button", name="Sending…")).to_be_visible()
        held[0].continue_()
        person.is_asked("Second?")
        assert Review.objects.count() == 1


@pytest.mark.usefixtures("two_questions")
class TestSignedOutMeanwhile:
    def test_session_that_expired_while_answering_is_told_and_the_next_card_follows(self, anyone: Person) -> None:
        make_card(has_an_account(anyone), make_question(prompt="Hers, and due?"))
        anyone.opens("/study/").is_asked("Hers, and due?").presses("Show answer").reads(ANSWER)
        Session.objects.all().delete()
        anyone.presses("Good").is_asked("First?").reads("you signed in or out since", "Nothing is counted")
        assert not Review.objects.exists()

    def test_browser_that_lost_its_cookies_is_told_that_nothing_was_recorded(self, anyone: Person) -> None:
        at_the_back(anyone)
        anyone.page.context.clear_cookies()
        anyone.presses("Good").reads("This form could not be trusted.", "nothing was recorded")
        anyone.presses("Study").is_asked("First?")
        assert not Review.objects.exists()


class TestPages:
    def test_unknown_address_has_a_page_with_the_way_on(self, anyone: Person) -> None:
        make_question()
        anyone.opens("/no/such/page/").reads("There is no page at this address.").presses("Study")
        anyone.is_asked(RECALL)

    def test_forged_ticket_is_told_in_the_card(self, anyone: Person) -> None:
        make_question()
        anyone.opens("/study/answer/?ticket=forged").reads("This card was not given to you", "Nothing is counted")
        anyone.is_asked(RECALL)
