"""Finished runs and their tables, as the register of runs shows them."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from speccomm_web.accounts.viewer import Viewer
from speccomm_web.runs import queries
from speccomm_web.runs.interface.answers import Answer, Asked, Field, Kind, Window
from speccomm_web.runs.models import FinishedRun

ROW_FIELDS = (
    Field("id", Kind.WHOLE, "number of the run"),
    Field("command", Kind.TEXT, "the question's command"),
    Field("icb", Kind.TEXT, "code of the ICB it is about; null: of none alone"),
    Field("provider", Kind.TEXT, "code of the provider it is about; null: of none alone"),
    Field("region", Kind.TEXT, "code of the region it is about; null: of none alone"),
    Field("store_version", Kind.WHOLE, "version of the store read; null: none was"),
    Field("as_at", Kind.MOMENT, "what was received by then; null: everything"),
    Field("finding_count", Kind.WHOLE, "findings; null: not counted"),
    Field("speccomm_version", Kind.TEXT, "version of the library"),
    Field("manifest_sha256", Kind.TEXT, "SHA-256 of its manifest"),
    Field("finished_at", Kind.MOMENT, "when it ended"),
    Field("seconds", Kind.DECIMAL, "how long it took; null: not measured"),
)
TABLE_FIELDS = (
    Field("name", Kind.TEXT, "name of the table"),
    Field("row_count", Kind.WHOLE, "how many rows it has"),
)


def runs_of(viewer: Viewer, asked: Mapping[str, Any]) -> Asked:
    """The register of runs, the newest first."""
    found = queries.find_runs(viewer, command=asked["command"])
    newest = found.values_list("pk", "registered_at").order_by("-registered_at", "-pk").first()
    total = found.count()

    def work(window: Window | None) -> Answer:
        chosen = found if window is None else found[window.first : window.first + window.size]
        return Answer(ROW_FIELDS, [_row(run) for run in chosen], row_count=total)

    return Asked(f"{total}|{newest}", work)


def run_of(viewer: Viewer, asked: Mapping[str, Any], run_id: int) -> Asked | None:
    """One run with the names of its tables, None where it is none of the viewer's."""
    found = queries.run_seen_by(viewer, run_id)
    if found is None:
        return None
    facts = {
        "run": {field.name: _row(found)[field.name] for field in ROW_FIELDS},
        "arguments": found.arguments,
        "rulebooks": found.rulebooks,
    }
    rows = [{"name": t["name"], "row_count": t["row_count"]} for t in found.tables]
    mark = f"{found.pk}|{found.manifest_sha256}"
    return Asked(mark, lambda window: Answer(TABLE_FIELDS, rows, facts))


def run_table_of(viewer: Viewer, asked: Mapping[str, Any], run_id: int, name: str) -> Asked | None:
    """One table of a run, None where it or the run is not there to be seen."""
    found = queries.run_seen_by(viewer, run_id)
    if found is None or queries.run_table(found, name, most=0) is None:
        return None

    def work(window: Window | None) -> Answer:
        first, most = (0, queries.MOST_ROWS) if window is None else (window.first, window.size)
        table = queries.run_table(found, name, first=first, most=most)
        assert table is not None
        rows = [{key: _plain(value) for key, value in row.items()} for row in table.rows]
        fields = tuple(Field(column, Kind.TEXT, "as the run wrote it") for column in table.columns)
        return Answer(fields, rows, {"table": name}, row_count=table.row_count)

    return Asked(f"{found.pk}|{found.manifest_sha256}|{name}", work)


def _row(run: FinishedRun) -> dict[str, Any]:
    row = {field.name: getattr(run, field.name) for field in ROW_FIELDS}
    for name in ("icb", "provider", "region"):
        row[name] = row[name] or None
    row["seconds"] = None if run.seconds is None else _plain(run.seconds)
    return row


def _plain(value: Any) -> Any:
    """A value without floats, which no two programs write alike, and without lists."""
    if isinstance(value, float):
        exact = Decimal(repr(value))
        return exact if exact.is_finite() else None
    if isinstance(value, list | dict):
        return ", ".join(str(part) for part in value)
    return value
