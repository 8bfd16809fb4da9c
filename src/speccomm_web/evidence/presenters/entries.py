"""Entries of any register: the fields of its form, its words, and everything that was ever said."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
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
from speccomm_web.evidence.names import Names

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
    "priorities": "priority",
    "priority_deliverables": "deliverable of a priority",
}
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


def _codes(kind: Kind, names: Names) -> list[tuple[str, str]]:
    listed = {
        Kind.SERVICE: names.services, Kind.PROVIDER: names.providers,
        Kind.SITE: names.sites, Kind.ICB: names.icbs,
    }.get(kind, {})  # fmt: skip
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
    """The address of a subject: its page, with what it is about."""
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
    listed = {
        Kind.SERVICE: names.services, Kind.PROVIDER: names.providers,
        Kind.SITE: names.sites, Kind.ICB: names.icbs,
    }.get(kind)  # fmt: skip
    return f"{listed[code]} ({code})" if listed and code in listed else str(code)


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
