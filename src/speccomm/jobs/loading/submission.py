"""One submission from opened files to staged tables: the part of a load before the commit."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from speccomm.assignment.contract_rules import ContractRules
from speccomm.engines import give_back_memory
from speccomm.intake.across import ACROSS, COLUMNS
from speccomm.intake.opening import OpenedFile
from speccomm.intake.people import PersonBook
from speccomm.intake.privacy import KeyRing
from speccomm.intake.rules import IntakeRules
from speccomm.jobs.loading import repeats
from speccomm.jobs.loading.comparing import Place, read_parquet, reconciliation_findings
from speccomm.jobs.loading.compiling import compiled_once
from speccomm.jobs.loading.counting import RowCount
from speccomm.jobs.loading.judging import ChunkJudge
from speccomm.jobs.loading.lookups import Lookups, place_lookups, place_planned_services
from speccomm.jobs.loading.phases import ACROSS_ROWS, ADD_UP, READ_AND_JUDGE, Phases
from speccomm.jobs.loading.saying import coded_findings, finding, said_of_all
from speccomm.jobs.loading.sinks import FolderSink
from speccomm.jobs.loading.streaming import (
    WORKERS,
    FileOutcome,
    SliceBook,
    Stream,
    file_findings,
    is_small,
    small_batches,
)
from speccomm.reference import Reference
from speccomm.warehouse import Snapshot
from speccomm.warehouse.tables import FILES, ROW_TABLES

NOT_RUN_SCHEMA = pa.schema(
    [("check_id", pa.string()), ("title", pa.string()), ("missing_input", pa.string())]
)
PATIENT_LEVEL = ("plcm", "drplcm", "deplcm")
PLAN_KEY = ("provider_code", "financial_year", "service_code")


@dataclass(frozen=True)
class SubmissionOutcome:
    """What a submission holds: its files, its slices and the checks that could not run.

    `slices` has every column of the store's register but the time of receipt.
    """

    read: int
    accepted: int
    refused: int
    files: pa.Table
    slices: pa.Table
    not_run: pa.Table


@dataclass
class Submission:
    """The files of one call on their way into a folder. Used once.

    `keep` false is a check: of its rows only what is looked at across rows is written down, and
    whoever owns the folder drops that.
    """

    connection: Any
    rules: IntakeRules
    contract_rules: ContractRules
    reference: Reference
    ring: KeyRing
    keep: bool
    folder: Path
    load_id: str | None
    received_on: date
    progress: Callable[[str, int, int], None]
    slices: SliceBook = field(default_factory=SliceBook)
    phases: Phases = field(default_factory=Phases)
    counted: RowCount = field(default_factory=RowCount)

    @cached_property
    def sink(self) -> FolderSink:
        return FolderSink(
            self.folder,
            self.load_id or "",
            self.ring if self.keep else None,
            only=None if self.keep else {name: _looked_at(name) for name in ROW_TABLES},
        )

    @cached_property
    def _persons(self) -> PersonBook:
        return PersonBook(self.ring, hashed=self.keep)

    def run(self, opened: list[OpenedFile], *, before: Snapshot | None) -> SubmissionOutcome:
        """Stream every file, then look across. `before` is the store as it was, None without one."""
        datasets = {file.dataset for file in opened}
        with self.phases.timing(READ_AND_JUDGE), self._one_thread_a_question():
            outcomes = self._stream_all(opened, before)
        give_back_memory()
        with self.phases.timing(ACROSS_ROWS):
            self._look_across(datasets, before)
        with self.phases.timing(ADD_UP):
            slices = self._slices()
        return SubmissionOutcome(
            read=sum(outcome.read for outcome in outcomes),
            accepted=sum(outcome.accepted for outcome in outcomes),
            refused=sum(outcome.refused for outcome in outcomes),
            files=self._files(outcomes),
            slices=slices,
            not_run=self._not_run(datasets, before),
        )

    @contextmanager
    def _one_thread_a_question(self) -> Iterator[None]:
        """While chunks are judged side by side, each question is answered by the one who asks."""
        raw = self.connection.con
        (threads,) = raw.execute("select current_setting('threads')").fetchone()
        raw.execute("set threads = 1")
        try:
            yield
        finally:
            raw.execute(f"set threads = {int(threads)}")

    def _stream_all(self, opened: list[OpenedFile], before: Snapshot | None) -> list[FileOutcome]:
        lookups = place_lookups(self.connection.con, self.reference, on=self.received_on)
        self._place_plans(before)
        outcomes = []
        for dataset, files in _by_dataset(opened):
            if dataset != "iap":
                self._place_plans(before)
            outcomes += self._stream(files, self._judge(dataset, lookups))
        return outcomes

    def add_slice_findings(self, found: list[dict[str, Any]]) -> None:
        """Keep findings about slices with the others."""
        self.sink.add_findings(coded_findings(found))

    def rulebooks(self) -> list[dict[str, str]]:
        """The rulebooks a submission was judged by, for manifests and the register."""
        return [
            *self.rules.references,
            self.contract_rules.rulebook.reference,
            self.reference.rulebook.reference,
        ]

    def _judge(self, dataset: str, lookups: Lookups) -> ChunkJudge:
        return ChunkJudge(
            dataset=dataset,
            rules=self.rules,
            contract_rules=self.contract_rules,
            lookups=lookups,
            ring=self.ring,
            persons=self._persons,
        )

    def _stream(self, files: list[OpenedFile], judge: ChunkJudge) -> list[FileOutcome]:
        """Stream the files of one data set: small ones side by side, large ones one by one."""
        stream = Stream(
            self.connection.con,
            self.rules,
            judge,
            self.sink,
            self.slices,
            self.load_id,
            self.progress,
            self.counted,
        )

        small = small_batches([file for file in files if is_small(file)])
        with ThreadPoolExecutor(WORKERS, thread_name_prefix="files") as pool:
            outcomes = [one for batch in pool.map(stream.run_together, small) for one in batch]
        outcomes += [stream.run(file) for file in files if not is_small(file)]
        for outcome in outcomes:
            self.sink.add_findings(file_findings(outcome, self.rules, load_id=self.load_id))
        return outcomes

    def _staged(self, dataset: str) -> ir.Table:
        return read_parquet(
            self.connection, self.sink.files.get(dataset, []), ROW_TABLES[dataset].schema
        )

    def _place_plans(self, before: Snapshot | None) -> None:
        """Services in a plan: of this submission, and of the store for slices not in it."""
        planned = self._with_store("iap", before, list(PLAN_KEY)).distinct()
        place_planned_services(self.connection.con, self.connection.to_pyarrow(planned))

    def _look_across(self, datasets: set[str], before: Snapshot | None) -> None:
        for check_id, (dataset, _) in ACROSS.items():
            if dataset in datasets and self.sink.files.get(dataset):
                self._say_rows(check_id, dataset)
        if "acm" in datasets or before is not None:
            self._reconcile(datasets, before)

    def _say_rows(self, check_id: str, dataset: str) -> None:
        """Ask the engine for the rows a check is said of, and keep a finding for each."""
        raw = self.connection.con
        paths = [str(path) for path in self.sink.files[dataset]]
        raw.read_parquet(paths).create_view(f"staged_{dataset}", replace=True)
        if check_id == repeats.CHECK_ID:
            rows = repeats.repeated_rows(raw, self.rules)
        else:
            rows = raw.execute(across_sql(check_id, self.rules)).to_arrow_table()
        check = self.rules.checks[check_id]
        said = finding(check, self.rules, load_id=self.load_id, dataset=dataset, file_name=None)
        same = {name: value for name, value in said.items() if name not in rows.column_names}
        self.sink.add_findings(said_of_all(rows, same))

    def _reconcile(self, datasets: set[str], before: Snapshot | None) -> None:
        """CHK-C01 over the months this submission touches, with the store's side of them."""
        places = {
            place for (dataset, place) in self.slices.numbers if dataset in ("acm", *PATIENT_LEVEL)
        }
        acm = self._with_store("acm", before, _money_columns("acm"))
        aggregated = {key[1] for key in self.slices.numbers if key[0] == "acm"}
        if before is not None:
            aggregated |= _places(before.slices(), "acm")
        held = {
            dataset: self._with_store(dataset, before, _money_columns(dataset))
            for dataset in PATIENT_LEVEL
            if dataset in datasets or (before is not None and _places(before.slices(), dataset))
        }
        self.add_slice_findings(
            reconciliation_findings(
                acm,
                held,
                places & aggregated,
                reference=self.reference,
                rules=self.rules,
                connection=self.connection,
                load_id=self.load_id,
            )
        )

    def _with_store(self, dataset: str, before: Snapshot | None, columns: list[str]) -> ir.Table:
        """This submission's rows, and the store's for the slices it does not replace."""
        staged = self._staged(dataset).select(*columns)
        if before is None:
            return staged
        replaced = [place for (of, place) in self.slices.numbers if of == dataset]
        held = before.table(self.connection, dataset)
        if replaced:
            gone = ibis.memtable(
                pa.table(
                    {
                        "provider_code": pa.array([place[0] for place in replaced]),
                        "financial_year": pa.array([place[1] for place in replaced]),
                        "financial_month": pa.array([place[2] for place in replaced], pa.int8()),
                    }
                )
            )
            held = held.anti_join(gone, ["provider_code", "financial_year", "financial_month"])
        return staged.union(held.select(*columns))

    def _files(self, outcomes: list[FileOutcome]) -> pa.Table:
        return pa.Table.from_pylist(
            [
                {
                    "load_id": self.load_id,
                    "dataset": outcome.opened.dataset,
                    "file_name": outcome.opened.path.name,
                    "sha256": outcome.sha256,
                    "bytes": outcome.opened.size,
                    "read_rows": outcome.read,
                    "accepted_rows": outcome.accepted,
                    "refused_rows": outcome.refused,
                    "unattributed_refused_rows": outcome.unattributed,
                }
                for outcome in outcomes
            ],
            schema=FILES.schema,
        )

    def _slices(self) -> pa.Table:
        sums: dict[tuple[str, int], tuple[Any, Any]] = {}
        for dataset in ROW_TABLES:
            if self.sink.files.get(dataset):
                sums |= self._sums(dataset)
        rows = []
        for (dataset, place), number in self.slices.numbers.items():
            activity, price = sums.get((dataset, number), (0, 0))
            rows.append(
                {
                    "load_id": self.load_id,
                    "dataset": dataset,
                    "provider_code": place[0],
                    "financial_year": place[1],
                    "financial_month": place[2],
                    "slice_number": number,
                    "accepted_rows": self.slices.accepted[dataset, place],
                    "refused_rows": self.slices.refused[dataset, place],
                    "activity": activity,
                    "price_gbp": price,
                }
            )
        return pa.Table.from_pylist(rows, schema=_SLICES_SCHEMA)

    def _sums(self, dataset: str) -> dict[tuple[str, int], tuple[Any, Any]]:
        table = ROW_TABLES[dataset]
        rows = self._staged(dataset)
        money = [rows[name].sum().fill_null(0) for name in table.money]
        total = money[0]
        for one in money[1:]:
            total = total + one
        summed = rows.group_by("slice_number").agg(
            activity=rows[table.activity].sum().fill_null(0).cast("decimal(18, 3)"),
            price=total.cast("decimal(18, 4)"),
        )
        return {
            (dataset, row["slice_number"]): (row["activity"], row["price"])
            for row in self.connection.to_pyarrow(summed).to_pylist()
        }

    def _not_run(self, datasets: set[str], before: Snapshot | None) -> pa.Table:
        """Checks that cover these data sets and whose inputs are not loaded."""
        held = set(datasets) | set(self.reference.loaded)
        if before is not None:
            slices = before.slices()
            held |= set(slices["dataset"].to_pylist())
            held |= {"previous_load"} if slices.num_rows else set()
        return pa.Table.from_pylist(
            [
                {"check_id": check.check_id, "title": check.title, "missing_input": missing}
                for check in self.rules.checks.values()
                if any(check.covers(dataset) for dataset in datasets)
                for missing in check.inputs
                if missing not in held
            ],
            schema=NOT_RUN_SCHEMA,
        )


def _by_dataset(opened: list[OpenedFile]) -> list[tuple[str, list[OpenedFile]]]:
    """Files by data set; a plan comes first, as other rows are set against it."""
    order = ("iap", *(name for name in ROW_TABLES if name != "iap"))
    grouped = [(name, [file for file in opened if file.dataset == name]) for name in order]
    return [(name, files) for name, files in grouped if files]


def across_sql(check_id: str, rules: IntakeRules) -> str:
    """The question a check across rows asks of the view staged_ and its data set."""
    dataset, expression = ACROSS[check_id]

    def question() -> ir.Table:
        types = ROW_TABLES[dataset].schema
        schema = ibis.schema(pa.schema([types.field(name) for name in COLUMNS[dataset]]))
        return expression(ibis.table(schema, name=f"staged_{dataset}"), rules)

    return compiled_once((check_id, *rules.identity), question)


def _looked_at(dataset: str) -> frozenset[str]:
    """Columns of a data set that are read again once its rows are written."""
    table = ROW_TABLES[dataset]
    across = COLUMNS.get(dataset, ())
    return frozenset(
        {*across, *PLAN_KEY, *_money_columns(dataset), "slice_number", table.activity, *table.money}
    )


def _money_columns(dataset: str) -> list[str]:
    """What reconciliation needs of a data set."""
    measure = "actual_price_gbp" if dataset == "acm" else "total_cost_gbp"
    return ["provider_code", "financial_year", "financial_month", "pod_code", measure]


def _places(slices: pa.Table, dataset: str) -> set[Place]:
    return {
        (row["provider_code"], row["financial_year"], row["financial_month"])
        for row in slices.to_pylist()
        if row["dataset"] == dataset
    }


_SLICES_SCHEMA = pa.schema(
    [
        ("load_id", pa.string()),
        ("dataset", pa.string()),
        ("provider_code", pa.string()),
        ("financial_year", pa.string()),
        ("financial_month", pa.int8()),
        ("slice_number", pa.int32()),
        ("accepted_rows", pa.int64()),
        ("refused_rows", pa.int64()),
        ("activity", pa.decimal128(18, 3)),
        ("price_gbp", pa.decimal128(18, 4)),
    ]
)
