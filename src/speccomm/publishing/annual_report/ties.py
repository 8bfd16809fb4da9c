"""Sums that should be the same, and by how much they are not. Nothing is made to tie."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from speccomm.publishing.annual_report.facts import AnnualFacts
from speccomm.publishing.annual_report.funding import Funding
from speccomm.publishing.annual_report.lines import Line, slack_of, total_of
from speccomm.publishing.annual_report.spending import Spending, printed_total, reported_lines
from speccomm.publishing.naming import Namer
from speccomm.publishing.wording import say_pounds

FUNDING_ACCOUNTS = {
    "in_year": ("funding in the first year", "first year"),
    "full_year": ("funding in a full year", "full year"),
}


@dataclass(frozen=True)
class Tie:
    """Two sums and what their difference means.

    `slack` is how much of a difference rounding of the printed lines alone can make. `is_balance`
    is true of income less expenditure, which need not be nothing.
    """

    first_name: str
    first: Decimal
    second_name: str
    second: Decimal
    slack: Decimal = Decimal(0)
    is_balance: bool = False
    is_part_year: bool = False

    @property
    def difference(self) -> Decimal:
        return self.first - self.second

    @property
    def holds(self) -> bool:
        return self.difference == 0

    @property
    def verdict(self) -> str:
        """What the difference means, in a few words."""
        if self.is_balance:
            return self._balance()
        if self.holds:
            return "ties"
        words = f"does not tie, by {say_pounds(abs(self.difference))}"
        if abs(self.difference) <= self.slack:
            return f"{words}; rounding of the printed lines can explain it"
        return words

    def _balance(self) -> str:
        if self.is_part_year:
            return "not a surplus or a deficit: expenditure is of part of the year"
        if self.holds:
            return "ties: nothing left over"
        return "surplus" if self.difference > 0 else "deficit"


def ties_of(
    facts: AnnualFacts,
    income: list[Line],
    provider: Spending | None,
    service: Spending | None,
    funding: Funding,
    namer: Namer,
) -> list[Tie]:
    """Every pair of sums that the report should tie, as far as both are known."""
    ties = []
    part = _is_part_year(facts, provider)
    if income and provider:
        ties.append(
            Tie("Income by commissioner", total_of(income), "Expenditure by provider",
                provider.total, is_balance=True, is_part_year=part)
        )  # fmt: skip
    if provider and service:
        slack = slack_of(provider.every) + slack_of(service.every)
        ties.append(
            Tie("Expenditure by provider", provider.total, "Expenditure by service", service.total,
                slack)
        )  # fmt: skip
    if provider and not provider.is_from_accounts and len(facts.by_commissioner) > 1:
        spent = sum((entry.amount for entry in facts.by_commissioner), Decimal(0))
        ties.append(
            Tie("Expenditure by provider", provider.total, "Expenditure by commissioner", spent)
        )
    ties += _printed(facts, income, provider, service)
    ties += _reported(facts, provider, namer)
    return ties + _funding(facts, funding)


def _is_part_year(facts: AnnualFacts, provider: Spending | None) -> bool:
    return bool(provider and not provider.is_from_accounts and not facts.is_whole_year)


def _printed(
    facts: AnnualFacts, income: list[Line], provider: Spending | None, service: Spending | None
) -> list[Tie]:
    """The lines of each table of the accounts against the total printed under them."""
    found = []
    for account, title, lines in (
        ("income", "Income by commissioner", income),
        ("expenditure by provider", "Expenditure by provider", _stated(provider)),
        ("expenditure by service", "Expenditure by service", _stated(service)),
    ):
        printed = printed_total(facts, account)
        if printed is not None:
            found.append(
                Tie(title, total_of(lines), f"{title}: the total printed", printed, slack_of(lines))
            )
    return found


def _stated(spending: Spending | None) -> list[Line]:
    return list(spending.every) if spending and spending.is_from_accounts else []


def _reported(facts: AnnualFacts, provider: Spending | None, namer: Namer) -> list[Tie]:
    """Accounts beside contract monitoring, where both are held."""
    lines = reported_lines(facts, "provider", namer)
    if not (provider and provider.is_from_accounts and lines):
        return []
    return [
        Tie("Expenditure by provider, as accounted for", provider.total,
            "Expenditure, as contract monitoring reports it", total_of(lines))
    ]  # fmt: skip


def _funding(facts: AnnualFacts, funding: Funding) -> list[Tie]:
    found = []
    for measure, (account, words) in FUNDING_ACCOUNTS.items():
        printed = printed_total(facts, account)
        if printed is not None:
            lines = [getattr(case, measure) for case in funding.approved]
            half = sum((case.step / 2 for case in funding.approved), Decimal(0))
            found.append(
                Tie(f"Funding approved, {words}", sum(lines, Decimal(0)),
                    f"Funding approved, {words}: the total printed", printed, half)
            )  # fmt: skip
    return found
