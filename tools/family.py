"""Child processes that live and die together: when one ends, or a signal comes, all of them end."""

import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty, SimpleQueue

from tools import ROOT, StopError

ENDING_SIGNALS: tuple[signal.Signals, ...] = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
PATIENCE_SECONDS = 10.0
POLL_SECONDS = 0.1
LOG_LINES_SHOWN = 20
PR_SET_PDEATHSIG = 1


class SignalError(Exception):
    """A signal asked everything to end."""


@dataclass(eq=False)
class Child:
    """One process, the head of a process group of its own."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path
    stop_with: signal.Signals


@dataclass
class Family:
    """Starts children and waits for them. Use it as a context manager: leaving it ends every child."""

    logs: Path
    children: list[Child] = field(default_factory=list)
    events: SimpleQueue[Child | int] = field(default_factory=SimpleQueue)

    def __enter__(self) -> "Family":
        self.logs.mkdir(mode=0o700, parents=True, exist_ok=True)
        for number in ENDING_SIGNALS:
            # `nohup` ignores SIGHUP on purpose, and is obeyed.
            if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:
                signal.signal(number, lambda received, _frame: self.events.put(received))
        return self

    def __exit__(self, *_exception: object) -> None:
        while self.children:
            self.end(self.children[-1])

    def start(
        self,
        name: str,
        command: Sequence[str | Path],
        *,
        env: Mapping[str, str] | None = None,
        cwd: Path = ROOT,
        user: str | None = None,
        stop_with: signal.Signals = signal.SIGTERM,
        shown: bool = False,
    ) -> Child:
        """Start a process; what it prints goes to <logs>/<name>.log, or to the terminal when `shown`.

        `stop_with` is the signal that ends it politely.
        """
        log = self.logs / f"{name}.log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                command,
                env=env,
                cwd=cwd,
                user=user,
                stdin=subprocess.DEVNULL,
                stdout=None if shown else output,
                stderr=None if shown else subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=follow_parent(stop_with),
            )
        child = Child(name, process, log, stop_with)
        self.children.append(child)
        threading.Thread(target=self.watch, args=[child], daemon=True).start()
        return child

    def watch(self, child: Child) -> None:
        """Tell of a child's end; runs in a thread of its own."""
        child.process.wait()
        self.events.put(child)

    def finish(self, step: Child) -> int:
        """Wait for a child that is meant to end, while all others live on; return its exit code."""
        event = self.events.get()
        if event is not step:
            raise meaning(event)
        self.children.remove(step)
        return step.process.returncode

    def run(self, name: str, command: Sequence[str | Path], *, env: Mapping[str, str]) -> str:
        """Run a step that must succeed; return what it printed."""
        step = self.start(name, command, env=env)
        if self.finish(step):
            raise meaning(step)
        return step.log.read_text(errors="replace")

    def until(self, ready: Callable[[], bool], *, seconds: float, what: str) -> None:
        """Wait until `ready()`, as long as every child lives and no signal comes."""
        deadline = time.monotonic() + seconds
        while not ready():
            try:
                raise meaning(self.events.get(timeout=POLL_SECONDS))
            except Empty:
                if time.monotonic() > deadline:
                    raise StopError(f"{what} did not answer within {seconds:.0f} seconds; see {self.logs}.") from None

    def wait(self) -> None:
        """Wait for a child's end or a signal, whichever comes first, and raise it."""
        raise meaning(self.events.get())

    def end(self, child: Child) -> None:
        """End one child: politely first, so that it can end its own children, then whatever is left of its group."""
        if child.process.poll() is None:
            child.process.send_signal(child.stop_with)
            self.give_time(child)
        with suppress(ProcessLookupError, PermissionError):  # an empty group; macOS says so with PermissionError
            os.killpg(child.process.pid, signal.SIGKILL)
        child.process.wait()
        self.children.remove(child)

    def give_time(self, child: Child) -> None:
        """Wait for a child that was asked to end; a second Ctrl-C cuts this short."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while child.process.poll() is None:
            try:
                event = self.events.get(timeout=max(0, deadline - time.monotonic()))
            except Empty:
                return
            if event == signal.SIGINT:
                return


def meaning(event: Child | int) -> Exception:
    """What a child's end or a signal means, as an exception."""
    if isinstance(event, int):
        return SignalError(signal.Signals(event).name)
    code = event.process.returncode
    how = f"was ended by {signal.Signals(-code).name}" if code < 0 else f"ended with exit code {code}"
    return StopError(
        f"{event.name} {how}, so everything was stopped. The last lines of {event.log}:\n\n{tail(event.log)}"
    )


def tail(log: Path, count: int = LOG_LINES_SHOWN) -> str:
    """The last lines of a log, indented."""
    lines = log.read_text(errors="replace").splitlines()[-count:]
    return "\n".join(f"    {line}" for line in lines) or "    (it printed nothing)"


def follow_parent(number: signal.Signals) -> Callable[[], None] | None:
    """On Linux, make a child receive a signal when this process is gone, even by SIGKILL (`prctl(2)`)."""
    if sys.platform != "linux":
        return None
    libc = ctypes.CDLL(None)
    parent = os.getpid()

    def follow() -> None:
        libc.prctl(PR_SET_PDEATHSIG, number)
        if os.getppid() != parent:
            os.kill(os.getpid(), number)

    return follow
