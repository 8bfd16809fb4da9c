"""Income and expenditure: sentences, charts and tables, each line with its pence of the pound."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

import pyarrow as pa

from speccomm.publishing.annual_report.facts import AnnualFacts
from speccomm.publishing.annual_report.lines import Line, pence_of, say_level, say_year, total_of
from speccomm.publishing.annual_report.rules import RULEBOOK, AnnualRules
from speccomm.publishing.annual_report.spending import Spending, accounted, reported
from speccomm.publishing.charts import Bar, plain_bars
from speccomm.publishing.columns import money_column
from speccomm.publishing.model import (
    Block,
    Chart,
    Column,
    Making,
    PackTable,
    Placement,
    Prose,
    Section,
    Unit,
)
from speccomm.publishing.naming import short_icb_name, short_provider_name
from speccomm.publishing.sourcing import Computed, Key, Of, Position, Source
from speccomm.publishing.wording import (
    capital,
    say_count,
    say_list,
    say_millions,
    say_month,
    say_period,
)

MONEY = pa.decimal128(38, 2)
UNITS = pa.decimal128(38, 3)
PLURALS = {"provider": "providers", "service": "service lines"}
TITLES = {"provider": "Provider", "service": "Service line"}
SPOKEN = 3  # lines a sentence names
PENCE_RULE = (
    "Pence are whole and add up to 100: each share is cut to whole pence, and the pence left over "
    "go to the lines with the largest parts cut off."
)

NOT_KNOWN_NOTE = (
    "The commissioner is not known where the patients were sent under the code of the region, of a "
    "hub or of a board divided since: the map of organisations puts such a code in no ICB."
)
UNDER_A_PENNY = "A line with 0 pence is less than a penny of each pound, and not nothing."


def income_section(facts: AnnualFacts, income: list[Line], rules: AnnualRules) -> Section:
    """Who paid, and how many pence of each pound."""
    if not income:
        words = (
            f"No income of {say_year(facts.year)} is in the register of accounts, so the report "
            "cannot say what was left over."
        )
        return Section("income", "Income", (Prose((words,)),))
    first = income[0]
    sentence = (
        f"{capital(facts.in_a_sentence)} received {say_millions(total_of(income))} in {say_year(facts.year)} "
        f"from {say_count(len(income), 'payer')}. The largest, {first.label}, paid "
        f"{say_millions(first.amount)}."
    )
    table = _lines_table(
        facts,
        income,
        table_id="income_by_commissioner",
        title=f"Income by commissioner, {say_year(facts.year)}",
        heading="Commissioner",
        source=accounted(facts, "income"),
        keys=(Key("key", Of.LINE),),
        making=Making("Income as accounted for", ("accounts",), f"income of {facts.year}"),
        total="All income",
        rules=rules,
    )
    return Section("income", "Income", (Prose((sentence,)), table))


def spending_section(
    facts: AnnualFacts, provider: Spending | None, service: Spending | None, rules: AnnualRules
) -> Section:
    """Expenditure by service, by provider and by whose patients it was for."""
    title = "How the money was spent"
    if provider is None and service is None:
        words = (
            f"Neither accounts nor contract monitoring of {say_year(facts.year)} are held, so "
            "nothing can be said of expenditure."
        )
        return Section("expenditure", title, (Prose((words,)),))
    inner = []
    if service:
        inner.append(
            Section("expenditure-services", "By service", _by_service(facts, service, rules))
        )
    if provider:
        inner.append(
            Section("expenditure-providers", "By provider", _by_provider(facts, provider, rules))
        )
    if provider and not provider.is_from_accounts and len(facts.by_commissioner) > 1:
        inner.append(
            Section(
                "expenditure-commissioners", "By commissioner", (_by_commissioner(facts, rules),)
            )
        )
    spending = provider or service
    basis = (Prose((_basis(facts, spending),)),) if spending else ()
    return Section("expenditure", title, basis, tuple(inner))


def _basis(facts: AnnualFacts, spending: Spending) -> str:
    """What the figures are of."""
    if spending.is_from_accounts:
        return (
            f"{say_millions(spending.total)} was spent in {say_year(facts.year)}, as the published "
            "accounts have it, line by line."
        )
    return (
        f"Contract monitoring reports {say_millions(spending.total)} for the patients of "
        f"{facts.in_a_sentence}, {say_months(facts)}: the price of each line with its market forces "
        "amount, whoever pays."
    )


def say_months(facts: AnnualFacts) -> str:
    """The months that contract monitoring covers, in words."""
    last = facts.contract_last_month
    if last is None:
        return "no month"
    first = type(last)(last.year, 1)
    return say_month(last) if first == last else say_period(first, last)


def _by_service(facts: AnnualFacts, service: Spending, rules: AnnualRules) -> tuple[Block, ...]:
    table = spending_table(facts, service, rules)
    pence = table.rows["pence"].to_pylist()
    blocks: list[Block] = [Prose((_gathered_words(service, "service line"),))]
    if None not in pence:
        blocks.append(_pence_chart(service.shown, pence))
    return (*blocks, table, *_in_full(facts, service))


def _by_provider(facts: AnnualFacts, provider: Spending, rules: AnnualRules) -> tuple[Block, ...]:
    chart = _provider_chart(provider)
    table = spending_table(facts, provider, rules)
    words = Prose((_gathered_words(provider, "provider"),))
    return (words, chart, table, *_in_full(facts, provider))


def _gathered_words(spending: Spending, noun: str) -> str:
    named = [line for line in spending.shown if line.covers == 1]
    largest = [f"{_short(line)} ({say_millions(line.amount)})" for line in named[:SPOKEN]]
    many = {"service line": "service lines", "provider": "providers"}[noun]
    words = f"The largest {'is' if len(largest) == 1 else 'are'} {say_list(largest)}."
    other = spending.other
    if other is not None:
        words += (
            f" {say_count(other.covers or 0, noun, many).capitalize()} of less than "
            f"{say_level(spending.named_from)} each are gathered in one line: "
            f"{say_millions(other.amount)} together."
        )
    return words


def _pence_chart(lines: Sequence[Line], pence: Sequence[int]) -> Chart:
    bars = [
        Bar(_short(line), Decimal(part), f"{part}p")
        for line, part in zip(lines, pence, strict=True)
    ]
    told = [f"{part}p on {_short(line)}" for line, part in zip(lines, pence, strict=True)]
    return Chart(
        id="chart_pence",
        title="Of every pound spent, pence on each service",
        description=f"Of every pound: {say_list(told[:SPOKEN])}; the table below has every line.",
        specification=plain_bars(bars),
        table_id="expenditure_by_service",
    )


def _provider_chart(provider: Spending) -> Chart:
    bars = [Bar(_short(x), x.amount, say_millions(x.amount)) for x in provider.shown]
    largest = [f"{_short(x)} {say_millions(x.amount)}" for x in provider.shown[:SPOKEN]]
    return Chart(
        id="chart_providers",
        title="Expenditure by provider",
        description=f"Largest first: {say_list(largest)}; the table below has every line.",
        specification=plain_bars(bars),
        table_id="expenditure_by_provider",
    )


def _short(line: Line) -> str:
    return short_provider_name(short_icb_name(line.label))


def spending_table(facts: AnnualFacts, spending: Spending, rules: AnnualRules) -> PackTable:
    """The lines shown of expenditure by provider or by service, with pence of each pound."""
    made = Making(
        "Expenditure as accounted for"
        if spending.is_from_accounts
        else "Reported price and market forces amounts",
        ("accounts",) if spending.is_from_accounts else ("acm",),
        f"expenditure of {facts.year}, by {spending.by}",
    )
    return _lines_table(
        facts,
        spending.shown,
        table_id=f"expenditure_by_{spending.by}",
        title=f"Expenditure by {spending.by}, {say_year(facts.year)}",
        heading=TITLES[spending.by],
        source=spending.source,
        keys=spending.keys,
        making=made,
        total="All expenditure",
        rules=rules,
        covers=PLURALS[spending.by].capitalize() if spending.other else "",
    )


def _in_full(facts: AnnualFacts, spending: Spending) -> tuple[Block, ...]:
    """Every line, for whoever asks what stands behind the gathered one."""
    if spending.other is None:
        return ()
    every = sorted(spending.every, key=lambda line: (-line.amount, line.label))
    table = _lines_table(
        facts,
        every,
        table_id=f"every_{spending.by}",
        title=f"Every {TITLES[spending.by].lower()}, the gathered ones too",
        heading=TITLES[spending.by],
        source=spending.source,
        keys=spending.keys,
        making=Making("The lines of the table above, one by one", ("accounts", "acm"), "all"),
        total="All expenditure",
        rules=None,
    )
    return (replace(table, placement=Placement.FOLDED),)


def _by_commissioner(facts: AnnualFacts, rules: AnnualRules) -> PackTable:
    """Largest first; what is of no known commissioner last, so that the lines add up to the whole."""
    entries = sorted(facts.by_commissioner, key=lambda entry: (not entry.is_known, -entry.amount))
    lines = [
        Line(
            entry.icb_name,
            entry.icb_code,
            entry.amount,
            code=entry.icb_code if entry.is_known else None,
            is_kept=not entry.is_known,
            units=entry.units,
        )
        for entry in entries
    ]
    table = _lines_table(
        facts,
        lines,
        table_id="expenditure_by_commissioner",
        title=f"Expenditure by commissioner of the patients, {say_year(facts.year)}",
        heading="Commissioner",
        source=reported(facts),
        keys=(Key("key", Of.PATIENT_ICB),),
        making=Making("Reported price and market forces amounts", ("acm",), f"of {facts.year}"),
        total="All expenditure",
        rules=rules,
    )
    if all(entry.is_known for entry in entries):
        return table
    return replace(table, notes=(*table.notes, NOT_KNOWN_NOTE))


def _lines_table(
    facts: AnnualFacts,
    lines: Sequence[Line],
    *,
    table_id: str,
    title: str,
    heading: str,
    source: Source,
    keys: tuple[Key, ...],
    making: Making,
    total: str,
    rules: AnnualRules | None,
    covers: str = "",
) -> PackTable:
    """A table of lines; `rules` None leaves out the pence, `covers` titles the count of each."""
    amounts = [line.amount for line in lines]
    pence = pence_of(amounts, of=rules.pence) if rules else None
    columns = [Column("line", heading, Unit.TEXT, "The line, as the report names it")]
    if any(line.code for line in lines):
        columns.append(Column("code", "Code", Unit.CODE, "Its code", missing="none"))
    if covers:
        columns.append(
            Column("covers", covers, Unit.NUMBER, f"How many {covers.lower()} the line holds",
                   missing="not said", adds_up=all(line.covers is not None for line in lines),
                   source=Computed("the lines gathered, counted"))
        )  # fmt: skip
    if facts.shows_units and isinstance(source, Position):
        columns.append(
            Column("units", "Units of care", Unit.ACTIVITY, "Units of activity reported", adds_up=True,
                   missing="none reported", source=reported(facts, "actual_activity"))
        )  # fmt: skip
    columns.append(money_column("amount_gbp", "Amount", "In pounds", source=source))
    if rules:
        columns.append(
            Column("pence", "Pence in each £", Unit.NUMBER,
                   "Whole pence of each pound of the total, by largest remainder",
                   missing="no total", adds_up=True,
                   source=Computed(f"the amount as pence of each pound, under {RULEBOOK}", ("amount_gbp",)))
        )  # fmt: skip
    rows = {
        "line": pa.array([line.label for line in lines], pa.string()),
        "key": pa.array([line.key for line in lines], pa.string()),
        "code": pa.array([line.code for line in lines], pa.string()),
        "covers": pa.array([line.covers for line in lines], pa.int64()),
        "units": pa.array([line.units for line in lines], UNITS),
        "amount_gbp": pa.array(amounts, MONEY),
        "pence": pa.array([None] * len(lines) if pence is None else pence, pa.int64()),
    }
    return PackTable(
        id=table_id,
        title=title,
        columns=tuple(columns),
        rows=pa.table(rows),
        row_header="line",
        making=making,
        notes=(*_pence_notes(lines, pence), *_as_printed(lines)),
        total_label=total,
        keys=keys,
    )


def _pence_notes(lines: Sequence[Line], pence: Sequence[int] | None) -> tuple[str, ...]:
    if pence is None:
        return ()
    small = any(not part and line.amount for part, line in zip(pence, lines, strict=True))
    return (PENCE_RULE, *((UNDER_A_PENNY,) if small else ()))


def _as_printed(lines: Sequence[Line]) -> tuple[str, ...]:
    """What the rounding of printed accounts means for their lines."""
    largest = max((line.step for line in lines if line.covers == 1), default=Decimal(0))
    if not largest:
        return ()
    words = {1_000: "thousand pounds", 1_000_000: "million pounds"}
    unit = words.get(int(largest), f"£{largest:,}")
    return (f"The accounts print each line to the nearest {unit}; nothing finer is known.",)
