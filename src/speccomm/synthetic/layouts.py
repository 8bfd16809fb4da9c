"""The published layout of each data set: which column is written under which heading."""

from __future__ import annotations

from speccomm.foundation.rulebook import read_rule_table

DATASETS = ("plcm", "acm", "drplcm", "deplcm", "iap")


def layout(dataset: str) -> list[tuple[str, str]]:
    """The columns of `dataset` with their published headings, in the published order.

    Source: rulebook intake/fields, so that what is written is what intake says it reads.
    """
    fields = [row for row in read_rule_table("intake/fields") if row["dataset"] == dataset]
    fields.sort(key=lambda row: int(row["position"]))
    return [(row["column"], row["field_name"]) for row in fields]


def quoted_columns(dataset: str) -> str:
    """The layout as a list for a select: every column, headed by its published name."""
    return ", ".join(f'{column} as "{heading}"' for column, heading in layout(dataset))
