"""Reads of packs, each from what the viewer may see."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path, PurePosixPath

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from speccomm.publishing.assembly import SECTIONS
from speccomm.publishing.leaving import INTERNAL, NOT_SUPPRESSED
from speccomm.publishing.rendering.formats import Format
from speccomm.publishing.rendering.paths import MANIFEST, PAGE, PDF, SLIDES, WORKBOOK
from speccomm_web.accounts.roles import Role
from speccomm_web.accounts.viewer import Reach, Viewer
from speccomm_web.packs.models import Comment, CommentMark, Wording
from speccomm_web.packs.models import Pack as Pack
from speccomm_web.runs.library import library
from speccomm_web.runs.queries import RunTable, run_table

EDITORS = (Role.ANALYST, Role.CONTRACT_AND_FINANCE, Role.QUALITY, Role.PLANNER)
READERS = (*EDITORS, Role.NETWORK_MANAGER)
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


def editing_role(viewer: Viewer, pack: Pack) -> Role:
    """The first of the roles by which a viewer may edit a pack.

    Raises:  StopIteration where they may not: ask `may_edit` before.
    """
    reaches = ((role, whole_reach(viewer, role)) for role in EDITORS)
    return next(r for r, at in reaches if at.covers(pack.area_code) or at.covers(pack.region_code))


def find_packs(viewer: Viewer, *, area: str, stage: str) -> QuerySet[Pack]:
    """Those of the packs seen of one area, at one stage; `stands` is whether its address shows it.

    To those who do not work on a pack it is told of only while it stands: a version that another
    took the place of, withdrawn or not, is read by nobody else.
    """
    reach = whole_reach(viewer, *READERS)
    packs = packs_seen_by(viewer).select_related("asked_by", "task").annotate(stands=_stands())
    if not reach.everything:
        inside = Q(area_code__in=reach.codes) | Q(region_code__in=reach.codes)
        packs = packs.filter(inside | Q(stands=True))
    if area:
        packs = packs.filter(area_code=area)
    return packs.filter(stage=stage) if stage else packs


def _stands() -> Q:
    """Whether a pack is published and no version after it was published at the same address."""
    later = Pack.objects.filter(address=OuterRef("address")).filter(
        Q(published_at__gt=OuterRef("published_at"))
        | Q(published_at=OuterRef("published_at"), pk__gt=OuterRef("pk"))
    )
    published = Q(stage=Pack.Stage.PUBLISHED, audience=Pack.Audience.PUBLICATION)
    return published & ~Q(Exists(later))


def areas_of_packs(viewer: Viewer) -> list[tuple[str, str]]:
    """The areas of the packs seen: code and name."""
    seen = packs_seen_by(viewer).order_by("area_name")
    return list(seen.values_list("area_code", "area_name").distinct())


def pack_seen_by(viewer: Viewer, pack_id: int) -> Pack | None:
    """One pack, or None where there is none that this viewer may see."""
    packs = packs_seen_by(viewer).select_related(
        "asked_by",
        "approved_by",
        "published_by",
        "withdrawn_by",
        "task",
        "compared_with",
        "comparison",
    )
    return packs.filter(pk=pack_id).first()


def published_pack(viewer: Viewer, address: str) -> Pack | None:
    """The newest pack that was published at an address: a withdrawn one where it was withdrawn.

    Nothing earlier comes back in the place of a withdrawn pack: it said less, or something else.
    """
    return next(iter(packs_published_at(viewer, address)), None)


def packs_published_at(viewer: Viewer, address: str) -> list[Pack]:
    """Every pack that was ever published at an address, the newest first."""
    if not viewer.signed_in:
        return []
    published = Pack.objects.filter(
        address=address,
        stage__in=[Pack.Stage.PUBLISHED, Pack.Stage.WITHDRAWN],
        audience=Pack.Audience.PUBLICATION,
    )
    people = published.select_related("approved_by", "published_by")
    return list(people.order_by("-published_at", "-pk"))


def wordings_of(pack: Pack) -> dict[str, Wording]:
    """The wording that counts of each section that has one; withdrawn ones are left out."""
    newest: dict[str, Wording] = {}
    for wording in pack.wordings.select_related("written_by").order_by("id"):
        newest[wording.section] = wording
    return {section: wording for section, wording in newest.items() if wording.text}


def comments_of(pack: Pack) -> list[Comment]:
    """What was remarked on a pack, the first first, each with who held it to be dealt with."""
    marks = Prefetch("marks", CommentMark.objects.select_related("said_by").order_by("-id"))
    return list(pack.comments.select_related("written_by").prefetch_related(marks))


def writers_of(pack: Pack) -> set[int]:
    """Who asked for a pack or ever wrote words for it: they do not approve it."""
    return {pack.asked_by_id, *pack.wordings.values_list("written_by_id", flat=True)}


def section_titles() -> dict[str, str]:
    """Every section a pack may have, with what it is called, in the order it is read."""
    return {name: part.title[:1].upper() + part.title[1:] for name, part in SECTIONS.items()}


def titles_of(pack: Pack) -> dict[str, str]:
    """What the sections of a pack are called: as it was built, or as every pack calls them."""
    return {**section_titles(), **pack.titles}


def format_names() -> list[str]:
    """The formats a pack may be written in."""
    return [str(each) for each in Format]


def is_protected(pack: Pack) -> bool:
    """Whether the built files are the ones that were kept, of a publication that went through the door.

    The manifest names the hash of every other file; a file that was altered since is not as it says.
    """
    root = library().packs / pack.folder
    try:
        manifest = (root / MANIFEST).read_bytes()
        said = json.loads(manifest)
        as_named = all(
            hashlib.sha256((root / PurePosixPath(file["path"])).read_bytes()).hexdigest()
            == file["sha256"]
            for file in said["files"]
        )
    except (OSError, ValueError):
        return False
    return (
        pack.audience == Pack.Audience.PUBLICATION
        and hashlib.sha256(manifest).hexdigest() == pack.manifest_sha256
        and said["handling"] != INTERNAL.short
        and said["suppression"] != NOT_SUPPRESSED
        and as_named
    )


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


def last_before(pack: Pack) -> Pack | None:
    """The pack that one is compared with: the last built before it, of its kind, area and audience."""
    others = Pack.objects.filter(
        area_code=pack.area_code, audience=pack.audience, product=pack.product,
        built_at__isnull=False, pk__lt=pack.pk,
    )  # fmt: skip
    return others.exclude(folder="").order_by("-pk").first()


def comparison_table(pack: Pack, name: str, *, first: int, most: int) -> RunTable | None:
    """Rows of what changed since the pack before: `figures`, `words` or `differences`."""
    return run_table(pack.comparison, name, first=first, most=most) if pack.comparison else None
