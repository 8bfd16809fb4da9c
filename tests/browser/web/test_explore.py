"""An analyst finds why an ICB's renal imports rose, and shares the view with a colleague."""

from __future__ import annotations

from playwright.sync_api import Browser, Page, expect

from speccomm_web.config.demonstration import PASSWORD
from tests.browser.web.conftest import Everything
from tests.browser.web.looking import WIDTHS, look, sign_in


def person(page: Page, application: Everything, name: str) -> Page:
    page.set_default_timeout(120_000)
    email = f"{name}@demonstration.example"
    sign_in(page, application.address, email=email, password=PASSWORD)
    return page


def looks_right(page: Page) -> None:
    for width in WIDTHS:
        sight = look(page, width=width)
        assert sight.violations == (), f"{page.url} at {width}"
        assert sight.wider_than_window == 0, f"{page.url} at {width}"


def test_an_analyst_finds_why_imports_rose_and_shares_the_view(
    page: Page, browser: Browser, everything: Everything
) -> None:
    person(page, everything, "icb-analyst")
    page.get_by_role("link", name="Explore").first.click()
    page.get_by_role("searchbox").fill("renal")
    page.get_by_role("button", name="Find").click()
    looks_right(page)
    page.get_by_role("link", name="Renal services", exact=True).click()
    looks_right(page)

    page.get_by_role("link", name="What changed").click()
    page.get_by_label("Which flow", exact=True).select_option(label="B. Imported")
    page.get_by_text("More filters", exact=True).click()
    page.get_by_label("Clinical reference group", exact=True).select_option("A06")
    page.get_by_label("Split by", exact=True).select_option(label="Provider")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_text("B. Imported: Coventry and Warwickshire ICB, Renal")).to_be_visible()
    looks_right(page)
    page.locator("#changes").get_by_role("link", name="RKB", exact=True).click()
    expect(page.locator("#changes-caption")).to_contain_text("Change by patients' ICB")
    now = page.locator(".nhsuk-summary-list__row").nth(1).get_by_role("link")
    figure = now.inner_text()

    shared = page.get_by_role("link", name="Address of this view").get_attribute("href")
    address = page.evaluate("href => new URL(href, document.baseURI).href", shared)
    now.click()
    expect(page.get_by_text("Counted again from the store for this page: the same")).to_be_visible()
    expect(page.get_by_text(f"B. Imported: {figure} units of activity")).to_be_visible()
    looks_right(page)

    colleague = browser.new_context(locale="en-GB").new_page()
    person(colleague, everything, "board")
    colleague.goto(address)
    seen = colleague.locator(".nhsuk-summary-list__row").nth(1).get_by_role("link").inner_text()
    assert seen == figure
    colleague.context.close()

    stranger = browser.new_context(locale="en-GB").new_page()
    person(stranger, everything, "submitter")
    stranger.goto(address)
    expect(stranger.get_by_role("heading", name="Page not found")).to_be_visible()
    stranger.context.close()


def test_every_page_and_a_question_that_cannot_be_asked(page: Page, everything: Everything) -> None:
    person(page, everything, "analyst")
    for address in (
        "/explore/contract?place=QWU",
        "/explore/contract/receipt?place=QWU&year=2023-24&month=9&figure=mix_gbp&provider=RKB",
        "/explore/map?place=Y60",
        "/explore/flows?place=QWU&from=2023-12&to=2023-04",
        "/explore/?words=nothing+has+this+name",
        "/explore/rows?place=QWU",
        "/explore/rows?place=QWU&dataset=plcm&provider=RKB&month=2023-05",
    ):
        page.goto(everything.address + address)
        looks_right(page)
    page.locator("#rows tbody").get_by_role("link").first.click()
    expect(page.get_by_role("heading", name="The walk")).to_be_visible()
    looks_right(page)
