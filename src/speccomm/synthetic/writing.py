"""Write the data sets as files: one file per provider and data set, in file order."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from ibis.backends.duckdb import Backend

from speccomm.foundation.rulebook import read_rule_table
from speccomm.synthetic.acm import ACM_TEXT, IAP_TEXT
from speccomm.synthetic.drugs_devices import DEVICE_TEXT, DRUG_TEXT
from speccomm.synthetic.faults import TABLES
from speccomm.synthetic.plcm import TEXT as PLCM_TEXT
from speccomm.synthetic.shapes import (
    BYTE_ORDER_MARK,
    shaped_cell,
    shaped_heading,
    shapes_of,
)

Progress = Callable[[str, int, int], None]
TEXTS: Mapping[str, Mapping[str, str]] = {
    "plcm": PLCM_TEXT,
    "acm": ACM_TEXT,
    "drplcm": DRUG_TEXT,
    "deplcm": DEVICE_TEXT,
    "iap": IAP_TEXT,
}
YEAR = "2023-24"


def file_name(dataset: str, provider_code: str) -> str:
    """The name of a provider's file of one data set."""
    return f"{dataset}_{provider_code}_{YEAR}.csv"


def put_in_file_order(connection: Backend, dataset: str) -> None:
    """Put a data set's rows in the order of its files, faults laid beside them.

    Shape:   syn_sorted_<dataset>: every row, in the order it is written, with `changed`, the cells
             a fault rewrites; syn_file_<dataset>: the same with row_number as a spreadsheet
             numbers it (header is 1), in no order.
    """
    connection.raw_sql(
        f"""
        create or replace temp table syn_sorted_{dataset} as
        with changed as (
          select row_id, map_from_entries(list((column_name, text) order by column_name))
            as changed
          from syn_change where dataset = '{dataset}' group by row_id
        )
        select t.*, c.changed
        from {TABLES[dataset]} t left join changed c on c.row_id = t.row_id
        order by t.file_provider, t.financial_month,
          hash(t.row_id, getvariable('synthetic_seed')), t.row_id
        """  # noqa: S608 - names are this package's own
    )
    connection.raw_sql(
        f"""
        create or replace temp view syn_file_{dataset} as
        select s.*, s.rowid - f.first_row + 2 as row_number
        from syn_sorted_{dataset} s
          join (select file_provider, min(rowid) as first_row
            from syn_sorted_{dataset} group by all) f using (file_provider)
        """  # noqa: S608 - as above
    )


def file_columns(connection: Backend, dataset: str) -> list[tuple[str, str, str, str]]:
    """Column, kind, heading and SQL of each cell of a data set, in the published order."""
    changed = {
        row[0]
        for row in connection.con.execute(
            "select distinct column_name from syn_change where dataset = ?", [dataset]
        ).fetchall()
    }
    fields = [row for row in read_rule_table("intake/fields") if row["dataset"] == dataset]
    fields.sort(key=lambda row: int(row["position"]))
    return [
        (row["column"], row["kind"], row["field_name"], _cell(row["column"], dataset, changed))
        for row in fields
    ]


def _cell(column: str, dataset: str, changed: set[str]) -> str:
    text = TEXTS[dataset].get(column, "null::varchar")
    if column not in changed:
        return text
    return (
        f"case when changed is null then {text} "
        f"else nullif(coalesce(changed['{column}'], {text}), '') end"
    )


def write_files(
    connection: Backend, dataset: str, folder: Path, *, progress: Progress
) -> list[Path]:
    """Write one file per provider from syn_sorted_<dataset>; return them in the order of providers.

    Shape:   UTF-8, published headings and order, but where synthetic/file_shapes says otherwise.
    """
    columns = file_columns(connection, dataset)
    providers = [
        row[0]
        for row in connection.raw_sql(
            f"select distinct file_provider from syn_sorted_{dataset} order by 1"  # noqa: S608
        ).fetchall()
    ]
    paths = []
    for number, provider in enumerate(providers, start=1):
        path = folder / file_name(dataset, provider)
        progress(f"writing {dataset}", number, len(providers))
        _write_file(connection, dataset, provider, path, columns)
        paths.append(path)
    return paths


def _write_file(
    connection: Backend,
    dataset: str,
    provider: str,
    path: Path,
    columns: list[tuple[str, str, str, str]],
) -> None:
    shapes = shapes_of(provider, dataset)
    cells = [
        (shaped_heading(column, heading, shapes), shaped_cell(column, kind, cell, shapes))
        for column, kind, heading, cell in columns
    ]
    if "reversed_columns" in shapes:
        cells.reverse()
    if "byte_order_mark" in shapes:
        cells[0] = (BYTE_ORDER_MARK + cells[0][0], cells[0][1])
    copy_rows(
        connection,
        ", ".join(f'{cell} as "{heading}"' for heading, cell in cells),
        f"syn_sorted_{dataset} where file_provider = '{provider}'",
        path,
    )
    if "windows_1252" in shapes:
        path.write_bytes(path.read_text(encoding="utf-8").encode("cp1252"))


def copy_rows(connection: Backend, select: str, source: str, path: Path) -> None:
    """Write the cells of rows as CSV with a header. Rows keep the order of their table."""
    connection.con.execute("set variable syn_path = ?", [str(path)])
    connection.raw_sql(
        f"copy (select {select} from {source}) to (getvariable('syn_path')) (header, delimiter ',')"  # noqa: S608 - as above
    )
