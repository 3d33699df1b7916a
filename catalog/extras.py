"""What upper rooms add to the curators' pages of a question.

Each registers in `AppConfig.ready()`, as with `learners.parts`: imports point one way, so the catalog cannot ask them.
"""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse

from catalog.models import Choice, Question

ShowCard = Callable[[HttpRequest, Question, list[Choice], str, str], HttpResponse]
Link = Callable[[Question], tuple[str, str] | None]

# Links on the page of a stored question: each function gives a name and an address, or None where there is nothing.
links: list[Link] = []
# Filters of the list of questions, as `list_filter` takes them.
filters: list[Any] = []

_show_card: list[ShowCard] = []


def register_card(show: ShowCard) -> None:
    """Registers who draws a card: request, question and choices (stored or not), side and look give a page."""
    _show_card[:] = [show]


def show_card(request: HttpRequest, question: Question, choices: list[Choice], side: str, look: str) -> HttpResponse:
    """The card as a learner sees it. `side` is front or back, `look` light or dark."""
    return _show_card[0](request, question, choices, side, look)
