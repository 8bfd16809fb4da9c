"""The figures of one store version, held ready for questions that must be answered at once.

A process keeps one engine with three tables of the newest version: activity added up by its codes
(one row for each provider, patients' commissioner, service, point of delivery and month), and the
columns of plan and contract monitoring that a contract position needs. Each question runs on a
cursor of its own. A newer version of the store, or changed reference files, makes a new engine; the
old one closes when its last question is answered. For the store as it stood after an earlier load a
process keeps two engines more, those asked last.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.compute as pc
from ibis.backends.duckdb import Backend

from speccomm.activity.areas import code_names
from speccomm.assignment.dated import ReferenceRows
from speccomm.engines import open_duckdb
from speccomm.foundation.periods import FinancialMonth, FinancialYear
from speccomm.jobs.flows import last_day
from speccomm.jobs.reading import OrganisationMap, organisation_map
from speccomm.jobs.settings import EngineSettings
from speccomm.reference import Reference, open_reference
from speccomm.warehouse import Snapshot, open_store
from speccomm_web.explore.held_tables import attach_tables, write_tables
from speccomm_web.explore.kept import forget_shared
from speccomm_web.explore.shapes import Marks, text_of
from speccomm_web.runs.library import library

CODES = (
    "provider_code",
    "patient_commissioner_code",
    "crg_code",
    "service_code",
    "pod_code",
    "financial_year",
    "financial_month",
)
CONTRACT_KEYS = (
    "provider_code",
    "patient_commissioner_code",
    "service_code",
    "pod_code",
    "tariff_code",
    "financial_year",
    "financial_month",
)
ACM_MEASURES = (
    "planned_activity",
    "actual_activity",
    "planned_price_gbp",
    "actual_price_gbp",
    "planned_mff_gbp",
    "actual_mff_gbp",
)
IAP_MEASURES = ("planned_activity", "planned_price_gbp", "planned_mff_gbp")
ACTIVITY, MONITORING, PLAN = "activity", "monitoring", "plan"
LATELY = 6  # cuts kept beside the figures: some megabytes each


class NothingHeld(Exception):
    """There is no store yet, or no activity in it."""

    def __init__(self) -> None:
        super().__init__("Nothing is loaded yet, so there is nothing to explore.")


@dataclass(frozen=True)
class Figures:
    """One version of the store, ready to be asked.

    `mark` names the version, the moment and the reference files together: an answer kept under it
    stays true. `as_at` is the moment after which nothing that was loaded or withdrawn counts; None
    counts everything.
    """

    version: int
    mark: str
    con: Backend
    reference: Reference
    slices: pa.Table
    all_slices: pa.Table
    files: pa.Table
    received_at: dict[str, datetime]
    schemas: dict[str, ibis.Schema]
    engine: EngineSettings
    store: Path
    as_at: datetime | None = None
    _maps: dict[date, OrganisationMap] = field(default_factory=dict)
    _lately: OrderedDict[Hashable, pa.Table] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def table(self, name: str) -> ir.Table:
        """One of the held tables as an expression that any cursor can run."""
        return ibis.table(self.schemas[name], name=name)

    def ask(self, question: ir.Expr) -> pa.Table:
        """Run a question on a cursor of its own, which any thread may do at any time."""
        return self._run(self.con.compile(question))

    def ask_alike(
        self,
        shape: Any,
        marks: Marks,
        question: Callable[[], ir.Expr],
        *,
        beside: Mapping[str, pa.Table] | None = None,
    ) -> pa.Table:
        """As `ask`, of a question that is one of many of the same shape: see `shapes`.

        `beside` are tables that this question alone reads beside the held ones, under their names.
        """
        return self._run(text_of(shape, marks, lambda: self.con.compile(question())), beside)

    def _run(self, text: str, beside: Mapping[str, pa.Table] | None = None) -> pa.Table:
        cursor = self.con.con.cursor()
        try:
            for name, table in (beside or {}).items():
                cursor.register(name, table)
            return cursor.execute(text).to_arrow_table()
        finally:
            for name in beside or {}:
                cursor.unregister(name)
            cursor.close()

    def lately(self, key: Hashable, cut: Callable[[], pa.Table]) -> pa.Table:
        """A cut that several questions of one page read, kept with the few that were cut last."""
        with self._lock:
            found = self._lately.get(key)
            if found is not None:
                self._lately.move_to_end(key)
                return found
        found = cut()
        with self._lock:
            self._lately[key] = found
            while len(self._lately) > LATELY:
                self._lately.popitem(last=False)
        return found

    def places(self, on: date) -> OrganisationMap:
        """The organisations of a date, drawn once and kept beside the figures."""
        with self._lock:
            if on not in self._maps:
                drawn = organisation_map(self.reference, on=on)
                for name, table in (("providers", drawn.providers), ("places", drawn.places)):
                    self._keep(f"{name}_{on:%Y%m%d}", table)
                self._maps[on] = drawn
            return self._maps[on]

    def map_table(self, name: str, on: date) -> ir.Table:
        """The table `providers` or `places` of a date's map."""
        self.places(on)
        return self.table(f"{name}_{on:%Y%m%d}")

    def _keep(self, name: str, table: pa.Table) -> None:
        keep(self.con, name, table)
        self.schemas[name] = ibis.Schema.from_pyarrow(table.schema)

    @cached_property
    def months(self) -> tuple[FinancialMonth, ...]:
        """The months of which any activity is loaded, in order."""
        return self._months_of("plcm")

    @cached_property
    def contract_months(self) -> tuple[FinancialMonth, ...]:
        """The months of which any contract monitoring is loaded, in order."""
        return self._months_of("acm")

    @cached_property
    def newest_day(self) -> date:
        """The last day of the newest month loaded: its organisations decide who sees what.

        Raises:  NothingHeld where no activity is loaded.
        """
        if not self.months:
            raise NothingHeld
        return last_day(self.months[-1])

    @cached_property
    def moments(self) -> tuple[datetime, ...]:
        """When something was loaded, the newest first; not before the first activity was."""
        began = pc.min(self.all_slices.filter(pc.field("dataset") == "plcm")["received_at"]).as_py()
        found = {at for at in self.received_at.values() if began is not None and at >= began}
        return tuple(sorted(found, reverse=True))

    @cached_property
    def reference_rows(self) -> ReferenceRows:
        """The reference as plain rows, for the walk of one record."""
        return ReferenceRows(self.reference)

    @cached_property
    def crg_names(self) -> dict[str, str]:
        """The name of every clinical reference group."""
        return _names(self.reference, code="crg_code", name="crg_name")

    @cached_property
    def service_names(self) -> dict[str, str]:
        """The name of every service line."""
        return _names(self.reference, code="service_code", name="service_name")

    def _months_of(self, dataset: str) -> tuple[FinancialMonth, ...]:
        rows = self.slices.filter(
            (pc.field("dataset") == dataset) & pc.field("financial_month").isin(range(1, 13))
        )
        pairs = rows.select(["financial_year", "financial_month"]).group_by(
            ["financial_year", "financial_month"]
        )
        found = pairs.aggregate([]).to_pylist()
        months = (
            FinancialMonth(FinancialYear.parse(row["financial_year"]), row["financial_month"])
            for row in found
        )
        return tuple(sorted(months))


THEN = 2  # engines kept of the store as it stood at earlier moments
_latest: list[Figures] = []
_earlier: list[Figures] = []
_building = threading.Lock()


def figures() -> Figures:
    """The figures of the store as it stands, held or read now.

    Raises:  NothingHeld where there is no store.
    """
    place = library()
    version = place.store_version()
    if version is None:
        raise NothingHeld
    mark = _mark(place.store, version, place.reference)
    held = _latest[0] if _latest else None
    if held is not None and held.mark == mark:
        return held
    with _building:
        held = _latest[0] if _latest else None
        if held is None or held.mark != mark:
            held = _read(version, mark, as_at=None)
            _latest[:] = [held]
        return held


def figures_as_at(now: Figures, as_at: datetime) -> Figures:
    """The figures of the store as it stood at a moment, held or read now, beside those of today."""
    mark = f"{now.mark}@{as_at.isoformat()}"
    with _building:
        held = next((each for each in _earlier if each.mark == mark), None)
        if held is None:
            held = _read(now.version, mark, as_at=as_at)
        _earlier[:] = [held, *(each for each in _earlier if each is not held)][:THEN]
        return held


@contextmanager
def stored_rows(held: Figures, dataset: str) -> Iterator[tuple[Backend, ir.Table]]:
    """The rows of a data set as the store itself has them, at the version of the figures."""
    snapshot = open_store(held.store).snapshot(version=held.version, as_at=held.as_at)
    con = _engine(held.engine)
    try:
        yield con, snapshot.table(con, dataset)
    finally:
        con.disconnect()
        snapshot.release()


def keep(con: Backend, name: str, table: pa.Table) -> None:
    """Copy a table into the engine, where every cursor finds it."""
    con.con.register("arriving", table)
    con.raw_sql(f'create or replace table "{name}" as select * from arriving')  # noqa: S608
    con.con.unregister("arriving")


def _read(version: int, mark: str, *, as_at: datetime | None) -> Figures:
    place = library()
    snapshot = open_store(place.store).snapshot(version=version, as_at=as_at)
    try:
        con = _engine(place.engine)

        def make(file: Path) -> None:
            apart = _engine(place.engine)
            try:
                write_tables(apart, file, lambda engine: _tables(snapshot, engine))
            finally:
                apart.disconnect()

        moment = as_at.isoformat() if as_at else ""
        whole = mark.removesuffix(f"@{moment}")
        if attach_tables(con, place.figures, whole, make, moment=moment) and not moment:
            forget_shared()
        schemas = {name: table.schema() for name, table in _tables(snapshot, con).items()}
        reference = open_reference(place.reference)
        keep(con, "kinds", reference.points_of_delivery)
        schemas["kinds"] = ibis.Schema.from_pyarrow(reference.points_of_delivery.schema)
        for name, code in (("crgs", "crg"), ("services", "service")):
            table = _name_table(reference, code=f"{code}_code", name=f"{code}_name")
            keep(con, name, table)
            schemas[name] = ibis.Schema.from_pyarrow(table.schema)
        return Figures(
            version=version,
            mark=mark,
            con=con,
            reference=reference,
            slices=snapshot.slices(),
            all_slices=snapshot.all_slices(),
            files=snapshot.files(),
            received_at={r["load_id"]: r["received_at"] for r in snapshot.loads().to_pylist()},
            schemas=schemas,
            engine=place.engine,
            store=place.store,
            as_at=as_at,
        )
    finally:
        snapshot.release()


def _tables(snapshot: Snapshot, con: Backend) -> dict[str, ir.Table]:
    rows = snapshot.table(con, "plcm")
    return {
        ACTIVITY: rows.group_by(list(CODES)).aggregate(
            activity_count=rows.activity_count.sum().cast("decimal(38, 3)"),
            row_count=rows.count(),
            unstated_rows=rows.activity_count.isnull().sum(),
        ),
        MONITORING: snapshot.table(con, "acm").select(*CONTRACT_KEYS, *ACM_MEASURES),
        PLAN: snapshot.table(con, "iap").select(*CONTRACT_KEYS, *IAP_MEASURES),
    }


def _engine(settings: EngineSettings) -> Backend:
    return open_duckdb(
        memory_limit_mib=settings.memory_limit_mib,
        threads=settings.threads,
        temp_directory=settings.temp_directory,
    )


def service_table(reference: Reference) -> pa.Table:
    """The name of every service line, as a table."""
    return _name_table(reference, code="service_code", name="service_name")


def _name_table(reference: Reference, *, code: str, name: str) -> pa.Table:
    tables = [reference.service_lines]
    if code == "crg_code":
        tables.insert(0, reference.crgs)
    return code_names(tables, code=code, name=name)


def _names(reference: Reference, *, code: str, name: str) -> dict[str, str]:
    table = _name_table(reference, code=code, name=name)
    return dict(zip(table[code].to_pylist(), table[name].to_pylist(), strict=True))


def _mark(store: Path, version: int, reference: Path | None) -> str:
    files = sorted(reference.iterdir()) if reference is not None else []
    states = [(file.name, file.stat().st_size, file.stat().st_mtime_ns) for file in files]
    said = repr((str(store), open_store(store).mark, states))
    return f"{version}-{sha256(said.encode()).hexdigest()[:16]}"
