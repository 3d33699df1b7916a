"""Called back by mail, in a real browser: the settings, the mail, the quiz behind its button, and the way out."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from playwright.sync_api import expect

from learners.models import Learner, User
from reminders.models import ReminderSetting
from scheduler.models import Review
from tests.e2e.accounts import has_an_account, make_account
from tests.e2e.complaints import Complaints
from tests.e2e.faults import DESKTOP, PHONE, TOO_WIDE, violations
from tests.e2e.person import Person
from tests.e2e.questions import RECALL, make_one_of_each_kind
from tests.factories import AT, make_card, make_question, make_reading
from tests.reminders.writing import DAY, MINUTE, link_of, make_reminder, make_setting, remind

# A mail stands in a page of its reader's mail program: landmarks and the first heading are that page's.
WCAG = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


def is_written_to(learner: Learner) -> mail.EmailMultiAlternatives:
    """Her mail of this morning, with one card of each kind due."""
    for question in make_one_of_each_kind().questions.all():
        make_card(learner, question)
    make_setting(learner, cards=0)
    (message,) = remind()
    return message  # type: ignore[no-any-return]


def test_button_of_the_mail_opens_her_quiz_and_the_answer_counts(anyone: Person) -> None:
    learner = make_account()
    message = is_written_to(learner)

    anyone.opens(link_of(message, "open")).reads("You are studying from your mail.")
    anyone.opens_more().reads("Not until tomorrow").does_not_read("Don’t ask this again", "Stop here for today")
    anyone.opens("/study/").presses("Skip").reads("Skipped").presses("Undo").reads("is taken back")
    assert Review.objects.get().learner == learner
    anyone.opens("/settings/").reads("Make an account")


def test_reminders_are_stopped_with_one_press(anyone: Person) -> None:
    message = is_written_to(make_account())
    anyone.opens(link_of(message, "stop")).presses("Stop them").reads("The reminders are stopped.")
    assert ReminderSetting.objects.get().wish == "never"


def test_reminders_are_paused_with_one_press(anyone: Person) -> None:
    message = is_written_to(make_account())
    anyone.opens(link_of(message, "pause")).presses("Pause for a week").reads("at the earliest")
    assert ReminderSetting.objects.get().snoozed_until == AT.date() + 7 * DAY


def test_she_chooses_days_and_hour_and_reads_when_the_next_one_comes(anyone: Person, complaints: Complaints) -> None:
    complaints.expects("422")
    learner = has_an_account(anyone)
    make_card(learner, due_on=AT.date() + DAY)
    anyone.opens("/settings/").reads("Next reminder: Tuesday 24 November, 08:00, about 1 card.")
    anyone.picks("Tuesday").types("At", "19:30").presses("Save changes").reads("Your changes are saved.")
    anyone.reads("Next reminder: Wednesday 25 November, 19:30, about 1 card.")
    anyone.types("Away from", "2026-11-25").presses("Save changes").reads("A break has two dates")
    assert ReminderSetting.objects.get().weekdays == "134567"


def test_pages_behind_a_mail_s_links_look_well_on_every_screen(
    reader: Person,
    looks_well: Callable[[str], None],
    complaints: Complaints,
    next_day: Callable[[], None],
) -> None:
    complaints.expects("404", "410")
    message = is_written_to(make_account())
    reader.opens(link_of(message, "pause"))
    looks_well("pause")
    reader.presses("Pause for a week").reads("at the earliest")
    looks_well("paused")
    reader.opens(link_of(message, "stop"))
    looks_well("stop")
    reader.presses("Stop them").reads("The reminders are stopped.")
    reader.opens(link_of(message, "open")).reads("You are studying from your mail.")
    looks_well("studying from a mail")
    reader.opens(f"{link_of(message, 'stop')[:-2]}/").reads("leads nowhere", "The settings stop and pause")
    looks_well("spoilt link")
    next_day()
    next_day()
    reader.opens(link_of(message, "open")).reads("This link has expired.")


def test_settings_of_reminders_look_well_with_every_error_and_a_refused_address(
    reader: Person, looks_well: Callable[[str], None], complaints: Complaints
) -> None:
    complaints.expects("422")
    learner = has_an_account(reader)
    assert learner.user
    learner.user.refused_email = learner.user.email
    learner.user.save()
    reader.opens("/settings/").reads("comes back")
    looks_well("address refused")
    for day in ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"):
        reader.picks(day)
    reader.types("At", "").types("Away from", "2026-12-24").types("Until", "2026-12-20").presses("Save changes")
    reader.reads("Choose at least one day", "This is still empty.", "The break ends before it begins.")
    looks_well("errors")
    reader.presses("Until")
    expect(reader.page.get_by_label("Until", exact=True)).to_be_focused()


@pytest.fixture
def laptop_mail(settings: Any, tmp_path: Path, live_server: Any) -> None:
    """Mail goes into a folder, as on a laptop, and its links lead to the site that runs."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = str(tmp_path)
    settings.SITE_URL = live_server.url


@pytest.mark.usefixtures("laptop_mail")
def test_inbox_of_a_laptop_looks_well_and_its_mail_s_button_opens_the_quiz(
    reader: Person, looks_well: Callable[[str], None], complaints: Complaints
) -> None:
    complaints.expects("frame is sandboxed")
    make_setting(make_account())
    remind()
    reader.opens("/dev/mail/").reads("1 card is due")
    looks_well("inbox")
    with reader.page.expect_popup() as opened:
        reader.page.frame_locator("iframe").get_by_role("link", name="Answer it").click()
    expect(opened.value.get_by_role("main")).to_contain_text("You are studying from your mail.")


def test_what_staff_see_of_reminders_is_in_order(
    reader: Person, administrator: User, complaints: Complaints, subtests: pytest.Subtests
) -> None:
    complaints.expects("frame is sandboxed")
    setting = make_setting()
    make_reminder(setting)
    client = Client()
    client.force_login(administrator)
    reader.takes_cookies_of(client)
    for name, address in {
        "reminders": reverse("admin:reminders_reminder_changelist"),
        "why not today": reverse("admin:reminders_remindersetting_change", args=[setting.pk]),
        "mail": reverse("admin:reminders_remindersetting_mail", args=[setting.pk]),
    }.items():
        reader.opens(address)
        for window, look in ((PHONE, "light"), (DESKTOP, "dark")):
            reader.page.set_viewport_size(window)
            reader.page.emulate_media(color_scheme=look)  # type: ignore[arg-type]
            with subtests.test(name, look=look):
                assert violations(reader.page) + reader.page.evaluate(TOO_WIDE) == []


@pytest.mark.parametrize("name", ["stop", "pause"])
def test_page_with_one_button_is_gone_through_by_the_tab_key(person: Person, name: str) -> None:
    button = {"stop": "Stop them", "pause": "Pause for a week"}[name]
    person.opens(link_of(is_written_to(make_account()), name))
    assert tabs_through(person, until=button) == ["Skip to the page", "Readback", "Topics", "Sign in", button]
    person.presses_key("Enter").reads("The reminders are")


def test_settings_of_reminders_are_gone_through_by_the_tab_key(person: Person) -> None:
    has_an_account(person)
    person.opens("/settings/#reminders")
    days = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
    wish = "Every day that something is due"
    assert tabs_through(person, until="Until") == [wish, "At", *days, "Pause for a week", "Away from", "Until"]


NAME_AND_OUTLINE = r"""() => {
    const focused = document.activeElement;
    const name = focused.labels?.[0]?.innerText || focused.getAttribute("aria-label") || focused.innerText;
    return [name.trim().split(/\n/)[0], getComputedStyle(focused.closest(".pick") ?? focused).outlineWidth];
}"""


def tabs_through(person: Person, *, until: str) -> list[str]:
    """The names of what the tab key reaches, each with its focus to be seen; a field of many parts counts once."""
    reached: list[str] = []
    while until not in reached and len(reached) < 20:
        person.page.keyboard.press("Tab")
        name, outline = person.page.evaluate(NAME_AND_OUTLINE)
        assert outline == "3px", name
        if name not in reached:
            reached.append(name)
    return reached


def test_mail_fits_a_phone_and_reads_well_light_and_dark(
    somebody: Callable[..., Person], tmp_path: Path, subtests: pytest.Subtests
) -> None:
    learner = make_account()
    reading = make_reading(title="A reading")
    prompt = f"What does `{'x' * 60}` do?\n\n```python\nyield 1\n```"
    make_card(learner, make_question(resource=reading, prompt=prompt))
    make_setting(learner, cards=0)
    (message,) = remind()
    page = tmp_path / "mail.html"
    page.write_text(str(message.alternatives[0][0]))
    for scheme in ("light", "dark"):
        reader = somebody(viewport=PHONE, color_scheme=scheme, reduced_motion="reduce", java_script_enabled=True)
        reader.page.goto(page.as_uri())
        with subtests.test(scheme):
            expect(reader.page.get_by_role("link", name="Answer it")).to_be_visible()
            assert violations(reader.page, only=WCAG) == []
            width = reader.page.evaluate("document.documentElement.scrollWidth")
            assert width <= PHONE["width"]
            ground = reader.page.evaluate("getComputedStyle(document.body).backgroundColor")
            assert ground == {"light": "rgb(250, 248, 243)", "dark": "rgb(27, 26, 23)"}[scheme]


def test_keyboard_alone_goes_from_the_mail_to_the_answer(person: Person) -> None:
    learner = make_account()
    make_card(learner, make_question(prompt=RECALL))
    make_setting(learner, cards=0)
    (message,) = remind()
    person.opens(link_of(message, "open")).is_asked(RECALL).presses_key("Space").presses_key("Space")
    person.reads("Done for today.", "Sign in")
    assert Review.objects.get().quality == 4
    assert re.search(r"about|under a minute", message.subject)
    assert remind(AT + MINUTE) == []
