"""`make run`: Readback on a laptop, with all that it needs, until Ctrl-C."""

import fcntl
import http.client
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tools import ROOT, StopError, say, valkey, venv
from tools.family import Family, SignalError
from tools.ports import choose_port

START_SECONDS = 60


def run() -> int:
    """Install, prepare and start everything; return when it was stopped."""
    python = venv.ensure("local")
    var = state_folder()
    with only_one(var):
        port = choose_port(os.environ.get("PORT"))
        try:
            with Family(var / "log") as family:
                serve(family, python, var, port)
        except SignalError:
            say("\nReadback has stopped. What you did is kept.")
    return 0


def state_folder() -> Path:
    """The folder for all that Readback remembers, closed to other users of the machine."""
    var = Path(os.environ.get("READBACK_VAR") or ROOT / "var").resolve()
    var.mkdir(mode=0o700, parents=True, exist_ok=True)
    var.chmod(0o700)
    return var


@contextmanager
def only_one(var: Path) -> Iterator[None]:
    """Keep a second start out of this folder: two would share one database, and stop each other's Valkey."""
    with (var / "run.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise StopError(
                f"Readback already runs with the data in {var}. Stop it first (Ctrl-C in its window)."
            ) from error
        yield


def serve(family: Family, python: Path, var: Path, port: int) -> None:
    """Prepare the database, start the processes, print the address, and wait for the end."""
    env = {**os.environ, "READBACK_VAR": str(var), "SECRET_KEY": secret_key(var), "PYTHONUNBUFFERED": "1"}
    env.setdefault("SITE_URL", f"http://localhost:{port}")
    if not env.get("REDIS_URL"):
        env["REDIS_URL"] = valkey.start(family, var / "valkey", python)
    logins = prepare(family, python, env)
    for name, command in processes(var, port).items():
        family.start(name, [python, "-m", *command], env=env)
    family.until(lambda: is_healthy(port), seconds=START_SECONDS, what="The web server")
    say(f"\nReadback is running:  http://localhost:{port}\n")
    say(logins)
    say(f"Mail is shown at http://localhost:{port}/dev/mail/")
    say(f"\nLogs are in {var / 'log'}. Ctrl-C stops everything.")
    family.wait()


def secret_key(var: Path) -> str:
    """The key that signs cookies: the environment's, else one that is made once and kept."""
    if from_environment := os.environ.get("SECRET_KEY"):
        return from_environment
    path = var / "secret-key"
    if not path.exists():
        with os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(50))
    return path.read_text()


def prepare(family: Family, python: Path, env: dict[str, str]) -> str:
    """Bring the database up to date and load the catalog; return how to sign in to the demo."""
    say("Preparing the database and the catalog …")
    for command in ("migrate", "createcachetable", "load_catalog"):
        family.run(command, [python, "manage.py", command], env=env)
    return family.run("demo", [python, "manage.py", "demo"], env=env).rstrip()


def processes(var: Path, port: int) -> dict[str, list[str]]:
    """The Python modules to run, by the name that their log has."""
    web = ["granian", "config.wsgi:application", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port)]
    web += ["--workers", str(os.cpu_count() or 1), "--runtime-threads", "1", "--blocking-threads", "1", "--no-ws"]
    celery = ["celery", "--app", "config.celery"]
    return {
        "web": web,
        "worker": [*celery, "worker", "--concurrency", "1", "--loglevel", "INFO"],
        "beat": [*celery, "beat", "--loglevel", "INFO", "--schedule", str(var / "beat-schedule"), "--pidfile", ""],
    }


def is_healthy(port: int) -> bool:
    """Whether the web server says that it is well."""
    connection = http.client.HTTPConnection("localhost", port, timeout=5)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
