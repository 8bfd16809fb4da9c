"""Build the annual report of an ICB, a region or another body from accounts, contracts and evidence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from importlib import metadata
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from speccomm.activity.areas import Area, area_on
from speccomm.activity.rules import CONTRACT_RULEBOOK
from speccomm.foundation.errors import Refusal, UnknownName
from speccomm.foundation.findings import FINDINGS_SCHEMA
from speccomm.foundation.periods import FinancialYear
from speccomm.foundation.rulebook import read_rulebook
from speccomm.jobs.annual.contracts import AnnualContracts, annual_contracts, no_contracts
from speccomm.jobs.annual.counting import count_money
from speccomm.jobs.evidence import register_on
from speccomm.jobs.packing.evidence import evidence_day
from speccomm.jobs.packing.sources import pack_rulebooks
from speccomm.jobs.reading import OrganisationMap, Reading, open_for_reading, organisation_map
from speccomm.jobs.run_folder import RunFacts
from speccomm.jobs.settings import EngineSettings
from speccomm.publishing import facts as shapes
from speccomm.publishing.annual_report.assembly import assemble_annual_report
from speccomm.publishing.annual_report.facts import BODY, AnnualFacts
from speccomm.publishing.annual_report.rules import RULEBOOK
from speccomm.publishing.editing import SectionWords, doubtful_numbers, with_words
from speccomm.publishing.folder import refuse_other_folders, write_pack_folder
from speccomm.publishing.leaving import DrawablePack, PublicationPack
from speccomm.publishing.naming import RULEBOOK as WORDS_RULEBOOK
from speccomm.publishing.publication import publishable, read_releases, record_release
from speccomm.publishing.rendering.files import pack_files as drawn_files
from speccomm.publishing.rendering.formats import ALL_FORMATS, Format
from speccomm.publishing.rendering.paths import MANIFEST, PAGE

RULEBOOKS = (CONTRACT_RULEBOOK, RULEBOOK, WORDS_RULEBOOK)
REGISTERS = (
    "accounts",
    "funding_decisions",
    "priorities",
    "priority_deliverables",
    "deep_dives",
    "surveillance",
)
ACCOUNTS_USE, EVIDENCE_USE = "accounts and funding", "achievements and plans"
MONEY_REGISTERS = REGISTERS[:2]
FILE_NAMES = ("load_id", "dataset", "file_name", "sha256", "bytes", "read_rows", "accepted_rows",
              "refused_rows")  # fmt: skip


class NotOneReport(Refusal):
    """None, or more than one, of an ICB, a region and a body was asked for."""


class NothingToReport(Refusal):
    """A body or an area of which nothing of the year is held."""


@dataclass(frozen=True)
class AnnualReportRequest:
    """The annual report of one year, to be put in the folder `out`.

    Exactly one of `icb`, `region` and `body` is given; a body is one of which accounts are held
    under its name. With a `method` of suppression it is for publication, else for inside. The rest
    is as in `jobs.pack.PackRequest`.
    """

    store: Path
    year: FinancialYear
    out: Path
    now: datetime
    icb: str | None = None
    region: str | None = None
    body: str | None = None
    reference: Path | None = None
    map_date: date | None = None
    as_at: datetime | None = None
    store_version: int | None = None
    engine: EngineSettings = EngineSettings()
    formats: tuple[Format, ...] = ALL_FORMATS
    sections: tuple[str, ...] | None = None
    without: tuple[str, ...] = ()
    words: tuple[SectionWords, ...] = ()
    method: str | None = None
    releases: Path | None = None


@dataclass(frozen=True)
class AnnualReportAnswer:
    """The finished report, where it is, its tables by name and how they were made."""

    folder: Path
    pack: DrawablePack
    tables: dict[str, pa.Table]
    findings: pa.Table
    facts: RunFacts
    warnings: tuple[str, ...] = ()

    @property
    def page(self) -> Path:
        page = self.folder / PAGE
        return page if page.is_file() else self.folder / MANIFEST


def build_annual_report(request: AnnualReportRequest) -> AnnualReportAnswer:
    """Build the annual report, for inside or for publication, replacing an earlier one whole.

    A publication is recorded before it is written, as `jobs.pack.draw_pack` has it.

    Raises:  NotOneReport; UnknownArea and UnknownName with the nearest; NothingToReport where
             neither accounts nor contract monitoring of the year are held; NotAPackFolder; and
             NoSuchVersion, Purged for a version of the store that cannot be read; WouldReveal,
             CannotProtect, MoneyWithoutCounts and BadLedger for a publication.
    """
    refuse_other_folders(request.out)
    facts, pack = read_annual_report(request)
    files = drawn_files(pack, request.formats)
    if isinstance(pack, PublicationPack) and request.releases is not None:
        record_release(request.releases, pack)
    folder = write_pack_folder(request.out, files)
    return AnnualReportAnswer(
        folder=folder,
        pack=pack,
        tables={table.id: table.rows for table in pack.tables()},
        findings=FINDINGS_SCHEMA.empty_table(),
        facts=RunFacts(
            store_version=facts.store_version,
            loads=pack.facts["loads"],
            rulebooks=facts.rulebooks.to_pylist(),
            reference=pack.facts["reference"],
            organisation_map_date=facts.map_date,
            as_at=facts.as_at,
            row_counts=facts.row_counts,
        ),
        warnings=tuple(doubtful_numbers(pack)),
    )


def read_annual_report(request: AnnualReportRequest) -> tuple[AnnualFacts, DrawablePack]:
    """The report and what it is made from, read at one version of the store; nothing is written.

    Raises as build_annual_report.
    """
    asked = [name for name in (request.icb, request.region, request.body) if name is not None]
    if len(asked) != 1:
        raise NotOneReport("Ask for the report of one ICB, of one region or of one other body.")
    with open_for_reading(
        store=request.store,
        reference=request.reference,
        as_at=request.as_at,
        now=request.now,
        engine=request.engine,
        version=request.store_version,
    ) as reading:
        places = organisation_map(reading.reference, on=request.map_date or _last_day(request.year))
        facts = _facts(request, reading, places)
        plain = assemble_annual_report(facts, only=request.sections, without=request.without)
        pack = with_words(plain, request.words)
        inside = replace(pack, counted=count_money(reading, pack), met=_met(facts.position))
    if request.method is None:
        return facts, inside
    before = read_releases(request.releases) if request.releases else ()
    return facts, publishable(inside, method=request.method, releases=before)


def _met(position: pa.Table) -> frozenset[tuple[str, str, str]]:
    """The service lines and providers behind the money; contract monitoring has no group."""
    codes = (position[name].to_pylist() for name in ("service_code", "provider_code"))
    return frozenset(
        ("", service or "", provider or "") for service, provider in zip(*codes, strict=True)
    )


def _last_day(year: FinancialYear) -> date:
    return date(year.start + 1, 3, 31)


def _facts(request: AnnualReportRequest, reading: Reading, places: OrganisationMap) -> AnnualFacts:
    on = evidence_day(reading)
    held = {name: register_on(reading.snapshot, name, on=on) for name in REGISTERS}
    area = _area(request, places)
    if area is None:
        name = _body(str(request.body), held["accounts"])
        kind, code, contracts = BODY, "", no_contracts()
    else:
        kind, code, name = area.kind, area.code, area.name
        contracts = annual_contracts(
            reading,
            places,
            area=area,
            year=request.year,
            with_units=request.method is not None,
        )
    _refuse_empty(request, code or name, held["accounts"], contracts)
    files = _files(reading, contracts, held)
    reference = reading.reference
    return AnnualFacts(
        kind=kind,
        code=code,
        name=name,
        year=request.year,
        on=on,
        map_date=places.on,
        as_at=request.as_at,
        built_at=request.now,
        store_version=reading.snapshot.version,
        accounts=held["accounts"],
        decisions=held["funding_decisions"],
        position=contracts.position,
        by_commissioner=contracts.by_commissioner,
        contract_last_month=contracts.last_month,
        incomplete_months=contracts.incomplete,
        priorities=held["priorities"],
        deliverables=held["priority_deliverables"],
        deep_dives=_of_area(held["deep_dives"], "icb_codes", kind, code),
        concerns=_of_area(held["surveillance"], "icb_code", kind, code),
        service_names=_names(reference.service_lines, "service_code", "service_name"),
        files=files,
        rulebooks=pack_rulebooks(
            reading,
            loads=set(files["load_id"].to_pylist()),
            applied=[*(read_rulebook(name) for name in RULEBOOKS), reference.rulebook],
        ),
        reference=shapes.row_of(
            [{"table": n, "sha256": d} for n, d in sorted(reference.identity().items())],
            shapes.REFERENCE,
        ),
        row_counts={
            "contract monitoring rows of the patients": contracts.rows,
            "entries of accounts that hold": held["accounts"].num_rows,
            "funding decisions that hold": held["funding_decisions"].num_rows,
        },
        software=f"speccomm {metadata.version('speccomm')}",
        sets=contracts.sets,
        shows_units=request.method is not None,
    )


def _area(request: AnnualReportRequest, places: OrganisationMap) -> Area | None:
    if request.body is not None:
        return None
    return area_on(
        places.commissioners,
        places.providers,
        on=places.on,
        icb=request.icb,
        region=request.region,
    )


def _body(name: str, accounts: pa.Table) -> str:
    """The name as the accounts write it. Raises UnknownName with the nearest one that is held."""
    known: list[str] = sorted(set(accounts["accounts_of"].to_pylist()))
    found = next((body for body in known if body.casefold() == name.casefold()), None)
    if found is None:
        raise UnknownName("body with accounts", name, known)
    return found


def _refuse_empty(
    request: AnnualReportRequest, of: str, accounts: pa.Table, contracts: AnnualContracts
) -> None:
    own = accounts.filter(pc.equal(accounts["accounts_of"], of))
    years = sorted(set(own["financial_year"].to_pylist()))
    if contracts.last_month is None and str(request.year) not in years:
        held = f" Accounts are held for {', '.join(years)}." if years else ""
        raise NothingToReport(
            f"Neither accounts nor contract monitoring of {request.year} are held for {of}.{held} "
            "Bring accounts in with `speccomm evidence import`."
        )


def _of_area(rows: pa.Table, column: str, kind: str, code: str) -> pa.Table:
    """The entries of the area: of an ICB those that name it or all, of a region all, of a body none
    that name an ICB."""
    if kind == "region":
        return rows
    keep = []
    for text in rows[column].to_pylist():
        named = {part.strip() for part in (text or "all").split(";")}
        keep.append("all" in named or code in named)
    return rows.filter(pa.array(keep, pa.bool_()))


def _names(table: pa.Table, code: str, name: str) -> dict[str, str]:
    return dict(zip(table[code].to_pylist(), table[name].to_pylist(), strict=True))


def _files(reading: Reading, contracts: AnnualContracts, held: Mapping[str, pa.Table]) -> pa.Table:
    """The files whose rows or entries the report reads, and what each is used for."""
    uses: dict[tuple[str, str, str], tuple[str | None, str]] = {
        key: (", ".join(sorted(codes)), shapes.CONTRACT_USE)
        for key, codes in contracts.senders.items()
    }
    for name, rows in held.items():
        use = ACCOUNTS_USE if name in MONEY_REGISTERS else EVIDENCE_USE
        for load, file in zip(
            rows["load_id"].to_pylist(), rows["file_name"].to_pylist(), strict=True
        ):
            uses[load, name, file] = (None, use)
    loads = reading.snapshot.loads()
    received = dict(
        zip(loads["load_id"].to_pylist(), loads["received_at"].to_pylist(), strict=True)
    )
    records: list[dict[str, Any]] = []
    for row in reading.snapshot.files().to_pylist():
        key = (row["load_id"], row["dataset"], row["file_name"])
        if key in uses:
            providers, use = uses[key]
            records.append(
                {
                    **{name: row[name] for name in FILE_NAMES},
                    "received_at": received[row["load_id"]],
                    "providers": providers,
                    "used_for": use,
                }
            )
    return shapes.row_of(records, shapes.FILES)
