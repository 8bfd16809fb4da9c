"""The first page, and the page that says whether the report ties."""

from __future__ import annotations

from decimal import Decimal

import pyarrow as pa

from speccomm.publishing.annual_report.facts import AnnualFacts
from speccomm.publishing.annual_report.funding import Funding
from speccomm.publishing.annual_report.lines import Line, pence_of, say_year, total_of
from speccomm.publishing.annual_report.money import MONEY, say_months
from speccomm.publishing.annual_report.rules import AnnualRules
from speccomm.publishing.annual_report.spending import Spending, accounted
from speccomm.publishing.annual_report.ties import Tie
from speccomm.publishing.columns import money_column
from speccomm.publishing.model import (
    Block,
    Caution,
    Column,
    HeadlineFigure,
    HeadlineFigures,
    Making,
    PackTable,
    Prose,
    Section,
    Unit,
)
from speccomm.publishing.sourcing import Accounted, Computed, Key, Of
from speccomm.publishing.wording import (
    capital,
    say_count,
    say_millions,
    say_pounds,
    say_verb,
    say_written_months,
)
from speccomm.quality.accounts import APPROVED


def headlines_section(
    facts: AnnualFacts,
    income: list[Line],
    provider: Spending | None,
    service: Spending | None,
    funding: Funding,
    ties: list[Tie],
    rules: AnnualRules,
) -> Section:
    """The year in four figures, and what to know before trusting them."""
    figures = [
        *_income(facts, income),
        *_spent(facts, provider or service),
        *_pence(service, rules),
        *_funding(facts, funding),
    ]
    blocks: list[Block] = []
    if figures:
        blocks.append(HeadlineFigures(tuple(figures)))
    cautions = _cautions(facts, income, provider, ties)
    if cautions:
        blocks.append(Caution("Read with care", tuple(cautions)))
    if not blocks:
        blocks.append(Prose((f"Nothing is held of {say_year(facts.year)} for this report.",)))
    return Section("headlines", "The year in figures", tuple(blocks))


def _income(facts: AnnualFacts, income: list[Line]) -> tuple[HeadlineFigure, ...]:
    if not income:
        return ()
    total = total_of(income)
    return (
        HeadlineFigure(
            "income_gbp",
            "Income",
            say_millions(total),
            f"From {say_count(len(income), 'payer')}.",
            "income",
            total,
            Unit.GBP,
            accounted(facts, "income"),
        ),
    )


def _spent(facts: AnnualFacts, spending: Spending | None) -> tuple[HeadlineFigure, ...]:
    if spending is None:
        return ()
    basis = "As accounted for." if spending.is_from_accounts else f"{capital(say_months(facts))}."
    return (
        HeadlineFigure(
            "expenditure_gbp",
            "Expenditure",
            say_millions(spending.total),
            basis,
            "expenditure",
            spending.total,
            Unit.GBP,
            spending.source,
        ),
    )


def _pence(service: Spending | None, rules: AnnualRules) -> tuple[HeadlineFigure, ...]:
    if service is None:
        return ()
    pence = pence_of([line.amount for line in service.shown], of=rules.pence)
    first = next((n for n, line in enumerate(service.shown) if line.covers == 1), None)
    if pence is None or first is None:
        return ()
    return (
        HeadlineFigure(
            "largest_service_pence",
            "Of each pound, the largest service",
            f"{pence[first]}p",
            f"{service.shown[first].label}.",
            "expenditure-services",
            pence[first],
            Unit.NUMBER,
            Computed("the largest service’s amount as whole pence of each pound"),
        ),
    )


def _funding(facts: AnnualFacts, funding: Funding) -> tuple[HeadlineFigure, ...]:
    if not funding.approved:
        return ()
    return (
        HeadlineFigure(
            "funding_full_year_gbp",
            "New funding approved, full year",
            say_millions(funding.full_year),
            f"{capital(say_count(len(funding.approved), 'development'))}; "
            f"{say_millions(funding.in_year)} in the first year.",
            "funding",
            funding.full_year,
            Unit.GBP,
            Accounted(
                "funding_decisions",
                facts.accounts_of,
                str(facts.year),
                facts.on.isoformat(),
                measure="full_year_amount",
                decision=APPROVED,
            ),
        ),
    )


def _cautions(
    facts: AnnualFacts, income: list[Line], provider: Spending | None, ties: list[Tie]
) -> list[str]:
    notes = []
    from_contracts = provider is not None and not provider.is_from_accounts
    if from_contracts and not facts.is_whole_year:
        notes.append(
            f"Contract files are loaded for {say_months(facts)} and not for the whole year. "
            "Expenditure is of those months, while income and decisions are of the year."
        )
    if from_contracts and facts.incomplete_months:
        count = len(facts.incomplete_months)
        notes.append(
            f"{say_written_months(facts.incomplete_months)} {say_verb(count, 'is', 'are')} held as "
            f"at flex, before corrections, so {say_verb(count, 'its', 'their')} figures are not "
            "complete."
        )
    if not income:
        notes.append("No income of the year is held, so nothing can be said of what was left over.")
    broken = [tie for tie in ties if not tie.holds and not tie.is_balance]
    notes += [f"{tie.first_name} and {_lower(tie.second_name)}: {tie.verdict}." for tie in broken]
    return notes


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]


def ties_section(facts: AnnualFacts, ties: list[Tie]) -> Section:
    """Every pair of sums that should be the same, and whether it is."""
    title = "Whether the report ties"
    if not ties:
        words = "Only one side of the accounts is held, so there is nothing to tie to it."
        return Section("whether-it-ties", title, (Prose((words,)),))
    return Section("whether-it-ties", title, (Prose((_sentence(ties),)), _table(facts, ties)))


def _sentence(ties: list[Tie]) -> str:
    checked = [tie for tie in ties if not tie.is_balance]
    broken = [tie for tie in checked if not tie.holds]
    words = []
    if checked and not broken:
        many = len(checked)
        few = {1: "The one pair", 2: "Both pairs"}
        pairs = f"{few.get(many, f'All {many} pairs')} of sums"
        words.append(f"{pairs} that should be the same {say_verb(many, 'is', 'are')}, exactly.")
    if broken:
        words.append(
            f"{capital(say_count(len(broken), 'pair'))} of {len(checked)} that should be the same "
            f"{say_verb(len(broken), 'is', 'are')} not. Nothing was changed to make them so."
        )
    for tie in ties:
        if tie.is_balance and not tie.is_part_year:
            words.append(_balance(tie))
    return " ".join(words) or "No two sums of the report should be the same."


def _balance(tie: Tie) -> str:
    if tie.holds:
        return "Income and expenditure are the same: nothing was left over."
    side = "a surplus" if tie.difference > 0 else "a deficit"
    return f"Income less expenditure leaves {side} of {say_pounds(abs(tie.difference))}."


def _table(facts: AnnualFacts, ties: list[Tie]) -> PackTable:
    difference = Computed(
        "the first sum less the second", ("first_gbp", "second_gbp", "difference_gbp")
    )
    added = Computed("the lines of that table, added up")
    amounts: dict[str, list[Decimal]] = {
        "first_gbp": [tie.first for tie in ties],
        "second_gbp": [tie.second for tie in ties],
        "difference_gbp": [tie.difference for tie in ties],
    }
    return PackTable(
        id="ties",
        title="Sums that should be the same",
        columns=(
            Column("first", "Sum", Unit.TEXT, "The first sum"),
            money_column("first_gbp", "Amount", "The first sum, in pounds", source=added),
            Column("second", "Beside", Unit.TEXT, "The sum it should be the same as"),
            money_column("second_gbp", "Amount beside", "The second sum, in pounds", source=added),
            money_column("difference_gbp", "Difference", "First less second", signed=True,
                         source=difference),
            Column("verdict", "What it means", Unit.TEXT, "Whether the sums tie"),
        ),
        rows=pa.table(
            {
                "name": pa.array([f"{t.first_name} and {t.second_name}" for t in ties]),
                "first": pa.array([tie.first_name for tie in ties], pa.string()),
                "second": pa.array([tie.second_name for tie in ties], pa.string()),
                "verdict": pa.array([tie.verdict for tie in ties], pa.string()),
                **{name: pa.array(values, MONEY) for name, values in amounts.items()},
            }
        ),
        row_header="first",
        making=Making("Sums of other tables, compared", ("accounts", "acm"), f"of {facts.year}"),
        keys=(Key("name", Of.NOTHING),),
    )  # fmt: skip
