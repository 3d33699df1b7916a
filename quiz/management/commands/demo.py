"""Accounts to look around with on a laptop: a learner with a few weeks behind her, a curator, an administrator."""

import datetime as dt
import random
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from catalog.models import Question, QuestionRevision
from learners import roles
from learners.access import learner_of_account
from learners.models import Learner, User
from scheduler import grading, queue
from scheduler.grading import Response, Shown
from scheduler.sm2 import PASSING_QUALITY, needs_drill

LEARNER, CURATOR, STAFF = "demo@example.org", "curator@example.org", "staff@example.org"
ACCOUNTS = (LEARNER, CURATOR, STAFF)
PASSWORD = "readback-demo"  # noqa: S105
DAYS = 30
DAYS_OFF_IN_SEVEN = 1
NEW_A_DAY = 4
SEED = 1990


class Command(BaseCommand):
    help = (
        "Makes demo@example.org, who has studied for some weeks, curator@example.org, who keeps the catalog, "
        "and staff@example.org, who administers the site. On a laptop only."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--at",
            type=dt.datetime.fromisoformat,
            help="the moment to count back from, such as 2026-11-23T09:00:00+00:00; now, if left out",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.READBACK_ENV != "laptop":
            raise CommandError("Demo accounts have a public password: they are made where READBACK_ENV is laptop.")
        at: dt.datetime = options["at"] or timezone.now()
        if at.tzinfo is None:
            raise CommandError("--at needs an offset, such as 2026-11-23T09:00:00+00:00.")
        with transaction.atomic():
            roles.give(_account(CURATOR), roles.CURATOR)
            roles.give(_account(STAFF), roles.ADMINISTRATOR)
            learner = learner_of_account(_account(LEARNER), at=at - dt.timedelta(days=DAYS))
            if learner.last_study_day is None:
                with _chance_is_the_same_each_time():
                    _study(learner, at)
        self.stdout.write(
            f"Demo learner:       {LEARNER}\n"
            f"Demo curator:       {CURATOR} (signs in, then /admin/)\n"
            f"Demo administrator: {STAFF} (likewise)\n"
            f"Password:           {PASSWORD}"
        )


def _account(email: str) -> User:
    user = User.objects.filter(email=email).first()
    if user is None:
        user = User.objects.create_user(email, PASSWORD)
        EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    return user


@contextmanager
def _chance_is_the_same_each_time() -> Iterator[None]:
    before = random.getstate()
    random.seed(SEED)
    try:
        yield
    finally:
        random.setstate(before)


def _study(learner: Learner, at: dt.datetime) -> None:
    """Some weeks of evenings up to yesterday, each answer graded as a learner's own; what came due since is left."""
    learner.new_per_day = NEW_A_DAY
    learner.save(update_fields=["new_per_day"])
    chance = random.Random(SEED)  # noqa: S311
    wordings = dict(QuestionRevision.objects.filter(number=F("question__revision")).values_list("question_id", "pk"))
    today = at.replace(hour=18, minute=30, second=0, microsecond=0)
    for days_ago in range(DAYS, 0, -1):
        if days_ago not in (DAYS, 1) and chance.random() < DAYS_OFF_IN_SEVEN / 7:
            continue
        _evening(learner, today - dt.timedelta(days=days_ago), wordings, chance)


def _evening(learner: Learner, moment: dt.datetime, wordings: dict[int, int], chance: random.Random) -> None:
    """What is due, then what is new, then the drill until everything is known."""
    learner.refresh_from_db()
    day = queue.day_of(learner, moment)
    new = Question.objects.in_bulk(day.new_ids)
    asked = [(card.question, card.sequence) for card in learner.cards.due(day.today).with_question()]
    asked += [(new[pk], 0) for pk in day.new_ids]
    who = Learner.objects.filter(pk=learner.pk)
    while asked:
        question, sequence = asked.pop(0)
        shown = Shown(question.pk, wordings[question.pk], sequence, moment)
        moment += dt.timedelta(seconds=chance.uniform(4, 26))
        quality = _quality(question, chance)
        response = _response(question, quality, chance)
        _, review = grading.grade(
            who=who, question=question, shown=shown, quality=quality, at=moment, response=response
        )
        if needs_drill(quality):
            asked.append((question, review.sequence + 1))


def _quality(question: Question, chance: random.Random) -> int:
    """A few questions are hard for this learner, and stay so."""
    hard = question.pk % 9 == 0
    return chance.choices([1, 3, 4, 5], [40, 25, 30, 5] if hard else [7, 13, 62, 18])[0]


def _response(question: Question, quality: int, chance: random.Random) -> Response:
    right = quality >= PASSING_QUALITY
    if question.kind == Question.Kind.CHOICE:
        fitting = [choice["number"] for choice in question.rendered["choices"] if choice["correct"] == right]
        return Response(right=right, chosen=chance.choice(fitting))
    if question.kind == Question.Kind.TYPED:
        return Response(right=right, typed=question.answer if right else "")
    return Response()
