"""How a figure comes from stored rows, declared beside its column and read by whoever recounts it.

A column of a pack's table names its source, and the table's keys say which of those rows each row
of the table is of. The receipt says both in words; `jobs.receipt` carries them out on the store.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from enum import StrEnum
from typing import Any

ALL = "all"  # the key of a total row
OTHERS = frozenset({"other_providers", "other_services"})  # keys of rows that gather several
TOGETHER = "region_together"  # the key of a row with what the ICBs of a region leave of it
GROUP = "group:"  # begins the name of the set that says what such a row gathers


class Of(StrEnum):
    """What the value of a key column says of the rows behind a row of a table."""

    CRG = "clinical reference group"
    SERVICE = "service line"
    PROVIDER = "provider"
    PATIENT_ICB = "commissioner of the patients"
    MONTH = "month"
    FLOW = "flow"
    MEASURE = "measure"
    DATASET = "data set"
    LOAD = "load"
    FILE = "file"
    CHECK = "check"
    FIELD = "field"
    PART = "part of a service line"
    SITE = "site"
    STAFF_ROLE = "staff role"
    ICB = "ICB of an entry"
    AREA = "part of the region"
    LEVEL = "level of surveillance"
    PRIORITY = "priority"
    LINE = "line of accounts, or case"
    NOTHING = "nothing"  # the key names the row and leaves the rows behind it as they are


@dataclass(frozen=True)
class Key:
    """A column that names the rows of a table, and what it says of the stored rows behind them."""

    column: str
    of: Of


@dataclass(frozen=True)
class Counted:
    """The sum of a measure over the accepted patient-level rows that touch an area.

    `flow` says which of them: A (provider and patient inside), B (provider inside only), C (patient
    inside only) or several letters; empty where a key says it. `left_out` leaves out the codes that
    stand for no single service, `unknown_crg` all rows that lead to a clinical reference group.
    """

    area: str
    first_month: str
    last_month: str
    flow: str = ""
    unknown_crg: bool = False
    left_out: bool = False
    dataset: str = "plcm"
    measure: str = "activity_count"


@dataclass(frozen=True)
class Position:
    """One measure of the contract position of an area's patients, worked out from lines of plan and
    actual. `measure` is empty where a key says it. With `whose` providers it is the position of the
    providers based in the area, for every commissioner."""

    area: str
    year: str
    to_month: int
    measure: str = ""
    whose: str = "patients"


@dataclass(frozen=True)
class ServiceCount:
    """How many service lines have a plan, or have activity and no plan.

    `whose` is patients (plans for the ICB's patients) or providers (plans of the providers based in
    the ICB, for any commissioner).
    """

    area: str
    whose: str
    planned: bool
    year: str
    to_month: int
    first_month: str
    last_month: str


@dataclass(frozen=True)
class Recorded:
    """A count from the store's own registers: files, findings or slices.

    `measure` is the column added up, or rows. Files and findings are those behind the pack; with
    `used`, without the files that only the region's figures need.
    """

    register: str
    measure: str
    used: bool = True
    level: str = ""
    first_month: str = ""
    last_month: str = ""


@dataclass(frozen=True)
class Stated:
    """Counted from the entries of a register of evidence that hold on a day, of an area's providers.

    `measure` is rows, one column added up (sum:in_post_wte) or one whose different values are counted
    (different:site_code). Each of `tests` is a column, an operator and a value with single spaces
    between: = and != compare texts (null is only unequal), >= and < dates, and has finds one of several
    values between semicolons.
    """

    area: str
    register: str
    on: str
    measure: str = "rows"
    tests: tuple[str, ...] = ()


@dataclass(frozen=True)
class Accounted:
    """The sum, in pounds, of amounts in a register of money: accounts or funding_decisions.

    `year` is the year accounted for, or the year decided in; `on` the day the statements hold on.
    `account` names the table of the accounts, `decision` the kind of decision; empty where none.
    """

    register: str
    accounts_of: str
    year: str
    on: str
    measure: str = "amount"
    account: str = ""
    decision: str = ""


@dataclass(frozen=True)
class Computed:
    """Worked out from other figures of the same row, which `of` names by their columns; those of the
    total row are named all.COLUMN."""

    words: str
    of: tuple[str, ...] = ()


Source = Counted | Position | ServiceCount | Recorded | Stated | Accounted | Computed

KINDS: dict[str, type[Any]] = {
    "counted": Counted,
    "position": Position,
    "service_count": ServiceCount,
    "recorded": Recorded,
    "stated": Stated,
    "accounted": Accounted,
    "computed": Computed,
}


def as_plain(source: Source) -> dict[str, Any]:
    """The source as a plain JSON object."""
    kind = next(name for name, made in KINDS.items() if isinstance(source, made))
    plain = {name: list(v) if isinstance(v, tuple) else v for name, v in asdict(source).items()}
    return {"kind": kind, **plain}


def source_of(plain: dict[str, Any]) -> Source:
    """The source that a plain object was made from. Raises KeyError for one of no known kind."""
    made = KINDS[plain["kind"]]
    names = {field.name for field in fields(made)}
    values = {name: tuple(v) if isinstance(v, list) else v for name, v in plain.items()}
    source: Source = made(**{name: v for name, v in values.items() if name in names})
    return source
