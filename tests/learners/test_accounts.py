"""Signing up, signing in, and what may not be found out from outside."""

import logging
import re
from smtplib import SMTPRecipientsRefused

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.contrib.messages import get_messages
from django.core import mail
from django.core.cache import cache
from django.core.mail.backends import locmem
from django.test import Client
from django.urls import reverse

from learners.models import Learner, User
from tests.factories import make_card, make_learner, make_question, make_user

PASSWORD = "correct horse battery"
SIGN_UP = {"email": "Ada@example.org", "password1": PASSWORD, "zone": "Europe/Berlin"}


def sign_in(client: Client, user: User, password: str = PASSWORD):
    return client.post("/account/login/", {"login": user.email, "password": password})


def is_signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


@pytest.fixture
def mail_server_is_down(settings) -> None:
    """Nobody listens on port 1: the connection is refused."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST = "127.0.0.1"
    settings.EMAIL_PORT = 1


# Signing up


def test_sign_up_is_confirmed_by_a_code_typed_in_the_same_browser(client, code_of):
    response = client.post("/account/signup/", SIGN_UP, follow=True)

    assert "<b>ada@example.org</b>" in response.text
    assert mail.outbox[0].subject == "Confirm your address for Readback"
    assert not is_signed_in(client)
    response = client.post("/account/confirm-email/", {"code": code_of()})
    assert response.headers["Location"] == reverse("quiz:study")
    assert is_signed_in(client)
    assert EmailAddress.objects.get().verified
    assert Learner.objects.get().time_zone == "Europe/Berlin"


def test_code_means_nothing_in_another_browser(client, code_of):
    client.post("/account/signup/", SIGN_UP)
    other = Client()

    other.post("/account/confirm-email/", {"code": code_of()})

    assert not is_signed_in(other)
    assert not EmailAddress.objects.get().verified


def test_wrong_code_is_told_and_the_third_ends_the_attempt(client, code_of):
    client.post("/account/signup/", SIGN_UP)

    response = client.post("/account/confirm-email/", {"code": "0000-0000"})
    assert "This is not the code." in response.text
    client.post("/account/confirm-email/", {"code": "0000-0000"})
    client.post("/account/confirm-email/", {"code": "0000-0000"})
    client.post("/account/confirm-email/", {"code": code_of()})

    assert not is_signed_in(client)


def test_unconfirmed_account_gets_a_new_code_at_the_next_sign_in(client, code_of):
    user = make_user()
    EmailAddress.objects.update(verified=False)

    response = sign_in(client, user)

    assert response.headers["Location"] == "/account/confirm-email/"
    client.post("/account/confirm-email/", {"code": code_of()})
    assert is_signed_in(client)


def test_code_without_its_hyphen_counts(client, code_of):
    client.post("/account/signup/", SIGN_UP)

    client.post("/account/confirm-email/", {"code": code_of().replace("-", "")})

    assert is_signed_in(client)


def test_short_password_and_half_an_address_are_told_under_their_fields(client):
    response = client.post("/account/signup/", {"email": "ada@", "password1": "short"})

    assert 'id="id_email_error"' in response.text
    assert "Write the whole address, such as ada@example.org." in response.text
    assert 'id="id_password1_error"' in response.text
    assert not User.objects.exists()


# A guest comes along


def test_sign_in_page_says_how_many_cards_come_along(guest_client, client):
    make_card(guest_client.guest, make_question())

    assert "The 2 cards that you answered as a guest come with you." in guest_client.get("/account/login/").text


def test_visitor_is_told_nothing_of_cards(client, django_assert_num_queries):
    with django_assert_num_queries(0):
        response = client.get("/account/signup/passkey/")

    assert "as a guest" not in response.text


def test_sign_up_takes_the_guest_s_cards_and_zone_along_and_drops_the_cookie(guest_client, code_of):
    guest_client.post("/account/signup/", {**SIGN_UP, "zone": "Asia/Tokyo"})
    assert guest_client.guest.cards.count() == 1

    response = guest_client.post("/account/confirm-email/", {"code": code_of()})

    learner = Learner.objects.get(user__email="ada@example.org")
    assert learner.time_zone == "Europe/Berlin"
    assert learner.cards.count() == 1
    assert response.cookies["guest"].value == ""


def test_sign_in_takes_the_guest_s_cards_along_and_keeps_the_account_s_settings(guest_client):
    user = make_user()
    learner = make_learner(user, time_zone="America/Lima")
    make_card(learner)

    sign_in(guest_client, user)

    assert Learner.objects.get() == learner
    assert Learner.objects.get().time_zone == "America/Lima"
    assert learner.cards.count() == 2


def test_answer_whose_reply_got_lost_comes_along_too(client):
    """The browser still says that it has studied nothing."""
    client.get("/settings/")
    lost = Client()
    lost.cookies.update(client.cookies)
    lost.post("/settings/zone/", {"zone": "Europe/Berlin"})
    make_card(Learner.objects.get(user=None))
    user = make_user()
    learner = make_learner(user)

    sign_in(client, user)

    assert Learner.objects.get() == learner
    assert learner.cards.count() == 1


def test_failed_sign_in_leaves_the_guest_as_she_was(guest_client):
    sign_in(guest_client, make_user(), password="something else")

    assert guest_client.guest.cards.count() == 1
    assert not is_signed_in(guest_client)


# Reset and code


def test_reset_by_code_changes_the_password_and_signs_in(client, code_of):
    user = make_user()

    client.post("/account/password/reset/", {"email": user.email})
    client.post("/account/password/reset/confirm/", {"code": code_of()})
    client.post("/account/password/reset/complete/", {"password1": "a new one, quite long"})

    assert is_signed_in(client)
    user.refresh_from_db()
    assert user.check_password("a new one, quite long")
    assert mail.outbox[-1].subject == "Your password for Readback is changed"


def test_reset_needs_the_code(client):
    user = make_user()
    client.post("/account/password/reset/", {"email": user.email})

    client.post("/account/password/reset/confirm/", {"code": "0000-0000"})
    client.post("/account/password/reset/complete/", {"password1": "a new one, quite long"})

    user.refresh_from_db()
    assert user.check_password(PASSWORD)


def test_reset_code_can_be_sent_again(client, code_of):
    user = make_user()
    client.post("/account/password/reset/", {"email": user.email})
    first = code_of()

    page = client.post("/account/password/reset/", {"email": user.email}, follow=True)

    assert "Send again" in page.text
    assert code_of() != first


def test_sign_in_by_code(client, code_of):
    user = make_user()

    client.post("/account/login/code/", {"email": user.email})
    client.post("/account/login/code/confirm/", {"code": code_of()})

    assert is_signed_in(client)


# What may not be found out


def without_tokens(html: str) -> str:
    html = re.sub(r'(csrfmiddlewaretoken" value=|X-CSRFToken": )"[^"]+"', "", html)
    return re.sub(r"[\w.]+@example\.org", "ADDRESS", html)


@pytest.mark.parametrize(
    ("address", "field"),
    [("/account/signup/", "email"), ("/account/password/reset/", "email"), ("/account/login/code/", "email")],
)
def test_pages_do_not_tell_whether_an_address_has_an_account(address, field):
    known = make_user().email
    answers = []
    for email in (known, "nobody@example.org"):
        data = {field: email, "password1": PASSWORD}
        response = Client().post(address, data, follow=True)
        answers.append((response.redirect_chain, response.status_code, without_tokens(response.text)))

    assert answers[0] == answers[1]
    assert len(mail.outbox) == 2


def test_sign_in_does_not_tell_whether_it_was_the_address_or_the_password(client):
    user = make_user()

    wrong_password = sign_in(client, user, "something else")
    unknown = client.post("/account/login/", {"login": "nobody@example.org", "password": "something else"})

    told = "This address and password do not go together."
    assert told in wrong_password.text
    assert told in unknown.text


def test_guessing_a_password_is_stopped_after_five_tries(client):
    user = make_user()
    for _ in range(5):
        sign_in(client, user, "something else")

    response = sign_in(client, user)

    assert "Too many tries." in response.text
    assert not is_signed_in(client)


# A mail server that is down


@pytest.mark.usefixtures("mail_server_is_down")
@pytest.mark.parametrize(
    ("address", "data"),
    [
        ("/account/signup/", SIGN_UP),
        ("/account/password/reset/", {"email": "ada@example.org"}),
        ("/account/login/code/", {"email": "ada@example.org"}),
    ],
)
def test_mail_that_could_not_be_sent_is_told_with_send_again(client, address, data):
    response = client.post(address, data, follow=True)

    assert response.status_code == 200
    assert "The mail could not be sent" in response.text
    assert "Send again" in response.text


def test_log_names_the_fault_and_not_the_address(client, monkeypatch, caplog):
    def refuse(*_: object) -> int:
        raise SMTPRecipientsRefused({"eve@example.org": (550, b"no such user")})

    monkeypatch.setattr(locmem.EmailBackend, "send_messages", refuse)
    with caplog.at_level(logging.INFO):
        client.post("/account/signup/", {**SIGN_UP, "email": "eve@example.org"})

    assert "mail not sent" in caplog.text
    assert "SMTPRecipientsRefused" in caplog.text
    assert "eve@example.org" not in caplog.text


@pytest.mark.usefixtures("mail_server_is_down")
def test_nothing_is_lost_when_the_mail_goes_out_later(client, settings, code_of):
    client.post("/account/signup/", SIGN_UP)
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    cache.clear()

    client.post("/account/confirm-email/", {"action": "resend"})
    client.post("/account/confirm-email/", {"code": code_of()})

    assert is_signed_in(client)


@pytest.mark.usefixtures("mail_server_is_down")
def test_password_is_changed_though_the_notice_of_it_could_not_be_sent(client):
    user = make_user()
    client.force_login(user)

    client.post("/account/password/change/", {"oldpassword": PASSWORD, "password1": "a new one, quite long"})

    user.refresh_from_db()
    assert user.check_password("a new one, quite long")


# Signed in


def test_new_address_counts_once_its_code_is_typed(client, code_of):
    user = make_user("old@example.org")
    client.force_login(user)
    client.post("/account/reauthenticate/", {"password": PASSWORD})

    client.post("/account/email/", {"action_add": "", "email": "new@example.org"})
    user.refresh_from_db()
    assert user.email == "old@example.org"
    client.post("/account/confirm-email/", {"code": code_of()})

    user.refresh_from_db()
    assert user.email == "new@example.org"


def test_signing_out_keeps_nothing_of_the_account_in_the_browser(client, account):
    client.force_login(account)

    client.post("/account/logout/")

    assert not is_signed_in(client)
    assert "Sign in" in client.get("/account/login/").text


PUBLIC_PAGES = ["login", "signup", "signup_by_passkey", "reset_password", "request_login_code", "inactive"]
OWN_PAGES = [
    "account_email",
    "account_change_password",
    "account_logout",
    "account_reauthenticate",
    "mfa_index",
    "mfa_list_webauthn",
    "mfa_add_webauthn",
    "mfa_activate_totp",
]
INLINE = re.compile(
    r"<script(?![^>]*(?:src=|application/json))|<style|\sstyle=|\son\w+=|javascript:|data:", re.IGNORECASE
)


@pytest.mark.parametrize("name", PUBLIC_PAGES)
def test_public_account_page_is_in_our_look_with_nothing_inline(client, name):
    response = client.get(reverse(f"account_{name}"))

    assert response.status_code == 200
    assert 'class="column"' in response.text
    assert "placeholder" not in response.text
    assert not INLINE.search(response.text)
    assert "'unsafe" not in response.headers["Content-Security-Policy"]


@pytest.mark.parametrize("name", OWN_PAGES)
def test_own_account_page_is_in_our_look_with_nothing_inline(client, account, name):
    client.force_login(account)
    client.post("/account/reauthenticate/", {"password": PASSWORD})

    response = client.get(reverse(name))

    assert response.status_code == 200
    assert 'class="column"' in response.text
    assert "placeholder" not in response.text
    assert not INLINE.search(response.text)


def test_passkeys_ask_for_the_password_first(client, account):
    client.force_login(account)

    response = client.get(reverse("mfa_add_webauthn"))

    assert response.headers["Location"].startswith("/account/reauthenticate/")


def test_account_with_two_steps_is_asked_for_the_second_and_then_takes_its_guest_along(guest_client):
    user = make_user()
    learner = make_learner(user)
    setup = Client()
    setup.force_login(user)
    setup.post("/account/reauthenticate/", {"password": PASSWORD})
    setup.get("/account/2fa/totp/activate/")
    secret = setup.session["mfa.totp.secret"]
    code = format_hotp_value(hotp_value(secret, list(yield_hotp_counters_from_time())[1]))
    page = setup.post("/account/2fa/totp/activate/", {"code": code}, follow=True)
    assert "Recovery codes" in page.text
    assert Authenticator.objects.count() == 2
    recovery = re.findall(r"<code>(\d{8})</code>", page.text)

    response = sign_in(guest_client, user)
    assert response.headers["Location"] == "/account/2fa/authenticate/"
    assert not is_signed_in(guest_client)
    assert guest_client.guest.cards.exists()
    guest_client.post("/account/2fa/authenticate/", {"code": recovery[0]})

    assert is_signed_in(guest_client)
    assert learner.cards.count() == 1


def test_staff_sign_in_to_the_admin_by_the_site_s_own_page(client):
    response = client.get("/admin/login/?next=/admin/")

    assert response.headers["Location"].startswith("/account/login/")


def test_mails_say_who_writes_and_carry_no_markup(client, code_of):
    client.post("/account/signup/", SIGN_UP)
    body = mail.outbox[0].body

    assert "http://testserver/" in body
    assert "&" not in body
    assert "<" not in body


def test_messages_that_pages_say_themselves_are_not_added(client):
    response = sign_in(client, make_user())

    assert not list(get_messages(response.wsgi_request))
