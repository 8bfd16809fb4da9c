"""What every pack knows of how it was made, whatever it is about."""

from __future__ import annotations

from datetime import date, datetime
from typing import Protocol

import pyarrow as pa


class Behind(Protocol):
    """The facts of a pack's making: `files` as facts.FILES, `rulebooks` as facts.RULEBOOKS and
    `reference` as facts.REFERENCE."""

    @property
    def store_version(self) -> int: ...
    @property
    def as_at(self) -> datetime | None: ...
    @property
    def map_date(self) -> date: ...
    @property
    def built_at(self) -> datetime: ...
    @property
    def software(self) -> str: ...
    @property
    def row_counts(self) -> dict[str, int]: ...
    @property
    def files(self) -> pa.Table: ...
    @property
    def rulebooks(self) -> pa.Table: ...
    @property
    def reference(self) -> pa.Table: ...
