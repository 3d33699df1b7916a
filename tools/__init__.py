"""What `make` runs: standard library only, so that a bare Python can start it."""

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


class StopError(Exception):
    """The work cannot go on; the message tells the person at the terminal what to do."""


def say(line: str = "") -> None:
    """Print a line at once, also when the output is a pipe."""
    print(line, flush=True)
