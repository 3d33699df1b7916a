"""`make test`, `make quick`, `make lint`: what must be true before a change lands."""

import os
import re
import shutil
import signal
import tempfile
import time
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from tools import chromium, postgres, say, valkey, venv
from tools.family import Family, SignalError, tail

LINT = {
    "ruff check": ["-m", "ruff", "check", "--quiet", "."],
    "ruff format": ["-m", "ruff", "format", "--check", "--quiet", "."],
    "types": ["-m", "mypy", "."],
    "templates": ["-m", "djlint", "--lint", "--quiet", "templates"],
    "import contracts": ["-c", "from importlinter.cli import lint_imports_command as lint; lint()", "--no-logo"],
    "migrations complete": ["manage.py", "makemigrations", "--check", "--dry-run"],
    "system checks": ["manage.py", "check", "--fail-level", "WARNING"],
    "catalog content": ["manage.py", "lint_catalog"],
    "locks": ["-m", "tools.locks"],
}
UNIT = ("-m", "not integration and not e2e", "-n", "2", "--dist", "worksteal")
UNIT_ON_POSTGRESQL = ("-m", "database and not integration and not e2e", "-n", "2", "--dist", "worksteal")
INTEGRATION = ("-m", "integration")
INTEGRATION_ON_POSTGRESQL = ("-m", "database and integration")
E2E = ("-m", "e2e")
# What the app reads from the environment; only what a step gives it here reaches it.
SETTINGS = re.compile(
    r"READBACK_.*|DJANGO_.*|DEBUG|SECRET_KEY.*|ALLOWED_HOSTS|CSRF_TRUSTED_ORIGINS|DATABASE_URL|REDIS_URL|EMAIL_URL|MAIL_.*|SITE_URL|(DEFAULT|REMINDER)_FROM_EMAIL"
)
LINES_SHOWN = 200


@dataclass
class Checks:
    """Carries out one check after the other, and adds up what they found."""

    family: Family
    python: Path
    folder: Path
    lines: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    passed: int = 0
    failed: int = 0
    started: float = field(default_factory=time.monotonic)

    def lint(self) -> None:
        """Everything that is checked without running the app's tests."""
        for name, arguments in LINT.items():
            began = time.monotonic()
            step = self.family.start(name, [self.python, *arguments], env=self.environment())
            wrong = self.family.finish(step)
            self.note(name, began, "something is wrong" if wrong else "nothing wrong", ok=not wrong)
            if wrong:
                say(tail(step.log, LINES_SHOWN))

    def pytest(self, name: str, arguments: tuple[str, ...], **environment: str) -> None:
        """Run a part of the tests; finding none is a failure."""
        say(f"\n{name}")
        began = time.monotonic()
        results = self.folder / "results.xml"
        results.unlink(missing_ok=True)
        command = [str(self.python), "-m", "pytest", "-q", *arguments, f"--junitxml={results}"]
        step = self.family.start(
            "pytest", command, env=self.environment(**environment), stop_with=signal.SIGINT, shown=True
        )
        wrong = self.family.finish(step)
        passed, failed, skipped = counts(results)
        self.passed += passed
        self.failed += failed
        outcome = f"{passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else "")
        if passed + failed + skipped == 0:
            outcome = "no test was found"
        self.note(name, began, outcome, ok=not wrong)

    def environment(self, **more: str) -> dict[str, str]:
        """The environment of one step: a state folder of its own, and of the app's settings only what is named."""
        var = self.folder / "var"
        shutil.rmtree(var, ignore_errors=True)
        var.mkdir()
        kept = {k: v for k, v in os.environ.items() if not SETTINGS.fullmatch(k)}
        return {**kept, "READBACK_VAR": str(var), **more}

    def note(self, name: str, began: float, outcome: str, *, ok: bool) -> None:
        """Write down what a step found, and print it."""
        line = f"{'ok  ' if ok else 'FAIL'} {time.monotonic() - began:6.1f} s  {name}: {outcome}"
        self.lines.append(line)
        say(line)
        if not ok:
            self.broken.append(name)

    def leave_out(self, name: str, why: str) -> None:
        """Write down a step that was switched off."""
        self.lines.append(f"--          {name}: left out, because {why}")

    def close(self) -> int:
        """Print the summary and return the exit code."""
        say(f"\nIn {time.monotonic() - self.started:.0f} seconds:")
        for line in self.lines:
            say(f"  {line}")
        say(f"Not in order: {', '.join(self.broken)}." if self.broken else "All is in order.")
        if self.passed or self.failed:
            say(f"{self.passed} passed, {self.failed} failed")
        return 1 if self.broken else 0


def counts(results: Path) -> tuple[int, int, int]:
    """How many tests passed, failed and were skipped, from pytest's JUnit report; zeros when it wrote none."""
    if not results.exists():
        return 0, 0, 0
    suites = list(ElementTree.parse(results).getroot().iter("testsuite"))
    tests, failures, errors, skipped = (
        sum(int(suite.get(kind, 0)) for suite in suites) for kind in ("tests", "failures", "errors", "skipped")
    )
    return tests - failures - errors - skipped, failures + errors, skipped


def lint() -> int:
    """`make lint`."""
    return carry_out(Checks.lint)


def quick() -> int:
    """`make quick`: the tests on SQLite, without services or a browser."""
    return carry_out(lambda checks: checks.pytest("Tests on SQLite", UNIT))


def test() -> int:
    """`make test`."""
    return carry_out(test_everything)


def test_everything(checks: Checks) -> None:
    """Everything; what it needs is found or started first, so that a missing piece is told at once."""
    database = database_url(checks) if os.environ.get("PG") != "0" else None
    browser = chromium.find(checks.python) if os.environ.get("E2E") != "0" else None
    redis = os.environ.get("REDIS_URL") or valkey.start(checks.family, checks.folder / "valkey", checks.python)

    checks.lint()
    checks.pytest("Tests on SQLite", UNIT)
    if database:
        checks.pytest("Tests on PostgreSQL", UNIT_ON_POSTGRESQL, DATABASE_URL=database)
    else:
        checks.leave_out("Tests on PostgreSQL", "PG=0 asked for it")
    checks.pytest("Tests with a worker, on SQLite", INTEGRATION, REDIS_URL=redis)
    if database:
        checks.pytest(
            "Tests with a worker, on PostgreSQL", INTEGRATION_ON_POSTGRESQL, REDIS_URL=redis, DATABASE_URL=database
        )
    if browser:
        checks.pytest("Tests in a browser", E2E, REDIS_URL=redis, CHROMIUM=browser, DJANGO_ALLOW_ASYNC_UNSAFE="true")
    else:
        checks.leave_out("Tests in a browser", "E2E=0 asked for it")


def database_url(checks: Checks) -> str:
    """The PostgreSQL that DATABASE_URL names, else one that is started for these tests."""
    named = os.environ.get("DATABASE_URL", "")
    if named.startswith("postgres"):
        return named
    return postgres.start(checks.family, checks.folder, checks.python)


def carry_out(work: Callable[[Checks], None]) -> int:
    """Do the work with a folder and a family of its own, and print what came of it."""
    python = venv.ensure("dev")
    try:
        with tempfile.TemporaryDirectory(prefix="readback-") as name, Family(Path(name) / "log") as family:
            checks = Checks(family, python, Path(name))
            checks.folder.chmod(0o711)  # PostgreSQL may run as another user, with its data in here
            work(checks)
            return checks.close()
    except SignalError:
        say("\nStopped before the end.")
        return 130
