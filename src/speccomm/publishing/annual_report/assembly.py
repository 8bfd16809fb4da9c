"""Put an annual report together: the year in figures, income, expenditure, decisions, plans, ties."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC
from typing import Any

from speccomm.foundation.errors import UnknownName
from speccomm.publishing.annual_report.facts import AnnualFacts
from speccomm.publishing.annual_report.front import headlines_section, ties_section
from speccomm.publishing.annual_report.funding import funding_of, funding_section
from speccomm.publishing.annual_report.lines import say_year
from speccomm.publishing.annual_report.money import income_section, spending_section
from speccomm.publishing.annual_report.progress import achievements_section, plans_section
from speccomm.publishing.annual_report.rules import annual_rules
from speccomm.publishing.annual_report.spending import Spending, spending_of, stated_lines
from speccomm.publishing.annual_report.ties import ties_of
from speccomm.publishing.annual_report.words import words_section
from speccomm.publishing.assembly import NoSections
from speccomm.publishing.leaving import INTERNAL, InternalPack
from speccomm.publishing.model import Block, HeadlineFigures, Section
from speccomm.publishing.naming import open_namer
from speccomm.publishing.sections.receipts import receipts_section

KIND = "annual-report"
LAST = ("receipts", "definitions")
FILE_FACTS = (
    "dataset", "file_name", "sha256", "bytes", "read_rows", "accepted_rows", "refused_rows",
    "used_for", "providers",
)  # fmt: skip


def assemble_annual_report(
    facts: AnnualFacts, *, only: tuple[str, ...] | None = None, without: tuple[str, ...] = ()
) -> InternalPack:
    """The internal annual report of one ICB, region or other body: `only` some sections, or all,
    `without` some.

    Raises: BadPack where a part is put together wrongly; UnknownName with the nearest for a section
            that is not one; NoSections where none is left.
    """
    rules, namer = annual_rules(), open_namer()
    income = stated_lines(facts, "income")
    provider = spending_of(facts, "provider", rules, namer)
    service = spending_of(facts, "service", rules, namer)
    funding = funding_of(facts)
    ties = ties_of(facts, income, provider, service, funding, namer)
    middle = (
        income_section(facts, income, rules),
        spending_section(facts, provider, service, rules),
        funding_section(facts, funding),
        achievements_section(facts),
        plans_section(facts, funding),
        ties_section(facts, ties),
    )
    first = headlines_section(facts, income, provider, service, funding, ties, rules)
    sections = _chosen((first, *middle), only, without)
    return InternalPack(
        id=f"{facts.area.lower()}-annual-report-{facts.year}",
        title="Specialised services annual report",
        organisation=facts.short_name,
        period=f"Financial year {say_year(facts.year)}",
        handling=INTERNAL,
        built_at=facts.built_at.astimezone(UTC),
        sections=_with_last(facts, sections, only, without),
        facts=_manifest(facts, (provider, service)),
        area=facts.area,
    )


def _chosen(
    sections: tuple[Section, ...], only: tuple[str, ...] | None, without: tuple[str, ...]
) -> tuple[Section, ...]:
    """The sections asked for. A headline whose section is left out is left out with it."""
    known = [*(section.id for section in sections), *LAST]
    for name in (*(only or ()), *without):
        if name not in known:
            raise UnknownName("section", name, known)
    kept = [name for name in known if (only is None or name in only) and name not in without]
    if not kept:
        raise NoSections("No section is left: name at least one that is not left out.")
    chosen = tuple(section for section in sections if section.id in kept)
    held = {inner.id for one in chosen for inner in one.walk()}
    return tuple(replace(one, blocks=_linked(one.blocks, held)) for one in chosen)


def _linked(blocks: tuple[Block, ...], held: set[str]) -> tuple[Block, ...]:
    """The blocks without headline figures that lead to a section the report does not have."""
    kept: list[Block] = []
    for block in blocks:
        if isinstance(block, HeadlineFigures):
            figures = tuple(f for f in block.figures if f.section_id in held)
            kept += [HeadlineFigures(figures)] if figures else []
        else:
            kept.append(block)
    return tuple(kept)


def _with_last(
    facts: AnnualFacts,
    sections: tuple[Section, ...],
    only: tuple[str, ...] | None,
    without: tuple[str, ...],
) -> tuple[Section, ...]:
    """The sections with the receipts of their tables, and the words used in them."""
    tables = [table for section in sections for table in section.tables()]
    last = {"receipts": receipts_section(facts, tables), "definitions": words_section()}
    kept = [n for n in LAST if (only is None or n in only) and n not in without]
    return (*sections, *(last[name] for name in kept))


def _manifest(facts: AnnualFacts, spending: tuple[Spending | None, ...]) -> dict[str, Any]:
    """What the manifest says of how the report was made, as plain JSON values."""
    loads: dict[str, dict[str, Any]] = {}
    for row in facts.files.to_pylist():
        load = loads.setdefault(
            row["load_id"],
            {"load_id": row["load_id"], "received_at": row["received_at"].isoformat(), "files": []},
        )
        load["files"].append({name: row[name] for name in FILE_FACTS})
    sets = dict(facts.sets)
    for one in spending:
        if one is not None:
            sets.update(one.sets(facts.sets))
    return {
        "kind": KIND,
        "report_of": facts.kind,
        "icb_code": facts.code if facts.kind == "icb" else None,
        "area_name": facts.name,
        "financial_year": str(facts.year),
        "from_month": f"{facts.year.start}-04",
        "to_month": f"{facts.year.start + 1}-03",
        "statements_hold_on": facts.on.isoformat(),
        "organisation_map_date": facts.map_date.isoformat(),
        "as_at": facts.as_at.astimezone(UTC).isoformat() if facts.as_at else None,
        "store_version": facts.store_version,
        "suppression": "none",
        "software": facts.software,
        "row_counts": facts.row_counts,
        "loads": [loads[key] for key in sorted(loads)],
        "rulebooks": facts.rulebooks.to_pylist(),
        "reference": {row["table"]: row["sha256"] for row in facts.reference.to_pylist()},
        "sets": {name: list(codes) for name, codes in sorted(sets.items())},
    }
