"""How long lint takes in a bank of 5,000 questions: one question that is saved, and all of them at once.

The prompts are those of the shipped catalog, each with some words of its own exchanged. Runs on SQLite as it is, and on
PostgreSQL with DATABASE_URL set (an empty database of its own).
"""

import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
QUESTIONS = 5_000
ROUNDS = 30

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

from catalog import checking  # noqa: E402
from catalog.files import CONTENT, read_catalog  # noqa: E402
from catalog.models import Question  # noqa: E402
from catalog.stored import question_item  # noqa: E402
from tests.factories import make_many_questions, make_reading, make_user  # noqa: E402


def prompts() -> list[str]:
    """As many different prompts as are asked for, with the words of real ones."""
    chance = random.Random(5)
    real = [item.prompt for found in read_catalog(CONTENT).questions.values() for item in found]
    words = sorted({word for prompt in real for word in prompt.split()})
    made = []
    for number in range(QUESTIONS):
        own = real[number % len(real)].split()
        for place in chance.sample(range(len(own)), k=min(len(own), 4)):
            own[place] = chance.choice(words)
        made.append(" ".join(own))
    return made


def milliseconds(call: Callable[[], object]) -> float:
    began = time.perf_counter()
    call()
    return (time.perf_counter() - began) * 1000


def main() -> None:
    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    call_command("flush", interactive=False, verbosity=0)
    texts = prompts()
    make_many_questions(QUESTIONS, make_reading(), prompt=lambda number: texts[number])
    question = Question.objects.select_related("resource").all()[QUESTIONS // 2]
    item = question_item(question, [])
    client = Client()
    client.force_login(make_user(is_staff=True, is_superuser=True))

    one = [milliseconds(lambda: checking.remarks_on(item)) for _ in range(ROUNDS)]
    everything = milliseconds(checking.check_unchecked)
    lists = [milliseconds(lambda: client.get("/admin/catalog/question/?lint_state__exact=clean")) for _ in range(5)]
    form = [milliseconds(lambda: client.get(f"/admin/catalog/question/{question.pk}/change/")) for _ in range(5)]
    print(f"{QUESTIONS:,} questions, median of {ROUNDS}")
    print(f"one question beside all others  {statistics.median(one):8.0f} ms")
    print(f"all of them at once             {everything:8.0f} ms")
    print(f"the list, filtered by lint      {statistics.median(lists):8.0f} ms")
    print(f"the form of one                 {statistics.median(form):8.0f} ms")


if __name__ == "__main__":
    main()
