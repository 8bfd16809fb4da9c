"""Which single rows of a provider's month a viewer may see. Never anything of a patient in them.

The provider sees what it sent, and commissioners of a region every row. Analysts and contract and
finance people of an ICB see the rows whose patients live in their area, or whose commissioner, as
sent or as derived, is theirs, for the services that their role covers; and nobody else's.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import ibis
import ibis.expr.types as ir

from speccomm.foundation.periods import FinancialMonth, FinancialYear
from speccomm.jobs.flows import last_day
from speccomm_web.accounts.roles import COMMISSIONING, Role
from speccomm_web.accounts.viewer import Scope, Viewer
from speccomm_web.runs.organisations import area_codes
from speccomm_web.submissions.queries import providers_told_to

RAISERS = (Role.CONTRACT_AND_FINANCE, Role.ANALYST)
WHOSE = ("patient_commissioner_code", "commissioner_code", "derived_commissioner_code")


@dataclass(frozen=True)
class _Part:
    """Rows that one role opens: of some commissioners, of some services; None is every one."""

    commissioners: frozenset[str] | None = None
    services: frozenset[str] | None = None

    def test(self, rows: ir.Table) -> ir.BooleanValue:
        found = ibis.literal(value=True)
        if self.commissioners is not None:
            found = ibis.or_(*(_among(rows[name], self.commissioners) for name in WHOSE))
        if self.services is not None:
            found &= _among(rows.service_code, self.services)
        return found


@dataclass(frozen=True)
class RowSight:
    """The rows of a month that somebody may see: those that any of some parts opens."""

    parts: tuple[_Part, ...]

    @property
    def every_row(self) -> bool:
        return _Part() in self.parts

    def narrow(self, rows: ir.Table) -> ir.Table:
        """Those of some stored rows that may be seen."""
        if self.every_row:
            return rows
        return rows.filter(ibis.or_(*(part.test(rows) for part in self.parts)))


def row_sight(
    viewer: Viewer, *, provider: str, year: str, month: int, body: str | None = None
) -> RowSight | None:
    """What a viewer sees of a provider's month; None where it is nothing.

    With `body`, only what they see on behalf of that ICB or region.
    """
    if body is None and providers_told_to(viewer).covers(provider):
        return RowSight((_Part(),))
    on = _last_day(year, month)
    held = (s for s in viewer.scopes if body is None or s.organisation_code in (None, body))
    parts = tuple(dict.fromkeys(part for scope in held if (part := _part(scope, on=on))))
    return RowSight(parts) if parts else None


def _part(scope: Scope, *, on: date) -> _Part | None:
    if scope.organisation_code is None or scope.kind == "region":
        every = scope.role in COMMISSIONING and scope.service_codes is None
        return _Part() if every else None
    if scope.kind != "icb" or scope.role not in RAISERS:
        return None
    codes = area_codes(scope.organisation_code, "icb", on=on)
    return _Part(codes, scope.service_codes) if codes else None


def _among(column: ir.Value, codes: frozenset[str]) -> ir.BooleanValue:
    """Whether a code is one of some; no code never is."""
    return column.isin(sorted(codes)).coalesce(False)


def _last_day(year: str, month: int) -> date:
    """The last day of a month; what plans state before or after the year is its last month's."""
    number = month if 1 <= month <= 12 else 12
    return last_day(FinancialMonth(FinancialYear.parse(year), number))
