"""The registers of money that no provider sends: accounts of a year, and funding decisions.

They are kept and dated like the registers of evidence, because they too are said by a body on a day
and may be said otherwise later. Amounts stay as printed; `stated_in` says what they are of.
"""

from __future__ import annotations

from speccomm.quality.declaring import NOT_SAID, Column, Kind, Register

WHOSE = Column(
    "accounts_of", "whose accounts: the code of an ICB or a region, or a body's name", Kind.BODY
)
STATED_IN = Column(
    "stated_in", "what the amounts are of: pounds, or thousands or millions of them",
    Kind.CHOICE, choices="stated_in",
)  # fmt: skip
SOURCE = Column("source", "where it is written down: the paper, its table and page")
NOTE = Column("note", "anything a reader should know", missing="nothing to add")

ACCOUNTS = Register(
    "accounts",
    "Income and expenditure of a year as accounted for, line by line, with the totals printed.",
    ("accounts_of", "financial_year", "account", "heading"),
    (
        WHOSE,
        Column("financial_year", "the year accounted for, as 2023-24", Kind.YEAR),
        Column("account", "which table of the accounts the line is of", Kind.CHOICE,
               choices="account"),
        Column("heading", "the line, as the accounts name it"),
        Column("line_covers", "one organisation or service, several together, or the printed total",
               Kind.CHOICE, choices="line_covers"),
        Column("icb_code", "the commissioner that paid", Kind.ICB, missing="not an ICB of today"),
        Column("provider_code", "the provider paid", Kind.PROVIDER, missing="not one provider"),
        Column("service_code", "the service line bought", Kind.SERVICE,
               missing="not one service line of today"),
        Column("amount", "the amount as printed", Kind.MONEY, unit="as stated_in says"),
        STATED_IN,
        SOURCE,
        NOTE,
    ),
)  # fmt: skip

FUNDING_DECISIONS = Register(
    "funding_decisions",
    "What was decided to fund: the cost in the first year and in a full year.",
    ("accounts_of", "financial_year", "case"),
    (
        WHOSE,
        Column("financial_year", "the first year it takes effect, as 2024-25", Kind.YEAR),
        Column("case", "what is funded, in a few words"),
        Column("service_code", "the service line", Kind.SERVICE, missing="not one service line"),
        Column("in_year_amount", "the cost in the first year", Kind.MONEY,
               unit="as stated_in says"),
        Column("full_year_amount", "the cost in a full year", Kind.MONEY,
               unit="as stated_in says"),
        STATED_IN,
        Column("recurrence", "recurrent or not", Kind.CHOICE, NOT_SAID, choices="recurrence"),
        Column("funding_decision", "approved, declined or deferred", Kind.CHOICE,
               choices="funding_decision"),
        Column("decided_by", "the body that decided", Kind.ROLE),
        Column("decided_on", "when it was decided", Kind.DAY, "not decided yet"),
        SOURCE,
        NOTE,
    ),
)  # fmt: skip
