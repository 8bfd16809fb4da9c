"""The manifest of planted faults: what a checker should find, in which file and row."""

from __future__ import annotations

from ibis.backends.duckdb import Backend

from speccomm.foundation.rulebook import read_rule_table
from speccomm.synthetic.shapes import shape_notes, shapes_of
from speccomm.synthetic.tables import put_table
from speccomm.synthetic.writing import YEAR

ROWS = """
create or replace temp table syn_manifest as
with placed as (
  select 'plcm' as dataset, row_id, row_number, file_provider, financial_month from syn_file_plcm
    where changed is not null
  union all by name select 'acm' as dataset, row_id, row_number, file_provider, financial_month
    from syn_file_acm where changed is not null
  union all by name select 'drplcm' as dataset, row_id, row_number, file_provider, financial_month
    from syn_file_drplcm where changed is not null
  union all by name select 'deplcm' as dataset, row_id, row_number, file_provider, financial_month
    from syn_file_deplcm where changed is not null
  union all by name select 'iap' as dataset, row_id, row_number, file_provider, financial_month
    from syn_file_iap where changed is not null
), later_of_two as (
  select p.two as row_id, greatest(a.row_number, b.row_number) as row_number
  from syn_pair p join syn_file_plcm a on a.row_id = p.one join syn_file_plcm b on b.row_id = p.two
  where p.check_id = 'CHK-C04'
)
select p.dataset, c.file_provider, case p.check_id when 'CHK-C04' then l.row_number
    else c.row_number end as row_number,
  c.financial_month, p.check_id, p.column_name, p.level, p.what
from syn_planted p
  join placed c on c.dataset = p.dataset and c.row_id = p.row_id
  left join later_of_two l on l.row_id = p.row_id and p.check_id = 'CHK-C04'
"""

# The other row of a divided spell holds no change of its own.
DIVIDED = """
insert into syn_manifest
select p.dataset, c.file_provider, c.row_number, c.financial_month, p.check_id, p.column_name,
  p.level, p.what
from syn_planted p join syn_file_plcm c on c.row_id = p.row_id
where p.check_id = 'CHK-A06' and c.changed is null
"""

OPTED_OUT = """
insert into syn_manifest
select dataset, file_provider, row_number, financial_month, 'CHK-N12', 'nhs_number', 'note',
  'person has opted out'
from (
  select 'plcm' as dataset, file_provider, row_number, financial_month, nhs_number
    from syn_file_plcm
  union all select 'drplcm', file_provider, row_number, financial_month, nhs_number
    from syn_file_drplcm
  union all select 'deplcm', file_provider, row_number, financial_month, nhs_number
    from syn_file_deplcm
) where nhs_number in (select nhs_number from syn_opt_out)
"""

SEVERAL_TIMES = """
insert into syn_manifest
select dataset, file_provider, null, null, 'CHK-F05M', 'dataset_created_at', 'warning',
  'one row was created at another time'
from syn_several_times
"""

WRITE = """
copy (
  select case when check_id in ('CHK-C01', 'CHK-C03', 'CHK-C07') then null
      else m.dataset || '_' || file_provider || '_' || getvariable('syn_year') || '.csv' end
      as file,
    case when check_id in ('CHK-C01', 'CHK-C03', 'CHK-C07') then null else row_number end
      as row_number,
    case when check_id <> 'CHK-C01' then m.dataset
      when what like '%drug%' then 'drplcm' else 'plcm' end as dataset,
    check_id, f.field_name as field, level, what, file_provider as provider_code, financial_month
  from syn_manifest m
    left join syn_fields f on f.dataset = m.dataset and f.column_name = m.column_name
  order by file nulls last, row_number nulls first, check_id, field, financial_month, provider_code
) to (getvariable('syn_path')) (header, delimiter ',')
"""


def put_manifest(connection: Backend) -> None:
    """Say of every planted fault which file and row it stands in, as syn_manifest.

    Shape:   dataset, file_provider, row_number, financial_month, check_id, column_name, level,
             what. A fault of a whole file or month has no row number; a shape that respells a
             column stands for every row that has a value there.
    """
    for statement in (ROWS, DIVIDED, OPTED_OUT, SEVERAL_TIMES):
        connection.raw_sql(statement)
    shaped = {
        (row["provider_code"], row["dataset"]) for row in read_rule_table("synthetic/file_shapes")
    }
    for provider, dataset in sorted(shaped):
        for check_id, what in shape_notes(shapes_of(provider, dataset)):
            connection.con.execute(
                "insert into syn_manifest values (?, ?, null, null, ?, null, 'note', ?)",
                [dataset, provider, check_id, f"whole file: {what}"],
            )


def put_earlier_manifest(connection: Backend) -> None:
    """Add what differs between the earlier submission and this one: CHK-C03 and CHK-C07."""
    connection.raw_sql(
        """
        insert into syn_manifest
        select 'plcm', 'RJC', null, 8, 'CHK-C03', null, 'warning', 'fewer rows than sent before'
        where (select count(*) from syn_file_plcm where file_provider = 'RJC'
            and financial_month = 7 and changed is null and chance(row_id, 'gone') < 0.02)
          > (select count(*) from syn_file_plcm where file_provider = 'RJC'
            and financial_month = 8 and changed is not null and row_id < 90000000000000)
        union all
        select 'plcm', 'RLT', null, 2, 'CHK-C07', null, 'warning', 'month grew after its freeze'
        where exists (select 1 from syn_file_plcm where file_provider = 'RLT'
          and financial_month = 2 and changed is null and chance(row_id, 'late') >= 0.9)
        """
    )


def write_manifest(connection: Backend, path: str) -> None:
    """Write syn_manifest as planted_faults.csv: file, row_number, dataset, check_id, field, level,
    what, provider_code, financial_month."""
    put_table(
        connection,
        "syn_fields",
        [
            {
                "dataset": row["dataset"],
                "column_name": row["column"],
                "field_name": row["field_name"],
            }
            for row in read_rule_table("intake/fields")
        ],
    )
    connection.con.execute("set variable syn_year = ?", [YEAR])
    connection.con.execute("set variable syn_path = ?", [path])
    connection.raw_sql(WRITE)
