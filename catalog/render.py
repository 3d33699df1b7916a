"""A question's sides as safe HTML. Rendered when a wording is saved, so that no study page reads Markdown."""

from collections.abc import Sequence
from typing import Any, Protocol

from django.utils.translation import gettext as _

from catalog.markdown import Blank, blanks, to_html, to_text


class HasSides(Protocol):
    """What is read of a question: a stored one, or one from a file."""

    @property
    def kind(self) -> str: ...
    @property
    def prompt(self) -> str: ...
    @property
    def answer(self) -> str: ...
    @property
    def explanation(self) -> str: ...


class HasOption(Protocol):
    """What is read of a choice."""

    @property
    def number(self) -> int: ...
    @property
    def text(self) -> str: ...
    @property
    def why(self) -> str: ...
    @property
    def correct(self) -> bool: ...


def render_question(question: HasSides, choices: Sequence[HasOption]) -> dict[str, Any]:
    """All sides of a question, ready for a template.

    Keys: prompt, prompt_back (a cloze: its blank filled; else as prompt), answer, answer_text (plain), explanation,
    and choices, a list of {number, text, why, correct} in the order given. An answer that is missing is "".
    """
    shown = [
        {
            "number": choice.number,
            "text": to_html(choice.text, inline=True),
            "why": to_html(choice.why, inline=True),
            "correct": choice.correct,
        }
        for choice in (choices if question.kind == "choice" else ())
    ]
    front, back = _prompts(question)
    answer = _answer(question, shown)
    return {
        "prompt": front,
        "prompt_back": back,
        "answer": answer,
        "answer_text": to_text(answer),
        "explanation": to_html(question.explanation),
        "choices": shown,
    }


def _prompts(question: HasSides) -> tuple[str, str]:
    if question.kind != "cloze":
        prompt = to_html(question.prompt)
        return prompt, prompt
    return (
        to_html(question.prompt, blank=Blank.HIDDEN, blank_word=_("blank")),
        to_html(question.prompt, blank=Blank.FILLED),
    )


def _answer(question: HasSides, shown: list[dict[str, Any]]) -> str:
    if question.kind == "choice":
        return next((str(choice["text"]) for choice in shown if choice["correct"]), "")
    if question.kind == "cloze":
        return ", ".join(to_html(words, inline=True) for words in blanks(question.prompt))
    return to_html(question.answer, inline=question.kind == "typed")
