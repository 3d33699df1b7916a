"""Real workers, beats, a broker and a mail server as processes of their own, which may be killed and started again.

The database is the one that this process is connected to.
"""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection

from config.celery import app
from tests.integration.sink import Delivery, journal_of
from tools import valkey
from tools.family import Child, Family
from tools.ports import answers, free_port

PYTHON = Path(sys.executable)
PATIENCE_SECONDS = 60.0
POLL_SECONDS = 0.1
CELERY: list[str | Path] = [PYTHON, "-m", "celery", "--app"]


@dataclass
class Crew:
    """Processes by name. `logs` of each start are in the family's folder."""

    family: Family
    folder: Path
    broker_options: tuple[str, ...] = ()
    posts: dict[str, Child] = field(default_factory=dict)
    commands: dict[str, list[str | Path]] = field(default_factory=dict)
    started: list[Child] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.mail_port, self.redis_port = free_port(), free_port()
        self.journal = self.folder / "journal"

    @property
    def redis_url(self) -> str:
        return f"redis://127.0.0.1:{self.redis_port}/0"

    @property
    def deliveries(self) -> list[Delivery]:
        return journal_of(self.journal)

    def environment(self) -> Mapping[str, str]:
        """That of every process: the app's own settings, but for its services."""
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(self.folder),
            "READBACK_VAR": str(self.folder),
            "SECRET_KEY": settings.SECRET_KEY,
            "DATABASE_URL": database_url(),
            "REDIS_URL": self.redis_url,
            "EMAIL_URL": f"smtp://127.0.0.1:{self.mail_port}",
        }

    def start_sink(self) -> None:
        self.start("sink", [PYTHON, "-m", "tests.integration.sink", str(self.mail_port), self.journal])
        wait_until(lambda: answers(self.mail_port), what="the sink to listen")

    def start_redis(self) -> None:
        own = ["--bind", "127.0.0.1", "--port", str(self.redis_port), "--dir", str(self.folder), "--save", ""]
        self.start("redis", [valkey.server(PYTHON), *own, *self.broker_options])
        wait_until(lambda: valkey.ask(self.redis_port, "PING") == "PONG", what="Valkey to answer")

    def start_worker(self, name: str, *, concurrency: int = 2) -> None:
        own = ["--concurrency", str(concurrency), "--hostname", f"celery@{name}"]
        self.start(name, [*CELERY, "config.celery", "worker", "--loglevel", "INFO", *own])

    def start_beat(self, name: str, *, app: str = "config.celery") -> None:
        own: list[str | Path] = ["--schedule", self.folder / f"{name}-schedule", "--pidfile", ""]
        self.start(name, [*CELERY, app, "beat", "--loglevel", "INFO", *own])

    def start(self, name: str, command: list[str | Path]) -> None:
        self.commands[name] = command
        # Nobody here asks politely: all of them must bear being killed.
        self.posts[name] = self.family.start(
            f"{name}-{len(self.started)}", command, env=self.environment(), stop_with=signal.SIGKILL
        )
        self.started.append(self.posts[name])

    def start_again(self) -> list[str]:
        """What a supervisor does: start whatever has ended. Returns the names."""
        ended = [name for name, child in self.posts.items() if child.process.poll() is not None]
        for name in ended:
            self.start(name, self.commands[name])
        return ended

    def end(self) -> None:
        """End everything, also what a killed process left behind."""
        while self.started:
            self.family.end(self.started.pop())

    def pid(self, name: str) -> int:
        return self.posts[name].process.pid

    def kill_one(self, chance: random.Random) -> str:
        """SIGKILL to a worker, a pool child or a beat, each kind as likely; returns the kind, if one was hit."""
        kind = chance.choice(["worker", "child", "beat"])
        heads = [self.pid(name) for name in self.posts if name.startswith("beat" if kind == "beat" else "worker")]
        pids = [pid for head in heads for pid in children_of(head)] if kind == "child" else heads
        try:
            pid = chance.choice(pids)
            os.kill(pid, signal.SIGKILL)
        except (IndexError, ProcessLookupError):  # a worker that has just begun has no children yet
            return ""
        if pid in heads:
            next(child for child in self.posts.values() if child.process.pid == pid).process.wait()
        return kind

    def publish(self, task: str, **arguments: Any) -> None:
        """Send a task through the crew's own broker."""
        with app.connection_for_write(self.redis_url) as broker:
            app.send_task(task, kwargs=arguments, connection=broker)


def wait_until(ready: Callable[[], bool], *, what: str, seconds: float = PATIENCE_SECONDS) -> None:
    """Ask until it is so. Raises TimeoutError."""
    deadline = time.monotonic() + seconds
    while not ready():
        if time.monotonic() > deadline:
            raise TimeoutError(f"Waited {seconds:.0f} seconds for {what}.")
        time.sleep(POLL_SECONDS)


def children_of(pid: int) -> list[int]:
    """The processes whose parent is this one."""
    listed = subprocess.run(["ps", "-A", "-o", "pid=,ppid="], capture_output=True, text=True, check=True).stdout
    return [int(child) for child, parent in map(str.split, listed.splitlines()) if int(parent) == pid]


def database_url() -> str:
    """This process's database, as an address for others."""
    own = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{own['NAME']}"
    return f"postgres://{own['USER']}:{own['PASSWORD']}@{own['HOST']}:{own['PORT']}/{own['NAME']}"
