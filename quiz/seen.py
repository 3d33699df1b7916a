"""The card as the learner who reports it saw it: the wording of then, her order of the options, and her answer."""

from types import SimpleNamespace
from typing import Any

from catalog.models import Question, QuestionRevision
from catalog.render import render_question
from quiz import answers
from quiz.faces import LETTERS
from quiz.models import QuestionReport

EMPTY = {"prompt": "", "answer": "", "explanation": "", "accept": [], "choices": []}


def rendered(revision: QuestionRevision) -> dict[str, Any]:
    """All sides of a wording of then, as `catalog.render.render_question` gives them."""
    content = SimpleNamespace(**{**EMPTY, **revision.content})
    return render_question(content, [SimpleNamespace(**choice) for choice in content.choices])


def as_seen(report: QuestionReport) -> dict[str, Any]:
    """The side that she saw, for a template; of the front, nothing that only the back shows."""
    sides, shown = rendered(report.revision), report.shown
    back = shown.get("side") == "back"
    return {
        "back": back,
        "prompt_html": sides["prompt_back" if back else "prompt"],
        "options": _options(sides["choices"], shown, back=back),
        "typed": shown.get("typed", ""),
        "right": _is_right(report) if back else None,
        "answer_html": sides["answer"] if back else "",
        "explanation_html": sides["explanation"] if back else "",
    }


def as_it_stands(question: Question) -> dict[str, Any]:
    """The back of the question as it is now, likewise."""
    sides = question.rendered
    options = [
        {"letter": letter, "text_html": choice["text"], "correct": choice["correct"], "why_html": choice["why"]}
        for letter, choice in zip(LETTERS, sides.get("choices", []), strict=False)
    ]
    return {
        "back": True,
        "prompt_html": sides.get("prompt_back", ""),
        "options": options,
        "answer_html": sides.get("answer", ""),
        "explanation_html": sides.get("explanation", ""),
    }


def _options(choices: list[dict[str, Any]], shown: dict[str, Any], *, back: bool) -> list[dict[str, Any]]:
    by_number = {choice["number"]: choice for choice in choices}
    order = [number for number in shown.get("options", []) if number in by_number]
    return [
        {
            "letter": letter,
            "text_html": by_number[number]["text"],
            "picked": number == shown.get("chosen"),
            "correct": back and by_number[number]["correct"],
            "why_html": by_number[number]["why"] if back else "",
        }
        for letter, number in zip(LETTERS, order, strict=False)
    ]


def _is_right(report: QuestionReport) -> bool | None:
    """Whether her checked answer was; None where she judged herself, or did not know."""
    content, shown = report.revision.content, report.shown
    if shown.get("chosen") is not None:
        return any(choice["correct"] for choice in content.get("choices", []) if choice["number"] == shown["chosen"])
    if content.get("kind") == Question.Kind.TYPED and shown.get("typed"):
        accepted = [content.get("answer", ""), *content.get("accept", [])]
        return answers.check_typed(shown["typed"], accepted) is answers.Verdict.RIGHT
    return None
