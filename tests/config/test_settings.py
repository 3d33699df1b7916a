"""What production refuses, tried in a process of its own."""

import os
import subprocess
import sys

import pytest
from django.conf import settings

PRODUCTION = {
    "READBACK_ENV": "production",
    "SECRET_KEY": "k" * 60,
    "ALLOWED_HOSTS": "readback.example.org",
    "DATABASE_URL": "postgres://readback@localhost/readback",
    "REDIS_URL": "redis://localhost:6379/0",
    "EMAIL_URL": "smtp://localhost:25",
    "DEFAULT_FROM_EMAIL": "Readback <readback@example.org>",
}


def settings_with(**environment: str) -> str:
    """What loading the settings prints to the error stream: empty when they are accepted."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    ran = subprocess.run(
        [sys.executable, "-c", "import config.settings"],
        cwd=settings.BASE_DIR,
        env={**kept, **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return ran.stderr


def test_production_starts_with_all_that_it_needs() -> None:
    assert settings_with(**PRODUCTION) == ""


@pytest.mark.parametrize("missing", sorted(set(PRODUCTION) - {"READBACK_ENV"}))
def test_production_names_what_is_missing(missing: str) -> None:
    error = settings_with(**{name: value for name, value in PRODUCTION.items() if name != missing})
    assert missing in error.splitlines()[-1]


def test_production_refuses_sqlite() -> None:
    assert "PostgreSQL" in settings_with(**{**PRODUCTION, "DATABASE_URL": "sqlite:////tmp/readback.sqlite3"})


def test_unknown_environment_is_refused_by_name() -> None:
    assert "laptop or production" in settings_with(READBACK_ENV="staging")
