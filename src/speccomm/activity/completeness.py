"""Which months have come, which have not, and which are still open to correction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from speccomm.activity.findings import ActivityFindings
from speccomm.foundation.errors import Refusal
from speccomm.foundation.periods import FinancialMonth, FinancialYear

Sent = dict[str, set[FinancialMonth]]


class NothingLoaded(Refusal):
    """A period of which no month is loaded."""

    def __init__(self, *, dataset: str, asked: str, loaded: Iterable[FinancialMonth]) -> None:
        self.dataset = dataset
        self.loaded = sorted(loaded)
        held = ", ".join(map(str, self.loaded)) or "none at all"
        super().__init__(f"No {dataset.upper()} data of {asked} is loaded. Months loaded: {held}.")


@dataclass(frozen=True)
class Openness:
    """Months that may still change: `flex` until their freeze, `unknown` where no calendar says."""

    flex: Mapping[FinancialMonth, date]
    unknown: tuple[FinancialMonth, ...]

    @property
    def incomplete(self) -> tuple[str, ...]:
        """The flex months, written 2023-04."""
        return tuple(str(month) for month in sorted(self.flex))


def months_sent(slices: pa.Table, *, dataset: str, current: Mapping[str, str]) -> Sent:
    """The months each current provider sent of a data set, its predecessors' included.

    Missing: a provider that sent nothing is not named. Months 0 and 13 of a plan are no months.
    """
    rows = slices.filter(
        (pc.field("dataset") == dataset) & pc.field("financial_month").isin(list(range(1, 13)))
    ).select(["provider_code", "financial_year", "financial_month"])
    sent: Sent = {}
    for row in rows.to_pylist():
        month = FinancialMonth(FinancialYear.parse(row["financial_year"]), row["financial_month"])
        sent.setdefault(current.get(row["provider_code"], row["provider_code"]), set()).add(month)
    return sent


def require_months(
    sent: Sent, *, dataset: str, months: Sequence[FinancialMonth]
) -> list[FinancialMonth]:
    """The months of a period of which anything is loaded.

    Raises:  NothingLoaded where there is none, naming the months that are.
    """
    loaded = {month for held in sent.values() for month in held}
    found = [month for month in months if month in loaded]
    if not found:
        asked = str(months[0]) if len(months) == 1 else f"{months[0]} to {months[-1]}"
        raise NothingLoaded(dataset=dataset, asked=asked, loaded=loaded)
    return found


def missing_months(
    sent: Sent, *, months: Sequence[FinancialMonth], providers: Iterable[str]
) -> list[tuple[str, FinancialMonth]]:
    """Months that a provider did not send though it sent others of the period."""
    return [
        (provider, month)
        for provider in sorted(set(providers))
        if sent.get(provider, set()).intersection(months)
        for month in months
        if month not in sent[provider]
    ]


def openness_of(calendar: pa.Table, months: Sequence[FinancialMonth], *, as_at: date) -> Openness:
    """Which months are still flex on a day: a month is, until its freeze inclusion date.

    Missing: a month that the calendar does not hold, or holds without that date, is unknown.
    """
    freezes = {
        (row["financial_year"], row["financial_month"]): row["freeze_inclusion_date"]
        for row in calendar.select(
            ["financial_year", "financial_month", "freeze_inclusion_date"]
        ).to_pylist()
    }
    dates = {month: freezes.get((str(month.year), month.number)) for month in months}
    return Openness(
        flex={month: day for month, day in dates.items() if day is not None and as_at < day},
        unknown=tuple(month for month, day in dates.items() if day is None),
    )


def openness_findings(
    openness: Openness, *, dataset: str, say: ActivityFindings
) -> list[dict[str, Any]]:
    """One finding per month that is still flex, and per month of which that is not known."""
    flex = [
        say.row("ACT-015", dataset=dataset, month=month, freeze=freeze, **_period(month))
        for month, freeze in sorted(openness.flex.items())
    ]
    unknown = [
        say.row("ACT-016", dataset=dataset, month=month, year=month.year, **_period(month))
        for month in sorted(openness.unknown)
    ]
    return flex + unknown


def missing_month_findings(
    missing: Sequence[tuple[str, FinancialMonth]],
    *,
    check_id: str,
    dataset: str,
    names: Mapping[str, str],
    say: ActivityFindings,
) -> list[dict[str, Any]]:
    """One finding per provider and month that it did not send."""
    return [
        say.row(
            check_id,
            dataset=dataset,
            provider_code=code,
            provider=names.get(code, code),
            month=month,
            **_period(month),
        )
        for code, month in missing
    ]


def _period(month: FinancialMonth) -> dict[str, Any]:
    return {"financial_year": str(month.year), "financial_month": month.number}
