"""A submitter fixes a file, and a contract manager settles a challenge, in Chromium."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from speccomm_web.config.demonstration import PASSWORD
from tests.browser.web.conftest import Application, serving
from tests.browser.web.looking import WIDTHS, look, sign_in
from tests.made_up.provider_files import Desk, activities, made, text_of

PICTURES = Path("/tmp/speccomm-pictures")
CALENDAR = (
    "financial_year,financial_month,flex_submission_date,flex_inclusion_date,"
    "freeze_submission_date,freeze_inclusion_date,source\n"
    "2023-24,9,2024-01-18,2024-01-22,2024-02-15,2024-02-19,made up for the tests\n"
)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Application]:
    """Given a store that holds a month of a provider."""
    folder = tmp_path_factory.mktemp("submissions")
    desk = Desk(folder, calendar=CALENDAR)
    # Loaded afterwards: the demonstration's own runs ask for months that are not here.
    with serving(folder, SPECCOMM_ENGINE_MEMORY_MIB="256") as application:
        desk.load(desk.file("earlier_RKB.csv", "plcm", activities(12)))
        yield application


def person(browser: Browser, application: Application, who: str) -> Page:
    """A window of its own in which one of the demonstration's people has signed in."""
    page = browser.new_context(locale="en-GB").new_page()
    page.set_default_timeout(60_000)
    email = f"{who}@demonstration.example"
    sign_in(page, application.address, email=email, password=PASSWORD)
    return page


def seen(page: Page, name: str) -> None:
    """Then nothing stands in anyone's way at any width."""
    PICTURES.mkdir(exist_ok=True)
    for width in WIDTHS:
        sight = look(page, width=width, picture=PICTURES / f"{name}-{width}.png")
        assert sight.violations == (), name
        assert sight.wider_than_window <= 0, (name, width)


def send(page: Page, application: Application, file: Path, *, load: bool) -> None:
    """When files are chosen, sent, and the worker has had them."""
    page.goto(f"{application.address}/submissions/send")
    page.get_by_label("Files", exact=True).set_input_files(str(file))
    page.get_by_label("Load: send it" if load else "Check only").check()
    page.get_by_role("button", name="Send the files").click()
    page.wait_for_url(re.compile(r"/submissions/\d+$"))
    seen(page, "waiting")
    address = page.url
    page.goto("about:blank")  # the page would come anew by itself, in the middle of being asked for
    application.command("work", "--once")
    page.goto(address)


def test_a_submitter_fixes_a_file(browser: Browser, served: Application, tmp_path: Path) -> None:
    page = person(browser, served, "submitter")
    page.goto(f"{served.address}/submissions/send")
    page.get_by_role("button", name="Send the files").click()
    assert page.get_by_role("alert").get_by_text("Choose at least one file.").is_visible()
    seen(page, "send-wrong")
    file = tmp_path / "RKB_PLCM_M09.csv"
    wrong = made("plcm", pod_code="NO-SUCH", cds_unique_identifier="C-wrong")
    file.write_text(text_of("plcm", [*activities(13), wrong]))
    send(page, served, file, load=False)
    assert page.get_by_text("Correct the rows and check again").is_visible()
    seen(page, "checked")
    page.get_by_role("link", name="CHK-", exact=False).first.click()
    assert page.get_by_text("RKB_PLCM_M09.csv").first.is_visible()
    seen(page, "findings")
    file.write_text(text_of("plcm", activities(14)))
    send(page, served, file, load=True)
    assert page.get_by_text("Rows refused").locator("xpath=..").get_by_text("0").is_visible()
    seen(page, "loaded")
    for name in ("", "loads", "calendar", "challenges"):
        page.goto(f"{served.address}/submissions/{name}")
        seen(page, f"list-{name or 'submissions'}")


def test_a_contract_manager_settles_a_challenge(browser: Browser, served: Application) -> None:
    manager = person(browser, served, "contracts")
    address = f"{served.address}/submissions/slices/plcm/RKB/2023-24/9"
    manager.goto(address)
    seen(manager, "versions")
    manager.goto(f"{address}/rows")
    manager.get_by_label("Row 2 of").check()
    manager.get_by_label("Row 3 of").check()
    seen(manager, "rows")
    manager.get_by_role("button", name="Challenge the chosen rows").click()
    manager.get_by_label("Duplicate").check()
    manager.get_by_label("Explain it to the provider").fill("These two were sent twice.")
    seen(manager, "raise")
    manager.get_by_role("button", name="Raise the challenge").click()
    manager.wait_for_url(re.compile(r"/challenges/\d+$"))
    challenge = manager.url
    submitter = person(browser, served, "submitter")
    submitter.goto(challenge)
    assert submitter.get_by_text("The 2 rows").first.is_visible()
    submitter.get_by_label("Partly upheld").check()
    submitter.get_by_label("Money the provider gives up").fill("108.33")
    submitter.get_by_role("button", name="Put it forward").click()
    manager.goto(challenge)
    seen(manager, "challenge")
    manager.get_by_role("button", name="Agree to the proposed outcome").click()
    assert manager.get_by_text("Settled").first.is_visible()
    seen(manager, "settled")
    manager.goto(f"{served.address}/submissions/challenges")
    assert manager.get_by_text("£108.33").first.is_visible()
    seen(manager, "log")
