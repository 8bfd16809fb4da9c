"""A small made-up England for the assignment tests: real shapes and codes, made-up people."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace
from typing import Any

import pyarrow as pa

TEXT, DAY, FLAG, NUMBER = pa.string(), pa.date32(), pa.bool_(), pa.float64()
SPAN = {"from_date": DAY, "to_date": DAY}


def _text(*names: str) -> dict[str, pa.DataType]:
    return dict.fromkeys(names, TEXT)


COLUMNS: dict[str, dict[str, pa.DataType]] = {
    "regions": _text(
        "region_code",
        "region_name",
        "specialised_hub_code",
        "health_justice_hub_code",
        "public_health_code",
    )
    | SPAN,
    "icbs": _text("icb_code", "icb_name", "region_code", "ons_code") | SPAN,
    "sub_icbs": _text("sub_icb_code", "sub_icb_name", "icb_code") | SPAN,
    "delegation": _text("sub_icb_code") | {"delegated": FLAG} | SPAN,
    "welsh_boards": _text("board_code", "board_name") | SPAN,
    "trusts": _text("provider_code", "provider_name", "icb_code", "region_code", "postcode")
    | {"latitude": NUMBER, "longitude": NUMBER, "kind": TEXT}
    | SPAN,
    "icb_successors": _text("icb_code", "successor_code") | {"effective_date": DAY},
    "trust_icbs": _text("provider_code", "icb_code") | SPAN,
    "service_lines": _text(
        "service_code",
        "service_name",
        "npoc_letter",
        "npoc_name",
        "crg_code",
        "crg_name",
        "line_kind",
    )
    | {"highly_specialised": FLAG, "mental_health": FLAG, "age_group": TEXT},
    "service_status": _text("service_code", "financial_year", "status")
    | {"assumed": FLAG, "in_list": FLAG},
    "establishments": _text(
        "establishment", "postcode", "health_justice_hub_code", "prescribing_practice_code"
    ),
    "armed_forces_practices": _text("practice_code", "name", "postcode", "country_code")
    | {"open_date": DAY, "close_date": DAY, "english": FLAG},
    "pseudo_postcodes": _text("postcode", "country", "kind"),
    "infertility_codes": _text("classification", "code", "match"),
    "practices": _text(
        "practice_code",
        "postcode",
        "status",
        "commissioner_code",
        "national_grouping",
        "high_level_health_geography",
    )
    | {"open_date": DAY, "close_date": DAY},
    "postcodes": _text(
        "postcode",
        "country_code",
        "sub_icb_code",
        "icb_code",
        "region_code",
        "local_authority_code",
        "health_board_code",
        "small_area_code",
    ),
    "providers": _text("provider_code", "postcode", "hub_code") | {"nhs_england_contract": FLAG},
}

ENGLAND, WALES, SCOTLAND, NORTHERN_IRELAND = "E92000001", "W92000004", "S92000003", "N92000002"
OPEN = (date(2010, 4, 1), None)
A2024, A2025 = date(2024, 4, 1), date(2025, 4, 1)

ROWS: dict[str, list[tuple[Any, ...]]] = {
    "regions": [
        ("Y56", "London", "13R", "14M", "Y56", *OPEN),
        ("Y58", "South West", "14F", "14T", "Y58", *OPEN),
        ("Y60", "Midlands", "14A", "14Q", "Y60", *OPEN),
        ("Y62", "North West", "27T", "32T", "Y62", *OPEN),
    ],
    "icbs": [
        ("QWU", "Coventry and Warwickshire", "Y60", None, *OPEN),
        ("QHL", "Birmingham and Solihull", "Y60", None, *OPEN),
        ("QGH", "Herefordshire and Worcestershire", "Y60", None, *OPEN),
        ("QOC", "Shropshire, Telford and Wrekin", "Y60", None, *OPEN),
        ("QJM", "Lincolnshire", "Y60", None, *OPEN),
        ("QK1", "Leicester, Leicestershire and Rutland", "Y60", None, *OPEN),
        ("QMJ", "North Central London", "Y56", None, *OPEN),
        ("QRV", "West and North London", "Y56", None, OPEN[0], date(2026, 4, 1)),
        ("QYG", "Cheshire and Merseyside", "Y62", None, *OPEN),
        ("QNQ", "Frimley", "Y60", None, OPEN[0], date(2026, 4, 1)),
        ("Z9B2Z", "West and North London", "Y56", None, date(2026, 4, 1), None),
    ],
    "sub_icbs": [
        ("B2M3M", "Coventry and Warwickshire", "QWU", *OPEN),
        ("15E", "Birmingham and Solihull", "QHL", *OPEN),
        ("18C", "Herefordshire and Worcestershire", "QGH", *OPEN),
        ("M2L0M", "Shropshire, Telford and Wrekin", "QOC", *OPEN),
        ("71E", "Lincolnshire", "QJM", *OPEN),
        ("03W", "East Leicestershire", "QK1", *OPEN),
        ("04C", "Leicester City", "QK1", *OPEN),
        ("93C", "North Central London", "QMJ", *OPEN),
        ("W2U3Z", "North West London", "QRV", OPEN[0], date(2026, 4, 1)),
        ("W2U3Z", "North West London", "Z9B2Z", date(2026, 4, 1), None),
        ("D4U1Y", "Frimley", "QNQ", OPEN[0], date(2026, 4, 1)),
        ("27D", "Cheshire", "QYG", *OPEN),
        ("99A", "Liverpool", "QYG", *OPEN),
    ],
    "delegation": [
        (code, True, A2024, None)
        for code in ("B2M3M", "15E", "18C", "M2L0M", "71E", "03W", "04C", "27D", "99A")
    ]
    + [("93C", False, A2024, A2025), ("93C", True, A2025, None)]
    + [("W2U3Z", True, A2025, None)],
    "welsh_boards": [
        ("7A1", "Betsi Cadwaladr", *OPEN),
        ("7A7", "Powys", *OPEN),
    ],
    "trusts": [
        ("RKB", "Coventry", "QWU", "Y60", "CV2 2DX", None, None, "acute", *OPEN),
        ("RRK", "Birmingham", "QHL", "Y60", "B15 2GW", None, None, "acute", *OPEN),
        ("RWE", "Leicester", "QK1", "Y60", "LE1 5WW", None, None, "acute", *OPEN),
        ("RLQ", "Hereford", "QGH", "Y60", None, None, None, "acute", *OPEN),
        ("RAL", "London", "QMJ", "Y56", "NW3 2QG", None, None, "acute", *OPEN),
        ("RYJ", "North West London", "QRV", "Y56", None, None, None, "acute", *OPEN),
        ("RDU", "Surrey", "QNQ", "Y60", None, None, None, "acute", *OPEN),
        ("RFR", "Berkshire", "QNQ", "Y60", None, None, None, "acute", *OPEN),
        ("RYX", "Nowhere", None, None, None, None, None, "acute", *OPEN),
    ],
    "icb_successors": [("QRV", "Z9B2Z", date(2026, 4, 1))],
    "trust_icbs": [("RFR", "QJM", date(2026, 4, 1), None)],
    "service_lines": [
        ("99999999", "Not directly commissioned", None, None, None, None, "catch-all/fund")
        + (None, False, None),
        ("NCBPS11B", "Renal dialysis", "A", "Internal", "A06", "Renal", "service", False, False)
        + ("all ages",),
        ("NCBPS06A", "Spinal cord", "D", "Trauma", "D03", "Spinal", "service", False, False, None),
        ("NCBPS30Z", "Adult HIV", "F", "Blood", "F03", "HIV", "service", False, False, None),
        ("NCBPS19T", "Liver transplant", "A", "Internal", "A02", "Liver", "service", True, False)
        + (None,),
        ("NCBPS22E", "Eating disorders", "C", "Mental", "C01", "Mental", "service", False, True)
        + (None,),
        ("NCBPS22B", "Secure", "C", "Mental", "C02", "Secure", "service", False, True, None),
        ("NCBPS22Y", "Highly specialised mental health", "C", "Mental", "C01", "Mental")
        + ("service", True, True, None),
        ("NCBPS13X_TOP", "Top-up", "A", "Internal", "A05", "Heart", "top-up identifier")
        + (False, False, None),
        ("NCBPS58S", "Closed line", "D", "Trauma", "D04", "Neuro", "service", False, False, None),
        ("NCBPSNSD", "New developments", None, None, None, None, "catch-all/fund")
        + (False, True, None),
        ("NCBPSXXX", "Not attributable", None, None, None, None, "catch-all/fund")
        + (False, False, None),
        ("NCBSDXXX", "Secondary dental", None, None, None, None, "catch-all/fund")
        + (None, False, None),
        ("NCBPH26B", "Bowel screening", None, None, None, None, "public health s7A")
        + (None, False, None),
    ],
    "service_status": [
        (code, year, status, year == "2023-24", status is not None)
        for code, statuses in {
            "99999999": ("NOT APPLICABLE",) * 4,
            "NCBPS11B": ("GREEN",) * 4,
            "NCBPS06A": ("AMBER", "AMBER", "RED", "RED"),
            "NCBPS30Z": ("GREEN",) * 4,
            "NCBPS19T": ("RED",) * 4,
            "NCBPS22E": ("AMBER", "AMBER", "GREEN", "GREEN"),
            "NCBPS22B": ("RED",) * 4,
            "NCBPS22Y": ("RED",) * 4,
            "NCBPS13X_TOP": ("BLUE",) * 4,
            "NCBPS58S": ("RED", "RED", None, None),
            "NCBPSNSD": ("RED",) * 4,
            "NCBPSXXX": ("NOT APPLICABLE",) * 4,
            "NCBSDXXX": ("GREEN", "GREEN", "GREEN", "NOT APPLICABLE"),
            "NCBPH26B": ("NOT APPLICABLE",) * 4,
        }.items()
        for year, status in zip(("2023-24", "2024-25", "2025-26", "2026-27"), statuses, strict=True)
    ],
    "establishments": [
        ("HMP MORTON HALL", "LN6 9PT", "14Q", "Y07289"),
        ("HMP SHARED A", "LN1 1AA", "14Q", "Y07000"),
        ("HMP SHARED B", "LN1 1AA", "14M", "Y07000"),
        ("HMP NO ADDRESS", None, "14Q", None),
    ],
    "armed_forces_practices": [
        ("A91021", "Cranwell", "NG34 8HB", ENGLAND, date(2009, 10, 1), None, True),
        ("A91099", "Closed camp", "NG34 8HB", ENGLAND, date(2009, 10, 1), date(2024, 6, 30), True),
        ("A99001", "Overseas camp", "BF1 2AA", None, date(2009, 10, 1), None, False),
        ("A91050", "Forces post camp", "BF1 3AA", ENGLAND, date(2009, 10, 1), None, True),
    ],
    "pseudo_postcodes": [
        ("ZZ99 4GZ", "France", "eea"),
        ("ZZ99 6GZ", "Australia", "non_eea"),
        ("ZZ99 6RZ", "Bermuda", "non_eea"),
        ("ZZ99 6RZ", "Anguilla", "non_eea"),
        ("ZZ99 3WZ", "Address not known", "uk_default"),
        ("ZZ99 3VZ", "No fixed abode", "uk_default"),
        ("ZZ99 3CZ", "England", "uk_default"),
        ("ZZ99 3GZ", "Wales", "uk_default"),
        ("ZZ99 1WZ", "Scotland", "uk_default"),
        ("ZZ99 2WZ", "Northern Ireland", "uk_default"),
    ],
    "infertility_codes": [
        ("ICD-10", "N46", "prefix"),
        ("ICD-10", "N97", "prefix"),
        ("ICD-10", "Z35.0", "exact"),
        ("OPCS-4", "Q13.1", "exact"),
        ("OPCS-4", "Y96.1", "exact"),
    ],
    "practices": [
        ("M86001", "CV1 4FS", "A", "B2M3M", "Y60", "Q77", date(1974, 4, 1), None),
        ("M85001", "B1 1AA", "A", "15E", "Y60", "Q77", date(1974, 4, 1), None),
        ("C83001", "LN1 1ZZ", "A", "71E", "Y60", "Q78", date(1974, 4, 1), None),
        ("M82001", "SY1 1AA", "P", "M2L0M", "Y60", "Q77", date(1974, 4, 1), None),
        ("F83001", "NW3 2AA", "A", "93C", "Y56", "Q71", date(1974, 4, 1), None),
        ("N81001", "CH1 1AA", "A", "27D", "Y62", "Q75", date(1974, 4, 1), None),
        ("W96001", "LD1 5AA", "A", "7A7", "W00", "Q99", date(1974, 4, 1), None),
        ("W96002", "HR3 5ZZ", "A", "7A7", "W00", "Q99", date(1974, 4, 1), None),
        ("A91021", "NG34 8HB", "A", "13Q", "Y60", "Q78", date(2009, 10, 1), None),
        ("A91050", "BF1 3AA", "A", "13Q", "Y60", "Q78", date(2009, 10, 1), None),
        ("Y01001", "JE1 1AA", "A", "YAC01", "YAC", "YAC", date(2000, 4, 1), None),
        ("A99001", "BF1 2AA", "A", "13Q", "Y60", "Q78", date(2009, 10, 1), None),
        ("M86009", "CV1 4FS", "A", "YDD82", "Y60", "Q77", date(1974, 4, 1), None),
        ("M86010", "CV1 4FS", "C", "B2M3M", "Y60", "Q77", date(1974, 4, 1), date(2025, 6, 10)),
        ("M86011", "CV1 4FS", "D", "B2M3M", "Y60", "Q77", date(1974, 4, 1), None),
        # one practice listed three times with overlapping dates: the row opened last in force wins
        ("M86020", "CV1 4FS", "A", "B2M3M", "Y60", "Q77", date(1974, 4, 1), None),
        ("M86020", "B1 1AA", "A", "15E", "Y60", "Q77", date(2025, 1, 1), date(2025, 5, 31)),
        ("M86020", "LN1 1ZZ", "A", "71E", "Y60", "Q78", date(2025, 5, 1), date(2025, 8, 31)),
    ],
    "postcodes": [
        ("CV1 1AA", ENGLAND, "B2M3M", "QWU", "Y60", "E08000026", None, None),
        ("CV1 4FS", ENGLAND, "B2M3M", "QWU", "Y60", "E08000026", None, None),
        ("CV2 2DX", ENGLAND, "B2M3M", "QWU", "Y60", "E08000026", None, None),
        ("B1 1AA", ENGLAND, "15E", "QHL", "Y60", "E08000025", None, None),
        ("B15 2GW", ENGLAND, "15E", "QHL", "Y60", "E08000025", None, None),
        ("LN6 9PT", ENGLAND, "71E", "QJM", "Y60", "E07000141", None, None),
        ("LN1 1AA", ENGLAND, "71E", "QJM", "Y60", "E07000138", None, None),
        ("LN1 1ZZ", ENGLAND, "71E", "QJM", "Y60", "E07000138", None, None),
        ("NG34 8HB", ENGLAND, "71E", "QJM", "Y60", "E07000139", None, None),
        ("HR1 1AA", ENGLAND, "18C", "QGH", "Y60", "E06000019", None, None),
        ("HR3 5ZZ", ENGLAND, "18C", "QGH", "Y60", "E06000019", None, None),
        ("HR1 2ER", ENGLAND, "18C", "QGH", "Y60", "E06000019", None, None),
        ("SY1 1AA", ENGLAND, "M2L0M", "QOC", "Y60", "E06000051", None, None),
        ("SY3 8XQ", ENGLAND, "M2L0M", "QOC", "Y60", "E06000051", None, None),
        ("CH1 1AA", ENGLAND, "27D", "QYG", "Y62", "E06000050", None, None),
        ("NW3 2AA", ENGLAND, "93C", "QMJ", "Y56", "E09000007", None, None),
        ("NW3 2QG", ENGLAND, "93C", "QMJ", "Y56", "E09000007", None, None),
        ("NW1 0ZZ", ENGLAND, None, None, None, "E09000007", None, None),
        ("LD1 5AA", WALES, None, None, None, "W06000023", "7A7", None),
        ("CF10 1AA", WALES, None, None, None, "W06000015", "7A4", None),
        ("EH1 1AA", SCOTLAND, None, None, None, "S12000036", "SS9", None),
        ("BT1 1AA", NORTHERN_IRELAND, None, None, None, "N09000003", "ZC010", None),
        ("IM1 1AA", "M83000003", None, None, None, None, None, None),
    ],
    "providers": [
        ("RKB", "CV2 2DX", "14A", True),
        ("RRK", "B15 2GW", "14A", True),
        ("RX1", "NG5 1PB", "14A", True),
        ("RWD", "LN2 5QY", "14A", True),
        ("RLQ", "HR1 2ER", "14A", True),
        ("RXW", "SY3 8XQ", None, True),
        ("RAL", "NW3 2QG", "13R", True),
        ("RNC", "CV1 1AA", None, False),
        ("RUN", "CV1 1AA", None, None),
        ("RHU", "CV1 1AA", "14A", None),
        ("RNO", None, None, True),
    ],
}


def table(name: str, rows: list[tuple[Any, ...]]) -> pa.Table:
    """Rows as the named reference table."""
    schema = pa.schema(list(COLUMNS[name].items()))
    columns = list(schema.names)
    return pa.Table.from_pylist([dict(zip(columns, row, strict=True)) for row in rows], schema)


def made_up_reference(**instead: list[tuple[Any, ...]]) -> SimpleNamespace:
    """The made-up England, with some tables' rows replaced."""
    tables = {name: table(name, instead.get(name, ROWS[name])) for name in COLUMNS}
    loaded = frozenset(name for name, held in tables.items() if held.num_rows)
    return SimpleNamespace(**tables, loaded=loaded)
