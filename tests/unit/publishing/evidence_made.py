"""Made-up evidence of a few services, in the shapes the registers are read in."""

from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache

import ibis
import pyarrow as pa

from speccomm.publishing import evidence_facts as shapes
from speccomm.publishing.evidence_facts import PackEvidence, Places, gather_evidence
from speccomm.quality import REGISTERS

ON = date(2024, 1, 31)
SAID = {"entry_state": "holds", "said_by": "network manager", "said_on": date(2024, 1, 9)}
RECORDED = datetime(2024, 1, 10, 9, tzinfo=UTC)
VASCULAR, DIALYSIS, HIV = "NCBPS30Z", "NCBPS11C", "NCBPS14A"


def entry(register, number=2, **values):
    """A statement of a register, every column it needs filled."""
    declared = REGISTERS[register]
    row = {"load_id": "L1", "recorded_at": RECORDED, "file_name": f"{register}.csv"}
    row |= {"row_number": number, "from_date": SAID["said_on"], **SAID}
    for flag in declared.flags:
        row |= {flag: "not looked at", f"{flag}_said_by": SAID["said_by"]}
        row[f"{flag}_said_on"] = SAID["said_on"]
    return {**row, **values}


def site(service, provider, code, **values):
    row = {"service_code": service, "provider_code": provider, "site_code": code}
    return entry("provision", **row, **{"contracted": "yes", "site_role": "stand-alone", **values})


def concern(title, provider, level, day, **values):
    row = {"service_code": VASCULAR, "provider_code": provider, "concern_title": title}
    row |= {"surveillance_level": level, "concern_state": "ongoing", "from_date": day}
    row |= {"said_on": day, "opened_on": date(2023, 6, 1), "concern": "beds are closed"}
    return entry("surveillance", **{**row, **values})


def fragile(specialty, icb, **values):
    row = {"specialty": specialty, "icb_code": icb, "reasons": "workforce", "owner_role": "lead"}
    return entry("fragile_services", **{**row, "review_on": date(2024, 3, 1), **values})


def statements():
    """Something of every kind that a section must tell apart."""
    hub = site(VASCULAR, "RKB", "RKB01", site_role="hub")
    spoke = site(VASCULAR, "RJC", "RJC02", site_role="spoke", hub_site_code="RKB01")
    plan = {"priority_reference": "WC1", "financial_year": "2024-25"}
    return {
        "provision": [hub, spoke, site(VASCULAR, "RWE", "RWEAA"), site(DIALYSIS, "RKB", "RKB01")],
        "ssqd": [entry("ssqd", service_code=VASCULAR, has_ssqd="yes", quarterly_indicators=13)],
        "networks": [
            entry("networks", service_code=VASCULAR, area_code="west", has_network="not applicable")
        ],
        "safety_events": [
            entry("safety_events", event_reference=f"E{n}", service_code=VASCULAR,
                  provider_code="RKB", event_kind=kind, reported_on=day, summary="told in private")
            for n, (kind, day) in enumerate(
                [("serious incident", date(2022, 5, 1)), ("serious incident", date(2021, 5, 1)),
                 ("never event", date(2023, 5, 1))]
            )
        ],
        "looks": [
            entry("looks", service_code=VASCULAR, topic="complaints", anything_known="no"),
            entry("looks", service_code=DIALYSIS, topic="complaints"),
        ],
        "workforce": [
            entry("workforce", service_code=VASCULAR, site_code="RKB01", staff_role="consultant",
                  standard_wte=6, in_post_wte="4.5", meets_standard="no",
                  counted_on=date(2023, 12, 1))
        ],
        "surveillance": [
            concern("Beds", "RKB", "routine", date(2023, 10, 1)),
            concern("Beds", "RKB", "enhanced", date(2024, 1, 8)),
            concern("Lists", "RWE", "enhanced", date(2023, 9, 1), needs_escalation="yes"),
            concern("Letters", "RWE", "enhanced", date(2023, 9, 1)),
            concern("Letters", "RWE", "enhanced", date(2024, 1, 15), concern_state="closed"),
        ],
        "fragile_services": [
            fragile("Fetal medicine", "QWU", review_on=date(2024, 1, 30)),
            fragile("Aseptic pharmacy", "QWU", reasons="workforce; capacity"),
            fragile("Histopathology", "QK1"),
            fragile("Genetics", None, area_code="west"),
            fragile("Perfusion", None),
        ],
        "deep_dives": [
            entry("deep_dives", title="Vascular", service_code=VASCULAR, icb_codes="all",
                  dive_state="completed", done_on=date(2023, 10, 12))
        ],
        "priorities": [
            entry("priorities", **plan, title="Neonatal care", lead_role="programme lead",
                  icb_codes="all", problem="too few cots", aim="care near home"),
            entry("priorities", **{**plan, "priority_reference": "T1"}, title="Not ours",
                  lead_role="programme lead", icb_codes="QK1", problem="p", aim="a"),
        ],
        "priority_deliverables": [
            entry("priority_deliverables", **plan, deliverable_number=n, deliverable=f"Step {n}",
                  deliverable_state=state, quarter="Q1")
            for n, state in enumerate(["late", "delivered", "late"], start=1)
        ],
    }  # fmt: skip


def places():
    names = {
        "RKB": ("University Hospitals Coventry and Warwickshire NHS Trust", "QWU"),
        "RJC": ("South Warwickshire University NHS Foundation Trust", "QWU"),
        "RWE": ("University Hospitals of Leicester NHS Trust", "QK1"),
    }
    lines = [(VASCULAR, "ADULT SPECIALIST VASCULAR SERVICES"), (DIALYSIS, "RENAL DIALYSIS"),
             (HIV, "ADULT SPECIALIST SERVICES FOR PEOPLE LIVING WITH HIV")]  # fmt: skip
    icbs = {"QWU": "NHS Coventry and Warwickshire Integrated Care Board",
            "QK1": "NHS Leicester, Leicestershire and Rutland Integrated Care Board"}  # fmt: skip
    areas = [("east", "East Midlands", "QK1", "LLR", 1), ("west", "West Midlands", "QWU", "C&W", 2)]
    return Places(
        lines=_table(shapes.LINES, [(c, n, "A", "A06", True, True) for c, n in lines]),
        areas=_table(shapes.AREAS, areas),
        sites=_table(shapes.SITES, [("RKB01", "University Hospital"), ("RJC02", "Warwick")]),
        providers=_table(shapes.PROVIDERS, [(c, *rest) for c, rest in names.items()]),
        icbs=_table(shapes.ICBS, list(icbs.items())),
    )


def made_evidence(**changes) -> PackEvidence:
    """The evidence, with some registers' statements replaced."""
    return _gathered(tuple(changes)) if not any(changes.values()) else _gather(changes)


@cache
def _gathered(emptied) -> PackEvidence:
    return _gather({name: [] for name in emptied})


def _gather(changes) -> PackEvidence:
    said = {**statements(), **changes}
    tables = {
        name: pa.Table.from_pylist(
            [_cast(name, row) for row in rows], schema=REGISTERS[name].stored
        )
        for name, rows in {**dict.fromkeys(REGISTERS, []), **said}.items()
    }
    return gather_evidence(
        ibis.duckdb.connect(),
        tables,
        places(),
        on=ON,
        collected=frozenset(name for name, rows in said.items() if rows),
        month_from=ON.replace(day=1),
        financial_year="2024-25",
    )


def _cast(name, row):
    wte = {key: Decimal(value) for key, value in row.items() if key.endswith("_wte") and value}
    return {**row, **wte}


def _table(schema, rows):
    return pa.Table.from_pylist(
        [dict(zip(schema.names, row, strict=True)) for row in rows], schema=schema
    )
