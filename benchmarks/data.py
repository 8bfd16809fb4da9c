"""What is measured on: a PLCM file of any length, its reference folder, a key. Made once, kept."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.dates import LAST_MONTH, RECEIVED_AT, REGION
from speccomm.activity.areas import area_on
from speccomm.assignment.contract_lookups import contract_lookup_tables
from speccomm.engines import open_duckdb
from speccomm.intake.privacy import new_key_ring, write_key_file
from speccomm.jobs.flows import last_day
from speccomm.jobs.loading.lookups import place_lookups
from speccomm.reference import Reference, commissioner_map, open_reference, provider_map
from speccomm.reference.importers.writing import write_csv, write_parquet
from speccomm.synthetic.benchmark import benchmark_plcm
from speccomm.synthetic.places import put_places
from speccomm.synthetic.tables import one_number, put_rule_tables

SEED = 1
DIRECTORY_POSTCODES = 1_700_000
"""About as many postcodes as are in use: a real directory costs as much to open and to look in."""


@dataclass(frozen=True)
class Data:
    """A folder of files for measuring."""

    folder: Path

    @property
    def reference(self) -> Path:
        return self.folder / "reference"

    @property
    def lookups(self) -> Path:
        """The same reference as plain tables, for the pandas script."""
        return self.folder / "lookups"

    @property
    def key_file(self) -> Path:
        return self.folder / "key"

    def plcm(self, rows: int, *, provider: str = "") -> Path:
        whose = f"-{provider}" if provider else ""
        return self.folder / f"plcm-{rows}-{SEED}{whose}.csv"


def prepare(
    folder: Path,
    sizes: list[int],
    *,
    directory_postcodes: int,
    of_provider: tuple[int, str] = (0, ""),
) -> Data:
    """Make whatever of the files is not there yet. Nothing of this is ever timed.

    `of_provider` asks for one more file, of so many rows that one provider sent.
    """
    data = Data(folder)
    folder.mkdir(parents=True, exist_ok=True)
    if not data.key_file.exists():
        write_key_file(data.key_file, new_key_ring())
    if not (data.reference / "providers.csv").exists():
        _write_reference(data.reference, directory_postcodes)
    if not (data.lookups / "area.parquet").exists():
        _write_lookups(data)
    wanted = [(rows, "") for rows in sizes] + [of_provider] * bool(of_provider[0])
    for rows, provider in wanted:
        file = data.plcm(rows, provider=provider)
        if not file.exists():
            print(f"making {file} ...", flush=True)
            unfinished = file.with_suffix(".part")
            benchmark_plcm(_engine(folder), unfinished, rows, SEED, provider=provider)
            unfinished.rename(file)
    return data


def _engine(folder: Path) -> Any:
    return open_duckdb(
        memory_limit_mib=2048,
        threads=2,
        temp_directory=folder / "spill",
        preserve_insertion_order=True,
    )


PRACTICES = """
select practice_code, postcode, status, commissioner_code, national_grouping,
  high_level_health_geography, open_date, close_date from syn_practice
"""
PROVIDERS = """
select provider_code, postcode, hub_code, 'Y' as nhs_england_contract from syn_providers
"""
# Postcodes that begin with X are never issued.
POSTCODES = """
with areas as (
  select row_number() over (order by sub_icb_code) - 1 as n, count(*) over () as areas,
    any_value(columns(* exclude sub_icb_code)), sub_icb_code
  from (select * exclude (postcode, number_in_sub_icb) from syn_postcode) group by sub_icb_code
)
select postcode, country_code, sub_icb_code, icb_code, region_code, local_authority_code,
  health_board_code, small_area_code from syn_postcode
union all
select 'X' || chr((65 + k // 67600 % 26)::integer) || (k // 6760 % 10)::varchar
    || (k // 1757600 % 10)::varchar || ' ' || (k % 10)::varchar
    || chr((65 + k // 10 % 26)::integer) || chr((65 + k // 260 % 26)::integer),
  country_code, sub_icb_code, icb_code, region_code, local_authority_code, health_board_code,
  small_area_code
from range({unused}) r(k) join areas on n = k % areas
"""


def _write_reference(folder: Path, directory_postcodes: int) -> None:
    """The generator's practices, postcodes and providers, and postcodes nobody lives at."""
    folder.mkdir(parents=True, exist_ok=True)
    connection = _engine(folder.parent)
    put_places(connection)
    put_rule_tables(connection, ("providers",))
    unused = max(
        directory_postcodes - one_number(connection, "select count(*) from syn_postcode"), 0
    )
    write_parquet(connection, POSTCODES.format(unused=unused), "postcodes", folder)
    write_csv(connection, PRACTICES, "practices", folder)
    write_csv(connection, PROVIDERS, "providers", folder)


def _write_lookups(data: Data) -> None:
    """The reference as the flat tables an analyst would keep beside a script."""
    data.lookups.mkdir(parents=True, exist_ok=True)
    reference = open_reference(data.reference)
    years = sorted(set(reference.service_status["financial_year"].to_pylist()))
    placed = place_lookups(_engine(data.folder).con, reference, on=RECEIVED_AT.date())
    lists = [
        pa.table({"code_list": pa.array([name] * len(codes)), "code": codes})
        for name, codes in placed.code_lists.items()
    ]
    ages = reference.service_lines.select(["service_code", "age_group"])
    bodies = commissioner_map(reference, on=RECEIVED_AT.date())
    tables = {
        **contract_lookup_tables(reference, financial_years=years),
        "code_lists": pa.concat_tables(lists),
        "ages": ages,
        "bodies": bodies,
        "postcodes": reference.postcodes,
        "area": _area(reference),
    }
    for name, table in tables.items():
        pq.write_table(table, data.lookups / f"{name}.parquet")


def _area(reference: Reference) -> pa.Table:
    """The codes whose patients live in the region, and the providers whose head office is in it."""
    on = last_day(LAST_MONTH)
    commissioners, providers = commissioner_map(reference, on=on), provider_map(reference, on=on)
    area = area_on(commissioners, providers, on=on, region=REGION)
    codes = [("patient", code) for code in sorted(area.patient_codes)]
    codes += [("provider", code) for code in sorted(area.provider_codes)]
    return pa.table({"side": [side for side, _ in codes], "code": [code for _, code in codes]})
