from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from scheduler.integrity import differences
from scheduler.models import Card


class Command(BaseCommand):
    help = "Rebuild every card and every day's total from the log of reviews, and report what differs."

    def handle(self, *args: Any, **options: Any) -> None:
        found = list(differences())
        for sentence in found:
            self.stdout.write(sentence)
        if found:
            raise CommandError(_("%(found)s differences between the log and the cards.") % {"found": len(found)})
        self.stdout.write(_("%(cards)s cards agree with their log.") % {"cards": Card.objects.count()})
