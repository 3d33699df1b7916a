"""The same answer posted twice at once is one review, whatever the database."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connections
from django.test import Client
from django.urls import reverse

from scheduler.integrity import differences
from scheduler.models import DayTotal, Review
from tests.factories import make_learner, make_question, make_reading, make_user
from tests.quiz.test_views import ticket_in

ANSWERS = 40


@pytest.mark.django_db(transaction=True)
def test_answers_posted_twice_at_once_count_once() -> None:
    user = make_user()
    make_learner(user, new_per_day=ANSWERS)
    reading = make_reading()
    for _ in range(ANSWERS):
        make_question(resource=reading)
    clients = [Client(), Client()]
    for client in clients:
        client.force_login(user)
    together = Barrier(2)

    def post(client: Client, ticket: str) -> int:
        together.wait()
        try:
            return client.post(reverse("quiz:grade"), {"ticket": ticket, "grade": "4"}).status_code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        for _ in range(ANSWERS):
            front = clients[0].get(reverse("quiz:study"))
            back = ticket_in(clients[0].get(reverse("quiz:answer"), {"ticket": ticket_in(front)}))
            assert list(pool.map(post, clients, [back, back])) == [303, 303]
    assert Review.objects.count() == ANSWERS
    assert DayTotal.objects.get().answers == ANSWERS
    assert list(differences()) == []


@pytest.mark.django_db(transaction=True)
def test_first_answer_of_a_visitor_posted_twice_at_once_makes_one_guest() -> None:
    make_question()
    client = Client()
    front = client.get(reverse("quiz:study"))
    back = ticket_in(client.get(reverse("quiz:answer"), {"ticket": ticket_in(front)}))
    cookies = client.cookies
    together = Barrier(2)

    def post(_: int) -> int:
        tab = Client()
        tab.cookies.update(cookies)
        together.wait()
        try:
            return tab.post(reverse("quiz:grade"), {"ticket": back, "grade": "4"}).status_code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(post, range(2))) == [303, 303]
    assert Review.objects.values("learner").distinct().count() == 1
    assert Review.objects.count() == 1
