"""What a spreadsheet would change, as tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from speccomm.quality import REGISTERS
from speccomm_web.design.tables import Column, DataTable, Kind

Row = Mapping[str, Any]
MOST = 500  # changes shown on the page


class Change(Protocol):
    """One column of one subject that would change."""

    @property
    def register(self) -> str: ...
    @property
    def subject(self) -> str: ...
    @property
    def column(self) -> str: ...
    @property
    def before(self) -> str | None: ...
    @property
    def after(self) -> str | None: ...


def registers() -> list[tuple[str, str]]:
    """The registers that a spreadsheet may hold."""
    return [(name, name.replace("_", " ").capitalize()) for name in REGISTERS]


def counts_table(rows: Sequence[Row]) -> DataTable:
    """How many rows were read, accepted, refused, and held already."""
    return DataTable(
        name="counts",
        caption="Rows of the spreadsheet",
        columns=(
            Column("dataset", "Register"), Column("read_rows", "Read", Kind.COUNT),
            Column("accepted_rows", "Accepted", Kind.COUNT),
            Column("refused_rows", "Refused", Kind.COUNT),
            Column("already_held_rows", "Of the accepted, held already", Kind.COUNT),
        ),
        rows=[{**row, "dataset": str(row["dataset"]).replace("_", " ")} for row in rows],
        header_key="dataset",
    )  # fmt: skip


def changes_table(found: Sequence[Change]) -> DataTable:
    """Each change, before and after."""
    more = f" (the first {MOST:,} are shown)" if len(found) > MOST else ""
    return DataTable(
        name="changes",
        caption=f"What would change: {len(found):,} values{more}",
        columns=(
            Column("register", "Register"), Column("subject", "Of what"),
            Column("column", "Column"), Column("before", "Now", none="Nobody has said"),
            Column("after", "Would be", none="Taken away"),
        ),
        rows=[
            {"register": c.register.replace("_", " "), "subject": c.subject,
             "column": c.column.replace("_", " "), "before": c.before, "after": c.after}
            for c in found[:MOST]
        ],
        header_key="subject",
        empty="Nothing would change: all of it is held already, or was refused.",
    )  # fmt: skip


def findings_table(rows: Sequence[Row]) -> DataTable:
    """What was found in the sheet and what to do about it."""
    return DataTable(
        name="findings",
        caption=f"What was found: {len(rows):,}",
        columns=(
            Column("level", "Level"), Column("sentence", "What"), Column("remedy", "What to do"),
        ),
        rows=[
            {"level": row["level"].capitalize(), "sentence": row["sentence"],
             "remedy": row["remedy"]}
            for row in rows[:MOST]
        ],
        empty="Nothing was found to say of it.",
    )  # fmt: skip
