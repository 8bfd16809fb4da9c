"""The two kinds of pack that may be drawn: one stamped as internal, one protected for everyone.

A plain `Pack` is neither, and renderers take none. A pack becomes internal only with words of
handling that say it is unsuppressed, and a publication only with tables that came through the door.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import InitVar, dataclass, field
from typing import Any

from speccomm.publishing.model import Cell, Handling, Pack, PackTable
from speccomm.publishing.suppression import NotThroughTheDoor

INTERNAL = Handling(
    "Internal use only. Small numbers are not suppressed. Do not publish.",
    "This pack is for people in the NHS who are entitled to unsuppressed figures. It must not be "
    "published or passed on outside, because small numbers in it could point to a person.",
    "INTERNAL USE ONLY - NOT SUPPRESSED",
)
NOT_SUPPRESSED = "none"
_SEAL = object()


@dataclass(frozen=True)
class InternalPack(Pack):
    """A pack for people who are entitled to unsuppressed figures; it says so wherever it is drawn."""

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.handling != INTERNAL or self.facts.get("suppression") != NOT_SUPPRESSED:
            raise NotThroughTheDoor("an internal pack must say that it is not suppressed")


@dataclass(frozen=True)
class ProtectedTable(PackTable):
    """A pack's table after the door. Its rows hold only what everyone may see.

    `instead` holds, row by row, shares worked out from protected numbers and what is printed where
    there is no number: a mark for a hidden one, or the words for one that does not exist. `totals`
    is the total row as the door gave it: it is never summed from the rows, which are rounded.
    """

    instead: tuple[Mapping[str, Cell], ...] = ()
    totals: Mapping[str, Cell] | None = None
    seal: InitVar[object] = field(default=None, kw_only=True)

    def __post_init__(self, seal: object) -> None:
        super().__post_init__()
        if seal is not _SEAL:
            raise NotThroughTheDoor(f"table {self.id} did not come through the door")

    def records(self) -> list[dict[str, Cell]]:
        """The rows as everyone may see them; a mark is a text where a number would stand."""
        rows = self.rows.to_pylist()
        return [{**row, **said} for row, said in zip(rows, self.instead, strict=True)]

    def total(self) -> dict[str, Cell] | None:
        """The total row as it came through the door, None where the table has none."""
        return dict(self.totals) if self.totals is not None else None


@dataclass(frozen=True)
class PublicationPack(Pack):
    """A pack for everyone: every table is a `ProtectedTable`.

    `record` is what later publications must know of it, as plain values: what everyone has seen,
    and nothing else.
    """

    record: tuple[Mapping[str, Any], ...] = ()
    seal: InitVar[object] = field(default=None, kw_only=True)

    def __post_init__(self, seal: object) -> None:
        super().__post_init__()
        if seal is not _SEAL:
            raise NotThroughTheDoor("only publishable() makes a publication")
        bare = [table.id for table in self.tables() if not isinstance(table, ProtectedTable)]
        if bare:
            raise NotThroughTheDoor(f"not through the door: {', '.join(bare)}")
        if self.counted:
            raise NotThroughTheDoor(
                "a publication does not say how many rows stand behind a figure"
            )


DrawablePack = InternalPack | PublicationPack


def demand_drawable(pack: Pack) -> DrawablePack:
    """The pack itself. Raises NotThroughTheDoor for one that is neither internal nor protected."""
    if not isinstance(pack, InternalPack | PublicationPack):
        raise NotThroughTheDoor("a pack is drawn as internal or as a publication, never as neither")
    return pack
