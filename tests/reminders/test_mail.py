"""The mail itself: its words, its headers, its links."""

import datetime as dt

import pytest

from reminders.mail import most_at_risk, subject
from reminders.words import due_words, takes_words
from tests.factories import AT, TODAY, make_card, make_learner, make_question, make_reading
from tests.reminders.writing import DAY, account_of, make_reminder, make_setting, remind

pytestmark = pytest.mark.django_db


def html_of(message) -> str:
    ((html, kind),) = message.alternatives
    assert kind == "text/html"
    return str(html)


@pytest.fixture
def message():
    learner = make_learner(time_zone="Europe/Berlin")
    reading = make_reading(title="Airflow & friends")
    question = make_question(resource=reading, prompt="What does `poke` <hold> while it waits?")
    setting = make_setting(learner, cards=0, clock=dt.time(10))
    make_card(learner, question, due_on=TODAY - 5 * DAY)
    for _ in range(5):
        make_card(learner, make_question(resource=reading))
    (mail,) = remind(AT)
    assert account_of(setting).email in mail.to
    return mail


def test_text_and_html_say_the_number_the_time_it_takes_and_the_first_question(message):
    assert message.subject == "6 cards are due: about 2 minutes"
    assert "Six cards are due today. They take about two minutes. The first one:" in message.body
    assert "What does poke <hold> while it waits?" in message.body
    assert "Airflow & friends" in message.body
    html = html_of(message)
    assert "What does <code" in html
    assert "&lt;hold&gt;" in html
    assert "Airflow &amp; friends" in html


def test_headers_are_those_of_automatic_mail_that_can_be_stopped_at_once(message, settings):
    headers = message.message()
    assert headers["From"] == settings.REMINDER_FROM_EMAIL
    assert headers["Auto-Submitted"] == "auto-generated"
    assert headers["List-Id"] == "Readback reminders <reminders.localhost>"
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert str(headers["List-Unsubscribe"]).strip().startswith("<http://localhost:8000/reminders/stop/")
    assert headers["Message-ID"].endswith("@localhost>")


def test_html_carries_its_styles_in_itself_has_one_button_and_is_small(message):
    html = html_of(message)
    assert "style=" in html
    assert "prefers-color-scheme: dark" in html
    assert html.count("/reminders/open/") == 1
    assert "<img" not in html
    assert "<link" not in html
    assert len(message.message().as_bytes()) < 100_000


def test_links_say_until_when_they_open_the_quiz_on_her_clock(message):
    assert "until Wednesday 10:00" in message.body
    assert "until Wednesday 10:00" in html_of(message)


def test_first_mail_explains_itself_the_later_ones_do_not_and_the_last_says_that_it_is_the_last(mailoutbox):
    make_setting()
    mails = [sent for n in range(80) for sent in remind(AT + n * DAY)]
    assert ["This is your first reminder." in mail.body for mail in mails] == [True] + [False] * 6
    assert ["This is the last reminder" in mail.body for mail in mails] == [False] * 6 + [True]
    assert mails[-1].subject == "The last reminder, until you come back: 1 card is due"
    assert all(("your first reminder" in html_of(mail)) == (mail is mails[0]) for mail in mails)


@pytest.mark.parametrize(
    ("cards", "minutes", "words"),
    [
        (1, 0, "1 card is due: under a minute"),
        (6, 1, "6 cards are due: about 1 minute"),
        (201, 50, "200+ cards are due: 50 minutes or more"),
    ],
)
def test_subject_counts_in_words_of_their_own(cards, minutes, words):
    assert subject(cards, minutes, last=False) == words


@pytest.mark.parametrize(
    ("cards", "minutes", "words"),
    [
        (1, 0, "One card is due today. It takes under a minute."),
        (2, 1, "Two cards are due today. They take about a minute."),
        (12, 3, "12 cards are due today. They take about three minutes."),
        (201, 50, "200+ cards are due today. They take 50 minutes or more."),
    ],
)
def test_sentences_count_in_words_up_to_nine(cards, minutes, words):
    assert f"{due_words(cards)} {takes_words(cards, minutes)}" == words


def test_number_is_what_the_day_asks_not_all_that_is_due():
    make_setting(make_learner(reviews_per_day=3), cards=5)
    (mail,) = remind()
    assert mail.subject == "3 cards are due: about 1 minute"


def test_first_question_is_the_one_most_at_risk():
    learner = make_learner()
    make_card(learner, due_on=TODAY - 9 * DAY, interval_days=90)
    late = make_card(learner, due_on=TODAY - 2 * DAY, interval_days=6)
    make_card(learner, due_on=TODAY, interval_days=1)
    assert most_at_risk(learner, TODAY) == late.question


def test_among_equals_the_hardest_is_the_first():
    learner = make_learner()
    make_card(learner, interval_days=6)
    hard = make_card(learner, interval_days=6, ease_factor=180)
    assert most_at_risk(learner, TODAY) == hard.question


def test_suspended_and_retired_questions_are_never_the_first():
    learner = make_learner()
    make_card(learner, due_on=TODAY - 9 * DAY, suspended_at=AT)
    make_card(learner, make_question(status="retired"), due_on=TODAY - 9 * DAY)
    assert most_at_risk(learner, TODAY) is None


@pytest.mark.parametrize("kind", ["recall", "choice", "cloze", "typed"])
def test_no_mail_betrays_its_answer(kind, mailoutbox):
    learner = make_learner()
    question = make_question(kind)
    make_card(learner, question)
    make_reminder(make_setting(learner, cards=0))
    (mail,) = remind()
    answer = question.rendered["answer_text"]
    assert answer
    assert answer not in mail.body
    assert answer not in html_of(mail)


def test_blank_of_a_cloze_is_a_line_in_the_text_as_in_the_html(mailoutbox):
    learner = make_learner()
    make_card(learner, make_question("cloze", prompt="A load that may run twice is {{idempotent}}, they say."))
    make_reminder(make_setting(learner, cards=0))
    (mail,) = remind()
    assert "A load that may run twice is _____, they say." in mail.body
    html = html_of(mail)
    assert "First: A load that may run twice is _____, they say." in html
    assert "blank</span>" in html, "its word, for who hears the mail"
    assert html.count("display: none") == 1, "the glance for the list of mails alone"


def test_link_headers_and_words_survive_a_hostile_reading_title(mailoutbox):
    learner = make_learner()
    make_card(learner, make_question(resource=make_reading(title="x</p><script>alert(1)</script>\r\nBcc: a@b.c")))
    make_setting(learner, cards=0)
    (mail,) = remind()
    assert "<script>" not in html_of(mail)
    assert mail.message()["Bcc"] is None


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, "on days when something is due, at 09:00"),
        ({"weekdays": "1"}, "on a Monday when something is due, at 09:00"),
        ({"weekdays": "135", "wish": "pays"}, "on a Monday, Wednesday or Friday when a session is worth your while"),
    ],
)
def test_mail_says_on_which_days_it_comes(fields, words):
    make_setting(**fields)
    (mail,) = remind()
    assert words in mail.body
    assert words in html_of(mail)


def test_time_for_more_cards_than_are_counted_is_no_exact_one(monkeypatch):
    monkeypatch.setattr("reminders.mail.COUNTED_UP_TO", 3)
    monkeypatch.setattr("reminders.words.COUNTED_UP_TO", 3)
    make_setting(cards=5)
    (mail,) = remind()
    assert mail.subject.endswith("1 minutes or more")
