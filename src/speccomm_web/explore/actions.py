"""Look at single rows: each look is recorded before anything is shown."""

from __future__ import annotations

from django.db import transaction

from speccomm_web.accounts.audit import record_audit
from speccomm_web.accounts.viewer import Viewer
from speccomm_web.explore.queries.opening import Opened
from speccomm_web.explore.queries.records import Slice, SliceRows, Walk, rows_of, walk_of

__all__ = ["NotYours", "look_at_row", "look_at_rows"]


class NotYours(Exception):
    """Rows of a place whose records this viewer may not see, or a row that is not there."""

    def __init__(self) -> None:
        super().__init__("There is no such row that you may see.")


def look_at_rows(*, viewer: Viewer, opened: Opened, asked: Slice, first: int) -> SliceRows:
    """See some rows of a slice, and record that they were seen.

    Raises:  NotYours where the viewer's roles at the place show figures only.
    """
    if not opened.place.sees_records:
        raise NotYours
    found = rows_of(opened, asked, first=first)
    _record(viewer, opened, asked, rows_shown=len(found.rows), first_row=first)
    return found


def look_at_row(
    *, viewer: Viewer, opened: Opened, asked: Slice, file_name: str, row_number: int
) -> Walk:
    """See one row and why it is whose, and record that it was seen.

    Raises:  NotYours where there is no such row that the viewer may see.
    """
    if not opened.place.sees_records:
        raise NotYours
    walk = walk_of(opened, asked, file_name=file_name, row_number=row_number)
    if walk is None:
        raise NotYours
    _record(viewer, opened, asked, rows_shown=1, file_name=file_name, row_number=row_number)
    return walk


def _record(viewer: Viewer, opened: Opened, asked: Slice, **details: str | int) -> None:
    with transaction.atomic():
        record_audit(
            viewer=viewer,
            act="saw_records",
            subject_kind="slice",
            subject=f"{asked.dataset} {asked.provider} {asked.month}",
            details={
                "place": opened.place.code,
                "store_version": opened.held.version,
                "service": asked.service,
                **details,
            },
        )
