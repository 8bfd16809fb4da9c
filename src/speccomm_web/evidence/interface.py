"""The questions of evidence that programs may ask: those of the pages, of the same entries."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from django import forms

from speccomm.quality import REGISTERS, Register, evidence_rules
from speccomm.quality.declaring import Kind as Cell
from speccomm_web.accounts.viewer import Viewer
from speccomm_web.evidence.held import Row, held_for
from speccomm_web.evidence.queries import grid, reports
from speccomm_web.evidence.queries.statements import holding
from speccomm_web.evidence.sight import reading_scopes
from speccomm_web.runs.interface.answers import (
    Answer,
    Asked,
    Field,
    Kind,
    NothingHeld,
    Window,
)
from speccomm_web.runs.interface.parameters import CODE, MONTH, Paged, Written
from speccomm_web.runs.interface.questions import DAY_READ, TEXT, VERSION, Described, Schema
from speccomm_web.runs.library import library
from speccomm_web.runs.organisations import files_mark

KINDS = {Cell.DAY: Kind.DAY, Cell.WHOLE: Kind.WHOLE, Cell.AMOUNT: Kind.DECIMAL}
SAID = (
    Field("said_by", Kind.TEXT, "the role or body that said so"),
    Field("said_on", Kind.DAY, "when it was said"),
)
FROM = Field("from_date", Kind.DAY, "from when it holds")
FLAG = "yes, no, not looked at or not applicable"
YEAR = "20[0-9]{2}-[0-9]{2}"
FACTS: Mapping[str, Schema] = {"store_version": VERSION, "on": DAY_READ}


def _fields(register: Register, *more: Field) -> tuple[Field, ...]:
    """The columns of a register, without what may point to a person."""
    declared = (
        Field(
            column.name,
            KINDS.get(column.kind, Kind.TEXT),
            column.meaning + (f"; null: {column.missing}" if column.missing else ""),
        )
        for column in register.declared
        if not column.disclosive
    )
    return (*declared, *more, *SAID)


def _answers(name: str, words: str, *details: Field) -> tuple[Field, ...]:
    """The columns of one question of the overview: the answer, and who gave it when."""
    return (
        Field(name, Kind.TEXT, f"{words}: {FLAG}"),
        *details,
        Field(f"{name}_said_by", Kind.TEXT, "who said so; null: nobody has said"),
        Field(f"{name}_said_on", Kind.DAY, "when; null: nobody has said"),
    )


def _counted(name: str, words: str) -> tuple[Field, ...]:
    return _answers(
        name,
        f"is anything known of {words}",
        Field(f"{name}_rows", Kind.WHOLE, "how many entries are held"),
        Field(f"{name}_detail", Kind.TEXT, "in a few words; null: nothing to say"),
    )


OVERVIEW = (
    Field("priority", Kind.WHOLE, "place in the order of priority"),
    Field("block", Kind.TEXT, "the block of priority"),
    Field("service_code", Kind.TEXT, "service line"),
    Field("service_part", Kind.TEXT, "its part; null: the whole service line"),
    Field("service_name", Kind.TEXT, "its name"),
    Field("npoc_letter", Kind.TEXT, "its programme of care; empty: of none"),
    Field("units", Kind.WHOLE, "sites that provide it; null: nobody has said"),
    Field("contracted_units", Kind.WHOLE, "those contracted; null: nobody has said"),
    *_answers("has_ssqd", "does it report to a quality dashboard"),
    *_answers("has_network", "does a network support it",
              Field("network_detail", Kind.TEXT, "which; null: nothing to say")),
    *_counted("safety_events", "safety events"),
    *_counted("complaints", "complaints"),
    *_counted("cqc_reports", "reports of the Care Quality Commission"),
    *_counted("other_intelligence", "other intelligence"),
)  # fmt: skip
SURVEILLANCE = _fields(REGISTERS["surveillance"], FROM)
HIGHLIGHTS = (
    Field("status_and_level", Kind.TEXT, "new or ongoing, and the level"),
    Field("service_name", Kind.TEXT, "name of the service; null: not on the list of services"),
    Field("programme", Kind.TEXT, "letter of its programme of care; null: of none"),
    *(f for f in _fields(REGISTERS["surveillance"]) if f.name not in {"closed_on", "said_by", "said_on"}),
    Field("level_since", Kind.DAY, "from when it stands at this level; null: not told"),
    *SAID,
)  # fmt: skip
FRAGILE = _fields(
    REGISTERS["fragile_services"],
    Field("review_is_overdue", Kind.FLAG, "true where the day of review has passed"),
)
PRIORITIES = _fields(
    REGISTERS["priorities"],
    *(
        Field(name, Kind.WHOLE, f"how many of its deliverables {words}")
        for name, words in (
            ("deliverables", "there are"),
            ("delivered", "are delivered"),
            ("late", "are late"),
            ("not_said", "nobody has said how far they are"),
        )
    ),
)
DELIVERABLES = _fields(REGISTERS["priority_deliverables"], FROM)
SITES = _fields(REGISTERS["provision"], FROM)
NETWORKS = _fields(REGISTERS["networks"], FROM)


class ServiceQuestion(Paged):
    """Of one service line, or of all."""

    service = Written(CODE, help_text="Only this service line.")


class LevelQuestion(ServiceQuestion):
    """Open concerns, of one level or of all."""

    level = forms.ChoiceField(
        choices=[(word, word) for word in evidence_rules().words["surveillance_level"]],
        required=False,
        help_text="Only concerns at this level.",
    )


class MonthQuestion(Paged):
    """A month's report."""

    month = Written(MONTH, required=True, help_text="The month, such as 2026-04.")


class IcbQuestion(Paged):
    """Of one ICB, or of all."""

    icb = Written(CODE, help_text="Only services of this ICB.")


class YearQuestion(Paged):
    """A year's plans."""

    year = Written(YEAR, help_text="Financial year, as 2026-27; the newest where it is left out.")


Rows = Callable[[Viewer, Mapping[str, Any]], list[Row]]


def _asked(
    viewer: Viewer, rows: Rows, asked: Mapping[str, Any], fields: Sequence[Field], **facts: Any
) -> Asked:
    """What a viewer's evidence answers today. It changes with the store, the day and their roles.

    Raises:  NothingHeld.
    """
    held = held_for(viewer)
    if held is None:
        raise NothingHeld
    scopes = sorted(
        (s.role, s.organisation_code or "", sorted(s.service_codes or ()), s.service_codes is None)
        for s in reading_scopes(viewer)
    )
    mark = f"{held.version}|{viewer.on}|{scopes}|{files_mark(library().reference)}"
    said = {"store_version": held.version, "on": viewer.on.isoformat(), **facts}

    def work(window: Window | None) -> Answer:
        found = rows(viewer, asked)
        told = [{f.name: row[f.name] for f in fields} for row in found]
        return Answer(tuple(fields), told, said)

    return Asked(mark, work)


def _of_service(rows: list[Row], asked: Mapping[str, Any]) -> list[Row]:
    return [row for row in rows if asked["service"] in ("", row["service_code"])]


def overview(viewer: Viewer, asked: Mapping[str, Any]) -> Asked:
    """Every service with what is known of its quality."""
    return _asked(
        viewer, lambda v, a: _of_service(grid.overview(v, on=v.on), a), asked, OVERVIEW
    )  # fmt: skip


def surveillance(viewer: Viewer, asked: Mapping[str, Any]) -> Asked:
    """Open concerns, the most serious first."""

    def rows(v: Viewer, a: Mapping[str, Any]) -> list[Row]:
        return _of_service(reports.concerns(v, on=v.on, level=a["level"]), a)

    return _asked(viewer, rows, asked, SURVEILLANCE)


def highlights(viewer: Viewer, asked: Mapping[str, Any]) -> Asked:
    """The highlight report of a month."""
    month = date.fromisoformat(f"{asked['month']}-01")
    return _asked(viewer, lambda v, _a: reports.highlights(v, month=month), asked, HIGHLIGHTS)


def fragile(viewer: Viewer, asked: Mapping[str, Any]) -> Asked:
    """Fragile services, the soonest review first."""
    return _asked(viewer, lambda v, a: reports.fragile(v, on=v.on, icb=a["icb"]), asked, FRAGILE)


def priorities(viewer: Viewer, asked: Mapping[str, Any]) -> Asked:
    """The priorities of a year."""
    years = reports.years(viewer, on=viewer.on)
    year = asked["year"] or next(iter(years), "")
    return _asked(
        viewer, lambda v, _a: reports.plans(v, year=year, on=v.on)[0], asked, PRIORITIES,
        financial_year=year or None, years=years,
    )  # fmt: skip


def deliverables(viewer: Viewer, asked: Mapping[str, Any]) -> Asked:
    """What the priorities of a year deliver, by quarter."""
    years = reports.years(viewer, on=viewer.on)
    year = asked["year"] or next(iter(years), "")
    return _asked(
        viewer, lambda v, _a: reports.plans(v, year=year, on=v.on)[1], asked, DELIVERABLES,
        financial_year=year or None, years=years,
    )  # fmt: skip


def sites(viewer: Viewer, asked: Mapping[str, Any]) -> Asked:
    """The sites of services, spokes with their hubs."""

    def rows(v: Viewer, a: Mapping[str, Any]) -> list[Row]:
        found = _of_service(holding(v, "provision", on=v.on), a)
        return sorted(found, key=lambda row: (row["service_code"], row["site_code"]))

    return _asked(viewer, rows, asked, SITES)


def networks(viewer: Viewer, asked: Mapping[str, Any]) -> Asked:
    """The networks that support services."""

    def rows(v: Viewer, a: Mapping[str, Any]) -> list[Row]:
        found = _of_service(holding(v, "networks", on=v.on), a)
        return sorted(found, key=lambda row: (row["service_code"], row["area_code"] or ""))

    return _asked(viewer, rows, asked, NETWORKS)


YEARS: Mapping[str, Schema] = {
    "financial_year": {"type": ["string", "null"], "description": "null: no year is held."},
    "years": {"type": "array", "items": TEXT, "description": "The years held, the newest first."},
}
QUESTIONS = (
    Described("/evidence/overview", "evidence_overview", "What is known of each service's quality, "
              "and who said so.", ServiceQuestion, overview, OVERVIEW, FACTS),
    Described("/evidence/surveillance", "evidence_surveillance", "Open concerns, the most serious "
              "first.", LevelQuestion, surveillance, SURVEILLANCE, FACTS),
    Described("/evidence/highlights", "evidence_highlights", "The highlight report of a month.",
              MonthQuestion, highlights, HIGHLIGHTS, FACTS),
    Described("/evidence/fragile", "evidence_fragile", "Fragile services, the soonest review first.",
              IcbQuestion, fragile, FRAGILE, FACTS),
    Described("/evidence/priorities", "evidence_priorities", "The priorities of a year.",
              YearQuestion, priorities, PRIORITIES, {**FACTS, **YEARS}),
    Described("/evidence/deliverables", "evidence_deliverables", "What the priorities of a year "
              "deliver, by quarter.", YearQuestion, deliverables, DELIVERABLES,
              {**FACTS, **YEARS}),
    Described("/evidence/sites", "evidence_sites", "The sites of services, spokes with their hubs.",
              ServiceQuestion, sites, SITES, FACTS),
    Described("/evidence/networks", "evidence_networks", "The networks that support services.",
              ServiceQuestion, networks, NETWORKS, FACTS),
)  # fmt: skip
