"""Cells judged a chunk at a time: typed columns, what is said of which row, and shapes."""

import unicodedata
from datetime import date
from decimal import Decimal

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from speccomm.foundation.identifiers import value_shape
from speccomm.intake.cells import CellJudge, value_shapes
from tests.made_up.provider_files import made

CODE_LISTS = {
    "trusts": pa.array(["RKB", "RRK"]),
    "sites": pa.array(["RKB01"]),
    "service_lines": pa.array(["NCBPS11B"]),
    "category_codes": pa.array(["21"]),
    "points_of_delivery": pa.array(["OPFASPCL"]),
    "practices": pa.array(["M86001"]),
}


@pytest.fixture
def judge(engine, rules):
    """Judge rows of one data set in chunks, by one judge that remembers."""

    def run(dataset, *chunks):
        judging = CellJudge(rules=rules, dataset=dataset, code_lists=CODE_LISTS)
        fields = rules.fields[dataset]
        out = []
        for rows in chunks:
            names = [field.column for field in fields]
            table = pa.table(
                {
                    f"c{number}": pa.array([row.get(name, "") for row in rows], pa.string())
                    for number, name in enumerate(names)
                }
            )
            out.append(judging.judge(engine.con, table, fields))
        return out

    return run


def said(judged):
    return {
        (one.check_id, str(one.level), one.field_name, tuple(one.rows.tolist()))
        for one in judged.said
    }


def values(judged, column):
    return judged.columns[column].to_pylist()


def test_clean_rows_become_types_and_nothing_is_said(judge, rules) -> None:
    (judged,) = judge("plcm", [made("plcm"), made("plcm", total_cost_gbp="7")])
    assert values(judged, "total_cost_gbp") == [Decimal("108.3300"), Decimal("7.0000")]
    assert values(judged, "financial_month") == [9, 9]
    assert values(judged, "financial_year") == ["2023-24"] * 2
    assert values(judged, "activity_start_date") == [date(2023, 12, 5)] * 2
    assert values(judged, "service_code") == ["NCBPS11B"] * 2
    assert values(judged, "spell_identifier") == [None] * 2
    assert said(judged) == set()


def test_each_thing_is_said_of_its_rows_at_its_level(judge) -> None:
    rows = [
        made("plcm"),
        made("plcm", financial_month="77", total_cost_gbp="abc", age_years="old"),
        made("plcm", provider_code="XXX", site_code="XXX99", service_code="NOPE"),
        made("plcm", nhs_number="", tariff_code="TBC", financial_year=""),
    ]
    (judged,) = judge("plcm", rows)
    assert said(judged) == {
        ("CHK-F02", "refuse", "FINANCIAL MONTH", (1,)),
        ("CHK-F02", "refuse", "TOTAL COST", (1,)),
        ("CHK-F02", "warning", "AGE AT ACTIVITY DATE (CONTRACT MONITORING)", (1,)),
        ("CHK-F03", "refuse", "ORGANISATION IDENTIFIER (CODE OF PROVIDER)", (2,)),
        ("CHK-F03", "note", "ORGANISATION SITE IDENTIFIER (OF TREATMENT)", (2,)),
        ("CHK-F03", "refuse", "SERVICE CODE", (2,)),
        ("CHK-F01", "warning", "NHS NUMBER", (3,)),
        ("CHK-F01", "warning", "TARIFF CODE", (3,)),
        ("CHK-N07", "note", "TARIFF CODE", (3,)),
        ("CHK-F01", "refuse", "FINANCIAL YEAR", (3,)),
    }
    shapes = {
        (one.check_id, one.field_name): one.shapes.to_pylist()
        for one in judged.said
        if one.shapes is not None
    }
    assert shapes["CHK-F02", "TOTAL COST"] == ["AAA"]
    assert shapes["CHK-F03", "ORGANISATION SITE IDENTIFIER (OF TREATMENT)"] == ["AAA99"]


def test_a_day_the_calendar_lacks_is_said_as_such_with_its_look_at_the_level_of_its_field(
    judge, rules
) -> None:
    rows = [made("plcm"), made("plcm", activity_end_date="31/02/2023", birth_date="31 Feb 1960")]
    (judged,) = judge("plcm", rows)
    assert said(judged) == {
        ("CHK-F02D", "refuse", "ACTIVITY END DATE (CONTRACT MONITORING)", (1,)),
        ("CHK-F02D", "warning", "PERSON BIRTH DATE", (1,)),
    }
    assert {look for one in judged.said for look in one.shapes.to_pylist()} == {
        "99/99/9999", "99 AAA 9999",
    }  # fmt: skip
    assert "calendar" in rules.checks["CHK-F02D"].sentence


def test_a_judge_says_the_same_of_a_chunk_whatever_it_has_met_before(judge) -> None:
    first = [made("plcm", total_cost_gbp=str(n), site_code="XXX99") for n in range(20)]
    second = [made("plcm", total_cost_gbp=f"({n})", service_code="NOPE") for n in range(10, 30)]
    after_first = judge("plcm", first, second, first[::-1])
    alone = [judge("plcm", chunk)[0] for chunk in (first, second, first[::-1])]
    for remembered, fresh in zip(after_first, alone, strict=True):
        assert said(remembered) == said(fresh)
        for column in fresh.columns:
            assert values(remembered, column) == values(fresh, column)


def test_a_chunk_without_rows(judge) -> None:
    empty, full = judge("plcm", [], [made("plcm")])
    assert (empty.said, {len(column) for column in empty.columns.values()}) == ([], {0})
    assert values(full, "financial_month") == [9]


def test_identifiers_lose_spaces_and_placeholders(judge) -> None:
    sent = [" S1 ", "tbc", "N/A", "-", "   ", "", "S2", "Tbcx"]
    rows = [made("plcm", spell_identifier=text, local_patient_identifier=text) for text in sent]
    (judged,) = judge("plcm", rows)
    for column in ("spell_identifier", "local_patient_identifier"):
        assert values(judged, column) == ["S1", None, None, None, None, None, "S2", "Tbcx"]


def test_an_identifier_too_long_is_said(judge) -> None:
    (judged,) = judge("plcm", [made("plcm", cds_unique_identifier="é" * 255)])
    assert said(judged) == set()
    (judged,) = judge("plcm", [made("plcm", cds_unique_identifier="1" * 256)])
    assert said(judged) == {("CHK-F02", "warning", "CDS UNIQUE IDENTIFIER", (0,))}


@settings(max_examples=60, derandomize=True, deadline=None)
@given(st.lists(st.text(max_size=40), min_size=1))
def test_a_shape_shows_no_letter_or_digit_of_its_value(texts) -> None:
    shapes = value_shapes(pa.array(texts)).to_pylist()
    for text, shape in zip(texts, shapes, strict=True):
        assert len(shape) <= 24
        for kept in shape:
            assert kept in "A9" or unicodedata.category(kept)[0] not in "LNM", (text, shape)
        assert not {"\n", "\r", "\0", "\t"} & set(shape)
        for kept in value_shape(text):
            assert kept in "A9…" or unicodedata.category(kept)[0] not in "LN", text
