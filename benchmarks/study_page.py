"""How the study page grows with the catalog: its median time, against that with ten questions.

Runs on SQLite as it is, and on PostgreSQL with DATABASE_URL set (an empty database of its own).
"""

import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ROUNDS = 60
# Questions in the catalog, how many of them this learner knows, and reviews in her log.
CASES = [(10, 0, 0), (5_000, 0, 0), (5_000, 4_990, 0), (5_000, 4_990, 100_000)]

os.chdir(ROOT)
sys.path.insert(0, str(ROOT))
os.environ.update(
    READBACK_VAR=tempfile.mkdtemp(prefix="readback-bench-"),
    LOG_LEVEL="ERROR",
    DJANGO_SETTINGS_MODULE="config.settings",
    ALLOWED_HOSTS="testserver",
)

import django  # noqa: E402

django.setup()

from django.core.management import call_command  # noqa: E402
from django.test import Client  # noqa: E402

from learners.models import User  # noqa: E402
from scheduler.models import Card, Review  # noqa: E402
from tests.factories import TODAY, analyze, make_learner, make_many_questions, make_reading, make_user  # noqa: E402


def prepare(questions: int, known: int, reviews: int) -> Client:
    """An empty database, filled; a browser signed in to it."""
    call_command("flush", interactive=False, verbosity=0)
    user = make_user()
    learner = make_learner(user)
    made = make_many_questions(questions, make_reading())
    far = TODAY.replace(year=TODAY.year + 5)
    cards = Card.objects.bulk_create(
        Card(learner=learner, question=question, interval_days=900, repetitions=9, due_on=far, sequence=1_000)
        for question in made[:known]
    )
    Review.objects.bulk_create(
        (
            Review(
                learner=learner,
                card=cards[number % known],
                sequence=number // known,
                kind="answer",
                quality=4,
                study_day=TODAY.replace(year=TODAY.year - 1 - number % 3),
                reviewed_at=learner.created_at,
                before={},
                after={},
            )
            for number in range(reviews)
        ),
        batch_size=2_000,
    )
    analyze()
    client = Client()
    client.force_login(user)
    return client


def median_ms(client: Client) -> float:
    seconds = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        response = client.get("/study/")
        seconds.append(time.perf_counter() - began)
        assert response.status_code == 200
    return statistics.median(seconds) * 1000


def main() -> None:
    call_command("migrate", verbosity=0)
    if User.objects.exists():
        raise SystemExit("This benchmark empties its database: give it one of its own.")
    yardstick = 0.0
    for questions, known, reviews in CASES:
        took = median_ms(prepare(questions, known, reviews))
        yardstick = yardstick or took
        case = f"{questions:>5} questions, {known:>4} known, {reviews:>6} reviews"
        print(f"GET /study/  {case}: {took / yardstick:4.2f} times the page with ten ({took:.1f} ms)")


if __name__ == "__main__":
    main()
