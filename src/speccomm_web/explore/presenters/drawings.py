"""Drawings: months as lines, effects as a bridge, flows from homes to providers, a map by ICB."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.template.loader import render_to_string
from django.utils.safestring import mark_safe

from speccomm.publishing.charts import Step, bridge, month_lines
from speccomm_web.design import charts
from speccomm_web.design.charts import Figure
from speccomm_web.design.tables import DataTable
from speccomm_web.explore.words import month_words

Row = Mapping[str, Any]
SHORT_MONTH = 3
NODES = 7  # of each side of the diagram; the rest stand together
HEIGHT, WIDTH, BAND = 420, 1180, 16
# Beside the bands stand 48 letters of a name, also in the wider letters of a machine without Arial.
LEFT, RIGHT = 390, 774
GAP = 8
LEAST = 15  # a node's height on the diagram never falls below a line of its words
INSIDE, OUTSIDE = "#003087", "#ae2573"


def trend(table: DataTable, rows: Sequence[Row], measures: Mapping[str, str]) -> Figure:
    """The months as lines, a shape and a colour for each of A, B and C."""
    months = [f"{month_words(row['month'])[:SHORT_MONTH]} {row['month'][2:4]}" for row in rows]
    drawn = [name for name in ("intra", "imported", "exported") if name in measures]
    series = [(measures[name], [Decimal(row[name]) for row in rows]) for name in drawn]
    described = f"Lines over {len(months)} months for {', '.join(measures[n] for n in drawn)}."
    return charts.figure(
        name="trend-chart",
        caption="Trend by month",
        describes=described,
        specification=month_lines(months, series).vega_lite,
        table=table,
    )


def steps(
    name: str, caption: str, describes: str, parts: Sequence[Step], table: DataTable
) -> Figure:
    """Changes one after the other, from where things stood to where they stand."""
    drawn = bridge(parts)
    return charts.figure(
        name=name,
        caption=caption,
        describes=describes,
        specification=drawn.vega_lite,
        table=table,
    )


@dataclass(frozen=True)
class Node:
    """One end of the diagram: a home on the left or a provider on the right."""

    words: str
    amount: str
    y: float
    height: float
    colour: str

    @property
    def middle(self) -> float:
        return self.y + self.height / 2


@dataclass(frozen=True)
class Band:
    """One flow between two ends, as the path of its outline."""

    path: str
    colour: str
    words: str


@dataclass(frozen=True)
class Ends:
    """The two names of one flow, whether each lies inside the place, and its size."""

    home: str
    provider: str
    home_inside: bool
    provider_inside: bool
    size: Decimal


def diagram(flows: Sequence[Ends], *, table: DataTable, say: Any) -> Figure:
    """Bands from where patients live to where they are treated, as wide as their activity.

    Ends inside the place stand first and are marked so in words as well as by their colour.
    """
    kept = [flow for flow in flows if flow.size > 0]
    homes = _ends(kept, "home")
    providers = _ends(kept, "provider")
    left, right = _nodes(kept, homes, "home", say), _nodes(kept, providers, "provider", say)
    bands = _bands(kept, homes, providers, left, right, say)
    svg = render_to_string(
        "explore/diagram.svg",
        {
            "left": list(left.values()),
            "right": list(right.values()),
            "bands": bands,
            "width": WIDTH,
            "height": max((n.y + n.height for n in (*left.values(), *right.values())), default=0)
            + 34,
            "left_edge": LEFT,
            "right_edge": RIGHT,
            "band": BAND,
            "described": f"Activity from {len(left)} groups of patients to {len(right)} groups of "
            "providers; the table holds the same figures.",
        },
    )
    drawn = mark_safe(svg)  # noqa: S308 - a rendered template
    return Figure("diagram", "Where patients live and where they are treated", drawn, table)


def _ends(flows: Sequence[Ends], side: str) -> dict[tuple[str, bool], tuple[str, bool]]:
    """From each end to the node it stands in: itself, or the others of its kind."""
    sums: dict[tuple[str, bool], Decimal] = {}
    for flow in flows:
        key = (getattr(flow, side), getattr(flow, f"{side}_inside"))
        sums[key] = sums.get(key, Decimal(0)) + flow.size
    ranked = sorted(sums, key=lambda key: -sums[key])
    stand: dict[tuple[str, bool], tuple[str, bool]] = {}
    for number, key in enumerate(ranked):
        other = "Others inside" if key[1] else "Others outside"
        stand[key] = key if number < NODES or len(ranked) == NODES + 1 else (other, key[1])
    return stand


def _nodes(
    flows: Sequence[Ends], stand: Mapping[Any, tuple[str, bool]], side: str, say: Any
) -> dict[tuple[str, bool], Node]:
    sums: dict[tuple[str, bool], Decimal] = {}
    for flow in flows:
        node = stand[getattr(flow, side), getattr(flow, f"{side}_inside")]
        sums[node] = sums.get(node, Decimal(0)) + flow.size
    total = sum(sums.values(), Decimal(0)) or Decimal(1)
    ordered = sorted(
        sums, key=lambda node: (not node[1], node[0].startswith("Others"), -sums[node])
    )
    placed, y = {}, 30.0
    for node in ordered:
        height = max(float(sums[node] / total) * HEIGHT, 2.0)
        room = max(height, LEAST * 2)
        words = node[0]
        where = "" if words.startswith("Others") else f", {'inside' if node[1] else 'outside'}"
        placed[node] = Node(
            words=words,
            amount=f"{say(sums[node])}{where}",
            y=y + (room - height) / 2,
            height=height,
            colour=INSIDE if node[1] else OUTSIDE,
        )
        y += room + GAP
    return placed


def _bands(
    flows: Sequence[Ends],
    homes: Mapping[Any, tuple[str, bool]],
    providers: Mapping[Any, tuple[str, bool]],
    left: Mapping[tuple[str, bool], Node],
    right: Mapping[tuple[str, bool], Node],
    say: Any,
) -> list[Band]:
    sums: dict[tuple[Any, Any], Decimal] = {}
    for flow in flows:
        key = (
            homes[flow.home, flow.home_inside],
            providers[flow.provider, flow.provider_inside],
        )
        sums[key] = sums.get(key, Decimal(0)) + flow.size
    total = sum(sums.values(), Decimal(0)) or Decimal(1)
    out = {node: at.y for node, at in left.items()}
    into = {node: at.y for node, at in right.items()}
    order_left, order_right = list(left), list(right)
    found = []
    for home, provider in sorted(
        sums, key=lambda pair: (order_left.index(pair[0]), order_right.index(pair[1]))
    ):
        size = sums[home, provider]
        height = float(size / total) * HEIGHT
        path = _path(out[home], into[provider], height)
        out[home] += height
        into[provider] += height
        kind = INSIDE if home[1] and provider[1] else OUTSIDE if provider[1] else "#00786c"
        words = f"{left[home].words} to {right[provider].words}: {say(size)}"
        found.append(Band(path, kind, words))
    return found


def _path(start: float, end: float, height: float) -> str:
    x0, x1 = LEFT + BAND, RIGHT
    middle = (x0 + x1) / 2
    return (
        f"M{x0},{start:.1f} C{middle},{start:.1f} {middle},{end:.1f} {x1},{end:.1f} "
        f"L{x1},{end + height:.1f} C{middle},{end + height:.1f} {middle},{start + height:.1f} "
        f"{x0},{start + height:.1f} Z"
    )
