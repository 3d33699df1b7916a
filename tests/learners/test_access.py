"""Who this request's learner is."""

import datetime as dt
import threading
from contextlib import closing
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.db import connection
from django.http import HttpResponse
from django.test import Client, RequestFactory

from learners import access
from learners.models import Learner
from tests.factories import AT, make_guest, make_learner, make_user


def request_with(cookies: dict[str, str] | None = None, user=None, method: str = "get"):
    request = getattr(RequestFactory(), method)("/study/")
    request.COOKIES.update(cookies or {})
    request.user = user
    return request


def cookie_of(response: Any) -> str:
    return str(response.cookies[access.cookie_name()].value)


def test_page_gives_a_visitor_a_cookie_without_touching_the_database(client, django_assert_num_queries):
    with django_assert_num_queries(0):
        response = client.get("/account/signup/passkey/")

    morsel = response.cookies["guest"]
    assert morsel["httponly"]
    assert morsel["samesite"] == "Lax"
    assert morsel["max-age"] == 400 * 24 * 3600
    assert "Cookie" in response["Vary"]
    assert not Learner.objects.exists()


def test_cookie_is_bound_to_the_host_where_pages_are_secure(settings):
    settings.SESSION_COOKIE_SECURE = True

    response = Client().get("/account/login/")

    morsel = response.cookies["__Host-guest"]
    assert morsel["secure"]
    assert morsel["path"] == "/"
    assert not morsel["domain"]


@pytest.mark.parametrize("path", ["/admin/login/", f"{settings.STATIC_URL}readback/readback.css", "/no-such-page/"])
def test_what_is_no_page_gives_no_cookie(client, path):
    with closing(client.get(path)) as response:
        assert access.cookie_name() not in response.cookies


def test_cookie_is_left_alone_within_a_day_and_renewed_after_it(client):
    with time_machine.travel(AT, tick=False):
        first = cookie_of(client.get("/account/login/"))
    with time_machine.travel(AT + dt.timedelta(hours=23), tick=False):
        assert access.cookie_name() not in client.get("/account/login/").cookies
    with time_machine.travel(AT + dt.timedelta(hours=25), tick=False):
        renewed = cookie_of(client.get("/account/login/"))

    assert renewed != first
    assert renewed.split(":")[0] == first.split(":")[0]


def test_renewal_marks_the_guest_as_seen(client):
    with time_machine.travel(AT, tick=False):
        client.get("/settings/")
        client.post("/settings/zone/", {"zone": "UTC"})
    later = AT + dt.timedelta(days=30)
    with time_machine.travel(later, tick=False):
        client.get("/account/login/")

    assert Learner.objects.get().seen_at == later


def test_forged_or_expired_cookie_is_nobody():
    guest = make_guest(guest_key="the-key")
    with time_machine.travel(AT, tick=False):
        response = HttpResponse()
        access._write_cookie(response, access.Guest("the-key", studied=True, fresh=False))
        signed = cookie_of(response)
        assert access.learner_of(request_with({"guest": signed})) == guest
        assert access.learner_of(request_with({"guest": signed.replace("the-key", "another-key")})) is None
        assert access.learner_of(request_with({"guest": "the-key"})) is None
    with time_machine.travel(AT + dt.timedelta(days=401), tick=False):
        assert access.learner_of(request_with({"guest": signed})) is None


def test_learner_costs_one_query_and_a_visitor_none(django_assert_num_queries):
    learner = make_learner()
    with django_assert_num_queries(1):
        request = request_with(user=learner.user)
        assert access.learner_of(request) == access.learner_of(request) == learner
    with django_assert_num_queries(0):
        assert access.learner_of(request_with()) is None
        access.context(request_with())


def test_first_write_makes_the_guest_in_the_zone_of_the_browser():
    request = request_with(method="post")

    learner = access.learner_for_write(request, at=AT, zone="Asia/Kolkata")

    assert learner.is_guest
    assert (learner.time_zone, learner.created_at) == ("Asia/Kolkata", AT)
    assert access.learner_of(request) == learner
    assert access.learner_for_write(request, at=AT, zone="Europe/Berlin").time_zone == "Asia/Kolkata"


@pytest.mark.parametrize("zone", ["", "Mars/Olympus", "../../etc/passwd", "localtime"])
def test_unknown_zone_is_utc(zone):
    assert access.learner_for_write(request_with(method="post"), at=AT, zone=zone).time_zone == "UTC"


def test_tickets_are_bound_to_the_same_owner_before_and_after_the_first_answer():
    request = request_with(method="post")
    before = access.owner_of(request)

    learner = access.learner_for_write(request, at=AT)

    assert before == access.owner_of(request) == f"g{learner.guest_key}"


def test_owner_of_an_account_needs_no_query(django_assert_num_queries):
    user = make_user()
    with django_assert_num_queries(0):
        assert access.owner_of(request_with(user=user)) == f"u{user.pk}"


def test_account_always_has_a_learner():
    user = make_user()

    learner = access.learner_of(request_with(user=user))

    assert learner == access.learner_of(request_with(user=user)) == Learner.objects.get(user=user)


def test_signed_in_comes_before_the_guest_cookie(guest_client):
    learner = make_learner()
    request = request_with({"guest": guest_client.cookies["guest"].value}, user=learner.user)

    assert access.learner_of(request) == learner
    assert access.guest_of(request) == guest_client.guest


def test_address_makes_thirty_guests_an_hour_and_then_is_told_to_wait():
    for _ in range(30):
        access.learner_for_write(request_with(method="post"), at=AT)
    browser = Client()
    browser.get("/settings/")

    response = browser.post("/settings/zone/", {"zone": "UTC"})

    assert response.status_code == 429
    assert "That was too often." in response.text
    assert Learner.objects.count() == 30


def test_limit_within_the_study_page_answers_with_a_part_that_can_be_swapped():
    for _ in range(30):
        access.learner_for_write(request_with(method="post"), at=AT)
    browser = Client()
    browser.get("/settings/")

    response = browser.post("/settings/zone/", {"zone": "UTC"}, headers={"HX-Request": "true"})

    assert response.text.strip().startswith('<div id="study"')


def test_look_is_the_device_s_unless_the_cookie_names_another():
    assert access.context(request_with())["look"] == "device"
    assert access.context(request_with({"look": "dark"}))["look"] == "dark"
    assert access.context(request_with({"look": "<script>"}))["look"] == "device"


@pytest.mark.django_db(transaction=True)
def test_two_tabs_make_one_guest():
    cookie = cookie_of(Client().get("/account/login/"))
    start = threading.Barrier(2)
    made: list[int] = []

    def answer() -> None:
        request = request_with({"guest": cookie}, method="post")
        start.wait()
        made.append(access.learner_for_write(request, at=AT).pk)
        connection.close()

    tabs = [threading.Thread(target=answer) for _ in range(2)]
    for tab in tabs:
        tab.start()
    for tab in tabs:
        tab.join()

    assert made == [Learner.objects.get().pk] * 2
