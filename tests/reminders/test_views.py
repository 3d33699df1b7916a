"""What a mail's links do, and what they never do."""

import datetime as dt
import logging
import logging.config

import pytest
import time_machine
from django.apps import apps
from django.core import serializers
from django.test import Client
from django.urls import reverse

from config.logs import logging_settings
from learners import parts
from learners.models import Learner
from reminders.cadence import Wish
from reminders.models import Reminder, ReminderSetting
from scheduler.models import Card, Review
from tests.factories import AT, TODAY, make_card, make_learner, make_question, make_user
from tests.quiz.test_views import grade, opened, text_of, ticket_in
from tests.reminders.writing import DAY, account_of, link_of, make_setting, remind

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(AT, tick=False) as traveller:
        yield traveller


@pytest.fixture
def setting() -> ReminderSetting:
    return make_setting(cards=2)


@pytest.fixture
def message(setting):
    (mail,) = remind()
    return mail


def everything() -> str:
    """All rows of all tables."""
    return "".join(serializers.serialize("json", model._default_manager.order_by("pk")) for model in apps.get_models())


# Opening the quiz


def test_link_opens_the_quiz_at_the_mail_s_question_without_a_password(client, message, setting):
    response = client.get(link_of(message, "open"), follow=True)
    assert response.redirect_chain[0][0].startswith("/study/?question=")
    assert "You are studying from your mail." in text_of(response)
    assert "Why does a daily run start a day late?" in text_of(response)

    assert grade(client, opened(client, ticket_in(response))).status_code == 200

    assert Review.objects.get().learner == setting.learner
    assert not Learner.objects.filter(user=None).exists()


def test_cookie_of_a_mail_goes_to_the_study_pages_alone_and_ends_with_the_link(client, message, clock):
    clock.shift(dt.timedelta(hours=3))
    cookie = client.get(link_of(message, "open")).cookies["mail"]
    assert (cookie["path"], cookie["max-age"], cookie["httponly"]) == ("/study/", 45 * 3600, True)
    assert cookie["samesite"] == "Lax"


def test_secrets_in_addresses_go_into_no_cache_and_to_no_other_page(client, message):
    for name in ("open", "stop", "pause"):
        response = client.get(link_of(message, name))
        assert response["Referrer-Policy"] == "no-referrer"
        assert "no-store" in response["Cache-Control"]


@pytest.mark.parametrize("verb", ["bury", "skip"])
def test_mail_lets_her_set_a_card_aside(client, message, verb):
    page = client.get(link_of(message, "open"), follow=True)
    client.post(reverse(f"quiz:{verb}"), {"ticket": ticket_in(page)})
    assert Review.objects.get().kind == verb
    client.post(reverse("quiz:undo"), {"review": Review.objects.get().pk})
    assert Review.objects.get().undone_at


@pytest.mark.parametrize("verb", ["suspend", "stop", "go_on", "resume"])
def test_mail_opens_nothing_beyond_the_quiz(client, message, verb):
    page = client.get(link_of(message, "open"), follow=True)
    response = client.post(reverse(f"quiz:{verb}"), {"ticket": ticket_in(page)})
    assert response.status_code == 403
    assert "Sign in for this." in text_of(response)
    assert not Review.objects.exists()


@pytest.mark.parametrize("address", ["/settings/", "/progress/", "/account/export/", "/account/email/", "/"])
def test_other_pages_do_not_know_her_by_her_mail(client, message, setting, address):
    client.get(link_of(message, "open"), follow=True)
    response = client.get(address, follow=True)
    assert account_of(setting).email not in text_of(response)


def test_guest_of_the_browser_is_neither_used_nor_lost_nor_merged(client, message, setting):
    client.get("/settings/")
    client.post("/settings/zone/", {"zone": "Europe/Berlin"})
    guest = Learner.objects.get(user=None)
    make_card(guest)

    page = client.get(link_of(message, "open"), follow=True)
    grade(client, opened(client, ticket_in(page)))

    assert Review.objects.get().learner == setting.learner
    assert guest.cards.count() == 1
    del client.cookies["mail"]
    assert "1\xa0due" in text_of(client.get("/study/")).replace("&nbsp;", "\xa0")


def test_ticket_of_a_mail_is_good_after_signing_in(client, message, setting):
    back = opened(client, ticket_in(client.get(link_of(message, "open"), follow=True)))
    client.force_login(account_of(setting))
    assert grade(client, back).status_code == 200
    assert Review.objects.count() == 1


def test_who_is_signed_in_as_somebody_else_stays_so_and_is_told(client, message):
    other = make_learner(make_user("bob@example.org"))
    client.force_login(other.user)
    response = client.get(link_of(message, "open"), follow=True)
    assert "That mail was for someone else." in text_of(response)
    assert "mail" not in client.cookies
    assert response.redirect_chain[-1][0] == "/study/"


def test_who_is_signed_in_as_herself_needs_no_pass(client, message, setting):
    client.force_login(account_of(setting))
    response = client.get(link_of(message, "open"), follow=True)
    assert "mail" not in client.cookies
    assert "studying from your mail" not in text_of(response)


def test_link_ends_after_48_hours_on_the_page_as_well(client, message, clock):
    client.get(link_of(message, "open"))
    clock.shift(dt.timedelta(hours=48))
    assert "studying from your mail" not in text_of(client.get("/study/"))
    response = client.get(link_of(message, "open"))
    assert response.status_code == 410
    assert "This link has expired." in text_of(response)


def changes_password(user):
    user.set_password("another horse battery")
    user.save()


def changes_address(user):
    user.email = "new@example.org"
    user.save()


def is_closed(user):
    user.is_active = False
    user.save()


def is_erased(user):
    parts.erase(user.learner)


@pytest.mark.parametrize("change", [changes_password, changes_address, is_closed, is_erased])
def test_link_and_cookie_end_with_her_password_her_address_and_her_account(client, message, setting, change):
    address = link_of(message, "open")
    client.get(address)
    change(account_of(setting))
    assert "studying from your mail" not in text_of(client.get("/study/"))
    assert Client().get(address).status_code == 410


def test_answer_from_the_mail_of_an_erased_account_is_refused_and_keeps_the_guest(client, message, setting):
    client.get("/settings/")
    client.post("/settings/zone/", {"zone": "Europe/Berlin"})
    back = opened(client, ticket_in(client.get(link_of(message, "open"), follow=True)))
    parts.erase(setting.learner)
    assert grade(client, back).status_code == 400
    assert client.cookies["guest"].value
    assert not Review.objects.exists()


def test_signing_key_may_be_rotated_while_links_are_out(client, message, settings):
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "another key " * 5
    assert client.get(link_of(message, "open")).status_code == 302


@pytest.mark.parametrize("name", ["open", "stop", "pause"])
@pytest.mark.parametrize(
    "spoil", [lambda path: path[:-3] + "x/", lambda path: path[:20] + "/", lambda p: p[:-1] + "%00/"]
)
def test_spoilt_link_says_so(client, message, name, spoil):
    response = client.get(spoil(link_of(message, name)))
    assert response.status_code == 404
    assert "leads nowhere" in text_of(response) or "no page at this address" in text_of(response)


@pytest.mark.parametrize("name", ["stop", "pause"])
def test_key_that_fits_nobody_leads_to_the_settings(client, name):
    page = text_of(client.get(f"/reminders/{name}/another-key/"))
    assert "The settings stop and pause the reminders as well." in page
    assert 'href="/account/login/?next=%2Fsettings%2F%23reminders"' in page


# Scanners


@pytest.mark.parametrize("method", ["get", "head"])
def test_fetching_every_link_of_every_mail_three_times_changes_no_table(setting, method):
    mails = [mail for n in range(70) for mail in remind(AT + n * DAY)]
    assert len(mails) == 7
    before = everything()
    for mail in mails:
        for name in ("open", "stop", "pause"):
            for _ in range(3):
                response = getattr(Client(), method)(link_of(mail, name))
                assert response.status_code in {200, 302}
    assert everything() == before


# Stopping and pausing


def test_stop_page_has_one_button_and_the_button_stops(client, message, setting):
    address = link_of(message, "stop")
    page = client.get(address)
    assert "Stop the reminders?" in text_of(page)
    assert ReminderSetting.objects.get().wish == Wish.EVERY
    assert "The reminders are stopped." in text_of(client.post(address))
    assert ReminderSetting.objects.get().wish == Wish.NEVER
    assert remind(AT + 2 * DAY) == []
    assert "The reminders are stopped." in text_of(client.get(address))


@pytest.mark.parametrize(
    "body",
    [
        {"data": {"List-Unsubscribe": "One-Click"}},
        {"data": "List-Unsubscribe=One-Click", "content_type": "application/x-www-form-urlencoded"},
    ],
)
def test_one_click_answers_200_at_once_without_cookie_or_redirect_in_both_encodings_and_twice(message, body):
    strict = Client(enforce_csrf_checks=True)
    address = message.extra_headers["List-Unsubscribe"].strip("<>").removeprefix("http://localhost:8000")
    for _ in range(2):
        response = strict.post(address, **body)
        assert response.status_code == 200
        assert not response.cookies
    assert ReminderSetting.objects.get().wish == Wish.NEVER


def test_stop_link_never_expires_and_outlives_the_signing_key(client, message, settings, clock):
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another key " * 5, []
    clock.shift(dt.timedelta(days=4000))
    assert client.post(link_of(message, "stop")).status_code == 200
    assert ReminderSetting.objects.get().wish == Wish.NEVER


def test_pause_lasts_a_week_from_today_and_pressing_twice_no_longer(client, message):
    address = link_of(message, "pause")
    assert "Pause for a week?" in text_of(client.get(address))
    for _ in range(2):
        assert "Monday 30 November" in text_of(client.post(address))
    assert ReminderSetting.objects.get().snoozed_until == TODAY + 7 * DAY
    assert [n for n in range(1, 10) if remind(AT + n * DAY)] == [7, 9]


def test_pausing_what_is_stopped_says_that_it_is_stopped(client, message):
    client.post(link_of(message, "stop"))
    assert "The reminders are stopped." in text_of(client.post(link_of(message, "pause")))


def test_stop_between_claim_and_send_is_obeyed(client, setting):
    from reminders import ledger

    ledger.look(AT)
    client.post(reverse("reminders:stop", args=[setting.key]))
    assert remind() == []
    assert Reminder.objects.get().state == Reminder.State.DROPPED


def test_card_is_not_needed_for_the_pages_of_a_mail(client, message):
    Card.objects.all().delete()
    assert client.get(link_of(message, "open"), follow=True).status_code == 200


def test_question_withdrawn_since_the_mail_leads_to_the_next_card(client, setting):
    (mail,) = remind()
    make_question()
    type(make_question()).objects.filter(cards__learner=setting.learner).update(status="retired")
    assert client.get(link_of(mail, "open"), follow=True).status_code == 200


def test_who_signs_out_of_a_shared_browser_leaves_no_quiz_open_behind(client, message, setting):
    client.get(link_of(message, "open"))
    client.force_login(account_of(setting))
    morsel = client.post("/account/logout/").cookies["mail"]
    assert (morsel["path"], morsel["max-age"]) == ("/study/", 0)


@pytest.mark.parametrize("name", ["open", "stop", "pause"])
def test_no_log_holds_the_secret_of_a_link(client, message, name, caplog, capsys):
    address = link_of(message, name)
    secret = address.split("/")[3]
    settings = logging_settings(json=True, level="DEBUG")
    logging.config.dictConfig(settings)
    try:
        client.get(address)
        client.get(address[:-2] + "x/")
    finally:
        logging.config.dictConfig(logging_settings(json=False, level="ERROR"))
    logged = capsys.readouterr().err
    assert f"/reminders/{name}/…" in logged.encode().decode("unicode_escape", "replace") or "\\u2026" in logged
    assert secret[:20] not in logged


def test_reports_are_not_told_to_whoever_comes_by_mail(client, message):
    client.get(link_of(message, "open"))
    assert client.post(reverse("quiz:told")).status_code == 403
