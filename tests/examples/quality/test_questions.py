"""Small registers and the answers they must give."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import ibis
import pyarrow as pa
import pytest

from speccomm.quality import (
    evidence_findings,
    evidence_rules,
    fragile_counts,
    fragile_services,
    priorities,
    priority_deliverables,
    quality_overview,
    registers_on,
    service_profile,
    surveillance_counts,
    surveillance_history,
    surveillance_report,
)
from speccomm.quality.fragile import area_table
from speccomm.quality.overview import overview_rules
from tests.made_up.evidence import TODAY, statements

LINES = ibis.memtable(
    pa.table({"service_code": ["S1", "S2", "S3", "S4", "S5"],
              "service_name": ["one", "two", "three", "four", "five"],
              "npoc_letter": ["A", "B", "C", "D", "E"]})
)  # fmt: skip


def registers(**rows):
    return registers_on({name: statements(name, held) for name, held in rows.items()}, on=TODAY)


def sites(service: str, count: int, **more) -> list[dict]:
    return [
        {"service_code": service, "site_code": f"{service}{n}", "provider_code": f"P{n}",
         "contracted": "yes", **more}
        for n in range(count)
    ]  # fmt: skip


def test_the_overview_puts_dashboard_and_network_first_and_more_units_before_fewer(con) -> None:
    held = registers(
        provision=[*sites("S1", 9), *sites("S2", 2), *sites("S3", 3), *sites("S4", 5)],
        ssqd=[{"service_code": s, "has_ssqd": f}
              for s, f in (("S1", "no"), ("S2", "yes"), ("S3", "yes"), ("S4", "yes"))],
        networks=[{"service_code": s, "has_network": f, "network_name": None}
                  for s, f in (("S1", "yes"), ("S2", "yes"), ("S3", "yes"))],
    )  # fmt: skip
    table = con.to_pyarrow(quality_overview(held, LINES, rules=overview_rules()))
    rows = table.to_pylist()
    assert [row["service_code"] for row in rows] == ["S3", "S2", "S1", "S4", "S5"]
    assert [row["priority"] for row in rows] == [1, 2, 3, 4, 5]
    assert [row["units"] for row in rows] == [3, 2, 9, 5, None]
    assert rows[3]["has_network"] == "not looked at"
    assert rows[3]["has_network_said_by"] is None
    assert rows[4]["block"] == "neither"


def test_of_several_who_spoke_on_one_day_the_same_is_always_named(con) -> None:
    said = [
        {"service_code": "S1", "intelligence_kind": kind, "reference": f"R{n}", "said_by": by}
        for n, (kind, by) in enumerate(
            [("GIRFT", "network manager"), ("peer review", "regional quality team"),
             ("GIRFT", "commissioning team")]
        )
    ]  # fmt: skip
    for held in (said, said[::-1], [said[1], said[0], said[2]]):
        asked = quality_overview(registers(other_intelligence=held), LINES, rules=overview_rules())
        rows = {row["service_code"]: row for row in con.to_pyarrow(asked).to_pylist()}
        assert rows["S1"]["other_intelligence_said_by"] == "regional quality team"


def test_nobody_looked_is_not_no_and_an_entry_makes_yes(con) -> None:
    event = {"event_reference": "E1", "service_code": "S1", "provider_code": "RKB",
             "event_kind": "serious incident", "reported_on": date(2023, 1, 1),
             "plan_priority": "not applicable"}  # fmt: skip
    held = registers(
        safety_events=[event, {**event, "event_reference": "E2"},
                       {**event, "event_reference": "E3", "service_code": "S2",
                        "reported_on": date(2022, 3, 31)}],
        looks=[{"service_code": "S2", "topic": "safety events", "anything_known": "no",
                "anything_known_said_by": "ICB"},
               {"service_code": "S3", "topic": "safety events",
                "anything_known": "not applicable"}],
    )  # fmt: skip
    table = con.to_pyarrow(quality_overview(held, LINES, rules=overview_rules()))
    rows = {row["service_code"]: row for row in table.to_pylist()}
    flags = {code: row["safety_events"] for code, row in rows.items()}
    assert flags == {"S1": "yes", "S2": "no", "S3": "not applicable", "S4": "not looked at",
                     "S5": "not looked at"}  # fmt: skip
    assert (rows["S1"]["safety_events_rows"], rows["S1"]["safety_events_detail"]) == (2, "2 RKB")
    assert rows["S2"]["safety_events_said_by"] == "ICB"
    assert rows["S4"]["safety_events_said_by"] is None
    assert {row["complaints"] for row in rows.values()} == {"not looked at"}


@pytest.mark.parametrize(
    ("east", "west", "both"),
    [("yes", "no", "yes"), ("no", "not looked at", "not looked at"), ("no", "no", "no"),
     ("not applicable", "no", "no"), ("not applicable", "not applicable", "not applicable")],
)  # fmt: skip
def test_networks_of_two_areas_make_one_flag(con, east, west, both) -> None:
    held = registers(
        networks=[{"service_code": "S1", "area_code": area, "has_network": flag}
                  for area, flag in (("east", east), ("west", west))]
    )  # fmt: skip
    rows = con.to_pyarrow(quality_overview(held, LINES, rules=overview_rules())).to_pylist()
    row = next(row for row in rows if row["service_code"] == "S1")
    assert row["has_network"] == both
    assert row["network_detail"] == f"east: {east}; west: {west}"


def test_parts_of_a_line_have_rows_of_their_own(con) -> None:
    held = registers(provision=[*sites("S1", 2, service_part="anal"), *sites("S1", 3)])
    rows = con.to_pyarrow(quality_overview(held, LINES, rules=overview_rules())).to_pylist()
    assert [(r["service_part"], r["units"]) for r in rows[:2]] == [(None, 3), ("anal", 2)]


def test_an_overview_of_some_providers_leaves_the_others_out(con) -> None:
    held = registers(provision=sites("S1", 3)).of_providers(["P1"])
    rows = con.to_pyarrow(quality_overview(held, LINES, rules=overview_rules())).to_pylist()
    assert rows[0]["units"] == 1


FRAGILE = {"east": ("QK1", 21, "QT1", 35, "QPM", 8, "QJM", 15, "QJ2", 10, None, 3),
           "west": ("QHL", 16, "QUA", 8, "QWU", 6, "QGH", 15, "QNC", 4, "QOC", 12, None, 2),
           "region": (None, 34)}  # fmt: skip


def test_fragile_services_add_up_as_the_printed_table_does(con) -> None:
    rows = [
        {"specialty": f"specialty {n}", "area_code": area, "icb_code": icb,
         "reasons": "capacity; workforce" if n == 0 else "demand", "owner_role": "lead",
         "review_on": TODAY}
        for area, pairs in FRAGILE.items()
        for icb, count in zip(pairs[::2], pairs[1::2], strict=True)
        for n in range(count)
    ]  # fmt: skip
    areas = area_table(region_code="Y60", on=TODAY)
    counted = con.to_pyarrow(fragile_counts(registers(fragile_services=rows), areas))
    printed = counted.to_pylist()
    assert [(r["icb_code"], r["services"]) for r in printed] == [
        (None, 34), ("QK1", 21), ("QT1", 35), ("QPM", 8), ("QJM", 15), ("QJ2", 10), (None, 3),
        ("QHL", 16), ("QUA", 8), ("QWU", 6), ("QGH", 15), ("QNC", 4), ("QOC", 12), (None, 2),
    ]  # fmt: skip
    by_area = {a: sum(r["services"] for r in printed if r["area_code"] == a) for a in FRAGILE}
    assert by_area == {"region": 34, "east": 92, "west": 63}
    assert sum(r["services"] for r in printed) == 189
    assert sum(r["by_workforce"] for r in printed) == len(printed)


def test_a_fragile_service_of_another_region_is_counted_apart(con) -> None:
    row = {"specialty": "one", "icb_code": "QMJ", "reasons": "demand", "owner_role": "lead",
           "review_on": date(2024, 1, 30)}  # fmt: skip
    held = registers(fragile_services=[row])
    areas = area_table(region_code="Y60", on=TODAY)
    last = con.to_pyarrow(fragile_counts(held, areas)).to_pylist()[-1]
    assert (last["area_code"], last["icb_code"], last["services"]) == ("elsewhere", "QMJ", 1)
    listed = con.to_pyarrow(fragile_services(held, icb="QMJ")).to_pylist()
    assert listed[0]["review_is_overdue"] is True
    assert listed[0]["is_delegated"] is None


def concern(level: str, day: date, **more) -> dict:
    return {"service_code": "S1", "provider_code": "RRK", "concern_title": "staffing",
            "surveillance_level": level, "concern_state": "ongoing", "opened_on": date(2023, 7, 3),
            "needs_escalation": "no", "from_date": day, "said_on": day, **more}  # fmt: skip


def test_surveillance_is_reported_at_its_level_with_its_history(con) -> None:
    held = registers(
        surveillance=[
            concern("routine", date(2023, 7, 3)),
            concern("enhanced", date(2023, 10, 2)),
            concern("enhanced", date(2024, 1, 8)),
            concern("intensive", date(2024, 3, 1)),
            concern("routine", date(2023, 7, 3), concern_title="estate"),
            concern("enhanced", date(2024, 1, 8), concern_title="shut", concern_state="closed"),
            concern("intensive", date(2024, 1, 8), concern_title="equipment",
                    opened_on=date(2024, 1, 8)),
        ]
    )  # fmt: skip
    report = con.to_pyarrow(surveillance_report(held, LINES, month_from=date(2024, 1, 1)))
    assert report.select(["status_and_level", "concern_title", "level_since"]).to_pylist() == [
        {"status_and_level": "new: intensive", "concern_title": "equipment",
         "level_since": date(2024, 1, 8)},
        {"status_and_level": "ongoing: enhanced", "concern_title": "staffing",
         "level_since": date(2023, 10, 2)},
    ]  # fmt: skip
    counts = con.to_pyarrow(surveillance_counts(held, rules=evidence_rules())).to_pylist()
    assert [(c["surveillance_level"], c["concerns"]) for c in counts] == [
        ("routine", 1), ("enhanced", 1), ("intensive", 1)]  # fmt: skip
    told = con.to_pyarrow(surveillance_history(held))
    staffing = [r for r in told.to_pylist() if r["concern_title"] == "staffing"]
    assert [r["surveillance_level"] for r in staffing] == ["routine", "enhanced", "enhanced"]


def test_a_profile_sets_spokes_beside_their_hub_and_staff_beside_the_standard(con) -> None:
    base = {"service_code": "S1", "provider_code": "RRK", "contracted": "yes"}
    held = registers(
        provision=[{**base, "site_code": "H", "site_role": "hub"},
                   {**base, "site_code": "A", "site_role": "spoke", "hub_site_code": "H"},
                   {**base, "site_code": "B", "site_role": "spoke", "hub_site_code": "H"},
                   {**base, "site_code": "C", "site_role": "spoke", "hub_site_code": "X"},
                   {**base, "site_code": "D"}],
        workforce=[{"service_code": "S1", "site_code": "H", "staff_role": "consultant",
                    "standard_wte": Decimal(6), "in_post_wte": Decimal("4.5"),
                    "funded_wte": Decimal(4), "counted_on": TODAY, "meets_standard": "no"},
                   {"service_code": "S1", "site_code": "H", "staff_role": "nurse",
                    "in_post_wte": Decimal(3), "counted_on": TODAY,
                    "meets_standard": "not applicable"}],
    )  # fmt: skip
    profile = service_profile(held, service_code="S1")
    placed = con.to_pyarrow(profile.sites).select(["site_code", "spokes", "spoke_sites"])
    assert [tuple(row.values()) for row in placed.to_pylist()] == [
        ("D", None, 0), ("H", "A; B", 2), (None, "C", 1)]  # fmt: skip
    staff = con.to_pyarrow(profile.workforce).to_pylist()
    assert [(s["short_of_standard_wte"], s["vacant_wte"]) for s in staff] == [
        (Decimal("1.5"), Decimal(0)), (None, None)]  # fmt: skip


def test_a_board_has_its_own_priorities_and_everybodys(con) -> None:
    plan = {"financial_year": "2024-25", "title": "t", "lead_role": "lead", "problem": "p",
            "aim": "a", "on_risk_register": "no"}  # fmt: skip
    item = {"financial_year": "2024-25", "deliverable": "d"}
    held = registers(
        priorities=[{**plan, "priority_reference": "A1", "icb_codes": "all"},
                    {**plan, "priority_reference": "B1", "icb_codes": "QWU; QHL"},
                    {**plan, "priority_reference": "C1", "icb_codes": "QUA"}],
        priority_deliverables=[
            {**item, "priority_reference": "A1", "deliverable_number": 1, "quarter": "Q1",
             "deliverable_state": "delivered"},
            {**item, "priority_reference": "A1", "deliverable_number": 2,
             "deliverable_state": "not said"}],
    )  # fmt: skip
    mine = con.to_pyarrow(priorities(held, financial_year="2024-25", icb="QWU")).to_pylist()
    assert [(p["priority_reference"], p["deliverables"], p["delivered"]) for p in mine] == [
        ("A1", 2, 1), ("B1", 0, 0)]  # fmt: skip
    items = con.to_pyarrow(priority_deliverables(held, financial_year="2024-25")).to_pylist()
    assert [i["quarter"] for i in items] == ["Q1", None]
    assert con.to_pyarrow(priorities(held, financial_year="2023-24")).num_rows == 0


def test_registers_that_contradict_each_other_are_found(con) -> None:
    held = registers(
        provision=sites("S1", 1, site_role="spoke", hub_site_code="X"),
        complaints=[{"complaint_reference": "C1", "service_code": "S2", "provider_code": "P1",
                     "received_on": date(2023, 12, 1)}],
        looks=[{"service_code": "S2", "topic": "complaints", "anything_known": "no"},
               {"service_code": "S1", "topic": "complaints", "anything_known": "no"}],
        fragile_services=[{"specialty": "one", "reasons": "demand", "owner_role": "lead",
                           "review_on": date(2024, 1, 30)}],
        priority_deliverables=[{"priority_reference": "Z9", "financial_year": "2024-25",
                                "deliverable_number": 1, "deliverable": "d",
                                "deliverable_state": "late"}],
    )  # fmt: skip
    findings = evidence_findings(held, con=con, rules=evidence_rules()).to_pylist()
    assert [f["check_id"] for f in findings] == ["QUA-X01", "QUA-X02", "QUA-X03", "QUA-X04"]
    assert "S2" in findings[1]["sentence"]
