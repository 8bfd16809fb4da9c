"""DuckDB with the made-up England registered, one SQL text per choice of rules in a process."""

from __future__ import annotations

from datetime import date
from typing import Any

import ibis
import pyarrow as pa

from speccomm.assignment.dated import ReferenceRows
from speccomm.assignment.explain import explain_record
from speccomm.assignment.flow_chart import (
    CamLookups,
    CamRules,
    assign_records,
    assigned_facts,
    cam_lookup_tables,
)
from speccomm.assignment.lookups import InfertilityPatterns
from speccomm.assignment.record_findings import warnings
from speccomm.assignment.tables import ASSIGNMENT, RECORD

KINDS = {"string": pa.string(), "date": pa.date32()}
_SQL: dict[str, str] = {}  # of every engine of this process
RECORD_SCHEMA = pa.schema([(name, KINDS[kind]) for name, kind in RECORD.items()])
USUAL = {
    "cds_type": "130",
    "activity_date": date(2025, 6, 10),
    "overseas_visitor_charging_category": "A",
    "administrative_category": "01",
    "gp_practice_code": "M86001",
    "postcode": "CV1 1AA",
    "provider_code": "RKB",
    "service_code": "99999999",
    "treatment_function_code": "100",
    "source_of_admission": "19",
}


def record(**values: Any) -> dict[str, Any]:
    """A usual record, resident and registered in Coventry, with some values changed."""
    return {**dict.fromkeys(RECORD), "record_id": "1", **USUAL, **values}


class Engine:
    """Assigns tables of records against one reference under any rules."""

    def __init__(self, reference: Any) -> None:
        self.con = ibis.duckdb.connect()
        self.reference = reference
        self.patterns = InfertilityPatterns.of(reference)
        self.registered = ""

    def assign(self, records: list[dict[str, Any]], rules: CamRules) -> list[dict[str, Any]]:
        """Answers in the order of the records, whose record_id is their position."""
        return self._ask("assign", records, rules)

    def explained(self, records: list[dict[str, Any]], rules: CamRules) -> list[dict[str, Any]]:
        """Answers in the order of the records, each the same as the explanation's."""
        rows, found = ReferenceRows(self.reference), self.assign(records, rules)
        for number, (given, answer) in enumerate(zip(records, found, strict=True)):
            told = explain_record({**given, "record_id": str(number)}, rows, rules=rules)
            assert answer == {name: getattr(told, name) for name in ASSIGNMENT}, (given, told)
        return found

    def warn(self, records: list[dict[str, Any]], rules: CamRules) -> list[dict[str, str | None]]:
        """For each record the checks it meets, in order, each with the code it names or None."""
        found = self._ask("warn", records, rules)
        return [
            {
                check: None if met is True else met
                for check, met in sorted(row.items())
                if check.startswith("ASN-") and met not in (None, False)
            }
            for row in found
        ]

    def _expression(self, question: str, rules: CamRules) -> Any:
        records, lookups = (
            ibis.table(RECORD, name="records"),
            CamLookups.unbound(patterns=self.patterns),
        )
        if question == "assign":
            return assign_records(records, lookups, rules=rules)
        facts = assigned_facts(records, lookups, rules=rules)
        return facts.select(
            "record_id", **warnings(facts, rules=rules, loaded=self.reference.loaded)
        )

    def _ask(
        self, question: str, records: list[dict[str, Any]], rules: CamRules
    ) -> list[dict[str, Any]]:
        key = repr((sorted(rules.settings.items()), sorted(rules.lists.items())))
        if key != self.registered:
            for name, table in cam_lookup_tables(self.reference, rules=rules).items():
                self.con.con.register(f"cam_{name}", table)
            self.registered = key
        asked = f"{question} {key} {self.patterns} {sorted(self.reference.loaded)}"
        if asked not in _SQL:
            _SQL[asked] = ibis.to_sql(self._expression(question, rules), dialect="duckdb")
        numbered = [{**row, "record_id": str(n)} for n, row in enumerate(records)]
        self.con.con.register("records", pa.Table.from_pylist(numbered, RECORD_SCHEMA))
        answers = self.con.raw_sql(_SQL[asked]).to_arrow_table().to_pylist()
        assert len(answers) == len(records)
        return sorted(answers, key=lambda answer: int(answer["record_id"]))
