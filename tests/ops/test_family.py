"""Children that live and die together, with real processes.

Each process of a family holds the writing end of one FIFO open: it writes a line when it is up, and the reading end
meets its end of file at the moment when the last of them is gone.
"""

import os
import select
import signal
import subprocess
import sys

import pytest

from tools import ROOT

PATIENCE_SECONDS = 20

# A child with a child of its own.
NEST = "exec 9>{fifo}; sleep 1000 & echo up >&9; echo {word}; wait"
# A child that is asked politely and does not listen.
DEAF = "exec 9>{fifo}; trap 'echo asked >&9' TERM; echo up >&9; while true; do sleep 1000 & wait; done"
# A child that ends when the test lets it.
BRIEF = "exec 9>{fifo}; echo up >&9; echo 'the disk is full'; read line <{gate}; exit 3"

# Whoever runs the tests under `nohup` has SIGHUP ignored in all that they start.
DRIVER = """
import signal
import sys
from pathlib import Path
from tools import StopError, family

signal.signal(signal.SIGHUP, signal.SIG_DFL)
family.PATIENCE_SECONDS = float(sys.argv[2])
try:
    with family.Family(Path(sys.argv[1])) as processes:
        for number, script in enumerate(sys.argv[3:]):
            processes.start(f"child{number}", ["/bin/sh", "-c", script])
        processes.wait()
except family.SignalError as error:
    print("signal", error)
except StopError as error:
    print(error)
"""


class Household:
    """A supervisor in a process of its own, and the FIFO that its family holds."""

    def __init__(self, folder, scripts, patience):
        self.gate, fifo = folder / "gate", folder / "fifo"
        os.mkfifo(self.gate)
        os.mkfifo(fifo)
        self.reader = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)
        scripts = [script.format(fifo=fifo, gate=self.gate, word="hello") for script in scripts]
        self.supervisor = subprocess.Popen(
            [sys.executable, "-c", DRIVER, folder / "log", str(patience), *scripts],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.wait_for("up", times=len(scripts))

    def read(self):
        """What the family writes next; nothing when all of it is gone."""
        ready, _, _ = select.select([self.reader], [], [], PATIENCE_SECONDS)
        assert ready, "the family is still alive"
        return os.read(self.reader, 1000)

    def wait_for(self, line, *, times=1):
        heard = ""
        while heard.count(f"{line}\n") < times:
            heard += self.read().decode()

    def wait_until_gone(self):
        while self.read():
            pass

    def said(self):
        return self.supervisor.communicate(timeout=PATIENCE_SECONDS)[0]

    def close(self):
        self.supervisor.kill()
        self.supervisor.communicate()
        os.close(self.reader)


@pytest.fixture
def household(tmp_path):
    households = []

    def start(*scripts, patience=PATIENCE_SECONDS):
        households.append(Household(tmp_path, scripts, patience))
        return households[-1]

    yield start
    for one in households:
        one.close()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_the_children_and_their_children(household, number):
    home = household(NEST, NEST)

    home.supervisor.send_signal(number)

    home.wait_until_gone()
    assert home.said() == f"signal {number.name}\n"


def test_a_child_that_ends_takes_all_others_with_it_and_is_named_with_its_last_words(household):
    home = household(NEST, BRIEF)

    home.gate.write_text("now\n")

    home.wait_until_gone()
    said = home.said()
    assert said.startswith("child1 ended with exit code 3, so everything was stopped.")
    assert "child1.log:\n\n    the disk is full" in said


def test_a_child_that_does_not_listen_is_killed(household):
    home = household(DEAF, patience=0.2)

    home.supervisor.terminate()

    home.wait_until_gone()


def test_a_second_interrupt_cuts_the_waiting_short(household):
    home = household(DEAF, patience=10 * PATIENCE_SECONDS)
    home.supervisor.send_signal(signal.SIGINT)
    home.wait_for("asked")

    home.supervisor.send_signal(signal.SIGINT)

    home.wait_until_gone()


if sys.platform == "linux":  # elsewhere a child is not told that its parent is gone

    def test_children_end_when_the_supervisor_is_killed(household):
        home = household("exec 9>{fifo}; echo up >&9; exec sleep 1000")

        home.supervisor.kill()

        home.wait_until_gone()
