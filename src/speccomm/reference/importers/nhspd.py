"""Import the NHS postcode directory: two to three million postcodes, in the engine alone."""

from __future__ import annotations

from pathlib import Path

from speccomm.reference.importers.layout import Layout, find_columns
from speccomm.reference.importers.outcome import Connection, ImportOutcome
from speccomm.reference.importers.source import (
    RAW,
    TYPED,
    counted,
    hold_table,
    materialise,
    one_row,
    postcode_sql,
    refuse_another_kind,
    stand_raw,
)
from speccomm.reference.importers.writing import SET_ASIDE, write_parquet
from speccomm.reference.shipped import shipped_table
from speccomm.reference.tables import TABLES

AREAS = "speccomm_import_areas"
MEMBERS = "speccomm_import_members"
ENGLAND = "E92000001"
WALES = "W92000004"
UNKNOWN_CODES = {
    "sub_icb_code": ("sub_icb", "^E38"),
    "icb_code": ("icb", "^E54"),
    "region_code": ("region", "^E40"),
}


def import_nhspd(
    file: Path, folder: Path, *, layout: Layout, connection: Connection
) -> ImportOutcome:
    """Import postcodes with the areas they lie in; see `import_file`.

    Codes of the Office for National Statistics become the ODS codes they stand for; one that
    stands for no known code is left empty and counted. Withdrawn postcodes are kept, as patients'
    addresses lag behind. A missing board is that of the sub-ICB location in July 2022.
    """
    found = find_columns(layout, file)
    stand_raw(connection, file, layout, found)
    hold_table(connection, AREAS, shipped_table(TABLES["area_codes"]))
    hold_table(connection, MEMBERS, shipped_table(TABLES["sub_icbs"]))
    materialise(connection, file, _areas_sql())
    refuse_another_kind(connection, file, layout, "postcode", fitting="postcode IS NOT NULL")
    refused = _refused(connection)
    [read, kept] = one_row(connection, f"SELECT count(*), count(DISTINCT postcode) FROM {TYPED}")  # noqa: S608
    written = write_parquet(connection, _kept_sql(unique=read == kept), "postcodes", folder)
    moved = tuple(path for path in written if path.name.endswith(SET_ASIDE))
    return ImportOutcome(
        "nhspd",
        file,
        read,
        kept,
        refused,
        _notes(connection),
        tuple(path for path in written if path not in moved),
        moved,
    )


def _areas_sql() -> str:
    """Codes as sent, and beside them the ODS codes they lead to."""
    return f"""
        SELECT {postcode_sql("r.postcode")} AS postcode,
               r.country_code, {_real("r.local_authority_code")} AS local_authority_code,
               coalesce({_real("r.lsoa_2021")}, {_real("r.lsoa_2011")}) AS small_area_code,
               CASE WHEN r.country_code = '{ENGLAND}' THEN {_ods("r.sub_icb_code", "s", "E38")}
               END AS sub_icb_code,
               CASE WHEN r.country_code = '{ENGLAND}'
                    THEN coalesce({_ods("r.icb_code", "i", "E54")}, m.icb_code) END AS icb_code,
               CASE WHEN r.country_code = '{ENGLAND}' THEN {_ods("r.region_code", "n", "E40")}
               END AS region_code,
               CASE WHEN r.country_code = '{WALES}' AND regexp_full_match(r.sub_icb_code, '7A[1-7]')
                    THEN r.sub_icb_code
                    WHEN r.country_code = '{WALES}' AND b.code IS NOT NULL THEN b.code
                    WHEN r.country_code <> '{ENGLAND}'
                    THEN coalesce(h.code, {_real("r.health_authority_code")}) END AS health_board_code,
               {_lost("r.sub_icb_code", "s", "E38")} AS lost_sub_icb_code,
               {_lost("r.icb_code", "i", "E54")} AS lost_icb_code,
               {_lost("r.region_code", "n", "E40")} AS lost_region_code
        FROM {RAW} r
        LEFT JOIN {AREAS} s ON s.area_kind = 'sub_icb' AND s.ons_code = r.sub_icb_code
        LEFT JOIN {AREAS} i ON i.area_kind = 'icb' AND i.ons_code = r.icb_code
        LEFT JOIN {AREAS} n ON n.area_kind = 'region' AND n.ons_code = r.region_code
        LEFT JOIN {AREAS} b ON b.area_kind = 'welsh_board' AND b.ons_code = r.sub_icb_code
        LEFT JOIN {AREAS} h ON h.area_kind = 'welsh_board' AND h.ons_code = r.health_authority_code
        LEFT JOIN {MEMBERS} m ON m.from_date = DATE '2022-07-01'
             AND m.sub_icb_code = coalesce(s.code, r.sub_icb_code)
    """  # noqa: S608


def _ods(column: str, area: str, ons_start: str) -> str:
    """The ODS code an ONS code stands for, or the code as sent where it is not an ONS code."""
    return f"coalesce({area}.code, CASE WHEN {column} NOT LIKE '{ons_start}%' THEN {_real(column)} END)"


def _real(column: str) -> str:
    """A code, or null for the codes that say there is none (E99999999 and its like)."""
    return f"CASE WHEN {column} NOT LIKE '_99999999' THEN {column} END"


def _lost(column: str, area: str, ons_start: str) -> str:
    return f"{column} LIKE '{ons_start}%' AND {area}.code IS NULL"


def _kept_sql(*, unique: bool) -> str:
    columns = ", ".join(TABLES["postcodes"].column_names)
    one = "QUALIFY row_number() OVER (PARTITION BY postcode ORDER BY country_code) = 1"
    once = "" if unique else one
    return f"SELECT {columns} FROM {TYPED} WHERE postcode IS NOT NULL {once} ORDER BY postcode"  # noqa: S608


def _refused(connection: Connection) -> dict[str, int]:
    [unwritten, repeated] = one_row(
        connection,
        f"""SELECT count(*) FILTER (WHERE postcode IS NULL),
                   count(postcode) - count(DISTINCT postcode) FROM {TYPED}""",  # noqa: S608
    )
    reasons = {"its postcode cannot be read": unwritten, "it stands twice": repeated}
    return {reason: count for reason, count in reasons.items() if count}


def _notes(connection: Connection) -> dict[str, int]:
    parts = [
        f"SELECT 'its {column.replace('_', ' ')} is not known', count(*) "  # noqa: S608
        f"FROM {TYPED} WHERE postcode IS NOT NULL AND lost_{column} HAVING count(*) > 0"
        for column in UNKNOWN_CODES
    ]
    return counted(connection, " UNION ALL ".join(parts))
