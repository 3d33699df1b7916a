"""Through every layer, without a browser: what a learner sees and what is recorded."""

import re

import pytest
from django.urls import reverse

from scheduler.models import Card, Review
from tests.factories import make_question

pytestmark = pytest.mark.django_db


def ticket_in(response) -> str:
    found = re.search(r'name="ticket" value="([^"]+)"', response.content.decode())
    assert found, response.content.decode()
    return found[1]


def test_visitor_answers_a_recall_question_and_becomes_a_guest(client) -> None:
    make_question("recall")
    front = client.get("/study/")
    assert "Because its interval" not in front.content.decode()
    back = client.get(reverse("quiz:answer"), {"ticket": ticket_in(front)})
    assert "Because its interval" in back.content.decode()
    graded = client.post(reverse("quiz:grade"), {"ticket": ticket_in(back), "grade": "4"})
    assert graded.status_code == 303
    review = Review.objects.get()
    assert (review.kind, review.quality, review.learner.is_guest) == ("answer", 4, True)
    assert Card.objects.get().interval_days == 1
    assert "Done for today" in client.get("/study/").content.decode()
