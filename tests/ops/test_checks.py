"""What `make test` counts, and what it lets through to the tests."""

from pathlib import Path

from tools.checks import Checks, counts
from tools.family import Family


def make_checks(folder):
    return Checks(Family(folder / "log"), Path("python"), folder)


def test_passed_failed_and_skipped_are_counted_from_pytests_report(tmp_path):
    results = tmp_path / "results.xml"
    results.write_text('<testsuites><testsuite tests="10" failures="2" errors="1" skipped="3" /></testsuites>')

    assert counts(results) == (4, 3, 3)


def test_a_pytest_that_wrote_no_report_counts_nothing(tmp_path):
    assert counts(tmp_path / "results.xml") == (0, 0, 0)


def test_a_developers_own_settings_do_not_reach_the_tests(tmp_path, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgres://precious")
    monkeypatch.setenv("READBACK_ENV", "production")
    monkeypatch.setenv("LANG", "C.UTF-8")

    environment = make_checks(tmp_path).environment(REDIS_URL="redis://127.0.0.1:1/0")

    assert "DATABASE_URL" not in environment
    assert "READBACK_ENV" not in environment
    assert environment["LANG"] == "C.UTF-8"
    assert environment["REDIS_URL"] == "redis://127.0.0.1:1/0"
    assert environment["READBACK_VAR"].startswith(str(tmp_path))


def test_the_summary_names_what_is_wrong_and_what_was_left_out_and_ends_with_the_totals(tmp_path, capsys):
    checks = make_checks(tmp_path)
    checks.passed, checks.failed = 12, 1
    checks.note("Tests on SQLite", checks.started, "12 passed, 1 failed", ok=False)
    checks.leave_out("Tests in a browser", "E2E=0 asked for it")

    assert checks.close() == 1

    said = capsys.readouterr().out
    assert "Not in order: Tests on SQLite." in said
    assert "Tests in a browser: left out, because E2E=0 asked for it" in said
    assert said.endswith("\n12 passed, 1 failed\n")
