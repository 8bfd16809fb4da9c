"""The pandas script's third part: who pays, by the contract monitoring variant of the method."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from benchmarks.pandas_cells import by_code

COMBINATION = [
    "category_code",
    "service_code",
    "provider_code",
    "gp_responsibility_code",
    "residence_responsibility_code",
    "establishment",
    "treatment_function_code",
    "pod_code",
    "financial_year",
    "financial_month",
]
DERIVED = [
    "derived_commissioner_code",
    "derived_category_code",
    "reason_code",
    "crg_code",
    "npoc_letter",
    "specialised",
]


def assign(frame: pd.DataFrame, book: dict[str, pd.DataFrame]) -> None:
    """Who pays, under which category and why: each different combination of codes once."""
    practices = frame["gp_practice_code"]
    apart = practices.cat.categories.to_series().isin(book["practices"]["practice_code"])
    frame["establishment"] = practices.where(
        by_code(apart, practices.cat.codes.to_numpy(), missing=False)
    ).cat.remove_unused_categories()
    number = frame.groupby(COMBINATION, sort=False, observed=True, dropna=False).ngroup()
    number = number.to_numpy()
    _, first = np.unique(number, return_index=True)
    few = frame.iloc[first][COMBINATION].astype(dict.fromkeys(COMBINATION[:-1], "str"))
    few["financial_month"] = few["financial_month"].astype("Int8")
    answer = derived(few.reset_index(drop=True), book)
    del frame["establishment"]
    for name in DERIVED[:-1]:
        codes, kinds = pd.factorize(answer[name])
        frame[name] = pd.Categorical.from_codes(codes[number], pd.Index(kinds, dtype="str"))
    frame["specialised"] = answer["specialised"].array[number]


def derived(rows: pd.DataFrame, book: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """The contract monitoring variant of the Commissioner Assignment Method."""
    facts = _with_lookups(rows, book)
    service, category = facts["service_code"].fillna(""), facts["category_code"].fillna("")
    pod, status = facts["pod_code"].fillna(""), facts["service_status"].fillna("")
    no_code = service.isin(["", "99999999"])
    known = facts["service_line_kind"].notna()
    special = (known & ~no_code & service.str.startswith("NCBPS")) | (no_code & (category == "21"))
    mental = (
        _yes(facts["service_mental_health"])
        & ~service.isin(["NCBPSNSD", "NCBPSHST", "99999999", "NCBPSXXX"])
    )  # fmt: skip
    begun = _yes(facts["month_delegation_begun"])
    dental_functions = ["140", "141", "142", "143", "144", "145", "217", "450", "451"]
    tests = [
        pod.isin(["DRUG", "DEVICE"]) | category.isin(["31", "32", "41"]),
        (facts["gp_level"] == "devolved")
        | (facts["gp_responsibility_code"].isna() & (facts["residence_level"] == "devolved")),
        mental & (status == "GREEN") & begun,
        mental,
        special & (status == "AMBER"),
        special & status.isin(["", "RED", "BLUE", "NOT APPLICABLE"]),
        (facts["treatment_function_code"].isin(dental_functions) & ~special)
        | category.isin(["51", "55"])
        | (service == "NCBSDXXX"),
        (_yes(facts["establishment_prison"]) | category.isin(["71", "75"])) & (pod != "AE"),
        service.str.startswith("NCBPH") | category.isin(["81", "85"]),
        _yes(facts["establishment_armed_forces"]) | (category == "61"),
        special & (status == "GREEN"),
    ]
    rule = np.select(tests, list(range(len(tests))), default=len(tests))
    conditions, commissioners, categories, reasons = [], [], [], []
    for number, (ways, otherwise) in enumerate(RULES):
        for source, level, delegated, gives, to, reason in ways:
            holds = pd.Series(rule == number, index=facts.index)
            if level is not None:
                holds &= facts[f"{source}_level"] == level
            if delegated is not None:
                is_delegated = facts[f"{source}_delegated"]
                holds &= _yes(is_delegated) if delegated else _yes(is_delegated == False)  # noqa: E712
            code = None if gives is None else facts[f"{source}_{gives}"]
            if code is not None:
                holds &= code.notna()
            conditions.append(holds)
            commissioners.append(None if code is None else code.to_numpy(dtype=object))
            categories.append(to)
            reasons.append(reason)
        commissioner, to, reason = otherwise
        conditions.append(rule == number)
        commissioners.append(commissioner)
        categories.append(to)
        reasons.append(reason)
    held = facts["month_delegation_begun"].notna()
    conditions.insert(0, ~held)
    nothing = np.full(len(facts), None, dtype=object)
    told = [None, *commissioners]
    special_known = held & (special | known | (service == "99999999"))
    return pd.DataFrame(
        {
            "derived_commissioner_code": np.select(
                conditions, [nothing if one is None else one for one in told], default=nothing
            ),
            "derived_category_code": _chosen(conditions, [None, *categories]),
            "reason_code": _chosen(conditions, ["YEAR_NOT_KNOWN", *reasons]),
            "crg_code": facts["service_crg_code"],
            "npoc_letter": facts["service_npoc_letter"],
            "specialised": special.astype("boolean").where(special_known),
        }
    )


def _chosen(conditions: list[Any], values: list[str | None]) -> np.ndarray[Any, Any]:
    which = np.select(conditions, list(range(len(values))), default=-1)
    return np.array([*values, None], dtype=object)[which]


def _yes(flags: pd.Series) -> pd.Series:
    return flags.astype("boolean").fillna(value=False).astype(bool)


def _with_lookups(rows: pd.DataFrame, book: dict[str, pd.DataFrame]) -> pd.DataFrame:
    period = ["financial_year", "financial_month"]
    facts = rows
    for prefix, table, column, code in (
        ("gp", "commissioners", "gp_responsibility_code", "body_code"),
        ("residence", "commissioners", "residence_responsibility_code", "body_code"),
        ("host", "providers", "provider_code", "provider_code"),
        ("establishment", "practices", "establishment", "practice_code"),
        ("service", "services", "service_code", "service_code"),
        ("month", "months", None, None),
    ):
        lookup = book[table]
        on = [name for name in period if name in lookup.columns]
        renamed = {name: f"{prefix}_{name}" for name in lookup.columns if name not in (*on, code)}
        lookup = lookup.rename(columns={**renamed, **({code: column} if code else {})})
        if "financial_month" in on:
            lookup = lookup.astype({"financial_month": "Int8"})
        facts = facts.merge(lookup, on=[*on, *([column] if column else [])], how="left")
    return facts


Way = tuple[str, str | None, bool | None, str | None, str, str]
SUB, ICB = "sub_icb", "icb"


def _four_bodies(gives: str, category: str, reasons: list[str]) -> list[Way]:
    return [
        ("gp", SUB, None, gives, category, reasons[0]),
        ("gp", ICB, None, gives, category, reasons[1]),
        ("residence", SUB, None, gives, category, reasons[2]),
        ("residence", ICB, None, gives, category, reasons[3]),
        ("host", None, None, gives, category, reasons[4]),
    ]


RULES: list[tuple[list[Way], tuple[str | None, str | None, str]]] = [
    ([], (None, None, "NOT_TESTED")),
    ([], (None, None, "NOT_TESTED_DEVOLVED")),
    ([], (None, "26", "MH_Delegated")),
    ([], (None, "22", "MH_Non_Delegated")),
    (
        _four_bodies("hub_code", "21", ["C_0b_1", "C_0b_2", "C_0b_3", "C_0b_4", "C_0b_5"]),
        (None, "21", "C_0b_X"),
    ),
    ([("host", None, None, "hub_code", "21", "C_2_1")], (None, "21", "C_2_X")),
    (
        [
            ("gp", SUB, None, "sub_icb_code", "55", "D_1"),
            ("residence", SUB, None, "sub_icb_code", "55", "D_2"),
            ("gp", ICB, None, None, "55", "D_X"),
            ("residence", ICB, None, None, "55", "D_X"),
            ("host", None, None, "sub_icb_code", "55", "D_3"),
        ],
        (None, "55", "D_X"),
    ),
    (
        [("establishment", None, None, "justice_hub_code", "71", "E_1")],
        (None, "71", "E_X"),
    ),
    (
        _four_bodies("public_health_code", "81", ["F_1", "F_2", "F_3", "F_4", "F_5"]),
        (None, "81", "F_X"),
    ),
    ([], ("13Q", "61", "J_1")),
    (
        [
            ("gp", SUB, True, "sub_icb_code", "25", "C_6_1"),
            ("gp", SUB, False, "hub_code", "21", "C_6_4"),
            ("gp", ICB, False, "hub_code", "21", "C_6_5"),
            ("residence", SUB, True, "sub_icb_code", "25", "C_6_2"),
            ("residence", SUB, False, "hub_code", "21", "C_6_6"),
            ("residence", ICB, False, "hub_code", "21", "C_6_7"),
            ("host", None, True, "sub_icb_code", "25", "C_6_3"),
            ("host", None, False, "hub_code", "21", "C_6_8"),
        ],
        (None, None, "C_5_X"),
    ),
    (
        [
            ("gp", SUB, None, "sub_icb_code", "12", "C_5_1"),
            ("residence", SUB, None, "sub_icb_code", "12", "C_5_1"),
            ("host", None, None, "sub_icb_code", "12", "C_5_1"),
        ],
        (None, None, "X"),
    ),
]
"""Each rule's ways (source, level, delegated, gives, category, reason) and what holds if none does."""
