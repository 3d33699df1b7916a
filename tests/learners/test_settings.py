"""What a learner chooses for herself, and what she may take along or end."""

import datetime as dt
import json

import pytest
from allauth.account.models import EmailAddress
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import timezone

from learners import access
from learners.forms import new_questions_hint, offered_zones
from learners.models import Learner, User
from scheduler.models import Card, Review
from tests.factories import AT, TODAY, make_card, make_guest, make_learner, make_question, make_topic, make_user

PASSWORD = "correct horse battery"


def form_data(**changes) -> dict[str, str]:
    """What the page posts when nothing but `changes` was touched; None leaves a field out."""
    data = {
        "new_per_day": "10",
        "reviews_per_day": "200",
        "day_start": "04:00",
        "time_zone": "UTC",
        "buttons": "4",
        "intervals_shown": "on",
        "keys_on": "on",
        "look": "device",
    }
    return {name: value for name, value in {**data, **changes}.items() if value is not None}


@pytest.fixture
def own(client: Client, account: User) -> Client:
    client.force_login(account)
    return client


def confirm(client: Client) -> None:
    client.post("/account/reauthenticate/", {"password": PASSWORD})


def test_every_setting_is_saved(own, learner):
    response = own.post(
        "/settings/",
        form_data(
            new_per_day="5",
            reviews_per_day="60",
            day_start="03:30",
            time_zone="Europe/Berlin",
            buttons="6",
            intervals_shown=None,
            keys_on=None,
            look="dark",
        ),
    )

    assert response.status_code == 303
    learner.refresh_from_db()
    assert (learner.new_per_day, learner.reviews_per_day, learner.day_start) == (5, 60, dt.time(3, 30))
    assert (learner.time_zone, learner.buttons) == ("Europe/Berlin", "6")
    assert not learner.intervals_shown
    assert not learner.keys_on
    assert response.cookies["look"].value == "dark"
    page = own.get("/settings/").text
    assert "Your changes are saved." in page
    assert 'data-look="dark"' in page


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("new_per_day", "201", "At most 200."),
        ("new_per_day", "-1", "At least 0."),
        ("new_per_day", "many", "Write a whole number, such as 10."),
        ("reviews_per_day", "0", "At least 1."),
        ("reviews_per_day", "", "This is still empty."),
        ("day_start", "25:00", "Write a time, such as 04:00."),
        ("time_zone", "Mars/Olympus", "There is no time zone of this name."),
        ("buttons", "9", "9 is not one of the available choices."),
    ],
)
def test_bad_input_is_told_under_its_field_and_nothing_is_saved_or_lost(own, learner, field, value, told):
    response = own.post("/settings/", form_data(**{"keys_on": None, field: value}))

    assert response.status_code == 422
    assert f'id="id_{field}_error"' in response.text
    assert told in response.text
    assert 'name="keys_on" id="id_keys_on" checked' not in response.text
    learner.refresh_from_db()
    assert learner.keys_on
    assert learner.new_per_day == 10


def test_visitor_sees_the_page_without_becoming_a_guest(client):
    response = client.get("/settings/")

    assert response.status_code == 200
    assert not Learner.objects.exists()


def test_guest_is_made_by_her_first_change_and_keeps_it(client):
    client.get("/settings/")

    client.post("/settings/", form_data(new_per_day="3"))

    assert Learner.objects.get().new_per_day == 3
    assert 'value="3"' in client.get("/settings/").text


def test_saving_leaves_the_day_s_study_alone(own, learner):
    page_shown_before = form_data(new_per_day="7")
    Learner.objects.update(last_study_day=TODAY, stopped_on=TODAY)

    own.post("/settings/", page_shown_before)

    learner.refresh_from_db()
    assert (learner.last_study_day, learner.stopped_on) == (TODAY, TODAY)


def test_change_of_zone_or_day_start_moves_no_due_date(own, learner):
    card = make_card(learner, due_on=TODAY + dt.timedelta(days=6))

    own.post("/settings/", form_data(time_zone="Pacific/Kiritimati", day_start="23:00"))

    card.refresh_from_db()
    assert card.due_on == TODAY + dt.timedelta(days=6)


def test_browser_s_zone_is_taken_by_one_press(own, learner):
    own.post("/settings/zone/", {"zone": "Asia/Kolkata"})

    learner.refresh_from_db()
    assert learner.time_zone == "Asia/Kolkata"


@pytest.mark.parametrize("zone", ["", "Mars/Olympus"])
def test_browser_that_says_no_zone_changes_nothing(own, learner, zone):
    page = own.post("/settings/zone/", {"zone": zone}, follow=True)

    assert "Choose it from the list." in page.text
    learner.refresh_from_db()
    assert learner.time_zone == "UTC"


def test_zones_are_offered_by_place_and_an_old_name_is_kept_by_who_has_it(client):
    user = make_user()
    make_learner(user, time_zone="US/Pacific")
    client.force_login(user)

    assert "US/Pacific" not in offered_zones()
    assert '<option value="US/Pacific" selected>' in client.get("/settings/").text
    assert client.post("/settings/", form_data(time_zone="US/Pacific")).status_code == 303


@pytest.mark.parametrize("name", ["localtime", "Factory", "Mars/Olympus"])
def test_name_that_is_no_zone_of_a_place_is_refused(name):
    with pytest.raises(ValidationError, match="no time zone of this name"):
        Learner(time_zone=name).clean_fields(exclude=["created_at", "seen_at"])


def test_unticked_topic_is_no_longer_followed_and_a_ticked_one_is_again(own, learner):
    left, kept = make_topic(), make_topic()
    both = [left.pk, kept.pk]

    own.post("/settings/", form_data(offered=both, topics=[kept.pk]))
    assert list(learner.unfollowed.all()) == [left]
    own.post("/settings/", form_data(offered=both, topics=both))
    assert not learner.unfollowed.exists()


def test_topic_newer_than_the_page_stays_followed(own, learner):
    old = make_topic()
    new = make_topic()

    own.post("/settings/", form_data(offered=[old.pk], topics=[]))

    assert list(learner.unfollowed.all()) == [old]
    assert new not in learner.unfollowed.all()


def test_hint_says_what_new_questions_come_to():
    assert new_questions_hint(10) == "10 new ones a day come to about 60 reviews a day within a month."
    assert new_questions_hint(1) == "1 new one a day comes to about 6 reviews a day within a month."
    assert "0" not in new_questions_hint(0)


def test_suspended_cards_are_listed_with_a_press_that_asks_them_again(own, learner):
    reading_title = make_card(learner, suspended_at=AT).question.resource.title
    make_card(learner)

    page = own.get("/settings/").text

    assert page.count("Ask again") == 1
    assert reading_title in page


def test_many_suspended_cards_go_on_by_key(own, learner):
    question = make_question()
    cards = [make_card(learner, make_question(resource=question.resource), suspended_at=AT).pk for _ in range(12)]

    first = own.get("/settings/")
    second = own.get("/settings/" + first.context["more_suspended_url"].partition("#")[0])

    shown = [card.pk for page in (first, second) for card in page.context["suspended"]]
    assert shown == cards[::-1]
    assert second.context["more_suspended_url"] is None


def test_page_costs_as_many_queries_however_much_is_suspended(own, learner, django_assert_num_queries):
    make_topic()
    for _ in range(2):
        make_card(learner, suspended_at=AT)
    own.get("/settings/")
    with django_assert_num_queries(13):
        own.get("/settings/")
    for _ in range(9):
        make_card(learner, suspended_at=AT)
    with django_assert_num_queries(13):
        own.get("/settings/")


# Data


def test_export_holds_settings_cards_and_reviews(own, learner, account):
    card = make_card(learner)
    learner.unfollowed.add(make_topic(slug="tools"))

    response = own.get("/account/export/")

    assert response.headers["Content-Disposition"].startswith('attachment; filename="readback-')
    data = json.loads(response.content)
    assert data["learners"]["email"] == account.email
    assert data["learners"]["topics_not_followed"] == ["tools"]
    assert data["scheduler"]["cards"][0]["question__slug"] == card.question.slug
    assert "password" not in response.text


def test_there_is_nothing_to_export_of_a_visitor(client):
    assert client.get("/account/export/").status_code == 404


@pytest.mark.parametrize("address", ["/settings/", "/account/export/", "/account/delete/"])
def test_asking_for_the_head_alone_is_answered_and_changes_nothing(guest_client, address):
    assert guest_client.head(address).status_code == 200
    assert guest_client.guest.cards.count() == 1


# The end


def test_account_is_deleted_only_after_the_password_is_typed(own, learner):
    response = own.post("/account/delete/")

    assert response.headers["Location"].startswith("/account/reauthenticate/")
    assert Learner.objects.filter(pk=learner.pk).exists()


def test_delete_page_says_what_goes_and_does_nothing_by_itself(own, learner, account):
    make_card(learner)
    confirm(own)

    page = own.get("/account/delete/").text

    assert "1 card, and what you know of it" in page
    assert account.email in page
    assert Learner.objects.exists()


def test_deleting_an_account_leaves_nothing_of_it(own, learner, account):
    make_card(learner)
    other = make_card(make_learner())
    confirm(own)

    page = own.post("/account/delete/")

    assert "Your account is deleted." in page.text
    assert list(Card.objects.all()) == [other]
    assert list(Learner.objects.all()) == [other.learner]
    assert not User.objects.filter(email=account.email).exists()
    assert not EmailAddress.objects.filter(email=account.email).exists()
    assert "_auth_user_id" not in own.session


def test_guest_can_delete_her_cards_and_is_a_stranger_after(guest_client):
    old_key = guest_client.guest.guest_key

    page = guest_client.post("/account/delete/")

    assert "Your cards are deleted." in page.text
    assert not Learner.objects.exists()
    assert not Review.objects.exists()
    guest_client.get("/account/login/")
    assert old_key not in guest_client.cookies["guest"].value


def test_visitor_has_nothing_to_delete(client):
    assert client.get("/account/delete/").headers["Location"] == "/settings/"


def test_deleting_in_two_tabs_is_deleting_once(guest_client):
    other_tab = Client()
    other_tab.cookies.update(guest_client.cookies)
    guest_client.post("/account/delete/")

    assert other_tab.post("/account/delete/").status_code == 303


def test_settings_of_one_learner_are_not_another_s(own, learner):
    stranger = make_guest(new_per_day=33)
    make_card(stranger, suspended_at=timezone.now())

    page = own.get("/settings/").text

    assert "Ask again" not in page
    assert access.learner_of(own.get("/settings/").wsgi_request) == learner
