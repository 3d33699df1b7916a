"""What production refuses, tried in a process of its own."""

import json
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
    "REMINDER_FROM_EMAIL": "Readback reminders <reminders@example.org>",
    "SITE_URL": "https://readback.example.org",
}


def run_with(environment: dict[str, str], *command: str) -> "subprocess.CompletedProcess[str]":
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return subprocess.run(
        [sys.executable, *command],
        cwd=settings.BASE_DIR,
        env={**kept, **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def settings_with(**environment: str) -> str:
    """What loading the settings prints to the error stream: empty when they are accepted."""
    return run_with(environment, "-c", "import config.settings").stderr


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


def test_static_files_are_collected_under_names_of_their_content(tmp_path) -> None:
    environment = {**PRODUCTION, "READBACK_VAR": str(tmp_path)}
    ran = run_with(environment, "manage.py", "collectstatic", "--noinput", "--verbosity", "0")
    assert ran.returncode == 0, ran.stderr
    names = json.loads((tmp_path / "static" / "staticfiles.json").read_text())["paths"]
    stylesheet = tmp_path / "static" / names["readback/readback.css"]
    assert stylesheet.exists()
    assert stylesheet.with_suffix(".css.br").exists()


def test_laptop_keeps_its_mail_under_its_own_folder(tmp_path) -> None:
    code = "from django.conf import settings; print(settings.EMAIL_FILE_PATH, end='')"
    environment = {"READBACK_VAR": str(tmp_path), "DJANGO_SETTINGS_MODULE": "config.settings"}
    assert run_with(environment, "-c", code).stdout == str(tmp_path / "mail")
