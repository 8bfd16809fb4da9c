"""Made-up income of a year and funding decisions, for the annual reports of the demonstration."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any, Protocol

STATED_IN = "thousands of pounds"


class Sayer(Protocol):
    """Whoever keeps statements: see `synthetic.evidence.Drawing`."""

    @property
    def rules(self) -> dict[str, Any]: ...

    def say(self, register: str, values: Mapping[str, Any], *, on: date | None = None) -> None:
        """Add a statement."""


def draw_money(drawing: Sayer) -> None:
    """State every line of income with its total, and every funding decision."""
    rules = drawing.rules
    last = rules["said"]["last_on"]
    for account in rules["accounts"]:
        about = {
            "accounts_of": account["of"], "financial_year": account["financial_year"],
            "account": "income", "stated_in": STATED_IN, "source": rules["money"]["source"],
        }  # fmt: skip
        total = Decimal(0)
        for heading, icb, amount in account["income"]:
            total += amount
            drawing.say(
                "accounts",
                {**about, "heading": heading, "icb_code": icb or None, "line_covers": "one",
                 "amount": Decimal(amount)},
                on=last,
            )  # fmt: skip
        drawing.say(
            "accounts",
            {**about, "heading": "Total", "line_covers": "total", "amount": total},
            on=last,
        )
        for case, service, in_year, full_year, recurrence, decision in account["decisions"]:
            drawing.say(
                "funding_decisions",
                {
                    "accounts_of": account["of"], "financial_year": rules["money"]["starts_in"],
                    "case": case, "service_code": service or None,
                    "in_year_amount": Decimal(in_year), "full_year_amount": Decimal(full_year),
                    "stated_in": STATED_IN, "recurrence": recurrence, "funding_decision": decision,
                    "decided_by": rules["money"]["decided_by"],
                    "decided_on": rules["money"]["decided_on"], "source": rules["money"]["source"],
                },
                on=last,
            )  # fmt: skip
