"""What changed in a slice between two of its versions: rows, columns, activity and money."""

from __future__ import annotations

from dataclasses import dataclass

import ibis
import ibis.expr.types as ir
import pyarrow as pa
from ibis.backends.duckdb import Backend

from speccomm.foundation.errors import UnknownName
from speccomm.warehouse.columns import DERIVED, PLACE, TEXT
from speccomm.warehouse.history import SliceName, slice_versions
from speccomm.warehouse.snapshot import Snapshot
from speccomm.warehouse.tables import RowTable, row_table

PLACES = frozenset(column.name for column in PLACE)
JUDGED = frozenset(column.name for column in DERIVED)
SHOWN = ("service_code", "pod_code")
AMOUNT = "decimal(28, 4)"
AMOUNTS = ("activity_a", "activity_b", "price_a_gbp", "price_b_gbp")
SUMMARY_SCHEMA = pa.schema(
    [
        ("change", TEXT),
        ("rows_a", pa.int64()),
        ("rows_b", pa.int64()),
        *((name, pa.decimal128(28, 4)) for name in AMOUNTS),
        ("activity_difference", pa.decimal128(28, 4)),
        ("price_difference_gbp", pa.decimal128(28, 4)),
    ]
)


@dataclass(frozen=True)
class Difference:
    """What changed from version A to version B of a slice.

    `summary` has one row per kind (unchanged, changed, added, removed) with its rows in A and in
    B, activity and money in each and B minus A. `columns` counts the changed rows in which each
    column changed. `rows` has every row that is not the same in both.
    """

    summary: pa.Table
    columns: pa.Table
    rows: pa.Table


def slice_difference(
    snapshot: Snapshot, con: Backend, name: SliceName, *, load_a: str, load_b: str
) -> Difference:
    """Compare two versions of a slice.

    Shape:   see Difference. Rows that are equal in everything submitted and derived cancel, copy
             by copy. The rest are paired by identity: the row's own identifiers where the data
             set has them, else everything but measures and what the rules derived. A row with no
             identifier is only ever added or removed.
    Units:   *_gbp in pounds; *_difference is B minus A.
    Missing: an amount not given counts as nothing in a sum; `row_a` is null for a row added.
    Raises:  UnknownName for a load that does not cover the slice, NeverLoaded for the slice.
    """
    table = row_table(name.dataset)
    both = _of_load(snapshot, con, name, load_a, side="a").union(
        _of_load(snapshot, con, name, load_b, side="b")
    )
    left_over = _without_equal_copies(both, table)
    # Windows over every column are dear: run them once and keep the few rows that are left.
    rest = ibis.memtable(con.to_pyarrow(left_over))
    rows = con.to_pyarrow(_paired(rest, table))
    totals = con.to_pyarrow(_totals(both, table))
    return Difference(
        summary=_summary(con, rows, totals),
        columns=_changed_columns(con, rows),
        rows=rows,
    )


def _of_load(
    snapshot: Snapshot, con: Backend, name: SliceName, load_id: str, side: str
) -> ir.Table:
    versions = slice_versions(snapshot, name)
    known = versions["load_id"].to_pylist()
    if load_id not in known:
        raise UnknownName(f"version of {name}", load_id, known)
    number = versions["slice_number"][known.index(load_id)].as_py()
    rows = snapshot.load_rows(con, name.dataset, load_id)
    return rows.filter(rows.slice_number == number).mutate(side=ibis.literal(side))


def _compared(table: RowTable) -> list[str]:
    return [column for column in table.names if column not in PLACES]


def _without_equal_copies(both: ir.Table, table: RowTable) -> ir.Table:
    """Leave out every row that has an equal one on the other side, copy by copy."""
    compared = _compared(table)
    order = ["file_name", "row_number"]
    copy = ibis.row_number().over(group_by=[*compared, "side"], order_by=order)
    numbered = both.mutate(copy=copy)
    sides = numbered.side.count().over(group_by=[*compared, "copy"])
    counted = numbered.mutate(sides=sides)
    return counted.filter(counted.sides == 1).drop("copy", "sides")


def _identity(rows: ir.Table, table: RowTable) -> tuple[ir.Table, list[str]]:
    """Add what says which row is which; rows that share it on both sides are one row, changed."""
    if not table.identifiers:
        names = [
            column
            for column in _compared(table)
            if column not in table.measures and column not in JUDGED
        ]
        return rows.mutate(row_key=ibis.null("string"), alone=ibis.literal(0)), names
    keys = [
        ibis.ifelse(rows[column].notnull(), ibis.literal(f"{column} ") + rows[column], None)
        for column in table.identifiers
    ]
    keyed = rows.mutate(row_key=ibis.coalesce(*keys))
    order = [keyed.side, keyed.file_name, keyed.row_number]
    numbered = ibis.row_number().over(order_by=order) + 1
    return keyed.mutate(alone=ibis.ifelse(keyed.row_key.isnull(), numbered, 0)), ["row_key"]


def _paired(rows: ir.Table, table: RowTable) -> ir.Table:
    """One row per identity and copy: changed where both sides have it, else added or removed."""
    keyed, names = _identity(rows, table)
    compared = _compared(table)
    copy = ibis.row_number().over(
        group_by=[*names, "alone", "side"], order_by=[*compared, "file_name", "row_number"]
    )
    numbered = keyed.mutate(pair=copy)
    shown = {column: numbered[column].max() for column in SHOWN if column not in names}
    grouped = numbered.group_by([*names, "alone", "pair"]).agg(
        in_a=(numbered.side == "a").sum(),
        in_b=(numbered.side == "b").sum(),
        **({} if "row_key" in names else {"row_key": numbered.row_key.max()}),
        **shown,
        row_a=numbered.row_number.max(where=numbered.side == "a"),
        row_b=numbered.row_number.max(where=numbered.side == "b"),
        **_amounts(numbered, table),
        columns_changed=_names_of_changed(numbered, compared),
    )
    kind = ibis.cases(
        (ibis.and_(grouped.in_a == 1, grouped.in_b == 1), "changed"),
        (grouped.in_b == 1, "added"),
        else_="removed",
    )
    marked = grouped.mutate(change=kind)
    return marked.select(
        "change",
        "row_key",
        *SHOWN,
        "row_a",
        "row_b",
        *AMOUNTS,
        columns_changed=ibis.ifelse(marked.change == "changed", marked.columns_changed, None),
    ).order_by(["change", "row_key", "row_a", "row_b"])


def _amounts(rows: ir.Table, table: RowTable) -> dict[str, ir.DecimalValue]:
    price = sum(
        (rows[column].fill_null(0) for column in table.money[1:]), rows[table.money[0]].fill_null(0)
    )
    activity = rows[table.activity].fill_null(0)
    return {
        f"{what}_{side}{unit}": value.sum(where=rows.side == side).fill_null(0).cast(AMOUNT)
        for what, value, unit in (("activity", activity, ""), ("price", price, "_gbp"))
        for side in ("a", "b")
    }


def _names_of_changed(rows: ir.Table, compared: list[str]) -> ir.StringValue:
    """The columns of a pair that are not the same on both sides, separated by "; "."""
    parts = [
        ibis.ifelse(
            ibis.or_(rows[column].count() == 1, rows[column].min() != rows[column].max()),
            ibis.literal(f"; {column}"),
            ibis.literal(""),
        )
        for column in compared
    ]
    return ibis.literal("").concat(*parts).substr(len("; "))


def _totals(both: ir.Table, table: RowTable) -> ir.Table:
    return both.agg(
        rows_a=(both.side == "a").sum().fill_null(0),
        rows_b=(both.side == "b").sum().fill_null(0),
        **_amounts(both, table),
    )


def _summary(con: Backend, rows: pa.Table, totals: pa.Table) -> pa.Table:
    """Rows, activity and money by kind; what is left of the totals is unchanged."""
    table = ibis.memtable(rows)
    by_kind = table.group_by("change").agg(
        rows_a=table.row_a.count(),
        rows_b=table.row_b.count(),
        **{name: table[name].sum().cast(AMOUNT) for name in AMOUNTS},
    )
    found = {row["change"]: row for row in con.to_pyarrow(by_kind).to_pylist()}
    none = dict.fromkeys(totals.column_names, 0)
    kinds = {kind: found.get(kind, none) for kind in ("changed", "added", "removed")}
    total = totals.to_pylist()[0]
    left = {name: total[name] - sum(row[name] for row in kinds.values()) for name in none}
    return pa.Table.from_pylist(
        [
            {
                **row,
                "change": kind,
                "activity_difference": row["activity_b"] - row["activity_a"],
                "price_difference_gbp": row["price_b_gbp"] - row["price_a_gbp"],
            }
            for kind, row in ({"unchanged": left} | kinds).items()
        ],
        schema=SUMMARY_SCHEMA,
    )


def _changed_columns(con: Backend, rows: pa.Table) -> pa.Table:
    table = ibis.memtable(rows)
    names = table.columns_changed.split("; ").unnest()
    exploded = table.filter(table.change == "changed").select(column=names)
    counted = exploded.group_by("column").agg(rows=exploded.count())
    return con.to_pyarrow(counted.order_by([counted.rows.desc(), counted.column]))
