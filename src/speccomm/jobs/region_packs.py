"""Build the packs of all ICBs of a region: the store is opened once, what they share is asked once."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from speccomm.foundation.errors import Refusal
from speccomm.jobs.pack import PackRequest, draw_pack, open_region, pack_of
from speccomm.publishing.assembly import chosen_sections
from speccomm.publishing.editing import doubtful_numbers
from speccomm.publishing.folder import refuse_other_folders, write_beside
from speccomm.publishing.leaving import DrawablePack
from speccomm.publishing.model import Pack
from speccomm.publishing.rendering.region_index import INDEX, IndexEntry, region_index

LIST = "packs.json"
Progress = Callable[[str, int, int], None]


def no_progress(_: str, __: int, ___: int) -> None:
    """Tell nobody."""


class NotARegionFolder(Refusal):
    """A folder whose index is of something else than a region's packs."""


@dataclass(frozen=True)
class RegionPacksRequest:
    """The packs of every ICB of a region, each in a folder of its own in `pack.out`.

    `pack` says everything a single pack's request says; its `region` names the region. Packs are
    drawn beside the reading of the next where the engine may use a second thread.
    """

    pack: PackRequest
    progress: Progress = no_progress


@dataclass(frozen=True)
class RegionPacksAnswer:
    """Where the packs are, one folder for each ICB, and the page that leads to them."""

    folder: Path
    packs: tuple[Path, ...]
    warnings: tuple[str, ...] = field(default=())

    @property
    def index(self) -> Path:
        return self.folder / INDEX


def build_region_packs(request: RegionPacksRequest) -> RegionPacksAnswer:
    """Build the pack of every ICB of a region, each whole, and an index of them.

    Each folder is put in place by itself: where the work stops midway, every pack is either the
    earlier one or the new one, and the index is written last.

    Raises: as build_pack, for every folder before the first is built; NotARegionFolder.
    """
    asked_for = request.pack
    chosen_sections(asked_for.sections, asked_for.without)
    _refuse_other_index(asked_for.out)
    with open_region(asked_for, each_icb=True) as asked, _drawing(asked_for) as draw:
        requests = [
            replace(asked_for, icb=icb, region=None, out=asked_for.out / icb) for icb in asked.of
        ]
        for one in requests:
            refuse_other_folders(one.out)
        drawn: list[Drawn] = []
        entries: list[IndexEntry] = []
        warnings: list[str] = []
        for number, one in enumerate(requests, start=1):
            request.progress(f"pack of {one.icb}", number, len(requests))
            _, pack = pack_of(one, asked)
            entries.append(_entry(one, pack))
            warnings += [f"{one.icb}: {sentence}" for sentence in doubtful_numbers(pack)]
            drawn.append(draw(one, pack))
        folders = tuple(found() for found in drawn)
        region = asked.region
    folder = asked_for.out.absolute()
    listed = {
        "region_code": region.code,
        "region_name": region.name,
        "packs": [vars(e) for e in entries],
    }
    page = region_index(f"the {region.name} region", entries)
    write_beside(folder / INDEX, page.encode())
    write_beside(folder / LIST, (json.dumps(listed, indent=2, ensure_ascii=False) + "\n").encode())
    return RegionPacksAnswer(folder, folders, tuple(warnings))


Drawn = Callable[[], Path]
Draw = Callable[[PackRequest, DrawablePack], Drawn]


@contextmanager
def _drawing(request: PackRequest) -> Iterator[Draw]:
    """How packs are drawn: by a process beside this one, or here where there is one thread."""
    if request.engine.threads == 1:
        yield _drawn_here
        return
    with ProcessPoolExecutor(max_workers=1, mp_context=get_context("spawn")) as pool:
        waiting: list[Future[Path]] = []

        def draw(one: PackRequest, pack: DrawablePack) -> Drawn:
            if len(waiting) > 1:
                waiting.pop(0).result()  # two packs in hand at most, so that memory stays bounded
            waiting.append(pool.submit(draw_pack, one, pack))
            return waiting[-1].result

        yield draw


def _drawn_here(one: PackRequest, pack: DrawablePack) -> Drawn:
    folder = draw_pack(one, pack)
    return lambda: folder


def _entry(request: PackRequest, pack: Pack) -> IndexEntry:
    formats = [str(written) for written in request.formats]
    said = pack.handling
    return IndexEntry(
        str(request.icb), pack.organisation, pack.period, said.short, said.kind, formats
    )


def _refuse_other_index(folder: Path) -> None:
    """Raise NotARegionFolder where the index of something else would be overwritten."""
    if not (folder / INDEX).exists():
        return
    try:
        listed: Any = json.loads((folder / LIST).read_text("utf-8"))
    except (OSError, ValueError):
        listed = None
    if not isinstance(listed, dict) or "packs" not in listed:
        raise NotARegionFolder(
            f"{folder} has an index that is not of a region’s packs, so nothing was written there. "
            "Name a new folder, or one that the packs of a region were built in."
        )
