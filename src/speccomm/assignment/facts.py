"""A record beside everything the flow chart looks up for it, as Ibis expressions."""

from __future__ import annotations

from typing import Any

import ibis
import ibis.expr.types as ir

from speccomm.assignment.lookups import CamLookups
from speccomm.assignment.practices import PLACE_COLUMNS
from speccomm.assignment.predicates import cleaned, is_true, outward, within
from speccomm.assignment.rules import CamRules
from speccomm.assignment.tables import RECORD

CODES_OF_TWO = ("administrative_category", "source_of_admission")
LONG_PROVIDER = 5  # a trust's code written with 00, its own site number, at the end
NATIONAL_YEAR_MONTH = 4


def record_facts(records: ir.Table, lookups: CamLookups, *, rules: CamRules) -> ir.Table:
    """Set each record beside its practice, postcode, provider, service line and residence.

    Shape:   one row per record. Columns: the record's own, cleaned, and any
             others it came with, named r_*; practice p_*;
             postcode as recorded a_*; special postcode s_*; provider v_*; service line l_*;
             residence as the rules take it e_*; sub-ICB of residence d_*; its region g_*.
    Missing: nothing found leaves that group null.
    Source:  section "Normalising" of docs/explanation/commissioner_assignment.md.
    """
    own = _cleaned_records(records, rules)
    joined = _dated_join(own, lookups.practices, "p", own["r_gp_practice_code"])
    joined = _join(joined, lookups.postcodes, "a", joined["r_postcode_key"])
    joined = _join(joined, lookups.special_postcodes, "s", joined["r_postcode_key"])
    joined = _join(joined, lookups.providers, "v", joined["r_provider_code"])
    services = _prefixed(lookups.services, "l")
    joined = joined.left_join(
        services,
        [
            joined["r_service_code"] == services["l_service_code"],
            joined["r_year_start"] == services["l_year_start"],
        ],
    ).select(*joined.columns, *services.columns)
    resident = _with_residence(joined, rules)
    found = _dated_join(resident, lookups.sub_icbs, "d", resident["e_sub_icb_code"])
    return _join(found, lookups.regions, "g", found["e_region_code"])


def _cleaned_records(records: ir.Table, rules: CamRules) -> ir.Table:
    """Codes without spaces around them and in capitals; leading zeros put back."""
    columns: dict[str, Any] = {}
    for name, kind in RECORD.items():
        value = records[name]
        columns[f"r_{name}"] = cleaned(value).upper() if kind == "string" else value
    columns["r_record_id"] = records["record_id"]
    for name in CODES_OF_TWO:
        columns[f"r_{name}"] = columns[f"r_{name}"].lpad(2, "0")
    columns["r_cds_type"] = columns["r_cds_type"].lpad(3, "0")
    columns["r_postcode_key"] = columns.pop("r_postcode").replace(" ", "")
    provider = columns["r_provider_code"]
    whole_trust = (provider.length() == LONG_PROVIDER) & provider.endswith("00")
    columns["r_provider_code"] = ibis.ifelse(whole_trust, provider.substr(0, 3), provider)
    day = columns["r_activity_date"]
    year = ibis.ifelse(day.month() < NATIONAL_YEAR_MONTH, day.year() - 1, day.year())
    columns["r_year_start"] = year.cast("int32")
    carried = {f"r_{name}": records[name] for name in records.columns if name not in RECORD}
    return records.select(**columns, **carried)


def _with_residence(joined: ir.Table, rules: CamRules) -> ir.Table:
    """Where the patient counts as living: see `residence_basis`."""
    key = joined["r_postcode_key"]
    unknown = key.isnull() | is_true(joined["s_uk_default"])
    located = ~unknown & ~within(outward(key), rules.lists["forces_postcode_areas"])
    by_practice = (
        ibis.literal(rules.settings["forces_address"] == "practice_if_unlocated")
        & ~located
        & is_true(joined["p_forces"])
        & joined["p_country_code"].notnull()
    )
    basis = ibis.cases((by_practice, "practice"), (unknown, "provider"), else_="recorded")
    england = rules.lists["english_countries"][0]
    columns: dict[str, Any] = {}
    for name in PLACE_COLUMNS:
        by_provider = ibis.literal(england) if name == "country_code" else joined[f"v_{name}"]
        columns[f"e_{name}"] = ibis.cases(
            (basis == "practice", joined[f"p_{name}"]),
            (basis == "provider", by_provider),
            else_=joined[f"a_{name}"],
        )
    return joined.mutate(e_basis=basis, **columns)


def _join(left: ir.Table, table: ir.Table, prefix: str, code: ir.Value) -> ir.Table:
    """Left join on the lookup's first column; no match leaves nulls."""
    right = _prefixed(table, prefix)
    joined: ir.Table = left.left_join(right, [code == right[right.columns[0]]])
    return joined.select(*left.columns, *right.columns)


def _dated_join(left: ir.Table, table: ir.Table, prefix: str, code: ir.Value) -> ir.Table:
    """Left join on the lookup's first column and the day of the record."""
    right = _prefixed(table, prefix)
    day = left["r_activity_date"]
    tests = [
        code == right[right.columns[0]],
        day >= right[f"{prefix}_from_date"],
        day < right[f"{prefix}_to_date"],
    ]
    joined: ir.Table = left.left_join(right, tests)
    return joined.select(*left.columns, *right.columns)


def _prefixed(table: ir.Table, prefix: str) -> ir.Table:
    return table.rename({f"{prefix}_{name}": name for name in table.columns})


def with_responsible(facts: ir.Table, lookups: CamLookups) -> ir.Table:
    """Add what is known of the responsible sub-ICB, as columns n_*. Needs column responsible."""
    return _dated_join(facts, lookups.sub_icbs, "n", facts["responsible"])


def with_path(facts: ir.Table, lookups: CamLookups) -> ir.Table:
    """Add path, exit and last step, as columns w_*. Needs column path_number."""
    return _join(facts, lookups.paths, "w", facts["path_number"])
