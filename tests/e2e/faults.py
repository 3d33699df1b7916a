"""What would keep somebody from using a page: found by axe, and by measuring."""

from collections.abc import Sequence
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, ViewportSize

PHONE: ViewportSize = {"width": 390, "height": 844}
DESKTOP: ViewportSize = {"width": 1280, "height": 800}
# A window of 1280 × 800 at 400 %, which is also the narrowest phone.
ZOOMED: ViewportSize = {"width": 320, "height": 200}

# Links within a sentence are as high as its line; the rest is pressed with a thumb. A radio button or checkbox is as
# large as its label; what is only for screen readers has no size.
SMALL_TARGETS = """() => {
    const shown = (element) => element.checkVisibility({ visibilityProperty: true })
        && !element.closest("[inert]") && getComputedStyle(element).clipPath !== "inset(50%)";
    const within = (link) => link.matches("a") && getComputedStyle(link).display === "inline"
        && link.parentElement.textContent.trim().length > link.textContent.trim().length;
    return [...document.querySelectorAll("a[href], button, summary, input:not([type=hidden]), select, textarea")]
        .filter((element) => shown(element) && !within(element))
        .map((element) => [element, (element.closest("label") ?? element).getBoundingClientRect()])
        .filter(([, box]) => box.width < 43.99 || box.height < 43.99)
        .map(([element, box]) => {
            const name = element.getAttribute("aria-label") || element.textContent.trim() || element.name;
            return `${element.tagName.toLowerCase()} “${name}” is ${box.width.toFixed(0)} × ${box.height.toFixed(0)}`;
        });
}"""
TOO_WIDE = """() => document.documentElement.scrollWidth > document.documentElement.clientWidth
    ? [...document.querySelectorAll("body *")]
        .filter((element) => element.getBoundingClientRect().right > document.documentElement.clientWidth + 0.5)
        .map((element) => `${element.tagName.toLowerCase()}.${element.className} sticks out`).slice(0, 5)
    : []"""
COVERED = """() => {
    const heading = document.querySelector("main :is(h1, [role=heading])");
    if (!heading) return ["there is no heading"];
    heading.scrollIntoView();
    const box = heading.getBoundingClientRect();
    const top = document.elementFromPoint(box.left + box.width / 2, box.top + Math.min(box.height / 2, 12));
    return heading.contains(top) ? [] : [`the heading is covered by ${top?.className || top?.tagName}`];
}"""


def faults_of(page: Page) -> list[str]:
    """In words: on a phone in the light, at a desk in the dark, and enlarged. Empty for a page that is in order."""
    before = page.viewport_size
    found = []
    for window, look in ((PHONE, "light"), (DESKTOP, "dark")):
        page.set_viewport_size(window)
        page.emulate_media(color_scheme=look)  # type: ignore[arg-type]
        found += [f"{look}, {window['width']}: {fault}" for fault in violations(page) + page.evaluate(SMALL_TARGETS)]
    page.emulate_media(color_scheme="light")
    page.set_viewport_size(ZOOMED)
    found += [f"enlarged: {fault}" for fault in page.evaluate(TOO_WIDE) + page.evaluate(COVERED)]
    if before:
        page.set_viewport_size(before)
    return found


def violations(page: Page, *, only: Sequence[str] = ()) -> list[str]:
    """What axe finds, a line for each place; `only` by rules with one of these tags.

    Without its preload: of a style sheet that another one imports, as the admin's do, axe makes an inline copy. And
    without frames: a mail in one runs no script, not even axe's, and is looked at by itself.
    """
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(Axe().axe_script)
    options = {"resultTypes": ["violations"], "preload": False, "iframes": False}
    if only:
        options["runOnly"] = list(only)
    results: dict[str, Any] = page.evaluate("(options) => axe.run(options)", options)
    return [f"{rule['id']}: {node['html'][:150]}" for rule in results["violations"] for node in rule["nodes"]]
