"""The facts of one pack: what the store answers about an ICB or a region, in the pack's shapes."""

from __future__ import annotations

from datetime import datetime
from importlib import metadata

from speccomm.activity.areas import FLOWS_RULEBOOK, Area
from speccomm.activity.completeness import Openness, last_received, openness_of
from speccomm.activity.findings import FINDINGS_RULEBOOK
from speccomm.activity.rules import CONTRACT_RULEBOOK
from speccomm.foundation.rulebook import read_rulebook
from speccomm.jobs.contract_scope import ACM
from speccomm.jobs.packing.contract import PackContract, pack_contract, pack_services
from speccomm.jobs.packing.flows import PackFlows, pack_flows
from speccomm.jobs.packing.region import RegionReading
from speccomm.jobs.packing.sets import pack_sets
from speccomm.jobs.packing.sources import (
    pack_coverage,
    pack_files,
    pack_findings,
    pack_rulebooks,
)
from speccomm.jobs.reading import OrganisationMap
from speccomm.publishing import facts as shapes
from speccomm.publishing.facts import Organisation, PackFacts
from speccomm.publishing.naming import RULEBOOK as WORDS_RULEBOOK
from speccomm.publishing.wording import capital, say_count, say_day, say_verb
from speccomm.quality import evidence_rules
from speccomm.quality.cqc import cqc_rules
from speccomm.quality.overview import overview_rules

RULEBOOKS = (FLOWS_RULEBOOK, CONTRACT_RULEBOOK, FINDINGS_RULEBOOK, WORDS_RULEBOOK)


def pack_facts(asked: RegionReading, area: Area, *, now: datetime) -> tuple[PackFacts, PackFlows]:
    """Ask the store everything that the pack of a region, or of one of its ICBs, is made from.

    Shape:   the facts, and the flows with the sums they were cut from.
    """
    reading, places = asked.reading, asked.places
    local = places.current_codes(area.provider_codes)
    flows = pack_flows(asked, icb=area)
    of_icbs = asked.icbs if area == asked.region else ()
    contract = pack_contract(
        reading,
        ours=asked.positions.get(area.code),
        local=local,
        of_providers=asked.of_providers,
        scope=asked.contract_scope,
        year=asked.last_month.year,
        by_icb={code: asked.positions[code] for code in of_icbs if code in asked.positions},
    )
    names = _provider_names(places)
    providers = local | _met(flows, contract)
    files = pack_files(
        reading,
        places,
        senders=asked.senders,
        evidence_loads=asked.evidence.loads,
        providers=providers,
        months=asked.months,
        contract_months=asked.contract_months,
    )
    openness = openness_of(
        reading.reference.calendar,
        asked.contract_months,
        as_at=reading.day,
        received=last_received(reading.snapshot.slices(), dataset=ACM),
    )
    facts = PackFacts(
        icb=_organisation(area),
        region=Organisation(asked.region.code, asked.region.name),
        first_month=asked.first_month,
        last_month=asked.last_month,
        map_date=area.map_date,
        as_at=reading.snapshot.as_at,
        built_at=now,
        store_version=reading.snapshot.version,
        local_providers=tuple(sorted(local)),
        holds_plan=tuple(sorted(contract.holds_plan)),
        sent_actual=tuple(sorted(contract.sent_actual)),
        contract_year=asked.last_month.year,
        contract_last_month=contract.last_month,
        incomplete_months=openness.incomplete,
        cautions=tuple(_cautions(asked, flows, openness)),
        flows_icb=flows.icb,
        flows_region=flows.region,
        flows_by_month=flows.by_month,
        flows_by_provider=flows.by_provider,
        flows_by_icb=flows.by_icb,
        unknown_flows=flows.unknown,
        contract=contract.position,
        provider_contract=contract.of_providers,
        contract_by_icb=contract.by_icb,
        icb_names={code: asked.area(code).name for code in of_icbs},
        providers=shapes.row_of(
            [{"provider_code": c, "provider_name": names.get(c)} for c in sorted(providers)],
            shapes.PROVIDERS,
        ),
        services=pack_services(
            contract,
            flows.by_pair,
            local=local,
            provider_names=names,
            service_lines=reading.reference.service_lines,
        ),
        coverage=pack_coverage(
            providers=providers, names=names, sent=asked.sent, months=asked.months
        ),
        findings=pack_findings(
            reading, places, files=files, providers=providers, months=asked.months
        ),
        files=files,
        rulebooks=pack_rulebooks(
            reading,
            loads={*files["load_id"].to_pylist(), *asked.evidence.loads},
            applied=[
                *(read_rulebook(name) for name in RULEBOOKS),
                *evidence_rules().books,
                overview_rules(),
                cqc_rules(),
                reading.reference.rulebook,
            ],
        ),
        reference=shapes.row_of(
            [
                {"table": name, "sha256": digest}
                for name, digest in sorted(reading.reference.identity().items())
            ],
            shapes.REFERENCE,
        ),
        row_counts=_row_counts(area, flows, contract),
        software=f"speccomm {metadata.version('speccomm')}",
        sets=pack_sets(
            reading,
            places,
            icb=area,
            region=asked.region,
            flows=flows,
            contract=contract,
            local=local,
            providers=providers,
        ),
        evidence_asked=asked.evidence_on is not None,
        evidence=asked.evidence if area == asked.region else asked.evidence.for_icb(area.code),
    )
    return facts, flows


def _organisation(area: Area) -> Organisation:
    """An ICB by its name; a region as one says it: the Midlands region."""
    name = f"the {area.name} region" if area.kind == "region" else area.name
    return Organisation(area.code, name)


def _row_counts(area: Area, flows: PackFlows, contract: PackContract) -> dict[str, int]:
    whose = "region" if area.kind == "region" else "ICB"
    counts = {f"patient-level rows that touch the {whose}": flows.icb_rows}
    counts["patient-level rows that touch the region"] = flows.region_rows
    counts[f"contract monitoring rows of the {whose}’s patients"] = contract.rows
    return counts


def _provider_names(places: OrganisationMap) -> dict[str, str | None]:
    rows = places.providers.to_pylist()
    return {row["current_provider_code"]: row["provider_name"] for row in rows}


def _met(flows: PackFlows, contract: PackContract) -> frozenset[str]:
    """The current codes of providers with any row behind the ICB's tables."""
    codes = set(flows.by_provider["provider_code"].to_pylist())
    codes |= set(contract.position["provider_code"].to_pylist())
    return frozenset(codes | {provider for provider, _ in contract.planned_pairs})


def _cautions(asked: RegionReading, flows: PackFlows, openness: Openness) -> list[str]:
    """Whole sentences about what is assumed or not known."""
    reading, months, unknown = asked.reading, asked.months, openness.unknown
    sentences = []
    years = sorted({str(month.year) for month in months})
    status = reading.reference.service_status.to_pylist()
    assumed = [
        y for y in years if any(row["assumed"] for row in status if row["financial_year"] == y)
    ]
    if assumed:
        sentences.append(
            f"No published list of specialised services was found for {', '.join(assumed)}. The "
            "first published list stands in for it, marked as assumed."
        )
    if unknown:
        sentences.append(
            "No submission calendar is loaded for the contract year, so it is not known which "
            "months are still open to correction."
        )
    if later := asked.evidence.begun_later:
        sentences.append(
            f"Evidence of services is as it stood on {say_day(asked.evidence.on)}. "
            f"{capital(say_count(later, 'statement'))} that {say_verb(later, 'begins', 'begin')} "
            f"later {say_verb(later, 'is', 'are')} not in this pack."
        )
    if flows.unstated_rows:
        sentences.append(
            f"{flows.unstated_rows:,} patient-level rows state no activity and add none."
        )
    return sentences
