"""What people do on pages of the foundation: with the keyboard, enlarged, and without scripts."""

from __future__ import annotations

from playwright.sync_api import Browser, Page, expect

from speccomm_web.config.demonstration import PASSWORD
from tests.browser.web.conftest import Application
from tests.browser.web.looking import look, sign_in


def test_forms_with_errors(administrator: Page, application: Application) -> None:
    administrator.goto(f"{application.address}/people/add")
    administrator.get_by_role("button", name="Add the person").click()
    summary = administrator.get_by_role("alert")
    assert "Enter an email address" in summary.inner_text()
    assert look(administrator, width=320).violations == ()
    summary.get_by_role("link", name="Enter an email address").click()
    focused = administrator.evaluate("document.activeElement.name")
    assert focused == "email"


def test_a_role_is_given_and_ended_with_the_keyboard_alone(
    administrator: Page, application: Application
) -> None:
    page = administrator
    page.goto(f"{application.address}/people/1")
    page.get_by_label("Role", exact=True).focus()
    page.keyboard.type("Board")
    page.get_by_label("Organisation", exact=True).focus()
    page.keyboard.type("Every")
    page.get_by_role("button", name="Give the role").focus()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_contain_text("The role was given")
    button = page.get_by_role("button", name="End today: Board member in every organisation")
    button.focus()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_contain_text("The role was ended")


def test_the_first_stop_of_the_keyboard_skips_to_the_content(
    page: Page, application: Application
) -> None:
    page.goto(f"{application.address}/account/sign-in")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent").strip() == "Skip to main content"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "maincontent"


def test_a_wide_table_is_scrolled_with_the_keyboard(page: Page, application: Application) -> None:
    page.set_viewport_size({"width": 320, "height": 900})
    page.goto(f"{application.address}/design/")
    region = page.get_by_role("region", name="Activity and price of four service lines, 2025-26")
    region.first.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function("document.querySelector('.app-table__scroll').scrollLeft > 0")


def test_without_scripts_a_person_signs_in_and_reads(
    browser: Browser, application: Application
) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    sign_in(page, application.address, email="analyst@demonstration.example", password=PASSWORD)
    page.get_by_role("link", name="Runs").first.click()
    assert "No run is registered" in page.inner_text("main")
    context.close()


def test_at_twice_the_text_size_nothing_is_lost(page: Page, application: Application) -> None:
    page.set_viewport_size({"width": 640, "height": 900})
    page.goto(f"{application.address}/design/")
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    wider = page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    assert wider == 0
