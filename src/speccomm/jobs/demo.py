"""The demonstration: synthetic files and reference, loaded twice, and one ICB's pack."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from speccomm.activity.areas import area_on
from speccomm.engines import open_duckdb
from speccomm.foundation.errors import Refusal
from speccomm.foundation.periods import FinancialMonth, FinancialYear
from speccomm.foundation.rulebook import read_rulebook
from speccomm.jobs.evidence import (
    EvidenceImportAnswer,
    EvidenceImportRequest,
    import_evidence,
)
from speccomm.jobs.flows import last_day
from speccomm.jobs.keys import NewKeyRequest, new_key
from speccomm.jobs.load import LoadAnswer, LoadRequest, load
from speccomm.jobs.pack import PackAnswer, PackRequest, build_pack
from speccomm.jobs.reading import organisation_map
from speccomm.jobs.settings import EngineSettings
from speccomm.publishing.rendering.formats import Format
from speccomm.reference import open_reference
from speccomm.synthetic import Generated, generate
from speccomm.synthetic.evidence import write_evidence

Progress = Callable[[str, int, int], None]

MARK = ".speccomm-demo"
FROM_MONTH = FinancialMonth(FinancialYear(2023), 1)
TO_MONTH = FinancialMonth(FinancialYear(2023), 9)
PACK_FORMATS = (Format.HTML, Format.CSV)  # the others are a `pack build` away and slower to draw
GENERATOR_MEMORY_MIB = 3072  # the largest data set is put in order in memory


class NotADemonstrationFolder(Refusal):
    """A folder that holds something other than a demonstration, so it is left alone."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        super().__init__(
            f"{folder} holds something that no demonstration made, so nothing was written there. "
            "Name a new folder with --dir, or one that an earlier demonstration left."
        )


def no_progress(_: str, __: int, ___: int) -> None:
    """Tell nobody."""


@dataclass(frozen=True)
class DemoRequest:
    """Where to make the demonstration, how large, and whose pack.

    `scale` 1.0 reproduces the published Midlands table; `seed` decides everything made up but the
    key, which is new each time. `now` is printed in the pack.
    """

    folder: Path
    icb: str
    now: datetime
    scale: float = 1.0
    seed: int = 2324
    command: str = ""
    settings: EngineSettings = field(default_factory=EngineSettings)
    progress: Progress = no_progress


@dataclass(frozen=True)
class DemoAnswer:
    """What was made: the files, the loads (the earlier first, where there is one), the pack, and
    the evidence of services that went into it."""

    folder: Path
    generated: Generated
    loads: tuple[LoadAnswer, ...]
    pack: PackAnswer
    evidence: EvidenceImportAnswer

    @property
    def page(self) -> Path:
        return self.pack.page


def demo(request: DemoRequest) -> DemoAnswer:
    """Make the demonstration folder: submissions/, reference/, evidence/, store/ and packs/.

    The pack is a page and its tables as CSV. An earlier demonstration in the folder is replaced. What three trusts had sent a month before is
    loaded first and then the whole submission, so that slices have a history. One load is planted
    to hold fewer rows than before, yet not so few that it would stop.

    Raises:  NotADemonstrationFolder where the folder holds anything else; UnknownArea for an ICB
             that is not on the map; NotAScale for a scale out of range.
    """
    _refuse_unknown_icb(request.icb)
    _clear(request.folder)
    generated = _generate(request)
    key_file = request.folder / "key"
    new_key(NewKeyRequest(key_file))
    times = read_rulebook("synthetic/midlands").rules["submission"]
    loads = tuple(
        load(
            LoadRequest(
                files=files,
                store=request.folder / "store",
                reference=generated.reference,
                key_file=key_file,
                received_at=datetime.fromisoformat(times[received_at]).astimezone(UTC),
                now=request.now,
                command=request.command,
                settings=request.settings,
                progress=request.progress,
            )
        )
        for files, received_at in (
            (generated.earlier, "earlier_received_at"),
            (generated.files, "received_at"),
        )
        if files
    )
    evidence = _evidence(request, datetime.fromisoformat(times["received_at"]).astimezone(UTC))
    request.progress("building the pack", 0, 0)
    pack = build_pack(
        PackRequest(
            store=request.folder / "store",
            icb=request.icb,
            from_month=FROM_MONTH,
            to_month=TO_MONTH,
            out=request.folder / "packs" / request.icb,
            now=request.now,
            reference=generated.reference,
            engine=request.settings,
            formats=PACK_FORMATS,
        )
    )
    return DemoAnswer(request.folder, generated, loads, pack, evidence)


def _evidence(request: DemoRequest, received_at: datetime) -> EvidenceImportAnswer:
    """Write made-up evidence of every service and bring it in with the last load."""
    request.progress("bringing in evidence", 0, 0)
    files = write_evidence(request.folder / "evidence", seed=request.seed)
    return import_evidence(
        EvidenceImportRequest(
            store=request.folder / "store",
            files=tuple(files),
            now=request.now,
            command=request.command,
            reference=request.folder / "reference",
            received_at=received_at,
        )
    )


def _refuse_unknown_icb(icb: str) -> None:
    """Find the ICB before a minute's work, not after."""
    on = last_day(TO_MONTH)
    places = organisation_map(open_reference(None), on=on)
    area_on(places.commissioners, places.providers, on=on, icb=icb)


def _clear(folder: Path) -> None:
    """Leave an empty, marked folder, replacing an earlier demonstration and nothing else."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        if not (folder / MARK).is_file():
            raise NotADemonstrationFolder(folder)
        for name in ("submissions", "reference", "evidence", "store", "packs"):
            shutil.rmtree(folder / name, ignore_errors=True)
        (folder / "key").unlink(missing_ok=True)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / MARK).write_text("Made by speccomm demo, and replaced by the next.\n")


def _generate(request: DemoRequest) -> Generated:
    connection = open_duckdb(
        memory_limit_mib=max(request.settings.memory_limit_mib, GENERATOR_MEMORY_MIB),
        threads=request.settings.threads,
        temp_directory=request.folder / ".spill",
        preserve_insertion_order=True,
    )
    try:
        return generate(
            connection,
            request.folder,
            scale=request.scale,
            seed=request.seed,
            progress=request.progress,
        )
    finally:
        connection.disconnect()
        shutil.rmtree(request.folder / ".spill", ignore_errors=True)
