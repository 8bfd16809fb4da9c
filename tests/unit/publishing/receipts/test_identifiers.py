"""Identifiers: readable, each once, the same from build to build, and never of another figure."""

from dataclasses import replace

import pyarrow as pa
import pytest

from speccomm.publishing.assembly import assemble_pack
from speccomm.publishing.model import Column, Making, PackTable, Unit
from speccomm.publishing.receipts.figures import figure_rows, tables_with_figures
from speccomm.publishing.receipts.identifiers import (
    FigureName,
    NotAFigure,
    key_text,
    parse_figure_name,
    row_keys,
)
from speccomm.publishing.sourcing import Key, Of


def names(pack):
    return [
        str(FigureName(pack.area, table.id, row.key, column))
        for table in tables_with_figures(pack)
        for row in figure_rows(table, {})
        for column in row.figures
    ]


def test_every_figure_of_a_pack_has_an_identifier_of_its_own(facts):
    found = names(assemble_pack(facts))
    assert len(found) > 300
    assert len(set(found)) == len(found)
    assert {"QWU.activity_icb.A06.intra", "QWU.headlines.pack.patient_total"} <= set(found)
    assert {"QWU.activity_icb.F06/E03.exported", "QWU.activity_icb.none.intra"} <= set(found)
    assert "QWU.contract_by_provider.all.variance_percent" in found


def test_every_identifier_reads_back_into_its_parts(facts):
    for text in names(assemble_pack(facts)):
        assert str(parse_figure_name(text)) == text


def test_identifiers_do_not_depend_on_the_figures(facts, make_facts):
    fewer = make_facts(contract=facts.contract.slice(1), store_version=99)
    assert set(names(assemble_pack(fewer))) < set(names(assemble_pack(facts)))


def test_an_area_may_be_left_out():
    assert parse_figure_name("activity_icb.A06.intra") == FigureName(
        "", "activity_icb", "A06", "intra"
    )


@pytest.mark.parametrize(
    "text", ["", "A06", "activity_icb.intra", "QWU.Activity.A06.intra", "a.b c.d"]
)
def test_other_texts_are_refused(text):
    with pytest.raises(NotAFigure, match=r"QWU\.activity_icb\.A06\.intra"):
        parse_figure_name(text)


def test_values_that_look_alike_have_different_keys():
    alike = ["NHS NUMBER", "NHS_NUMBER", "NHS-NUMBER", "NHS  NUMBER", "NHS#NUMBER", "NHS NUMBER_"]
    assert len({key_text(value) for value in alike}) == len(alike)
    assert key_text("NHS NUMBER") == "NHS~NUMBER"
    assert key_text(None) == "none"
    assert len({key_text(value) for value in (None, "none", "all")}) == 3


def test_rows_that_say_the_same_are_numbered():
    table = PackTable(
        id="made",
        title="Made up",
        columns=(Column("name", "Name", Unit.TEXT, "the name"),),
        rows=pa.table({"name": ["a", "a", "b"], "code": ["x", "y", "z"]}),
        row_header="name",
        making=Making("counted", ("plcm",), "all"),
    )
    assert row_keys(table) == ["a", "a:2", "b"]
    assert row_keys(replace(table, keys=(Key("code", Of.NOTHING),))) == ["x", "y", "z"]
