"""Called back by mail, in a real browser: the settings, the mail, the quiz behind its button, and the way out."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core import mail
from playwright.sync_api import expect

from learners.models import Learner
from reminders.models import ReminderSetting
from scheduler.models import Review
from tests.e2e.accounts import has_an_account, make_account
from tests.e2e.complaints import Complaints
from tests.e2e.faults import PHONE, faults_of
from tests.e2e.person import Person
from tests.e2e.questions import RECALL, make_one_of_each_kind
from tests.factories import AT, make_card, make_question, make_reading
from tests.reminders.writing import DAY, MINUTE, link_of, make_setting, remind

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


def test_pages_of_reminders_look_well_on_every_screen(
    somebody: Callable[..., Person], subtests: pytest.Subtests
) -> None:
    reader = somebody(reduced_motion="reduce")
    learner = make_account()
    message = is_written_to(learner)
    for name in ("stop", "pause"):
        with subtests.test(name):
            assert faults_of(reader.opens(link_of(message, name)).page) == []
    reader.presses("Pause for a week").reads("at the earliest")
    with subtests.test("paused"):
        assert faults_of(reader.page) == []
    reader.opens(link_of(message, "open")).reads("You are studying from your mail.")
    with subtests.test("studying from a mail"):
        assert faults_of(reader.page) == []
    assert learner.user
    learner.user.refused_email = learner.user.email
    learner.user.save()
    signed_in = somebody(reduced_motion="reduce")
    from django.test import Client

    client = Client()
    client.force_login(learner.user)
    signed_in.takes_cookies_of(client)
    signed_in.opens("/settings/").reads("comes back")
    with subtests.test("settings, address refused"):
        assert faults_of(signed_in.page) == []


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
