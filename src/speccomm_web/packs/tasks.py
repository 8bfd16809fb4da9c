"""Build a pack in the background, put it in place whole, and compare it with the one before."""

from __future__ import annotations

import hashlib
import json
import time
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from speccomm.foundation.findings import FINDINGS_SCHEMA
from speccomm.foundation.periods import FinancialMonth
from speccomm.jobs.annual_report import AnnualReportRequest, read_annual_report
from speccomm.jobs.pack import PackRequest, open_region, pack_of, read_pack
from speccomm.jobs.pack_diff import PackDiffRequest, pack_diff
from speccomm.jobs.run_folder import RunFacts, write_run
from speccomm.publishing.editing import SectionWords, doubtful_numbers, section_words
from speccomm.publishing.folder import write_pack_folder
from speccomm.publishing.leaving import DrawablePack, PublicationPack
from speccomm.publishing.model import EditorWords
from speccomm.publishing.publication import release_of
from speccomm.publishing.rendering.files import pack_files
from speccomm.publishing.rendering.formats import Format, with_csv
from speccomm.publishing.suppression import NotThroughTheDoor
from speccomm_web.accounts.audit import record_audit
from speccomm_web.accounts.viewer import NOBODY
from speccomm_web.packs.ledger import (
    RELEASES,
    add_to_come,
    ledger_state,
    ledger_to_come,
    waiting_record,
)
from speccomm_web.packs.models import Pack
from speccomm_web.packs.queries import last_before, wordings_of
from speccomm_web.runs.actions import register_run
from speccomm_web.runs.background import Ending, Progress, carried_out_as
from speccomm_web.runs.library import Refusal, library

METHOD = "hes"
STEPS = 4


@carried_out_as("build_pack")
def build_pack(progress: Progress, *, pack_id: int, edition: int) -> Ending:
    """Build one edition of a pack. A build that was overtaken by a newer one changes nothing."""
    pack = Pack.objects.get(pk=pack_id)
    address = reverse("packs:pack", args=[pack.pk])
    if not _waits(pack, edition):
        return Ending("A newer build took its place.", address)
    progress("Reading the store", 0, STEPS)
    checked_against = ledger_state() if not pack.is_internal else ""
    built: DrawablePack
    if pack.is_annual:
        report = _report_request(pack)
        _, built = read_annual_report(report)
        progress("Drawing", 1, STEPS)
        folder = _drawn(report.out, built, report.formats)
    else:
        request = _request(pack)
        _, built = read_pack(request)
        progress("Drawing", 1, STEPS)
        folder = _drawn(request.out, built, request.formats)
    progress("Comparing with the pack before", 2, STEPS)
    compared = _compare(pack, folder)
    progress("Putting it in its place", 3, STEPS)
    kept = _keep(pack, folder, built, edition=edition, ledger=checked_against, compared=compared)
    done = f"The {pack.product_words} is built."
    return Ending(done if kept else "A newer build took its place.", address)


@carried_out_as("build_region_packs")
def build_region_packs(progress: Progress, *, pack_ids: list[int]) -> Ending:
    """Build the packs of all ICBs of a region: the store is opened once, what they share is asked once.

    Each is put in its place by itself, and one that stands there already is not built again.
    """
    packs = list(Pack.objects.filter(pk__in=pack_ids).order_by("pk"))
    address = reverse("packs:list")
    one = _request(packs[0])
    region = replace(one, icb=None, region=packs[0].region_code)
    progress("Reading the store", 0, len(packs) + 1)
    with open_region(region, each_icb=True) as asked, ledger_to_come() as to_come:
        for number, pack in enumerate(packs, start=1):
            pack.refresh_from_db()
            if _waits(pack, 1):
                progress(f"The pack of {pack.area_name}", number, len(packs) + 1)
                request = replace(_request(pack), releases=None if pack.is_internal else to_come)
                checked_against = ledger_state(to_come) if not pack.is_internal else ""
                _, built = pack_of(request, asked)
                folder = _drawn(request.out, built, request.formats)
                compared = _compare(pack, folder)
                _keep(pack, folder, built, edition=1, ledger=checked_against, compared=compared)
                pack.refresh_from_db()
            if not pack.is_internal and pack.folder:
                add_to_come(to_come, waiting_record(pack.folder))
    return Ending(f"The packs of {len(packs)} ICBs are built.", address)


def _waits(pack: Pack, edition: int) -> bool:
    return pack.edition == edition and pack.stage == Pack.Stage.BUILDING


def _drawn(out: Path, built: DrawablePack, formats: tuple[Format, ...]) -> Path:
    """Draw a built pack into its folder; what a publication adds to the ledger waits beside it.

    It enters the ledger only when somebody publishes it, so that the library is not asked to.
    """
    folder = write_pack_folder(out, pack_files(built, formats))
    if isinstance(built, PublicationPack):
        waiting_record(folder.name).write_text(
            json.dumps(release_of(built), ensure_ascii=False), "utf-8"
        )
    return folder


def _request(pack: Pack) -> PackRequest:
    place = library()
    internal = pack.is_internal
    return PackRequest(
        store=place.store,
        icb=pack.area_code if pack.area_kind == Pack.Kind.ICB else None,
        region=pack.area_code if pack.area_kind == Pack.Kind.REGION else None,
        from_month=FinancialMonth.parse_calendar(pack.from_month),
        to_month=FinancialMonth.parse_calendar(pack.to_month),
        out=place.packs / f"web-{pack.pk}",
        now=timezone.now(),
        reference=place.reference,
        engine=place.engine,
        formats=with_csv(Format(word) for word in pack.formats),
        sections=tuple(pack.sections),
        words=_words(pack),
        method=None if internal else METHOD,
        releases=None if internal else place.packs / RELEASES,
    )


def _report_request(pack: Pack) -> AnnualReportRequest:
    place = library()
    return AnnualReportRequest(
        store=place.store,
        year=FinancialMonth.parse_calendar(pack.from_month).year,
        out=place.packs / f"web-{pack.pk}",
        now=timezone.now(),
        icb=pack.area_code if pack.area_kind == Pack.Kind.ICB else None,
        region=pack.area_code if pack.area_kind == Pack.Kind.REGION else None,
        reference=place.reference,
        engine=place.engine,
        formats=with_csv(Format(word) for word in pack.formats),
        words=_words(pack),
    )


def _words(pack: Pack) -> tuple[SectionWords, ...]:
    return tuple(
        section_words(
            section,
            wording.text,
            written_by=wording.written_as,
            written_on=timezone.localdate(wording.written_at),
            today=timezone.localdate(),
        )
        for section, wording in sorted(wordings_of(pack).items())
    )


def _left_out(words: tuple[SectionWords, ...], built: DrawablePack) -> list[str]:
    """A sentence for each section whose words a publication does not carry, or not all."""
    shown: dict[str, set[str]] = {}
    for top in built.sections:
        for section in top.walk():
            for block in section.blocks:
                if isinstance(block, EditorWords):
                    shown.setdefault(section.id, set()).update(block.paragraphs)
    return [
        f"Of the editor’s words for {entry.section}, {len(missing)} of {len(entry.words.paragraphs)} "
        "paragraphs are left out of the publication: what they say is not in it protected."
        for entry in words
        if (missing := set(entry.words.paragraphs) - shown.get(entry.section, set()))
    ]


def _compare(pack: Pack, folder: Path) -> tuple[Pack, int] | None:
    """The pack before with the run that compares the two, None where there is nothing before."""
    before = last_before(pack)
    if before is None:
        return None
    started = time.monotonic()
    place = library()
    asked = {"before": before.pk, "after": pack.pk, pack.area_kind: pack.area_code}
    try:
        answer = pack_diff(PackDiffRequest(place.packs / before.folder, folder, timezone.now()))
    except Refusal:
        return None  # a folder that was altered or taken away has nothing to be compared with
    made = [{"cause": str(d.cause), "sentence": d.sentence} for d in answer.differences]
    schema = pa.schema([("cause", pa.string()), ("sentence", pa.string())])
    target = place.new_run("pack-diff", **asked)
    write_run(
        target, command="pack diff", arguments=asked,
        tables={"figures": answer.figures, "words": answer.words,
                "differences": pa.Table.from_pylist(made, schema=schema)},
        findings=FINDINGS_SCHEMA.empty_table(),
        manifest=RunFacts(store_version=place.store_version()).as_manifest(),
    )  # fmt: skip
    run = register_run(viewer=NOBODY, folder=target, seconds=time.monotonic() - started)
    return (before, run) if run is not None else None


def _keep(
    pack: Pack,
    folder: Path,
    built: DrawablePack,
    *,
    edition: int,
    ledger: str,
    compared: tuple[Pack, int] | None,
) -> bool:
    """Put a built edition in its place, unless a newer one was asked for meanwhile.

    Raises:  NotThroughTheDoor where a publication was asked for and something else was built.
    """
    if not pack.is_internal and not isinstance(built, PublicationPack):
        raise NotThroughTheDoor(f"pack {pack.pk} was asked for as a publication and is none")
    manifest = (folder / "manifest.json").read_bytes()
    sha256 = hashlib.sha256(manifest).hexdigest()
    titles = {top.id: top.title for top in built.sections}
    with transaction.atomic():
        mine = Pack.objects.filter(pk=pack.pk, edition=edition, stage=Pack.Stage.BUILDING)
        kept = mine.update(
            stage=Pack.Stage.READY,
            version=pack.version + 1,
            folder=folder.name,
            manifest_sha256=sha256,
            store_version=json.loads(manifest)["store_version"],
            built_at=timezone.now(),
            warnings=[*_left_out(_words(pack), built), *doubtful_numbers(built)],
            kept_sections=[name for name in titles if name in pack.sections or pack.is_annual],
            titles=titles,
            ledger=ledger,
            compared_with=compared[0] if compared else None,
            comparison_id=compared[1] if compared else None,
        )
        if kept:
            record_audit(
                viewer=NOBODY, act="built_pack", subject_kind="pack", subject=str(pack.pk),
                details={"edition": edition, "manifest": sha256},
            )  # fmt: skip
    return bool(kept)
