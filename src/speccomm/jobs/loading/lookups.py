"""Put what a load looks up where it is looked up: codes, services, bodies, postcodes, plans."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from speccomm.assignment.contract_lookups import contract_lookup_tables, months_alike
from speccomm.intake.postcodes import PostcodeBook, postcode_book
from speccomm.reference import Reference, commissioner_map

NO = False  # what a missing answer counts as

CODE_LISTS: dict[str, tuple[str, str]] = {
    "trusts": ("trusts", "provider_code"),
    "sites": ("sites", "site_code"),
    "practices": ("practices", "practice_code"),
    "category_codes": ("category_codes", "category_code"),
    "service_lines": ("service_lines", "service_code"),
    "points_of_delivery": ("points_of_delivery", "pod_code"),
    "treatment_functions": ("treatment_functions", "tfc"),
    "hrgs": ("hrgs", "hrg_code"),
}
RESPONSIBLE_KINDS = ("icb", "sub_icb", "welsh_board")


@dataclass(frozen=True)
class Lookups:
    """What was put into the engine, and what the judging of cells needs from it in memory.

    `inputs` names what is loaded, so that a check that needs more is reported as not run;
    `first_alike` gives for a year and month the first month that is assigned as it is.
    """

    code_lists: dict[str, pa.Array]
    money_pods: pa.Array
    practices_apart: pa.Array
    body_codes: pa.Array
    body_kinds: pa.Array
    opt_outs: pa.Array
    postcodes: PostcodeBook
    first_alike: dict[tuple[str, int], int]
    inputs: frozenset[str]


def place_lookups(connection: Any, reference: Reference, *, on: date) -> Lookups:
    """Make the lookup tables of a load in the engine; see `intake.rows` and `assignment`.

    `on` is the day of receipt: the national data opt-outs in force that day hold.
    """
    bodies = commissioner_map(reference, on=on).select(["commissioner_code", "commissioner_kind"])
    years = sorted(set(reference.service_status["financial_year"].to_pylist()))
    assignment = contract_lookup_tables(reference, financial_years=years)
    for name, table in assignment.items():
        _create(connection, f"cam_{name}", table)
    _create(connection, "row_services", _services(reference))
    place_planned_services(connection, None)
    return Lookups(
        code_lists=_code_lists(reference, bodies),
        money_pods=_money_pods(reference),
        practices_apart=_unique(assignment["practices"]["practice_code"]),
        body_codes=_single(bodies["commissioner_code"]),
        body_kinds=_single(bodies["commissioner_kind"]),
        opt_outs=_opt_outs(reference, on),
        postcodes=postcode_book(reference.postcodes),
        first_alike=months_alike(reference, financial_years=years),
        inputs=frozenset(reference.loaded),
    )


def place_planned_services(connection: Any, planned: pa.Table | None) -> None:
    """Make the tables of planned services; None where no plan is held.

    `planned` has provider_code, financial_year and service_code.
    """
    names = ["provider_code", "financial_year", "service_code"]
    empty = pa.table({name: pa.array([], pa.string()) for name in names})
    table = empty if planned is None else planned.select(names)
    table = table.group_by(names).aggregate([])
    _create(connection, "row_planned_services", table)
    _create(connection, "row_plans", table.group_by(names[:2]).aggregate([]))


def _create(connection: Any, name: str, table: pa.Table) -> None:
    connection.register("table_to_create", table)
    connection.execute(f"create or replace table {name} as from table_to_create")
    connection.unregister("table_to_create")


def _services(reference: Reference) -> pa.Table:
    status = reference.service_status.select(["service_code", "financial_year", "in_list"])
    ages = reference.service_lines.select(["service_code", "age_group"])
    return status.join(ages, "service_code").select(
        ["service_code", "financial_year", "in_list", "age_group"]
    )


def _code_lists(reference: Reference, bodies: pa.Table) -> dict[str, pa.Array]:
    lists = {
        name: _unique(reference.table(table)[column])
        for name, (table, column) in CODE_LISTS.items()
        if reference.table(table).num_rows
    }
    if "practices" in lists:
        stand_ins = ["V81997", "V81998", "V81999"]
        practices = pa.chunked_array([lists["practices"], pa.array(stand_ins)])
        lists["practices"] = _unique(
            pa.chunked_array(
                [*practices.chunks, *reference.armed_forces_practices["practice_code"].chunks]
            )
        )
    responsible = bodies.filter(
        pc.is_in(bodies["commissioner_kind"], value_set=pa.array(RESPONSIBLE_KINDS))
    )
    lists["commissioners"] = _unique(responsible["commissioner_code"])
    defaults = reference.default_codes["code"]
    lists["payers"] = _unique(
        pa.chunked_array([*bodies["commissioner_code"].chunks, *defaults.chunks])
    )
    lists["yes_no"] = pa.array(["Y", "N"])
    return lists


def _unique(codes: pa.ChunkedArray) -> pa.Array:
    unique = pc.unique(codes.cast(pa.string()))
    return unique.drop_null()


def _single(values: pa.ChunkedArray) -> pa.Array:
    return pa.concat_arrays(values.chunks) if values.num_chunks else pa.array([], values.type)


def _money_pods(reference: Reference) -> pa.Array:
    pods = reference.points_of_delivery
    return _unique(pods.filter(pc.invert(pods["is_activity"]))["pod_code"])


def _opt_outs(reference: Reference, on: date) -> pa.Array:
    listed = reference.opt_outs
    day = pa.scalar(on, pa.date32())
    begun = pc.less_equal(listed["from_date"], day)
    over = pc.fill_null(pc.less_equal(listed["to_date"], day), NO)
    return _unique(listed.filter(pc.and_(begun, pc.invert(over)))["nhs_number"])
