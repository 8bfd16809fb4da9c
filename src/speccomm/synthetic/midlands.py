"""Write the synthetic Midlands: submissions, an earlier submission, reference and manifest."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
from ibis.backends.duckdb import Backend

from speccomm.foundation.errors import Refusal
from speccomm.foundation.rulebook import read_rule_table, read_rulebook
from speccomm.reference import open_reference
from speccomm.synthetic.acm import put_lines
from speccomm.synthetic.broken_rows import append_broken_rows
from speccomm.synthetic.drugs_devices import put_drugs_and_devices
from speccomm.synthetic.earlier import write_earlier
from speccomm.synthetic.faults import plant_faults
from speccomm.synthetic.flows import put_flows
from speccomm.synthetic.layouts import DATASETS
from speccomm.synthetic.manifest import put_earlier_manifest, put_manifest, write_manifest
from speccomm.synthetic.pairs import plant_pairs
from speccomm.synthetic.people import put_nhs_numbers
from speccomm.synthetic.places import put_places
from speccomm.synthetic.plcm import put_plcm_rows
from speccomm.synthetic.reference_files import write_opt_outs, write_reference
from speccomm.synthetic.tables import (
    joined_as_written,
    one_number,
    open_chance,
    put_rule_tables,
    put_table,
    rows_of,
)
from speccomm.synthetic.writing import Progress, file_name, put_in_file_order, write_files

BROKEN_FILE_PROVIDER = "RKB"
LARGEST_SCALE = 20

# Three people of a patient's data set who opted out, two of them with a drug as well where any are.
OPT_OUTS = """
create or replace temp table syn_opt_out as
select nhs_number from syn_row
where row_id not in (select row_id from syn_change) and direction = 'intra'
order by row_id in (select row_id from syn_drug_row) desc, chance(row_id, 'opted out'), row_id
limit 3
"""

# One row of a file says it was created at another time.
SEVERAL_TIMES = """
create or replace temp table syn_several_times as
select 'plcm' as dataset, file_provider, row_id from syn_candidate_plcm
where file_provider = 'RWP' and row_id not in (select row_id from syn_change)
order by row_id limit 1;
insert into syn_change
select dataset, row_id, 'dataset_created_at', '2024-01-16T17:40:11' from syn_several_times
"""


class NotAScale(Refusal):
    """A scale the generator cannot work at."""

    def __init__(self, scale: float) -> None:
        self.scale = scale
        super().__init__(
            f"The scale must be above 0 and at most {LARGEST_SCALE}; {scale:g} was given. "
            "1.0 reproduces the published table; 0.01 makes a hundredth of it."
        )


@dataclass(frozen=True)
class Generated:
    """What was written. `rows` counts the rows of each data set, planted rows included.

    `files` and `earlier` are the submissions in the order written; `controls` is the activity of
    accepted rows by clinical reference group and direction; `planted` the manifest of faults.
    """

    submissions: Path
    reference: Path
    manifest: Path
    files: tuple[Path, ...]
    earlier: tuple[Path, ...]
    rows: dict[str, int]
    patients: int
    controls: pa.Table
    planted: pa.Table


def no_progress(_: str, __: int, ___: int) -> None:
    """Tell nobody."""


def generate(
    connection: Backend,
    target: Path,
    *,
    scale: float = 1.0,
    seed: int = 2324,
    progress: Progress = no_progress,
) -> Generated:
    """Write made-up submissions for months 1 to 9 of 2023/24, their reference and their faults.

    Shape:   target/submissions: one file per provider and data set (PLCM, ACM, DrPLCM, DePLCM; IAP
             for the whole year); target/submissions/earlier: what three trusts sent a month
             before; target/reference; target/planted_faults.csv. Equal bytes for an equal seed.
    Units:   published activity times scale, halves up and at least 1 where any was published.
    Missing: at small scales some providers and faults fall away for want of rows.
    Raises:  NotAScale unless scale is above 0 and at most 20.
    Source:  rulebook synthetic/midlands.
    """
    if not 0 < scale <= LARGEST_SCALE:
        raise NotAScale(scale)
    submissions, reference = target / "submissions", target / "reference"
    submissions.mkdir(parents=True, exist_ok=True)
    with _in_row_order(connection):
        progress("drawing patients", 1, 3)
        put_activity(connection, scale=scale, seed=seed)
        controls = control_totals(connection)
        progress("planting faults", 2, 3)
        _plant(connection)
        progress("putting rows in order", 3, 3)
        for dataset in DATASETS:
            put_in_file_order(connection, dataset)
        files = [
            path
            for dataset in DATASETS
            for path in write_files(connection, dataset, submissions, progress=progress)
        ]
        put_manifest(connection)
        earlier = write_earlier(connection, submissions / "earlier")
        put_earlier_manifest(connection)
        _break_rows(connection, submissions)
        write_manifest(connection, str(target / "planted_faults.csv"))
        write_reference(connection, reference, seed=seed)
        write_opt_outs(connection, reference)
    return Generated(
        submissions=submissions,
        reference=reference,
        manifest=target / "planted_faults.csv",
        files=tuple(files),
        earlier=tuple(earlier),
        rows={
            dataset: one_number(connection, f"select count(*) from syn_file_{dataset}")  # noqa: S608
            for dataset in DATASETS
        },
        patients=one_number(connection, "select count(*) from syn_patient"),
        controls=controls,
        planted=rows_of(connection, "from syn_manifest"),
    )


def put_activity(connection: Backend, *, scale: float, seed: int) -> None:
    """Make every row of every data set in the connection, without faults and without files.

    Shape:   as `put_patient_activity`, and syn_drug_row, syn_device_row, syn_acm and syn_iap.
    """
    put_patient_activity(connection, scale=scale, seed=seed)
    with joined_as_written(connection):
        put_drugs_and_devices(connection)
        put_lines(connection, money=read_rulebook("synthetic/midlands").rules["money"])


def put_patient_activity(connection: Backend, *, scale: float, seed: int) -> None:
    """Make the patients and their activity rows in the connection.

    Shape:   syn_patient and syn_row, beside what they are drawn from.
    Units:   as `generate`.
    """
    open_chance(connection, seed=seed)
    put_nhs_numbers(connection)
    put_places(connection)
    with joined_as_written(connection):
        put_flows(connection, scale=scale)
        _put_sites(connection)
        put_plcm_rows(connection)


def control_totals(connection: Backend) -> pa.Table:
    """The activity of the rows made, one row per clinical reference group.

    Shape:   crg_code, intra, imported, exported.
    Units:   activity, whole.
    """
    return rows_of(
        connection,
        """
        select crg_code,
          coalesce(sum(activity_count) filter (direction = 'intra'), 0)::bigint as intra,
          coalesce(sum(activity_count) filter (direction = 'imported'), 0)::bigint as imported,
          coalesce(sum(activity_count) filter (direction = 'exported'), 0)::bigint as exported
        from syn_row group by crg_code order by crg_code
        """,
    )


def _put_sites(connection: Backend) -> None:
    """Each provider's sites that the reference knows, so that none raises a note."""
    known = set(open_reference(None).sites["site_code"].to_pylist())
    put_table(
        connection,
        "syn_known_site",
        [
            {
                "provider_code": row["provider_code"],
                "site_codes": ";".join(s for s in row["site_codes"].split(";") if s in known),
            }
            for row in read_rule_table("synthetic/providers")
        ],
    )
    connection.raw_sql(
        """
        create or replace temp table syn_provider_sites as
        select provider_code, coalesce(string_split(site_codes, ';'), [null]) as site_codes
        from syn_known_site
        """
    )


def _plant(connection: Backend) -> None:
    put_rule_tables(connection, ("file_shapes",))
    plant_faults(connection)
    plant_pairs(connection)
    connection.raw_sql(SEVERAL_TIMES)
    connection.raw_sql(OPT_OUTS)


def _break_rows(connection: Backend, submissions: Path) -> None:
    path = submissions / file_name("plcm", BROKEN_FILE_PROVIDER)
    if not path.is_file():
        return
    rows = one_number(
        connection,
        f"select count(*) from syn_file_plcm where file_provider = '{BROKEN_FILE_PROVIDER}'",  # noqa: S608
    )
    for row in append_broken_rows(path, rows=rows):
        connection.con.execute(
            "insert into syn_manifest values ('plcm', ?, ?, null, ?, null, ?, ?)",
            [BROKEN_FILE_PROVIDER, row.row_number, row.check_id, row.level, row.what],
        )


@contextmanager
def _in_row_order(connection: Backend) -> Iterator[None]:
    """Rows keep the order of their table while files are written."""
    before = connection.raw_sql("select current_setting('preserve_insertion_order')").fetchone()
    connection.raw_sql("set preserve_insertion_order = true")
    try:
        yield
    finally:
        kept = "true" if before and before[0] else "false"
        connection.raw_sql(f"set preserve_insertion_order = {kept}")
