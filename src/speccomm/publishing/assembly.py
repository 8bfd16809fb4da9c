"""Put a pack together from its facts: sections in the order a board reads them."""

from __future__ import annotations

from datetime import UTC
from typing import Any

from speccomm.publishing.agreement import check_agreement
from speccomm.publishing.facts import PackFacts
from speccomm.publishing.model import Handling, Pack
from speccomm.publishing.naming import open_namer, short_icb_name
from speccomm.publishing.sections.activity import activity_section
from speccomm.publishing.sections.contract import contract_section
from speccomm.publishing.sections.definitions import definitions_section
from speccomm.publishing.sections.headlines import headlines_section
from speccomm.publishing.sections.receipts import receipts_section
from speccomm.publishing.sections.refusals import refusals_section
from speccomm.publishing.sections.services import services_section
from speccomm.publishing.wording import capital, say_financial_months, say_period

INTERNAL = Handling(
    "Internal use only. Small numbers are not suppressed. Do not publish.",
    "This pack is for people in the NHS who are entitled to unsuppressed figures. It must not be "
    "published or passed on outside, because small numbers in it could point to a person.",
)


def assemble_pack(facts: PackFacts) -> Pack:
    """The internal pack of one ICB, unsuppressed.

    Raises: BadPack where the facts contradict each other or a part is put together wrongly.
    """
    check_agreement(facts)
    namer = open_namer()
    services = services_section(facts, namer)
    middle = (
        services,
        activity_section(facts, namer),
        contract_section(facts, namer),
        refusals_section(facts, namer),
    )
    grid = next(table for table in services.tables() if table.id == "services_by_provider")
    tables = [table for section in middle for table in section.tables()]
    period = say_period(facts.first_month, facts.last_month)
    months = capital(say_financial_months(facts.first_month, facts.last_month))
    return Pack(
        id=f"{facts.icb.code.lower()}-{facts.first_month}-{facts.last_month}",
        title="Specialised services profile pack",
        organisation=short_icb_name(facts.icb.name),
        period=f"{period} ({months})",
        handling=INTERNAL,
        built_at=facts.built_at.astimezone(UTC),
        sections=(
            headlines_section(facts, grid),
            *middle,
            receipts_section(facts, tables),
            definitions_section(),
        ),
        facts=manifest_facts(facts),
        area=facts.icb.code,
    )


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
        "sets": {name: list(codes) for name, codes in sorted(facts.sets.items())},
    }
