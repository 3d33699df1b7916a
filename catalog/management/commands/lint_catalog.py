from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from catalog.dump import dump_catalog
from catalog.files import CONTENT, ContentError, read_catalog, shown
from catalog.lint import Severity, lint_folder


class Command(BaseCommand):
    help = "Says what is wrong with the content files. Errors exit with 1; warnings are listed."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", nargs="?", type=Path, default=CONTENT, help="where topics.yaml is")
        parser.add_argument(
            "--fix", action="store_true", help="rewrite each file in the layout of a dump first; comments are lost"
        )
        parser.add_argument(
            "--source-texts",
            type=Path,
            metavar="DIR",
            help="a folder with a <reading>.md of what the questions were written from, to find copied sentences",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        folder: Path = options["folder"]
        try:
            if options["fix"]:
                self._fix(folder)
            findings = lint_folder(folder, options["source_texts"])
        except ContentError as error:
            raise CommandError(f"The content cannot be read.\n{error}") from error
        for finding in findings:
            self.stdout.write(str(finding))
        errors = sum(finding.severity is Severity.ERROR for finding in findings)
        self.stdout.write(f"{errors} errors, {len(findings) - errors} warnings.")
        if errors:
            raise CommandError("The content has errors.")

    def _fix(self, folder: Path) -> None:
        for name, text in dump_catalog(read_catalog(folder)).items():
            path = folder / name
            if path.read_bytes() != text.encode():
                path.write_bytes(text.encode())
                self.stdout.write(f"Rewrote {shown(path)}.")
