"""Everything an annual report is made from, as `jobs.annual_report` asks the store for it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

import pyarrow as pa

from speccomm.foundation.periods import MONTHS_IN_YEAR, FinancialMonth, FinancialYear
from speccomm.publishing.naming import short_icb_name

NOT_IN_A_NAME = re.compile(r"[^a-z0-9]+")
BODY = "body"


@dataclass(frozen=True)
class CommissionerSpending:
    """What contract monitoring reports for the patients of one ICB: pounds, and units of care where those
    were asked for.

    One that is not known stands for the codes of a region that lead to none of its ICBs.
    """

    icb_code: str
    icb_name: str
    amount: Decimal
    units: Decimal | None = None
    is_known: bool = True


@dataclass(frozen=True)
class AnnualFacts:
    """The facts of one report.

    `kind` is icb, region or body; a body is known by its name alone and has no contract monitoring.
    `on` is the day statements are read as they hold. `position` is the contract position of the
    patients, without rows where nothing is loaded; `contract_last_month` its last month. The tables
    accounts, decisions, priorities, deliverables, deep_dives and concerns are registers as they
    hold; `sets` are the codes that filters of figures name. With `shows_units`
    the units of care stand beside the money reported for them, as a publication needs.
    """

    kind: str
    code: str
    name: str
    year: FinancialYear
    on: date
    map_date: date
    as_at: datetime | None
    built_at: datetime
    store_version: int
    accounts: pa.Table
    decisions: pa.Table
    position: pa.Table
    by_commissioner: tuple[CommissionerSpending, ...]
    contract_last_month: FinancialMonth | None
    incomplete_months: tuple[str, ...]
    priorities: pa.Table
    deliverables: pa.Table
    deep_dives: pa.Table
    concerns: pa.Table
    service_names: dict[str, str]
    files: pa.Table
    rulebooks: pa.Table
    reference: pa.Table
    row_counts: dict[str, int]
    software: str
    sets: dict[str, tuple[str, ...]] = field(default_factory=dict)
    shows_units: bool = False

    @property
    def area(self) -> str:
        """What begins the identifiers of the report's figures."""
        if self.kind != BODY:
            return self.code
        return NOT_IN_A_NAME.sub("-", self.name.casefold()).strip("-")

    @property
    def short_name(self) -> str:
        """Its name at the head of the report."""
        return short_icb_name(self.name)

    @property
    def in_a_sentence(self) -> str:
        """Its name within a sentence: the Midlands region."""
        return f"the {self.name} region" if self.kind == "region" else self.short_name

    @property
    def accounts_of(self) -> str:
        """The name its accounts stand under in the registers."""
        return self.name if self.kind == BODY else self.code

    @property
    def is_whole_year(self) -> bool:
        """Whether contract monitoring reaches the twelfth month."""
        last = self.contract_last_month
        return last is not None and last.number == MONTHS_IN_YEAR

    @property
    def next_year(self) -> str:
        return str(FinancialYear(self.year.start + 1))
