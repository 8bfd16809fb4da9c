"""A pack opened in Chromium from a disk, as the person it is sent to opens it."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from speccomm.foundation.periods import FinancialMonth
from speccomm.jobs.pack import PackRequest, build_pack
from tests.unit.jobs.pack_store import acm, fill, plcm

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine"),
]

# Runs in the page and leaves what it saw as text in it. One question for each rule below.
PROBE = """
const page = document.documentElement.cloneNode(true);
page.querySelectorAll('script').forEach(e => e.remove());
const all = (s) => [...document.querySelectorAll(s)];
const name = (e) => e.getAttribute('aria-label') || e.getAttribute('aria-labelledby')
  || e.getAttribute('alt') || e.querySelector('title')?.textContent;
const headings = all('h1,h2,h3,h4,h5,h6').map(e => +e.tagName[1]);
const luminance = (c) => c.map(v => v / 255)
  .map(v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
  .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
const colour = (text) => (text.match(/[\\d.]+/g) || []).map(Number);
const behind = (e) => {
  for (; e; e = e.parentElement) {
    const c = colour(getComputedStyle(e).backgroundColor);
    if (c.length === 3 || c[3] > 0) return c.slice(0, 3);
  }
  return [255, 255, 255];
};
const faint = all('body *').filter(e => !e.closest('svg')
    && [...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim())
    && e.offsetParent !== null)
  .filter(e => {
    const style = getComputedStyle(e);
    const [a, b] = [luminance(colour(style.color).slice(0, 3)), luminance(behind(e))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    const large = parseFloat(style.fontSize) >= 24
      || (parseFloat(style.fontSize) >= 18.66 && +style.fontWeight >= 700);
    return ratio < (large ? 3 : 4.5);
  });
const seen = {
  title: document.title,
  language: document.documentElement.lang,
  h1: all('h1').map(e => e.textContent.trim()),
  skipped_headings: headings.filter((h, i) => i > 0 && h > headings[i - 1] + 1).length,
  unnamed_pictures: all('svg[role=img], img').filter(e => !name(e)).length,
  pictures: all('svg[role=img], img').length,
  tables: all('table').length,
  tables_without_caption: all('table').filter(e => !e.caption && !name(e)).length,
  headers_without_scope: all('th').filter(e => !e.scope && !e.id).length,
  dead_links: all('a[href^="#"]').filter(e => e.hash.length > 1
    && !document.getElementById(decodeURIComponent(e.hash.slice(1)))).map(e => e.hash),
  outside: [...all('[src], link[href], object[data], use[href], image[href]')
      .map(e => e.getAttribute('src') || e.getAttribute('href') || e.getAttribute('data')),
    ...(page.outerHTML.match(/url\\(["']?[^)]*|@import[^;]*/g) || [])
      .map(text => text.replace(/^url\\(["']?/, ''))]
    .filter(place => !place.startsWith('data:') && !place.startsWith('#')),
  repeated_ids: all('[id]').map(e => e.id).filter((id, i, ids) => ids.indexOf(id) !== i),
  wider_than_window: document.documentElement.scrollWidth - window.innerWidth,
  faint: faint.map(e => e.tagName + '.' + e.className + ': ' + e.textContent.trim().slice(0, 40)),
};
const out = document.createElement('script');
out.type = 'application/json'; out.id = 'probe'; out.textContent = JSON.stringify(seen);
document.body.appendChild(out);
"""


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Given the pack of an ICB whose patients are treated at home and elsewhere."""
    folder = tmp_path_factory.mktemp("pack")
    activity = [
        plcm(provider, month, patient, "NCBPS11B", "A06", str(10 + month))
        for provider in ("RKB", "RRK")
        for month in (8, 9)
        for patient in ("B2M3M", "15E", None)
    ]
    contract = [
        acm(provider, month, "B2M3M", "NCBPS11B", "100", "130")
        for provider in ("RKB", "RRK")
        for month in (8, 9)
    ]
    store = fill(
        folder / "store",
        [("plcm", "RKB_PLCM.csv", activity, 2), ("acm", "RKB_ACM.csv", contract, 0)],
    )
    answer = build_pack(
        PackRequest(
            store=store,
            icb="QWU",
            from_month=FinancialMonth.parse_calendar("2023-11"),
            to_month=FinancialMonth.parse_calendar("2023-12"),
            out=folder / "out",
            now=datetime(2024, 2, 1, tzinfo=UTC),
        )
    )
    return answer.page


def opened(page: Path, *, width: int) -> dict[str, Any]:
    """When it is opened in a window of `width`, what is seen there."""
    assert CHROMIUM is not None
    probed = page.with_name("probed.html")
    text = page.read_text(encoding="utf-8")
    probed.write_text(text.replace("</body>", f"<script>{PROBE}</script></body>"), encoding="utf-8")
    shown = subprocess.run(
        [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run",
         "--disable-background-networking", "--disable-component-update", "--disable-sync",
         f"--user-data-dir={page.parent / 'profile'}", f"--window-size={width},900",
         "--dump-dom", probed.as_uri()],
        capture_output=True, text=True, timeout=120, check=True,
    ).stdout  # fmt: skip
    found = re.search(
        r'<script type="application/json" id="probe">(.*?)</script>', shown, re.DOTALL
    )
    assert found is not None
    seen: dict[str, Any] = json.loads(found[1])
    return seen


@pytest.fixture(scope="module")
def seen(pack: Path) -> dict[str, Any]:
    return opened(pack, width=1280)


def test_then_it_says_what_it_is(seen: dict[str, Any]) -> None:
    assert "Coventry and Warwickshire" in seen["h1"][0]
    assert len(seen["h1"]) == 1
    assert "Coventry and Warwickshire" in seen["title"]
    assert seen["language"] == "en-GB"


def test_then_nothing_is_fetched(seen: dict[str, Any]) -> None:
    assert seen["outside"] == []


def test_then_a_reader_who_cannot_see_it_finds_their_way(seen: dict[str, Any]) -> None:
    assert seen["skipped_headings"] == 0
    assert seen["pictures"] > 0
    assert seen["unnamed_pictures"] == 0
    assert seen["tables"] > 5
    assert seen["tables_without_caption"] == 0
    assert seen["headers_without_scope"] == 0


def test_then_links_lead_somewhere(seen: dict[str, Any]) -> None:
    assert seen["dead_links"] == []
    assert seen["repeated_ids"] == []


def test_then_all_text_stands_out_from_its_background(seen: dict[str, Any]) -> None:
    assert seen["faint"] == []


@pytest.mark.parametrize("width", [1280, 500])
def test_then_the_page_fits_its_window(pack: Path, width: int) -> None:
    assert opened(pack, width=width)["wider_than_window"] <= 0
