"""A question as a form holds it now, finished or not: nothing of it is checked, and nothing is stored."""

import re
from collections.abc import Mapping

from catalog.items import clean_text
from catalog.models import Choice, Question, Resource
from catalog.render import render_question

KINDS = set(Question.Kind.values)
_ROW = re.compile(r"choices-(\d+)-text")


def question_of(form: Mapping[str, str]) -> tuple[Question, list[Choice]]:
    """The unsaved question, rendered, and its choices in the order of their places. One query, for its reading."""
    text = {name: clean_text(value) for name, value in form.items()}
    number = text.get("resource", "")
    reading = Resource.objects.filter(pk=number).first() if number.isdecimal() and len(number) < 10 else None
    question = Question(
        resource=reading or Resource(title="…"),
        kind=text["kind"] if text.get("kind") in KINDS else Question.Kind.RECALL,
        accept=text.get("accept", "").split("\n"),
        **{name: text.get(name, "") for name in ("section", "prompt", "answer", "explanation")},
    )
    choices = _choices_of(question, text)
    question.rendered = render_question(question, choices)
    return question, choices


def _choices_of(question: Question, text: Mapping[str, str]) -> list[Choice]:
    found = sorted(int(row.group(1)) for name in text if (row := _ROW.fullmatch(name)))
    rows = [row for row in found if text[f"choices-{row}-text"] and f"choices-{row}-DELETE" not in text]
    return sorted((_choice_of(question, text, row) for row in rows), key=lambda choice: choice.position)


def _choice_of(question: Question, text: Mapping[str, str], row: int) -> Choice:
    position = text.get(f"choices-{row}-position", "")
    return Choice(
        question=question,
        number=row + 1,
        position=int(position) if position.isdecimal() and len(position) < 6 else row,
        text=text[f"choices-{row}-text"],
        why=text.get(f"choices-{row}-why", ""),
        correct=f"choices-{row}-correct" in text,
    )
