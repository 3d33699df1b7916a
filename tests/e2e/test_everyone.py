"""Every page, for everyone: axe, sizes, zoom, focus, what is announced, less motion, forced colours, paper, weight."""

import datetime as dt
import gzip
import re
from collections.abc import Callable, Iterator

import pytest
from django.core import mail
from django.core.management import call_command
from django.http import HttpResponse
from django.shortcuts import render
from django.test import RequestFactory
from django.views import defaults
from playwright.sync_api import Locator, Response, expect

from learners.models import Learner
from scheduler.models import Card
from tests.e2e.accounts import (
    ADDRESS,
    PASSWORD,
    confirms_that_it_is_she,
    gives_a_device,
    has_an_account,
    make_account,
    newest_code,
    signs_in,
)
from tests.e2e.complaints import Complaints
from tests.e2e.faults import PHONE
from tests.e2e.person import Person
from tests.e2e.questions import ANSWER, CHOICE, CLOZE, CODE, RECALL, TYPED, make_one_of_each_kind
from tests.factories import AT, TODAY, make_card, make_question, make_reading

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]

KILOBYTE = 1000
DAY = dt.timedelta(days=1)


def test_study_page_on_every_side_of_every_kind(reader: Person, looks_well: Callable[[str], None]) -> None:
    make_one_of_each_kind()
    reader.opens("/").is_asked(RECALL)
    looks_well("home")
    reader.opens("/study/").is_asked(RECALL)
    looks_well("recall, asked")
    reader.opens_more()
    looks_well("more")
    reader.page.keyboard.press("Escape")
    reader.presses("Report").is_asked("What is wrong with this question?")
    looks_well("report")
    reader.presses("Back").is_asked(RECALL).presses("Show answer").reads(ANSWER)
    looks_well("recall, answered")
    reader.presses("Forgot").is_asked(CHOICE)
    looks_well("choice, asked")
    reader.picks("The executor")
    looks_well("choice, picked")
    reader.presses("Check answer").reads("Not right.")
    looks_well("choice, wrong")
    reader.presses("Undo").is_asked(CHOICE).reads("is taken back.").picks("The scheduler").presses("Check answer")
    reader.reads("Right.")
    looks_well("choice, right")
    reader.presses("Good").is_asked(CLOZE)
    looks_well("cloze, asked")
    reader.presses("Show answer").reads("idempotent")
    looks_well("cloze, answered")
    reader.presses("Good").is_asked(TYPED)
    looks_well("typed, asked")
    reader.types("Your answer", "idempodent").presses("Check answer").reads("Close.")
    looks_well("typed, close")
    reader.types("Your answer", "idempotent").presses("Check again").reads("Right.")
    looks_well("typed, right")
    reader.presses("Good").is_asked("One card is left.")
    looks_well("pause")
    reader.presses("Repeat it now").presses("Show answer").reads("Repeated for today; its schedule is set.")
    looks_well("drill, answered")
    reader.presses("Good").is_asked("Done for today.")
    looks_well("finished")


def test_study_page_in_its_rarer_states(
    reader: Person, looks_well: Callable[[str], None], next_day: Callable[[], None]
) -> None:
    reader.opens("/study/").is_asked("There is nothing to ask yet.")
    looks_well("empty catalog")
    reading = make_reading(title="Airflow")
    learner = has_an_account(reader)
    make_card(learner, make_question("typed", resource=reading), lapses=7)
    reader.opens("/study/").is_asked(TYPED).presses("Don’t know").reads("You have forgotten this eight times.")
    looks_well("leech")
    reader.presses("Rest it").reads("Not asked again.")
    looks_well("nothing left but a notice")

    Learner.objects.update(buttons="6")
    make_card(
        learner, make_question(resource=reading, prompt="Six grades?", answer=CODE), interval_days=290, repetitions=9
    )
    reader.opens(f"/study/?reading={reading.slug}").is_asked("Six grades?").reads("Studying Airflow only.")
    looks_well("one reading")
    reader.presses("Show answer").reads("Because of this:")
    looks_well("six grades")
    Learner.objects.update(buttons="2")
    reader.page.reload()
    reader.is_asked("Six grades?").presses("Show answer").reads("Remembered")
    looks_well("two grades")

    reader.opens_more().presses("Stop here for today").is_asked("Stopped for today.")
    looks_well("stopped")
    make_card(learner, make_question(resource=reading, prompt="Due later?"), due_on=TODAY + 9 * DAY)
    reader.opens("/study/?ahead=1").is_asked("Due later?").presses("Show answer").reads("this changes no schedule")
    looks_well("ahead")
    next_day()
    Card.objects.update(due_on=TODAY + 9 * DAY)
    reader.opens("/study/").is_asked("Nothing is due.")
    looks_well("nothing due")


def test_study_page_when_something_went_wrong(
    reader: Person, looks_well: Callable[[str], None], complaints: Complaints
) -> None:
    complaints.expects("Failed to load resource", "htmx:afterRequest", "htmx:sendError")
    make_question()
    reader.opens("/study/answer/?ticket=forged").reads("This card was not given to you")
    looks_well("forged ticket")
    reader.presses("Show answer").reads(ANSWER).page.route("**/study/grade/", lambda route: route.abort())
    reader.presses("Good").reads("Not sent: no connection.")
    looks_well("not sent")


def test_pages_around_the_study_page(reader: Person, looks_well: Callable[[str], None], complaints: Complaints) -> None:
    reading = make_one_of_each_kind()
    for number in range(6):
        make_question(resource=reading, prompt=f"And question {number}?")
    call_command("demo", at=AT, verbosity=0)
    for name, address in (
        ("keys", "/study/keys/"),
        ("topics, to a visitor", "/topics/"),
        ("topic, to a visitor", reading.topic.get_absolute_url()),
        ("reading, to a visitor", reading.get_absolute_url()),
        ("settings, to a visitor", "/settings/"),
        ("progress, to a visitor", "/progress/"),
    ):
        reader.opens(address)
        looks_well(name)

    reader.opens("/account/login/").types("E-mail", "demo@example.org").types("Password", "readback-demo").presses(
        "Sign in"
    )
    expect(reader.page).to_have_url(re.compile("/study/$"))
    Card.objects.filter(question__prompt="And question 1?").update(suspended_at=AT)
    for name, address in (
        ("home, coming back", "/"),
        ("topics", "/topics/"),
        ("topic", reading.topic.get_absolute_url()),
        ("reading", reading.get_absolute_url()),
        ("progress", "/progress/"),
        ("settings", "/settings/"),
    ):
        reader.opens(address)
        for summary in reader.main.locator("details > summary").all():
            summary.click()
        looks_well(name)
    complaints.expects("Failed to load resource: the server responded with a status of 422")
    reader.opens("/settings/").types("New questions a day", "-1").presses("Save changes").reads("Nothing is saved yet.")
    looks_well("settings, with an error")


def test_account_pages_of_somebody_signed_out(reader: Person, looks_well: Callable[[str], None]) -> None:
    make_account()
    reader.opens("/account/login/")
    looks_well("sign in")
    reader.types("E-mail", ADDRESS).types("Password", "not this one").presses("Sign in")
    reader.reads("do not go together")
    looks_well("sign in, refused")
    reader.opens("/account/signup/")
    looks_well("sign up")
    reader.types("E-mail", "ada@").presses("Make an account").reads("Write the whole address")
    looks_well("sign up, with errors")
    reader.opens("/account/signup/passkey/")
    looks_well("sign up by passkey")
    reader.opens("/account/login/code/")
    looks_well("code instead")
    reader.types("E-mail", ADDRESS).presses("Send me a code").reads("A code goes to")
    looks_well("code, to sign in")
    reader.page.context.clear_cookies()
    reader.opens("/account/password/reset/")
    looks_well("reset")
    reader.types("E-mail", ADDRESS).presses("Send me a code").reads("A code goes to")
    looks_well("code, to reset")
    reader.types("Code", newest_code()).presses("Go on").reads("Choose a new password")
    looks_well("new password")
    reader.opens("/account/inactive/")
    looks_well("inactive")
    reader.opens("/account/signup/").types("E-mail", "new@example.org").types("Password", PASSWORD)
    reader.presses("Make an account").reads("A code goes to new@example.org.")
    looks_well("code, to sign up")
    assert len(mail.outbox) == 3


def test_account_pages_of_somebody_signed_in(reader: Person, looks_well: Callable[[str], None]) -> None:
    gives_a_device(reader.page)
    make_card(has_an_account(reader))
    reader.opens("/account/delete/").reads("Confirm that it is you")
    looks_well("confirm")
    confirms_that_it_is_she(reader).reads("This goes for good")
    looks_well("delete")
    for name, address in (
        ("change address", "/account/email/"),
        ("change password", "/account/password/change/"),
        ("sign out", "/account/logout/"),
        ("two steps", "/account/2fa/"),
        ("no passkeys", "/account/2fa/webauthn/"),
        ("authenticator app", "/account/2fa/totp/activate/"),
        ("add a passkey", "/account/2fa/webauthn/add/"),
    ):
        reader.opens(address)
        looks_well(name)
    reader.types("Name", "Laptop").picks("Sign in with it alone").presses("Add a passkey").reads(
        "Each opens your account once"
    )
    looks_well("recovery codes")
    reader.opens("/account/2fa/webauthn/").reads("Laptop")
    looks_well("passkeys")
    reader.presses("Rename")
    looks_well("rename a passkey")
    reader.opens("/account/2fa/webauthn/").presses("Remove")
    looks_well("remove a passkey")
    reader.opens("/account/2fa/recovery-codes/generate/")
    looks_well("new recovery codes")
    reader.opens("/account/logout/").presses("Sign out").reads("Can you say it back?")
    signs_in(reader)
    expect(reader.page).to_have_url(re.compile("/account/2fa/authenticate/"))
    looks_well("second step")


def error_pages() -> Iterator[tuple[str, HttpResponse]]:
    request = RequestFactory().get("/")
    yield "400", defaults.bad_request(request, Exception())
    yield "403", defaults.permission_denied(request, Exception())
    yield "404", defaults.page_not_found(request, Exception())
    yield "429", render(request, "429.html", status=429)
    yield "500", defaults.server_error(request)


def test_error_pages(reader: Person, looks_well: Callable[[str], None], complaints: Complaints) -> None:
    complaints.expects("Failed to load resource")
    shown: list[HttpResponse] = []
    reader.page.route(
        "**/error/",
        lambda route: route.fulfill(status=shown[-1].status_code, body=shown[-1].text, content_type="text/html"),
    )
    for name, response in error_pages():
        shown.append(response)
        reader.opens("/error/")
        looks_well(name)
    reader.opens("/settings/").page.context.clear_cookies()
    reader.presses("Save changes").reads("This form could not be trusted.")
    looks_well("403, of an old form")


def test_focus_goes_to_the_question_after_each_swap_and_what_came_of_it_is_announced(person: Person) -> None:
    make_one_of_each_kind()
    said = person.page.get_by_role("status")
    heading = person.page.get_by_role("heading", level=1)
    person.opens("/study/").is_asked(RECALL)

    def after(press: str, title: str, announced: str) -> None:
        person.presses(press)
        expect(heading).to_be_focused()
        expect(heading).to_contain_text(title)
        expect(said).to_have_text(announced)

    after("Report", "What is wrong with this question?", "")
    after("Back", RECALL, "")
    after("Show answer", RECALL, "The answer is shown.")
    after("Forgot", CHOICE, "")
    person.picks("The executor")
    after("Check answer", CHOICE, "Not right. The answer is the scheduler.")
    expect(person.page).to_have_title(re.compile("^Not right: Airflow"))
    after("Next card", CLOZE, "")
    after("Undo", CHOICE, "Not right is taken back. Here is the card again.")
    person.picks("The scheduler")
    after("Check answer", CHOICE, "Right.")
    after("Good", CLOZE, "")
    after("Skip", TYPED, "Skipped: it comes at the end of today.")
    person.types("Your answer", "idempodent").presses("Check answer")
    expect(person.page.get_by_label("Your answer")).to_be_focused()
    expect(person.page.get_by_label("Your answer")).to_have_accessible_description(re.compile("Close."))
    expect(said).to_have_text("Close. Check the spelling; nothing is counted yet.")
    person.types("Your answer", "idempotent")
    after("Check again", TYPED, "Right.")
    after("Good", CLOZE, "")
    assert person.page.locator("[aria-live], [role=status]").count() == 1


def test_every_control_is_reached_by_the_tab_key_and_shows_its_focus(person: Person) -> None:
    make_question()
    person.opens("/study/").presses("Show answer").reads(ANSWER).waits_for_rest()
    reached = []
    while "More" not in reached:
        person.page.keyboard.press("Tab")
        focused = person.page.locator(":focus")
        reached.append(re.split("[,\n]", focused.get_attribute("aria-label") or focused.inner_text())[0])
        assert focused.evaluate("element => getComputedStyle(element).outlineWidth") == "3px", reached[-1]
    assert [name for name in reached if not name.startswith("Read it again")] == [
        "Forgot",
        "Hard",
        "Good",
        "Easy",
        "Undo",
        "Skip",
        "Report",
        "More",
    ]


def test_skip_link_comes_first_and_leads_to_the_question(person: Person) -> None:
    make_question()
    person.opens("/study/").page.keyboard.press("Tab")
    expect(person.page.get_by_role("link", name="Skip to the page")).to_be_focused()
    person.presses_key("Enter")
    expect(person.page.get_by_role("heading", level=1)).to_be_focused()


@pytest.mark.parametrize("kind", ["recall", "choice", "cloze", "typed"])
def test_question_does_not_move_when_its_answer_is_shown(kind: str, somebody: Callable[..., Person]) -> None:
    make_question(kind)
    person = somebody(viewport=PHONE).opens("/study/")
    prompt = person.page.get_by_role("heading", level=1)
    before = prompt.bounding_box()
    if kind == "choice":
        person.picks("The scheduler").presses("Check answer").reads("Right.")
    elif kind == "typed":
        person.types("Your answer", "idempotent").presses("Check answer").reads("Right.")
    else:
        person.presses("Show answer").reads("A run covers an interval")
    after = prompt.bounding_box()
    assert before
    assert after
    assert (before["x"], before["y"]) == (after["x"], after["y"])


def test_less_motion_means_none(somebody: Callable[..., Person]) -> None:
    make_question()
    longest = """() => Math.max(...[...document.querySelectorAll("*")]
        .flatMap((element) => getComputedStyle(element).transitionDuration.split(", ").map(parseFloat)))"""
    person = somebody().opens("/study/")
    assert person.page.evaluate(longest) == 0.12
    person.page.emulate_media(reduced_motion="reduce")
    assert person.page.evaluate(longest) == 0


def test_forced_colours_leave_every_control_a_border_and_the_verdict_its_signs(somebody: Callable[..., Person]) -> None:
    make_question("choice")
    person = somebody(forced_colors="active", viewport=PHONE).opens("/study/").is_asked(CHOICE)
    border = "element => parseFloat(getComputedStyle(element).borderTopWidth)"
    assert person.control("Check answer").evaluate(border) == 3
    assert person.control("Don’t know").evaluate(border) >= 1
    person.picks("The executor")
    rings = person.main.locator("label .ring")
    colours = {ring.evaluate("ring => getComputedStyle(ring).color") for ring in rings.all()}
    assert len(colours) == 2, "the picked option looks like the others"
    person.presses("Check answer").reads("Your answer", "The answer")
    rail = """option => {
        const { borderInlineStartWidth, borderInlineStartStyle } = getComputedStyle(option, "::before");
        return `${borderInlineStartWidth} ${borderInlineStartStyle}`;
    }"""
    rails = [option.evaluate(rail) for option in person.main.get_by_role("listitem").filter(has_text="does what").all()]
    assert sorted(rails) == ["0px none", "4px dashed", "4px solid"]


def test_paper_has_the_answer_and_its_links_but_no_buttons(somebody: Callable[..., Person]) -> None:
    question = make_question(answer=CODE)
    person = somebody(color_scheme="dark")
    person.opens("/study/").presses("Show answer").reads("Because of this:")
    person.page.emulate_media(media="print")
    expect(person.page.get_by_text("Because of this:")).to_be_visible()
    code = person.page.locator("pre")
    assert code.evaluate("box => box.scrollWidth <= box.clientWidth"), "a long line of code is cut off"
    for name in ("Good", "Undo", "More"):
        expect(person.main.get_by_text(name, exact=True)).to_be_hidden()
    link = person.control("Read it again")
    assert question.resource.url in link.evaluate("link => getComputedStyle(link, '::after').content")
    assert colours_of(person.page.locator("body")) == ("rgb(34, 31, 26)", "rgb(255, 255, 255)")


def colours_of(element: Locator) -> tuple[str, str]:
    """Ink and paper, as the browser computes them."""
    style = element.evaluate("e => [getComputedStyle(e).color, getComputedStyle(e).backgroundColor]")
    return style[0], style[1]


@pytest.mark.parametrize("address", ["/study/", "/account/login/", "/settings/"])
def test_page_is_light(address: str, person: Person) -> None:
    """At most 30 kB of scripts and 15 kB of style sheets, gzipped, counted as the browser asks for them."""
    make_question()
    loaded: list[Response] = []
    person.page.on("response", lambda response: loaded.append(response))
    person.opens(address).waits_for_rest()
    weight = {
        kind: sum(len(gzip.compress(each.body())) for each in loaded if each.request.resource_type == kind)
        for kind in ("script", "stylesheet")
    }
    assert 0 < weight["script"] <= 30 * KILOBYTE
    assert 0 < weight["stylesheet"] <= 15 * KILOBYTE
    assert all(each.url.startswith(person.page.url.split("/", 3)[0]) for each in loaded)


def test_policy_that_forbids_inline_style_and_script_is_in_force_and_heard(
    person: Person, complaints: Complaints
) -> None:
    person.opens("/account/login/").page.evaluate("() => document.body.setAttribute('style', 'color: red')")
    person.page.evaluate("() => document.body.append(Object.assign(document.createElement('script'), {text: 'var x'}))")
    expect(person.page.locator("body")).not_to_have_css("color", "rgb(255, 0, 0)")
    assert sum("policy: style-src-attr" in complaint for complaint in complaints) == 1
    assert sum("policy: script-src-elem" in complaint for complaint in complaints) == 1
    complaints.expects("policy: ", "Content Security Policy")
