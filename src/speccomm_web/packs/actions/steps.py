"""What every change of a pack has in common: who acts, on which version, and what may be refused."""

from __future__ import annotations

from typing import Any

from speccomm_web.accounts.audit import record_audit
from speccomm_web.accounts.viewer import Viewer
from speccomm_web.packs.models import Pack
from speccomm_web.packs.queries import may_edit, pack_seen_by
from speccomm_web.runs.background import ask_for

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
            "You asked for this pack, or wrote words in it. Somebody else must approve it: an "
            "analyst, quality lead, planner or contract manager of its area, signed in as themselves."
        )


def acting(viewer: Viewer) -> int:
    """Who acts. Nobody acts without having signed in.

    Raises:  NotThisPack.
    """
    if viewer.person_id is None:
        raise NotThisPack
    return viewer.person_id


def editable(viewer: Viewer, pack_id: int) -> Pack:
    """A pack that this person may change. Raises NotThisPack."""
    pack = pack_seen_by(viewer, pack_id)
    if pack is None or not may_edit(viewer, pack):
        raise NotThisPack
    return pack


def refuse_while_building(pack: Pack) -> None:
    """Raise NotYet for a pack that everyone has read, or that is being built."""
    if pack.was_published:
        raise NotYet("A published pack is not changed. Ask for a new one of the same period.")
    if pack.stage == Stage.BUILDING and pack.task is not None and not pack.task.ended:
        raise NotYet("The pack is being built. Wait until it is, and then make your change.")


def claim(pack: Pack, version: int, *, expected: str, **changes: Any) -> None:
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


def rebuild(viewer: Viewer, pack: Pack, version: int) -> None:
    """Begin the next edition of a pack. Raises as `claim`."""
    claim(pack, version, expected=pack.stage, stage=Stage.BUILDING, edition=pack.edition + 1,
          approved_by=None, approved_at=None)  # fmt: skip
    pack.refresh_from_db()
    begin(viewer, pack)


def begin(viewer: Viewer, pack: Pack) -> None:
    """Ask for the task that builds a pack."""
    task = ask_for(
        viewer=viewer, kind="build_pack", title=f"Build the {pack.product_words} of {pack}",
        arguments={"pack_id": pack.pk, "edition": pack.edition},
    )  # fmt: skip
    Pack.objects.filter(pk=pack.pk).update(task_id=task)


def record(viewer: Viewer, act: str, pack: Pack, **details: object) -> None:
    """Enter an act about a pack in the audit record."""
    record_audit(viewer=viewer, act=act, subject_kind="pack", subject=str(pack.pk), details=details)
