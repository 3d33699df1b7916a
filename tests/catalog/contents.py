"""Content for tests: the files of a small catalog, and items with every field filled in."""

import textwrap
from pathlib import Path
from typing import Any

from catalog.dump import dump_catalog
from catalog.items import Catalog, ChoiceItem, QuestionItem, ReadingItem, TopicItem

TOPICS = """\
topics:
  - slug: tools
    title: Tools
    readings:
      - slug: airflow
        title: Airflow
        url: https://example.org/airflow
        kind: documentation
        minutes: 20
        summary: Workflows as Python code.
"""

QUESTIONS = """\
reading: airflow
questions:
  - slug: airflow-decides
    kind: choice
    section: Architecture
    prompt: In Airflow, which part decides that a task may run now?
    choices:
      - text: The executor
        why: It runs what was decided.
      - text: The scheduler
        correct: true
        why: It looks at what a task waits for.
      - text: The web server
        why: It shows what happened.
    explanation: The scheduler checks what a task waits for; the executor only runs it.

  - slug: airflow-safe
    kind: typed
    section: Tasks
    prompt: In Airflow, what should a task be, so that it may run twice?
    answer: idempotent
    accept: [idempotence]
    explanation: The same inputs then leave the same result, however often it runs.
"""


def write(folder: Path, questions: str = QUESTIONS, topics: str = TOPICS) -> Path:
    """A content folder with one reading."""
    (folder / "tools").mkdir(parents=True, exist_ok=True)
    (folder / "topics.yaml").write_text(topics, encoding="utf-8")
    (folder / "tools" / "airflow.yaml").write_text(textwrap.dedent(questions), encoding="utf-8")
    return folder


def write_catalog(folder: Path, catalog: Catalog) -> Path:
    for name, text in dump_catalog(catalog).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


CHOICES = (
    ChoiceItem(1, "The executor", "It runs what was decided."),
    ChoiceItem(2, "The scheduler", "It looks at what a task waits for.", correct=True),
    ChoiceItem(3, "The web server", "It shows what happened."),
)


def choice(**fields: Any) -> QuestionItem:
    """A choice question that keeps every rule."""
    return item(**{"kind": "choice", "answer": "", "choices": CHOICES, **fields})


def item(**fields: Any) -> QuestionItem:
    """A recall question that keeps every rule."""
    defaults = {
        "slug": "airflow-late",
        "reading": "airflow",
        "kind": "recall",
        "section": "Scheduling",
        "prompt": "Why does a daily run of Airflow start a day late?",
        "answer": "Because the interval that it covers must be over.",
        "explanation": "A run works on the data of an interval, and these are complete only at its end.",
    }
    return QuestionItem(**{**defaults, **fields})


def reading(slug: str = "airflow", topic: str = "tools", position: int = 0, **fields: Any) -> ReadingItem:
    defaults = {
        "title": slug.title(),
        "url": f"https://example.org/{slug}",
        "kind": "documentation",
        "summary": "Workflows as Python code.",
        "minutes": 20,
    }
    return ReadingItem(slug=slug, topic=topic, position=position, **{**defaults, **fields})


def catalog_of(*questions: QuestionItem) -> Catalog:
    """A catalog with the readings that these questions name, all under one topic."""
    by_reading: dict[str, tuple[QuestionItem, ...]] = {}
    for question in questions:
        by_reading[question.reading] = (*by_reading.get(question.reading, ()), question)
    readings = tuple(reading(slug, position=place) for place, slug in enumerate(by_reading or ["airflow"]))
    return Catalog((TopicItem("tools", 0, "Tools"),), readings, by_reading)
