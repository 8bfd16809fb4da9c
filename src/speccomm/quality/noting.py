"""Gather findings about spreadsheets: sheet and cell in the sentence, the value only as a shape."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from speccomm.foundation.findings import FINDINGS_SCHEMA, Level
from speccomm.foundation.identifiers import value_shape
from speccomm.quality.rules import EvidenceRules


@dataclass
class Notes:
    """The findings of one import, in the order they were met."""

    rules: EvidenceRules
    load_id: str | None
    rows: list[dict[str, Any]] = field(default_factory=list)

    def say(
        self,
        check_id: str,
        *,
        dataset: str,
        file_name: str | None = None,
        row: int | None = None,
        column: str | None = None,
        text: str = "",
        provider: str | None = None,
        **words: object,
    ) -> bool:
        """Note one finding. Returns whether what it is about may be kept."""
        check = self.rules.checks[check_id]
        filled = {**self.rules.settings, "column": column or "", "nearest": "", **words}
        self.rows.append(
            {
                "load_id": self.load_id,
                "dataset": dataset,
                "file_name": file_name,
                "row_number": row,
                "check_id": check_id,
                "level": str(check.level),
                "field": column,
                "value_shape": value_shape(text) if text else None,
                "provider_code": provider,
                "sentence": check.sentence.format(**filled),
                "remedy": check.remedy.format(**filled).strip(),
            }
        )
        return check.level is not Level.REFUSE

    def table(self) -> pa.Table:
        """The findings as rows of FINDINGS_SCHEMA."""
        return pa.Table.from_pylist(self.rows, schema=FINDINGS_SCHEMA)
