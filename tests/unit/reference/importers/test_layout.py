from __future__ import annotations

from speccomm.reference.importers import KINDS
from speccomm.reference.importers.layout import layouts
from speccomm.reference.tables import TABLES

FILLED = {
    "epraccur": {"practices"},
    "etr": {"trusts"},
    "ets": {"sites"},
    "successors": {"trust_successors"},
    "nhspd": {"postcodes"},
    "calendar": {"calendar"},
}


def test_every_kind_has_a_layout_and_says_how_sure_it_is() -> None:
    by_kind, book = layouts()
    assert set(by_kind) == set(KINDS)
    assert all(layout.confidence for layout in by_kind.values())
    assert book.identifier == "reference/import_layouts"


def test_positions_and_required_columns_are_ones_the_header_form_also_has() -> None:
    for layout in layouts()[0].values():
        assert set(layout.positions) <= set(layout.headers)
        assert set(layout.required) <= set(layout.headers)
        if layout.widths:
            assert max(layout.positions.values()) <= max(layout.widths)
            assert all(layout.positions[name] <= min(layout.widths) for name in layout.required)


def test_each_kind_fills_declared_tables() -> None:
    for tables in FILLED.values():
        assert all(TABLES[name].file for name in tables)
