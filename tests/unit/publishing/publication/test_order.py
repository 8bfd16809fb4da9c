"""Where rows stand in a published table: by size, then those with a hidden number, then the last."""

from decimal import Decimal

import pyarrow as pa
import pytest

from speccomm.publishing.model import Column, Making, PackTable, Unit
from speccomm.publishing.publication.answering import Answers, Protecting
from speccomm.publishing.publication.asking import Spot
from speccomm.publishing.publication.lines import lines_of
from speccomm.publishing.publication.rules import publication_rules
from speccomm.publishing.sourcing import Key, Of
from speccomm.publishing.suppression import suppression_rules

UNITS = pa.decimal128(38, 3)


def published_order(names, codes, of, hidden, name="made_up"):
    """The names of rows after protection; those named in `hidden` have a mark for their units."""
    table = PackTable(
        id=name,
        title="Made up",
        columns=(
            Column("name", "Name", Unit.TEXT, "The row"),
            Column("units", "Units", Unit.ACTIVITY, "Units of care"),
        ),
        rows=pa.table(
            {
                "name": pa.array(names),
                "code": pa.array(codes, pa.string()),
                "units": pa.array([Decimal(10)] * len(names), UNITS),
            }
        ),
        row_header="name",
        making=Making("Units", ("plcm",), "made up"),
        keys=(Key("code", of),),
    )
    cells = {
        Spot(table.id, line.key, "units"): "*" if line.cells["name"] in hidden else Decimal(10)
        for line in lines_of(table)
    }
    protecting = Protecting(Answers(cells, ()), publication_rules(), suppression_rules())
    return [row["name"] for row in protecting.table(table).records()]


@pytest.mark.parametrize("hidden", [["A"], ["A", "Unknown"]])
def test_the_unknown_row_stands_last_behind_rows_with_a_hidden_number(hidden) -> None:
    names, codes = ["C", "A", "B", "Unknown"], ["F03", "F01", "F02", None]
    assert published_order(names, codes, Of.CRG, hidden) == ["C", "B", "A", "Unknown"]


def test_the_row_that_gathers_others_stands_last() -> None:
    names, codes = ["C", "A", "Others"], ["RRK", "RKB", "other_providers"]
    assert published_order(names, codes, Of.PROVIDER, ["C"]) == ["A", "C", "Others"]


def test_the_row_of_an_unknown_commissioner_stands_last() -> None:
    names, codes = ["C", "A", "Not known"], ["QWU", "QNC", "Unknown"]
    assert published_order(names, codes, Of.PATIENT_ICB, ["C"]) == ["A", "C", "Not known"]


def test_a_last_row_with_a_code_moves_like_any_other() -> None:
    names, codes = ["C", "A", "B"], ["F03", "F02", "F01"]
    assert published_order(names, codes, Of.CRG, ["A", "B"]) == ["C", "B", "A"]


def test_the_order_of_priority_stays() -> None:
    names, codes = ["C", "A", "B"], ["NCBPS03", "NCBPS01", "NCBPS02"]
    assert published_order(names, codes, Of.SERVICE, ["C"], "quality_overview") == names
