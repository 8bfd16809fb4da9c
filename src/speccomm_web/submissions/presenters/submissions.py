"""Submissions, their findings and their refused rows as tables and summaries."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.urls import reverse

from speccomm_web.accounts.models import Organisation
from speccomm_web.design import formats
from speccomm_web.design.tables import Column, DataTable, Kind
from speccomm_web.runs.models import BackgroundTask
from speccomm_web.runs.presenters import task_view
from speccomm_web.submissions.models import SentFile, Submission
from speccomm_web.submissions.queries import Findings, RefusedRows

LEVELS = {"refuse": "Kept out", "warning": "Warning", "note": "Note"}
MIB = 1 << 20


def choices(providers: Iterable[Organisation]) -> list[tuple[str, str]]:
    """Providers as a form offers them."""
    return [(place.ods_code, str(place)) for place in providers]


def size_words(count: int) -> str:
    """A size in bytes as people say it."""
    if count < 1024:
        return f"{count:,} bytes"
    return f"{count / MIB:,.1f} MB" if count >= MIB else f"{count / 1024:,.0f} KB"


def largest_words(largest: int) -> str:
    """The largest file that is taken."""
    return f"{largest / (MIB * 1024):,.0f} GB" if largest >= MIB * 1024 else size_words(largest)


def submissions_table(found: Iterable[Submission]) -> DataTable:
    """The list of submissions."""
    rows = [
        {
            "id": sent.pk,
            "sent_at": sent.sent_at,
            "provider": sent.provider.name,
            "files": ", ".join(file.file_name for file in sent.files.all()),
            "purpose": Submission.Purpose(sent.purpose).label,
            "sent_by": sent.sender_words,
            "read_rows": sent.read_rows,
            "refused_rows": sent.refused_rows,
            "state": sent.state,
        }
        for sent in found
    ]
    return DataTable(
        name="submissions",
        caption="Submissions, newest first",
        columns=(
            Column("sent_at", "Sent", Kind.MOMENT),
            Column("provider", "Provider"),
            Column("files", "Files"),
            Column("purpose", "Asked for"),
            Column("sent_by", "Sent by"),
            Column("read_rows", "Rows read", Kind.COUNT, none="Not yet"),
            Column("refused_rows", "Refused", Kind.COUNT, none="Not yet"),
            Column("state", "State", Kind.STATE),
        ),
        rows=rows,
        header_key="sent_at",
        links={"sent_at": lambda row: reverse("submissions:submission", args=[row["id"]])},
        empty="There is no submission that you may see, or none that fits.",
    )


def submission_summary(sent: Submission, *, task: BackgroundTask | None) -> list[dict[str, Any]]:
    """What was sent, by whom, and what became of it."""
    state = task.state if task is not None and not sent.ended else sent.state
    rows: list[dict[str, Any]] = [
        {"key": "State", "state": state},
        {"key": "Provider", "value": str(sent.provider)},
        {"key": "Asked for", "value": Submission.Purpose(sent.purpose).label},
        {"key": "Sent", "value": f"{formats.moment(sent.sent_at)} by {sent.sender_words}"},
    ]
    if sent.read_rows is not None:
        rows += [
            {"key": "Rows read", "value": formats.whole(sent.read_rows)},
            {"key": "Rows accepted", "value": formats.whole(sent.accepted_rows)},
            {"key": "Rows refused", "value": formats.whole(sent.refused_rows)},
        ]
    if sent.load_id:
        address = reverse("submissions:load", args=[sent.load_id])
        rows.append({"key": "Load", "value": sent.load_id, "link": address})
    return rows


def files_table(sent: Submission) -> DataTable:
    """The files of a submission."""
    return DataTable(
        name="files",
        caption="Files",
        columns=(
            Column("file_name", "File"),
            Column("size", "Size"),
            Column("sha256", "SHA-256", Kind.TEXT),
        ),
        rows=[
            {"file_name": file.file_name, "size": size_words(file.bytes), "sha256": file.sha256}
            for file in sent.files.all()
        ],
        header_key="file_name",
    )


def sent_before_words(found: Iterable[SentFile]) -> list[str]:
    """A sentence for each file that came before."""
    return [
        f"The same bytes came as {file.file_name} on {formats.moment(file.submission.sent_at)}."
        for file in found
    ]


def summary_table(sent: Submission) -> DataTable:
    """Findings by check: how often, what was met and what to do."""
    address = reverse("submissions:findings", args=[sent.pk])
    rows = [
        {
            "check_id": row["check_id"],
            "level": LEVELS[row["level"]],
            "dataset": row["dataset"].upper(),
            "field": row["field"],
            "finding_count": row["finding_count"],
            "sentence": row["sentence"],
            "remedy": row["remedy"],
        }
        for row in sent.summary
    ]
    return DataTable(
        name="checks",
        caption="What was found, by check",
        columns=(
            Column("check_id", "Check", Kind.CODE),
            Column("level", "Effect"),
            Column("finding_count", "Times", Kind.COUNT),
            Column("sentence", "What was met"),
            Column("remedy", "What to do"),
            Column("field", "Field", none="Whole row or file"),
            Column("dataset", "Data set", Kind.CODE),
        ),
        rows=rows,
        header_key="check_id",
        links={"check_id": lambda row: f"{address}?check={row['check_id']}"},
        empty="The checks found nothing to say.",
    )


def not_run_words(sent: Submission) -> list[str]:
    """The checks that lacked an input, each in a line."""
    missing: dict[str, list[str]] = {}
    for row in sent.not_run:
        missing.setdefault(f"{row['check_id']} {row['title']}", []).append(row["missing_input"])
    return [
        f"{title}: needs {', '.join(item.replace('_', ' ') for item in sorted(inputs))}"
        for title, inputs in sorted(missing.items())
    ]


def findings_table(sent: Submission, found: Findings, *, check_id: str) -> DataTable:
    """Findings row by row."""
    address = reverse("submissions:findings", args=[sent.pk])
    asked = f"check={check_id}&" if check_id else ""
    return DataTable(
        name="findings",
        caption=f"{found.row_count:,} findings" + (f" of check {check_id}" if check_id else ""),
        columns=(
            Column("file_name", "File", none="Several files"),
            Column("row_number", "Row", Kind.CODE, none="Whole file"),
            Column("check_id", "Check", Kind.CODE),
            Column("level", "Effect"),
            Column("field", "Field", none="Whole row"),
            Column("value_shape", "Shape of the value", none="Blank"),
            Column("sentence", "What was met"),
            Column("remedy", "What to do"),
        ),
        rows=[{**row, "level": LEVELS[row["level"]]} for row in found.rows],
        header_key="row_number",
        downloads={
            "CSV": f"{address}?{asked}format=csv",
            "XLSX": f"{address}?{asked}format=xlsx",
        },
        empty="There is no such finding.",
    )


def refused_table(
    sent: Submission, part: RefusedRows, *, number: int, first: int, most: int
) -> DataTable:
    """Refused rows of one file as they were sent, with what to correct."""
    headings = {"row_number": "Row", "reasons": "What to correct", "row_text": "The row as it came"}
    address = reverse("submissions:refused", args=[sent.pk])
    return DataTable(
        name=f"refused-{number}",
        caption=f"{formats.counted(len(part.rows), 'refused row')} of {part.file_name}",
        columns=tuple(Column(name, headings.get(name, name)) for name in part.columns),
        rows=[
            {name: None if value is None else str(value) for name, value in row.items()}
            for row in part.rows[first : first + most]
        ],
        header_key="row_number",
        downloads={
            "CSV": f"{address}?file={number}&format=csv",
            "XLSX": f"{address}?file={number}&format=xlsx",
        },
    )


def progress_view(
    sent: Submission, task: BackgroundTask | None, *, own: bool
) -> dict[str, Any] | None:
    """The task of a submission as the progress component takes it; only its sender may stop it."""
    if task is None:
        return None
    address = reverse("submissions:progress", args=[sent.pk])
    view = {**task_view(task), "address": address}
    return view if own else {**view, "cancel": ""}
