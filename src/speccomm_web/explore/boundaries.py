"""The boundaries of ICBs that an installation brings: a GeoJSON file, drawn as outlines.

Coordinates are degrees (longitude, latitude) or metres of a national grid. Each feature is known by
whichever of its properties holds a known ICB code.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import cos, radians
from pathlib import Path
from typing import Any

DEGREES = 360.0
WIDTH = 760.0
POLYGONS = {"Polygon", "MultiPolygon"}
Ring = Sequence[Sequence[float]]


class BadBoundaries(Exception):
    """A boundaries file that cannot be read, or names no ICB that is known."""


@dataclass(frozen=True)
class Outline:
    """One ICB as a path, with the place for its label, on a drawing of `Outlines`' size."""

    icb_code: str
    path: str
    x: float
    y: float


@dataclass(frozen=True)
class Outlines:
    """Every ICB that the file holds, and the size of the drawing."""

    outlines: tuple[Outline, ...]
    width: float
    height: float


def outlines_of(file: Path, icb_codes: Collection[str]) -> Outlines:
    """The outlines of the ICBs that a file holds.

    Raises:  BadBoundaries with a sentence.
    """
    return _read(file, file.stat().st_mtime_ns if file.is_file() else 0, frozenset(icb_codes))


@lru_cache(maxsize=4)
def _read(file: Path, changed: int, icb_codes: frozenset[str]) -> Outlines:
    try:
        held = json.loads(file.read_text(encoding="utf-8"))
        shapes = dict(_shapes(held["features"], icb_codes))
        points = [point for rings in shapes.values() for ring in rings for point in ring]
        if not points:
            raise BadBoundaries("The boundaries file holds no ICB that is known by its code.")
        return _drawn(shapes, points)
    except (OSError, ValueError, KeyError, TypeError, IndexError) as problem:
        raise BadBoundaries(
            "The boundaries file cannot be read as GeoJSON, so there is no map. "
            "Your administrator can correct SPECCOMM_BOUNDARIES_FILE."
        ) from problem


def _shapes(
    features: Sequence[dict[str, Any]], icb_codes: frozenset[str]
) -> Iterator[tuple[str, list[Ring]]]:
    for feature in features:
        shape, said = feature["geometry"], feature["properties"].values()
        code = next((value for value in said if value in icb_codes), None)
        if code is None or shape is None or shape["type"] not in POLYGONS:
            continue
        parts = shape["coordinates"]
        whole = [parts] if shape["type"] == "Polygon" else parts
        yield str(code), [ring for polygon in whole for ring in polygon]


def _drawn(shapes: dict[str, list[Ring]], points: Sequence[Sequence[float]]) -> Outlines:
    xs, ys = [float(point[0]) for point in points], [float(point[1]) for point in points]
    west, east, south, north = min(xs), max(xs), min(ys), max(ys)
    in_degrees = max(map(abs, (west, east, south, north))) <= DEGREES
    # A degree of longitude is shorter than one of latitude, by the cosine of where it is.
    narrow = cos(radians((south + north) / 2)) if in_degrees else 1.0
    scale = WIDTH / (((east - west) * narrow) or 1.0)

    def at(point: Sequence[float]) -> tuple[float, float]:
        return (point[0] - west) * narrow * scale, (north - point[1]) * scale

    outlines = []
    for code, rings in shapes.items():
        path = " ".join(
            "M" + " L".join(f"{x:.1f},{y:.1f}" for x, y in map(at, ring)) + " Z" for ring in rings
        )
        x, y = _middle([at(point) for point in max(rings, key=_size)])
        outlines.append(Outline(code, path, x, y))
    return Outlines(tuple(outlines), WIDTH, (north - south) * scale)


def _size(ring: Ring) -> float:
    return abs(_doubled_area([(point[0], point[1]) for point in ring]))


def _doubled_area(points: Sequence[tuple[float, float]]) -> float:
    pairs = zip(points, [*points[1:], points[0]], strict=True)
    return sum(x0 * y1 - x1 * y0 for (x0, y0), (x1, y1) in pairs)


def _middle(points: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """The centre of the area of a ring."""
    area = _doubled_area(points) or 1.0
    x = y = 0.0
    for (x0, y0), (x1, y1) in zip(points, [*points[1:], points[0]], strict=True):
        part = x0 * y1 - x1 * y0
        x += (x0 + x1) * part
        y += (y0 + y1) * part
    return x / (3 * area), y / (3 * area)
