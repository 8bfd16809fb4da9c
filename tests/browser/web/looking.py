"""Open a page of the running application in Chromium, ask axe about it, and take its picture."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page

from tests.browser.accessibility import AXE, CHROMIUM

ARGUMENTS = (
    "--no-sandbox", "--disable-gpu", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--no-first-run",
)  # fmt: skip
WIDTHS = (320, 768, 1280)


def launch(playwright: Any) -> Browser:
    """Debian's Chromium, which fetches nothing of its own."""
    browser: Browser = playwright.chromium.launch(
        executable_path=CHROMIUM, args=list(ARGUMENTS), headless=True
    )
    return browser


@dataclass(frozen=True)
class Sight:
    """What a person would trip over on a page at one width."""

    violations: tuple[str, ...]
    wider_than_window: int


def look(page: Page, *, width: int, picture: Path | None = None) -> Sight:
    """Ask axe every rule at one width; the picture is written where one is wanted."""
    page.set_viewport_size({"width": width, "height": 900})
    if not page.evaluate("'axe' in window"):
        page.evaluate(axe())
    found = page.evaluate(
        "axe.run(document, {resultTypes: ['violations']}).then((found) => found.violations)"
    )
    if picture is not None:
        page.screenshot(path=str(picture), full_page=True)
    return Sight(
        violations=tuple(
            f"{violation['id']}: {node['target']} {node['failureSummary']}"
            for violation in found
            for node in violation["nodes"]
        ),
        wider_than_window=wider_than_window(page),
    )


def wider_than_window(page: Page) -> int:
    """How many pixels of a page lie beyond its window's width."""
    wider: int = page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    return wider


def keep_few_alike(page: Page) -> None:
    """Of many rows or choices that are made alike keep the first few, which tell enough."""
    page.evaluate(
        """for (const like of document.querySelectorAll(
             "tbody tr:nth-child(n+6), option:nth-child(n+4)")) like.remove()"""
    )


@cache
def axe() -> str:
    """The script that asks a page whether everyone can use it."""
    return AXE.read_text(encoding="utf-8")


def sign_in(page: Page, address: str, *, email: str, password: str) -> None:
    """Sign in as a person would."""
    page.goto(f"{address}/account/sign-in")
    page.get_by_label("Email address").fill(email)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(f"{address}/")
