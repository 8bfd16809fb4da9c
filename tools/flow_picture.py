"""Draw docs/images/data_flow.svg: from a month's files to a pack. `python tools/flow_picture.py`."""

from __future__ import annotations

import sys
from html import escape
from pathlib import Path

TARGET = Path(__file__).resolve().parent.parent / "docs" / "images" / "data_flow.svg"
INK, QUIET, BLUE, PALE, WARM = "#212b32", "#4c6272", "#005eb8", "#e8edee", "#fff3d6"
WIDTH, HEIGHT = 1040, 400
TITLE = "From a month's submissions to an ICB's pack"
DESCRIPTION = (
    "Provider files pass through check, protect and assign into a dated store. Reference files and "
    "rulebooks feed them. Refused rows and findings go back to the provider. From the store come "
    "flows, contract positions and history, each leaving a run folder, and a pack for the board."
)

# name, second line, third line, x, y, fill, ink
BOXES = [
    ("Provider files", "ACM · PLCM · DrPLCM", "DePLCM · IAP", 20, 130, "#ffffff", INK),
    ("Check", "every row accepted", "or refused with reasons", 220, 130, BLUE, "#ffffff"),
    ("Protect", "pseudonym, area, age", "in place of a person", 420, 130, BLUE, "#ffffff"),
    ("Assign", "who pays, and why,", "by dated rules", 620, 130, BLUE, "#ffffff"),
    ("Store", "every load kept,", "readable as at any time", 850, 130, BLUE, "#ffffff"),
    ("Rulebooks", "checks, assignment,", "methods: dated data", 220, 20, PALE, INK),
    ("Reference", "organisations, services,", "places: dated", 620, 20, PALE, INK),
    ("Findings", "and refused rows,", "back to the provider", 220, 270, WARM, INK),
    ("Pack", "one page for the board,", "charts and tables", 420, 270, "#ffffff", INK),
    ("Flows · contract", "intra, imported, exported;", "plan against actual", 620, 270, "#ffffff", INK),
    ("History", "what changed between", "two submissions", 850, 270, "#ffffff", INK),
]  # fmt: skip
BOX_WIDTH, BOX_HEIGHT = 170, 80
ARROWS = [
    "M190 170 H214", "M390 170 H414", "M590 170 H614", "M790 170 H844",
    "M305 100 V124", "M390 60 H540 V116 H660 V124", "M705 100 V124",
    "M305 210 V264", "M920 210 V264", "M920 236 H705 V264", "M705 236 H505 V264",
]  # fmt: skip


def picture() -> str:
    """The drawing as SVG text."""
    boxes = "\n".join(_box(*box) for box in BOXES)
    arrows = "\n".join(
        f'<path d="{path}" fill="none" stroke="{QUIET}" stroke-width="2" marker-end="url(#head)"/>'
        for path in ARROWS
    )
    return f"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img"
  aria-labelledby="t d" font-family="Arial, Helvetica, sans-serif">
<title id="t">{escape(TITLE)}</title>
<desc id="d">{escape(DESCRIPTION)}</desc>
<defs><marker id="head" markerWidth="8" markerHeight="8" refX="6" refY="4" orient="auto">
<path d="M0 0 L8 4 L0 8 z" fill="{QUIET}"/></marker></defs>
<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>
{arrows}
{boxes}
<text x="20" y="384" font-size="13" fill="{QUIET}">Every answer can leave a run folder: its tables,
findings, and a manifest of the files, rules and versions it was made from.</text>
</svg>
"""


def _box(name: str, first: str, second: str, x: int, y: int, fill: str, ink: str) -> str:
    middle = x + BOX_WIDTH // 2
    lines = [(name, 17, "bold", 28), (first, 12, "normal", 49), (second, 12, "normal", 66)]
    texts = "".join(
        f'<text x="{middle}" y="{y + down}" font-size="{size}" font-weight="{weight}" '
        f'text-anchor="middle" fill="{ink}">{escape(text)}</text>'
        for text, size, weight, down in lines
    )
    return (
        f'<rect x="{x}" y="{y}" width="{BOX_WIDTH}" height="{BOX_HEIGHT}" rx="4" fill="{fill}" '
        f'stroke="{BLUE}" stroke-width="1.5"/>{texts}'
    )


if __name__ == "__main__":
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    TARGET.write_text(picture(), encoding="utf-8")
    sys.exit(0)
