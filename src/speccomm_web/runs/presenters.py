"""Runs, their tables and tasks as plain values for templates."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from typing import Any

from django.urls import reverse

from speccomm_web.design import formats
from speccomm_web.design.tables import Column, DataTable, Kind
from speccomm_web.runs.models import BackgroundTask, FinishedRun
from speccomm_web.runs.queries import RunTable
from speccomm_web.runs.questions import question_words


def runs_table(
    runs: Iterable[FinishedRun], *, store_version: int | None, names: Mapping[str, str]
) -> DataTable:
    """The register of runs."""
    rows = [
        {
            "id": str(run.pk),
            "asked": asked_words(run, names),
            "finished_at": run.finished_at,
            "asked_by": run.asked_by.name if run.asked_by else None,
            "store_version": run.store_version,
            "findings": run.finding_count,
            "state": run.state(store_version=store_version),
        }
        for run in runs
    ]
    return DataTable(
        name="runs",
        caption="Finished runs, newest first",
        columns=(
            Column("asked", "Question"),
            Column("finished_at", "Finished", Kind.MOMENT),
            Column("asked_by", "Asked by", none="Command line"),
            Column("store_version", "Store version", Kind.COUNT, none="None read"),
            Column("findings", "Findings", Kind.COUNT, none="Not counted"),
            Column("state", "State", Kind.STATE),
        ),
        rows=rows,
        header_key="asked",
        links={"asked": lambda row: reverse("runs:run", args=[row["id"]])},
        empty="No run is registered that you may see.",
    )


def asked_words(run: FinishedRun, names: Mapping[str, str]) -> str:
    """The question of a run as a sentence. `names` are of organisations, by their codes."""
    return question_words(run.command, run.arguments, names)


def run_summary(run: FinishedRun, *, store_version: int | None) -> list[dict[str, Any]]:
    """Of what it was asked, under which rules, by whom and how long it took."""
    return [
        {"key": "Run folder", "value": run.folder},
        {"key": "State", "state": run.state(store_version=store_version)},
        {"key": "Store version", "value": str(run.store_version or "None read")},
        {"key": "As at", "value": formats.moment(run.as_at) if run.as_at else "The newest then"},
        {"key": "Rulebooks", "value": rulebook_words(run.rulebooks) or "None applied"},
        {"key": "Asked by", "value": run.asked_by.name if run.asked_by else "Command line"},
        {"key": "Finished", "value": formats.moment(run.finished_at)},
        {
            "key": "Time taken",
            "value": f"{run.seconds:,.1f} seconds" if run.seconds is not None else "Not measured",
        },
        {"key": "Made with", "value": f"speccomm {run.speccomm_version}"},
    ]


def rulebook_words(rulebooks: Iterable[Any]) -> str:
    """The identifiers of some rulebooks with their versions."""
    return ", ".join(
        " ".join(str(book[key]) for key in ("identifier", "id", "name", "version") if book.get(key))
        if isinstance(book, dict)
        else str(book)
        for book in rulebooks
    )


def tables_table(run: FinishedRun) -> DataTable:
    """The tables of a run."""
    return DataTable(
        name="tables",
        caption="Tables of this run",
        columns=(Column("name", "Table"), Column("row_count", "Rows", Kind.COUNT)),
        rows=run.tables,
        header_key="name",
        links={"name": lambda row: reverse("runs:table", args=[run.pk, row["name"]])},
        empty="The run left no tables.",
    )


def data_table(run: FinishedRun, table: RunTable) -> DataTable:
    """Rows of one table of a run, their columns read by the units in their names."""
    address = reverse("runs:download", args=[run.pk, table.name, "csv"])
    return DataTable(
        name=table.name,
        caption=f"{table.name.replace('_', ' ').capitalize()}, {table.row_count:,} rows",
        columns=tuple(_column(name, table.rows) for name in table.columns),
        rows=[{key: _plain(value) for key, value in row.items()} for row in table.rows],
        downloads={"CSV": address, "XLSX": address.replace("csv", "xlsx")},
        empty="The table has no rows.",
    )


def _column(name: str, rows: list[dict[str, Any]]) -> Column:
    words = name.removesuffix("_gbp").replace("_", " ").capitalize()
    value = next((row[name] for row in rows if row.get(name) is not None), None)
    if name.endswith("_gbp"):
        return Column(name, words, Kind.PENCE, unit="£")
    if name.endswith("_percent"):
        return Column(name, words.removesuffix(" percent"), Kind.PERCENT, unit="%")
    if isinstance(value, datetime.datetime):
        return Column(name, words, Kind.MOMENT)
    if isinstance(value, datetime.date):
        return Column(name, words, Kind.DAY)
    if name.endswith(("_code", "year")) or isinstance(value, bool):
        return Column(name, words, Kind.CODE)
    if isinstance(value, int | float) or hasattr(value, "quantize"):
        return Column(name, words, Kind.DECIMAL if _has_parts(name, rows) else Kind.COUNT)
    return Column(name, words)


def _has_parts(name: str, rows: list[dict[str, Any]]) -> bool:
    return any(row[name] % 1 for row in rows if row.get(name) is not None)


def _plain(value: Any) -> Any:
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, float):
        return formats.exact(value)
    return ", ".join(map(str, value)) if isinstance(value, list) else value


def task_view(task: BackgroundTask) -> dict[str, Any]:
    """A task as the progress component takes it."""
    waiting = task.stage == BackgroundTask.Stage.WAITING
    words = task.result.get("words") or task.phase or ("Waiting for its turn." if waiting else "")
    if task.total and not task.ended:
        words = f"{words}: {task.done:,} of {task.total:,}"
    again = task.attempts if waiting else task.attempts - 1
    if again > 0 and not task.ended:
        words = f"Begun again from the start, because the worker stopped. {words}".strip()
    return {
        "title": task.title,
        "state": task.state,
        "words": words,
        "done": task.done,
        "total": 0 if task.ended else task.total,
        "ended": task.ended,
        "address": reverse("runs:task_progress", args=[task.pk]),
        "cancel": reverse("runs:cancel_task", args=[task.pk]),
        "result": task.result.get("address", ""),
    }
