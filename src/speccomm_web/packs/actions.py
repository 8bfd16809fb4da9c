"""Every change of a pack and every decision about one: one transaction each, with its audit entry."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone

from speccomm.publishing.editing import BadWords, section_words
from speccomm_web.accounts.audit import record_audit
from speccomm_web.accounts.viewer import Viewer
from speccomm_web.packs.ledger import enter_in_ledger, ledger_state
from speccomm_web.packs.models import Comment, Pack, Wording
from speccomm_web.packs.queries import (
    areas_asked_by,
    format_names,
    loaded_months,
    may_edit,
    may_read_inside,
    pack_seen_by,
    section_titles,
    wordings_of,
    writers_of,
)
from speccomm_web.runs.background import ask_for

__all__ = [
    "BadWords",
    "ChangedMeanwhile",
    "NotAsked",
    "NotThisPack",
    "NotYet",
    "YourOwnPack",
    "approve",
    "ask_for_pack",
    "build_again",
    "comment",
    "publish",
    "record_reading",
    "write_words",
]
Stage = Pack.Stage


class NotThisPack(Exception):
    """A pack that is not there, or that this person may not change."""


class ChangedMeanwhile(Exception):
    """Somebody else changed the pack after the page was opened."""


class NotAsked(Exception):
    """A pack that cannot be asked for as the form has it."""


class NotYet(Exception):
    """A step that the pack's stage does not allow."""


class YourOwnPack(Exception):
    """Approval by somebody who asked for the pack or wrote in it."""

    def __init__(self) -> None:
        super().__init__(
            "You asked for this pack, or wrote words in it. Somebody else must approve it."
        )


def ask_for_pack(
    *,
    viewer: Viewer,
    area: str,
    from_month: str,
    to_month: str,
    audience: str,
    sections: Sequence[str],
    formats: Sequence[str],
) -> int:
    """Ask for a pack and begin to build it. Returns its id.

    Raises:  NotAsked for an area, month, section or format that this person may not ask for.
    """
    place = next((a for a in areas_asked_by(viewer) if a.code == area), None)
    months = loaded_months()
    if place is None:
        raise NotAsked("You may not ask for a pack of that area.")
    if from_month not in months or to_month not in months or to_month < from_month:
        raise NotAsked("Choose a period that ends after it begins, of months that are loaded.")
    chosen = [name for name in section_titles() if name in sections]
    written = [name for name in format_names() if name in formats]
    if not chosen or "html" not in written:
        raise NotAsked("Choose at least one section, and the page among the formats.")
    with transaction.atomic():
        pack = Pack.objects.create(
            area_kind=place.kind,
            area_code=place.code,
            area_name=place.name,
            region_code=place.region_code,
            from_month=from_month,
            to_month=to_month,
            audience=Pack.Audience(audience),
            sections=chosen,
            formats=written,
            asked_by_id=_person(viewer),
        )
        _begin(viewer, pack)
        _record(viewer, "asked_for_pack", pack, area=place.code, from_month=from_month,
                to_month=to_month, audience=audience, sections=chosen)  # fmt: skip
    return pack.pk


def build_again(*, viewer: Viewer, pack_id: int, version: int) -> None:
    """Build a pack anew from the store as it is now; an approval is taken back by it.

    Raises:  NotThisPack, ChangedMeanwhile; NotYet for a published pack or while one is built.
    """
    pack = _editable(viewer, pack_id)
    _refuse_while_building(pack)
    with transaction.atomic():
        _rebuild(viewer, pack, version)
        _record(viewer, "built_pack_again", pack, edition=pack.edition + 1)


def write_words(
    *, viewer: Viewer, pack_id: int, version: int, section: str, text: str, written_as: str
) -> None:
    """Put an editor's words at the head of a section, or take them away, and build the pack again.

    Raises:  NotThisPack, ChangedMeanwhile, NotYet; BadWords for words a pack cannot carry.
    """
    pack = _editable(viewer, pack_id)
    if section not in pack.present:
        raise NotThisPack
    _refuse_while_building(pack)
    text, today = text.strip(), timezone.localdate()
    if text:
        section_words(section, text, written_by=written_as, written_on=today, today=today)
    elif section not in wordings_of(pack):
        raise BadWords("There are no words to keep: write some.")
    with transaction.atomic():
        _rebuild(viewer, pack, version)
        Wording.objects.create(
            pack=pack, section=section, text=text, written_as=written_as,
            written_by_id=_person(viewer),
        )  # fmt: skip
        act = "wrote_words" if text else "took_words_away"
        _record(viewer, act, pack, section=section, characters=len(text))


def comment(*, viewer: Viewer, pack_id: int, section: str, text: str) -> None:
    """Remark on a section of a pack. Raises NotThisPack."""
    pack = pack_seen_by(viewer, pack_id)
    if pack is None or not may_read_inside(viewer, pack) or section not in pack.present:
        raise NotThisPack
    with transaction.atomic():
        said = Comment.objects.create(
            pack=pack, section=section, text=text, edition=pack.edition,
            written_by_id=_person(viewer),
        )  # fmt: skip
        _record(viewer, "commented", pack, section=section, comment=said.pk)


def approve(*, viewer: Viewer, pack_id: int, version: int) -> None:
    """Approve a pack as it is built now.

    Raises:  NotThisPack, ChangedMeanwhile, NotYet; YourOwnPack for one's own work.
    """
    pack = _editable(viewer, pack_id)
    if viewer.person_id in writers_of(pack):
        raise YourOwnPack
    with transaction.atomic():
        # Words written since then have raised the version, so that this finds no pack to approve.
        _claim(pack, version, stage=Stage.APPROVED, approved_by_id=viewer.person_id,
               approved_at=timezone.now(), expected=Stage.READY)  # fmt: skip
        _record(viewer, "approved_pack", pack, edition=pack.edition, manifest=pack.manifest_sha256)


def publish(*, viewer: Viewer, pack_id: int, version: int) -> str:
    """Publish an approved publication at its address, and enter it in the ledger. Returns the address.

    Raises:  NotThisPack, ChangedMeanwhile; NotYet for an internal pack, one that is not approved,
             and one checked against a ledger that has changed since.
    """
    pack = _editable(viewer, pack_id)
    if pack.is_internal:
        raise NotYet("An internal pack is not published: small numbers in it are not suppressed.")
    address = f"{pack.area_code}-{pack.from_month}-{pack.to_month}".lower()
    with transaction.atomic():
        _claim(pack, version, stage=Stage.PUBLISHED, published_by_id=viewer.person_id,
               published_at=timezone.now(), address=address, expected=Stage.APPROVED)  # fmt: skip
        _record(viewer, "published_pack", pack, address=address, manifest=pack.manifest_sha256)
        # The head of the audit chain is held from here: no other pack is published meanwhile.
        if ledger_state() != pack.ledger:
            raise NotYet(
                "Another pack was published since this one was built. Build it again, so that "
                "the two are checked against each other, and have it approved again."
            )
        enter_in_ledger(pack.folder)
    return address


def record_reading(*, viewer: Viewer, pack_id: int, path: str) -> None:
    """Record that somebody opened an unsuppressed pack, or took it away as a file."""
    with transaction.atomic():
        record_audit(
            viewer=viewer, act="read_internal_pack", subject_kind="pack", subject=str(pack_id),
            details={"file": path},
        )  # fmt: skip


def _person(viewer: Viewer) -> int:
    """Who acts. Nobody acts without having signed in."""
    if viewer.person_id is None:
        raise NotThisPack
    return viewer.person_id


def _editable(viewer: Viewer, pack_id: int) -> Pack:
    pack = pack_seen_by(viewer, pack_id)
    if pack is None or not may_edit(viewer, pack):
        raise NotThisPack
    return pack


def _refuse_while_building(pack: Pack) -> None:
    if pack.stage == Stage.PUBLISHED:
        raise NotYet("A published pack is not changed. Ask for a new one of the same period.")
    if pack.stage == Stage.BUILDING and pack.task is not None and not pack.task.ended:
        raise NotYet("The pack is being built. Wait until it is, and then make your change.")


def _claim(pack: Pack, version: int, *, expected: str, **changes: Any) -> None:
    """Change a pack that is still as the page showed it.

    Raises:  ChangedMeanwhile where it is another version; NotYet where it is at another stage.
    """
    changed = Pack.objects.filter(pk=pack.pk, version=version, stage=expected).update(
        version=version + 1, **changes
    )
    if changed:
        return
    if Pack.objects.filter(pk=pack.pk, version=version).exists():
        raise NotYet(f"Only a pack that is {Stage(expected).label.lower()} allows that step.")
    raise ChangedMeanwhile


def _rebuild(viewer: Viewer, pack: Pack, version: int) -> None:
    _claim(pack, version, expected=pack.stage, stage=Stage.BUILDING, edition=pack.edition + 1,
           approved_by=None, approved_at=None)  # fmt: skip
    pack.refresh_from_db()
    _begin(viewer, pack)


def _begin(viewer: Viewer, pack: Pack) -> None:
    task = ask_for(
        viewer=viewer, kind="build_pack", title=f"Build the pack of {pack}",
        arguments={"pack_id": pack.pk, "edition": pack.edition},
    )  # fmt: skip
    Pack.objects.filter(pk=pack.pk).update(task_id=task)


def _record(viewer: Viewer, act: str, pack: Pack, **details: object) -> None:
    record_audit(viewer=viewer, act=act, subject_kind="pack", subject=str(pack.pk), details=details)
