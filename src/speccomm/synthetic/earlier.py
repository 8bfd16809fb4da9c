"""An earlier submission: what a few trusts had sent a month before, so that there is a history."""

from __future__ import annotations

from pathlib import Path

from ibis.backends.duckdb import Backend

from speccomm.synthetic.tables import one_number
from speccomm.synthetic.writing import copy_rows, file_columns, file_name

# RKB sent month 8 in flex, about 15 rows in 100 short of what came later. RJC had sent month 8 with
# a few rows that are now gone. RLT sent months 1 and 2; month 2 has since grown, after its freeze.
EARLIER = {
    "RKB": "financial_month = 8 and chance(row_id, 'flex') < 0.85",
    "RJC": "financial_month = 8 or (financial_month = 7 and chance(row_id, 'gone') < 0.02)",
    "RLT": "financial_month = 1 or (financial_month = 2 and chance(row_id, 'late') < 0.9)",
}
# Rows that stand in for those now gone are of month 7, put down as month 8.
AS_MONTH_8 = "financial_month = 7"


def write_earlier(connection: Backend, folder: Path) -> list[Path]:
    """Write the earlier PLCM files of three trusts. Rows with planted faults are left out.

    Missing: a trust that had nothing to send, as at very small scales, has no file.
    Source: the same rows as the later files, so that a comparison tells what changed.
    """
    folder.mkdir(parents=True, exist_ok=True)
    columns = file_columns(connection, "plcm")
    select = ", ".join(f'{cell} as "{heading}"' for _, _, heading, cell in columns)
    paths = []
    for provider, rows in EARLIER.items():
        connection.raw_sql(
            f"""
            create or replace temp table syn_earlier as
            select * replace (
              case when file_provider = 'RJC' then 8 else financial_month end as financial_month,
              case when {AS_MONTH_8} and file_provider = 'RJC' then row_id + 1000000000000000
                else row_id end as row_id,
              case when {AS_MONTH_8} and file_provider = 'RJC' then activity_start_date + 31
                else activity_start_date end as activity_start_date,
              case when {AS_MONTH_8} and file_provider = 'RJC' then
                least(activity_end_date + 31, date '2023-11-30') else activity_end_date end
                as activity_end_date)
            from syn_file_plcm
            where file_provider = '{provider}' and changed is null and ({rows})
            order by row_number
            """  # noqa: S608 - conditions are this module's own
        )
        if one_number(connection, "select count(*) from syn_earlier"):
            path = folder / file_name("plcm", provider)
            copy_rows(connection, select, "syn_earlier", path)
            paths.append(path)
    return paths
