"""What the night's statistics take: seconds and memory at a quarter of a million reviews, and at four times as many.

3,000 questions; 5,000 learners, then 20,000, with 50 answers each. Runs on SQLite as it is, and on PostgreSQL with
DATABASE_URL set (an empty database of its own).
"""

import datetime as dt
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
QUESTIONS = 3_000
LEARNERS = (5_000, 20_000)
CARDS, ANSWERS = 10, 5
GAPS = (0, 1, 6, 15, 40)
AT_ONCE = 2_000

os.chdir(ROOT)
sys.path.insert(0, str(ROOT))
os.environ.update(
    READBACK_VAR=tempfile.mkdtemp(prefix="readback-bench-"),
    LOG_LEVEL="ERROR",
    DJANGO_SETTINGS_MODULE="config.settings",
)

import django  # noqa: E402

django.setup()

from django.core.management import call_command  # noqa: E402

from catalog.models import QuestionRevision  # noqa: E402
from learners.models import Learner  # noqa: E402
from scheduler.models import Card, Review  # noqa: E402
from tests.factories import AT, analyze, make_many_questions, make_reading  # noqa: E402


def prepare(learners: int, chance: random.Random) -> None:
    """An empty database, filled."""
    call_command("flush", interactive=False, verbosity=0)
    questions = make_many_questions(QUESTIONS, make_reading())
    revisions = dict(QuestionRevision.objects.values_list("question", "pk"))
    people = Learner.objects.bulk_create(
        (Learner(guest_key=f"guest-{number}", created_at=AT, seen_at=AT) for number in range(learners)),
        batch_size=AT_ONCE,
    )
    for start in range(0, learners, 500):
        cards = Card.objects.bulk_create(
            (
                Card(learner=learner, question=question, due_on=AT.date(), sequence=ANSWERS)
                for learner in people[start : start + 500]
                for question in chance.sample(questions, CARDS)
            ),
            batch_size=AT_ONCE,
        )
        Review.objects.bulk_create(
            (review for card in cards for review in _log(card, revisions[card.question_id], chance)), batch_size=AT_ONCE
        )
    analyze()


def _log(card: Card, revision: int, chance: random.Random) -> Iterator[Review]:
    day = AT.date()
    for sequence in range(ANSWERS):
        day += dt.timedelta(days=GAPS[sequence] + chance.randrange(3))
        yield Review(
            learner_id=card.learner_id,
            card=card,
            sequence=sequence,
            kind="answer",
            quality=4 if chance.random() < 0.85 else 1,
            revision_id=revision,
            study_day=day,
            reviewed_at=AT,
            elapsed_ms=chance.randrange(1_000, 60_000),
            before={},
            after={},
        )


def main() -> None:
    call_command("migrate", verbosity=0)
    if Learner.objects.exists():
        raise SystemExit("This benchmark empties its database: give it one of its own.")
    for learners in LEARNERS:
        prepare(learners, random.Random(1))
        began, worked = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
        subprocess.run([sys.executable, "manage.py", "item_statistics"], check=True, stdout=subprocess.DEVNULL)
        seconds = time.perf_counter() - began
        # The largest child so far: the sizes rise, so it is this one.
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        peak, processor = used.ru_maxrss / 1024, used.ru_utime - worked
        reviews = learners * CARDS * ANSWERS
        print(
            f"item_statistics  {QUESTIONS} questions, {reviews:>9} reviews: "
            f"{seconds:5.1f} s ({processor:.1f} s of one processor), {peak:4.0f} MB at most"
        )


if __name__ == "__main__":
    main()
