"""What a template is given: one side of a card, the day's counts, the finished screen. No answer before its time."""

import datetime as dt
import random
from typing import Any

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from catalog.models import Question
from learners.models import Learner
from quiz import answers
from quiz.answers import Button, Verdict
from quiz.tickets import Ticket
from scheduler import sm2
from scheduler.models import Card, Review
from scheduler.queue import Day, Scope, capped
from scheduler.summary import Summary
from scheduler.transitions import CardState

LETTERS = "abcdefgh"


def front(ticket: Ticket, card: Card) -> dict[str, Any]:
    """The question alone. After a near miss, with what was typed."""
    question = card.question
    return {
        **_frame(ticket, question),
        "side": "near" if ticket.near else "front",
        "prompt_html": question.rendered["prompt"],
        "options": _options(ticket, question, with_answers=False),
        "typed": ticket.typed,
        "drill": ticket.kind == "drill",
    }


def back(ticket: Ticket, card: Card, *, side: str, learner: Learner | None, today: dt.date) -> dict[str, Any]:
    """The question with its answer, and the grades to choose from unless the answer is settled."""
    question = card.question
    rendered = question.rendered
    settled = ticket.settled
    state = card.state
    return {
        **_frame(ticket, question),
        "side": side,
        "prompt_html": rendered["prompt_back"],
        "answer_html": rendered["answer"],
        "answer_text": _mid_sentence(rendered["answer_text"]),
        "explanation_html": rendered["explanation"],
        "options": _options(ticket, question, with_answers=True),
        "typed": ticket.typed,
        "section": question.section,
        "source_url": question.resource.url,
        "drill": not settled and ticket.kind == "drill",
        "grades": [] if settled or ticket.ahead else _grades(ticket, card, learner, today),
        "same_at_first": not settled and ticket.kind in {"due", "new"} and state.repetitions < 2,
        "next_url": study_url(ticket.scope),
        "wrong_when": _settled_when(state, today) if settled and not ticket.ahead else None,
        "leech": ticket.leech,
        "lapses": state.lapses,
    }


def _frame(ticket: Ticket, question: Question) -> dict[str, Any]:
    return {
        "kind": question.kind,
        "reading_title": question.resource.title,
        "ticket": ticket.sign(),
        "ahead": ticket.ahead,
    }


def _options(ticket: Ticket, question: Question, *, with_answers: bool) -> list[dict[str, Any]]:
    """The choices in the order of this showing: the same order on the front, on the back and after a reload."""
    choices = list(question.rendered["choices"])
    random.Random(ticket.seed).shuffle(choices)  # noqa: S311
    return [
        {
            "letter": letter,
            "number": choice["number"],
            "text_html": choice["text"],
            "picked": choice["number"] == ticket.chosen,
            "why_html": choice["why"] if with_answers else None,
            "correct": choice["correct"] if with_answers else None,
        }
        for letter, choice in zip(LETTERS, choices, strict=False)
    ]


def option_order(ticket: Ticket, question: Question) -> list[int]:
    """The choice numbers, from top to bottom, as this showing had them."""
    return [option["number"] for option in _options(ticket, question, with_answers=False)]


def _mid_sentence(text: str) -> str:
    """An answer as it reads after "The answer is": an article loses its capital, whatever else has one is quoted."""
    first, space, rest = text.partition(" ")
    if first in {"The", "A", "An"}:
        return first.lower() + space + rest
    return f"“{text}”" if text[:1].isupper() else text


def _grades(ticket: Ticket, card: Card, learner: Learner | None, today: dt.date) -> list[dict[str, Any]]:
    shown = learner.intervals_shown if learner else True
    return [
        _grade(button, card, today, drill=ticket.kind == "drill", shown=shown)
        for button in answers.grade_buttons(_scale(learner), card.question.kind)
    ]


def _grade(button: Button, card: Card, today: dt.date, *, drill: bool, shown: bool) -> dict[str, Any]:
    label = grade_label(button)
    again = sm2.needs_drill(button.quality)
    if drill:
        when, short, spoken = _drill_when(card, today, again=again)
    else:
        interval_days = sm2.review(card.state.memory, button.quality).interval_days
        when, short = days(interval_days), _("%(n)s d") % {"n": interval_days}
        spoken = (_("asked again today, then in %(when)s") if again else _("in %(when)s")) % {"when": when}
    return {
        "value": button.quality,
        "label": label,
        "when": when if shown else None,
        "when_short": short,
        "again": again and not drill,
        "spoken": f"{label}, {spoken}" if shown else label,
        "default": button.default,
        "failed": button.failed,
        "key": button.key,
    }


def _drill_when(card: Card, today: dt.date, *, again: bool) -> tuple[str, str, str]:
    if again:
        return _("again today"), _("today"), _("again today")
    assert card.due_on is not None
    when = days((card.due_on - today).days)
    return when, _("%(n)s d") % {"n": (card.due_on - today).days}, _("in %(when)s") % {"when": when}


def _settled_when(state: CardState, today: dt.date) -> str | None:
    if state.due_on is None or state.drill_on != today:
        return None
    return _("again today, then in %(when)s") % {"when": days((state.due_on - today).days)}


def grade_label(button: Button) -> str:
    return {
        "forgot": _("Forgot"),
        "hard": _("Hard"),
        "good": _("Good"),
        "easy": _("Easy"),
        "remembered": _("Remembered"),
        "guessed": _("Guessed"),
    }.get(button.name, button.name)


def days(count: int) -> str:
    """A number of days in words, the number kept to its unit by a hard space."""
    return ngettext("%(n)s day", "%(n)s days", count) % {"n": count}


def top(day: Day, kind: str) -> dict[str, Any]:
    """The counts above the card; what was skipped counts as due."""
    return {
        "due": capped(day.due + day.skipped),
        "new": capped(day.new),
        "drill": capped(day.drill),
        "kind": kind,
        "minutes": day.minutes_for(day.left),
        "done": day.answers,
        "total": day.answers + day.left,
    }


def study_url(scope: Scope, **more: str) -> str:
    """The study page of a scope."""
    query = urlencode({**scope_query(scope), **more})
    return reverse("quiz:study") + (f"?{query}" if query else "")


def scope_query(scope: Scope) -> dict[str, Any]:
    values = {**scope._asdict(), "ahead": int(scope.ahead)}
    return {name: value for name, value in values.items() if value}


def finished(day: Day, learner: Learner | None, summary: Summary | None, *, extras: dict[str, Any]) -> dict[str, Any]:
    """The finished screen: one true sentence, then the facts."""
    facts: dict[str, Any] = {
        "date": day.today,
        "minutes": round(day.elapsed_ms / 60_000),
        "answers": day.answers,
        "recalled": day.recalled,
        "none_today": not (day.answers or day.stopped or day.waiting or day.left),
        "waiting": day.waiting or None,
        "waiting_text": capped(day.waiting),
        "stopped": day.stopped,
        **extras,
    }
    if summary is None:
        return facts
    return facts | {
        "tomorrow": _come_back(day, summary),
        "stronger": summary.stronger,
        "hardest": _hardest(summary),
        "last": _last(summary.last, learner),
    }


def _come_back(day: Day, summary: Summary) -> dict[str, Any] | None:
    if summary.come_back is None:
        return None
    gap = (summary.come_back.due_on - day.today).days
    return {
        "when_text": _("Tomorrow") if gap == 1 else date_format(summary.come_back.due_on, "l j F"),
        "cards": summary.come_back.cards,
        "cards_text": capped(summary.come_back.cards),
        "minutes": day.minutes_for(summary.come_back.cards),
    }


def _hardest(summary: Summary) -> dict[str, Any] | None:
    if summary.hardest is None:
        return None
    question = summary.hardest.card.question
    times = ngettext("Forgotten once today.", "Forgotten %(n)s times today.", summary.forgotten)
    return {
        "prompt_html": question.rendered["prompt_back"],
        "text": _("Forgotten twice today.") if summary.forgotten == 2 else times % {"n": summary.forgotten},
        "section": question.section,
        "source_url": question.resource.url,
    }


def _last(review: Review | None, learner: Learner | None) -> dict[str, Any] | None:
    if review is None:
        return None
    return {"label": review_label(review, learner), "prompt_html": review.card.question.rendered["prompt"]}


def review_label(review: Review, learner: Learner | None) -> str:
    """What the learner did, in the word of the button that she pressed."""
    if review.quality is None:
        return {
            Review.Kind.SKIP: _("Skip"),
            Review.Kind.BURY: _("Not until tomorrow"),
            Review.Kind.SUSPEND: _("Don’t ask this again"),
            Review.Kind.STOP: _("Stop here for today"),
            Review.Kind.RESUME: _("Ask again"),
        }.get(Review.Kind(review.kind), _("Studying ahead"))
    if review.right is False:
        return _("Don’t know") if review.chosen is None and not review.typed else _("Not right")
    names = {
        button.quality: grade_label(button)
        for button in answers.grade_buttons(_scale(learner), review.card.question.kind)
    }
    return names.get(review.quality, str(review.quality))


def _scale(learner: Learner | None) -> str:
    return learner.buttons if learner else Learner.Buttons.FOUR


def verdict_of(ticket: Ticket, question: Question) -> Verdict | None:
    """Whether the ticket's response is right. None where there is none: not answered, or *Don't know*.

    Raises ValueError for a choice that the question does not have.
    """
    if ticket.chosen is not None:
        return answers.check_choice(ticket.chosen, question.rendered["choices"])
    if ticket.typed:
        return answers.check_typed(ticket.typed, [question.answer, *question.accept])
    return None
