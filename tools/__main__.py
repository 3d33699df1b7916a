"""`python -m tools TARGET`: the targets of the Makefile."""

import os
import shutil
import subprocess
import sys

from tools import ROOT, StopError, checks, locks, run, say, venv


def show_help() -> int:
    """List the targets."""
    say("make run      start Readback and print its address (PORT=9000 make run chooses the port)")
    say("make test     everything: lint, both databases, a real worker, a real browser (PG=0, E2E=0 leave one out)")
    say("make quick    the tests that need no service and no browser")
    say("make lint     style, types, import contracts, migrations, content, locks")
    say("make format   put the code in the house's layout")
    say("make lock     write requirements/*.txt from the .in files (UPGRADE=1 takes the newest versions)")
    say("make bench    run what is in benchmarks/")
    say("make clean    remove the virtual environment and caches; your data in var/ stays")
    return 0


def format_code() -> int:
    """Sort imports and lay out the code."""
    python = venv.ensure("dev")
    subprocess.run([python, "-m", "ruff", "check", "--fix", "--quiet", "--select", "I", "."], cwd=ROOT, check=True)
    return subprocess.run([python, "-m", "ruff", "format", "."], cwd=ROOT).returncode


def lock() -> int:
    """Write the locks anew."""
    python = venv.ensure("dev")
    locks.write(ROOT / "requirements", uv=[str(python), "-m", "uv"], upgrade=os.environ.get("UPGRADE") == "1")
    return 0


def bench() -> int:
    """Run every benchmark, one after the other."""
    scripts = sorted((ROOT / "benchmarks").glob("*.py"))
    if not scripts:
        raise StopError("There is no benchmark yet: put one in benchmarks/.")
    python = venv.ensure("dev")
    return max(subprocess.run([python, script], cwd=ROOT).returncode for script in scripts)


def clean() -> int:
    """Remove what can be made again; var/ is the learners' and stays."""
    for name in (".venv", ".mypy_cache", ".ruff_cache", ".pytest_cache", ".hypothesis", ".import_linter_cache"):
        shutil.rmtree(ROOT / name, ignore_errors=True)
    for cache in ROOT.rglob("__pycache__"):
        shutil.rmtree(cache, ignore_errors=True)
    return 0


TARGETS = {
    "help": show_help,
    "run": run.run,
    "test": checks.test,
    "quick": checks.quick,
    "lint": checks.lint,
    "format": format_code,
    "lock": lock,
    "bench": bench,
    "clean": clean,
}


def main(arguments: list[str]) -> int:
    """Carry out one target and return the exit code."""
    if len(arguments) != 1 or arguments[0] not in TARGETS:
        show_help()
        return 2
    try:
        return TARGETS[arguments[0]]()
    except StopError as stop:
        print(f"\n{stop}", file=sys.stderr, flush=True)
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
