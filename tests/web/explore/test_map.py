"""The map by ICB: only with boundaries that an installation brings, and only from a good file."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from speccomm_web.accounts.models import Person
from speccomm_web.design.tables import DataTable
from speccomm_web.explore.boundaries import BadBoundaries, outlines_of
from speccomm_web.explore.presenters.maps import SHADES, map_figure
from tests.web.conftest import SignIn
from tests.web.explore.conftest import Loaded

SQUARE = [[[-1.0, 52.0], [0.0, 52.0], [0.0, 53.0], [-1.0, 53.0], [-1.0, 52.0]]]
NEXT = [[[0.0, 52.0], [1.0, 52.0], [1.0, 53.0], [0.0, 53.0], [0.0, 52.0]]]


def feature(code: str, rings: Any) -> dict[str, Any]:
    shape = {"type": "Polygon", "coordinates": rings}
    return {"type": "Feature", "properties": {"some_code": code}, "geometry": shape}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "boundaries.geojson"
    held = {"features": [feature("QWU", SQUARE), feature("QHL", NEXT), feature("X", NEXT)]}
    path.write_text(json.dumps(held))
    return path


def test_outlines_keep_their_places_and_proportions(file: Path) -> None:
    drawn = outlines_of(file, {"QWU", "QHL"})
    west, east = drawn.outlines
    assert (west.icb_code, east.icb_code) == ("QWU", "QHL")
    assert west.x == pytest.approx(drawn.width / 4)
    assert east.x == pytest.approx(drawn.width * 3 / 4)
    assert (west.y, east.y) == pytest.approx((drawn.height / 2, drawn.height / 2))
    # At 52.5 degrees north a degree of longitude is 0.609 of one of latitude.
    assert drawn.height / drawn.width == pytest.approx(1 / (2 * 0.609), rel=0.001)


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"features": [{}]}', '{"features": []}', '{"features": [1]}']
)
def test_a_bad_file_is_refused_in_a_sentence(tmp_path: Path, text: str) -> None:
    bad = tmp_path / "bad.geojson"
    bad.write_text(text)
    with pytest.raises(BadBoundaries, match="boundaries file"):
        outlines_of(bad, {"QWU"})


def test_a_small_amount_is_not_shaded_as_none(file: Path) -> None:
    rows = [
        {"icb_code": "QWU", "icb_name": "A", "imported": Decimal("1.000")},
        {"icb_code": "QHL", "icb_name": "B", "imported": Decimal("100.000")},
    ]
    table = DataTable("t", "", (), [])
    drawn = map_figure(
        outlines_of(file, {"QWU", "QHL"}), rows, measure="imported", words="Imported", table=table
    ).svg
    paths = [line for line in drawn.splitlines() if line.startswith("<path")]
    assert f'fill="{SHADES[1]}"' in paths[0]
    assert f'fill="{SHADES[-1]}"' in paths[1]


@pytest.mark.django_db
def test_the_page_has_a_map_only_where_boundaries_are_brought(
    store: Loaded, settings: Any, file: Path, analyst: Person, sign_in: SignIn
) -> None:
    client = sign_in(analyst)
    without = client.get("/explore/map?place=QWU").content.decode()
    assert "brings no boundaries" in without
    assert 'id="flows"' in without
    settings.ENVIRONMENT = replace(settings.ENVIRONMENT, boundaries_file=file)
    drawn = client.get("/explore/map?place=QWU&measure=imported").content.decode()
    assert "<svg" in drawn
    assert ">QHL</text>" in drawn
    file.write_text("no map")
    bad = client.get("/explore/map?place=QWU&measure=exported").content.decode()
    assert "cannot be read as GeoJSON" in bad
