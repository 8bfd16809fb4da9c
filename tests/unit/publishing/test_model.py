"""The model: totals are summed, shares worked out, and parts that contradict are refused."""

from dataclasses import replace
from decimal import Decimal

import pyarrow as pa
import pytest

from speccomm.publishing.assembly import assemble_pack
from speccomm.publishing.model import (
    BadPack,
    Chart,
    Column,
    Making,
    Pack,
    PackTable,
    Section,
    Unit,
)
from speccomm.publishing.rendering.page_tables import page_table

MADE = Making("counted", ("plcm",), "all")


def table(**changes):
    rows = pa.table(
        {
            "name": ["a", "b", "c"],
            "part_gbp": pa.array([Decimal("1.40"), Decimal("2.40"), None], pa.decimal128(18, 2)),
            "whole_gbp": pa.array([Decimal("10.00"), None, None], pa.decimal128(18, 2)),
        }
    )
    values = {
        "id": "made",
        "title": "Made up",
        "columns": (
            Column("name", "Name", Unit.TEXT, "the name"),
            Column("part_gbp", "Part", Unit.GBP, "part", missing="not sent", adds_up=True),
            Column("whole_gbp", "Whole", Unit.GBP, "whole", missing="not planned", adds_up=True),
            Column("share", "Share", Unit.PERCENT, "share", share_of=("part_gbp", "whole_gbp")),
        ),
        "rows": rows,
        "row_header": "name",
        "making": MADE,
        "total_label": "All",
        **changes,
    }
    return PackTable(**values)


def test_total_is_the_sum_of_what_is_known():
    total = table().total()
    assert total["part_gbp"] == Decimal("3.80")
    assert total["share"] == Decimal(38)


def test_total_of_nothing_known_is_not_known():
    rows = table().rows
    empty = rows.set_column(2, "whole_gbp", pa.nulls(3, pa.decimal128(18, 2)))
    assert table(rows=empty).total()["whole_gbp"] is None


def test_share_needs_both_and_a_whole_that_is_not_zero():
    assert [row["share"] for row in table().records()] == [Decimal(14), None, None]


def test_printed_cells_that_do_not_add_up_to_the_total_are_explained():
    notes = page_table(table()).notes
    assert len(notes) == 1
    assert "£1 more or less" in notes[0]


@pytest.mark.parametrize(
    "changes",
    [
        {"id": "Not an identifier"},
        {"row_header": "nobody"},
        {"columns": (*table().columns, Column("lost", "Lost", Unit.TEXT, "not in the rows"))},
    ],
)
def test_a_table_put_together_wrongly_is_refused(changes):
    with pytest.raises(BadPack):
        table(**changes)


def test_a_chart_apart_from_its_table_is_refused(facts):
    pack = assemble_pack(facts)
    chart = Chart("chart-lost", "Lost", "A chart alone.", {}, "made")
    apart = (Section("one", "One", (table(),)), Section("two", "Two", (chart,)))
    with pytest.raises(BadPack, match="apart from its table"):
        replace(pack, sections=apart)
    assert isinstance(replace(pack, sections=(Section("one", "One", (table(), chart)),)), Pack)


def test_facts_that_contradict_each_other_are_refused(facts, make_facts):
    fewer = facts.flows_by_month.slice(1)
    with pytest.raises(BadPack, match="flows_by_month"):
        assemble_pack(make_facts(flows_by_month=fewer))


def test_a_variance_that_its_effects_do_not_make_is_refused(facts, make_facts):
    place = facts.contract.schema.get_field_index("price_gbp")
    prices = [None if v is None else v + 1 for v in facts.contract["price_gbp"].to_pylist()]
    column = pa.array(prices, facts.contract.schema.field("price_gbp").type)
    wrong = facts.contract.set_column(place, facts.contract.schema.field("price_gbp"), column)
    with pytest.raises(BadPack, match="effects"):
        assemble_pack(make_facts(contract=wrong))
