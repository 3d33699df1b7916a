from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from catalog.dump import dump_catalog
from catalog.files import CONTENT, content_paths, shown
from catalog.stored import stored_catalog


class Command(BaseCommand):
    help = "Writes the catalog of the database into content files, and removes question files that it has no more."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", nargs="?", type=Path, default=CONTENT, help="where topics.yaml goes")

    def handle(self, *args: Any, **options: Any) -> None:
        folder: Path = options["folder"]
        made = {folder / name: text for name, text in dump_catalog(stored_catalog()).items()}
        changed = [path for path, text in made.items() if not path.is_file() or path.read_bytes() != text.encode()]
        for path in changed:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(made[path].encode())
            self.stdout.write(f"Wrote {shown(path)}.")
        for path in [path for path in content_paths(folder) if path not in made]:
            path.unlink()
            self.stdout.write(f"Removed {shown(path)}.")
        self.stdout.write(f"{len(made)} files, {len(changed)} of them changed.")
