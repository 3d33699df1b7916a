from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from insights.cases import work_through_cases
from insights.questions import renew_statistics


class Command(BaseCommand):
    help = "Compute the statistics of all questions now, and open, tie and close cases, as the night's task does."

    def handle(self, *args: Any, **options: Any) -> None:
        at = timezone.now()
        questions = renew_statistics(at)
        text = ngettext("%(count)s question has statistics.", "%(count)s questions have statistics.", questions)
        self.stdout.write(text % {"count": questions})
        counts = work_through_cases(at)
        self.stdout.write(
            _(
                "Cases: %(opened)s opened, %(mended)s mended, %(helped)s helped, %(unhelped)s did not help, "
                "%(dismissed)s dismissed."
            )
            % counts
        )
