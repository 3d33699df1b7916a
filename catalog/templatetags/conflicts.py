"""How many conflicts wait, for the first page of the admin."""

from django import template

from catalog.models import Conflict

register = template.Library()


@register.simple_tag
def open_conflicts() -> int:
    """One query; a conflict that is resolved leaves no row."""
    return Conflict.objects.count()
