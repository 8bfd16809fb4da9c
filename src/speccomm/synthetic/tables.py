"""The generator's own small tables, and chance drawn from a seed, put into a connection."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pyarrow as pa
from ibis.backends.duckdb import Backend

from speccomm.foundation.rulebook import read_rule_table

# Columns of the shipped tables that are numbers; every other column is text.
NUMBERS = {
    "share",
    "min_age",
    "max_age",
    "activity_per_row",
    "rows_per_patient",
    "usual_stay_days",
    "unit_price_gbp",
    "residents",
    "population",
    "size_weight",
    "market_forces_index",
    "intra",
    "imported",
    "exported",
    "weight",
    "usual_quantity",
    "price_gbp",
}

# 52 bits of the hash make a double below one; the salt keeps two draws on one key apart.
CHANCE = """
create or replace temp macro chance(key, salt) as
  ((hash(key, salt, getvariable('synthetic_seed')) >> 12)::double / 4503599627370496.0)
"""
AGE = """
create or replace temp macro age_on(born, day) as
  (year(day) - year(born)
    - (month(day) * 100 + day(day) < month(born) * 100 + day(born))::integer)
"""


def put_table(connection: Backend, name: str, rows: list[dict[str, str]]) -> None:
    """Put rows of text into temporary table `name`, with the columns in NUMBERS as doubles.

    Missing: empty text becomes null.
    """
    columns = {}
    for key in rows[0]:
        cells = [row[key] or None for row in rows]
        if key in NUMBERS:
            columns[key] = pa.array([None if c is None else float(c) for c in cells], pa.float64())
        else:
            columns[key] = pa.array(cells, pa.string())
    connection.con.register("syn_incoming", pa.table(columns))
    connection.raw_sql(f"create or replace temp table {name} as from syn_incoming")
    connection.con.unregister("syn_incoming")


def open_chance(connection: Backend, *, seed: int) -> None:
    """Define `chance(key, salt)`: a number from 0 to below 1, the same for a seed every time.

    Shape:  two macros, chance and age_on (whole years between two dates), in the connection.
    Source: DuckDB's hash, whose values hold for one version of DuckDB.
    """
    connection.raw_sql("set variable synthetic_seed = " + str(int(seed)))
    connection.raw_sql(CHANCE)
    connection.raw_sql(AGE)


def put_rule_tables(connection: Backend, names: tuple[str, ...]) -> None:
    """Put the generator's shipped tables into the connection as syn_<name>."""
    for name in names:
        put_table(connection, f"syn_{name}", read_rule_table(f"synthetic/{name}"))


@contextmanager
def joined_as_written(connection: Backend) -> Iterator[None]:
    """Join tables in the order a statement names them, the first streaming past the others.

    The engine cannot guess how selective a drawn number is, and tries products of tables instead.
    """
    connection.raw_sql("set disabled_optimizers = 'join_order,build_side_probe_side'")
    try:
        yield
    finally:
        connection.raw_sql("set disabled_optimizers = ''")


SLOTS = 8192


def put_slots(connection: Backend, name: str, weights: str) -> None:
    """Make table `name` (slot, chosen): each code holds slots in proportion to its weight.

    A draw then becomes one equality join: `slot_of(chance(...))` names a slot. `weights` is a
    select of code and weight.
    """
    connection.raw_sql(f"create or replace temp macro slot_of(u) as floor(u * {SLOTS})::bigint")
    connection.raw_sql(f"create or replace temp view {name}_weight as {weights}")
    connection.raw_sql(
        f"""
        create or replace temp table {name} as
        with bounded as (
          select code, sum(weight) over (order by code) / sum(weight) over () as upper_bound,
            (sum(weight) over (order by code) - weight) / sum(weight) over () as lower_bound
          from {name}_weight)
        select k as slot, code as chosen
        from bounded, range({SLOTS}) n(k)
        where (k + 0.5) / {SLOTS} >= lower_bound and (k + 0.5) / {SLOTS} < upper_bound
        """  # noqa: S608 - names and weights are this package's own
    )


def rows_of(connection: Backend, query: str) -> pa.Table:
    """Run a query and return its rows."""
    return connection.raw_sql(query).to_arrow_table()


def one_number(connection: Backend, query: str) -> int:
    """Run a query that returns one whole number."""
    row = connection.raw_sql(query).fetchone()
    return int(row[0]) if row else 0
