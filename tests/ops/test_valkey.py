"""The private Valkey: started, and found again when a kill left it behind."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tools import ports, valkey
from tools.family import Family

PYTHON = Path(sys.executable)


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "valkey"
    folder.mkdir()
    return folder


@pytest.fixture
def family(tmp_path, monkeypatch):
    """A family that leaves this process's signals as they are."""
    monkeypatch.setattr("tools.family.ENDING_SIGNALS", ())
    with Family(tmp_path / "log") as family:
        yield family


@pytest.fixture
def left_over(folder):
    """A Valkey as a kill leaves it: it runs, its pid file stands, and nobody minds it."""
    port = ports.free_port()
    with subprocess.Popen(
        [valkey.server(PYTHON), "--bind", "127.0.0.1", "--port", str(port), "--dir", folder],
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        while "Ready to accept connections" not in process.stdout.readline():
            assert process.poll() is None
        valkey.pid_file(folder).write_text(f"{process.pid} {port}\n")
        yield process
        process.kill()


def test_a_started_valkey_answers_on_its_own_port_and_ends_with_the_family(tmp_path, folder, family):
    url = valkey.start(family, folder, PYTHON)

    assert url.startswith("redis://127.0.0.1:")
    assert valkey.ask(int(url.split(":")[2].removesuffix("/0")), "PING") == "PONG"
    family.end(family.children[0])
    assert valkey.ask(int(url.split(":")[2].removesuffix("/0")), "PING") == ""


def test_a_valkey_that_a_kill_left_behind_is_stopped(folder, left_over):
    valkey.stop_left_over(folder)

    assert left_over.wait(timeout=20) == 0
    assert not valkey.pid_file(folder).exists()


def test_a_valkey_with_its_data_elsewhere_is_left_alone(tmp_path, folder, left_over):
    other = tmp_path / "other"
    other.mkdir()
    valkey.pid_file(folder).rename(valkey.pid_file(other))

    valkey.stop_left_over(other)

    assert left_over.poll() is None


def test_a_process_that_now_has_the_number_of_an_old_valkey_is_left_alone(folder):
    with subprocess.Popen(["sleep", "1000"]) as stranger:
        valkey.pid_file(folder).write_text(f"{stranger.pid} {ports.free_port()}\n")

        valkey.stop_left_over(folder)

        assert stranger.poll() is None
        stranger.kill()


def test_a_broken_pid_file_is_ignored(folder):
    valkey.pid_file(folder).write_text("not a number")

    valkey.stop_left_over(folder)


def test_an_installed_server_is_taken_before_the_packaged_one(tmp_path, monkeypatch):
    installed = tmp_path / "valkey-server"
    installed.write_text("#!/bin/sh\n")
    installed.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")

    assert valkey.server(PYTHON) == str(installed)
