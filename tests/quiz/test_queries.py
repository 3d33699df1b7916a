"""How many queries a request costs: constants, whatever the size of the catalog and of what the learner knows."""

import datetime as dt

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from scheduler.models import Card
from tests.factories import AT, TODAY, analyze, make_card, make_many_questions, make_question, make_reading
from tests.quiz.test_views import HTMX, ticket_in

pytestmark = pytest.mark.django_db

DAY = dt.timedelta(days=1)
STUDY = 6
ANSWER = 7
CHECK_WRONG = 13
GRADE = 12

SIZES = [(10, 0), (5000, 0), (5000, 4990)]


@pytest.fixture(autouse=True)
def frozen():
    with time_machine.travel(AT, tick=False):
        yield


def queries(call) -> tuple[list[str], object]:
    with CaptureQueriesContext(
        connection,
    ) as captured:
        response = call()
    kept = [q["sql"] for q in captured if q["sql"].split()[0] not in {"BEGIN", "COMMIT", "SAVEPOINT", "RELEASE"}]
    return kept, response


def fill(learner, questions: int, known: int) -> None:
    """A catalog of `questions`, the first `known` of which rest far in the future."""
    Card.objects.bulk_create(
        Card(learner=learner, question=question, interval_days=90, repetitions=5, due_on=TODAY + 60 * DAY, sequence=5)
        for question in make_many_questions(questions, make_reading())[:known]
    )
    analyze()


@pytest.mark.parametrize(("questions", "known"), SIZES)
def test_study_page_answer_and_grade_cost_the_same_at_any_size(client, learner, questions: int, known: int) -> None:
    fill(learner, questions, known)
    client.force_login(learner.user)

    study, front = queries(lambda: client.get(reverse("quiz:study")))
    assert len(study) == STUDY, "\n".join(study)

    answer, back = queries(lambda: client.get(reverse("quiz:answer"), {"ticket": ticket_in(front)}))
    assert len(answer) == ANSWER, "\n".join(answer)

    form = {"ticket": ticket_in(back), "grade": "4"}
    first_of_day, second = queries(lambda: client.post(reverse("quiz:grade"), form, headers=HTMX))
    assert len(first_of_day) == GRADE, "\n".join(first_of_day)

    back = client.get(reverse("quiz:answer"), {"ticket": ticket_in(second)})
    form = {"ticket": ticket_in(back), "grade": "4"}
    later, _ = queries(lambda: client.post(reverse("quiz:grade"), form, headers=HTMX))
    assert len(later) <= GRADE, "\n".join(later)


def test_grading_a_due_card_costs_no_more_than_a_new_one(client, learner) -> None:
    for _ in range(3):
        make_card(learner)
    client.force_login(learner.user)
    front = client.get(reverse("quiz:study"))
    back = client.get(reverse("quiz:answer"), {"ticket": ticket_in(front)})
    form = {"ticket": ticket_in(back), "grade": "4"}
    sql, _ = queries(lambda: client.post(reverse("quiz:grade"), form, headers=HTMX))
    assert len(sql) <= GRADE, "\n".join(sql)


def test_wrong_choice_is_graded_and_shown_in_a_constant_number_of_queries(client, learner) -> None:
    make_question("choice")
    make_question()
    client.force_login(learner.user)
    front = client.get(reverse("quiz:study"))
    form = {"ticket": ticket_in(front), "choice": "1"}
    sql, _ = queries(lambda: client.post(reverse("quiz:check"), form, headers=HTMX))
    assert len(sql) == CHECK_WRONG, "\n".join(sql)


def test_visitor_reads_the_study_page_in_two_queries(client) -> None:
    make_question()
    sql, _ = queries(lambda: client.get(reverse("quiz:study")))
    assert len(sql) == 2, "\n".join(sql)
