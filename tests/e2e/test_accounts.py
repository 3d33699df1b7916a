"""From guest to account and back, in a real browser."""

import re

import pytest
from playwright.sync_api import expect

from learners.models import Learner, User
from scheduler.integrity import differences
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
from tests.e2e.person import Person
from tests.e2e.questions import ANSWER, RECALL
from tests.factories import make_card, make_question

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]

ANOTHER = "another horse, another battery"


def test_guest_s_cards_come_along_when_she_makes_an_account(anyone: Person) -> None:
    make_question()
    anyone.opens("/").presses("Show answer").presses("Good").reads("Done for today.")

    anyone.opens("/settings/").presses("Make an account").reads("The card that you answered as a guest comes with you.")
    anyone.types("E-mail", ADDRESS).types("Password", PASSWORD).presses("Make an account")
    anyone.reads(f"A code goes to {ADDRESS}.").types("Code", newest_code()).presses("Confirm")

    anyone.reads("Done for today.", "You answered 1 card and knew it at the first try.")
    assert Card.objects.get().learner.user == User.objects.get()
    assert list(differences()) == []
    assert "guest" not in {cookie["name"] for cookie in anyone.page.context.cookies()}


def test_account_signs_out_resets_its_password_by_code_and_is_in_again(anyone: Person) -> None:
    learner = make_account()
    make_card(learner)
    signs_in(anyone).reads("1 due")
    anyone.opens("/settings/").reads(f"You are signed in as {ADDRESS}.").presses("Sign out")
    anyone.reads("Can you say it back?")

    signs_in(anyone, ANOTHER).reads("This address and password do not go together.")
    anyone.presses("Forgotten it?").types("E-mail", ADDRESS).presses("Send me a code")
    anyone.reads(f"A code goes to {ADDRESS}.").types("Code", newest_code()).presses("Go on")
    anyone.types("New password", ANOTHER).presses("Save and sign in").reads("1 due")

    assert User.objects.get().check_password(ANOTHER)


def test_settings_change_the_buttons_and_turn_the_keys_off(person: Person) -> None:
    make_question()
    person.opens("/study/").presses("Show answer")
    grades = person.main.get_by_role("group", name="How well did you know it?").get_by_role("button")
    expect(grades).to_have_text([re.compile(label) for label in ("Forgot", "Hard", "Good", "Easy")])

    person.opens("/settings/").picks("SM-2’s own scale, 0 to 5").presses("Save changes").reads(
        "Your changes are saved."
    )
    person.opens("/study/").presses("Show answer")
    expect(grades).to_have_text([re.compile(f"^{quality}") for quality in range(6)])

    person.opens("/settings/").picks("Forgot, Remembered").picks("Space, 1 to 4, u, ?").presses("Save changes")
    person.reads("Your changes are saved.").opens("/study/").is_asked(RECALL).presses_key("Space")
    person.waits_for_rest()
    person.does_not_read(ANSWER).presses("Show answer").reads(ANSWER)
    expect(grades).to_have_text([re.compile("Forgot"), re.compile("Remembered")])
    person.presses("Remembered").reads("Done for today.")
    assert Card.objects.get().repetitions == 1


def test_time_zone_of_the_browser_is_proposed_and_taken(person: Person) -> None:
    learner = has_an_account(person)
    person.opens("/settings/").reads("Your browser says Europe/Berlin").presses("Use this time zone")
    person.reads("Your time zone is Europe/Berlin.")
    learner.refresh_from_db()
    assert learner.time_zone == "Europe/Berlin"


def test_look_chosen_in_the_settings_is_this_browser_s(anyone: Person) -> None:
    anyone.opens("/settings/").picks("Dark").presses("Save changes").reads("Your changes are saved.")
    expect(anyone.page.locator("html")).to_have_attribute("data-look", "dark")


def test_account_is_deleted_with_all_that_is_hers(anyone: Person) -> None:
    learner = has_an_account(anyone)
    make_card(learner)
    anyone.opens("/settings/").presses("Delete account")
    confirms_that_it_is_she(anyone)
    anyone.reads("1 card, and what you know of it", f"The account of {ADDRESS}").presses("Delete account")
    anyone.reads("Your account is deleted.")
    assert not User.objects.exists()
    assert not Card.objects.exists()
    anyone.opens("/settings/").does_not_read("You are signed in")


def test_guest_deletes_her_cards(anyone: Person) -> None:
    make_question()
    anyone.opens("/").presses("Show answer").presses("Good").reads("Done for today.")
    anyone.opens("/settings/").presses("Delete my cards").presses("Delete my cards").reads("Your cards are deleted.")
    assert not Learner.objects.exists()


def test_passkey_is_added_and_signs_in_alone(person: Person) -> None:
    gives_a_device(person.page)
    learner = has_an_account(person)
    make_card(learner)

    person.opens("/settings/").presses("Passkeys and two steps").presses("Add a passkey")
    confirms_that_it_is_she(person).types("Name", "Laptop").picks("Sign in with it alone").presses("Add a passkey")
    person.reads("Your passkey is saved.")
    person.opens("/account/2fa/webauthn/").reads("Laptop", "signs in alone")
    person.opens("/settings/").presses("Sign out").reads("Can you say it back?")

    person.opens("/account/login/").presses("Use a passkey").reads("1 due")
    person.opens("/settings/").reads(f"You are signed in as {ADDRESS}.")


def test_account_is_made_with_a_passkey_and_no_password(person: Person) -> None:
    make_question()
    gives_a_device(person.page)
    person.opens("/account/signup/").presses("Use a passkey").types("E-mail", ADDRESS)
    person.presses("Go on").reads(f"A code goes to {ADDRESS}.").types("Code", newest_code()).presses("Confirm")
    person.types("Name", "Laptop").presses("Make the passkey")
    person.is_asked(RECALL)
    assert not User.objects.get().has_usable_password()
