"""The browser of the tests: the Chromium that is there, else one that is installed."""

import os
import shutil
import subprocess
from pathlib import Path

from tools import StopError, say

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MAC_CHROME = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"
PLAYWRIGHTS_OWN = (
    "from playwright.sync_api import sync_playwright\n"
    "with sync_playwright() as playwright: print(playwright.chromium.executable_path)"
)


def find(python: Path) -> str:
    """The path of a Chromium that starts; installs one when there is none."""
    named = os.environ.get("CHROMIUM")
    if named:
        if not starts(named):
            raise StopError(f"CHROMIUM is {named}, which does not start: name a Chromium or Chrome, or leave it unset.")
        return named
    return installed() or from_debian() or from_playwright(python)


def installed() -> str | None:
    """A browser on the PATH, or in macOS's usual place."""
    paths = [path for name in NAMES if (path := shutil.which(name))]
    return next((path for path in [*paths, MAC_CHROME] if starts(path)), None)


def starts(path: str) -> bool:
    """Whether this is a browser; Ubuntu's `chromium-browser` is often a note that there is none."""
    try:
        return subprocess.run([path, "--version"], capture_output=True, timeout=60).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def from_debian() -> str | None:
    """Install Debian's Chromium where we may: as root, and on Debian itself, for Ubuntu has it only as a snap."""
    if os.geteuid() != 0 or not is_debian() or not shutil.which("apt-get"):
        return None
    say("Installing Chromium for the browser tests (apt-get install chromium) …")
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["apt-get", "update", "-qq"], ["apt-get", "install", "-qq", "-y", "chromium"]):
        done = subprocess.run(command, env=env, capture_output=True, text=True)
        if done.returncode:
            say(f"{' '.join(command)} failed: {done.stderr.strip()[-500:]}")
            return None
    return installed()


def is_debian() -> bool:
    """Whether this system calls itself Debian."""
    try:
        return "ID=debian" in Path("/etc/os-release").read_text().splitlines()
    except OSError:
        return False


def from_playwright(python: Path) -> str:
    """Download the Chromium that Playwright publishes."""
    say("Installing Chromium for the browser tests (playwright install chromium) …")
    done = subprocess.run([python, "-m", "playwright", "install", "chromium"])
    asked = subprocess.run([python, "-c", PLAYWRIGHTS_OWN], capture_output=True, text=True)
    path = asked.stdout.strip()
    if done.returncode == 0 and starts(path):
        return path
    raise StopError(
        "The browser tests need Chromium, and it could not be installed.\n"
        "Install Chromium or Google Chrome, or name one, as in: CHROMIUM=/path/to/chrome make test\n"
        "Libraries that it lacks are installed by: .venv/bin/python -m playwright install-deps chromium\n"
        "E2E=0 make test leaves the browser tests out, and says so."
    )
