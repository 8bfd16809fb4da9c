"""Build the pack of one ICB: ask the store, assemble, render and put the folder in place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from importlib import metadata
from pathlib import Path

import pyarrow as pa

from speccomm.activity.areas import FLOWS_RULEBOOK, Area, area_on
from speccomm.activity.completeness import months_sent, openness_of, require_months
from speccomm.activity.findings import FINDINGS_RULEBOOK
from speccomm.activity.rules import CONTRACT_RULEBOOK
from speccomm.foundation.periods import FinancialMonth, months_between
from speccomm.foundation.rulebook import read_rulebook
from speccomm.jobs.flows import DATASET, last_day
from speccomm.jobs.packing.contract import PackContract, pack_contract, pack_services
from speccomm.jobs.packing.evidence import pack_evidence
from speccomm.jobs.packing.flows import PackFlows, pack_flows
from speccomm.jobs.packing.sets import pack_sets
from speccomm.jobs.packing.sources import (
    pack_coverage,
    pack_files,
    pack_findings,
    pack_rulebooks,
)
from speccomm.jobs.reading import OrganisationMap, Reading, open_for_reading, organisation_map
from speccomm.jobs.recounting.counting import count_behind
from speccomm.jobs.run_folder import RunFacts
from speccomm.jobs.settings import EngineSettings
from speccomm.publishing import facts as shapes
from speccomm.publishing.assembly import assemble_pack
from speccomm.publishing.facts import Organisation, PackFacts
from speccomm.publishing.folder import refuse_other_folders, write_pack_folder
from speccomm.publishing.model import Pack
from speccomm.publishing.naming import RULEBOOK as WORDS_RULEBOOK
from speccomm.publishing.rendering.files import pack_files as drawn_files
from speccomm.publishing.rendering.formats import ALL_FORMATS, Format
from speccomm.publishing.rendering.paths import MANIFEST, PAGE

RULEBOOKS = (FLOWS_RULEBOOK, CONTRACT_RULEBOOK, FINDINGS_RULEBOOK, WORDS_RULEBOOK)


@dataclass(frozen=True)
class PackRequest:
    """A pack of one ICB over some months, to be put in the folder `out`.

    `map_date` None draws the organisations of the period's last day; `reference` None uses the
    shipped tables alone; `as_at` None reads everything received so far; `store_version` None reads
    the newest, and a number builds the pack again as the store was then. `now` is the time of
    building, printed in the pack. Tables are written as CSV whatever `formats` are asked for.
    """

    store: Path
    icb: str
    from_month: FinancialMonth
    to_month: FinancialMonth
    out: Path
    now: datetime
    reference: Path | None = None
    map_date: date | None = None
    as_at: datetime | None = None
    store_version: int | None = None
    engine: EngineSettings = EngineSettings()
    formats: tuple[Format, ...] = ALL_FORMATS


@dataclass(frozen=True)
class PackAnswer:
    """The finished pack, where it is, its tables by name and how they were made."""

    folder: Path
    pack: Pack
    tables: dict[str, pa.Table]
    findings: pa.Table
    facts: RunFacts

    @property
    def page(self) -> Path:
        """Where a reader begins: the page, or the list of files where no page was asked for."""
        page = self.folder / PAGE
        return page if page.is_file() else self.folder / MANIFEST


def build_pack(request: PackRequest) -> PackAnswer:
    """Build the internal pack of one ICB, unsuppressed, replacing an earlier one whole.

    Raises:  UnknownArea for an ICB that is not on the map, with the nearest; NothingLoaded where no
             month of the period is, naming those that are; NotAPackFolder where `out` holds
             something else; NotAPeriod where the period ends before it starts; NoSuchVersion and
             Purged for a version of the store that cannot be read.
    """
    refuse_other_folders(request.out)
    facts, pack = read_pack(request)
    folder = write_pack_folder(request.out, drawn_files(pack, request.formats))
    return PackAnswer(
        folder=folder,
        pack=pack,
        tables={table.id: table.rows for table in pack.tables()},
        findings=facts.findings,
        facts=_run_facts(facts, pack),
    )


def read_pack(request: PackRequest) -> tuple[PackFacts, Pack]:
    """The pack and everything it is made from, read at one version of the store; nothing is written.

    Raises as build_pack.
    """
    months = months_between(request.from_month, request.to_month)
    map_date = request.map_date or last_day(request.to_month)
    with open_for_reading(
        store=request.store,
        reference=request.reference,
        as_at=request.as_at,
        now=request.now,
        engine=request.engine,
        version=request.store_version,
    ) as reading:
        places = organisation_map(reading.reference, on=map_date)
        icb = area_on(places.commissioners, places.providers, on=map_date, icb=request.icb)
        region = area_on(
            places.commissioners,
            places.providers,
            on=map_date,
            region=_region_of(places, request.icb),
        )
        sent = months_sent(reading.snapshot.slices(), dataset=DATASET, current=places.current)
        require_months(sent, dataset=DATASET, months=months)
        local = frozenset(places.current.get(code, code) for code in icb.provider_codes)
        flows = pack_flows(reading, places, icb=icb, region=region, months=months)
        regional = frozenset(places.current.get(code, code) for code in region.provider_codes)
        contract = pack_contract(
            reading,
            places,
            icb=request.icb,
            local=local,
            regional=regional,
            to=request.to_month,
        )
        facts = _facts(request, reading, places, flows, contract, icb, region, local, months)
        pack = assemble_pack(facts)
        counted = count_behind(reading, pack, flows, sets=facts.sets)
        return facts, replace(pack, counted=counted)


def _facts(
    request: PackRequest,
    reading: Reading,
    places: OrganisationMap,
    flows: PackFlows,
    contract: PackContract,
    icb: Area,
    region: Area,
    local: frozenset[str],
    months: Sequence[FinancialMonth],
) -> PackFacts:
    names = _provider_names(places)
    met = _met(flows, contract)
    providers = local | met
    year = request.to_month.year
    last = contract.last_month
    contract_months = months_between(FinancialMonth(year, 1), last) if last else []
    files = pack_files(
        reading,
        places,
        region=region,
        providers=providers,
        months=months,
        contract_months=contract_months,
    )
    openness = openness_of(reading.reference.calendar, contract_months, as_at=reading.day)
    return PackFacts(
        icb=Organisation(icb.code, icb.name),
        region=Organisation(region.code, region.name),
        first_month=request.from_month,
        last_month=request.to_month,
        map_date=icb.map_date,
        as_at=request.as_at,
        built_at=request.now,
        store_version=reading.snapshot.version,
        local_providers=tuple(sorted(local)),
        holds_plan=tuple(sorted(contract.holds_plan)),
        sent_actual=tuple(sorted(contract.sent_actual)),
        contract_year=year,
        contract_last_month=last,
        incomplete_months=openness.incomplete,
        cautions=tuple(_cautions(reading, flows, months, openness.unknown)),
        flows_icb=flows.icb,
        flows_region=flows.region,
        flows_by_month=flows.by_month,
        flows_by_provider=flows.by_provider,
        flows_by_icb=flows.by_icb,
        unknown_flows=flows.unknown,
        contract=contract.position,
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
        coverage=pack_coverage(reading, places, providers=providers, names=names, months=months),
        findings=pack_findings(reading, places, files=files, providers=providers, months=months),
        files=files,
        rulebooks=pack_rulebooks(
            reading,
            loads=set(files["load_id"].to_pylist()),
            applied=[*(read_rulebook(name) for name in RULEBOOKS), reading.reference.rulebook],
        ),
        reference=shapes.row_of(
            [
                {"table": name, "sha256": digest}
                for name, digest in sorted(reading.reference.identity().items())
            ],
            shapes.REFERENCE,
        ),
        row_counts={
            "patient-level rows that touch the ICB": flows.icb_rows,
            "patient-level rows that touch the region": flows.region_rows,
            "contract monitoring rows of the ICB’s patients": contract.rows,
        },
        software=f"speccomm {metadata.version('speccomm')}",
        sets=pack_sets(
            reading,
            places,
            icb=icb,
            region=region,
            flows=flows,
            contract=contract,
            local=local,
            providers=providers,
        ),
        provider_contract=contract.of_providers,
        evidence=pack_evidence(
            reading, places, region=region, month=request.to_month, icb=request.icb
        ),
    )


def _region_of(places: OrganisationMap, icb: str) -> str:
    rows = places.commissioners.select(["icb_code", "region_code"]).to_pylist()
    return next(str(row["region_code"]) for row in rows if row["icb_code"] == icb)


def _provider_names(places: OrganisationMap) -> dict[str, str | None]:
    rows = places.providers.to_pylist()
    return {row["current_provider_code"]: row["provider_name"] for row in rows}


def _met(flows: PackFlows, contract: PackContract) -> frozenset[str]:
    """The current codes of providers with any row behind the ICB's tables."""
    codes = set(flows.by_provider["provider_code"].to_pylist())
    codes |= set(contract.position["provider_code"].to_pylist())
    return frozenset(codes | {provider for provider, _ in contract.planned_pairs})


def _cautions(
    reading: Reading,
    flows: PackFlows,
    months: Sequence[FinancialMonth],
    unknown: Sequence[FinancialMonth],
) -> list[str]:
    """Whole sentences about what is assumed or not known."""
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
    if flows.unstated_rows:
        sentences.append(
            f"{flows.unstated_rows:,} patient-level rows state no activity and add none."
        )
    return sentences


def _run_facts(facts: PackFacts, pack: Pack) -> RunFacts:
    return RunFacts(
        store_version=facts.store_version,
        loads=pack.facts["loads"],
        rulebooks=facts.rulebooks.to_pylist(),
        reference=pack.facts["reference"],
        organisation_map_date=facts.map_date,
        as_at=facts.as_at,
        row_counts=facts.row_counts,
    )
