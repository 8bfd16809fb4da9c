"""Findings about activity and contracts: the rulebook's sentences with the amounts put in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pyarrow as pa

from speccomm.foundation.findings import FINDINGS_SCHEMA, Level
from speccomm.foundation.money import say_gbp
from speccomm.foundation.rulebook import BadRulebook, Rulebook, read_rulebook

FINDINGS_RULEBOOK = "activity/findings"


@dataclass(frozen=True)
class ActivityFindings:
    """The sentences this domain may say, by check id."""

    sentences: Mapping[str, Mapping[str, str]]

    def row(self, check_id: str, *, dataset: str, **said: Any) -> dict[str, Any]:
        """One finding.

        `provider_code`, `financial_year`, `financial_month` fill their columns; every other value
        goes into the sentence: money written as pounds, activity without empty decimals.
        """
        told = self.sentences[check_id]
        columns = {
            name: said.pop(name, None)
            for name in ("provider_code", "financial_year", "financial_month")
        }
        words = {name: _said(name, value) for name, value in said.items()}
        return {
            **dict.fromkeys(FINDINGS_SCHEMA.names),
            **columns,
            "dataset": dataset,
            "check_id": check_id,
            "level": told["level"],
            "sentence": told["sentence"].format_map(words),
            "remedy": told["remedy"].format_map(words),
        }


def activity_findings(rulebook: Rulebook | None = None) -> ActivityFindings:
    """Read the sentences of this domain's findings.

    Missing: no rulebook given means the shipped one.
    Raises:  BadRulebook where a check lacks its level, sentence or remedy.
    """
    checks = (rulebook or read_rulebook(FINDINGS_RULEBOOK)).rules.get("checks", {})
    for check_id, check in checks.items():
        if set(check) != {"level", "sentence", "remedy"} or check["level"] not in set(Level):
            raise BadRulebook(f"{check_id} of {FINDINGS_RULEBOOK} is not level, sentence, remedy.")
    return ActivityFindings(checks)


def findings_table(rows: Iterable[Mapping[str, Any]]) -> pa.Table:
    """Findings as a table, in the order of their check ids, providers and months.

    Shape:   FINDINGS_SCHEMA; empty where there is nothing to say.
    Missing: as FINDINGS_SCHEMA says; an answer's findings belong to no load and no file.
    """
    table = pa.Table.from_pylist([dict(row) for row in rows], schema=FINDINGS_SCHEMA)
    return table.sort_by(
        [
            ("check_id", "ascending"),
            ("provider_code", "ascending"),
            ("financial_year", "ascending"),
            ("financial_month", "ascending"),
        ]
    )


def provider_names(providers: pa.Table) -> dict[str, str]:
    """How a sentence names each provider: its name with the code it was sent under."""
    return {
        code: f"{name} ({code})" if name else code
        for code, name in zip(
            providers["provider_code"].to_pylist(),
            providers["provider_name"].to_pylist(),
            strict=True,
        )
    }


def _said(name: str, value: Any) -> str:
    if isinstance(value, Decimal) and name == "activity":
        whole = value == value.to_integral_value()
        return f"{value.quantize(Decimal(1)) if whole else value.normalize():,f}"
    if isinstance(value, Decimal) or value is None:
        return say_gbp(value)
    if isinstance(value, int):
        return f"{value:,}"
    return str(value)
