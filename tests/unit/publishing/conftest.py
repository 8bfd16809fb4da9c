"""A made-up ICB's facts in the declared shapes: small, but with every kind of gap in it."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from speccomm.foundation.periods import FinancialMonth, FinancialYear
from speccomm.publishing import facts as shapes
from speccomm.publishing.facts import Organisation, PackFacts, row_of

BUILT_AT = datetime(2024, 2, 5, 9, 30, tzinfo=UTC)
RECEIVED_AT = datetime(2024, 1, 19, 16, 5, tzinfo=UTC)
PROVIDERS = {
    "RKB": "University Hospitals Coventry and Warwickshire NHS Trust",
    "RJC": "South Warwickshire University NHS Foundation Trust",
    "RLT": "George Eliot Hospital NHS Trust",
    "RYG": "Coventry and Warwickshire Partnership NHS Trust",
    "RRK": "University Hospitals Birmingham NHS Foundation Trust",
    "RWE": "University Hospitals of Leicester NHS Trust",
    "RTH": "Oxford University Hospitals NHS Foundation Trust",
}
LOCAL = ("RJC", "RKB", "RLT", "RYG")
GROUPS = {  # group: (name, within, imported, exported)
    "A06": ("RENAL SERVICES", 59_759, 22_846, 4_582),
    "B03": ("SPECIALISED CANCER SURGERY", 49_203, 4_638, 5_918),
    "B01": ("RADIOTHERAPY", 13_435, 1_863, 1_241),
    "F03": ("HIV", 1_099, 157, 261),
    "F06/E03": ("SPECIALISED IMMUNOLOGY AND ALLERGY SERVICES / PAEDIATRIC MEDICINE", 0, 0, 159),
    "Unknown": (None, 200, 1, 0),
}
SERVICES = {
    "NCBPS11C": "ADULT SPECIALIST RENAL SERVICES: DIALYSIS",
    "NCBPS14A": "ADULT SPECIALIST SERVICES FOR PEOPLE LIVING WITH HIV",
    "NCBPS01R": "SPECIALIST CANCER SERVICES: RADIOTHERAPY (ADULTS)",
    "NCBPS30Z": "ADULT SPECIALIST VASCULAR SERVICES",
}


def flow(intra: object, imported: object, exported: object) -> dict[str, Decimal]:
    a, b, c = (Decimal(str(part)) for part in (intra, imported, exported))
    return {
        "intra": a,
        "imported": b,
        "exported": c,
        "provider_total": a + b,
        "patient_total": a + c,
        "grand_total": a + b + c,
    }


def flows(scale: int = 1):
    rows = [
        {"crg_code": code, "crg_name": name, **flow(a * scale, b * scale, c * scale)}
        for code, (name, a, b, c) in GROUPS.items()
    ]
    return row_of(rows, shapes.FLOWS)


def totals() -> tuple[int, int, int]:
    parts = [group[1:] for group in GROUPS.values()]
    return tuple(sum(column) for column in zip(*parts, strict=True))


def by_month():
    rows, left = [], list(totals())
    for number in range(1, 10):
        share = [part // 9 + (number * 37) % 91 - 45 for part in totals()]
        share = list(left) if number == 9 else share
        left = [a - b for a, b in zip(left, share, strict=True)]
        rows.append({"month": f"2023-{number + 3:02d}", **flow(*share)})
    return row_of(rows, shapes.FLOWS_BY_MONTH)


def by_provider():
    intra, imported, exported = totals()
    parts = {
        "RKB": (intra - 9_000, imported - 500, 0),
        "RJC": (8_000, 400, 0),
        "RLT": (1_000, 100, 0),
        "RRK": (0, 0, exported - 3_001),
        "RWE": (0, 0, 3_000),
        "RTH": (0, 0, 1),
    }
    rows = [
        {"provider_code": code, "provider_name": PROVIDERS[code], **flow(*part)}
        for code, part in parts.items()
    ]
    return row_of(rows, shapes.FLOWS_BY_PROVIDER)


def by_icb():
    intra, imported, exported = totals()
    rows = [
        {
            "icb_code": "QWU",
            "icb_name": "NHS Coventry and Warwickshire Integrated Care Board",
            **flow(intra, 0, exported),
        },
        {
            "icb_code": "QK1",
            "icb_name": "NHS Leicester, Leicestershire and Rutland Integrated Care Board",
            **flow(0, imported - 1_203, 0),
        },
        {
            "icb_code": "QHL",
            "icb_name": "NHS Birmingham and Solihull Integrated Care Board",
            **flow(0, 1_200, 0),
        },
        {"icb_code": None, "icb_name": None, **flow(0, 3, 0)},
    ]
    return row_of(rows, shapes.FLOWS_BY_ICB)


def unknown():
    rows = [
        {
            "provider_code": "RKB",
            "provider_name": PROVIDERS["RKB"],
            "service_code": "NCBPS99Q",
            "service_name": None,
            "reason": "service code not in the list of the year",
            **flow(180, 1, 0),
        },
        {
            "provider_code": "RJC",
            "provider_name": PROVIDERS["RJC"],
            "service_code": "NCBPSYYY",
            "service_name": "HIGHLY SPECIALISED SERVICES ON-COSTS",
            "reason": "service line has no clinical reference group",
            **flow(20, 0, 0),
        },
    ]
    return row_of(rows, shapes.UNKNOWN_FLOWS)


def contract_row(provider, service, plan, actual, effects, units=(1000, 1040)):
    names = ("volume", "mix", "price", "not_planned", "non_activity", "market_forces")
    money = {
        f"{n}_gbp": Decimal(e) if actual else None for n, e in zip(names, effects, strict=True)
    }
    variance = Decimal(actual) - Decimal(plan or 0) if actual else None
    return {
        "provider_code": provider,
        "provider_name": PROVIDERS[provider],
        "service_code": service,
        "service_name": SERVICES[service],
        "plan_activity": None if plan is None else Decimal(units[0]),
        "actual_activity": None if actual is None else Decimal(units[1]),
        "plan_gbp": None if plan is None else Decimal(plan),
        "actual_gbp": None if actual is None else Decimal(actual),
        "variance_gbp": variance,
        **money,
        "forecast_straight_gbp": Decimal(actual) / 9 * 12 if actual else None,
        "forecast_profiled_gbp": Decimal(actual) * Decimal("1.34") if actual and plan else None,
    }


def contract():
    rows = [
        contract_row(
            "RKB",
            "NCBPS11C",
            "12400000.50",
            "12912345.67",
            ("300000.10", "-50000.05", "230000.12", 0, "12345.00", "20000.00"),
        ),
        contract_row("RKB", "NCBPS30Z", None, "1470165.25", (0, 0, 0, "1470165.25", 0, 0)),
        contract_row(
            "RJC", "NCBPS14A", "900000.00", "812000.40", ("-70000.00", "-999.60", "-17000", 0, 0, 0)
        ),
        contract_row("RRK", "NCBPS01R", "5100000.00", "5100000.00", (0, 0, 0, 0, 0, 0)),
        contract_row("RTH", "NCBPS01R", "45000.00", None, (0, 0, 0, 0, 0, 0)),
    ]
    for row in rows:
        for name, value in row.items():
            if name.endswith("_gbp") and value is not None:
                row[name] = Decimal(value).quantize(Decimal("0.01"))
    return row_of(rows, shapes.CONTRACT)


def services():
    pairs = [
        ("RKB", "NCBPS11C", True, "82605"),
        ("RKB", "NCBPS30Z", False, "942"),
        ("RJC", "NCBPS14A", True, "1256"),
        ("RLT", "NCBPS14A", True, None),
        ("RRK", "NCBPS01R", True, "1200"),
        ("RTH", "NCBPS01R", True, None),
        ("RWE", "NCBPS11C", None, "3000"),
    ]
    rows = [
        {
            "provider_code": p,
            "provider_name": PROVIDERS[p],
            "service_code": s,
            "service_name": SERVICES[s],
            "contracted": marked,
            "activity": None if units is None else Decimal(units),
        }
        for p, s, marked, units in pairs
    ]
    return row_of(rows, shapes.SERVICES)


def coverage():
    rows = [
        {
            "provider_code": code,
            "provider_name": PROVIDERS[code],
            "dataset": dataset,
            "months_received": 9,
            "months_expected": 9,
            "missing_months": None,
        }
        for code in ("RKB", "RJC", "RRK")
        for dataset in ("acm", "plcm")
    ]
    rows.append(
        {
            "provider_code": "RLT",
            "provider_name": PROVIDERS["RLT"],
            "dataset": "plcm",
            "months_received": 7,
            "months_expected": 9,
            "missing_months": "2023-08, 2023-11",
        }
    )
    return row_of(rows, shapes.COVERAGE)


def findings():
    def found(check, level, dataset, field, sentence, remedy, number, rows, who):
        return {
            "check_id": check,
            "level": level,
            "dataset": dataset,
            "field": field,
            "sentence": sentence,
            "remedy": remedy,
            "findings": number,
            "rows": rows,
            "providers": who,
        }

    rows = [
        found(
            "CHK-F01",
            "refuse",
            "plcm",
            "POINT OF DELIVERY CODE",
            "The point of delivery is empty.",
            "Give the national point of delivery code.",
            412,
            412,
            "RKB, RJC",
        ),
        found(
            "CHK-F07",
            "refuse",
            "plcm",
            "NHS NUMBER",
            "The NHS number fails its check digit.",
            "Look the number up and send the row again.",
            57,
            57,
            "RKB",
        ),
        found(
            "CHK-F03",
            "refuse",
            "acm",
            "SERVICE CODE",
            "The service code is in no national list.",
            "Use the service code of the year.",
            1,
            1,
            "RLT",
        ),
        found(
            "CHK-A02",
            "warning",
            "plcm",
            "CATEGORY CODE",
            "The category differs from the one assigned.",
            "Check who pays.",
            1203,
            1203,
            "RKB, RRK",
        ),
        found(
            "CHK-N01",
            "note",
            "plcm",
            "PROVIDER CODE",
            "The provider code ended in 00.",
            "Nothing: it was shortened.",
            99,
            99,
            None,
        ),
    ]
    return row_of(rows, shapes.FINDINGS)


def files():
    def file(dataset, name, read, refused, who):
        return {
            "load_id": "20240119T160500-1",
            "received_at": RECEIVED_AT,
            "dataset": dataset,
            "providers": who,
            "file_name": name,
            "sha256": f"{name:*>64.64}".replace("*", "a"),
            "bytes": read * 300,
            "read_rows": read,
            "accepted_rows": read - refused,
            "refused_rows": refused,
            "used_for": shapes.CONTRACT_USE if dataset in {"acm", "iap"} else shapes.ICB_USE,
        }

    rows = [
        file("plcm", "RKB_plcm_m09.csv", 120_000, 469, "RKB"),
        file("plcm", "RJC_plcm_m09.csv", 9_000, 0, "RJC"),
        file("acm", "RLT_acm_m09.csv", 310, 1, "RLT"),
        file("iap", "=RLT_plan.csv", 40, 0, None),
    ]
    return row_of(rows, shapes.FILES)


def made_up(**changes) -> PackFacts:
    rulebooks = [
        {
            "identifier": "intake/checks",
            "version": "2026.1",
            "used_for": "loading",
            "sha256": "b" * 64,
        },
        {
            "identifier": "activity/flows",
            "version": "2026.1",
            "used_for": "this pack",
            "sha256": None,
        },
    ]
    values = {
        "icb": Organisation("QWU", "NHS Coventry and Warwickshire Integrated Care Board"),
        "region": Organisation("Y60", "Midlands"),
        "first_month": FinancialMonth.parse_calendar("2023-04"),
        "last_month": FinancialMonth.parse_calendar("2023-12"),
        "map_date": date(2023, 12, 31),
        "as_at": None,
        "built_at": BUILT_AT,
        "store_version": 12,
        "local_providers": LOCAL,
        "holds_plan": ("RJC", "RKB", "RLT", "RRK", "RTH"),
        "sent_actual": ("RJC", "RKB", "RLT", "RRK"),
        "contract_last_month": FinancialMonth.parse_calendar("2023-12"),
        "contract_year": FinancialYear(2023),
        "incomplete_months": (),
        "cautions": (
            "The service list of 2024/25 stands in for 2023/24, for which none was found.",
        ),
        "flows_icb": flows(),
        "flows_region": flows(13),
        "flows_by_month": by_month(),
        "flows_by_provider": by_provider(),
        "flows_by_icb": by_icb(),
        "unknown_flows": unknown(),
        "contract": contract(),
        "providers": row_of(
            [{"provider_code": c, "provider_name": n} for c, n in PROVIDERS.items()],
            shapes.PROVIDERS,
        ),
        "services": services(),
        "coverage": coverage(),
        "findings": findings(),
        "files": files(),
        "rulebooks": row_of(rulebooks, shapes.RULEBOOKS),
        "reference": row_of([{"table": "icbs", "sha256": "c" * 64}], shapes.REFERENCE),
        "row_counts": {"PLCM rows of the ICB": 1234, "ACM rows of the ICB": 310},
        "software": "speccomm 0.1.0",
        **changes,
    }
    return PackFacts(**values)


@pytest.fixture(scope="session")
def facts() -> PackFacts:
    return made_up()


@pytest.fixture(scope="session")
def make_facts():
    return made_up
