"""Answer who pays for each record of a file, and why for one of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import ibis
import pyarrow as pa
import pyarrow.compute as pc

from speccomm.assignment.dated import ReferenceRows
from speccomm.assignment.explain import Explanation, explain_record
from speccomm.assignment.flow_chart import (
    CamLookups,
    CamRules,
    assigned_facts,
    cam_lookup_tables,
    read_rules,
)
from speccomm.assignment.lookups import InfertilityPatterns
from speccomm.assignment.record_findings import Said, findings_of, warnings
from speccomm.assignment.records import (
    RECORDS_SCHEMA,
    JudgedRecords,
    RecordsFile,
    judge_records,
    read_records,
)
from speccomm.assignment.tables import ASSIGNMENT, RECORD
from speccomm.engines import open_duckdb
from speccomm.foundation.errors import Refusal
from speccomm.foundation.periods import FinancialYear
from speccomm.jobs.run_folder import RunFacts
from speccomm.jobs.settings import EngineSettings
from speccomm.reference import Reference, open_reference

FOLDER_TABLES = ("practices", "postcodes", "providers")


class NoSuchRecord(Refusal):
    """A record asked about that is not in the file, or was refused."""


@dataclass(frozen=True)
class AssignRequest:
    """A file of records to assign.

    `reference` None uses the shipped tables alone. `settings` turn the rulebook's settings, by
    name; empty keeps its own choices. `now` is when it is asked.
    """

    records: Path
    rules: str
    now: datetime
    reference: Path | None = None
    settings: Mapping[str, str] = field(default_factory=dict)
    engine: EngineSettings = EngineSettings()


@dataclass(frozen=True)
class AssignAnswer:
    """Who pays for each record, and everything said of the file.

    `assignments` has the columns of assignment.tables.ASSIGNMENT in the order of the file.
    Rows read are always rows assigned and rows refused together.
    """

    assignments: pa.Table
    findings: pa.Table
    rows_read: int
    rows_refused: int
    facts: RunFacts

    @property
    def rows_assigned(self) -> int:
        return int(self.assignments.num_rows)


@dataclass(frozen=True)
class ExplainRequest:
    """One record of a file to explain; otherwise as AssignRequest."""

    records: Path
    record_id: str
    rules: str
    now: datetime
    reference: Path | None = None
    settings: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class ExplainAnswer:
    """The explanation, the same as a table (one row per step), and what was said of the record.

    `findings` are those `assign` gives for the record, and those about the file as a whole.
    """

    explanation: Explanation
    steps: pa.Table
    findings: pa.Table
    facts: RunFacts

    @property
    def findings_besides(self) -> pa.Table:
        """The findings that the explanation's sentences do not already tell."""
        told = pa.array([one.check_id for one in self.explanation.warnings], pa.string())
        return self.findings.filter(pc.invert(pc.is_in(self.findings["check_id"], value_set=told)))


def assign(request: AssignRequest) -> AssignAnswer:
    """Find the responsible commissioner of every record of a file.

    Shape:   one row per accepted record; see assignment.flow_chart.assign_records.
    Missing: see assign_records; each record without a commissioner has a finding.
    Raises:  BadRecordsFile, UnknownName, BadReferenceFile where the files or the rulebook's name
             cannot be read.
    """
    rules = read_rules(request.rules).with_settings(**request.settings)
    file = read_records(request.records)
    reference = open_reference(request.reference)
    judged = judge_records(file, rules=rules, years=_years(reference))
    table, said = _assigned(judged.accepted, reference, rules, request.engine)
    findings = findings_of(
        [*judged.said, *_not_loaded(reference), *said], file_name=request.records.name
    )
    facts = _facts(reference, rules, file, judged, request.settings)
    return AssignAnswer(table, findings, file.rows_read, judged.refused_rows, facts)


def explain(request: ExplainRequest) -> ExplainAnswer:
    """Say, step by step, how one record reached its commissioner.

    Shape:   steps: one row per step taken, in order; see assignment.explain.
    Missing: findings may be empty.
    Raises:  NoSuchRecord where the file has no such record or refuses it; otherwise as `assign`.
    """
    rules = read_rules(request.rules).with_settings(**request.settings)
    file = read_records(request.records)
    reference = open_reference(request.reference)
    judged = judge_records(file, rules=rules, years=_years(reference))
    wanted = request.record_id.strip()
    accepted = judged.accepted.filter(pc.equal(judged.accepted["record_id"], wanted))
    if accepted.num_rows == 0:
        raise NoSuchRecord(_why_not(request.records, wanted, _about(file, wanted, judged.said)))
    explanation = explain_record(
        accepted.select(list(RECORD)).to_pylist()[0], ReferenceRows(reference), rules=rules
    )
    said = [*judged.said, *_not_loaded(reference), *_warned(explanation, accepted["row_number"])]
    facts = _facts(reference, rules, file, judged, request.settings)
    return ExplainAnswer(explanation, _steps(explanation), _about(file, wanted, said), facts)


def _warned(explanation: Explanation, row: pa.ChunkedArray) -> list[Said]:
    return [
        Said.of_rows(one.check_id, row, **({} if one.code is None else {"code": one.code}))
        for one in explanation.warnings
    ]


def _about(file: RecordsFile, record_id: str, said: Iterable[Said]) -> pa.Table:
    """Findings about the rows that give an identifier, and about the file as a whole."""
    findings = findings_of(said, file_name=file.path.name)
    text = pc.utf8_trim_whitespace(file.text["record_id"])
    own = file.text["row_number"].filter(pc.fill_null(pc.equal(text, record_id), False))  # noqa: FBT003
    rows = findings["row_number"]
    return findings.filter(pc.or_(pc.is_null(rows), pc.is_in(rows, value_set=own.combine_chunks())))


def _assigned(
    accepted: pa.Table, reference: Reference, rules: CamRules, engine: EngineSettings
) -> tuple[pa.Table, list[Said]]:
    """The assignments in the order of the rows, and what the rows' warnings say."""
    con = open_duckdb(
        memory_limit_mib=engine.memory_limit_mib,
        threads=engine.threads,
        temp_directory=engine.temp_directory,
    )
    try:
        for name, table in cam_lookup_tables(reference, rules=rules).items():
            con.con.register(f"cam_{name}", table)
        con.con.register("records", accepted)
        answer = con.raw_sql(_sql(reference, rules)).to_arrow_table()
    finally:
        con.disconnect()
    rows = answer["row_number"]
    said = [
        one
        for name in answer.column_names
        if name.startswith("ASN-")
        for one in _said(name, rows, answer[name])
    ]
    return answer.select(list(ASSIGNMENT)), said


def _sql(reference: Reference, rules: CamRules) -> str:
    schema = {**RECORD, "row_number": "int64"}
    records = ibis.table({name: schema[name] for name in RECORDS_SCHEMA.names}, name="records")
    lookups = CamLookups.unbound(patterns=InfertilityPatterns.of(reference))
    facts = assigned_facts(records, lookups, rules=rules)
    warned = warnings(facts, rules=rules, loaded=reference.loaded)
    answer = facts.select(*ASSIGNMENT, row_number=facts["r_row_number"], **warned)
    return str(ibis.to_sql(answer.order_by("row_number"), dialect="duckdb"))


def _said(check_id: str, rows: pa.ChunkedArray, values: pa.ChunkedArray) -> list[Said]:
    """Rows where a flag holds; where the check names a code, one finding for each code."""
    if pa.types.is_boolean(values.type):
        said = [Said.of_rows(check_id, rows.filter(values))]
    else:
        codes = pc.unique(values).drop_null().to_pylist()
        said = [
            Said.of_rows(check_id, rows.filter(pc.equal(values, code)), code=code)
            for code in sorted(codes)
        ]
    return [one for one in said if one.is_said]


def _not_loaded(reference: Reference) -> list[Said]:
    missing = [name for name in FOLDER_TABLES if name not in reference.loaded]
    return [Said.of_file("ASN-W07", table=name) for name in missing]


def _years(reference: Reference) -> list[int]:
    texts = pc.unique(reference.service_status["financial_year"]).to_pylist()
    return [FinancialYear.parse(text).start for text in texts]


def _why_not(path: Path, record_id: str, findings: pa.Table) -> str:
    sentences = findings.filter(pc.equal(findings["level"], "refuse"))["sentence"].to_pylist()
    if not sentences:
        return f"{path.name} has no record {record_id!r}. Check the identifier."
    return f"Record {record_id!r} was refused: {' '.join(dict.fromkeys(sentences))}"


def _steps(explanation: Explanation) -> pa.Table:
    rows = [
        {
            "step": step.step,
            "question": step.question,
            "answer": "Yes" if step.answer else "No",
            "because": step.because,
        }
        for step in explanation.steps
    ]
    names = ("step", "question", "answer", "because")
    return pa.Table.from_pylist(rows, pa.schema([(name, pa.string()) for name in names]))


def _facts(
    reference: Reference,
    rules: CamRules,
    file: RecordsFile,
    judged: JudgedRecords,
    settings: Mapping[str, str],
) -> RunFacts:
    book: dict[str, Any] = {**rules.rulebook.reference, "settings": dict(settings)}
    return RunFacts(
        rulebooks=[book],
        reference=dict(reference.identity()),
        row_counts={
            "read": file.rows_read,
            "assigned": judged.accepted.num_rows,
            "refused": judged.refused_rows,
        },
    )
