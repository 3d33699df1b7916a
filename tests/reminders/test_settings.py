"""How a learner says when she wishes to be written to, and what the page tells her."""

import datetime as dt
from typing import Any

import pytest
import time_machine

from reminders import ledger, settings
from reminders.cadence import Wish
from reminders.facts import facts_of
from reminders.forms import ReminderForm
from reminders.models import ReminderSetting
from reminders.words import today_words
from tests.factories import AT, TODAY, make_card, make_learner
from tests.learners.test_settings import form_data
from tests.quiz.test_views import text_of
from tests.reminders.writing import DAY, make_reminder, make_setting, remind

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def frozen():
    with time_machine.travel(AT, tick=False):
        yield


@pytest.fixture
def own(client, learner):
    client.force_login(learner.user)
    return client


def section(**changes) -> dict[str, object]:
    """What the page posts with the reminders' section as it stands at first, but for `changes`."""
    usual = {"wish": "every", "clock": "08:00", "weekdays": list("1234567"), "away_from": "", "away_until": ""}
    wanted = {name: value for name, value in {**usual, **changes}.items() if value is not None}
    return {**form_data(), **{f"reminders-{name}": value for name, value in wanted.items()}}


def test_everything_is_saved_and_the_next_moment_reckoned(own, learner):
    response = own.post(
        "/settings/",
        section(wish="pays", clock="19:30", weekdays=["1", "5"], away_from="2026-11-27", away_until="2026-12-06"),
    )

    assert response.status_code == 303
    setting = ReminderSetting.objects.get(learner=learner)
    assert (setting.wish, setting.clock, setting.weekdays) == (Wish.PAYS, dt.time(19, 30), "15")
    assert (setting.away_from, setting.away_until) == (dt.date(2026, 11, 27), dt.date(2026, 12, 6))
    assert setting.next_at == dt.datetime(2026, 11, 23, 19, 30, tzinfo=dt.UTC)


def test_never_is_never_looked_at_again_until_it_is_taken_back(own, learner):
    own.post("/settings/", section(wish="never"))
    assert ReminderSetting.objects.get().next_at is None
    assert "No reminder comes." in text_of(own.get("/settings/"))
    own.post("/settings/", section())
    assert ReminderSetting.objects.get().next_at == dt.datetime(2026, 11, 24, 8, tzinfo=dt.UTC)


def test_never_needs_no_day_and_keeps_those_that_stood_before(own):
    own.post("/settings/", section(weekdays=["1", "5"]))
    assert own.post("/settings/", section(wish="never", weekdays=[])).status_code == 303
    setting = ReminderSetting.objects.get()
    assert (setting.wish, setting.weekdays) == (Wish.NEVER, "15")


def test_break_that_is_over_leaves_the_page_and_no_new_one_begins_there(own, learner):
    past: dict[str, Any] = {"away_from": TODAY - 9 * DAY, "away_until": TODAY - DAY}
    make_setting(learner, **past)
    page = text_of(own.get("/settings/"))
    assert str(past["away_from"]) not in page
    assert str(past["away_until"]) not in page
    response = own.post("/settings/", section(**past))
    assert response.status_code == 422
    assert "This break is over already." in text_of(response)
    assert own.post("/settings/", section()).status_code == 303
    assert ReminderSetting.objects.get().away_until is None


def test_break_that_runs_stays_on_the_page_and_is_saved_with_it(own, learner):
    running: dict[str, Any] = {"away_from": TODAY - 9 * DAY, "away_until": TODAY}
    make_setting(learner, **running)
    assert str(running["away_from"]) in text_of(own.get("/settings/"))
    assert own.post("/settings/", section(**running)).status_code == 303
    assert ReminderSetting.objects.get().away_from == running["away_from"]


def test_page_with_errors_leads_to_each_of_them(own):
    response = own.post("/settings/", {**section(weekdays=[], clock="25:00"), "new_per_day": "many"})
    page = text_of(response)
    for name in ("new_per_day", "reminders-clock", "reminders-weekdays_0"):
        assert f'<a href="#id_{name}">' in page
        assert f'id="id_{name}"' in page


def test_pause_for_a_week_is_ticked_and_unticked(own):
    own.post("/settings/", section(snoozed="on"))
    assert ReminderSetting.objects.get().snoozed_until == TODAY + 7 * DAY
    assert "Paused until Monday 30 November" in text_of(own.get("/settings/"))
    own.post("/settings/", section(snoozed="on"))
    assert ReminderSetting.objects.get().snoozed_until == TODAY + 7 * DAY
    own.post("/settings/", section())
    assert ReminderSetting.objects.get().snoozed_until is None


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"weekdays": []}, "Choose at least one day"),
        ({"weekdays": ["8"]}, "8 is not one of the available choices"),
        ({"clock": "25:00"}, "Write a time, such as 08:00."),
        ({"clock": ""}, "This is still empty."),
        ({"away_from": "tomorrow"}, "Write a date, such as 2026-12-24."),
        ({"away_from": "2026-12-24"}, "A break has two dates"),
        ({"away_until": "2026-12-24"}, "A break has two dates"),
        ({"away_from": "2026-12-24", "away_until": "2026-12-23"}, "ends before it begins"),
        ({"away_from": "2026-12-24", "away_until": "9999-12-31"}, "a year at most"),
        ({"wish": "hourly"}, "Select a valid choice"),
    ],
)
def test_nonsense_is_told_at_its_field_and_nothing_at_all_is_saved(own, learner, changes, told):
    response = own.post("/settings/", {**section(**changes), "new_per_day": "77"})
    assert response.status_code == 422
    assert told in text_of(response)
    assert "Nothing is saved yet." in text_of(response)
    learner.refresh_from_db()
    assert learner.new_per_day == 10
    assert not ReminderSetting.objects.exists()


def test_error_elsewhere_on_the_page_keeps_what_was_typed_here(own):
    response = own.post("/settings/", {**section(clock="21:15"), "new_per_day": "many"})
    assert response.status_code == 422
    assert 'value="21:15"' in text_of(response)
    assert not ReminderSetting.objects.exists()


def test_page_from_before_there_were_reminders_leaves_them_alone(own, learner):
    make_setting(learner, cards=0, wish=Wish.PAYS, clock=dt.time(6))
    assert own.post("/settings/", form_data()).status_code == 303
    setting = ReminderSetting.objects.get()
    assert (setting.wish, setting.clock) == (Wish.PAYS, dt.time(6))


def test_guest_has_no_address_and_so_no_section(client):
    assert 'id="reminders"' not in text_of(client.get("/settings/"))
    assert client.post("/settings/", section()).status_code == 303
    assert not ReminderSetting.objects.exists()


@pytest.mark.parametrize("post", ["/settings/", "/settings/zone/"])
def test_another_zone_moves_the_next_moment_and_no_due_date(own, learner, post):
    card = make_card(learner)
    setting = make_setting(learner, cards=0, clock=dt.time(8), next_at=AT + DAY)

    own.post(post, {**form_data(time_zone="Asia/Tokyo"), "zone": "Asia/Tokyo"})

    setting.refresh_from_db()
    assert setting.next_at == dt.datetime(2026, 11, 23, 23, tzinfo=dt.UTC)
    card.refresh_from_db()
    assert card.due_on == TODAY


def test_page_says_when_the_next_mail_comes_and_about_how_many_cards_it_names(own, learner):
    learner.time_zone = "Europe/Berlin"
    learner.save()
    for _ in range(14):
        make_card(learner, due_on=TODAY + 3 * DAY)
    assert "Next reminder: Thursday 26 November, 08:00, about 14 cards." in text_of(own.get("/settings/"))


def test_what_the_page_foretells_comes_true(own, learner):
    make_setting(learner, cards=0, clock=dt.time(8))
    make_card(learner, due_on=TODAY + 3 * DAY)
    assert "Thursday 26 November, 08:00, about 1 card." in text_of(own.get("/settings/"))
    sent = [n for n in range(4) if remind(AT.replace(hour=8, minute=1) + n * DAY)]
    assert sent == [3]


@pytest.mark.parametrize(
    ("prepare", "told"),
    [
        (lambda learner: None, "nothing is due within six weeks"),
        (lambda learner: learner.user.emailaddress_set.update(verified=False), "until your address is confirmed"),
        (lambda learner: leaves_unanswered(learner, 7), "the last seven went unanswered. An answer starts them again."),
    ],
)
def test_page_says_once_why_none_comes(own, learner, prepare, told):
    prepare(learner)
    page = text_of(own.get("/settings/"))
    assert told in page
    assert "None today" not in page


def leaves_unanswered(learner, mails):
    setting = make_setting(learner)
    for number in range(1, mails + 1):
        make_reminder(setting, study_day=TODAY - number * DAY, state="sent", sent_at=AT - number * DAY)


def test_page_with_an_error_foretells_nothing(own, learner):
    """What was typed is not what stands."""
    make_setting(learner)
    response = own.post("/settings/", section(away_from="2026-01-01", away_until="2026-01-02"))
    assert response.status_code == 422
    assert "reminder comes" not in text_of(response)
    assert "Next reminder" not in text_of(response)
    assert "in sight" not in text_of(response)


def test_refused_address_is_told_on_settings_home_and_at_the_end_of_the_day_and_tried_again_on_request(own, learner):
    learner.user.refused_email = learner.user.email
    learner.user.save()
    learner.last_study_day = TODAY
    learner.save()
    for page in ("/settings/", "/", "/study/"):
        assert "comes back" in text_of(own.get(page)), page

    assert own.post("/reminders/try-again/", follow=True).status_code == 200

    learner.user.refresh_from_db()
    assert learner.user.refused_email == ""
    assert "Mail to" not in text_of(own.get("/settings/"))


def test_trying_again_needs_a_post_of_hers(client, own):
    assert own.get("/reminders/try-again/").status_code == 405
    own.logout()
    assert own.post("/reminders/try-again/").status_code == 302


def test_setting_and_mails_are_in_her_export_and_go_with_her(own, learner):
    make_setting(learner)
    remind()
    exported = own.get("/account/export/").json()["reminders"]
    assert exported["setting"]["wish"] == "every"
    assert [mail["state"] for mail in exported["mails"]] == ["sent"]

    from learners import parts

    parts.erase(make_learner())
    assert ReminderSetting.objects.count() == 1
    parts.erase(learner)
    assert not ReminderSetting.objects.exists()


def test_moment_that_has_come_is_not_lost_when_she_saves_before_the_tick_looks(own, learner):
    make_setting(learner, next_at=AT - DAY / 24, clock=dt.time(8))
    own.post("/settings/", section())
    own.post("/settings/zone/", {"zone": "UTC"})
    assert len(remind(AT)) == 1


def test_setting_that_the_tick_made_meanwhile_is_the_one_that_is_saved(own, learner):
    own.get("/settings/")
    form = ReminderForm(section(clock="21:00"), learner=learner, at=AT)
    assert form.is_valid()
    ledger.adopt(AT)
    form.save()
    setting = ReminderSetting.objects.get()
    assert (setting.clock, setting.next_at) == (dt.time(21), AT.replace(hour=21))


def test_pause_pressed_with_an_old_page_does_not_undo_a_stop(learner):
    stale = make_setting(learner)
    settings.stop(ReminderSetting.objects.get())
    settings.snooze(stale, at=AT)
    assert ReminderSetting.objects.get().wish == Wish.NEVER


def test_week_of_a_pause_is_counted_from_her_own_date(learner):
    setting = make_setting(learner)
    settings.snooze(setting, at=AT.replace(hour=2))
    assert ReminderSetting.objects.get().snoozed_until == TODAY + 7 * DAY


def test_page_says_why_none_comes_today(own, learner):
    make_setting(learner, weekdays="234567")
    assert "None today: not one of the chosen days." in text_of(own.get("/settings/"))


def test_page_says_that_today_s_mail_has_been_written(own, learner):
    make_setting(learner)
    remind()
    page = text_of(own.get("/settings/"))
    assert "Next reminder: Wednesday 25 November, 09:00, about 1 card." in page
    assert "Today’s has been written already." in page
    assert "None today" not in page


@pytest.mark.parametrize("hour", [2, 23])
def test_wish_in_the_night_is_judged_by_its_own_date(learner, hour):
    """At 02:00 on Tuesday the study day is still Monday; she wished for Tuesdays."""
    tuesday = (AT + DAY).replace(hour=hour)
    setting = make_setting(learner, clock=dt.time(hour), weekdays="2", next_at=tuesday)
    facts = facts_of(setting, at=tuesday)
    assert today_words(facts, at=tuesday) == ""
    assert len(remind(tuesday)) == 1
