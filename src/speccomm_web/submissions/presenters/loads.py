"""Loads, slices, their versions and the calendar as tables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.urls import reverse

from speccomm.jobs.history import HistoryAnswer
from speccomm_web.design import formats
from speccomm_web.design.tables import Column, DataTable, Kind, Value
from speccomm_web.submissions.stored import MOST_ROWS_SHOWN, LoadSeen

STATUS_WORDS = {"current": "Current", "withdrawn": "Withdrawn", "superseded": "Superseded"}
PLAN_MONTHS = {0: "Whole year", 13: "After the year"}
CHANGES = {"unchanged": "Unchanged", "changed": "Changed", "added": "Added", "removed": "Removed"}


def month_words(year: str, month: int) -> str:
    """A financial month as people say it: month 9 of 2023-24 is December 2023."""
    if month in PLAN_MONTHS:
        return f"{PLAN_MONTHS[month]} {year}"
    start = int(year[:4])
    first = date(start + (month > 9), month + 3 - 12 * (month > 9), 1)
    return formats.month(first)


def slice_address(row: Mapping[str, Value]) -> str:
    """Where the versions of a slice are told."""
    return reverse(
        "submissions:slice",
        args=[row["dataset"], row["provider_code"], row["financial_year"], row["financial_month"]],
    )


def loads_table(found: Iterable[LoadSeen]) -> DataTable:
    """Who loaded what when."""
    rows = []
    for one in found:
        codes = sorted({row["provider_code"] for row in one.slices})
        current = sum(row["status"] == "current" for row in one.slices)
        rows.append(
            {
                "load_id": one.load_id,
                "received_at": one.load["received_at"],
                "who": one.sent.sender_words if one.sent else None,
                "providers": ", ".join(codes[:6])
                + (f" and {len(codes) - 6} more" if len(codes) > 6 else ""),
                "accepted": sum(row["accepted_rows"] for row in one.slices),
                "refused": sum(row["refused_rows"] for row in one.slices),
                "current": f"{current:,} of {len(one.slices):,}",
                "state": "Withdrawn" if one.withdrawal else "Stands",
            }
        )
    return DataTable(
        name="loads",
        caption="Loads, newest first",
        columns=(
            Column("received_at", "Received", Kind.MOMENT),
            Column("load_id", "Load", Kind.CODE),
            Column("who", "Loaded by", none="Command line"),
            Column("providers", "Providers"),
            Column("accepted", "Accepted", Kind.COUNT),
            Column("refused", "Refused", Kind.COUNT),
            Column("current", "Months still current", Kind.CODE),
            Column("state", "State", Kind.CODE),
        ),
        rows=rows,
        header_key="received_at",
        links={"load_id": lambda row: reverse("submissions:load", args=[row["load_id"]])},
        empty="No load that you may see is in the store.",
    )


def load_summary(one: LoadSeen) -> list[dict[str, Any]]:
    """One load: when it came, by whom, and whether it stands."""
    rows: list[dict[str, Any]] = [
        {"key": "Received", "value": formats.moment(one.load["received_at"])},
        {"key": "Kept", "value": formats.moment(one.load["committed_at"])},
        {"key": "Loaded by", "value": one.sent.sender_words if one.sent else "Command line"},
    ]
    if one.sent:
        address = reverse("submissions:submission", args=[one.sent.pk])
        rows.append({"key": "Findings", "value": f"Submission {one.sent.pk}", "link": address})
    if one.withdrawal:
        when = formats.moment(one.withdrawal["withdrawn_at"])
        rows.append(
            {
                "key": "Withdrawn",
                "value": f"{when}: {one.withdrawal['reason'] or 'no reason given'}",
            }
        )
    return rows


def slices_table(slices: list[dict[str, Any]], *, caption: str) -> DataTable:
    """What a load says of each data set, provider and month."""
    return DataTable(
        name="slices",
        caption=caption,
        columns=(
            Column("month", "Month"),
            Column("dataset_words", "Data set", Kind.CODE),
            Column("provider_code", "Provider", Kind.CODE),
            Column("accepted_rows", "Accepted", Kind.COUNT),
            Column("refused_rows", "Refused", Kind.COUNT),
            Column("activity", "Activity", Kind.DECIMAL),
            Column("price_gbp", "Price", Kind.PENCE, unit="£"),
            Column("status_words", "State", Kind.CODE),
        ),
        rows=[
            {
                **row,
                "month": month_words(row["financial_year"], row["financial_month"]),
                "dataset_words": row["dataset"].upper(),
                "status_words": STATUS_WORDS[row["status"]],
            }
            for row in slices
        ],
        header_key="month",
        links={"month": slice_address},
    )


def files_table(files: list[dict[str, Any]]) -> DataTable:
    """The files of a load."""
    return DataTable(
        name="files",
        caption="Files",
        columns=(
            Column("file_name", "File"),
            Column("read_rows", "Rows read", Kind.COUNT),
            Column("accepted_rows", "Accepted", Kind.COUNT),
            Column("refused_rows", "Refused", Kind.COUNT),
        ),
        rows=files,
        header_key="file_name",
    )


def version_choices(answer: HistoryAnswer) -> list[tuple[str, str]]:
    """The versions of a slice as a form offers them, oldest first."""
    return [
        (row["load_id"], f"{formats.moment(row['received_at'])} ({row['load_id']})")
        for row in answer.history.to_pylist()
    ]


def versions_table(answer: HistoryAnswer) -> DataTable:
    """Every version of a slice, oldest first."""
    return DataTable(
        name="versions",
        caption="Versions, oldest first",
        columns=(
            Column("received_at", "Received", Kind.MOMENT),
            Column("load_id", "Load", Kind.CODE),
            Column("words", "State"),
            Column("accepted_rows", "Accepted", Kind.COUNT),
            Column("refused_rows", "Refused", Kind.COUNT),
            Column("activity", "Activity", Kind.DECIMAL),
            Column("price_gbp", "Price", Kind.PENCE, unit="£"),
            Column("file_names", "Files", none="No accepted row"),
        ),
        rows=[{**row, "words": STATUS_WORDS[row["status"]]} for row in answer.history.to_pylist()],
        header_key="received_at",
        links={"load_id": lambda row: reverse("submissions:load", args=[row["load_id"]])},
    )


def difference_tables(answer: HistoryAnswer, *, with_rows: bool) -> list[DataTable]:
    """What changed between two versions: in all, by column and, for those who may, by row."""
    found = answer.difference
    if found is None:
        return []
    tables = [
        DataTable(
            name="difference",
            caption="What changed",
            columns=(
                Column("change", "Rows"),
                Column("rows_a", "In the first", Kind.COUNT),
                Column("rows_b", "In the second", Kind.COUNT),
                Column("activity_difference", "Activity, second minus first", Kind.DECIMAL),
                Column("price_difference_gbp", "Price, second minus first", Kind.PENCE, unit="£"),
            ),
            rows=[
                {**row, "change": CHANGES.get(row["change"], row["change"])}
                for row in found.summary.to_pylist()
            ],
            header_key="change",
        )
    ]
    if with_rows:
        tables.append(
            DataTable(
                name="difference-rows",
                caption=f"Rows that differ: the first {min(found.rows.num_rows, MOST_ROWS_SHOWN):,} "
                f"of {found.rows.num_rows:,}",
                columns=(
                    Column("change", "Change", Kind.CODE),
                    Column("row_a", "Row in the first", Kind.CODE, none="None"),
                    Column("row_b", "Row in the second", Kind.CODE, none="None"),
                    Column("service_code", "Service", Kind.CODE),
                    Column("pod_code", "Point of delivery", Kind.CODE),
                    Column("price_a_gbp", "Price in the first", Kind.PENCE, unit="£"),
                    Column("price_b_gbp", "Price in the second", Kind.PENCE, unit="£"),
                    Column("columns_changed", "Columns changed", none="Whole row"),
                ),
                rows=[
                    {**row, "change": CHANGES[row["change"]]}
                    for row in found.rows.slice(0, MOST_ROWS_SHOWN).to_pylist()
                ],
                empty="No row differs.",
            )
        )
    return tables


def calendar_table(rows: list[dict[str, Any]], *, on: date) -> DataTable:
    """The dates of flex and freeze, with how each month stands on a day."""
    return DataTable(
        name="calendar",
        caption="Flex and freeze by month",
        columns=(
            Column("month", "Month"),
            Column("flex_submission_date", "Send flex by", Kind.DAY, none="Not set"),
            Column("flex_inclusion_date", "Flex is drawn", Kind.DAY, none="Not set"),
            Column("freeze_submission_date", "Send freeze by", Kind.DAY, none="Not set"),
            Column("freeze_inclusion_date", "Freeze is drawn", Kind.DAY, none="Not set"),
            Column("stands", "Today"),
            Column("source", "Source", none="Not given"),
        ),
        rows=[
            {
                **row,
                "month": month_words(row["financial_year"], row["financial_month"]),
                "stands": _stands(row, on),
            }
            for row in rows
        ],
        header_key="month",
        empty="No calendar is loaded. An administrator adds calendar.csv to the reference folder.",
    )


def _stands(row: dict[str, Any], on: date) -> str:
    for name, words in (("flex_submission_date", "Flex"), ("freeze_submission_date", "Freeze")):
        due = row[name]
        if due is not None and on <= due:
            days = (due - on).days
            return f"{words} due today" if days == 0 else f"{words} due in {days:,} days"
    return "Frozen" if row["freeze_submission_date"] else "Dates not set"
