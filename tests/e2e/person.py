"""Somebody at a browser: she finds what is on the page by its name, presses it, and reads what it says."""

import re
from typing import Self

from django.test import Client
from playwright.sync_api import Locator, Page, expect

from learners.models import Learner


class Person:
    """`scripts` says whether her browser runs them."""

    def __init__(self, page: Page, *, site: str, scripts: bool) -> None:
        self.page = page
        self.site = site
        self.scripts = scripts

    def in_another_tab(self) -> "Person":
        return Person(self.page.context.new_page(), site=self.site, scripts=self.scripts)

    def takes_cookies_of(self, client: Client) -> None:
        """Goes on as whoever this test client is: a short cut past the pages that are not the point of a test."""
        cookies = [{"name": name, "value": morsel.value, "url": self.site} for name, morsel in client.cookies.items()]
        self.page.context.add_cookies(cookies)  # type: ignore[arg-type]

    @property
    def main(self) -> Locator:
        return self.page.get_by_role("main")

    def opens(self, address: str) -> Self:
        self.page.goto(address)
        return self

    def control(self, name: str) -> Locator:
        """The button or link of the page's main part whose name begins with these words."""
        named = re.compile(rf"^{re.escape(name)}(?!\w)")
        return self.main.get_by_role("button", name=named).or_(self.main.get_by_role("link", name=named))

    def presses(self, name: str) -> Self:
        """Presses it as soon as the page takes presses."""
        control = self.control(name)
        control.wait_for()
        self.waits_for_rest()
        control.click()
        return self

    def presses_key(self, key: str) -> Self:
        self.waits_for_rest()
        self.page.keyboard.press(key)
        return self

    def waits_for_rest(self) -> None:
        """Until the page takes presses: not while one is under way, nor just after a swap."""
        if self.scripts:
            self.page.locator("html[data-at-rest]").wait_for(state="attached")

    def picks(self, option: str) -> Self:
        """A radio button or a checkbox; its label is what is pressed, as the input itself may be drawn by the page."""
        self.page.locator("label").filter(has_text=option).click()
        return self

    def letter_of(self, option: str) -> str:
        """The letter in the ring before this option."""
        return self.page.locator("label").filter(has_text=option).inner_text().split()[0]

    def writes(self, text: str) -> Self:
        """Types where the focus is."""
        self.page.keyboard.type(text)
        return self

    def types(self, label: str, text: str) -> Self:
        """Writes into a field, once the page has put the focus where it belongs."""
        self.waits_for_rest()
        self.page.get_by_label(label, exact=True).fill(text)
        return self

    def opens_more(self) -> Self:
        self.waits_for_rest()
        self.main.locator("summary", has_text="More").click()
        return self

    def is_asked(self, prompt: str) -> Self:
        """The question before her is this one, unanswered or answered."""
        expect(self.page.get_by_role("heading", name=prompt)).to_be_visible()
        return self

    def reads(self, *texts: str) -> Self:
        for text in texts:
            expect(self.main).to_contain_text(text)
        return self

    def does_not_read(self, *texts: str) -> Self:
        for text in texts:
            expect(self.main).not_to_contain_text(text)
        return self


def becomes_a_guest(person: Person) -> Learner:
    """Has her browser remembered, as by a first answer, without a card yet."""
    client = Client()
    client.get("/settings/")
    client.post("/settings/zone/", {"zone": "Europe/Berlin"})
    person.takes_cookies_of(client)
    return Learner.objects.get(user=None)
