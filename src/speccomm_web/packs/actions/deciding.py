"""Decide about a pack: build it again, approve, publish, withdraw."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from speccomm_web.accounts.viewer import Viewer
from speccomm_web.packs.actions.steps import (
    NotYet,
    Stage,
    YourOwnPack,
    acting,
    claim,
    editable,
    rebuild,
    record,
    refuse_while_building,
)
from speccomm_web.packs.ledger import enter_in_ledger, ledger_state
from speccomm_web.packs.queries import editing_role, is_protected, writers_of

__all__ = ["approve", "build_again", "publish", "withdraw"]


def build_again(*, viewer: Viewer, pack_id: int, version: int) -> None:
    """Build a pack anew from the store as it is now; an approval is taken back by it.

    Raises:  NotThisPack, ChangedMeanwhile; NotYet for a published pack or while one is built.
    """
    pack = editable(viewer, pack_id)
    refuse_while_building(pack)
    with transaction.atomic():
        rebuild(viewer, pack, version)
        record(viewer, "built_pack_again", pack, edition=pack.edition)


def approve(*, viewer: Viewer, pack_id: int, version: int) -> None:
    """Approve a pack as it is built now.

    Raises:  NotThisPack, ChangedMeanwhile, NotYet; YourOwnPack for one's own work.
    """
    pack = editable(viewer, pack_id)
    if viewer.person_id in writers_of(pack):
        raise YourOwnPack
    with transaction.atomic():
        # Words written since then have raised the version, so that this finds no pack to approve.
        claim(pack, version, stage=Stage.APPROVED, approved_by_id=viewer.person_id,
              approved_at=timezone.now(), expected=Stage.READY)  # fmt: skip
        record(viewer, "approved_pack", pack, edition=pack.edition, manifest=pack.manifest_sha256)


def publish(*, viewer: Viewer, pack_id: int, version: int) -> str:
    """Publish an approved publication at its address, and enter it in the ledger. Returns the address.

    Raises:  NotThisPack, ChangedMeanwhile; NotYet for an internal pack, one that is not approved,
             one whose files are not the protected ones that were approved, and one checked against
             a ledger that has changed since.
    """
    pack = editable(viewer, pack_id)
    if pack.is_internal:
        raise NotYet("An internal pack is not published: small numbers in it are not suppressed.")
    address = f"{pack.area_code}-{pack.from_month}-{pack.to_month}".lower()
    with transaction.atomic():
        claim(pack, version, stage=Stage.PUBLISHED, published_by_id=viewer.person_id,
              published_at=timezone.now(), address=address, expected=Stage.APPROVED)  # fmt: skip
        record(viewer, "published_pack", pack, address=address, manifest=pack.manifest_sha256)
        if not is_protected(pack):
            raise NotYet(
                "The files of this pack are not the protected ones that were approved, so nothing "
                "was published. Build it again and have it approved again."
            )
        # The head of the audit chain is held from here: no other pack is published meanwhile.
        if ledger_state() != pack.ledger:
            raise NotYet(
                "What was published is not what this pack was checked against. Where it was built "
                "with the other ICBs of its region, publish those that stand before it first. "
                "Otherwise build it again, so that it is checked against what was published since, "
                "and have it approved again."
            )
        enter_in_ledger(pack.folder)
    return address


def withdraw(*, viewer: Viewer, pack_id: int, version: int, because: str) -> None:
    """Take a published pack away from its readers; the address says that it was, when and by which role.

    The ledger keeps what everyone has seen. Nothing earlier takes its place at the address.

    Raises:  NotThisPack, ChangedMeanwhile; NotYet for a pack that is not published.
    """
    pack = editable(viewer, pack_id)
    role = editing_role(viewer, pack)
    with transaction.atomic():
        claim(pack, version, stage=Stage.WITHDRAWN, withdrawn_by_id=acting(viewer),
              withdrawn_at=timezone.now(), withdrawn_as=role.value,
              withdrawn_because=because.strip(), expected=Stage.PUBLISHED)  # fmt: skip
        record(viewer, "withdrew_pack", pack, address=pack.address, role=role.value,
               because_characters=len(because.strip()))  # fmt: skip
