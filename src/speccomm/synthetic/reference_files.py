"""The reference folder that goes with the files: practices, postcodes, providers, calendar."""

from __future__ import annotations

import calendar
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from ibis.backends.duckdb import Backend

from speccomm.foundation.rulebook import read_rulebook
from speccomm.synthetic.places import put_places
from speccomm.synthetic.tables import open_chance, put_rule_tables
from speccomm.synthetic.writing import copy_rows

MARK = "made up for the synthetic Midlands"
# One postcode in each other nation, for patients who should not be charged to England.
ELSEWHERE = """
create or replace temp table syn_elsewhere as
select * from (values
  ('CF10 1CC', 'W92000004', '7A4'), ('LL57 2CC', 'W92000004', '7A1'),
  ('EH1 1CC', 'S92000003', null), ('BT1 1CC', 'N92000002', null)
) nation(postcode, country_code, health_board_code)
"""


def write_reference(connection: Backend, folder: Path, *, seed: int) -> list[Path]:
    """Write practices.csv, postcodes.csv, providers.csv and calendar.csv of the made-up Midlands.

    Shape:   as the reference reader takes them; postcodes carry a small area.
    Missing: Scottish and Northern Irish postcodes have no health board.
    Source:  rulebook synthetic/midlands; places are made up within real areas.
    """
    open_chance(connection, seed=seed)
    put_rule_tables(connection, ("providers",))
    put_places(connection)
    connection.raw_sql(ELSEWHERE)
    folder.mkdir(parents=True, exist_ok=True)
    return [
        _write(
            connection,
            folder / "practices.csv",
            "practice_code, postcode, status, commissioner_code, national_grouping, "
            "high_level_health_geography, open_date, close_date",
            "syn_practice",
        ),
        _write(
            connection,
            folder / "postcodes.csv",
            "postcode, country_code, sub_icb_code, icb_code, region_code, local_authority_code, "
            "health_board_code, small_area_code",
            "(from syn_postcode union all by name from syn_elsewhere) order by postcode",
        ),
        _write(
            connection,
            folder / "providers.csv",
            "provider_code, postcode, hub_code, 'Y' as nhs_england_contract",
            "syn_providers order by provider_code",
        ),
        _write_calendar(folder / "calendar.csv", read_rulebook("synthetic/midlands").rules),
    ]


def write_opt_outs(connection: Backend, folder: Path) -> Path:
    """Write opt_outs.csv: the made-up people of syn_opt_out, who opted out in 2022."""
    return _write(
        connection,
        folder / "opt_outs.csv",
        "nhs_number, date '2022-06-01' as from_date, null::date as to_date",
        "syn_opt_out order by nhs_number",
    )


def _write(connection: Backend, path: Path, select: str, source: str) -> Path:
    copy_rows(connection, select, source, path)
    return path


def _write_calendar(path: Path, rules: dict[str, Any]) -> Path:
    days = rules["calendar"]
    names = ("flex_submission", "flex_inclusion", "freeze_submission", "freeze_inclusion")
    lines = ["financial_year,financial_month," + ",".join(f"{n}_date" for n in names) + ",source"]
    for number in range(1, 13):
        year, month = (2023, number + 3) if number <= 9 else (2024, number - 9)
        ended = date(year, month, calendar.monthrange(year, month)[1])
        cells = [str(ended + timedelta(days=days[f"{name}_days"])) for name in names]
        lines.append(f"2023-24,{number},{','.join(cells)},{MARK}")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path
