"""Ask axe what stands in the way of people who use a page by ear, by keyboard or enlarged.

axe-core comes from the npm registry by `package-lock.json` (`npm ci`, which `make` runs); it is
never part of a page that is handed out.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update",
)  # fmt: skip
ANSWER = re.compile(r'<script type="application/json" id="axe">(.*?)</script>', re.DOTALL)
# Runs in the page and leaves the answer in it as text. Asks every rule, best practice as well.
ASK = """
axe.run(document, {resultTypes: ['violations']}).then((found) => {
  const out = document.createElement('script');
  out.type = 'application/json'; out.id = 'axe';
  out.textContent = JSON.stringify({
    passed: found.passes.length,
    violations: found.violations.map((v) => ({rule: v.id, impact: v.impact, help: v.help,
      places: v.nodes.map((n) => n.target.join(' ') + ': ' + (n.failureSummary || ''))})),
  }).replaceAll('<', '\\\\u003c');
  document.body.appendChild(out);
});
"""
needs_chromium = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")
needs_axe = pytest.mark.skipif(
    CHROMIUM is None or not AXE.is_file(), reason="no Chromium or no axe-core on this machine"
)


@dataclass(frozen=True)
class AxeAnswer:
    """How many rules a page was found to keep, and a line for each place that breaks one."""

    passed: int
    violations: tuple[str, ...]


def ask_axe(html: str, folder: Path, *, width: int = 1280) -> AxeAnswer:
    """What axe finds on a page, given as text and opened from `folder` in a window of `width`.

    Whatever the page links to must lie in `folder`. Raises AssertionError where axe did not answer.
    """
    probed = folder / f"axe-{width}.html"
    scripts = f'<script src="{AXE.as_uri()}"></script><script>{ASK}</script>'
    head, body, tail = html.rpartition("</body>")
    assert body, "the page has no end of its body"
    probed.write_text(f"{head}{scripts}{body}{tail}", encoding="utf-8")
    found = ANSWER.search(_dom(probed, width=width))
    assert found is not None, "axe gave no answer"
    answer: dict[str, Any] = json.loads(found[1])
    lines = [
        f"{broken['rule']} ({broken['impact']}): {broken['help']} at {place}"
        for broken in answer["violations"]
        for place in broken["places"]
    ]
    return AxeAnswer(answer["passed"], tuple(lines))


def _dom(page: Path, *, width: int) -> str:
    assert CHROMIUM is not None
    return subprocess.run(
        [CHROMIUM, *FLAGS, f"--user-data-dir={page.parent / 'axe-profile'}",
         f"--window-size={width},900", "--virtual-time-budget=600000", "--dump-dom",
         page.as_uri()],
        capture_output=True, text=True, timeout=300, check=True,
    ).stdout  # fmt: skip
