"""How a learner is told that a question is not what it was. No answer before its time."""

from typing import Any

from django.utils.translation import gettext as _

from catalog.diffs import Difference, differences
from catalog.markdown import Blank, to_html, to_text
from scheduler.news import Kind, News


def told(news: News, *, answered: bool) -> dict[str, Any]:
    """A sentence, and, where the meaning changed, what differs: before she has answered, the prompt alone."""
    shown = [] if news.kind is Kind.CLEARER else _differences(news, answered=answered)
    return {
        "text": {
            Kind.CLEARER: _("Reworded since you last saw it."),
            Kind.MEANING: _("The meaning of this question has changed since you last saw it."),
            Kind.MERGED: _("This question has come in the place of one that you know."),
        }[news.kind],
        "differences": shown,
        "later": news.kind is not Kind.CLEARER and not answered and not shown,
    }


def _differences(news: News, *, answered: bool) -> list[Difference]:
    return differences(_visible(news.old, answered=answered), _visible(news.new, answered=answered))


def _visible(content: dict[str, Any], *, answered: bool) -> dict[str, Any]:
    """What a learner reads of a question, as plain text."""
    cloze = content.get("kind") == "cloze"
    blank = (Blank.FILLED if answered else Blank.HIDDEN) if cloze else Blank.NONE
    prompt = {"prompt": to_text(to_html(content.get("prompt", ""), blank=blank, blank_word="…"))}
    if not answered:
        return prompt
    return {
        **prompt,
        "answer": to_text(to_html(content.get("answer", ""))),
        "accept": content.get("accept", []),
        "choices": [
            {**choice, "text": to_text(to_html(choice["text"])), "why": to_text(to_html(choice["why"]))}
            for choice in content.get("choices", [])
        ],
        "explanation": to_text(to_html(content.get("explanation", ""))),
    }
