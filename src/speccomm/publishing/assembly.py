"""Put a pack together from its facts: sections in the order a board reads them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC
from functools import cached_property
from typing import Any

from speccomm.foundation.errors import Refusal, UnknownName
from speccomm.publishing.agreement import check_agreement
from speccomm.publishing.facts import PackFacts
from speccomm.publishing.leaving import INTERNAL, InternalPack
from speccomm.publishing.model import (
    Block,
    Caution,
    HeadlineFigures,
    PackTable,
    Section,
)
from speccomm.publishing.naming import Namer, open_namer, short_icb_name
from speccomm.publishing.sections.activity import activity_section
from speccomm.publishing.sections.case_for_change import case_for_change_section
from speccomm.publishing.sections.contract import contract_section
from speccomm.publishing.sections.deep_dives import deep_dives_section
from speccomm.publishing.sections.definitions import definitions_section
from speccomm.publishing.sections.fragile import fragile_section
from speccomm.publishing.sections.headlines import headlines_section
from speccomm.publishing.sections.priorities import priorities_section
from speccomm.publishing.sections.quality_overview import quality_overview_section
from speccomm.publishing.sections.receipts import receipts_section
from speccomm.publishing.sections.refusals import refusals_section
from speccomm.publishing.sections.service_profiles import service_profiles_section
from speccomm.publishing.sections.services import services_section
from speccomm.publishing.sections.surveillance import surveillance_section
from speccomm.publishing.wording import capital, say_financial_months, say_list, say_period


class NoSections(Refusal):
    """A choice of sections that leaves none."""


@dataclass
class Frame:
    """What a section may be made from: the facts, the words for names, and the tables before it."""

    facts: PackFacts
    namer: Namer
    tables: list[PackTable] = field(default_factory=list)

    @cached_property
    def services(self) -> Section:
        """The section of services, which the headlines count from even where it is left out."""
        return services_section(self.facts, self.namer)

    @property
    def services_grid(self) -> PackTable:
        """The table of services by local provider."""
        return next(t for t in self.services.tables() if t.id == "services_by_provider")


@dataclass(frozen=True)
class Part:
    """A section a pack may have: what it is called where it is left out, and what makes it."""

    title: str
    make: Callable[[Frame], Section]


# Every section by its identifier, in the order it is read. The receipts go last but for the links
# and definitions, because they list the tables of the sections before them.
SECTIONS: dict[str, Part] = {
    "headlines": Part(
        "headline figures", lambda frame: headlines_section(frame.facts, frame.services_grid)
    ),
    "case": Part("case for change", lambda frame: case_for_change_section(frame.facts)),
    "services": Part("contracted services by provider", lambda frame: frame.services),
    "activity": Part(
        "activity by ICB and region", lambda frame: activity_section(frame.facts, frame.namer)
    ),
    "contract": Part("contract position", lambda frame: contract_section(frame.facts, frame.namer)),
    "quality": Part(
        "quality overview dashboard",
        lambda frame: quality_overview_section(frame.facts, frame.namer),
    ),
    "profiles": Part(
        "quality profiles by service",
        lambda frame: service_profiles_section(frame.facts, frame.namer),
    ),
    "surveillance": Part(
        "services under enhanced or intensive surveillance",
        lambda frame: surveillance_section(frame.facts, frame.namer),
    ),
    "fragile": Part("fragile services", lambda frame: fragile_section(frame.facts, frame.namer)),
    "deep-dives": Part("deep dives", lambda frame: deep_dives_section(frame.facts, frame.namer)),
    "priorities": Part("priorities", lambda frame: priorities_section(frame.facts, frame.namer)),
    "refusals": Part(
        "what was refused and why", lambda frame: refusals_section(frame.facts, frame.namer)
    ),
    "receipts": Part(
        "how each figure was made", lambda frame: receipts_section(frame.facts, frame.tables)
    ),
    "definitions": Part("words used in this pack", lambda frame: definitions_section()),
}


def chosen_sections(
    only: tuple[str, ...] | None = None, without: tuple[str, ...] = ()
) -> tuple[str, ...]:
    """The sections of a pack in their order: `only` those named, or all, without some.

    Raises: UnknownName with the nearest for one of no such name; NoSections where none is left.
    """
    for name in (*(only or ()), *without):
        if name not in SECTIONS:
            raise UnknownName("section", name, list(SECTIONS))
    chosen = tuple(
        name for name in SECTIONS if (only is None or name in only) and name not in without
    )
    if not chosen:
        raise NoSections("No section is left: name at least one that is not left out.")
    return chosen


def assemble_pack(facts: PackFacts, *, sections: tuple[str, ...] | None = None) -> InternalPack:
    """The internal pack of one ICB or region, unsuppressed, of some sections or of all.

    Raises: BadPack where the facts contradict each other or a part is put together wrongly.
    """
    check_agreement(facts)
    chosen = chosen_sections(sections)
    period = say_period(facts.first_month, facts.last_month)
    months = capital(say_financial_months(facts.first_month, facts.last_month))
    return InternalPack(
        id=f"{facts.icb.code.lower()}-{facts.first_month}-{facts.last_month}",
        title="Specialised services profile pack",
        organisation=capital(short_icb_name(facts.icb.name)),
        period=f"{period} ({months})",
        handling=INTERNAL,
        built_at=facts.built_at.astimezone(UTC),
        sections=_say_left_out(_linked(tuple(_made(facts, chosen))), chosen),
        facts={**manifest_facts(facts), "sections": list(chosen)},
        area=facts.icb.code,
    )


def _made(facts: PackFacts, chosen: tuple[str, ...]) -> Iterator[Section]:
    """The sections in order. The receipts are given the tables of those before them."""
    frame = Frame(facts, open_namer())
    for name in chosen:
        section = SECTIONS[name].make(frame)
        frame.tables += section.tables()
        yield section


def _say_left_out(sections: tuple[Section, ...], chosen: tuple[str, ...]) -> tuple[Section, ...]:
    """The sections, the first of which begins by naming those that are left out."""
    missing = [part.title for name, part in SECTIONS.items() if name not in chosen]
    if not missing:
        return sections
    caution = Caution("Not the whole pack", (f"Left out of this pack: {say_list(missing)}.",))
    return (replace(sections[0], blocks=(caution, *sections[0].blocks)), *sections[1:])


def _linked(sections: tuple[Section, ...]) -> tuple[Section, ...]:
    """The sections, with no headline figure leading to a section that is left out."""
    here = {inner.id for section in sections for inner in section.walk()}
    return tuple(
        replace(section, blocks=tuple(_with_links(block, here) for block in section.blocks))
        for section in sections
    )


def _with_links(block: Block, here: set[str]) -> Block:
    if not isinstance(block, HeadlineFigures):
        return block
    figures = (
        item if item.section_id in here else replace(item, section_id="") for item in block.figures
    )
    return HeadlineFigures(tuple(figures))


def manifest_facts(facts: PackFacts) -> dict[str, Any]:
    """What the manifest says of how the pack was made, as plain JSON values."""
    files = facts.files.to_pylist()
    loads: dict[str, dict[str, Any]] = {}
    for row in files:
        load = loads.setdefault(
            row["load_id"],
            {"load_id": row["load_id"], "received_at": row["received_at"].isoformat(), "files": []},
        )
        load["files"].append(
            {
                name: row[name]
                for name in (
                    "dataset",
                    "file_name",
                    "sha256",
                    "bytes",
                    "read_rows",
                    "accepted_rows",
                    "refused_rows",
                    "used_for",
                    "providers",
                )
            }
        )
    return {
        "icb_code": facts.icb.code,
        "icb_name": facts.icb.name,
        "region_code": facts.region.code,
        "from_month": str(facts.first_month),
        "to_month": str(facts.last_month),
        "organisation_map_date": facts.map_date.isoformat(),
        "as_at": facts.as_at.astimezone(UTC).isoformat() if facts.as_at else None,
        "store_version": facts.store_version,
        "suppression": "none",
        "software": facts.software,
        "row_counts": facts.row_counts,
        "loads": [loads[key] for key in sorted(loads)],
        "rulebooks": facts.rulebooks.to_pylist(),
        "reference": {row["table"]: row["sha256"] for row in facts.reference.to_pylist()},
        "cautions": list(facts.cautions),
        "evidence": {
            "on": facts.evidence.on.isoformat(),
            "asked": facts.evidence_asked,
            "collected": sorted(facts.evidence.collected),
            "priorities_year": facts.evidence.priorities_year,
        },
        "sets": {name: list(codes) for name, codes in sorted(facts.sets.items())},
    }
