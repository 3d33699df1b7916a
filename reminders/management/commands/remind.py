import datetime as dt
from argparse import ArgumentTypeError
from collections import Counter
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from reminders import ledger, sending
from reminders.cadence import decide
from reminders.facts import facts_of
from reminders.models import ReminderSetting
from reminders.words import decision_words

EXAMPLE = "2026-11-23T09:00:00+00:00"


def moment(text: str) -> dt.datetime:
    """A moment in ISO 8601, with its offset. Raises ArgumentTypeError for anything else."""
    try:
        at = parse_datetime(text)
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise ArgumentTypeError(f"write a moment with its offset, such as {EXAMPLE}")
    return at


class Command(BaseCommand):
    help = "Decide who is written to, and send what waits; or, with --dry-run, print every decision and change nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="print what would be decided, and why")
        parser.add_argument("--at", type=moment, help=f"a moment, such as {EXAMPLE}")

    def handle(self, *args: Any, **options: Any) -> None:
        at: dt.datetime = options["at"] or timezone.now()
        if options["dry_run"]:
            self._print_decisions(at)
        elif options["at"]:
            raise CommandError("--at goes with --dry-run: what is really sent is sent now.")
        else:
            self._remind(at)

    def _print_decisions(self, at: dt.datetime) -> None:
        """A line for each learner with an account: who, her study day, and the decision if it fell at this moment."""
        reasons: Counter[str] = Counter()
        settings = ReminderSetting.objects.select_related("learner__user").order_by("learner_id")
        for setting in settings.iterator(chunk_size=500):
            today = setting.calendar.study_day(at)
            decision = decide(facts_of(setting, at=at), on=setting.calendar.date_in(today), today=today)
            reasons[decision.reason] += 1
            self.stdout.write(f"{setting.learner}  {today}  {decision_words(decision)}")
        self.stdout.write(", ".join(f"{reason}: {count}" for reason, count in reasons.most_common()) or "Nobody.")

    def _remind(self, at: dt.datetime) -> None:
        ledger.adopt(at)
        looked = sum(iter(lambda: ledger.look(at), 0))
        ledger.expire(at)
        taken_up = sum(iter(lambda: sending.send_some(at), 0))
        mails = "1 mail" if taken_up == 1 else f"{taken_up} mails"
        self.stdout.write(f"{looked} looked at, {mails} taken up.")
