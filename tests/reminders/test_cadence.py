"""Whether to write, and why: the pure rule."""

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reminders.cadence import (
    DAY,
    WAITS_DAYS,
    Calendar,
    Due,
    Facts,
    Forecast,
    Reason,
    Wish,
    decide,
    decide_again,
    expected_forgotten,
    foresee,
    is_last,
    next_look,
)

TODAY = dt.date(2026, 11, 23)  # a Monday
AT = dt.datetime(2026, 11, 23, 8, tzinfo=dt.UTC)
CALENDAR = Calendar(clock=dt.time(8), time_zone="UTC", day_start=dt.time(4))


def facts(**fields) -> Facts:
    """A learner with one card that is due today, and nothing that hinders."""
    usual = {
        "wish": Wish.EVERY,
        "calendar": CALENDAR,
        "has_address": True,
        "is_refused": False,
        "studied_on": TODAY - DAY,
        "written_on": None,
        "ignored": 0,
        "last_mail_on": None,
        "cards": [Due(TODAY, 6)],
        "cards_in_all": 1,
        "limit": 200,
    }
    calendar = replace(CALENDAR, **{name: fields.pop(name) for name in list(fields) if hasattr(CALENDAR, name)})
    return Facts(**{**usual, "calendar": calendar, **fields})


def decided(found: Facts, day: dt.date = TODAY) -> tuple[bool, Reason]:
    decision = decide(found, on=day, today=day)
    return decision.write, decision.reason


def due(*days_ahead: int, interval: int = 10) -> list[Due]:
    return [Due(TODAY + days * DAY, interval) for days in days_ahead]


@pytest.mark.parametrize(
    ("found", "reason"),
    [
        (facts(wish=Wish.NEVER), Reason.OFF),
        (facts(has_address=False), Reason.NO_ADDRESS),
        (facts(is_refused=True), Reason.REFUSED),
        (facts(studied_on=TODAY), Reason.STUDIED),
        (facts(studied_on=TODAY + DAY), Reason.STUDIED),
        (facts(written_on=TODAY), Reason.WRITTEN),
        (facts(cards=[]), Reason.NOTHING_DUE),
        (facts(cards=due(1)), Reason.NOTHING_DUE),
        (facts(snoozed_until=TODAY + DAY), Reason.SNOOZED),
        (facts(away_from=TODAY, away_until=TODAY), Reason.AWAY),
        (facts(away_from=TODAY - DAY), Reason.AWAY),
        (facts(weekdays="234567"), Reason.WEEKDAY),
    ],
)
def test_each_hindrance_has_its_reason(found: Facts, reason: Reason) -> None:
    assert decided(found) == (False, reason)


@pytest.mark.parametrize(
    "found",
    [
        facts(),
        facts(studied_on=None),
        facts(snoozed_until=TODAY),
        facts(away_from=TODAY + DAY, away_until=TODAY + 9 * DAY),
        facts(away_from=TODAY - 9 * DAY, away_until=TODAY - DAY),
        facts(weekdays="1"),
        facts(written_on=TODAY - DAY),
    ],
)
def test_something_due_is_written_of_when_nothing_hinders(found: Facts) -> None:
    assert decided(found) == (True, Reason.DUE)


def test_mail_decided_on_is_not_hindered_by_itself_but_by_all_else() -> None:
    assert decide_again(facts(written_on=TODAY), on=TODAY, today=TODAY).write
    assert decide_again(facts(written_on=TODAY, studied_on=TODAY), on=TODAY, today=TODAY).reason is Reason.STUDIED


@pytest.mark.parametrize(("ignored", "waits"), list(enumerate(WAITS_DAYS, start=1)))
def test_each_ignored_mail_makes_the_next_wait_longer(ignored: int, waits: int) -> None:
    found = facts(ignored=ignored, last_mail_on=TODAY)
    early = decide(found, on=TODAY + (waits - 1) * DAY, today=TODAY + (waits - 1) * DAY)
    assert (early.write, early.reason, early.until) == (False, Reason.WAITING, TODAY + waits * DAY)
    assert decided(found, TODAY + waits * DAY) == (True, Reason.DUE)


def test_a_learner_who_never_answers_gets_seven_mails_in_69_days_and_the_last_says_so() -> None:
    mails: list[dt.date] = []
    for day in (TODAY + n * DAY for n in range(365)):
        found = facts(ignored=len(mails), last_mail_on=mails[-1] if mails else None)
        if decide(found, on=day, today=day).write:
            assert is_last(len(mails)) == (len(mails) == 6)
            mails.append(day)
    assert [(day - TODAY).days for day in mails] == [0, 2, 4, 9, 19, 39, 69]
    assert decided(facts(ignored=7, last_mail_on=mails[-1]), TODAY + 364 * DAY) == (False, Reason.SILENT)


def test_one_who_answers_is_written_to_every_day() -> None:
    assert decided(facts(ignored=0, last_mail_on=None, written_on=TODAY - DAY)) == (True, Reason.DUE)


# When it pays


def pays(cards: list[Due], **fields) -> tuple[bool, Reason]:
    return decided(facts(wish=Wish.PAYS, cards=cards, **{"cards_in_all": 50, **fields}))


def test_a_full_session_is_written_of_at_once() -> None:
    assert pays(due(*[0] * 50)) == (True, Reason.FULL)
    assert pays(due(*[0] * 49, 1)) == (False, Reason.FULLER_SOON)


def test_all_there_is_is_a_full_session() -> None:
    assert pays(due(0, 0, 0), cards_in_all=3) == (True, Reason.FULL)


def test_forgetting_that_waiting_would_cost_is_not_waited_for() -> None:
    overdue = due(*[-10] * 20, 1)  # each overdue by its whole interval: 20 × 0.1
    assert expected_forgotten(overdue, TODAY) == pytest.approx(2.0)
    assert pays(overdue) == (True, Reason.COSTLY)
    assert pays(due(*[-10] * 17, 1)) == (False, Reason.FULLER_SOON)


@pytest.mark.parametrize(("ahead", "reason"), [(7, Reason.FULLER_SOON), (8, Reason.NO_BETTER)])
def test_a_fuller_session_is_waited_for_a_week_and_no_longer(ahead: int, reason: Reason) -> None:
    assert pays(due(0, ahead)) == (reason is Reason.NO_BETTER, reason)


def test_a_fuller_session_is_not_waited_for_when_too_much_is_forgotten_until_then() -> None:
    cards = [*due(*[0] * 30, interval=1), *due(3)]
    assert expected_forgotten(cards, TODAY + DAY) >= 2
    assert pays(cards) == (True, Reason.NO_BETTER)


def test_expected_forgetting_is_nothing_on_the_due_day_and_a_tenth_after_one_interval() -> None:
    assert expected_forgotten(due(0, 3), TODAY) == 0
    assert expected_forgotten([Due(TODAY - 6 * DAY, 6)], TODAY) == pytest.approx(0.1)
    assert expected_forgotten([Due(TODAY - 6 * DAY, 0)], TODAY) == pytest.approx(1 - 0.9**6)


@given(st.lists(st.builds(Due, st.dates(TODAY - 400 * DAY, TODAY + 30 * DAY), st.integers(0, 400)), max_size=80))
def test_when_it_pays_never_writes_of_nothing_and_never_waits_beyond_a_full_session(cards: list[Due]) -> None:
    write, reason = pays(sorted(cards), cards_in_all=min(50, len(cards)))
    ready = [card for card in cards if card.on <= TODAY]
    assert (reason is Reason.NOTHING_DUE) == (not ready)
    assert write or len(ready) < 50


# The next moment


def test_next_look_is_the_next_wished_hour_on_a_free_day() -> None:
    assert next_look(CALENDAR, after=AT - dt.timedelta(seconds=1)) == AT
    assert next_look(CALENDAR, after=AT) == AT + DAY
    assert next_look(replace(CALENDAR, weekdays="5"), after=AT) == AT + 4 * DAY
    assert next_look(replace(CALENDAR, snoozed_until=TODAY + 7 * DAY), after=AT) == AT + 7 * DAY
    away = replace(CALENDAR, away_from=TODAY + DAY, away_until=TODAY + 300 * DAY)
    assert next_look(away, after=AT) == AT + 301 * DAY
    assert next_look(replace(CALENDAR, away_from=TODAY), after=AT) is None


def test_wish_in_a_gap_of_the_clocks_is_looked_at_after_it_and_once() -> None:
    berlin = replace(CALENDAR, time_zone="Europe/Berlin", clock=dt.time(2, 30))
    before = dt.datetime(2026, 3, 28, 12, tzinfo=dt.UTC)
    first = next_look(berlin, after=before)
    assert first == dt.datetime(2026, 3, 29, 1, tzinfo=dt.UTC)
    assert next_look(berlin, after=first) == dt.datetime(2026, 3, 30, 0, 30, tzinfo=dt.UTC)


@given(
    st.datetimes(dt.datetime(2026, 1, 1), dt.datetime(2030, 1, 1)),
    st.sampled_from(["Europe/Berlin", "America/St_Johns", "Australia/Lord_Howe", "Pacific/Apia", "UTC"]),
    st.times().map(lambda clock: clock.replace(second=0, microsecond=0)),
)
def test_latest_wish_and_next_look_enclose_every_moment(naive: dt.datetime, zone: str, clock: dt.time) -> None:
    at = naive.replace(tzinfo=dt.UTC)
    calendar = replace(CALENDAR, time_zone=zone, clock=clock)
    following = next_look(calendar, after=at)
    assert following is not None
    assert calendar.latest_wish(at=at).moment <= at < following
    assert calendar.latest_wish(at=following).moment == following


def test_forecast_names_the_day_of_the_next_mail_and_its_cards() -> None:
    found = facts(cards=due(3, 3, 4), studied_on=TODAY)
    assert foresee(found, after=AT) == Forecast(AT + 3 * DAY, 2)
    assert foresee(replace(found, limit=1), after=AT) == Forecast(AT + 3 * DAY, 1)
    assert foresee(facts(ignored=5, last_mail_on=TODAY), after=AT) == Forecast(AT + 20 * DAY, 1)


def test_forecast_is_none_where_no_mail_comes() -> None:
    for found in (facts(cards=[]), facts(wish=Wish.NEVER), facts(ignored=7, last_mail_on=TODAY)):
        assert foresee(found, after=AT) is None
