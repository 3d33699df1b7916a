"""How it is asked: the study page and its actions. Each loads, calls one verb, and shows what follows.

A request that no longer fits (a double click, a second tab, a changed question) is no error: nothing is recorded, a
sentence says so, and the next card follows. `at_a_sitting` sees to that.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from catalog.models import Question, Topic
from learners.access import learner_of, whole_number
from learners.http import SeeOther
from learners.models import Learner
from quiz import answers, faces, pages, reports
from quiz.answers import Verdict
from quiz.forms import ReportForm
from quiz.models import QuestionReport
from quiz.sitting import Sitting, at_a_sitting, signed_in_or_guest
from quiz.tickets import BadTicket, Ticket
from scheduler import grading
from scheduler.models import Card, Review
from scheduler.queue import EVERYTHING, Day, capped, day_of, next_card
from scheduler.transitions import is_leech

LONGEST_TYPED = 200


@require_safe
@never_cache
@at_a_sitting
def home(sitting: Sitting) -> HttpResponse:
    """What Readback is, with a real question to answer; for a learner who has answered before, what is due."""
    learner = sitting.learner
    day = day_of(learner, sitting.at)
    context: dict[str, Any] = {"topics": Topic.objects.with_counts(), **pages.settings_context(learner)}
    context["outcomes"] = reports.outcomes_of(learner)
    if learner and learner.last_study_day:
        context["returning"] = {"due_text": _due_text(day), "study_url": reverse("quiz:study")}
    elif upcoming := next_card(learner, day, sitting.at):
        context |= pages.card_context(day, sitting.new_ticket(upcoming, EVERYTHING), upcoming.card)
    return render(sitting.request, "quiz/home.html", context)


def _due_text(day: Day) -> str:
    due = day.due + day.skipped
    if due:
        cards = ngettext("%(n)s card is due", "%(n)s cards are due", due) % {"n": capped(due)}
        return f"{cards}: {_about(day.minutes_for(due))}"
    if day.drill and not day.stopped:
        cards = ngettext("%(n)s card is left to repeat today.", "%(n)s cards are left to repeat today.", day.drill)
        return cards % {"n": capped(day.drill)}
    if day.waiting:
        return _("Done for today: your limit of reviews is reached.")
    if day.new and not day.stopped:
        return ngettext("%(n)s new question is ready.", "%(n)s new questions are ready.", day.new) % {"n": day.new}
    return _("Nothing is due.")


def _about(minutes: int) -> str:
    if not minutes:
        return _("under a minute.")
    return ngettext("about %(n)s minute.", "about %(n)s minutes.", minutes) % {"n": minutes}


@require_safe
@never_cache
@at_a_sitting
def study(sitting: Sitting) -> HttpResponse:
    """The next card of the day, or the card of a ticket again, unanswered."""
    if "ticket" in sitting.request.GET:
        return pages.front(sitting, sitting.ticket)
    return pages.next_up(sitting, sitting.scope)


@require_safe
@never_cache
@at_a_sitting
def answer(sitting: Sitting) -> HttpResponse:
    """The back of a card, at its own address: after *Show answer*, after a right answer, or after a settled one."""
    return pages.back(sitting, sitting.ticket)


@require_POST
@at_a_sitting
def check(sitting: Sitting) -> HttpResponse:
    """Check a choice or a typed answer. A wrong one and *Don't know* are graded at once; a right one waits."""
    question = grading.question_as_shown(sitting.ticket.shown)
    if sitting.ticket.settled or question.kind in answers.SELF_GRADED:
        raise BadTicket("not a card that waits for a check")
    ticket = _with_response(sitting, question)
    if ticket is None:
        if question.kind == Question.Kind.CHOICE:
            what_to_do = _("Choose one, or press Don’t know. Nothing is counted yet.")
        else:
            what_to_do = _("Type an answer, or press Don’t know. Nothing is counted yet.")
        return pages.front(sitting, sitting.ticket, notice=what_to_do, status=422)
    verdict = faces.verdict_of(ticket, question)
    if verdict is Verdict.RIGHT:
        return pages.go_to_back(sitting, ticket)
    if verdict is Verdict.NEAR and not ticket.near:
        return pages.go_to_front(sitting, replace(ticket, near=True, opened=False))
    response = grading.Response(right=False, chosen=ticket.chosen, typed=ticket.typed)
    return _record(sitting, ticket, question, answers.FORGOT, response)


def _with_response(sitting: Sitting, question: Question) -> Ticket | None:
    """The ticket with what was posted; None for an empty form. Raises BadTicket for a choice from elsewhere."""
    form, ticket = sitting.request.POST, sitting.ticket
    if "dont_know" in form:
        return ticket.with_response()
    if question.kind != Question.Kind.CHOICE:
        typed = " ".join(form.get("typed", "").replace("\0", "").split())[:LONGEST_TYPED]
        return ticket.with_response(typed=typed) if typed else None
    numbers = {str(choice["number"]): choice["number"] for choice in question.rendered["choices"]}
    chosen = form.get("choice", "")
    if chosen and chosen not in numbers:
        raise BadTicket("no such choice")
    return ticket.with_response(chosen=numbers[chosen]) if chosen else None


@require_POST
@at_a_sitting
def grade(sitting: Sitting) -> HttpResponse:
    """Record the grade that the learner gives herself, and answer with the next card."""
    ticket = sitting.ticket
    question = grading.question_as_shown(ticket.shown)
    right = None if question.kind in answers.SELF_GRADED else True
    if not ticket.opened or ticket.settled or (right and faces.verdict_of(ticket, question) is not Verdict.RIGHT):
        raise BadTicket("not a card that waits for a grade")
    pressed = sitting.request.POST.get("grade", "")
    allowed = {str(quality): quality for quality in answers.allowed_qualities(question.kind)}
    if not ticket.ahead and pressed not in allowed:
        raise BadTicket("no such grade")
    response = grading.Response(right=right, chosen=ticket.chosen, typed=ticket.typed)
    return _record(sitting, ticket, question, allowed.get(pressed), response)


def _record(
    sitting: Sitting, ticket: Ticket, question: Question, quality: int | None, response: grading.Response
) -> HttpResponse:
    """Record the answer. A wrong one, and a leech, show the back once more; else the next card follows."""
    answered = {"question": question, "shown": ticket.shown, "response": response}
    if ticket.ahead:
        review = sitting.write(grading.study_ahead, **answered)
    else:
        review = sitting.write(grading.grade, quality=quality, **answered)
    lapses = review.after["lapses"]
    leech = lapses > review.before["lapses"] and is_leech(lapses)
    if leech or response.right is False:
        return pages.go_to_back(sitting, ticket.settle(sequence=review.sequence, leech=leech))
    return pages.go_to_next(sitting, ticket.scope)


@require_POST
@at_a_sitting
def undo(sitting: Sitting) -> HttpResponse:
    """Take back the row that the form names, and show its card again."""
    scope = sitting.scope._replace(question="")
    try:
        review = sitting.write(grading.undo, review_id=whole_number(sitting.request.POST.get("review", "")))
    except grading.AlreadyAnswered:
        return pages.go_to_next(sitting, scope, notice=_("Taken back already, or something was answered since."))
    card = review.card
    if card.suspended_at or card.superseded_by_id or card.question.status != Question.Status.PUBLISHED:
        taken_back = _("%(what)s is taken back.")
    else:
        taken_back = _("%(what)s is taken back. Here is the card again.")
    scope = scope._replace(question=review.card.question.slug, ahead=scope.ahead or review.kind == Review.Kind.AHEAD)
    return pages.go_to_next(sitting, scope, notice=taken_back % {"what": faces.review_label(review, sitting.learner)})


@require_POST
@at_a_sitting
def skip(sitting: Sitting) -> HttpResponse:
    return _set_aside(sitting, grading.skip, _("Skipped: it comes at the end of today."))


@require_POST
@at_a_sitting
def bury(sitting: Sitting) -> HttpResponse:
    return _set_aside(sitting, grading.bury, _("Not asked again until tomorrow."))


@require_POST
@at_a_sitting
@signed_in_or_guest
def suspend(sitting: Sitting) -> HttpResponse:
    return _set_aside(sitting, grading.suspend, _("Not asked again. Settings brings it back."))


@require_POST
@at_a_sitting
@signed_in_or_guest
def stop(sitting: Sitting) -> HttpResponse:
    return _set_aside(sitting, grading.stop, None)


def _set_aside(sitting: Sitting, verb: Callable[..., tuple[Learner, Review]], notice: str | None) -> HttpResponse:
    ticket = sitting.ticket
    sitting.write(verb, question=grading.question_as_shown(ticket.shown), shown=ticket.shown)
    return pages.go_to_next(sitting, ticket.scope, notice=notice)


@require_POST
@at_a_sitting
@signed_in_or_guest
def go_on(sitting: Sitting) -> HttpResponse:
    """Take up the day again after *Stop here for today*."""
    sitting.write(grading.go_on)
    return pages.go_to_next(sitting, sitting.scope._replace(question=""))


@require_POST
@at_a_sitting
@signed_in_or_guest
def resume(sitting: Sitting) -> HttpResponse:
    """Ask a suspended card again; from the list in Settings."""
    try:
        sitting.write(grading.resume, card_id=whole_number(sitting.request.POST.get("card", "")))
    except Card.DoesNotExist:
        messages.error(sitting.request, _("That card is not among yours."))
    except grading.AlreadyAnswered:
        messages.info(sitting.request, _("That card is asked again already."))
    else:
        messages.info(sitting.request, _("The card is asked again from now on."))
    return SeeOther(reverse("learners:settings") + "#suspended")


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@at_a_sitting
def report(sitting: Sitting) -> HttpResponse:
    """Say that a question is bad; the form takes the card's place and gives it back."""
    ticket = sitting.ticket
    question = Question.objects.with_reading().get(pk=ticket.question_id)
    form = ReportForm(sitting.request.POST if sitting.request.method == "POST" else None)
    if form.is_valid():
        _keep_report(sitting, question, form)
        go_back = pages.go_to_back if ticket.opened else pages.go_to_front
        return go_back(sitting, ticket, notice=_thanks(form))
    context = {
        "top": faces.top(day_of(sitting.learner, sitting.at, ticket.scope), ticket.kind),
        "report": {
            "ticket": ticket.sign(),
            "reasons": QuestionReport.Reason.choices,
            "reason": form["reason"].value(),
            "comment": form["comment"].value(),
            "wants_answer": form["wants_answer"].value(),
            "prompt_html": question.rendered["prompt"],
            "back_url": pages.address(ticket),
            "errors": form.errors,
        },
    }
    return pages.page(sitting, context, status=422 if form.is_bound else 200)


def _keep_report(sitting: Sitting, question: Question, form: ReportForm) -> None:
    """One report a learner and wording: a form sent twice is one, and a second thought takes the first one's place."""
    ticket = sitting.ticket
    shown = {
        "options": faces.option_order(ticket, question),
        "side": "back" if ticket.opened else "front",
        "chosen": ticket.chosen,
        "typed": ticket.typed,
    }
    QuestionReport.objects.update_or_create(
        learner=sitting.learner_for_write(),
        revision_id=ticket.revision_id,
        defaults={
            "question": question,
            "shown": shown,
            "reported_at": sitting.at,
            **form.cleaned_data,
            **reports.UNDECIDED,
        },
    )


def _thanks(form: ReportForm) -> str:
    if form.cleaned_data["wants_answer"]:
        return _("Thank you: a curator will look at it, and you will read here what became of it.")
    return _("Thank you: a curator will look at it.")


@require_POST
@at_a_sitting
@signed_in_or_guest
def told(sitting: Sitting) -> HttpResponse:
    """She has read what became of her reports, and puts it away; the page stays as it is."""
    form = sitting.request.POST
    if sitting.learner:
        read = [whole_number(number) for number in form.getlist("report")]
        reports.tell(sitting.learner, report_ids=read, shown_at=sitting.at, at=sitting.at)
    if sitting.request.htmx:
        return render(sitting.request, "quiz/study.html#outcomes")
    if form.get("ticket"):
        return SeeOther(pages.address(sitting.ticket))
    return SeeOther(reverse("quiz:home" if "at_home" in form else "quiz:study"))


@require_safe
@never_cache
def keys(request: HttpRequest) -> HttpResponse:
    """The list of keys, as a page of its own."""
    return render(request, "quiz/keys.html", pages.settings_context(learner_of(request)))
