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
from speccomm.jobs.pack import PackRequest, draw_pack, read_pack
from speccomm.jobs.pack_diff import PackDiffRequest, pack_diff
from speccomm.jobs.run_folder import RunFacts, write_run
from speccomm.publishing.editing import SectionWords, doubtful_numbers, section_words
from speccomm.publishing.leaving import DrawablePack, PublicationPack
from speccomm.publishing.model import EditorWords
from speccomm.publishing.publication import release_of
from speccomm.publishing.rendering.formats import Format, with_csv
from speccomm_web.accounts.audit import record_audit
from speccomm_web.accounts.viewer import NOBODY
from speccomm_web.packs.ledger import RELEASES, ledger_state, waiting_record
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
    if pack.edition != edition or pack.stage != Pack.Stage.BUILDING:
        return Ending("A newer build took its place.", address)
    progress("Reading the store", 0, STEPS)
    request = _request(pack)
    checked_against = ledger_state() if not pack.is_internal else ""
    _, built = read_pack(request)
    progress("Drawing", 1, STEPS)
    folder = draw_pack(replace(request, releases=None), built)
    if isinstance(built, PublicationPack):
        waiting_record(folder.name).write_text(
            json.dumps(release_of(built), ensure_ascii=False), "utf-8"
        )
    progress("Comparing with the pack before", 2, STEPS)
    compared = _compare(pack, folder)
    progress("Putting it in its place", 3, STEPS)
    kept = _keep(
        pack, folder, edition=edition, ledger=checked_against, compared=compared,
        warnings=[*_left_out(request.words, built), *doubtful_numbers(built)],
        sections=[top.id for top in built.sections if top.id in pack.sections],
    )  # fmt: skip
    return Ending("The pack is built." if kept else "A newer build took its place.", address)


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
    *,
    edition: int,
    ledger: str,
    compared: tuple[Pack, int] | None,
    warnings: list[str],
    sections: list[str],
) -> bool:
    manifest = (folder / "manifest.json").read_bytes()
    sha256 = hashlib.sha256(manifest).hexdigest()
    with transaction.atomic():
        mine = Pack.objects.filter(pk=pack.pk, edition=edition, stage=Pack.Stage.BUILDING)
        kept = mine.update(
            stage=Pack.Stage.READY,
            version=pack.version + 1,
            folder=folder.name,
            manifest_sha256=sha256,
            store_version=json.loads(manifest)["store_version"],
            built_at=timezone.now(),
            warnings=warnings,
            kept_sections=sections,
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
