"""The admin's door, as somebody of the staff meets it."""

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time

from learners.models import User
from tests.factories import make_staff, make_user

PASSWORD = "correct horse battery"
WANTED = "/admin/catalog/question/?status=draft"


def sign_in(client, user: User):
    return client.post("/account/login/", {"login": user.email, "password": PASSWORD})


def add_authenticator_app(client):
    """Goes through the page that adds one, and returns the page that follows."""
    client.post("/account/reauthenticate/", {"password": PASSWORD})
    client.get("/account/2fa/totp/activate/")
    counters = list(yield_hotp_counters_from_time())
    code = format_hotp_value(hotp_value(client.session["mfa.totp.secret"], counters[1]))
    return client.post("/account/2fa/totp/activate/", {"code": code}, follow=True)


def test_way_to_a_second_step_says_why_and_leads_back_to_the_page_that_was_wanted(client, curator, settings):
    settings.PRODUCTION = True
    sign_in(client, curator)

    page = client.get(WANTED, follow=True)
    assert page.redirect_chain == [("/admin/second-step/", 302)]
    assert "more than a password" in page.text

    codes = add_authenticator_app(client)
    assert f'href="{WANTED}"' in codes.text
    assert client.get(WANTED).status_code == 200
    assert "Go on to the admin" not in client.get("/account/2fa/").text


def test_form_that_met_the_door_leads_back_to_the_index(client, curator, settings):
    settings.PRODUCTION = True
    client.force_login(curator)

    client.post("/admin/catalog/topic/add/", {"title": "x"})

    assert client.session["to_admin"] == "/admin/"


def test_recovery_codes_alone_are_no_second_step(client, curator, settings):
    settings.PRODUCTION = True
    Authenticator.objects.create(user=curator, type=Authenticator.Type.RECOVERY_CODES, data={})
    client.force_login(curator)

    assert client.get("/admin/").headers["Location"] == "/admin/second-step/"


def test_passkey_opens_the_door_too(client, curator, settings):
    settings.PRODUCTION = True
    Authenticator.objects.create(user=curator, type=Authenticator.Type.WEBAUTHN, data={})
    client.force_login(curator)

    assert client.get("/admin/").status_code == 200


def test_on_a_laptop_a_notice_on_each_page_leads_to_a_second_step(client, curator):
    client.force_login(curator)

    page = client.get("/admin/catalog/topic/add/")
    assert "In production the admin would not open." in page.text
    assert "Not now: to the admin" in client.get("/admin/second-step/").text


def test_staff_cannot_change_into_somebody_else_at_the_admin_s_own_sign_in(client, curator):
    other = make_staff("administrator")
    client.force_login(curator)

    response = client.post("/admin/login/", {"username": other.email, "password": PASSWORD, "next": "/admin/"})

    assert response.headers["Location"] == "/admin/"
    assert client.session["_auth_user_id"] == str(curator.pk)


def test_second_step_of_the_admin_is_for_staff(client, db):
    assert client.get("/admin/second-step/").headers["Location"].startswith("/account/login/")
    client.force_login(make_user())
    assert client.get("/admin/second-step/").status_code == 403


@pytest.mark.parametrize("address", ["/admin/", "/admin/catalog/question/"])
def test_door_costs_one_query(client, curator, address, django_assert_max_num_queries):
    client.force_login(curator)
    client.get(address)

    with django_assert_max_num_queries(30) as captured:
        client.get(address)

    assert sum("mfa_authenticator" in query["sql"] for query in captured) == 1
