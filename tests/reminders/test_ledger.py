"""What is decided, claimed and written down; and that doing it twice does nothing more."""

import datetime as dt

import pytest

from learners import parts
from reminders import ledger, settings
from reminders.cadence import Reason
from reminders.facts import facts_of
from reminders.models import Reminder, ReminderSetting
from tests.factories import AT, TODAY, make_guest, make_learner
from tests.reminders.writing import DAY, MINUTE, account_of, answer, make_reminder, make_setting, remind

pytestmark = pytest.mark.django_db
State = Reminder.State


def states() -> list[tuple[str, str]]:
    return list(Reminder.objects.order_by("pk").values_list("state", "reason"))


def test_account_without_a_setting_gets_the_usual_one_and_a_guest_none():
    learner = make_learner(time_zone="Europe/Berlin")
    make_guest()

    assert ledger.adopt(AT) == 1
    assert ledger.adopt(AT) == 0

    setting = ReminderSetting.objects.get()
    assert setting.learner == learner
    assert setting.next_at == dt.datetime(2026, 11, 24, 7, tzinfo=dt.UTC)


def test_mail_is_decided_on_once_however_often_the_tick_comes():
    setting = make_setting()

    looked = [ledger.look(AT), ledger.look(AT), ledger.look(AT + MINUTE)]

    reminder = Reminder.objects.get()
    assert looked == [1, 0, 0]
    assert (reminder.learner, reminder.study_day, reminder.reason) == (setting.learner, TODAY, Reason.DUE)
    assert reminder.email == account_of(setting).email
    assert reminder.expires_at == AT.replace(hour=4) + DAY
    setting.refresh_from_db()
    assert setting.next_at == AT + DAY


def test_two_ticks_that_read_the_same_setting_write_one_mail(monkeypatch):
    """The second reads before the first has written."""
    make_setting()
    real = facts_of

    def slowly(setting, *, at):
        monkeypatch.setattr(ledger, "facts_of", real)
        ledger.look(at)
        return real(setting, at=at)

    monkeypatch.setattr(ledger, "facts_of", slowly)
    ledger.look(AT)

    assert Reminder.objects.count() == 1


def test_nothing_due_writes_nothing_and_looks_again_at_the_next_wish():
    setting = make_setting(cards=0)
    ledger.look(AT)
    assert not Reminder.objects.exists()
    setting.refresh_from_db()
    assert setting.next_at == AT + DAY


def test_wish_whose_study_day_is_over_is_not_made_up_for_and_the_next_waits_for_its_hour():
    """Everything was down from Monday's wish until Tuesday morning, before Tuesday's."""
    setting = make_setting()
    tuesday = AT.replace(hour=6) + DAY
    ledger.look(tuesday)
    assert not Reminder.objects.exists()
    setting.refresh_from_db()
    assert setting.next_at == AT + DAY


def test_wish_of_the_same_study_day_is_made_up_for_even_after_midnight():
    make_setting()
    ledger.look(AT.replace(hour=3) + DAY)
    assert Reminder.objects.get().study_day == TODAY


def test_setting_changed_between_decision_and_writing_keeps_its_own_moment(monkeypatch):
    setting = make_setting()
    real = facts_of

    def change_meanwhile(looked_at, *, at):
        settings.stop(setting)
        return real(looked_at, at=at)

    monkeypatch.setattr(ledger, "facts_of", change_meanwhile)
    ledger.look(AT)

    setting.refresh_from_db()
    assert setting.next_at is None


def test_learner_erased_between_decision_and_writing_holds_up_nobody(monkeypatch):
    gone, stays = make_setting(), make_setting()
    real = facts_of

    def erase_meanwhile(setting, *, at):
        facts = real(setting, at=at)
        if setting.pk == gone.pk:
            parts.erase(gone.learner)
        return facts

    monkeypatch.setattr(ledger, "facts_of", erase_meanwhile)
    ledger.look(AT)

    assert Reminder.objects.get().learner == stays.learner


def test_more_than_a_batch_is_looked_at_batch_by_batch(monkeypatch):
    monkeypatch.setattr(ledger, "LOOK_BATCH", 2)
    for _ in range(5):
        make_setting()
    assert [ledger.look(AT) for _ in range(4)] == [2, 2, 1, 0]
    assert Reminder.objects.count() == 5


def test_decision_costs_the_same_for_one_card_and_for_many(django_assert_num_queries):
    make_setting()
    with django_assert_num_queries(11):
        ledger.look(AT)
    make_setting(cards=60, next_at=AT)
    with django_assert_num_queries(11):
        ledger.look(AT)


# Claims


def test_claimed_mail_is_nobody_else_s_until_its_lease_is_over():
    reminder = make_reminder()

    (claimed,) = ledger.claim(AT, limit=5)
    assert claimed == reminder
    assert ledger.claim(AT + ledger.LEASE - MINUTE, limit=5) == []
    (again,) = ledger.claim(AT + ledger.LEASE, limit=5)

    assert (again.attempts, again.message_id) == (2, reminder.message_id)


def test_claims_take_the_longest_waiting_first_and_no_more_than_they_may():
    late = make_reminder(try_at=AT)
    later, latest = make_reminder(try_at=AT - MINUTE), make_reminder(try_at=AT + MINUTE)
    assert ledger.claim(AT, limit=1) == [later]
    assert ledger.claim(AT, limit=5) == [late]
    assert ledger.claim(AT + MINUTE, limit=5) == [latest]


def test_what_is_given_back_may_be_taken_at_once_and_was_no_attempt():
    make_reminder()
    ledger.give_back(ledger.claim(AT, limit=1), at=AT)
    (again,) = ledger.claim(AT, limit=1)
    assert again.attempts == 1


def test_pauses_grow_with_each_attempt():
    make_reminder(expires_at=AT + 9 * DAY)
    at, pauses = AT, []
    for _ in range(8):
        (reminder,) = ledger.claim(at, limit=1)
        ledger.put_off(reminder, trouble="451", at=at)
        reminder.refresh_from_db()
        pauses.append((reminder.try_at - at) // MINUTE)
        at = reminder.try_at
    assert pauses == [1, 2, 5, 15, 30, 60, 60, 60]


def test_mail_expires_unsent_with_its_study_day_unless_somebody_is_at_it():
    reminder = make_reminder()
    end = reminder.expires_at
    assert ledger.claim(end, limit=1) == []
    (leased,) = ledger.claim(end - MINUTE, limit=1)
    assert ledger.expire(end) == 0
    assert ledger.expire(leased.try_at) == 1
    assert states() == [(State.EXPIRED, "due")]


def test_what_is_settled_stays_so():
    reminder = make_reminder()
    ledger.mark_sent(reminder, at=AT)
    ledger.drop(reminder, Reason.STUDIED)
    ledger.refuse(reminder, Reason.REFUSED, trouble="550")
    ledger.put_off(reminder, trouble="451", at=AT)
    assert states() == [(State.SENT, "due")]
    assert ledger.claim(AT + DAY / 2, limit=1) == []


# Day after day


def test_unanswered_mails_come_more_and_more_rarely_and_then_stop():
    make_setting()
    sent = [n for n in range(120) if remind(AT + n * DAY)]
    assert sent == [0, 2, 4, 9, 19, 39, 69]


def test_an_answer_starts_the_count_again():
    setting = make_setting()
    sent = []
    for n in range(16):
        at = AT + n * DAY
        if remind(at):
            sent.append(n)
        if n == 9:
            answer(setting.learner, at + MINUTE, quality=1)
    assert sent == [0, 2, 4, 9, 10, 12, 14]


def test_studying_today_before_the_wish_needs_no_mail():
    setting = make_setting(cards=2)
    answer(setting.learner, AT - MINUTE)
    assert remind() == []


def test_one_who_answers_each_mail_is_written_to_whenever_something_is_due():
    setting = make_setting(cards=1)
    sent = []
    for n in range(9):
        if remind(AT + n * DAY):
            sent.append(n)
            answer(setting.learner, AT + n * DAY + MINUTE)
    assert sent == [0, 6]
