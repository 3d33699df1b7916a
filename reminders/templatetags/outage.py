"""Whether mail leaves, for the first page of the admin."""

from django import template

from reminders.models import MailOutage

register = template.Library()


@register.simple_tag
def mail_outage() -> MailOutage | None:
    """The outage that runs. One query."""
    return MailOutage.objects.first()
