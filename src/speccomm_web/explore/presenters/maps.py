"""A map of ICBs shaded by one flow, with its table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import ceil
from typing import Any

from django.template.loader import render_to_string
from django.utils.safestring import mark_safe

from speccomm_web.design.charts import Figure
from speccomm_web.design.tables import DataTable
from speccomm_web.explore.boundaries import Outlines
from speccomm_web.explore.presenters.flows import units
from speccomm_web.explore.sight import short_name

# From light to dark; dark words stand out on each, and every area carries its figure.
SHADES = ("#ffffff", "#d6e6f4", "#abd0e6", "#82bbdb", "#5aa2cf")
Row = Mapping[str, Any]


def map_figure(
    outlines: Outlines, rows: Sequence[Row], *, measure: str, words: str, table: DataTable
) -> Figure:
    """Each ICB in a shade for its share of the greatest, with its code and figure on it."""
    sizes = {row["icb_code"]: row[measure] for row in rows}
    names = {row["icb_code"]: short_name(row["icb_name"] or "") for row in rows}
    greatest = max((sizes.get(o.icb_code, 0) for o in outlines.outlines), default=0) or 1
    steps = len(SHADES) - 1
    areas = [
        {
            "path": outline.path,
            "x": f"{outline.x:.1f}",
            "y": f"{outline.y:.1f}",
            "code": outline.icb_code,
            "name": names.get(outline.icb_code, ""),
            "figure": units(sizes.get(outline.icb_code, 0)),
            "shade": SHADES[ceil(sizes.get(outline.icb_code, 0) * steps / greatest)],
        }
        for outline in outlines.outlines
    ]
    legend = [
        {"shade": shade, "words": "none" if not n else f"up to {units(int(greatest * n / steps))}"}
        for n, shade in enumerate(SHADES)
    ]
    drawn = render_to_string(
        "explore/map.svg",
        {
            "areas": areas,
            "legend": legend,
            "width": int(outlines.width) + 4,
            "height": int(outlines.height) + 4,
            "described": f"Map of {len(areas)} ICBs by {words}; the table holds the same figures.",
        },
    )
    svg = mark_safe(drawn)  # noqa: S308 - a rendered template
    return Figure("map", f"{words}, by where patients live", svg, table)
