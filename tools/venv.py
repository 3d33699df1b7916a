"""The virtual environment in .venv: made once, filled from a lock file, left alone while the lock stands."""

import importlib.util
import json
import shutil
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

from tools import ROOT, StopError, say

FOLDER = ROOT / ".venv"
STAMP = FOLDER / "installed.json"
# dev.txt holds all of local.txt in the same versions, so that what installs one has installed the other.
HOLDS = {"local": ("local",), "dev": ("dev", "local")}


def ensure(lock: str) -> Path:
    """Return the environment's Python once requirements/<lock>.txt is installed; a second call takes milliseconds."""
    python = FOLDER / "bin" / "python"
    wanted = digest(lock)
    installed = read_stamp()
    if not works(python):
        make()
        installed = {}
    if installed.get(lock) != wanted:
        say(f"Installing requirements/{lock}.txt into .venv (a minute or two the first time) …")
        STAMP.unlink(missing_ok=True)
        install(python, lock)
        STAMP.write_text(json.dumps({name: digest(name) for name in HOLDS[lock]}))
    return python


def digest(lock: str) -> str:
    """The SHA-256 of a lock file, in hexadecimal."""
    return sha256((ROOT / "requirements" / f"{lock}.txt").read_bytes()).hexdigest()


def read_stamp() -> dict[str, str]:
    """The digest of each lock that the environment was last filled from."""
    try:
        return dict(json.loads(STAMP.read_text()))
    except (OSError, ValueError):
        return {}


def works(python: Path) -> bool:
    """Whether this Python starts and is new enough."""
    try:
        return subprocess.run([python, "-c", "import sys; sys.exit(sys.version_info < (3, 11))"]).returncode == 0
    except OSError:
        return False


def make() -> None:
    """Make an empty environment with this Python's venv module, or with uv where Debian left ensurepip out."""
    say("Making the virtual environment .venv …")
    if importlib.util.find_spec("ensurepip"):
        command = [sys.executable, "-m", "venv", "--clear", str(FOLDER)]
    elif uv := shutil.which("uv"):
        shutil.rmtree(FOLDER, ignore_errors=True)
        command = [uv, "venv", "--quiet", "--python", sys.executable, str(FOLDER)]
    else:
        raise StopError(
            "This Python cannot make virtual environments: its ensurepip module is missing.\n"
            f"Install it (Debian and Ubuntu: apt install python{sys.version_info[0]}.{sys.version_info[1]}-venv), "
            "or install uv, and try again."
        )
    if subprocess.run(command).returncode:
        raise StopError("The virtual environment could not be made; the lines above say why.")


def install(python: Path, lock: str) -> None:
    """Install a lock: every file must have the hash that the lock names."""
    requirements = ["--require-hashes", "--quiet", "--no-deps", "-r", str(ROOT / "requirements" / f"{lock}.txt")]
    if has_pip(python):
        command = [str(python), "-m", "pip", "install", "--no-input", "--disable-pip-version-check", *requirements]
    elif uv := shutil.which("uv"):
        command = [uv, "pip", "install", "--python", str(python), *requirements]
    else:
        raise StopError("The environment in .venv has no pip: run `make clean`, then try again.")
    if subprocess.run(command).returncode:
        raise StopError(
            f"Installing requirements/{lock}.txt failed; the lines above say why.\n"
            "A first start needs the network. Try again: what is already there is kept."
        )


def has_pip(python: Path) -> bool:
    """Whether this environment can install by itself."""
    return subprocess.run([python, "-c", "import pip"], stderr=subprocess.DEVNULL).returncode == 0
