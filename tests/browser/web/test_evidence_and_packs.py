"""A quality lead raises a service to enhanced; a board member reads a published pack on a phone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from playwright.sync_api import Browser, Page, expect

from speccomm_web.config.demonstration import PASSWORD
from tests.browser.web.conftest import Application, serving
from tests.browser.web.looking import WIDTHS, look, sign_in
from tests.web.midlands import midlands_in

PHONE = 320


@pytest.fixture(scope="module")
def stocked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Application]:
    folder = tmp_path_factory.mktemp("stocked")
    made = midlands_in(folder)
    with serving(folder, SPECCOMM_REFERENCE_DIR=str(made.reference)) as application:
        yield application


def person(browser: Browser, application: Application, name: str) -> Page:
    page = browser.new_context(locale="en-GB").new_page()
    page.set_default_timeout(120_000)
    email = f"{name}@demonstration.example"
    sign_in(page, application.address, email=email, password=PASSWORD)
    return page


def looks_right(page: Page) -> None:
    for width in WIDTHS:
        sight = look(page, width=width)
        assert sight.violations == (), f"{page.url} at {width}"
        assert sight.wider_than_window == 0, f"{page.url} at {width}"


def test_a_quality_lead_raises_a_service_and_sees_it_in_next_months_report(
    browser: Browser, stocked: Application
) -> None:
    page = person(browser, stocked, "quality")
    page.get_by_role("link", name="Evidence").first.click()
    looks_right(page)
    page.get_by_role("link", name="Surveillance", exact=True).click()
    page.get_by_label("Level").select_option("routine")
    page.get_by_role("button", name="Show").click()
    looks_right(page)
    concern = page.locator("#concerns tbody th a").first
    title = concern.inner_text()
    concern.click()
    looks_right(page)
    page.get_by_role("link", name="Say something new").click()
    looks_right(page)
    page.get_by_label("Routine, enhanced or intensive").select_option("enhanced")
    page.get_by_role("button", name="Keep this").click()
    expect(page.get_by_text("The entry is kept.")).to_be_visible()
    expect(page.get_by_text("Holds now")).to_be_visible()
    expect(page.get_by_text("Written by Quality lead of the region")).to_be_visible()

    today = date.today()
    following = (today.replace(day=1) + timedelta(days=32)).replace(day=1)
    page.goto(f"{stocked.address}/evidence/highlights")
    page.get_by_label("Month").select_option(f"{following:%Y-%m}")
    page.get_by_role("button", name="Show").click()
    reported = page.locator("#highlights tbody tr", has=page.get_by_text(title, exact=True))
    expect(reported.first).to_contain_text("enhanced")
    looks_right(page)
    page.get_by_role("link", name="Evidence").first.click()
    for words in ("Fragile services", "Priority plans", "Sites and networks",
                  "Import a spreadsheet"):  # fmt: skip
        page.get_by_role("link", name=words, exact=True).click()
        looks_right(page)
        page.get_by_role("link", name="Evidence").first.click()


def test_a_board_member_reads_a_published_pack_on_a_phone(
    browser: Browser, stocked: Application
) -> None:
    analyst = person(browser, stocked, "analyst")
    analyst.goto(f"{stocked.address}/packs/ask")
    looks_right(analyst)
    analyst.get_by_role("button", name="Build the pack").click()
    expect(analyst.get_by_role("alert")).to_contain_text("Choose an area")
    analyst.get_by_label("Area", exact=True).select_option("QWU")
    analyst.get_by_label("Publication, small numbers protected").check()
    for words in ("PDF", "Slides (PPTX)"):
        analyst.get_by_label(words).uncheck()
    analyst.get_by_role("button", name="Build the pack").click()
    looks_right(analyst)
    stocked.command("work", "--once")

    lead = person(browser, stocked, "quality")
    lead.goto(analyst.url)
    looks_right(lead)
    lead.get_by_role("button", name="Approve this edition").click()
    lead.get_by_role("button", name="Publish", exact=True).click()
    expect(lead.get_by_text("The pack is published.")).to_be_visible()

    member = person(browser, stocked, "board")
    member.set_viewport_size({"width": PHONE, "height": 640})
    member.get_by_role("link", name="Packs").first.click()
    looks_right(member)
    member.get_by_role("link", name="Coventry").click()
    assert "/packs/published/qwu-" in member.url
    looks_right(member)
    member.get_by_role("link", name="Read the pack").click()
    assert "For publication" in member.inner_text("body")
    sight = look(member, width=PHONE)
    assert sight.violations == ()
    assert sight.wider_than_window == 0
    member.locator("a.figure").first.click()
    assert "/receipts/" in member.url
    assert look(member, width=PHONE).violations == ()
