"""A card as a learner sees it, for the curator who is writing it. Nothing of it is asked, and nothing is stored."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from catalog.models import Choice, Question
from learners.models import Learner
from quiz import answers, faces, pages
from quiz.tickets import Ticket
from scheduler.models import Card
from scheduler.queue import Day

OWNER = "preview"


def show_card(request: HttpRequest, question: Question, choices: list[Choice], side: str, look: str) -> HttpResponse:
    """One side of a question's card, which is rendered but need not be stored; the back is that of a right answer."""
    at = timezone.now()
    day = Day(today=at.date(), new_ids=[0])
    ticket = Ticket(OWNER, question.pk or 0, revision_id=0, sequence=0, seed=1, shown_at=at, kind="new")
    card = Card(question=question)
    context = pages.card_context(day, ticket, card)
    if side == "back":
        answered = _answered_right(ticket, question, choices)
        seen = "right" if answered.opened else "back" if question.kind in answers.SELF_GRADED else "dont_know"
        context["card"] = faces.back(answered, card, side=seen, learner=None, today=day.today)
    settings = {"keys_on": True, "buttons": Learner.Buttons.FOUR}
    return render(request, "quiz/preview.html", {**settings, **context, "look": look})


def _answered_right(ticket: Ticket, question: Question, choices: list[Choice]) -> Ticket:
    """The ticket with the right answer, where the server checks answers and the question has one."""
    if question.kind == Question.Kind.TYPED and question.answer:
        return ticket.with_response(typed=question.answer)
    key = next((choice.number for choice in choices if choice.correct), None)
    if question.kind == Question.Kind.CHOICE and key is not None:
        return ticket.with_response(chosen=key)
    return ticket
