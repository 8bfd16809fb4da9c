"""What is said of a file of records: checks, the rows they name, and the findings table."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from speccomm.assignment.answers import no_practice
from speccomm.assignment.predicates import is_true, starts, within
from speccomm.assignment.rules import CamRules
from speccomm.foundation.findings import FINDINGS_SCHEMA
from speccomm.foundation.rulebook import read_rule_table

DATASET = "cds"
PSEUDO_POSTCODES = ["ZZ99"]


@dataclass(frozen=True)
class Said:
    """One check and the rows it names; rows None where it speaks of the file."""

    check_id: str
    rows: pa.Array | pa.ChunkedArray | None
    words: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of_rows(cls, check_id: str, rows: Any, **words: str) -> Said:
        """Said of some rows."""
        return cls(check_id, rows, words)

    @classmethod
    def of_file(cls, check_id: str, **words: str) -> Said:
        """Said of the whole file."""
        return cls(check_id, None, words)

    @property
    def is_said(self) -> bool:
        return self.rows is None or len(self.rows) > 0


def findings_of(said: Iterable[Said], *, file_name: str) -> pa.Table:
    """The findings table, in the order of rows and checks.

    Shape:   FINDINGS_SCHEMA, one row for each check and row it names.
    Missing: load_id null: the records belong to no load; row_number null: about the file.
    Source:  rule table assignment/record_checks.
    """
    checks = {row["check_id"]: row for row in read_rule_table("assignment/record_checks")}
    tables = [_findings(one, checks[one.check_id], file_name) for one in said]
    table = pa.concat_tables([FINDINGS_SCHEMA.empty_table(), *tables])
    return table.sort_by([("row_number", "ascending"), ("check_id", "ascending")])


def warnings(facts: ir.Table, *, rules: CamRules, loaded: frozenset[str]) -> dict[str, ir.Value]:
    """Which checks of level warning and note hold for each assigned record.

    Shape:   expressions over `flow_chart.assigned_facts`, keyed by check id; of ASN-N01 the code
             that matched, null where none did.
    Missing: checks of a table that is not loaded are left out; the file is told once instead.
    """
    category, service = facts["r_overseas_visitor_charging_category"], facts["r_service_code"]
    letters = rules.lists["resident_categories"] + rules.lists["not_resident_categories"]
    emergency = within(facts["r_cds_type"], rules.lists["emergency_types"])
    admitted = within(facts["r_cds_type"], rules.lists["admitted_types"])
    payable = [name for name, way in rules.exits.items() if way != (None, None)]
    found: dict[str, ir.Value] = {
        "ASN-W01": ~within(category, letters) & ~emergency,
        "ASN-W05": facts["commissioner_code"].isnull() & within(facts["exit"], payable),
        "ASN-W06": service.notnull() & facts["l_service_code"].isnull() & ~emergency,
        "ASN-W08": service.isnull() & ~emergency,
        "ASN-N01": ibis.ifelse(
            admitted & (facts["exit"] == "HJ_HUB"),
            facts["r_source_of_admission"],
            ibis.null("string"),
        ),
    }
    if "postcodes" in loaded:
        found["ASN-W03"] = (
            facts["r_postcode_key"].notnull()
            & facts["a_postcode_key"].isnull()
            & ~is_true(facts["s_uk_default"])
            & ~starts(facts["r_postcode_key"], PSEUDO_POSTCODES)
        )
    if "practices" in loaded:
        found["ASN-W04"] = ~no_practice(facts, rules=rules) & facts["p_practice_code"].isnull()
    return found


def _findings(said: Said, check: dict[str, str], file_name: str) -> pa.Table:
    count = 1 if said.rows is None else len(said.rows)
    constant = {
        "dataset": DATASET,
        "file_name": file_name,
        "check_id": said.check_id,
        "level": check["level"],
        "field": check["field"] or None,
        "sentence": check["sentence"].format_map(said.words),
        "remedy": check["remedy"].format_map(said.words),
    }
    columns = [
        _rows(said.rows)
        if column.name == "row_number"
        else pa.repeat(pa.scalar(constant.get(column.name), column.type), count)
        for column in FINDINGS_SCHEMA
    ]
    return pa.table(columns, schema=FINDINGS_SCHEMA)


def _rows(rows: pa.Array | pa.ChunkedArray | None) -> pa.Array:
    if rows is None:
        return pa.nulls(1, pa.int64())
    return rows.combine_chunks() if isinstance(rows, pa.ChunkedArray) else rows
