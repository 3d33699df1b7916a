"""What somebody with an account needs: the account, the code in her mail, and a device that knows her finger."""

import re

from django.core import mail
from django.test import Client
from playwright.sync_api import Page

from learners.models import Learner
from tests.e2e.person import Person
from tests.factories import make_learner, make_user

ADDRESS = "ada@example.org"
PASSWORD = "correct horse battery"


def make_account() -> Learner:
    return make_learner(make_user(ADDRESS, PASSWORD))


def has_an_account(person: Person) -> Learner:
    """Her account, and her browser signed in to it without its pages."""
    learner = make_account()
    client = Client()
    assert learner.user
    client.force_login(learner.user)
    person.takes_cookies_of(client)
    return learner


def signs_in(person: Person, password: str = PASSWORD) -> Person:
    person.opens("/account/login/").types("E-mail", ADDRESS).types("Password", password)
    return person.presses("Sign in")


def confirms_that_it_is_she(person: Person) -> Person:
    return person.reads("Confirm that it is you").types("Password", PASSWORD).presses("Confirm")


def newest_code() -> str:
    """The code in the mail that was sent last."""
    return str(re.findall(r"^ {4}(\d{4}-\d{4})$", str(mail.outbox[-1].body), re.MULTILINE)[0])


def gives_a_device(page: Page) -> None:
    """A device that keeps passkeys and always recognises its owner; Chromium plays it."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
