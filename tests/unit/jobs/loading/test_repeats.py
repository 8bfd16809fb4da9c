"""CHK-C04 by numbers met twice: the rows that the check's expression gives, whatever the rows."""

from __future__ import annotations

import random
from datetime import date

import ibis
import numpy as np
import pyarrow as pa
import pytest

from speccomm.intake.across import ROW, repeated_activities
from speccomm.intake.rules import intake_rules
from speccomm.jobs.loading import repeats
from speccomm.warehouse.tables import ROW_TABLES

SCHEMA = ROW_TABLES["plcm"].schema


@pytest.fixture(scope="module")
def engine():
    return ibis.duckdb.connect()


def rows_drawn(count: int, *, seed: int, identifiers: int) -> pa.Table:
    draw = random.Random(seed)
    people = [b"p" * 32, b"o" * 32, b"q" * 32, None]
    return pa.Table.from_pylist(
        [
            {
                "file_name": draw.choice("ab"),
                "row_number": number,
                "provider_code": draw.choice(["RKB", "RRK"]),
                "financial_year": "2023-24",
                "financial_month": 9,
                "cds_unique_identifier": draw.choice([None, f"C{draw.randrange(identifiers)}"]),
                "person_pseudonym": draw.choice(people),
                "activity_start_date": draw.choice([None, date(2023, 12, draw.randint(1, 28))]),
                "pod_code": draw.choice(["EL", "NEL", None]),
                "tariff_code": draw.choice(["WF01B", "WF01A", None]),
            }
            for number in range(2, count + 2)
        ],
        SCHEMA,
    )


def found(engine, rows: pa.Table) -> set[tuple[object, ...]]:
    engine.con.register("staged_plcm", rows)
    answer = repeats.repeated_rows(engine.con, intake_rules())
    assert set(answer.column_names) == set(ROW)
    assert len(set(map(str, answer.to_pylist()))) == answer.num_rows
    return {tuple(row[name] for name in ROW) for row in answer.to_pylist()}


def expected(engine, rows: pa.Table) -> set[tuple[object, ...]]:
    engine.con.register("staged_plcm", rows)
    answer = engine.to_pyarrow(repeated_activities(engine.table("staged_plcm"), intake_rules()))
    return {tuple(row[name] for name in ROW) for row in answer.to_pylist()}


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("identifiers", [3, 100_000])
def test_the_rows_are_those_of_the_expression(engine, seed: int, identifiers: int) -> None:
    rows = rows_drawn(400, seed=seed, identifiers=identifiers)
    wanted = expected(engine, rows)
    assert wanted
    assert found(engine, rows) == wanted


def test_rows_that_share_a_number_by_chance_are_told_apart(engine, monkeypatch) -> None:
    rows = rows_drawn(300, seed=9, identifiers=50)
    wanted = expected(engine, rows)

    def every_number(parts):
        return np.unique(np.concatenate(parts))

    monkeypatch.setattr(repeats, "_met_again", every_number)
    assert found(engine, rows) == wanted


def test_without_rows_or_without_repeats_nothing_is_found(engine) -> None:
    assert found(engine, SCHEMA.empty_table()) == set()
    one = rows_drawn(1, seed=1, identifiers=5)
    assert found(engine, one) == set()
