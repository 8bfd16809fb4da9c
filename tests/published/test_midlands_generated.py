"""The synthetic Midlands reproduces the published table to the unit."""

from __future__ import annotations

import pyarrow as pa
import pytest

from speccomm.engines import open_duckdb
from speccomm.synthetic.midlands import control_totals, put_patient_activity
from speccomm.synthetic.tables import rows_of
from tests.published.midlands_2023_24 import CONTRADICTED_BY_COLUMN, GRAND_TOTAL, LINES

# One ICB's flows are printed as well; its lines are not legible, its totals are.
COVENTRY_AND_WARWICKSHIRE = {"intra": 191_252, "imported": 83_345, "exported": 26_845}
SOUGHT_WITHIN = 0.03


@pytest.fixture(scope="module")
def made() -> tuple[pa.Table, dict[str, int], int]:
    engine = open_duckdb(memory_limit_mib=2048, threads=2)
    try:
        put_patient_activity(engine, scale=1.0, seed=2324)
        local = rows_of(
            engine,
            """
            select coalesce(sum(activity_count) filter (housed and local), 0)::bigint as intra,
              coalesce(sum(activity_count) filter (housed and not local), 0)::bigint as imported,
              coalesce(sum(activity_count) filter (local and not housed), 0)::bigint as exported,
              count(*) as row_count
            from (select r.activity_count, p.icb_code = 'QWU' as housed, a.icb_code = 'QWU' as local
              from syn_row r join syn_providers p on p.provider_code = r.file_provider
                join syn_populations a on a.sub_icb_code = r.sub_icb_code)
            """,
        ).to_pylist()[0]
        rows = local.pop("row_count")
        return control_totals(engine), local, rows
    finally:
        engine.disconnect()


def test_every_printed_cell_is_reproduced(made: tuple[pa.Table, dict[str, int], int]) -> None:
    generated = {row.pop("crg_code"): row for row in made[0].to_pylist()}
    assert generated == {
        crg: {
            "intra": line.intra,
            "imported": line.imported or 0,
            "exported": line.exported,
        }
        for crg, line in LINES.items()
    }


@pytest.mark.parametrize("column", ["intra", "imported", "exported"])
def test_printed_totals_differ_only_where_the_page_contradicts_itself(
    made: tuple[pa.Table, dict[str, int], int], column: str
) -> None:
    total = sum(made[0][column].to_pylist())
    assert getattr(GRAND_TOTAL, column) - total == CONTRADICTED_BY_COLUMN[column]


@pytest.mark.parametrize("direction", COVENTRY_AND_WARWICKSHIRE)
def test_one_icb_has_roughly_its_printed_flows(
    made: tuple[pa.Table, dict[str, int], int], direction: str
) -> None:
    printed = COVENTRY_AND_WARWICKSHIRE[direction]
    assert abs(made[1][direction] - printed) <= printed * SOUGHT_WITHIN


def test_the_rows_are_as_many_as_a_real_year_to_date_would_be(
    made: tuple[pa.Table, dict[str, int], int],
) -> None:
    assert 1_200_000 < made[2] < 1_800_000
