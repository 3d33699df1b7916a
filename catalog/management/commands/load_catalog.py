from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from catalog.files import CONTENT, ContentError, read_catalog, shown
from catalog.load import Report, load


class Command(BaseCommand):
    help = (
        "Loads the content files. What a curator changed in the database stays; what was changed on both sides is "
        "kept as a conflict and skipped. A file with a fault loads nothing at all."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", nargs="?", type=Path, default=CONTENT, help="where topics.yaml is")
        parser.add_argument("--strict", action="store_true", help="exit with 1 when there is a conflict")
        parser.add_argument(
            "--retire-missing", action="store_true", help="retire the questions that are gone from the files"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            catalog = read_catalog(options["folder"])
        except ContentError as error:
            raise CommandError(f"Nothing was loaded from {shown(options['folder'])}.\n{error}") from error
        report = load(catalog, at=timezone.now(), retire_missing=options["retire_missing"])
        self._tell(report, options["verbosity"])
        if report.conflicts and options["strict"]:
            raise CommandError("There are conflicts.")

    def _tell(self, report: Report, verbosity: int) -> None:
        if verbosity > 1:
            for name in report.created:
                self.stdout.write(f"Created {name}.")
            for name in report.updated:
                self.stdout.write(f"Updated {name}.")
        for name in report.retired:
            self.stdout.write(f"Retired {name}: it is gone from the files.")
        for name in report.missing:
            self.stdout.write(self.style.WARNING(f"{name} is gone from the files; it stays as it is."))
        for name in report.conflicts:
            self.stdout.write(
                self.style.WARNING(
                    f"Conflict: {name} was changed in its file and in the database; decide in the admin."
                )
            )
        self.stdout.write(
            f"Catalog: {report.items} items in the files, {len(report.created)} created, {len(report.updated)} updated."
        )
