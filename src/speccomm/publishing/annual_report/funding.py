"""What was decided to fund in the year: the cost in the first year and in a full year."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import pyarrow as pa

from speccomm.publishing.annual_report.facts import AnnualFacts
from speccomm.publishing.annual_report.lines import say_year
from speccomm.publishing.columns import money_column
from speccomm.publishing.model import (
    Block,
    Column,
    Making,
    PackTable,
    Points,
    Prose,
    Section,
    Unit,
)
from speccomm.publishing.sourcing import Accounted, Computed, Key, Of
from speccomm.publishing.wording import capital, say_count, say_list, say_millions, say_verb
from speccomm.quality.accounts import APPROVED, decision_rows, in_pounds, steps

REGISTER = "funding_decisions"


@dataclass(frozen=True)
class Case:
    """One decision; amounts in pounds."""

    case: str
    service: str | None
    starts_in: str
    in_year: Decimal
    full_year: Decimal
    step: Decimal
    recurrence: str | None
    decision: str
    decided_by: str
    decided_on: date
    source: str


@dataclass(frozen=True)
class Funding:
    """The decisions of the year, in the order they were stated."""

    cases: tuple[Case, ...]

    @property
    def approved(self) -> list[Case]:
        return [case for case in self.cases if case.decision == APPROVED]

    @property
    def not_approved(self) -> list[Case]:
        return [case for case in self.cases if case.decision != APPROVED]

    @property
    def in_year(self) -> Decimal:
        return sum((case.in_year for case in self.approved), Decimal(0))

    @property
    def full_year(self) -> Decimal:
        return sum((case.full_year for case in self.approved), Decimal(0))


def funding_of(facts: AnnualFacts) -> Funding:
    """The funding decisions of the report's body, taken in its year."""
    rows = decision_rows(facts.decisions, accounts_of=facts.accounts_of, year=str(facts.year))
    amounts = (in_pounds(rows, "in_year_amount"), in_pounds(rows, "full_year_amount"), steps(rows))
    return Funding(
        tuple(
            Case(
                case=row["case"],
                service=facts.service_names.get(row["service_code"] or ""),
                starts_in=say_year(row["financial_year"]),
                in_year=in_year,
                full_year=full_year,
                step=step,
                recurrence=row["recurrence"],
                decision=row["funding_decision"],
                decided_by=row["decided_by"],
                decided_on=row["decided_on"],
                source=row["source"],
            )
            for row, in_year, full_year, step in zip(rows.to_pylist(), *amounts, strict=True)
        )
    )


def funding_section(facts: AnnualFacts, funding: Funding) -> Section:
    """Decisions with their cost, and those that were not approved."""
    title = "Funding decisions"
    if not funding.cases:
        words = (
            f"No funding decision taken in {say_year(facts.year)} is in the register of funding "
            "decisions."
        )
        return Section("funding", title, (Prose((words,)),))
    blocks: list[Block] = [Prose((_sentence(facts, funding),))]
    if funding.approved:
        blocks.append(_table(facts, funding))
    if funding.not_approved:
        points = tuple(
            f"{capital(case.case)}: {case.decision} by the {case.decided_by}, "
            f"{case.decided_on.day} {case.decided_on:%B %Y}."
            for case in funding.not_approved
        )
        blocks.append(Points("Not approved:", points))
    return Section("funding", title, tuple(blocks))


def _sentence(facts: AnnualFacts, funding: Funding) -> str:
    count = len(funding.approved)
    if not count:
        return f"Nothing new was approved in {say_year(facts.year)}."
    years = say_list(sorted({case.starts_in for case in funding.approved}))
    bodies = say_list(sorted({f"the {case.decided_by}" for case in funding.approved}))
    words = (
        f"{capital(say_count(count, 'development'))} {say_verb(count, 'was', 'were')} approved in "
        f"{say_year(facts.year)} by {bodies}, costing {say_millions(funding.in_year)} in the "
        f"first year ({years}) and {say_millions(funding.full_year)} in a full year."
    )
    growth = funding.full_year - funding.in_year
    if growth > 0:
        words += f" The year after begins {say_millions(growth)} dearer."
    return words


def _table(facts: AnnualFacts, funding: Funding) -> PackTable:
    in_year, full_year = (
        Accounted(REGISTER, facts.accounts_of, str(facts.year), facts.on.isoformat(),
                  measure=measure, decision=APPROVED)
        for measure in ("in_year_amount", "full_year_amount")
    )  # fmt: skip
    later = Computed(
        "the cost in a full year less the cost in the first year",
        ("full_year_gbp", "in_year_gbp", "all.full_year_gbp"),
    )
    rows = [
        {
            "case": case.case,
            "service": case.service,
            "starts_in": case.starts_in,
            "in_year_gbp": case.in_year,
            "full_year_gbp": case.full_year,
            "still_to_come_gbp": case.full_year - case.in_year,
            "recurrence": case.recurrence,
            "decided_on": f"{case.decided_on.day} {case.decided_on:%B %Y}",
            "source": case.source,
        }
        for case in funding.approved
    ]
    money = pa.decimal128(38, 2)
    shapes = dict.fromkeys(("in_year_gbp", "full_year_gbp", "still_to_come_gbp"), money)
    names = list(rows[0])
    return PackTable(
        id="funding_approved",
        title=f"Funding approved in {say_year(facts.year)}",
        columns=(
            Column("case", "Development", Unit.TEXT, "What is funded"),
            Column("service", "Service line", Unit.TEXT, "The national service line",
                   missing="not one service line", on_page=False),
            Column("starts_in", "First year", Unit.TEXT, "The first year it takes effect"),
            money_column("in_year_gbp", "Cost in the first year",
                         "Cost in the year it starts", source=in_year),
            money_column("full_year_gbp", "Cost in a full year", "Cost once it runs all year",
                         source=full_year),
            money_column("still_to_come_gbp", "Still to come",
                         "Full year less first year: what the year after adds", signed=True,
                         source=later),
            Column("recurrence", "Recurrent", Unit.TEXT, "Whether it is paid again each year",
                   missing="not said"),
            Column("decided_on", "Decided", Unit.TEXT, "The day it was decided"),
            Column("source", "Source", Unit.TEXT, "Where it is written down", on_page=False),
        ),
        rows=pa.Table.from_pylist(
            rows, schema=pa.schema([(n, shapes.get(n, pa.string())) for n in names])
        ),
        row_header="case",
        making=Making(
            "Costs as decided, in pounds", (REGISTER,),
            f"approved in {facts.year}, of {facts.accounts_of}",
        ),
        total_label="All approved",
        keys=(Key("case", Of.LINE),),
    )  # fmt: skip
