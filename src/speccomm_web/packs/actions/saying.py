"""What people say about a pack: an editor's words, comments and whether they are dealt with, readings."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from speccomm.publishing.editing import BadWords, section_words
from speccomm_web.accounts.audit import record_audit
from speccomm_web.accounts.viewer import Viewer
from speccomm_web.packs.actions.steps import (
    NotThisPack,
    NotYet,
    acting,
    editable,
    rebuild,
    record,
    refuse_while_building,
)
from speccomm_web.packs.models import Comment, CommentMark, Wording
from speccomm_web.packs.queries import may_read_inside, pack_seen_by, wordings_of

__all__ = ["BadWords", "comment", "record_reading", "settle_comment", "write_words"]


def write_words(
    *, viewer: Viewer, pack_id: int, version: int, section: str, text: str, written_as: str
) -> None:
    """Put an editor's words at the head of a section, or take them away, and build the pack again.

    Raises:  NotThisPack, ChangedMeanwhile, NotYet; BadWords for words a pack cannot carry.
    """
    pack = editable(viewer, pack_id)
    if section not in pack.present:
        raise NotThisPack
    refuse_while_building(pack)
    text, today = text.strip(), timezone.localdate()
    if text:
        section_words(section, text, written_by=written_as, written_on=today, today=today)
    elif section not in wordings_of(pack):
        raise BadWords("There are no words to keep: write some.")
    with transaction.atomic():
        rebuild(viewer, pack, version)
        Wording.objects.create(
            pack=pack, section=section, text=text, written_as=written_as,
            written_by_id=acting(viewer),
        )  # fmt: skip
        act = "wrote_words" if text else "took_words_away"
        record(viewer, act, pack, section=section, characters=len(text))


def comment(*, viewer: Viewer, pack_id: int, section: str, text: str) -> None:
    """Remark on a section of a pack. Raises NotThisPack."""
    pack = pack_seen_by(viewer, pack_id)
    if pack is None or not may_read_inside(viewer, pack) or section not in pack.present:
        raise NotThisPack
    with transaction.atomic():
        said = Comment.objects.create(
            pack=pack, section=section, text=text, edition=pack.edition,
            written_by_id=acting(viewer),
        )  # fmt: skip
        record(viewer, "commented", pack, section=section, comment=said.pk)


def settle_comment(*, viewer: Viewer, pack_id: int, comment_id: int, resolved: bool) -> None:
    """Hold a comment to be dealt with, or open it again. Nothing of what was said is lost.

    Raises:  NotThisPack for no such comment; NotYet where it is so already.
    """
    pack = pack_seen_by(viewer, pack_id)
    if pack is None or not may_read_inside(viewer, pack):
        raise NotThisPack
    with transaction.atomic():
        said = Comment.objects.select_for_update().filter(pack=pack, pk=comment_id).first()
        if said is None:
            raise NotThisPack
        last = said.marks.order_by("-id").first()
        if resolved == (last is not None and last.resolved):
            already = "resolved" if resolved else "open"
            raise NotYet(f"That comment is {already} already: somebody else was quicker.")
        CommentMark.objects.create(comment=said, resolved=resolved, said_by_id=acting(viewer))
        act = "resolved_comment" if resolved else "reopened_comment"
        record(viewer, act, pack, section=said.section, comment=said.pk)


def record_reading(*, viewer: Viewer, pack_id: int, path: str) -> None:
    """Record that somebody opened an unsuppressed pack, or took it away as a file."""
    with transaction.atomic():
        record_audit(
            viewer=viewer, act="read_internal_pack", subject_kind="pack", subject=str(pack_id),
            details={"file": path},
        )  # fmt: skip
