"""The page that leads to the packs of a region's ICBs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources

from jinja2 import Environment, StrictUndefined

from speccomm.publishing.rendering.paths import PAGE, PDF, SLIDES, WORKBOOK

INDEX = "index.html"
TEMPLATE = "region_index.html.jinja"
FILES = {
    "html": ("Page", PAGE),
    "pdf": ("PDF", PDF),
    "xlsx": ("Workbook", WORKBOOK),
    "pptx": ("Slides", SLIDES),
    "csv": ("Tables", "tables/README.txt"),
}


@dataclass(frozen=True)
class IndexEntry:
    """One ICB's pack: its folder is named by the code. `kind` is who it is for."""

    icb_code: str
    icb_name: str
    period: str
    handling: str
    kind: str
    formats: list[str]


def region_index(region: str, entries: Sequence[IndexEntry]) -> str:
    """The page as text: one row for each pack, with a link to each format a reader may open."""
    source = resources.files("speccomm.publishing") / "templates" / TEMPLATE
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.from_string(source.read_text("utf-8")).render(
        region=region, entries=entries, files=FILES
    )
