"""Compile an expression stage by stage, so that what several stages need is worked out once."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir


def staged_sql(table: ir.Table) -> str:
    """The engine's text of a question, each `mutate` a select of its own.

    Compiled otherwise, a column is written out again wherever it is used, and the engine plans
    and computes every copy. A question compiled by another thread meanwhile takes this form too,
    which has the same answer.
    """
    fused = ibis.options.sql.fuse_selects
    ibis.options.sql.fuse_selects = False
    try:
        return str(ibis.to_sql(table, dialect="duckdb"))
    finally:
        ibis.options.sql.fuse_selects = fused
