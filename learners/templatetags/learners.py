from typing import Any

from django import template

from learners.access import guest_of

register = template.Library()


@register.simple_tag(takes_context=True)
def guest_cards(context: dict[str, Any]) -> int:
    """How many cards, answered as a guest in this browser, a sign-in takes along. No query for a visitor."""
    guest = guest_of(context["request"])
    return guest.cards.living().filter(due_on__isnull=False).count() if guest else 0
