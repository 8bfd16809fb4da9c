"""Every address of the application, opened by somebody who may: nothing stands in anyone's way.

A page is asked by axe, is never wider than its window, has one heading of the first level and a
title, complains of nothing and fetches nothing from elsewhere. What is no page answers whole.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from allauth.mfa.totp.internal.auth import (
    format_hotp_value,
    hotp_value,
    yield_hotp_counters_from_time,
)
from playwright.sync_api import Browser, ConsoleMessage, Page, expect

from speccomm_web.config.demonstration import PASSWORD
from tests.browser.web.conftest import Application, Everything
from tests.browser.web.looking import WIDTHS, keep_few_alike, look, sign_in, wider_than_window
from tests.browser.web.seeding.__main__ import SECRET
from tests.browser.web.visits import (
    NOBODY,
    ON_THE_WAY_IN,
    Visit,
    absent_from_interface,
    files,
    pages,
)
from tests.web.addresses import POSTED, patterns

PEOPLE = (NOBODY, "administrator", "analyst", "board", "contracts", "factor", "passwordless",
          "quality", "submitter")  # fmt: skip
LED_ON = {"account_reset_password_from_key"}  # a link to set a password hides itself
FLAG = re.compile(r"(?<!\S)--[a-z]+")  # how a command line speaks
PROBLEM = "application/problem+json"
BIG = 3 * 1024 * 1024  # characters: more than any form without files may send


def test_every_address_is_visited(everything: Everything) -> None:
    visited = {visit.name for visit in [*pages(everything.named), *files(everything.named)]}
    assert visited | POSTED | ON_THE_WAY_IN == {name for name, _ in patterns()}
    assert {visit.who for visit in pages(everything.named)} == set(PEOPLE)


@pytest.fixture(scope="module")
def window(everything: Everything, browser: Browser) -> Iterator[Page]:
    """One window for everybody, so that style and scripts are fetched once."""
    with everything.visited_by(browser, NOBODY) as context:
        yield context.new_page()


@pytest.mark.parametrize("who", PEOPLE, ids=lambda who: who or "nobody")
def test_pages(who: str, everything: Everything, window: Page) -> None:
    everything.sign_in(window.context, who)
    visitor = Visitor(window, everything.address)
    visits = [visit for visit in pages(everything.named) if visit.who == who]
    found = [f"{visit.address}: {fault}" for visit in visits for fault in visitor.finds(visit)]
    visitor.leave()
    assert not found, "\n".join(["", *found])


class Visitor:
    """A window, and what it asked for and complained of since it was last sent somewhere."""

    def __init__(self, page: Page, address: str) -> None:
        self.page, self.address = page, address
        self.complaints: list[str] = []
        self.asked: list[str] = []
        self._listens: dict[Any, Any] = {
            "console": self._said,
            "pageerror": lambda error: self.complaints.append(str(error)),
            "request": lambda request: self.asked.append(request.url),
        }
        for event, listener in self._listens.items():
            page.on(event, listener)

    def _said(self, said: ConsoleMessage) -> None:
        if said.type == "error":
            self.complaints.append(said.text)

    def leave(self) -> None:
        """Listen no more."""
        for event, listener in self._listens.items():
            self.page.remove_listener(event, listener)

    def finds(self, visit: Visit) -> Iterator[str]:
        """What is wrong with one page, in a line each."""
        self.complaints.clear()
        self.asked.clear()
        answer = self.page.goto(self.address + visit.address)
        assert answer is not None
        if answer.status != visit.status:
            yield f"has status {answer.status}"
        here = urlsplit(self.page.url).path
        if here != urlsplit(visit.address).path and visit.name not in LED_ON:
            yield f"leads to {here}"
        yield from seen_wrong(self.page)
        # Chromium itself complains of a page that is not there.
        own = f"status of {visit.status}" if visit.status >= 400 else None
        yield from (f"complains: {said}" for said in self.complaints if not own or own not in said)
        beyond = (url for url in self.asked if not url.startswith((self.address, "data:")))
        yield from (f"asks {url}" for url in beyond)


def seen_wrong(page: Page) -> Iterator[str]:
    """What is wrong with the page that is open: axe is asked once, where there is least room."""
    narrowest, *wider = WIDTHS
    for width in reversed(wider):
        page.set_viewport_size({"width": width, "height": 900})
        yield from too_wide(wider_than_window(page), width)
    headings, title, language, words = page.evaluate(PARTS)
    if headings != 1 or not title or not language:
        yield f"has {headings} first headings, the title {title!r} and the language {language!r}"
    yield from (f"speaks of {flag}" for flag in FLAG.findall(words))
    page.set_viewport_size({"width": narrowest, "height": 900})
    yield from too_wide(wider_than_window(page), narrowest)
    keep_few_alike(page)
    yield from look(page, width=narrowest).violations


PARTS = """[document.querySelectorAll("h1").length, document.title, document.documentElement.lang,
            document.body.innerText]"""


def too_wide(pixels: int, width: int) -> Iterator[str]:
    if pixels > 0:
        yield f"is {pixels} pixels too wide at {width}"


def test_what_is_no_page(everything: Everything, browser: Browser) -> None:
    token = {"Authorization": "Bearer counts"}
    for visit in files(everything.named):
        with everything.visited_by(browser, visit.who) as context:
            headers = token if visit.name == "metrics" else {}
            answer = context.request.get(everything.address + visit.address, headers=headers)
            assert answer.status == visit.status, visit
            assert "html" not in answer.headers["content-type"], visit
            assert answer.body(), visit


def test_what_is_absent_is_told_to_a_program_as_a_problem(
    everything: Everything, browser: Browser
) -> None:
    with everything.visited_by(browser, "analyst") as context:
        for visit in absent_from_interface():
            answer = context.request.get(everything.address + visit.address)
            assert (answer.status, answer.headers["content-type"]) == (404, PROBLEM), visit
            assert answer.json()["status"] == 404


def test_signing_in_that_fails_and_the_code_on_the_way_in(
    everything: Everything, page: Page
) -> None:
    def sent(label: str, words: str, button: str) -> None:
        page.get_by_label(label, exact=True).fill(words)
        page.get_by_role("button", name=button, exact=True).click()

    page.goto(f"{everything.address}/account/sign-in")
    page.get_by_label("Email address").fill("factor@demonstration.example")
    sent("Password", "not the password", "Sign in")
    expect(page.get_by_role("alert")).to_be_visible()
    assert list(seen_wrong(page)) == []
    page.get_by_label("Email address").fill("factor@demonstration.example")
    sent("Password", PASSWORD, "Sign in")
    page.wait_for_url("**/account/second-factor/code")
    assert list(seen_wrong(page)) == []
    code = page.get_by_role("textbox").first
    for said in ("000000", code_now()):
        code.fill(said)
        code.press("Enter")
        if said == "000000":
            expect(page.get_by_role("alert")).to_be_visible()
            assert list(seen_wrong(page)) == []
    page.wait_for_url(f"{everything.address}/")


def code_now() -> str:
    counter = next(yield_hotp_counters_from_time())
    return str(format_hotp_value(hotp_value(SECRET, counter)))


def test_a_form_that_is_too_large(everything: Everything, browser: Browser) -> None:
    with everything.visited_by(browser, "analyst") as context:
        page = context.new_page()
        page.goto(
            f"{everything.address}/packs/{everything.named['built']}/sections/headlines/comment"
        )
        page.evaluate(f"document.querySelector('textarea').value = 'x'.repeat({BIG})")
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("That is too large to send")
        assert list(seen_wrong(page)) == []


def test_pages_of_a_store_that_holds_nothing(application: Application, page: Page) -> None:
    sign_in(page, application.address, email="analyst@demonstration.example", password=PASSWORD)
    visitor = Visitor(page, application.address)
    found = [
        f"{address}: {fault}"
        for address, status in (
            ("/explore/", 200), ("/explore/flows?place=QWU", 404), ("/evidence/", 200),
            ("/evidence/sites", 200), ("/packs/ask", 200), ("/runs/", 200),
            ("/submissions/loads", 200), ("/submissions/calendar", 200),
        )
        for fault in visitor.finds(Visit("analyst", "", address, status))
    ]  # fmt: skip
    assert not found, "\n".join(["", *found])
