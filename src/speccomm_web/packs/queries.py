"""Reads of packs, each from what the viewer may see; and what a pack may be asked of."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path, PurePosixPath

from django.db.models import Q, QuerySet

from speccomm.foundation.periods import FinancialMonth, FinancialYear
from speccomm.publishing.assembly import SECTIONS
from speccomm.publishing.rendering.formats import Format
from speccomm.publishing.rendering.paths import MANIFEST, PAGE, PDF, SLIDES, WORKBOOK
from speccomm.reference import commissioner_map, open_reference
from speccomm.warehouse import open_store
from speccomm_web.accounts.roles import Role
from speccomm_web.accounts.viewer import Reach, Viewer
from speccomm_web.packs.models import Comment, Wording
from speccomm_web.packs.models import Pack as Pack
from speccomm_web.runs.library import Refusal, library
from speccomm_web.runs.queries import RunTable, run_table

EDITORS = (Role.ANALYST, Role.CONTRACT_AND_FINANCE, Role.QUALITY, Role.PLANNER)
READERS = (*EDITORS, Role.NETWORK_MANAGER)
DATASET = "plcm"  # what a pack's activity is counted from
MAIN_FILES = {"html": PAGE, "pdf": PDF, "xlsx": WORKBOOK, "pptx": SLIDES}
STYLE = re.compile(rb"<style>(.*?)</style>", re.DOTALL)
MEDIA = {
    ".html": "text/html; charset=utf-8",
    ".csv": "text/csv; charset=utf-8",
    ".json": "application/json",
    ".txt": "text/plain; charset=utf-8",
    ".pdf": "application/pdf",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
}


@dataclass(frozen=True)
class AreaChoice:
    """An ICB or region that a pack may be asked of, and the region it is (in)."""

    kind: str
    code: str
    name: str
    region_code: str


@dataclass(frozen=True)
class PackFile:
    """One file of a pack: its content, media type, and what its page may load."""

    name: str
    content: bytes
    media_type: str
    policy: str
    as_attachment: bool


def whole_reach(viewer: Viewer, *roles: Role) -> Reach:
    """Where some roles are held for every service: a pack tells of all services at once."""
    held = [s for s in viewer.scopes if s.role in roles and s.service_codes is None]
    if any(scope.organisation_code is None for scope in held):
        return Reach(everything=True)
    return Reach(codes=frozenset(s.organisation_code for s in held if s.organisation_code))


def packs_seen_by(viewer: Viewer) -> QuerySet[Pack]:
    """Published packs for whoever has signed in; the rest for those entitled to its area."""
    if not viewer.signed_in:
        return Pack.objects.none()
    reach = whole_reach(viewer, *READERS)
    if reach.everything:
        return Pack.objects.all()
    published = Q(stage=Pack.Stage.PUBLISHED, audience=Pack.Audience.PUBLICATION)
    return Pack.objects.filter(
        published | Q(area_code__in=reach.codes) | Q(region_code__in=reach.codes)
    )


def may_read_inside(viewer: Viewer, pack: Pack) -> bool:
    """Whether a viewer may read a pack before, or without, its publication."""
    reach = whole_reach(viewer, *READERS)
    return reach.covers(pack.area_code) or reach.covers(pack.region_code)


def may_edit(viewer: Viewer, pack: Pack) -> bool:
    """Whether a viewer may word, approve and publish a pack."""
    reach = whole_reach(viewer, *EDITORS)
    return reach.covers(pack.area_code) or reach.covers(pack.region_code)


def find_packs(viewer: Viewer, *, area: str, stage: str) -> QuerySet[Pack]:
    """Those of the packs seen of one area, at one stage."""
    packs = packs_seen_by(viewer).select_related("asked_by", "task")
    if area:
        packs = packs.filter(area_code=area)
    return packs.filter(stage=stage) if stage else packs


def areas_of_packs(viewer: Viewer) -> list[tuple[str, str]]:
    """The areas of the packs seen: code and name."""
    seen = packs_seen_by(viewer).order_by("area_name")
    return list(seen.values_list("area_code", "area_name").distinct())


def pack_seen_by(viewer: Viewer, pack_id: int) -> Pack | None:
    """One pack, or None where there is none that this viewer may see."""
    packs = packs_seen_by(viewer).select_related(
        "asked_by", "approved_by", "published_by", "task", "compared_with", "comparison"
    )
    return packs.filter(pk=pack_id).first()


def published_pack(viewer: Viewer, address: str) -> Pack | None:
    """The newest published pack of an address."""
    if not viewer.signed_in:
        return None
    published = Pack.objects.filter(address=address, stage=Pack.Stage.PUBLISHED)
    published = published.filter(audience=Pack.Audience.PUBLICATION)
    return published.select_related("approved_by", "published_by").order_by("-published_at").first()


def wordings_of(pack: Pack) -> dict[str, Wording]:
    """The wording that counts of each section that has one; withdrawn ones are left out."""
    newest: dict[str, Wording] = {}
    for wording in pack.wordings.select_related("written_by").order_by("id"):
        newest[wording.section] = wording
    return {section: wording for section, wording in newest.items() if wording.text}


def comments_of(pack: Pack) -> list[Comment]:
    """What was remarked on a pack, the first first."""
    return list(pack.comments.select_related("written_by"))


def writers_of(pack: Pack) -> set[int]:
    """Who asked for a pack or ever wrote words for it: they do not approve it."""
    return {pack.asked_by_id, *pack.wordings.values_list("written_by_id", flat=True)}


def section_titles() -> dict[str, str]:
    """Every section a pack may have, with what it is called, in the order it is read."""
    return {name: part.title[:1].upper() + part.title[1:] for name, part in SECTIONS.items()}


def format_names() -> list[str]:
    """The formats a pack may be written in."""
    return [str(each) for each in Format]


def pack_file(pack: Pack, path: str) -> PackFile | None:
    """One file of a built pack, if the pack's own manifest names it; None for anything else.

    What the address asks for is only ever looked up in the manifest, never walked to.
    """
    if not pack.folder:
        return None
    root = library().packs / pack.folder
    named = _manifest_paths(root / MANIFEST)
    if path not in named and path != MANIFEST:
        return None
    try:
        content = (root / PurePosixPath(path)).read_bytes()
    except OSError:
        return None
    suffix = PurePosixPath(path).suffix
    return PackFile(
        name=f"{pack.area_code.lower()}-{pack.from_month}-{pack.to_month}-{PurePosixPath(path).name}",
        content=content,
        media_type=MEDIA.get(suffix, "application/octet-stream"),
        policy=_policy(content if suffix == ".html" else b""),
        as_attachment=suffix not in {".html", ".txt"},
    )


def files_of(pack: Pack) -> list[str]:
    """The paths of every file of a built pack, its manifest among them."""
    if not pack.folder:
        return []
    named = _manifest_paths(library().packs / pack.folder / MANIFEST)
    return sorted({*named, MANIFEST}) if named else []


def main_files(pack: Pack) -> dict[str, str]:
    """The pack as a whole in each format it was written in: format and path."""
    named = set(files_of(pack))
    return {word: path for word, path in MAIN_FILES.items() if path in named}


def _manifest_paths(manifest: Path) -> frozenset[str]:
    try:
        changed = manifest.stat().st_mtime_ns
    except OSError:
        return frozenset()
    return _paths(manifest, changed)


@lru_cache(maxsize=64)
def _paths(manifest: Path, changed: int) -> frozenset[str]:
    """The files that a manifest names; `changed` makes a new one be read again."""
    del changed
    files = json.loads(manifest.read_text("utf-8"))["files"]
    return frozenset(str(file["path"]) for file in files)


def _policy(page: bytes) -> str:
    """The content policy of one file: nothing runs, nothing is fetched but what lies beside it.

    Its own style is admitted by its hash, so that no other would be.
    """
    hashes = [
        f"'sha256-{base64.b64encode(hashlib.sha256(found).digest()).decode()}'"
        for found in STYLE.findall(page)
    ]
    return "; ".join(
        (
            "default-src 'none'",
            f"style-src {' '.join(hashes) or chr(39) + 'none' + chr(39)}",
            "img-src 'self' data:",
            "font-src 'self' data:",
            "form-action 'none'",
            "frame-ancestors 'none'",
            "base-uri 'none'",
        )
    )


def areas_asked_by(viewer: Viewer) -> list[AreaChoice]:
    """The ICBs and regions of which a viewer may ask for a pack, on the map of the newest month."""
    months = loaded_months()
    if not months:
        return []
    place = library()
    last = FinancialMonth.parse_calendar(months[-1])
    reach = whole_reach(viewer, *EDITORS)
    found = _areas(place.reference, _changed(place.reference), last)
    return [a for a in found if reach.covers(a.code) or reach.covers(a.region_code)]


@lru_cache(maxsize=8)
def _areas(reference: Path | None, changed: int, last: FinancialMonth) -> tuple[AreaChoice, ...]:
    del changed
    on = last.from_date
    rows = commissioner_map(open_reference(reference), on=on).to_pylist()
    icbs, regions = {}, {}
    for row in rows:
        if row["icb_code"] and row["region_code"]:
            named = (row["icb_code"], row["icb_name"] or row["icb_code"], row["region_code"])
            icbs[row["icb_code"]] = AreaChoice("icb", *named)
            region = (row["region_code"], row["region_name"] or row["region_code"])
            regions[row["region_code"]] = AreaChoice("region", *region, row["region_code"])
    return (*_by_name(regions.values()), *_by_name(icbs.values()))


def _by_name(areas: Iterable[AreaChoice]) -> list[AreaChoice]:
    return sorted(areas, key=lambda area: area.name)


def _changed(folder: Path | None) -> int:
    files = sorted(folder.iterdir()) if folder is not None else []
    return max((file.stat().st_mtime_ns for file in files), default=0)


def loaded_months() -> list[str]:
    """The months of which activity is loaded, written 2023-04, the first first."""
    version = library().store_version()
    return list(_months(library().store, version)) if version is not None else []


@lru_cache(maxsize=8)
def _months(store: Path, version: int) -> tuple[str, ...]:
    try:
        snapshot = open_store(store).snapshot(version=version)
    except Refusal:
        return ()
    try:
        rows = snapshot.slices().select(["dataset", "financial_year", "financial_month"])
    finally:
        snapshot.release()
    found = {
        str(FinancialMonth(FinancialYear.parse(row["financial_year"]), row["financial_month"]))
        for row in rows.to_pylist()
        if row["dataset"] == DATASET and 1 <= row["financial_month"] <= 12
    }
    return tuple(sorted(found))


def last_before(pack: Pack) -> Pack | None:
    """The pack that one is compared with: the last built before it, of its area and audience."""
    others = Pack.objects.filter(
        area_code=pack.area_code, audience=pack.audience, built_at__isnull=False, pk__lt=pack.pk
    )
    return others.exclude(folder="").order_by("-pk").first()


def comparison_table(pack: Pack, name: str, *, first: int, most: int) -> RunTable | None:
    """Rows of what changed since the pack before: `figures`, `words` or `differences`."""
    return run_table(pack.comparison, name, first=first, most=most) if pack.comparison else None
