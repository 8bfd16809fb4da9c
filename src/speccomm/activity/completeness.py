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
    """Months that may still change, or of which the store holds no later word than their flex.

    `flex` are open until the day given; `held_as_flex` are closed by now, but what is held of them
    was received by the flex inclusion date, on the day given; of `unknown` no calendar says.
    """

    flex: Mapping[FinancialMonth, date]
    unknown: tuple[FinancialMonth, ...]
    held_as_flex: Mapping[FinancialMonth, date]

    @property
    def incomplete(self) -> tuple[str, ...]:
        """The months that are flex, or held as they were then, written 2023-04."""
        return tuple(str(month) for month in sorted({*self.flex, *self.held_as_flex}))


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


def last_received(slices: pa.Table, *, dataset: str) -> dict[FinancialMonth, date]:
    """The day of the newest current load of each month of a data set, whoever sent it.

    Missing: a month of which nothing is held is not named; months 0 and 13 of a plan are no months.
    """
    rows = slices.filter(
        (pc.field("dataset") == dataset) & pc.field("financial_month").isin(list(range(1, 13)))
    )
    newest = rows.group_by(["financial_year", "financial_month"]).aggregate(
        [("received_at", "max")]
    )
    return {
        FinancialMonth(FinancialYear.parse(row["financial_year"]), row["financial_month"]): row[
            "received_at_max"
        ].date()
        for row in newest.to_pylist()
    }


def openness_of(
    calendar: pa.Table,
    months: Sequence[FinancialMonth],
    *,
    as_at: date,
    received: Mapping[FinancialMonth, date],
) -> Openness:
    """Which months are still flex on a day, and which are held only as they were at flex.

    A month is flex until its freeze inclusion date. What is held of it is that of flex where
    nothing was `received` after its flex inclusion date, however late the day.

    Missing: a month that the calendar does not hold, or holds without a freeze inclusion date, is
             unknown; one without a flex inclusion date, or never received, is not held as flex.
    """
    days = {(row["financial_year"], row["financial_month"]): row for row in calendar.to_pylist()}
    flex, held, unknown = {}, {}, []
    for month in months:
        row = days.get((str(month.year), month.number), {})
        freeze, inclusion = row.get("freeze_inclusion_date"), row.get("flex_inclusion_date")
        if freeze is None:
            unknown.append(month)
        elif as_at < freeze:
            flex[month] = freeze
        elif inclusion is not None and month in received and received[month] <= inclusion:
            held[month] = received[month]
    return Openness(flex=flex, unknown=tuple(unknown), held_as_flex=held)


def openness_findings(
    openness: Openness, *, dataset: str, say: ActivityFindings
) -> list[dict[str, Any]]:
    """One finding per month that is flex or held as it was then, or of which that is not known."""
    flex = [
        say.row("ACT-015", dataset=dataset, month=month, freeze=freeze, **_period(month))
        for month, freeze in sorted(openness.flex.items())
    ]
    held = [
        say.row("ACT-022", dataset=dataset, month=month, received=day, **_period(month))
        for month, day in sorted(openness.held_as_flex.items())
    ]
    unknown = [
        say.row("ACT-016", dataset=dataset, month=month, year=month.year, **_period(month))
        for month in sorted(openness.unknown)
    ]
    return flex + held + unknown


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
