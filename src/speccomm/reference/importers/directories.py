"""Import the directories of the Organisation Data Service: practices, trusts, sites, successors."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa

from speccomm.reference.folder import folder_table
from speccomm.reference.importers.layout import Layout, find_columns
from speccomm.reference.importers.outcome import Connection, ImportOutcome
from speccomm.reference.importers.source import (
    RAW,
    TYPED,
    counted,
    day_sql,
    hold_table,
    materialise,
    one_row,
    postcode_sql,
    quoted,
    refuse_another_kind,
    stand_raw,
)
from speccomm.reference.importers.writing import write_csv
from speccomm.reference.shipped import shipped_table
from speccomm.reference.tables import TABLES

HELD = "speccomm_import_held"
HUBS = "speccomm_import_hubs"
BAD_DATE = "its date cannot be read"
KNOWN = "speccomm_import_known"
# The directory's close date is the last day; our to_date is the day after.
PERIOD_SQL = """CAST(t.open_date AS DATE) AS from_date,
                CAST(t.close_date + INTERVAL 1 DAY AS DATE) AS to_date"""
# The directory gives no coordinates: those shipped stand while the postcode is the same.
PLACE_SQL = """CASE WHEN k.postcode = t.postcode THEN k.latitude END AS latitude,
               CASE WHEN k.postcode = t.postcode THEN k.longitude END AS longitude"""


def import_epraccur(
    file: Path, folder: Path, *, layout: Layout, connection: Connection
) -> ImportOutcome:
    """Import general practices; see `import_file`."""
    _read(file, layout, connection, code="practice_code")
    written = write_csv(
        connection,
        f"""SELECT practice_code, postcode, status, commissioner_code, national_grouping,
                   high_level_health_geography, open_date, close_date
            FROM {TYPED} WHERE reason IS NULL ORDER BY practice_code""",  # noqa: S608
        "practices",
        folder,
    )
    return _outcome("epraccur", file, connection, (written,))


def import_etr(
    file: Path, folder: Path, *, layout: Layout, connection: Connection
) -> ImportOutcome:
    """Import trusts, and of each the postcode and hub the assignment rules need.

    A contract or a hub that providers.csv already states is kept; else the hub is the specialised
    hub of the trust's region, and whether there is a contract stays unknown.
    """
    _read(file, layout, connection, code="provider_code")
    _hold(connection, KNOWN, "trusts")
    _hold(connection, HUBS, "regions")
    _hold_providers(folder, connection)
    trusts = write_csv(
        connection,
        f"""SELECT t.provider_code, {_name_sql("provider_name")}, t.icb_code, t.region_code, t.postcode,
                   {PLACE_SQL}, k.kind, {PERIOD_SQL}
            FROM {TYPED} t LEFT JOIN {KNOWN} k USING (provider_code)
            WHERE t.reason IS NULL ORDER BY 1""",  # noqa: S608
        "trusts",
        folder,
    )
    providers = write_csv(
        connection,
        f"""SELECT coalesce(t.provider_code, h.provider_code) AS provider_code,
                   coalesce(t.postcode, h.postcode) AS postcode,
                   coalesce(h.hub_code, r.specialised_hub_code) AS hub_code,
                   h.nhs_england_contract
            FROM (SELECT * FROM {TYPED} WHERE reason IS NULL) t
            FULL JOIN {HELD} h ON h.provider_code = t.provider_code
            LEFT JOIN {HUBS} r ON r.region_code = t.region_code
            ORDER BY 1""",  # noqa: S608
        "providers",
        folder,
    )
    return _outcome("etr", file, connection, (trusts, providers))


def import_ets(
    file: Path, folder: Path, *, layout: Layout, connection: Connection
) -> ImportOutcome:
    """Import trust sites."""
    _read(file, layout, connection, code="site_code")
    _hold(connection, KNOWN, "sites")
    written = write_csv(
        connection,
        f"""SELECT t.site_code, {_name_sql("site_name")},
                   coalesce(t.provider_code, left(t.site_code, 3)) AS provider_code, t.postcode,
                   {PLACE_SQL}, t.icb_code, {PERIOD_SQL}
            FROM {TYPED} t LEFT JOIN {KNOWN} k USING (site_code)
            WHERE t.reason IS NULL ORDER BY 1""",  # noqa: S608
        "sites",
        folder,
    )
    return _outcome("ets", file, connection, (written,))


def import_successors(
    file: Path, folder: Path, *, layout: Layout, connection: Connection
) -> ImportOutcome:
    """Import which organisation follows which, and from what day."""
    found = find_columns(layout, file)
    stand_raw(connection, file, layout, found)
    bad = f"WHEN {day_sql('effective_date')} IS NULL THEN {quoted(BAD_DATE)}"
    pattern = quoted(layout.code_pattern)
    fits = (
        f"regexp_full_match(provider_code, {pattern}) AND "
        f"regexp_full_match(successor_code, {pattern})"
    )
    materialise(
        connection,
        file,
        f"""
        SELECT *, CASE WHEN provider_code IS NULL OR successor_code IS NULL THEN 'it lacks a code'
                       WHEN NOT ({fits}) THEN {quoted("its code is not " + layout.code_is)}
                       {bad}
                       WHEN row_number() OVER (PARTITION BY provider_code, successor_code
                                               ORDER BY day) > 1 THEN 'it stands twice' END AS reason
        FROM (SELECT upper(provider_code) AS provider_code, upper(successor_code) AS successor_code,
                     effective_date, {day_sql("effective_date")} AS day FROM {RAW})
        """,  # noqa: S608
    )
    refuse_another_kind(
        connection, file, layout, "provider_code", fitting=f"{fits} AND day IS NOT NULL"
    )
    written = write_csv(
        connection,
        f"""SELECT provider_code, successor_code, day AS effective_date FROM {TYPED}
            WHERE reason IS NULL ORDER BY 1, 2""",  # noqa: S608
        "trust_successors",
        folder,
    )
    return _outcome("successors", file, connection, (written,))


def _read(file: Path, layout: Layout, connection: Connection, *, code: str) -> None:
    """Read a directory into TYPED: its columns, dates, postcode, and why a row is refused."""
    found = find_columns(layout, file)
    stand_raw(connection, file, layout, found)
    special = {"postcode", "open_date", "close_date"}
    plain = ", ".join(
        f"coalesce({name}, {code}) AS {name}"
        if name.endswith("_name")
        else f"upper({name}) AS {name}"
        for name in layout.headers
        if name not in special
    )
    materialise(
        connection,
        file,
        f"""
        SELECT * EXCLUDE (row_day),
               CASE WHEN {code} IS NULL THEN 'it lacks a code'
                    WHEN NOT regexp_full_match({code}, {quoted(layout.code_pattern)})
                         THEN {quoted("its code is not " + layout.code_is)}
                    WHEN bad_date THEN {quoted(BAD_DATE)}
                    WHEN row_number() OVER (PARTITION BY {code} ORDER BY row_day DESC NULLS LAST, close_date DESC NULLS FIRST) > 1
                         THEN 'it stands twice' END AS reason
        FROM (
            SELECT {plain}, {postcode_sql("postcode")} AS postcode,
                   postcode IS NOT NULL AND {postcode_sql("postcode")} IS NULL AS bad_postcode,
                   {day_sql("open_date")} AS open_date, {day_sql("close_date")} AS close_date,
                   {day_sql("open_date")} AS row_day,
                   (open_date IS NOT NULL AND {day_sql("open_date")} IS NULL)
                   OR (close_date IS NOT NULL AND {day_sql("close_date")} IS NULL) AS bad_date
            FROM {RAW}
        )
        """,  # noqa: S608
    )
    fits = f"regexp_full_match({code}, {quoted(layout.code_pattern)})"
    refuse_another_kind(connection, file, layout, code, fitting=fits)


def _name_sql(column: str) -> str:
    """The name as shipped where it differs from the directory's only in its capitals."""
    same = f"upper(k.{column}) = upper(t.{column})"
    return f"CASE WHEN {same} THEN k.{column} ELSE t.{column} END AS {column}"


def _hold_providers(folder: Path, connection: Connection) -> None:
    spec = TABLES["providers"]
    held = folder_table(spec, folder)
    if held is None:
        held = pa.Table.from_batches([], schema=spec.schema)
    hold_table(connection, HELD, held)


def _hold(connection: Connection, name: str, table: str) -> None:
    hold_table(connection, name, shipped_table(TABLES[table]))


def _outcome(
    kind: str, file: Path, connection: Connection, written: tuple[Path, ...]
) -> ImportOutcome:
    [read, kept] = one_row(
        connection,
        f"SELECT count(*), count(*) FILTER (WHERE reason IS NULL) FROM {TYPED}",  # noqa: S608
    )
    refused = counted(
        connection,
        f"SELECT reason, count(*) FROM {TYPED} WHERE reason IS NOT NULL GROUP BY 1 ORDER BY 1",  # noqa: S608
    )
    notes: dict[str, int] = {}
    if kind != "successors":
        [bad] = one_row(
            connection,
            f"SELECT count(*) FROM {TYPED} WHERE reason IS NULL AND bad_postcode",  # noqa: S608
        )
        notes = {"its postcode cannot be read": bad} if bad else {}
    return ImportOutcome(kind, file, read, kept, refused, notes, written)
