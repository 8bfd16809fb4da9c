"""Entries of any register: the fields of its form, its words, and everything that was ever said."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from speccomm.quality import Register
from speccomm.quality.declaring import Column as Declared
from speccomm.quality.declaring import Kind
from speccomm_web.accounts.roles import Role
from speccomm_web.accounts.viewer import Viewer
from speccomm_web.design import formats
from speccomm_web.design.states import State
from speccomm_web.design.tables import Column, DataTable
from speccomm_web.design.tables import Kind as Cell
from speccomm_web.evidence.names import Names
from speccomm_web.evidence.queries.statements import pointer_to, register_of, tells_of_cases

Row = Mapping[str, Any]
KINDS = {Kind.FLAG: "flag", Kind.CHOICE: "choice", Kind.CHOICES: "choices", Kind.DAY: "day",
         Kind.WHOLE: "number", Kind.AMOUNT: "number", Kind.SERVICE: "code",
         Kind.PROVIDER: "code", Kind.SITE: "code", Kind.ICB: "code"}  # fmt: skip
TITLES = {
    "provision": "site of a service",
    "ssqd": "quality dashboard of a service",
    "networks": "network of a service",
    "looks": "what was looked for",
    "surveillance": "concern under surveillance",
    "fragile_services": "fragile service",
    "safety_events": "safety event",
    "complaints": "complaint",
    "cqc_reports": "report of the Care Quality Commission",
    "other_intelligence": "other intelligence",
    "workforce": "workforce of a service",
    "deep_dives": "deep dive",
    "priorities": "priority",
    "priority_deliverables": "deliverable of a priority",
}
PLURALS = {
    "safety_events": "Safety events",
    "complaints": "Complaints",
    "cqc_reports": "Reports of the Care Quality Commission",
    "other_intelligence": "Other intelligence",
    "workforce": "Workforce",
    "deep_dives": "Deep dives",
}
# The registers that have a page of their own, with the columns shown on it; the first leads on.
LISTS: dict[str, tuple[str, ...]] = {
    "safety_events": ("event_reference", "service_code", "provider_code", "event_kind",
                      "reported_on", "due_on", "closed_on", "said_by"),
    "complaints": ("complaint_reference", "service_code", "provider_code", "received_on",
                   "closed_on", "outcome", "said_by"),
    "cqc_reports": ("inspected_on", "provider_code", "site_code", "core_service", "service_code",
                    "overall_rating", "breach", "said_by"),
    "other_intelligence": ("title", "service_code", "provider_code", "intelligence_kind",
                           "dated_on", "signal", "said_by"),
    "workforce": ("staff_role", "service_code", "site_code", "funded_wte", "in_post_wte",
                  "counted_on", "meets_standard", "said_by"),
    "deep_dives": ("title", "service_code", "dive_state", "done_on", "presented_to", "said_by"),
}  # fmt: skip
HEADINGS = {
    "event_reference": "Reference", "complaint_reference": "Reference", "service_code": "Service",
    "provider_code": "Provider", "site_code": "Site", "event_kind": "Kind",
    "reported_on": "Reported", "due_on": "Due", "closed_on": "Closed", "received_on": "Received",
    "outcome": "Outcome", "inspected_on": "Inspected", "core_service": "Core service",
    "overall_rating": "Rating", "breach": "Breach", "title": "Title",
    "intelligence_kind": "Kind", "dated_on": "Date", "signal": "What it says",
    "staff_role": "Role", "funded_wte": "Funded", "in_post_wte": "In post",
    "counted_on": "Counted", "meets_standard": "Meets the standard", "dive_state": "State",
    "done_on": "Done", "presented_to": "Presented to", "said_by": "Said by",
}  # fmt: skip
CELLS = {Kind.DAY: Cell.DAY, Kind.FLAG: Cell.STATE, Kind.AMOUNT: Cell.DECIMAL}
FLAGS = {"yes": State.YES, "no": State.NO, "not looked at": State.NOT_LOOKED_AT,
         "not applicable": State.NOT_APPLICABLE}  # fmt: skip


def fields_of(
    register: Register, choices: Mapping[str, Sequence[str]], names: Names, *, with_key: bool
) -> list[dict[str, Any]]:
    """The columns of a register as a form asks for them."""
    return [
        {
            "name": column.name,
            "label": _label(column),
            "hint": f"Left empty, it means: {column.missing}." if column.missing else "",
            "kind": KINDS.get(column.kind, "text"),
            "required": column.required,
            "choices": choices.get(column.name, ()),
            "codes": _codes(column.kind, names),
        }
        for column in register.declared
        if with_key or column.name not in register.key
    ]


def _label(column: Declared) -> str:
    words = column.meaning.split(": yes, no")[0]
    return words[:1].upper() + words[1:]


def _listed(kind: Kind, names: Names) -> Mapping[str, str]:
    return {
        Kind.SERVICE: names.services, Kind.PROVIDER: names.providers,
        Kind.SITE: names.sites, Kind.ICB: names.icbs,
    }.get(kind, {})  # fmt: skip


def _codes(kind: Kind, names: Names) -> list[tuple[str, str]]:
    listed = _listed(kind, names)
    pairs = [(code, f"{name} ({code})") for code, name in listed.items()]
    return sorted(pairs, key=lambda pair: pair[1])


def initial_of(register: Register, row: Row | None, viewer: Viewer) -> dict[str, Any]:
    """What the form begins with: what holds now, or flags that nobody has looked at."""
    said: dict[str, Any] = {"said_by": role_words(viewer)}
    for column in register.declared:
        value = None if row is None else row[column.name]
        if column.kind is Kind.FLAG:
            said[column.name] = value or "not looked at"
        elif column.kind is Kind.CHOICES:
            said[column.name] = [] if value is None else str(value).split("; ")
        else:
            said[column.name] = value
    return said


def role_words(viewer: Viewer) -> str:
    """The role that a person most likely speaks in."""
    if viewer.holds(Role.QUALITY):
        return "Quality lead"
    return "Network manager" if viewer.holds(Role.NETWORK_MANAGER) else "Programme lead"


def address(page: str, register: str, row: Row, keys: Iterable[str]) -> str:
    """The address of a subject: its page, with what it is about, or a pointer to a single case."""
    declared = register_of(register)
    if declared is not None and tells_of_cases(declared) and page != "list":
        said = {"entry": pointer_to(declared, row)}
    else:
        said = {key: str(row[key]) for key in keys if row.get(key) is not None}
    return reverse(f"evidence:{page}", args=[register]) + (f"?{urlencode(said)}" if said else "")


def subject_rows(register: Register, subject: Row, names: Names) -> list[dict[str, Any]]:
    """What an entry is about, with names beside codes."""
    return [
        {"key": _label(column), "value": _named(column.kind, subject[column.name], names)}
        for column in register.declared
        if column.name in register.key and subject.get(column.name) is not None
    ]


def _named(kind: Kind, code: Any, names: Names) -> str:
    listed = _listed(kind, names)
    return f"{listed[code]} ({code})" if listed and code in listed else str(code)


def register_table(
    register: Register, rows: Sequence[Row], names: Names, *, total: int
) -> DataTable:
    """The entries of a register that hold, each leading to its history."""
    shown = LISTS[register.name]
    declared = {name: register.by_name[name] for name in shown}
    return DataTable(
        name=register.name,
        caption=f"{PLURALS[register.name]}: {total:,}",
        columns=tuple(
            Column(
                name, HEADINGS[name], CELLS.get(column.kind, Cell.TEXT),
                unit="WTE" if column.kind is Kind.AMOUNT else "",
                none=column.missing[:1].upper() + column.missing[1:] or "Not said",
            )
            for name, column in declared.items()
        ),
        rows=[
            {
                **{key: row[key] for key in register.key},
                **{name: _cell(column, row[name], names) for name, column in declared.items()},
                "at": address("history", register.name, row, register.key),
            }
            for row in rows
        ],
        header_key=shown[0],
        links={shown[0]: lambda row: str(row["at"])},
        empty="No entry is held that you may see. That nothing is held does not mean there is none.",
    )  # fmt: skip


def register_links(opened: Collection[str]) -> list[dict[str, str]]:
    """The registers with a page of their own that a reader opens."""
    return [
        {"words": PLURALS[name], "href": reverse("evidence:list", args=[name])}
        for name in LISTS
        if name in opened
    ]


def _cell(column: Declared, value: Any, names: Names) -> Any:
    """A cell with names for codes; dates and numbers stay what they are."""
    if value is None or column.kind in (Kind.DAY, Kind.AMOUNT):
        return value
    if column.kind is Kind.FLAG:
        return FLAGS[value]
    listed = _listed(column.kind, names)
    return listed.get(value, value) if listed else value


def history_rows(
    register: Register, rows: Sequence[Row], names: Names, *, now: str, mark: Mapping[int, str]
) -> list[dict[str, Any]]:
    """Each statement with who said and wrote it, and what it says; `now` is the mark that holds."""
    told = []
    for number, row in enumerate(rows):
        what = [
            {"key": _label(c), "value": _written(c, row[c.name], names)}
            for c in register.declared
            if c.name not in register.key and row[c.name] is not None
        ]
        told.append(
            {
                "mark": mark[number],
                "holds": mark[number] == now,
                "ended": row["entry_state"] == "ended",
                "from": formats.day(row["from_date"]),
                "said": f"{row['said_by']}, {formats.day(row['said_on'])}",
                "written": f"{row['person'] or 'Brought in as a file'}, "
                f"{formats.moment(row['recorded_at'])}",
                "what": what,
            }
        )
    return told


def _written(column: Declared, value: Any, names: Names) -> str:
    if isinstance(value, date):
        return formats.day(value)
    if column.kind is Kind.FLAG:
        return FLAGS[value].words
    return _named(column.kind, value, names)
