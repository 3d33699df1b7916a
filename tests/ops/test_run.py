"""What `make run` keeps in var/, and one whole start."""

import http.client
import os
import signal
import subprocess
import sys

import pytest

from tools import ROOT, StopError, ports, run

START_SECONDS = 120


def test_the_secret_key_is_made_once_and_closed_to_others(tmp_path, monkeypatch):
    monkeypatch.delenv("SECRET_KEY", raising=False)

    key = run.secret_key(tmp_path)

    assert len(key) >= 50
    assert run.secret_key(tmp_path) == key
    assert (tmp_path / "secret-key").stat().st_mode & 0o777 == 0o600


def test_a_secret_key_from_the_environment_is_not_written_down(tmp_path, monkeypatch):
    monkeypatch.setenv("SECRET_KEY", "from the environment")

    assert run.secret_key(tmp_path) == "from the environment"
    assert list(tmp_path.iterdir()) == []


def test_the_state_folder_is_closed_to_others(tmp_path, monkeypatch):
    monkeypatch.setenv("READBACK_VAR", str(tmp_path / "state"))

    assert run.state_folder().stat().st_mode & 0o777 == 0o700


def test_a_second_start_with_the_same_data_is_refused(tmp_path):
    with run.only_one(tmp_path), pytest.raises(StopError, match="already runs"), run.only_one(tmp_path):
        pass

    with run.only_one(tmp_path):
        pass


@pytest.mark.integration
def test_one_command_serves_the_site_until_it_is_told_to_stop(tmp_path):
    port = ports.free_port()
    ours = {"PORT": str(port), "READBACK_VAR": str(tmp_path)}
    env = {name: value for name, value in os.environ.items() if name not in {"REDIS_URL", "DATABASE_URL"}} | ours
    with subprocess.Popen(
        [sys.executable, "-m", "tools", "run"],
        cwd=ROOT,
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as site:
        assert site.stdout is not None
        said = ""
        for line in site.stdout:
            said += line
            if "Ctrl-C stops everything" in line:
                break
        try:
            assert f"http://localhost:{port}" in said
            connection = http.client.HTTPConnection("localhost", port, timeout=START_SECONDS)
            connection.request("GET", "/")
            assert connection.getresponse().status == http.client.OK, said
            connection.close()
        finally:
            site.send_signal(signal.SIGTERM)
            said += site.stdout.read()
    assert "Readback has stopped" in said
    assert site.returncode == 0
    assert not ports.answers(port)
