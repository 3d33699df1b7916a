"""A card left open while its question, its day or its schedule went on without it."""

import pytest
import time_machine
from django.urls import reverse

from catalog.models import Question, QuestionRevision
from learners.models import Learner
from scheduler import editions
from scheduler.models import Review
from tests.factories import AT, make_card, make_many_questions, make_question, make_reading
from tests.quiz.test_views import DAY, check, front, grade, opened, text_of, ticket_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(AT, tick=False) as travelling:
        yield travelling


@pytest.fixture
def signed_in(client, learner):
    client.force_login(learner.user)
    return client


def options_of(question: Question, *, without: int = 0) -> dict[str, object]:
    options = [
        {"number": choice.number, "text": choice.text, "correct": choice.correct, "why": choice.why}
        for choice in question.choices.exclude(number=without)
    ]
    return {"kind": "choice", "choices": options}


def drop_option(question: Question, number: int) -> None:
    """What a curator does who calls it clearer without that option."""
    question.revisions.update(content=options_of(question))
    content = options_of(question, without=number)
    QuestionRevision.objects.create(question=question, number=2, edition=1, change="clearer", content=content, at=AT)
    choices = [choice for choice in question.rendered["choices"] if choice["number"] != number]
    Question.objects.filter(pk=question.pk).update(revision=2, rendered=question.rendered | {"choices": choices})


def test_answer_to_the_new_wording_counts_although_the_tick_noted_the_change_meanwhile(signed_in, learner) -> None:
    question = make_card(learner).question
    QuestionRevision.objects.create(
        question=question, number=2, edition=2, change="meaning", content={"kind": "recall"}, at=AT
    )
    Question.objects.filter(pk=question.pk).update(edition=2, revision=2)
    ticket = opened(signed_in, front(signed_in))
    assert editions.catch_up(AT) == 1
    grade(signed_in, ticket, 4)
    assert Review.objects.filter(kind="answer").count() == 1


def test_wrong_answer_after_such_a_change_still_shows_its_back(signed_in, learner) -> None:
    question = make_card(learner, make_question("typed")).question
    content = {"kind": "typed", "answer": question.answer, "accept": question.accept}
    QuestionRevision.objects.create(question=question, number=2, edition=2, change="meaning", content=content, at=AT)
    Question.objects.filter(pk=question.pk).update(edition=2, revision=2)
    ticket = front(signed_in)
    editions.catch_up(AT)
    assert "Not known." in text_of(check(signed_in, ticket, dont_know="1"))


def test_repetition_of_yesterday_moves_no_schedule_today(signed_in, learner, clock) -> None:
    make_card(learner, interval_days=15, repetitions=3)
    grade(signed_in, opened(signed_in, front(signed_in)), 1)
    back = opened(signed_in, front(signed_in, repeat="1"))
    clock.shift(DAY)
    assert "ended with its day" in text_of(grade(signed_in, back, 4))
    assert Review.objects.filter(kind="answer").count() == 1


def test_option_that_is_gone_shows_the_question_anew(signed_in) -> None:
    question = make_question("choice")
    ticket = front(signed_in)
    drop_option(question, 1)
    page = check(signed_in, ticket, choice="1")
    assert "was changed while you had it before you" in text_of(page)
    assert not Review.objects.exists()


def test_back_of_a_wrong_option_that_is_gone_leads_on(signed_in) -> None:
    question = make_question("choice")
    page = check(signed_in, front(signed_in), choice="1")
    address = f"{page.request['PATH_INFO']}?{page.request['QUERY_STRING']}"
    drop_option(question, 1)
    page = signed_in.get(address, follow=True)
    assert page.status_code == 200
    assert "Already answered" in text_of(page)


def test_settled_back_of_yesterday_promises_no_day_gone_by(signed_in, learner, clock) -> None:
    make_card(learner, make_question("choice"), interval_days=15, repetitions=3)
    page = check(signed_in, front(signed_in), choice="1")
    clock.shift(DAY)
    page = signed_in.get(f"{page.request['PATH_INFO']}?{page.request['QUERY_STRING']}")
    assert "Not right." in text_of(page)
    assert "0\xa0days" not in text_of(page)


def test_skip_in_the_drill_is_not_taken_for_an_answer(signed_in, learner, clock) -> None:
    make_card(learner, interval_days=15, repetitions=3)
    grade(signed_in, opened(signed_in, front(signed_in)), 1)
    clock.shift(DAY / 48)
    page = signed_in.post(reverse("quiz:skip"), {"ticket": front(signed_in)}, follow=True)
    assert "One card is left." not in text_of(page)


def test_ten_more_are_for_their_day_alone(signed_in, learner, clock) -> None:
    Learner.objects.filter(pk=learner.pk).update(new_per_day=1)
    make_many_questions(30, make_reading())
    page = grade(signed_in, opened(signed_in, front(signed_in)), 4)
    assert "more=10&more_on=2026-11-23" in text_of(page)
    left_open = {"more": "10", "more_on": "2026-11-23"}
    assert "10\xa0new" in text_of(signed_in.get(reverse("quiz:study"), left_open))
    clock.shift(2 * DAY)
    assert "1\xa0new" in text_of(signed_in.get(reverse("quiz:study"), left_open))


def test_answer_that_is_settled_cannot_be_checked_again(signed_in) -> None:
    make_question("choice")
    page = check(signed_in, front(signed_in), choice="1")
    again = signed_in.post(reverse("quiz:check"), {"ticket": ticket_in(page), "dont_know": "1"})
    assert again.status_code == 400
    assert Review.objects.count() == 1
