"""How it is asked: the study page and its actions. Each loads, calls one verb, and renders.

With htmx an action answers with the next card; without JavaScript it redirects there, and a message says what
happened. A request that no longer fits (a double click, a second tab, a changed question) is no error: nothing is
recorded, a sentence says so, and the next card follows.
"""

import datetime as dt
import random
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from catalog.models import Question, QuestionRevision, Resource, Topic
from learners.access import access_of, learner_for_write, learner_of, owner_of
from learners.models import Learner
from quiz import answers, faces
from quiz.answers import Verdict
from quiz.forms import ReportForm
from quiz.models import QuestionReport
from quiz.tickets import BadTicket, Ticket
from scheduler import grading
from scheduler.models import Card, Review
from scheduler.queue import Day, Scope, Upcoming, ahead, day_of, new_beyond, next_card
from scheduler.summary import summary_of
from scheduler.transitions import is_leech

MORE_NEW = 10


class SeeOther(HttpResponseRedirect):
    """After a POST: look there, with GET."""

    status_code = 303


@require_safe
@never_cache
def home(request: HttpRequest) -> HttpResponse:
    """What Readback is, with a real question to answer; for a learner who has answered before, what is due."""
    at = timezone.now()
    learner = learner_of(request)
    day = day_of(learner, at)
    context: dict[str, Any] = {"topics": Topic.objects.with_counts(), "nav_current": "home"}
    if learner and learner.last_study_day:
        return render(request, "quiz/home.html", context | {"returning": _returning(day)})
    upcoming = next_card(learner, day, at)
    if upcoming:
        context |= _card_context(learner, day, _ticket(request, upcoming, at, Scope()), upcoming.card)
    return render(request, "quiz/home.html", context)


def _returning(day: Day) -> dict[str, Any]:
    if day.due or day.skipped:
        cards = ngettext("%(n)s card is due", "%(n)s cards are due", day.due + day.skipped)
        text = cards % {"n": faces.capped(day.due + day.skipped)} + ": " + _about(day.minutes_left)
    elif day.new and not day.stopped:
        text = ngettext("%(n)s new question is ready.", "%(n)s new questions are ready.", day.new) % {"n": day.new}
    else:
        text = _("Nothing is due.")
    return {"due_text": text, "study_url": reverse("quiz:study")}


def _about(minutes: int) -> str:
    return ngettext("about %(n)s minute.", "about %(n)s minutes.", minutes) % {"n": minutes} if minutes else _("under a minute.")


@require_safe
@never_cache
def study(request: HttpRequest) -> HttpResponse:
    """The next card of the day, or the card of a ticket again, unanswered."""
    at = timezone.now()
    learner = learner_of(request)
    if "ticket" not in request.GET:
        return _study_page(request, learner, at, _scope(request))
    return _with_card(request, learner, at, lambda ticket, card: _front_page(request, learner, at, ticket, card))


@require_safe
@never_cache
def answer(request: HttpRequest) -> HttpResponse:
    """The back of a card, at its own address: after *Show answer*, after a right answer, or after a settled one."""
    at = timezone.now()
    learner = learner_of(request)
    return _with_card(request, learner, at, lambda ticket, card: _back_page(request, learner, at, ticket, card))


@require_POST
def check(request: HttpRequest) -> HttpResponse:
    """Check a choice or a typed answer. A wrong one and *Don't know* are graded at once; a right one waits for its grade."""
    at = timezone.now()
    try:
        ticket = _read_ticket(request)
        question = grading.question_as_shown(ticket.shown)
        ticket, verdict = _responded(ticket, question, request)
    except BadTicket:
        return _bad_ticket(request, at)
    except grading.NotRecorded as reason:
        return _not_recorded(request, at, ticket, reason)
    except ValueError as error:
        return _ask_again(request, at, ticket, str(error))
    if verdict is Verdict.NEAR:
        return _go_to(request, at, _near(ticket), "quiz:study")
    if verdict is Verdict.RIGHT:
        return _go_to(request, at, ticket, "quiz:answer")
    response = grading.Response(right=False, chosen=ticket.chosen, typed=ticket.typed)
    return _settle(request, at, ticket, question, answers.FORGOT, response)


@require_POST
def grade(request: HttpRequest) -> HttpResponse:
    """Record the grade that the learner gives herself, and answer with the next card."""
    at = timezone.now()
    try:
        ticket = _read_ticket(request)
        question = grading.question_as_shown(ticket.shown)
        quality, response = _graded(ticket, question, request)
    except BadTicket:
        return _bad_ticket(request, at)
    except grading.NotRecorded as reason:
        return _not_recorded(request, at, ticket, reason)
    return _settle(request, at, ticket, question, quality, response)


@require_POST
def undo(request: HttpRequest) -> HttpResponse:
    """Take back the row that the form names, and show its card again."""
    at = timezone.now()
    scope = _scope_of_form(request)
    try:
        review_id = int(request.POST.get("review", ""))
    except ValueError:
        return _bad_ticket(request, at)
    try:
        learner, review = _write(request, at, grading.undo, review_id=review_id)
    except grading.AlreadyAnswered:
        return _show_next(request, learner_of(request), at, scope, notice=_("There is nothing more to take back."))
    taken_back = _("%(what)s is taken back. Here is the card again.") % {"what": faces.review_label(review)}
    ahead_again = review.kind == Review.Kind.AHEAD
    scope = scope._replace(question=review.card.question.slug, ahead=scope.ahead or ahead_again)
    return _show_next(request, learner, at, scope, notice=taken_back)


@require_POST
def skip(request: HttpRequest) -> HttpResponse:
    return _set_aside(request, grading.skip, _("Skipped: it comes at the end of today."))


@require_POST
def bury(request: HttpRequest) -> HttpResponse:
    return _set_aside(request, grading.bury, _("Not asked again until tomorrow."))


@require_POST
def suspend(request: HttpRequest) -> HttpResponse:
    return _set_aside(request, grading.suspend, _("Not asked again. Settings brings it back."))


@require_POST
def stop(request: HttpRequest) -> HttpResponse:
    return _set_aside(request, grading.stop, None)


@require_POST
def go_on(request: HttpRequest) -> HttpResponse:
    """Take up the day again after *Stop here for today*."""
    at = timezone.now()
    learner = _write(request, at, grading.go_on)
    return _show_next(request, learner, at, _scope_of_form(request))


@require_POST
def resume(request: HttpRequest) -> HttpResponse:
    """Ask a suspended card again; from the list in Settings."""
    try:
        _write(request, timezone.now(), grading.resume, card_id=int(request.POST.get("card", "")))
    except (ValueError, Card.DoesNotExist):
        messages.error(request, _("That card is not among yours."))
    except grading.AlreadyAnswered:
        messages.info(request, _("That card is asked again already."))
    else:
        messages.info(request, _("The card is asked again from now on."))
    return SeeOther(reverse("learners:settings") + "#suspended")


@require_http_methods(["GET", "POST"])
@never_cache
def report(request: HttpRequest) -> HttpResponse:
    """Say that a question is bad; the form takes the card's place and gives it back."""
    at = timezone.now()
    try:
        ticket = _read_ticket(request)
    except BadTicket:
        return _bad_ticket(request, at)
    question = Question.objects.with_reading().get(pk=ticket.question_id)
    form = ReportForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        _keep_report(request, at, ticket, question, form)
        thanks = _("Thank you: a curator will look at it.")
        return _go_to(request, at, ticket, "quiz:answer" if ticket.opened else "quiz:study", notice=thanks)
    learner = learner_of(request)
    context = {
        "top": faces.top(day_of(learner, at, ticket.scope), ticket.kind),
        "report": {
            "ticket": ticket.sign(),
            "reasons": QuestionReport.Reason.choices,
            "reason": form["reason"].value(),
            "comment": form["comment"].value(),
            "prompt_html": question.rendered["prompt"],
            "back_url": _address(ticket, "quiz:answer" if ticket.opened else "quiz:study"),
            "errors": form.errors,
        },
    }
    return _render(request, learner, context, status=422 if form.is_bound else 200)


@require_safe
def keys(request: HttpRequest) -> HttpResponse:
    return render(request, "quiz/keys.html", _settings_context(learner_of(request)))


def _keep_report(
    request: HttpRequest, at: dt.datetime, ticket: Ticket, question: Question, form: ReportForm
) -> None:
    filed: QuestionReport = form.save(commit=False)
    filed.learner = learner_for_write(request, at=at, zone=request.POST.get("zone", ""))
    filed.question = question
    filed.revision = QuestionRevision.objects.get(pk=ticket.revision_id)
    filed.shown = {
        "options": faces.option_order(ticket, question),
        "side": "back" if ticket.opened else "front",
        "chosen": ticket.chosen,
        "typed": ticket.typed,
    }
    filed.reported_at = at
    filed.save()


def _read_ticket(request: HttpRequest) -> Ticket:
    data = request.POST if request.method == "POST" else request.GET
    return Ticket.read(data.get("ticket", ""), owner=owner_of(request))


def _responded(ticket: Ticket, question: Question, request: HttpRequest) -> tuple[Ticket, Verdict]:
    """The ticket with the posted response, and whether that is right.

    Raises ValueError, with what to do, for a request without a response, and BadTicket for a choice from elsewhere.
    """
    if "dont_know" in request.POST:
        return ticket.with_response(), Verdict.WRONG
    if question.kind == Question.Kind.CHOICE:
        if not request.POST.get("choice"):
            raise ValueError(_("Choose one, or press Don’t know. Nothing is counted yet."))
        ticket = ticket.with_response(chosen=_choice(request, question))
    else:
        typed = " ".join(request.POST.get("typed", "").replace("\0", "").split())[:200]
        if not typed:
            raise ValueError(_("Type an answer, or press Don’t know. Nothing is counted yet."))
        ticket = ticket.with_response(typed=typed)
    verdict = faces.verdict_of(ticket, question) or Verdict.WRONG
    return ticket, Verdict.WRONG if verdict is Verdict.NEAR and ticket.near else verdict


def _choice(request: HttpRequest, question: Question) -> int:
    numbers = {str(choice["number"]): choice["number"] for choice in question.rendered["choices"]}
    chosen = request.POST.get("choice", "")
    if chosen not in numbers:
        raise BadTicket("no such choice")
    return int(numbers[chosen])


def _graded(ticket: Ticket, question: Question, request: HttpRequest) -> tuple[int, grading.Response]:
    """The quality that was pressed, and the response that was right. Raises BadTicket for what no page offers."""
    right = None if question.kind in answers.SELF_GRADED else True
    verdict = faces.verdict_of(ticket, question)
    if not ticket.opened or ticket.settled or (right and verdict is not Verdict.RIGHT):
        raise BadTicket("not a card that waits for a grade")
    pressed = request.POST.get("grade", "")
    allowed = {str(quality): quality for quality in answers.allowed_qualities(question.kind)}
    if not ticket.ahead and pressed not in allowed:
        raise BadTicket("no such grade")
    return allowed.get(pressed, answers.GOOD), grading.Response(right=right, chosen=ticket.chosen, typed=ticket.typed)


def _settle(
    request: HttpRequest,
    at: dt.datetime,
    ticket: Ticket,
    question: Question,
    quality: int,
    response: grading.Response,
) -> HttpResponse:
    """Record the answer. A wrong one, and a leech, show the back once more; else the next card follows."""
    answered = {"question": question, "shown": ticket.shown, "response": response}
    try:
        if ticket.ahead:
            learner, review = _write(request, at, grading.study_ahead, **answered)
        else:
            learner, review = _write(request, at, grading.grade, quality=quality, **answered)
    except grading.NotRecorded as reason:
        return _not_recorded(request, at, ticket, reason)
    lapses = review.after["lapses"]
    leech = lapses > review.before["lapses"] and is_leech(lapses)
    if leech or response.right is False:
        return _go_to(request, at, ticket.settle(leech=leech), "quiz:answer", learner=learner)
    return _show_next(request, learner, at, ticket.scope)


def _set_aside(
    request: HttpRequest, verb: Callable[..., tuple[Learner, Review]], notice: str | None
) -> HttpResponse:
    at = timezone.now()
    try:
        ticket = _read_ticket(request)
        question = grading.question_as_shown(ticket.shown)
        learner, _review = _write(request, at, verb, question=question, shown=ticket.shown)
    except BadTicket:
        return _bad_ticket(request, at)
    except grading.NotRecorded as reason:
        return _not_recorded(request, at, ticket, reason)
    return _show_next(request, learner, at, ticket.scope, notice=notice)


def _write(request: HttpRequest, at: dt.datetime, verb: Callable[..., Any], **arguments: Any) -> Any:
    """Call a verb of the scheduler for this request's learner; a visitor's first write makes the guest."""
    access = access_of(request)
    zone = request.POST.get("zone", "")
    if access.user is None and not access.guest.studied:
        learner_for_write(request, at=at, zone=zone)
    who = Learner.objects.owned_by(owner_of(request))
    try:
        return verb(who=who, at=at, **arguments)
    except Learner.DoesNotExist:
        # The cookie outlived its guest, or the account never studied.
        learner_for_write(request, at=at, zone=zone)
        return verb(who=who, at=at, **arguments)


def _scope(request: HttpRequest) -> Scope:
    query = request.GET
    more = query.get("more", "")
    return Scope(
        topic=query.get("topic", ""),
        reading=query.get("reading", ""),
        question=query.get("question", ""),
        ahead=query.get("ahead") == "1",
        more=min(int(more), 1000) if more.isdecimal() else 0,
    )


def _scope_of_form(request: HttpRequest) -> Scope:
    """The scope of a form that may stand on a page without a card: from its ticket, else from the page's address."""
    try:
        return _read_ticket(request).scope
    except BadTicket:
        return _scope(request)._replace(question="")


def _ticket(request: HttpRequest, upcoming: Upcoming, at: dt.datetime, scope: Scope) -> Ticket:
    seed = random.getrandbits(31)  # noqa: S311
    return Ticket.for_card(upcoming, owner=owner_of(request), seed=seed, at=at, scope=scope)


def _near(ticket: Ticket) -> Ticket:
    """Back to the front, with what was typed: the one second try."""
    return Ticket(**{**vars(ticket), "near": True, "opened": False})


def _address(ticket: Ticket, name: str) -> str:
    return f"{reverse(name)}?{urlencode({'ticket': ticket.sign()})}"


def _go_to(
    request: HttpRequest,
    at: dt.datetime,
    ticket: Ticket,
    name: str,
    *,
    learner: Learner | None = None,
    notice: str | None = None,
) -> HttpResponse:
    """A side of the ticket's card: at once with htmx, at its own address without."""
    if not request.htmx:
        if notice:
            messages.info(request, notice)
        return SeeOther(_address(ticket, name))
    learner = learner or learner_of(request)
    try:
        card = grading.card_as_shown(learner, grading.question_as_shown(ticket.shown), ticket.shown)
    except grading.NotRecorded as reason:
        return _not_recorded(request, at, ticket, reason)
    page = _back_page if name == "quiz:answer" else _front_page
    return page(request, learner, at, ticket, card, notice=notice)


def _with_card(
    request: HttpRequest, learner: Learner | None, at: dt.datetime, page: Callable[[Ticket, Card], HttpResponse]
) -> HttpResponse:
    """A page about the card of the request's ticket, or the next card if that one has moved on."""
    try:
        ticket = _read_ticket(request)
        question = grading.question_as_shown(ticket.shown)
        return page(ticket, grading.card_as_shown(learner, question, ticket.shown))
    except BadTicket:
        return _bad_ticket(request, at)
    except grading.NotRecorded as reason:
        return _not_recorded(request, at, ticket, reason)


def _front_page(
    request: HttpRequest,
    learner: Learner | None,
    at: dt.datetime,
    ticket: Ticket,
    card: Card,
    *,
    notice: str | None = None,
    status: int = 200,
) -> HttpResponse:
    context = _card_context(learner, day_of(learner, at, ticket.scope), ticket, card)
    return _render(request, learner, context, notice=notice, error=status >= 400, status=status)


def _back_page(
    request: HttpRequest,
    learner: Learner | None,
    at: dt.datetime,
    ticket: Ticket,
    card: Card,
    *,
    notice: str | None = None,
) -> HttpResponse:
    """The back: for a card that she judges herself opened now, for a checked one with the verdict."""
    day = day_of(learner, at, ticket.scope)
    checked = card.question.kind not in answers.SELF_GRADED
    verdict = faces.verdict_of(ticket, card.question) if checked else None
    if checked and not ticket.opened:
        return _front_page(request, learner, at, ticket, card)
    side = "back" if not checked else "dont_know" if verdict is None else "right" if verdict is Verdict.RIGHT else "wrong"
    ticket = ticket.with_response(chosen=ticket.chosen, typed=ticket.typed)
    face = faces.back(ticket, card, side=side, learner=learner, today=day.today)
    context = {"top": faces.top(day, ticket.kind), "card": face} | _undo_context(day)
    return _render(request, learner, context, notice=notice)


def _card_context(learner: Learner | None, day: Day, ticket: Ticket, card: Card) -> dict[str, Any]:
    context = {"top": faces.top(day, ticket.kind), "card": faces.front(ticket, card), "scope": _scope_line(ticket.scope)}
    return context | _undo_context(day) | _settings_context(learner)


def _undo_context(day: Day) -> dict[str, Any]:
    return {"undo": {"review": day.undo_id} if day.undo_id else None}


def _settings_context(learner: Learner | None) -> dict[str, Any]:
    return {
        "keys_on": learner.keys_on if learner else True,
        "buttons": learner.buttons if learner else Learner.Buttons.FOUR,
        "guest": learner is None or learner.is_guest,
    }


def _show_next(
    request: HttpRequest, learner: Learner | None, at: dt.datetime, scope: Scope, *, notice: str | None = None
) -> HttpResponse:
    if request.htmx:
        return _study_page(request, learner, at, scope, notice=notice)
    if notice:
        messages.info(request, notice)
    return SeeOther(faces.study_url(scope))


def _study_page(
    request: HttpRequest,
    learner: Learner | None,
    at: dt.datetime,
    scope: Scope,
    *,
    notice: str | None = None,
    status: int = 200,
) -> HttpResponse:
    """The next card, or why there is none: the last one rests, or the day is done."""
    day = day_of(learner, at, scope)
    upcoming = None if day.stopped and not scope.ahead else next_card(learner, day, at, scope)
    if upcoming is None:
        context = _finished_context(learner, day, scope)
    elif upcoming.rests and "repeat" not in request.GET:
        context = _pause_context(request, day, upcoming, at, scope)
    else:
        context = _card_context(learner, day, _ticket(request, upcoming, at, scope), upcoming.card)
    return _render(request, learner, context, notice=notice, error=status >= 400, status=status)


def _pause_context(
    request: HttpRequest, day: Day, upcoming: Upcoming, at: dt.datetime, scope: Scope
) -> dict[str, Any]:
    assert upcoming.card.touched_at is not None
    minutes_ago = int((at - upcoming.card.touched_at).total_seconds() // 60)
    pause = {
        "minutes_ago": minutes_ago,
        "repeat_url": faces.study_url(scope, repeat="1"),
        "ticket": _ticket(request, upcoming, at, scope).sign(),
    }
    return {"top": faces.top(day, "drill"), "pause": pause} | _undo_context(day)


def _finished_context(learner: Learner | None, day: Day, scope: Scope) -> dict[str, Any]:
    extras: dict[str, Any] = {"empty_catalog": learner is None or _catalog_is_empty()}
    summary = summary_of(learner, day) if learner else None
    if learner and not extras["empty_catalog"]:
        extras["scope_title"] = _scope_title(scope)
        if not day.stopped:
            extras["more_new_url"] = _more_new_url(learner, day, scope)
        if ahead(learner, day.today, scope).exists():
            extras["ahead_url"] = faces.study_url(scope._replace(ahead=True, question=""))
    facts = faces.finished(day, summary, scope=scope, extras=extras)
    return {"finished": facts, "scope": _scope_line(scope)} | _undo_context(day)


def _catalog_is_empty() -> bool:
    return not Question.objects.published().exists()


def _more_new_url(learner: Learner, day: Day, scope: Scope) -> str | None:
    """Where ten more new questions are, if the day's limit was met and there are any."""
    beyond = scope._replace(more=max(scope.more, day.introduced - learner.new_per_day) + MORE_NEW, question="")
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


def _not_recorded(
    request: HttpRequest, at: dt.datetime, ticket: Ticket, reason: grading.NotRecorded
) -> HttpResponse:
    """Nothing was written: say so, and go on."""
    scope = ticket.scope
    if isinstance(reason, grading.QuestionChanged):
        text = _("This question was changed while you had it before you. Nothing is counted; here is the new wording.")
        slug = Question.objects.filter(pk=ticket.question_id).values_list("slug", flat=True).first()
        scope = scope._replace(question=slug or "")
    elif isinstance(reason, grading.QuestionGone):
        text = _("That question was withdrawn while you had it before you. Nothing is counted; here is the next card.")
    elif isinstance(reason, grading.DrillEnded):
        text = _("That repetition ended with its day. Nothing is counted; here is the next card.")
    else:
        text = _("Already answered: here is the next card.")
    return _show_next(request, learner_of(request), at, scope, notice=text)


def _ask_again(request: HttpRequest, at: dt.datetime, ticket: Ticket, text: str) -> HttpResponse:
    """The same card, with what is missing."""
    learner = learner_of(request)
    try:
        card = grading.card_as_shown(learner, grading.question_as_shown(ticket.shown), ticket.shown)
    except grading.NotRecorded as reason:
        return _not_recorded(request, at, ticket, reason)
    return _front_page(request, learner, at, ticket, card, notice=text, status=422)


def _bad_ticket(request: HttpRequest, at: dt.datetime) -> HttpResponse:
    """A forged or foreign form, or one from before signing in: 400, in the card, with the way on."""
    text = _("This card was not given to you, or you have signed in or out since. Nothing is counted; here is your next card.")
    return _study_page(request, learner_of(request), at, Scope(), notice=text, status=400)


def _render(
    request: HttpRequest,
    learner: Learner | None,
    context: dict[str, Any],
    *,
    notice: str | None = None,
    error: bool = False,
    status: int = 200,
) -> HttpResponse:
    kept = [str(message) for message in messages.get_messages(request)]
    text = notice or " ".join(kept)
    shown = {"text": text, "kind": "error" if error else "info"} if text else None
    template = "quiz/study.html#study" if request.htmx else "quiz/study.html"
    context = {"nav_current": "study", "notice": shown, **_settings_context(learner), **context}
    return render(request, template, context, status=status)
