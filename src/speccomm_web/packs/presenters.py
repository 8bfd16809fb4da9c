"""Packs as plain values for templates."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.urls import reverse

from speccomm_web.accounts.roles import Role
from speccomm_web.accounts.viewer import Viewer
from speccomm_web.design import formats
from speccomm_web.design.tables import Column, DataTable, Kind
from speccomm_web.packs.models import Comment, Pack, Wording
from speccomm_web.runs.presenters import task_view
from speccomm_web.runs.queries import RunTable

Stage, AUDIENCES = Pack.Stage, Pack.Audience.choices
FORMAT_WORDS = {
    "html": "Page", "pdf": "PDF", "xlsx": "Workbook (XLSX)", "pptx": "Slides (PPTX)",
    "csv": "Tables (CSV)",
}  # fmt: skip


def months(found: Iterable[str]) -> list[tuple[str, str]]:
    """Months as choices."""
    return [(month, month_words(month)) for month in found]


def month_words(month: str) -> str:
    """April 2023, of 2023-04."""
    return formats.month(date.fromisoformat(f"{month}-01"))


def period_words(pack: Pack) -> str:
    """April 2023 to December 2023."""
    if pack.from_month == pack.to_month:
        return month_words(pack.from_month)
    return f"{month_words(pack.from_month)} to {month_words(pack.to_month)}"


def stage_words(pack: Pack) -> str:
    """Where a pack stands, in words; of a build that did not end well, how it ended."""
    if pack.stage == Stage.BUILDING and pack.task is not None and pack.task.ended:
        return f"Not built: {pack.task.state.words.lower()}"
    return str(Stage(pack.stage).label)


def packs_table(packs: Iterable[Pack]) -> DataTable:
    """Packs with where each stands."""
    rows = [
        {
            "id": pack.pk,
            "area": pack.area_name,
            "product": pack.get_product_display(),
            "period": period_words(pack),
            "audience": "Internal use" if pack.is_internal else "Publication",
            "stage": stage_words(pack),
            "built_at": pack.built_at,
            "asked_by": pack.asked_by.name,
        }
        for pack in packs
    ]
    return DataTable(
        name="packs",
        caption="Packs, newest first",
        columns=(
            Column("area", "Area"),
            Column("product", "Kind"),
            Column("period", "Period"),
            Column("audience", "For"),
            Column("stage", "Stage"),
            Column("built_at", "Built", Kind.DAY, none="Not built yet"),
            Column("asked_by", "Asked by"),
        ),
        rows=rows,
        header_key="area",
        links={"area": lambda row: reverse("packs:pack", args=[row["id"]])},
        empty="There is no pack here that you may read.",
    )


def summary(pack: Pack, *, inside: bool) -> list[dict[str, Any]]:
    """What a pack is and where it stands."""
    rows: list[dict[str, Any]] = [
        {"key": "Period", "value": period_words(pack)},
        {"key": "For", "value": pack.get_audience_display()},
        {"key": "Stage", "value": stage_words(pack)},
    ]
    if inside:
        rows += [
            {"key": "Asked by", "value": f"{pack.asked_by.name}, {formats.moment(pack.asked_at)}"},
            {"key": "Built", "value": _built(pack)},
        ]
    if pack.approved_by is not None:
        said = f"{pack.approved_by.name}, {formats.moment(pack.approved_at)}"
        rows.append({"key": "Approved by", "value": said})
    if pack.published_by is not None:
        said = f"{pack.published_by.name}, {formats.moment(pack.published_at)}"
        rows.append({"key": "Published by", "value": said})
        address = reverse("packs:published", args=[pack.address])
        rows.append({"key": "Address", "value": address, "link": address})
    if pack.withdrawn_by is not None:
        who = f"{pack.withdrawn_by.name} ({Role(pack.withdrawn_as).words})"
        said = f"{who}, {formats.moment(pack.withdrawn_at)}"
        rows += [
            {"key": "Withdrawn by", "value": said},
            {"key": "Withdrawn because", "value": pack.withdrawn_because},
        ]
    return rows


def withdrawal(pack: Pack) -> dict[str, str]:
    """What the readers of a withdrawn pack are told: when, and by which role; never who or why."""
    return {
        "at": formats.moment(pack.withdrawn_at),
        "role": f"a person in the role {Role(pack.withdrawn_as).words}",
        "published": formats.day(pack.published_at),
    }


def versions_table(packs: Iterable[Pack]) -> DataTable:
    """Every version that was published at an address, for those who work on packs."""
    rows = [
        {
            "id": pack.pk,
            "published_at": pack.published_at,
            "stage": stage_words(pack),
            "withdrawn_at": pack.withdrawn_at,
        }
        for pack in packs
    ]
    return DataTable(
        name="versions",
        caption="Every version published at this address, newest first",
        columns=(
            Column("published_at", "Published", Kind.MOMENT),
            Column("stage", "Stage"),
            Column("withdrawn_at", "Withdrawn", Kind.MOMENT, none="Not withdrawn"),
        ),
        rows=rows,
        header_key="published_at",
        links={"published_at": lambda row: reverse("packs:pack", args=[row["id"]])},
    )


def _built(pack: Pack) -> str:
    if pack.built_at is None:
        return "Not yet"
    of = f", edition {pack.edition}, from version {pack.store_version} of the store"
    return formats.moment(pack.built_at) + of


def task_of(pack: Pack, viewer: Viewer) -> dict[str, Any] | None:
    """The task that builds a pack, while it is not built. Only who asked for it follows and stops it."""
    if pack.stage != Stage.BUILDING or pack.task is None:
        return None
    view = task_view(pack.task)
    own = pack.task.asked_by_id == viewer.person_id
    return view if own else {**view, "address": "", "cancel": ""}


def sections(
    pack: Pack,
    titles: Mapping[str, str],
    wordings: Mapping[str, Wording],
    comments: Iterable[Comment],
) -> list[dict[str, Any]]:
    """The sections of a pack with the words and comments of each."""
    said: dict[str, list[dict[str, Any]]] = {}
    for each in comments:
        said.setdefault(each.section, []).append(_comment(each))
    return [
        {
            "id": name,
            "title": titles.get(name, name),
            "words": _words(wordings.get(name)),
            "comments": said.get(name, []),
        }
        for name in pack.present
    ]


def _comment(comment: Comment) -> dict[str, Any]:
    """One comment, whether it is resolved, and what was said of that, the newest first."""
    marks = list(comment.marks.all())
    who = f"{comment.written_by.name}, {formats.moment(comment.written_at)}"
    return {
        "id": comment.pk,
        "text": comment.text,
        "who": f"{who}, on edition {comment.edition}",
        "resolved": bool(marks) and marks[0].resolved,
        "marks": [
            f"{'Resolved' if mark.resolved else 'Opened again'} by {mark.said_by.name}, "
            f"{formats.moment(mark.said_at)}"
            for mark in marks
        ],
    }


def _words(wording: Wording | None) -> dict[str, Any] | None:
    if wording is None:
        return None
    who = f"{wording.written_as} ({wording.written_by.name}, {formats.day(wording.written_at)})"
    return {"paragraphs": wording.text.split("\n"), "who": who}


def steps(pack: Pack, viewer: Viewer, *, edits: bool, writers: set[int]) -> dict[str, bool]:
    """What this person may do next with a pack: each is a button of its page."""
    waits = pack.stage == Stage.BUILDING and pack.task is not None and not pack.task.ended
    return {
        "change": edits and not pack.was_published and not waits,
        "approve": edits and pack.stage == Stage.READY and viewer.person_id not in writers,
        "own": edits and pack.stage == Stage.READY and viewer.person_id in writers,
        "publish": edits and pack.stage == Stage.APPROVED and not pack.is_internal,
        "withdraw": edits and pack.stage == Stage.PUBLISHED,
    }


def downloads(main: Mapping[str, str], *, base: str, archive: str) -> list[dict[str, str]]:
    """The pack in every format it was written in, and all of it at once."""
    listed = [
        {"words": FORMAT_WORDS[word], "href": base + path}
        for word, path in main.items()
        if word != "html"
    ]
    return [*listed, {"words": "Every file, tables and receipts too (ZIP)", "href": archive}]


def figures_table(found: RunTable) -> DataTable:
    """The figures that changed between two packs."""
    rows = [
        {
            "figure": row["figure"],
            "before": row["printed_before"],
            "after": row["printed_after"],
            "cause": row["cause"],
        }
        for row in found.rows
    ]
    return DataTable(
        name="figures",
        caption=f"Figures that changed: {found.row_count:,}",
        columns=(
            Column("figure", "Figure", Kind.CODE),
            Column("before", "Before", none="Not in the pack"),
            Column("after", "After", none="Not in the pack"),
            Column("cause", "Because of"),
        ),
        rows=rows,
        header_key="figure",
        empty="No figure changed.",
    )


def words_table(found: RunTable) -> DataTable:
    """The words that changed between two packs."""
    rows = [{key: value or None for key, value in row.items()} for row in found.rows]
    return DataTable(
        name="words",
        caption=f"Sentences that changed: {found.row_count:,}",
        columns=(
            Column("section", "Section"),
            Column("before", "Before", none="Not there"),
            Column("after", "After", none="Not there"),
            Column("cause", "Because of"),
        ),
        rows=rows,
        header_key="section",
        empty="No sentence changed.",
    )


def difference_sentences(found: RunTable | None) -> list[str]:
    """What the two packs were made from that differs."""
    return [] if found is None else [str(row["sentence"]) for row in found.rows]
