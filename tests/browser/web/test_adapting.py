"""Pages as people adapt them: less motion, colours of their own, twice the size, the keyboard alone."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Browser, Page

from tests.browser.web.conftest import Everything
from tests.browser.web.looking import keep_few_alike, wider_than_window
from tests.browser.web.visits import PERIOD, Named, Visit, visit

DESK, TWICE_THE_SIZE = 1280, 640  # CSS pixels of one window, at its own size and at 200%


def kinds(named: Named) -> list[Visit]:
    """A page of each kind: cards, figures and charts, a grid of states, tables, a list, a form."""
    return [
        visit("analyst", "home"),
        visit("analyst", "explore:flows", PERIOD),
        visit("analyst", "explore:contract", "place=QWU"),
        visit("analyst", "evidence:overview", "words=renal"),
        visit("analyst", "submissions:load", load_id=named["load"]),
        visit("analyst", "packs:list"),
        visit("analyst", "packs:ask"),
        visit("administrator", "submissions:mailbox"),
    ]


def opened(browser: Browser, everything: Everything, **window: Any) -> Any:
    """Each kind of page in turn, in one window that is set up in some way."""
    with everything.visited_by(browser, "", **window) as context:
        page = context.new_page()
        for kind in kinds(everything.named):
            everything.sign_in(context, kind.who)
            page.goto(everything.address + kind.address)
            yield kind.name, page


MOVING = """[...document.querySelectorAll("*")].flatMap((element) =>
  [null, "::before", "::after"].filter((part) => {
    const style = getComputedStyle(element, part);
    const lasts = (words) => words.split(",").some((each) => parseFloat(each) > 0);
    return lasts(style.transitionDuration) || style.scrollBehavior === "smooth"
      || (style.animationName !== "none" && lasts(style.animationDuration));
  }).map((part) => `${element.tagName}.${element.className}${part || ""}`))"""


def test_nothing_moves_for_who_asks_for_less_motion(
    browser: Browser, everything: Everything
) -> None:
    for name, page in opened(browser, everything, reduced_motion="reduce"):
        assert page.evaluate(MOVING) == [], name


# What the keyboard reaches, in the order of the page: of a group of radios only one is a stop.
STOPS = """(() => {
  const all = [...document.querySelectorAll(
    "a[href], button, input, select, textarea, summary, [tabindex]")];
  const chosen = (radio) => {
    const group = all.filter((other) => other.type === "radio" && other.name === radio.name);
    return (group.find((other) => other.checked) || group[0]) === radio;
  };
  return all.filter((each) => each.tabIndex >= 0 && !each.disabled && each.type !== "hidden"
    && each.checkVisibility({ visibilityProperty: true })
    && (each.type !== "radio" || chosen(each)));
})()"""
# Where focus goes, and whether it can be seen there: a ring is drawn on the thing itself, or on the
# label that stands for a box or a radio.
FOLLOW = f"""(() => {{
  const drawn = (each) => {{
    const label = ["checkbox", "radio"].includes(each.type) && each.labels[0];
    const parts = [[each, null], ...(label ? [[label, "::before"]] : [])];
    return parts.map(([element, part]) => {{
      const style = getComputedStyle(element, part);
      const ring = style.outlineStyle === "none" ? "" : style.outlineWidth + style.outlineColor;
      return ring + "/" + style.boxShadow;
    }}).join();
  }};
  const stops = {STOPS};
  const before = stops.map(drawn);
  window.reached = [];
  document.addEventListener("focusin", (event) => {{
    const number = stops.indexOf(event.target);
    const label = ["checkbox", "radio"].includes(event.target.type) && event.target.labels[0];
    const box = (label || event.target).getClientRects()[0];
    const above = box && document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
    window.reached.push({{
      number, words: event.target.outerHTML.slice(0, 160),
      ring: number < 0 || drawn(event.target) !== before[number],
      covered: !above || !(above.contains(event.target) || event.target.contains(above)
        || (label && label.contains(above))),
    }});
  }});
  return stops.length;
}})()"""


def tabbed(page: Page, *, back: bool = False) -> None:
    """Press Tab through a whole page: each stop is reached in order, and is seen to be focused.

    Nothing covers it: the head of a table stays in sight while its rows go by beneath.
    """
    count: int = page.evaluate(FOLLOW)
    for _ in range(count):
        page.keyboard.press("Shift+Tab" if back else "Tab")
    reached = page.evaluate("window.reached")
    order = list(range(count))
    assert [stop["number"] for stop in reached] == (order[::-1] if back else order), page.url
    assert [stop["words"] for stop in reached if not stop["ring"]] == [], page.url
    assert [stop["words"] for stop in reached if stop["covered"]] == [], page.url


def test_the_keyboard_reaches_everything_in_order(browser: Browser, everything: Everything) -> None:
    for name, page in opened(browser, everything, reduced_motion="reduce"):
        if name in {"evidence:overview", "submissions:mailbox"}:
            tabbed(page, back=True)
            page.reload()
        keep_few_alike(page)
        tabbed(page)


PAPER = """[...document.querySelectorAll(".app-figure__picture")].map(
  (picture) => getComputedStyle(picture).backgroundColor)"""
STATES = """[...new Map([...document.querySelectorAll("#overview .app-state")].map((state) =>
  [[...state.classList].find((name) => name.startsWith("app-state--")), state.innerText.trim()]))]"""
UNREADABLE = """[...document.querySelectorAll(".app-state")].filter((state) => {
  const style = getComputedStyle(state);
  return style.color === style.backgroundColor || style.borderStyle === "none";
}).length"""


def test_colours_of_ones_own_keep_focus_states_and_drawings(
    browser: Browser, everything: Everything
) -> None:
    window = {"forced_colors": "active", "color_scheme": "dark", "reduced_motion": "reduce"}
    for name, page in opened(browser, everything, **window):
        assert page.evaluate("matchMedia('(forced-colors: active)').matches")
        assert page.evaluate(UNREADABLE) == 0, name
        assert set(page.evaluate(PAPER)) <= {"rgb(255, 255, 255)"}, name
        if name == "evidence:overview":
            assert dict(page.evaluate(STATES)) == {
                "app-state--tick": "Yes", "app-state--cross": "No",
                "app-state--dashed": "Not looked at",
            }  # fmt: skip
        keep_few_alike(page)
        tabbed(page)


SEEN = """[...document.querySelectorAll("h1, h2, h3, table, svg, a, button, input, select, summary")]
  .filter((each) => each.checkVisibility() && !each.closest(".nhsuk-breadcrumb")).length"""


def test_at_twice_the_size_nothing_is_lost(browser: Browser, everything: Everything) -> None:
    size = {"width": DESK, "height": 900}
    for name, page in opened(browser, everything, viewport=size, device_scale_factor=2):
        seen = page.evaluate(SEEN)
        page.set_viewport_size({"width": TWICE_THE_SIZE, "height": 450})
        assert page.evaluate(SEEN) == seen, name
        assert wider_than_window(page) == 0, name
        ways_up = page.locator(".nhsuk-breadcrumb a:visible").count()
        assert ways_up == page.locator(".nhsuk-breadcrumb").count(), name
