"""Things that tests need, with every field filled in that a test does not care about."""

import datetime as dt
import itertools
from typing import Any

from django.db import connection

from catalog.models import Choice, Question, QuestionRevision, Resource, Topic
from catalog.render import render_question
from catalog.revisions import content_of
from learners import roles
from learners.models import Learner, User
from quiz.models import QuestionReport
from scheduler.models import Card

AT = dt.datetime(2026, 11, 23, 9, tzinfo=dt.UTC)
TODAY = AT.date()

_numbers = itertools.count(1)


def analyze() -> None:
    """Give the planner its statistics, as a database has them that was not filled a moment ago."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def make_user(email: str = "", password: str = "correct horse battery", **fields: Any) -> User:
    """An account with a verified address."""
    from allauth.account.models import EmailAddress

    user = User.objects.create_user(email or f"ada{next(_numbers)}@example.org", password, **fields)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def make_staff(role: str, **fields: Any) -> User:
    """An account of the staff, in this role alone."""
    user = make_user(**fields)
    roles.give(user, role)
    return user


def make_learner(user: User | None = None, **fields: Any) -> Learner:
    """The learner of an account."""
    return Learner.objects.create(**{"user": user or make_user(), "created_at": AT, "seen_at": AT, **fields})


def make_guest(**fields: Any) -> Learner:
    return Learner.objects.create(
        **{"guest_key": f"guest-key-{next(_numbers)}", "created_at": AT, "seen_at": AT, **fields}
    )


def make_topic(**fields: Any) -> Topic:
    number = next(_numbers)
    return Topic.objects.create(**{"slug": f"topic-{number}", "title": f"Topic {number}", "position": number, **fields})


def make_reading(**fields: Any) -> Resource:
    number = next(_numbers)
    defaults = {
        "slug": f"reading-{number}",
        "title": f"Reading {number}",
        "url": f"https://example.org/{number}",
        "summary": "What a newcomer meets on the way.",
        "position": number,
    }
    if "topic" not in fields:
        fields["topic"] = make_topic()
    return Resource.objects.create(**{**defaults, **fields})


CHOICES = (("The executor", False), ("The scheduler", True), ("The web server", False))
BY_KIND: dict[str, dict[str, Any]] = {
    "recall": {"prompt": "Why does a daily run start a day late?", "answer": "Because its interval must be over."},
    "choice": {"prompt": "Which part decides that a task may run now?"},
    "cloze": {"prompt": "A task that may run twice without harm is {{idempotent}}."},
    "typed": {"prompt": "One word: what must a task be?", "answer": "idempotent", "accept": ["idempotence"]},
}


def make_question(kind: str = "recall", choices: tuple[tuple[str, bool], ...] = CHOICES, **fields: Any) -> Question:
    """A published question with its first revision and its rendered sides."""
    number = next(_numbers)
    if "resource" not in fields:
        fields["resource"] = make_reading()
    defaults = {
        "slug": f"question-{number}",
        "kind": kind,
        "section": "Scheduling",
        "explanation": "A run covers an interval, and its data are complete only when that is over.",
        "status": Question.Status.PUBLISHED,
        "rank": number,
        "position": number,
        "revision": 1,
        **BY_KIND[kind],
    }
    question = Question(**{**defaults, **fields})
    options = [
        Choice(number=place, position=place, text=text, correct=correct, why=f"{text} does what it does.")
        for place, (text, correct) in enumerate(choices if kind == "choice" else (), start=1)
    ]
    question.rendered = render_question(question, options)
    question.save()
    for option in options:
        option.question = question
    Choice.objects.bulk_create(options)
    QuestionRevision.objects.create(
        question=question,
        number=question.revision,
        edition=question.edition,
        change=QuestionRevision.Change.FIRST,
        content=content_of(question, options),
        at=AT,
    )
    return question


def make_many_questions(count: int, resource: Resource, **fields: Any) -> list[Question]:
    """Recall questions by the thousand, ranked in order; `fields` may hold functions of their number."""
    defaults: dict[str, Any] = {
        "slug": lambda number: f"{resource.slug}-many-{number}",
        "kind": "recall",
        "section": "Scheduling",
        "explanation": "Because.",
        "status": Question.Status.PUBLISHED,
        "rank": lambda number: number,
        "position": lambda number: number,
        "revision": 1,
        **BY_KIND["recall"],
    }
    wanted = {**defaults, **fields}
    questions = [
        Question(
            resource=resource,
            **{name: value(number) if callable(value) else value for name, value in wanted.items()},
        )
        for number in range(count)
    ]
    if questions:
        rendered = render_question(questions[0], [])
        for question in questions:
            question.rendered = rendered
    made = Question.objects.bulk_create(questions)
    QuestionRevision.objects.bulk_create(
        QuestionRevision(question=question, number=1, edition=1, change="first", content={"kind": "recall"}, at=AT)
        for question in made
    )
    return made


def make_card(learner: Learner, question: Question | None = None, **fields: Any) -> Card:
    """A card that was answered once and is due today."""
    defaults = {"interval_days": 1, "repetitions": 1, "due_on": TODAY, "sequence": 1, "touched_at": AT}
    return Card.objects.create(learner=learner, question=question or make_question(), **{**defaults, **fields})


def make_report(learner: Learner | None = None, question: Question | None = None, **fields: Any) -> QuestionReport:
    """An open report of the question's newest wording, seen from the front."""
    question = question or make_question()
    defaults: dict[str, Any] = {
        "revision": question.revisions.first(),
        "reason": QuestionReport.Reason.WRONG,
        "shown": {"options": [], "side": "front", "chosen": None, "typed": ""},
        "reported_at": AT,
    }
    return QuestionReport.objects.create(learner=learner or make_learner(), question=question, **{**defaults, **fields})
