"""How many reports wait, for the first page of the admin."""

from django import template

from quiz.models import QuestionReport

register = template.Library()


@register.simple_tag
def open_reports() -> int:
    """One query, of an index of the open ones alone."""
    count: int = QuestionReport.objects.undecided().count()
    return count
