"""What changed: one flow of a place in two periods of the same length, split by one thing."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from speccomm.foundation.errors import Refusal
from speccomm.foundation.periods import FinancialMonth, months_between
from speccomm_web.explore.kept import kept
from speccomm_web.explore.queries.flows import flows_of
from speccomm_web.explore.queries.opening import Opened
from speccomm_web.explore.questions import FlowsQuestion

__all__ = ["Changes", "NoPeriodBefore", "Refusal", "changes_of"]

Rows = list[dict[str, Any]]


class NoPeriodBefore(Refusal):
    """The months before a period, as many as it has, are not loaded."""


@dataclass(frozen=True)
class Changes:
    """Each code's activity in two periods. `before` and `now` are the questions of each.

    Rows have code, name, then_activity, now_activity and change; a code of one period only had or
    has none. The sums are of all rows.
    """

    before: FlowsQuestion
    now: FlowsQuestion
    rows: Rows
    then_total: Decimal
    now_total: Decimal


def changes_of(opened: Opened, question: FlowsQuestion, *, measure: str, by: str) -> Changes:
    """Set a period beside the months before it, as many as it has.

    Raises:  NoPeriodBefore; as the flows.
    """
    asked = ("changes", question, measure, by)
    return kept(opened.key, asked, lambda: _changes(opened, question, measure, by))


def _changes(opened: Opened, question: FlowsQuestion, measure: str, by: str) -> Changes:
    first, last = _before(opened, question)
    earlier = question.narrowed(from_month=first, to_month=last)
    then = flows_of(opened, earlier, by=by).rows
    now = flows_of(opened, question, by=by).rows
    found: dict[str, dict[str, Any]] = {}
    for name, rows in (("then_activity", then), ("now_activity", now)):
        for row in rows:
            empty = {"then_activity": Decimal(0), "now_activity": Decimal(0)}
            line = found.setdefault(row[f"{by}_code"], empty)
            line |= {"code": row[f"{by}_code"], "name": row.get(f"{by}_name"), name: row[measure]}
    for line in found.values():
        line["change"] = line["now_activity"] - line["then_activity"]
    lines = [line for line in found.values() if line["then_activity"] or line["now_activity"]]
    lines.sort(key=lambda line: abs(line["change"]), reverse=True)
    return Changes(
        earlier,
        question,
        lines,
        sum((line["then_activity"] for line in lines), Decimal(0)),
        sum((line["now_activity"] for line in lines), Decimal(0)),
    )


def _before(opened: Opened, question: FlowsQuestion) -> tuple[str, str]:
    """The months before a period, as many as it has.

    Raises:  NoPeriodBefore where they are not loaded.
    """
    first = FinancialMonth.parse_calendar(question.from_month)
    length = len(months_between(first, FinancialMonth.parse_calendar(question.to_month)))
    loaded = [month for month in opened.held.months if month < first]
    if len(loaded) < length:
        raise NoPeriodBefore(
            f"The months before {first}, as many as the period has ({length}), are not all loaded, "
            "so there is nothing to set it beside. Choose a later or a shorter period."
        )
    return str(loaded[-length]), str(loaded[-1])
