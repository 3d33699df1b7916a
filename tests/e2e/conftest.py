"""A real browser on a running site, a clock, and somebody who reads the page.

Every page of every test is listened to: a violation of the content security policy or an error on the console fails
the test in which it happened.
"""

import datetime as dt
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from playwright.sync_api import Browser, BrowserContext, expect

from tests.e2e.complaints import Complaints
from tests.e2e.faults import faults_of
from tests.e2e.person import Person
from tests.factories import AT

AT_REST = (Path(__file__).parent / "at_rest.js").read_text()
PATIENCE_MS = 10_000
DESK = {"width": 1000, "height": 800}
LAUNCH = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@pytest.fixture(scope="session", autouse=True)
def orm_beside_playwright() -> Iterator[None]:
    """Playwright keeps an event loop in the test's thread, beside which Django refuses the ORM unless told to."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        yield


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    named = os.environ.get("CHROMIUM")
    binary = named or shutil.which("chromium") or shutil.which("google-chrome")
    if not binary or not Path(binary).exists():
        pytest.exit(
            f"CHROMIUM is {named}, which is not there: name a Chromium or Chrome, or leave it unset."
            if named
            else "The browser tests need Chromium: run `make test`, which finds or installs it, or set CHROMIUM.",
            returncode=1,
        )
    return {**browser_type_launch_args, "executable_path": binary, "args": list(LAUNCH)}


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    """The server's clock: it starts at `factories.AT`, runs, and can be moved on by `shift`."""
    with time_machine.travel(AT, tick=True) as traveller:
        yield traveller


@pytest.fixture
def complaints() -> Complaints:
    return Complaints()


@pytest.fixture
def somebody(
    browser: Browser, live_server: Any, clock: time_machine.Traveller, complaints: Complaints
) -> Iterator[Callable[..., Person]]:
    """Makes somebody at a browser of her own, with the wishes that Playwright's `new_context` takes."""
    cache.clear()
    expect.set_options(timeout=PATIENCE_MS)
    opened: list[BrowserContext] = []

    def make(**wishes: Any) -> Person:
        usual = {"base_url": live_server.url, "timezone_id": "Europe/Berlin", "locale": "en-GB", "viewport": DESK}
        context = browser.new_context(**{**usual, **wishes})
        opened.append(context)
        context.set_default_timeout(PATIENCE_MS)
        context.add_init_script(AT_REST)
        context.on("console", complaints.hears)
        context.on("weberror", lambda error: complaints.append(f"uncaught: {error.error}"))
        return Person(context.new_page(), site=live_server.url, scripts=wishes.get("java_script_enabled", True))

    yield make
    for context in opened:
        context.close()
    assert complaints.unexpected == []


@pytest.fixture
def person(somebody: Callable[..., Person]) -> Person:
    """Somebody at a browser that runs scripts."""
    return somebody()


@pytest.fixture(params=[True, False], ids=["with JavaScript", "without JavaScript"])
def anyone(request: pytest.FixtureRequest, somebody: Callable[..., Person]) -> Person:
    """Somebody at a browser, once with scripts and once without."""
    return somebody(java_script_enabled=request.param)


@pytest.fixture
def next_day(clock: time_machine.Traveller) -> Callable[[], None]:
    return lambda: clock.shift(dt.timedelta(days=1))


@pytest.fixture
def reader(somebody: Callable[..., Person]) -> Person:
    """Somebody whose colours change at once, so that none is measured on its way."""
    return somebody(reduced_motion="reduce")


@pytest.fixture
def looks_well(reader: Person, subtests: pytest.Subtests) -> Callable[[str], None]:
    """Looks at the page as it stands; each look is a test of its own."""

    def look(name: str) -> None:
        reader.waits_for_rest()
        with subtests.test(name):
            assert faults_of(reader.page) == []

    return look
