"""Who is treated where: small tables worked out by hand."""

import pytest

from speccomm.activity.areas import NotOneArea, UnknownArea
from speccomm.activity.flows import flow_totals
from speccomm.activity.tables import with_whole_activity
from speccomm.foundation.errors import UnknownName
from tests.examples.activity.made_up_flows import area, flows_of, row, table_of

ONE_OF_EACH = [
    row("P1", "C1", 5),  # intra
    row("P1", "C3", 3),  # imported, from another region
    row("P3", "C1", 2),  # exported, to another region
    row("P2", "C1", 7),  # exported from Q1, inside the region
    row("P3", "C3", 100),  # nothing of Q1
]


def measures(line):
    return [int(line[name]) for name in ("intra", "imported", "exported", "provider_total",
                                         "patient_total", "grand_total")]  # fmt: skip


def test_an_icb_keeps_sends_and_receives(engine):
    (line,) = flows_of(engine, table_of(ONE_OF_EACH), icb="Q1")
    assert list(line) == ["crg_code", "crg_name", "intra", "imported", "exported",
                          "provider_total", "patient_total", "grand_total"]  # fmt: skip
    assert (line["crg_code"], line["crg_name"]) == ("A06", "Renal")
    assert measures(line) == [5, 3, 9, 8, 14, 17]


def test_what_one_icb_exports_within_the_region_the_region_keeps(engine):
    (line,) = flows_of(engine, table_of(ONE_OF_EACH), region="Y1")
    assert measures(line) == [12, 3, 2, 15, 14, 17]


@pytest.mark.parametrize("patient", ["7A1", None, "H1", "S1", "XXX", "C3"])
def test_a_patient_from_elsewhere_or_unknown_is_imported(engine, patient):
    (line,) = flows_of(engine, table_of([row("P1", patient, 4)]), icb="Q1")
    assert measures(line) == [0, 4, 0, 4, 0, 4]


@pytest.mark.parametrize("provider", ["P3", "RXX"])
def test_a_provider_outside_or_unknown_is_where_patients_are_exported_to(engine, provider):
    (line,) = flows_of(engine, table_of([row(provider, "C1", 4)]), icb="Q1")
    assert measures(line) == [0, 0, 4, 0, 4, 4]


def test_codes_of_other_dates_lead_to_the_same_place(engine):
    rows = [row("P9", "C0", 1), row("P9", "Q1", 2), row("P1", "C1", 4)]
    (line,) = flows_of(engine, table_of(rows), icb="Q1", by=("provider",))
    assert (line["provider_code"], line["provider_name"]) == ("P1", "First")
    assert measures(line) == [7, 0, 0, 7, 7, 7]


def test_an_unknown_crg_is_a_row_and_comes_last(engine):
    rows = [
        row("P1", "C1", 50, crg_code=None),
        row("P1", "C1", 1),
        row("P1", "C1", 2, crg_code="F06/E03"),
    ]
    lines = flows_of(engine, table_of(rows), icb="Q1")
    assert [(line["crg_code"], line["crg_name"], line["intra"]) for line in lines] == [
        ("F06/E03", "Immunology / Paediatric medicine", 2),
        ("A06", "Renal", 1),
        ("Unknown", "Unknown", 50),
    ]


def test_a_crg_that_nobody_names_has_no_name(engine):
    (line,) = flows_of(engine, table_of([row("P1", "C1", crg_code="Z77")]), icb="Q1")
    assert (line["crg_code"], line["crg_name"]) == ("Z77", None)


def test_drill_down_columns_come_first_in_the_order_asked(engine):
    lines = flows_of(
        engine, table_of(ONE_OF_EACH), icb="Q1", by=("month", "icb", "pod", "service", "provider")
    )
    assert list(lines[0])[:9] == ["month", "icb_code", "icb_name", "pod_code", "service_code",
                                  "service_name", "provider_code", "provider_name",
                                  "crg_code"]  # fmt: skip
    assert {line["month"] for line in lines} == {"2023-07"}
    assert [(line["icb_code"], line["provider_code"]) for line in lines] == [
        ("Q1", "P1"), ("Q1", "P2"), ("Q1", "P3"), ("Q3", "P1"),
    ]  # fmt: skip


def test_patients_without_an_icb_are_elsewhere_or_unknown_and_last(engine):
    rows = [row("P1", code) for code in ("7A1", None, "H1", "S1", "YDD82", "C1")]
    lines = flows_of(engine, table_of(rows), icb="Q1", by=("icb",))
    assert [(line["icb_code"], line["icb_name"], line["grand_total"]) for line in lines] == [
        ("Elsewhere", "Not in an English ICB", 1),
        ("Q1", "One", 1),
        ("Unknown", "Unknown", 4),
    ]


@pytest.mark.parametrize(
    ("month", "written"), [(1, "2023-04"), (9, "2023-12"), (10, "2024-01"), (12, "2024-03")]
)
def test_a_financial_month_is_written_as_a_calendar_month(engine, month, written):
    lines = flows_of(
        engine, table_of([row("P1", "C1", financial_month=month)]), icb="Q1", by=("month",)
    )
    assert [line["month"] for line in lines] == [written]


def test_blank_codes_of_a_drill_down_are_unknown(engine):
    lines = flows_of(
        engine,
        table_of([row("P1", "C1", service_code=None, pod_code=None)]),
        icb="Q1",
        by=("service", "pod"),
    )
    assert [(r["service_code"], r["service_name"], r["pod_code"]) for r in lines] == [
        ("Unknown", "Unknown", "Unknown")
    ]


def test_without_crg_the_groups_are_added_over(engine):
    rows = [row("P1", "C1", 1), row("P1", "C1", 2, crg_code=None)]
    (line,) = flows_of(engine, table_of(rows), icb="Q1", by=("month",), by_crg=False)
    assert list(line)[0] == "month"
    assert "crg_code" not in line
    assert line["intra"] == 3


def test_activity_adds_up_exactly_and_a_missing_number_adds_nothing(engine):
    rows = [row("P1", "C1", "0.001"), row("P1", "C1", "0.002"), row("P1", "C1", None)]
    (line,) = flows_of(engine, table_of(rows), icb="Q1")
    assert str(line["intra"]) == "0.003"


def test_totals_add_up_the_table(engine):
    import pyarrow as pa

    from speccomm.activity.tables import FLOWS, arrow_schema

    rows = [row("P1", "C1", 1), row("P1", "C3", 2, crg_code="B01")]
    table = pa.Table.from_pylist(flows_of(engine, table_of(rows), icb="Q1"), arrow_schema(FLOWS))
    assert with_whole_activity(flow_totals(table)).to_pylist() == [
        {"intra": 1, "imported": 2, "exported": 0, "provider_total": 3, "patient_total": 1,
         "grand_total": 3}
    ]  # fmt: skip
    assert measures(flow_totals(table.slice(0, 0)).to_pylist()[0]) == [0] * 6


def test_whole_activity_is_written_whole_and_the_rest_to_three_places(engine):
    import pyarrow as pa

    from speccomm.activity.tables import FLOWS, arrow_schema

    schema = arrow_schema(FLOWS)
    whole = pa.Table.from_pylist(flows_of(engine, table_of([row("P1", "C1", 2)]), icb="Q1"), schema)
    part = pa.Table.from_pylist(
        flows_of(engine, table_of([row("P1", "C1", "2.5")]), icb="Q1"), schema
    )
    assert with_whole_activity(whole).schema.field("intra").type == pa.int64()
    assert with_whole_activity(part).equals(part)


def test_an_unknown_area_names_the_nearest_that_is_known():
    with pytest.raises(UnknownArea) as refused:
        area(icb="Q4")
    assert refused.value.nearest in {"Q1", "Q2", "Q3"}
    with pytest.raises(UnknownArea, match="part of 'Q1'"):
        area(icb="C1")
    with pytest.raises(UnknownArea, match="another time"):
        area(icb="S1")


def test_one_area_is_asked_for():
    with pytest.raises(NotOneArea):
        area()
    with pytest.raises(NotOneArea):
        area(icb="Q1", region="Y1")


def test_an_unknown_drill_down_names_the_nearest(engine):
    with pytest.raises(UnknownName, match="provider"):
        flows_of(engine, table_of([]), icb="Q1", by=("provder",))
