"""The quality overview as a grid, and one service's entries."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import ibis
import pyarrow as pa

from speccomm.quality import quality_overview
from speccomm.quality.overview import overview_rules
from speccomm_web.accounts.viewer import Viewer
from speccomm_web.evidence.held import Held, Row, answer, held_for
from speccomm_web.evidence.names import names

TOPICS = ("safety_events", "complaints", "cqc_reports", "other_intelligence")


def overview(viewer: Viewer, *, on: date) -> list[Row]:
    """One row for each service that is delegated or that anybody said anything of."""
    held = held_for(viewer)
    return list(_overview(_Kept(held), on)) if held is not None else []


@dataclass(frozen=True, eq=False)
class _Kept:
    """Registers as the key of an answer that is kept: their version and who may see them."""

    held: Held

    def __hash__(self) -> int:
        return hash((self.held.version, self.held.scopes))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Kept) and (self.held.version, self.held.scopes) == (
            other.held.version, other.held.scopes,
        )  # fmt: skip


@lru_cache(maxsize=32)
def _overview(kept: _Kept, on: date) -> tuple[Row, ...]:
    known = names()
    said = {
        code
        for name in ("provision", "surveillance")
        for code in kept.held.standing[name]["service_code"].to_pylist()
    }
    narrow = [scope.service_codes for scope in kept.held.scopes]
    limited = None if None in narrow else frozenset[str]().union(*(n for n in narrow if n))
    codes = sorted(c for c in known.delegated | said if limited is None or c in limited)
    lines = pa.table(
        {
            "service_code": pa.array(codes, pa.string()),
            "service_name": pa.array([known.services.get(c, c) for c in codes], pa.string()),
            "npoc_letter": pa.array([known.letters.get(c, "") for c in codes], pa.string()),
        }
    )
    rules = overview_rules()
    return tuple(
        answer(
            lambda registers: quality_overview(registers, ibis.memtable(lines), rules=rules),
            kept.held.registers(on),
        )
    )
