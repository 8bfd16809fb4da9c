"""What a user is told when a reference file is not as it must be."""

from __future__ import annotations

from pathlib import Path

from speccomm.foundation.errors import Refusal
from speccomm.foundation.identifiers import value_shape


class BadReferenceFile(Refusal):
    """A reference file that cannot be used; nothing of it was.

    Named values: path, row (spreadsheet row, header is 1), column, and shape, which is what the
    value looks like and never the value.
    """

    def __init__(
        self,
        path: Path,
        problem: str,
        *,
        row: int | None = None,
        column: str | None = None,
        value: str | None = None,
    ) -> None:
        self.path = path
        self.row = row
        self.column = column
        self.shape = None if value is None else value_shape(value)
        where = "".join(
            [
                path.name,
                "" if row is None else f", row {row}",
                "" if column is None else f", column {column}",
            ]
        )
        seen = "" if self.shape is None else f" (it looks like {self.shape!r})"
        super().__init__(f"{where}: {problem.rstrip('.')}{seen}.")
