"""Render a pack as one self-contained HTML page: no request leaves it, no script runs in it."""

from __future__ import annotations

import re
from functools import cache
from importlib import resources

from jinja2 import Environment, FunctionLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from speccomm.publishing.cells import SIGNS
from speccomm.publishing.model import Mark, Pack, Placement, Unit
from speccomm.publishing.receipts.documents import receipt_page_path
from speccomm.publishing.receipts.figures import HEADLINES
from speccomm.publishing.rendering.drawing import draw_charts
from speccomm.publishing.rendering.page_tables import page_table
from speccomm.publishing.rendering.paths import PAGE
from speccomm.publishing.sourcing import ALL
from speccomm.publishing.wording import say_time

TEMPLATE = "pack.html.jinja"
STYLE = "pack.css"
UNSAFE_IN_STYLE = re.compile(r"""["'\\<>{}\n\r]""")


def html_files(pack: Pack) -> dict[str, bytes]:
    """The page, by its path."""
    return {PAGE: render_page(pack).encode()}


def render_page(pack: Pack) -> str:
    """The page as text. The same pack gives the same bytes.

    Raises: jinja2.UndefinedError where the template and the model disagree (a bug).
    """
    drawn = draw_charts(pack.charts())
    template = _environment().get_template(TEMPLATE)
    tables = {table.id: page_table(table) for table in pack.tables()}
    return template.render(
        pack=pack,
        style=_style(pack),
        drawn=drawn,
        tables=tables,
        signs=SIGNS,
        headline_receipts=receipt_page_path(HEADLINES),
        all=ALL,
        built=say_time(pack.built_at),
        kind=lambda block: type(block).__name__,
    )


def _style(pack: Pack) -> Markup:
    """The style sheet with the running head and foot of printed pages."""
    style = _template_text(STYLE)
    footing = f"{pack.title}, {pack.organisation}, {pack.period}"
    for place, words in (("@handling@", pack.handling.short), ("@footing@", footing)):
        style = style.replace(place, UNSAFE_IN_STYLE.sub(" ", words))
    return Markup(style)  # noqa: S704 - our own style sheet; words put in it hold no quote or mark


def _template_text(name: str) -> str:
    return (resources.files("speccomm.publishing") / "templates" / name).read_text("utf-8")


@cache
def _environment() -> Environment:
    """The templates of pages, read and compiled once however many packs are drawn."""
    environment = Environment(
        loader=FunctionLoader(_template_text),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(Mark=Mark, Placement=Placement, Unit=Unit)
    return environment
