"""The pages of a sitting: a side of a card, the pause before the last one, the finished screen, and what went wrong.

With htmx a page is the part of it that is swapped. Without, an action redirects to the page's own address, and a
message says there what happened.
"""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from catalog.models import Question, Resource, Topic
from learners.http import SeeOther
from learners.models import Learner
from quiz import answers, faces, rewordings
from quiz.answers import Verdict
from quiz.reports import outcomes_of
from quiz.sitting import Sitting
from quiz.tickets import Ticket
from scheduler import grading
from scheduler.models import Card
from scheduler.news import news_of
from scheduler.queue import EVERYTHING, Day, Scope, Upcoming, ahead, day_of, new_beyond, next_card
from scheduler.summary import summary_of

MORE_NEW = 10


def next_up(
    sitting: Sitting, scope: Scope, *, notice: str | None = None, error: bool = False, status: int = 200
) -> HttpResponse:
    """The next card, or why there is none: the last one rests, or the day is done."""
    day = day_of(sitting.learner, sitting.at, scope)
    upcoming = None if day.stopped and not scope.ahead else next_card(sitting.learner, day, sitting.at, scope)
    if upcoming is None:
        context = _finished_context(sitting.learner, day, scope)
    elif upcoming.rests_since_minutes is not None and "repeat" not in sitting.request.GET:
        context = _pause_context(sitting, day, upcoming, scope)
    else:
        context = card_context(day, sitting.new_ticket(upcoming, scope), upcoming.card)
    return page(sitting, context, notice=notice, error=error, status=status)


def go_to_next(sitting: Sitting, scope: Scope, *, notice: str | None = None) -> HttpResponse:
    """After an action: the next card."""
    if sitting.request.htmx:
        return next_up(sitting, scope, notice=notice)
    return _redirect(sitting, faces.study_url(scope), notice)


def go_to_front(sitting: Sitting, ticket: Ticket, *, notice: str | None = None) -> HttpResponse:
    """After an action: the question of the ticket again."""
    if sitting.request.htmx:
        return front(sitting, ticket, notice=notice)
    return _redirect(sitting, address(ticket), notice)


def go_to_back(sitting: Sitting, ticket: Ticket, *, notice: str | None = None) -> HttpResponse:
    """After an action: the answer to the question of the ticket."""
    if sitting.request.htmx:
        return back(sitting, ticket, notice=notice)
    return _redirect(sitting, address(ticket), notice)


def address(ticket: Ticket) -> str:
    """Where the ticket's card is, on the side that it has come to."""
    return f"{reverse('quiz:answer' if ticket.opened else 'quiz:study')}?{urlencode({'ticket': ticket.sign()})}"


def front(sitting: Sitting, ticket: Ticket, *, notice: str | None = None, status: int = 200) -> HttpResponse:
    """The question. Raises NotRecorded if the card or the question has moved on since the ticket was given."""
    card = _card_of(sitting, ticket)
    context = card_context(day_of(sitting.learner, sitting.at, ticket.scope), ticket, card)
    return page(sitting, context, notice=notice, error=status >= 400, status=status)


def back(sitting: Sitting, ticket: Ticket, *, notice: str | None = None) -> HttpResponse:
    """The answer: a card that she judges herself is opened by it, a checked one comes with its verdict.

    Raises NotRecorded as `front` does.
    """
    card = _card_of(sitting, ticket)
    checked = card.question.kind not in answers.SELF_GRADED
    if checked and not ticket.opened:
        return front(sitting, ticket, notice=notice)
    day = day_of(sitting.learner, sitting.at, ticket.scope)
    side = _side(ticket, card.question) if checked else "back"
    ticket = ticket.with_response(chosen=ticket.chosen, typed=ticket.typed)
    face = faces.back(ticket, card, side=side, learner=sitting.learner, today=day.today)
    context = {"top": faces.top(day, ticket.kind), "card": face, "news": _news(ticket, card, answered=True)}
    return page(sitting, {**context, **_undo_context(day)}, notice=notice)


def _side(ticket: Ticket, question: Question) -> str:
    verdict = faces.verdict_of(ticket, question)
    if verdict is None:
        return "dont_know"
    return "right" if verdict is Verdict.RIGHT else "wrong"


def _card_of(sitting: Sitting, ticket: Ticket) -> Card:
    return grading.card_as_shown(sitting.learner, grading.question_as_shown(ticket.shown), ticket.shown)


def bad_ticket(sitting: Sitting) -> HttpResponse:
    """A forged or foreign form, or one from before signing in: 400, in the card, with the way on."""
    text = _(
        "This card was not given to you, or you signed in or out since. Nothing is counted; here is your next card."
    )
    return next_up(sitting, EVERYTHING, notice=text, error=True, status=400)


def not_by_mail(sitting: Sitting) -> HttpResponse:
    """What a mail does not open: 403, in the card, with the way on."""
    text = _("You are studying from your mail, which opens your quiz alone. Sign in for this.")
    return next_up(sitting, sitting.scope, notice=text, error=True, status=403)


def not_recorded(sitting: Sitting, reason: grading.NotRecorded) -> HttpResponse:
    """Nothing was written: say so, and go on."""
    scope = sitting.scope
    if sitting.ticket.settled or isinstance(reason, grading.AlreadyAnswered):
        text = _("Already answered: here is the next card.")
    elif isinstance(reason, grading.QuestionChanged):
        text = _("This question was changed while you had it before you. Nothing is counted; here is the new wording.")
        slug = Question.objects.filter(pk=sitting.ticket.question_id).values_list("slug", flat=True).first()
        scope = scope._replace(question=slug or "")
    elif isinstance(reason, grading.QuestionGone):
        text = _("That question was withdrawn while you had it before you. Nothing is counted; here is the next card.")
    else:
        text = _("That repetition ended with its day. Nothing is counted; here is the next card.")
    return go_to_next(sitting, scope, notice=text)


def card_context(day: Day, ticket: Ticket, card: Card) -> dict[str, Any]:
    """A question to be answered, with the day's counts above it."""
    return {
        "top": faces.top(day, ticket.kind),
        "card": faces.front(ticket, card),
        "news": _news(ticket, card, answered=False),
        "scope": _scope_line(ticket.scope),
        **_undo_context(day),
    }


def _news(ticket: Ticket, card: Card, *, answered: bool) -> dict[str, Any] | None:
    """What became of the question since she saw it. No query unless its wording is another one."""
    found = news_of(card.question, ticket.seen_id) if ticket.seen_id else None
    return rewordings.told(found, answered=answered) if found else None


def settings_context(learner: Learner | None) -> dict[str, Any]:
    """The learner's settings that the frame of every study page obeys."""
    return {
        "keys_on": learner.keys_on if learner else True,
        "buttons": learner.buttons if learner else Learner.Buttons.FOUR,
        "guest": learner is None or learner.is_guest,
    }


def page(
    sitting: Sitting, context: dict[str, Any], *, notice: str | None = None, error: bool = False, status: int = 200
) -> HttpResponse:
    kept = [str(message) for message in messages.get_messages(sitting.request)]
    text = " ".join([notice, *kept] if notice else kept)
    shown = {"text": text, "kind": "error" if error else "info"} if text else None
    template = "quiz/study.html#study" if sitting.request.htmx else "quiz/study.html"
    settings = {**settings_context(sitting.learner), "mail": sitting.by_mail}
    told = {"notice": shown, "outcomes": [] if sitting.by_mail else outcomes_of(sitting.learner)}
    context = {"nav_current": "study", **told, **settings, **context}
    return render(sitting.request, template, context, status=status)


def _redirect(sitting: Sitting, url: str, notice: str | None) -> SeeOther:
    if notice:
        messages.info(sitting.request, notice)
    return SeeOther(url)


def _undo_context(day: Day) -> dict[str, Any]:
    return {"undo": {"review": day.undo_id} if day.undo_id else None}


def _pause_context(sitting: Sitting, day: Day, upcoming: Upcoming, scope: Scope) -> dict[str, Any]:
    pause = {
        "minutes_ago": upcoming.rests_since_minutes,
        "repeat_url": faces.study_url(scope, repeat="1"),
        "ticket": sitting.new_ticket(upcoming, scope).sign(),
    }
    return {"top": faces.top(day, "drill"), "pause": pause, **_undo_context(day)}


def _finished_context(learner: Learner | None, day: Day, scope: Scope) -> dict[str, Any]:
    extras: dict[str, Any] = {"empty_catalog": not Question.objects.published().exists()}
    if learner and not extras["empty_catalog"]:
        extras["scope_title"] = _scope_title(scope)
        extras["more_new_url"] = None if day.stopped else _more_new_url(learner, day, scope)
        if ahead(learner, day.today, scope).exists():
            extras["ahead_url"] = faces.study_url(scope._replace(ahead=True, question=""))
    facts = faces.finished(day, learner, summary_of(learner, day) if learner else None, extras=extras)
    query = urlencode(faces.scope_query(scope._replace(question="")))
    return {
        "finished": facts,
        "scope": _scope_line(scope),
        "scope_query": f"?{query}" if query else "",
        **_undo_context(day),
    }


def _more_new_url(learner: Learner, day: Day, scope: Scope) -> str | None:
    """Where ten more new questions are, if the day's limit was met and there are any."""
    met = max(0, day.introduced - learner.new_per_day)
    beyond = scope._replace(more=met + MORE_NEW, more_on=day.today.isoformat(), question="")
    if day.new or not new_beyond(learner, day, beyond):
        return None
    return faces.study_url(beyond)


def _scope_title(scope: Scope) -> str | None:
    if scope.reading:
        return Resource.objects.filter(slug=scope.reading).values_list("title", flat=True).first()
    if scope.topic:
        return Topic.objects.filter(slug=scope.topic).values_list("title", flat=True).first()
    return None


def _scope_line(scope: Scope) -> dict[str, Any] | None:
    title = _scope_title(scope)
    return {"title": title, "url_all": reverse("quiz:study")} if title else None
