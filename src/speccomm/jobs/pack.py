"""Build the pack of one ICB or region: ask the store, assemble, render and put the folder in place."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path

import pyarrow as pa

from speccomm.activity.areas import area_on
from speccomm.activity.completeness import require_months
from speccomm.foundation.periods import FinancialMonth, months_between
from speccomm.jobs.flows import DATASET, last_day
from speccomm.jobs.packing.facts import pack_facts
from speccomm.jobs.packing.region import RegionReading, icbs_of, region_of
from speccomm.jobs.reading import open_for_reading, organisation_map
from speccomm.jobs.recounting.counting import count_behind
from speccomm.jobs.recounting.evidence import count_evidence
from speccomm.jobs.run_folder import RunFacts
from speccomm.jobs.settings import EngineSettings
from speccomm.publishing.assembly import assemble_pack, chosen_sections
from speccomm.publishing.editing import SectionWords, doubtful_numbers, with_words
from speccomm.publishing.facts import PackFacts
from speccomm.publishing.folder import refuse_other_folders, write_pack_folder
from speccomm.publishing.leaving import DrawablePack, PublicationPack
from speccomm.publishing.publication import publishable, read_releases, record_release
from speccomm.publishing.publication.care import care_met
from speccomm.publishing.rendering.files import pack_files as drawn_files
from speccomm.publishing.rendering.formats import ALL_FORMATS, Format
from speccomm.publishing.rendering.paths import MANIFEST, PAGE


@dataclass(frozen=True)
class PackRequest:
    """A pack of one ICB, or of one region, over some months, to be put in the folder `out`.

    Exactly one of `icb` and `region` is given. `sections` None takes all, less those in `without`;
    `words` are an editor's. With a `method` of suppression the pack is for publication, checked
    against what the folder `releases` says was published before and recorded there.

    `map_date` None draws the organisations of the period's last day; `reference` None uses the
    shipped tables alone; `as_at` None reads everything received so far; `store_version` None reads
    the newest, and a number builds the pack again as the store was then. `now` is the time of
    building, printed in the pack. `evidence_on` None looks at the evidence of services on the day of
    `as_at`, or of the newest load. Tables are written as CSV whatever `formats` are asked for.
    """

    store: Path
    icb: str | None
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
    region: str | None = None
    sections: tuple[str, ...] | None = None
    without: tuple[str, ...] = ()
    words: tuple[SectionWords, ...] = ()
    method: str | None = None
    releases: Path | None = None
    evidence_on: date | None = None

    @property
    def for_publication(self) -> bool:
        """Whether the pack is for everyone, and not for inside."""
        return self.method is not None


@dataclass(frozen=True)
class PackAnswer:
    """The finished pack, where it is, its tables by name and how they were made.

    `warnings` are sentences about what an editor should look at again.
    """

    folder: Path
    pack: DrawablePack
    tables: dict[str, pa.Table]
    findings: pa.Table
    facts: RunFacts
    warnings: tuple[str, ...] = ()

    @property
    def page(self) -> Path:
        """Where a reader begins: the page, or the list of files where no page was asked for."""
        page = self.folder / PAGE
        return page if page.is_file() else self.folder / MANIFEST


def build_pack(request: PackRequest) -> PackAnswer:
    """Build the pack of one ICB or region, for inside or for publication, replacing an earlier one.

    Raises:  NotOneArea unless an ICB or a region is asked for; UnknownArea for one that is not on
             the map, with the nearest; NothingLoaded where no month of the period is, naming those
             that are; NotAPackFolder where `out` holds something else; NotAPeriod where the period
             ends before it starts; NoSuchVersion and Purged for a version of the store that cannot
             be read; NotKnownYet for evidence of a later day; UnknownName for a section that is not
             one; NoSections where none is left; WouldReveal, CannotProtect and BadLedger for a
             publication.
    """
    refuse_other_folders(request.out)
    chosen_sections(request.sections, request.without)
    facts, pack = read_pack(request)
    return PackAnswer(
        folder=draw_pack(request, pack),
        pack=pack,
        tables={table.id: table.rows for table in pack.tables()},
        findings=facts.findings,
        facts=_run_facts(facts, pack),
        warnings=tuple(doubtful_numbers(pack)),
    )


def draw_pack(request: PackRequest, pack: DrawablePack) -> Path:
    """Draw a pack in the formats asked for, put its folder in place and return its path.

    A publication is recorded first: one that was recorded and not written is checked against all
    the same, one written and not recorded would not be.
    """
    files = drawn_files(pack, request.formats)
    if isinstance(pack, PublicationPack) and request.releases is not None:
        refuse_other_folders(request.out)
        record_release(request.releases, pack)
    return write_pack_folder(request.out, files)


def read_pack(request: PackRequest) -> tuple[PackFacts, DrawablePack]:
    """The pack and everything it is made from, read at one version of the store; nothing is written.

    Raises as build_pack.
    """
    with open_region(request) as asked:
        return pack_of(request, asked)


@contextmanager
def open_region(request: PackRequest, *, each_icb: bool = False) -> Iterator[RegionReading]:
    """Open the store and the region that the pack is of, or in; close it afterwards.

    With `each_icb` it is opened for the packs of all its ICBs, else for the request's one pack.

    Raises: NotOneArea, UnknownArea, NothingLoaded, and what opening a store may raise.
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
        asked_for = {"icb": request.icb, "region": request.region}
        area = area_on(places.commissioners, places.providers, on=map_date, **asked_for)
        region = area
        if request.icb is not None:
            of = region_of(places, request.icb)
            region = area_on(places.commissioners, places.providers, on=map_date, region=of)
        codes = icbs_of(places, region.code) if each_icb else (area.code,)
        asked = RegionReading(
            reading,
            places,
            region,
            request.from_month,
            request.to_month,
            codes,
            request.evidence_on,
        )
        require_months(asked.sent[DATASET], dataset=DATASET, months=months)
        yield asked


def pack_of(request: PackRequest, asked: RegionReading) -> tuple[PackFacts, DrawablePack]:
    """The pack of a request from an open region, and its facts.

    Raises: UnknownName for a section that is not one, with the nearest; NoSections.
    """
    sections = chosen_sections(request.sections, request.without)
    area = asked.area(request.icb or asked.region.code)
    facts, flows = pack_facts(asked, area, now=request.now)
    pack = with_words(assemble_pack(facts, sections=sections), request.words)
    counted = {
        **count_behind(asked, pack, flows, sets=facts.sets),
        **count_evidence(pack, facts.evidence),
    }
    pack = replace(pack, counted=counted, met=care_met(flows.icb_sums, facts.sets))
    if request.method is None:
        return facts, pack
    before = read_releases(request.releases) if request.releases else ()
    return facts, publishable(pack, method=request.method, releases=before)


def _run_facts(facts: PackFacts, pack: DrawablePack) -> RunFacts:
    return RunFacts(
        store_version=facts.store_version,
        loads=pack.facts["loads"],
        rulebooks=facts.rulebooks.to_pylist(),
        reference=pack.facts["reference"],
        organisation_map_date=facts.map_date,
        as_at=facts.as_at,
        row_counts=facts.row_counts,
    )
