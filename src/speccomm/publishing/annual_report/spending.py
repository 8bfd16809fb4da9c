"""Where the money of the year came from and went: the lines of each table, from either source."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from speccomm.publishing.annual_report.facts import AnnualFacts
from speccomm.publishing.annual_report.lines import Line, named_and_other, say_level, total_of
from speccomm.publishing.annual_report.rules import AnnualRules
from speccomm.publishing.naming import Namer
from speccomm.publishing.sourcing import Accounted, Key, Of, Position, Source
from speccomm.quality.accounts import account_rows, in_pounds, steps

OTHER_KEYS = {"provider": "other_providers", "service": "other_services"}
NOT_STATED = {"provider": "Provider not stated", "service": "Service line not stated"}
ONE = "one"


@dataclass(frozen=True)
class Spending:
    """Expenditure by provider or by service: every line, the lines shown, and where from.

    `source` says how its amounts come from the store, `key` what names a line there.
    """

    by: str
    every: tuple[Line, ...]
    shown: tuple[Line, ...]
    is_from_accounts: bool
    source: Source
    key: Of
    named_from: Decimal

    @property
    def total(self) -> Decimal:
        return total_of(self.every)

    @property
    def other(self) -> Line | None:
        """The line that gathers several, where there is one."""
        return next((line for line in self.shown if line.gathered), None)

    def sets(self, sent_as: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
        """The set of codes or headings behind the gathered line, by the set's name."""
        other = self.other
        if other is None:
            return {}
        keys = other.gathered
        if self.key is Of.PROVIDER:
            keys = tuple(c for key in keys for c in sent_as.get(f"sent_as:{key}", (key,)))
        return {f"group:{other.key}": tuple(sorted(keys))}

    @property
    def keys(self) -> tuple[Key, ...]:
        return (Key("key", self.key),)


def spending_of(facts: AnnualFacts, by: str, rules: AnnualRules, namer: Namer) -> Spending | None:
    """Expenditure by provider or by service, from published accounts where they are held, else
    from contract monitoring; None where there is neither."""
    account = f"expenditure by {by}"
    every = stated_lines(facts, account)
    source: Source
    if every:
        source, key = accounted(facts, account), Of.LINE
    else:
        every = reported_lines(facts, by, namer)
        source = reported(facts)
        key = Of.PROVIDER if by == "provider" else Of.SERVICE
    if not every:
        return None
    named_from = rules.named_from(by, facts.kind)
    shown = named_and_other(
        every,
        named_from=named_from,
        fewest=rules.fewest,
        other=f"Other {by}s, each under {say_level(named_from)}",
        key=OTHER_KEYS[by],
    )
    return Spending(by, tuple(every), tuple(shown), key is Of.LINE, source, key, named_from)


def stated_lines(facts: AnnualFacts, account: str) -> list[Line]:
    """The lines of one table of the accounts, without its printed total, largest first."""
    rows = account_rows(
        facts.accounts, accounts_of=facts.accounts_of, year=str(facts.year), account=account
    )
    amounts = zip(rows.to_pylist(), in_pounds(rows, "amount"), steps(rows), strict=True)
    lines = [
        Line(
            label=row["heading"],
            key=row["heading"],
            amount=amount,
            code=row["icb_code"] or row["provider_code"] or row["service_code"],
            covers=1 if row["line_covers"] == ONE else None,
            step=step,
        )
        for row, amount, step in amounts
    ]
    return sorted(lines, key=lambda line: (line.covers is None, -line.amount, line.label))


def printed_total(facts: AnnualFacts, account: str) -> Decimal | None:
    """The total that the accounts print under one of their tables; None where they state none."""
    rows = account_rows(
        facts.accounts,
        accounts_of=facts.accounts_of,
        year=str(facts.year),
        account=account,
        totals=True,
    )
    amounts = in_pounds(rows, "amount")
    return sum(amounts, Decimal(0)) if amounts else None


def reported_lines(facts: AnnualFacts, by: str, namer: Namer) -> list[Line]:
    """What contract monitoring reports for the patients, by provider or by service.

    Missing: a provider or service with a plan and nothing reported has no line: nothing was spent
             that anybody reported.
    """
    sums: dict[str | None, Decimal] = {}
    units: dict[str | None, Decimal] = {}
    names: dict[str | None, Any] = {}
    for row in facts.position.to_pylist():
        if row["actual_gbp"] is None:
            continue
        key = row[f"{by}_code"]
        sums[key] = sums.get(key, Decimal(0)) + row["actual_gbp"]
        units[key] = units.get(key, Decimal(0)) + (row["actual_activity"] or 0)
        names[key] = row[f"{by}_name"]
    return [
        Line(
            label=NOT_STATED[by] if key is None else namer.say(names[key]),
            key=key,
            amount=amount,
            code=key,
            is_kept=key is None,
            units=units[key],
        )
        for key, amount in sums.items()
    ]


def accounted(facts: AnnualFacts, account: str) -> Accounted:
    """The source of a line of the accounts."""
    return Accounted(
        "accounts", facts.accounts_of, str(facts.year), facts.on.isoformat(), account=account
    )


def reported(facts: AnnualFacts, measure: str = "actual_gbp") -> Position:
    """The source of an amount that contract monitoring reports, or of the units beside it."""
    last = facts.contract_last_month
    return Position(facts.area, str(facts.year), last.number if last else 0, measure)
