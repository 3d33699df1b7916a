"""The lock files: requirements/<name>.txt says exactly what <name>.in asks for, with a hash for every file."""

import os
import re
import subprocess
from hashlib import sha256
from pathlib import Path

from tools import ROOT, StopError

# dev holds every package of the others (prod may add some), so it is resolved first and the others keep its versions.
NAMES = ("dev", "local", "base", "prod")
OLDEST_PYTHON = "3.11"
STAMP = re.compile(r"^# (\S+\.in) sha256:([0-9a-f]{64})$", re.MULTILINE)
PIN = re.compile(
    r"^([A-Za-z0-9][\w.-]*)==([^\s;]+)(?: ; ([^\\\n]+?))? \\\n((?: +--hash=sha256:[0-9a-f]{64}(?: \\)?\n)+)",
    re.MULTILINE,
)


def write(folder: Path, *, uv: list[str], upgrade: bool) -> None:
    """Resolve every .in file for all platforms; versions already locked stay where they may, unless `upgrade`."""
    for name in NAMES:
        lock = folder / f"{name}.txt"
        command = [*uv, "pip", "compile", "--no-config", "--quiet", "--universal", "--generate-hashes", "--no-header"]
        command += ["--no-emit-index-url", "--no-emit-find-links", "--python-version", OLDEST_PYTHON]
        command += ["--upgrade"] if upgrade else []
        command += [f"{name}.in", "--output-file", lock.name]
        if name != "dev":
            command += ["--constraints", "dev.txt"]
        if subprocess.run(command, cwd=folder, env=without_uv_settings()).returncode:
            raise StopError(f"requirements/{name}.in could not be resolved; the lines above say why.")
        stamps = "".join(f"# {path.name} sha256:{digest(path)}\n" for path in sources(folder / f"{name}.in"))
        lock.write_text(f"# Made by `make lock`; edit the .in files instead.\n{stamps}{lock.read_text()}")


def without_uv_settings() -> dict[str, str]:
    """The environment less what would make a lock depend on one machine."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("UV_", "PIP_"))}


def digest(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal."""
    return sha256(path.read_bytes()).hexdigest()


def sources(path: Path) -> list[Path]:
    """An .in file and those it includes."""
    included = re.findall(r"^-r (\S+)$", path.read_text(), re.MULTILINE)
    return [path, *(source for name in included for source in sources(path.parent / name))]


def problems(folder: Path = ROOT / "requirements") -> list[str]:
    """What is wrong with the locks, in words; asks no network."""
    pins = {name: read_pins(folder / f"{name}.txt") for name in NAMES}
    found = []
    for name in NAMES:
        found += [f"requirements/{name}.{problem}" for problem in problems_of(folder, name, pins[name])]
    for name in ("local", "base"):
        found += [f"requirements/{name}.txt locks {pin}, dev.txt does not" for pin in sorted(pins[name] - pins["dev"])]
    return found


def problems_of(folder: Path, name: str, pins: set[str]) -> list[str]:
    """What is wrong with one lock: each item begins with `in` or `txt`."""
    text = (folder / f"{name}.txt").read_text()
    wanted = {path.name: digest(path) for path in sources(folder / f"{name}.in")}
    found = []
    if dict(STAMP.findall(text)) != wanted:
        found.append("in changed since its lock was made: run `make lock`")
    if "://" in text or "--index" in text or "--find-links" in text:
        found.append("txt names a package index: run `make lock`")
    if len(pins) != len(re.findall(r"^[A-Za-z0-9]", text, re.MULTILINE)):
        found.append("txt has a line that is not a version with its hashes: run `make lock`")
    locked = {pin.partition("==")[0]: pin.partition("==")[2] for pin in pins}
    for source in sources(folder / f"{name}.in"):
        found += [f"txt {problem}" for problem in unsatisfied(source.read_text(), locked)]
    return found


def read_pins(path: Path) -> set[str]:
    """Each locked version as `name==version`, only where it stands with its hashes."""
    return {f"{canonical(name)}=={version}" for name, version, _marker, _hashes in PIN.findall(path.read_text())}


def canonical(name: str) -> str:
    """A package's name as indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def unsatisfied(asked: str, locked: dict[str, str]) -> list[str]:
    """The lines of an .in file that the locked versions do not meet."""
    from packaging.requirements import Requirement  # from dev.txt: the standard library cannot compare versions

    found = []
    for line in asked.splitlines():
        if not line or line.startswith(("#", "-r ")):
            continue
        requirement = Requirement(line)
        version = locked.get(canonical(requirement.name))
        if version is None:
            found.append(f"lacks {requirement.name}")
        elif not requirement.specifier.contains(version, prereleases=True):
            found.append(f"locks {requirement.name} {version}, but {requirement.specifier} is asked for")
    return found


def main() -> int:
    """Print what is wrong; the exit code is 1 when anything is."""
    found = problems()
    for problem in found:
        print(problem)
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main())
