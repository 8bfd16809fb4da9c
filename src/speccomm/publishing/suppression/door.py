"""The one door: `suppress` alone makes a `PublishableTable`, and renderers accept nothing else."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import InitVar, dataclass

import numpy as np
import pyarrow as pa

from speccomm.publishing.suppression.dimensions import Dimension
from speccomm.publishing.suppression.evidence import Evidence
from speccomm.publishing.suppression.model import Protected
from speccomm.publishing.suppression.protection import CannotBeProtected, Guard, Target
from speccomm.publishing.suppression.publication import Outcome, published_table
from speccomm.publishing.suppression.question import Answer, answer
from speccomm.publishing.suppression.ratios import Ratio, ratio_cells
from speccomm.publishing.suppression.rules import SuppressionRules, suppression_rules
from speccomm.publishing.suppression.search import Gap
from speccomm.publishing.suppression.sources import (
    BadTable,
    Earlier,
    Key,
    Kind,
    PublishedTable,
    SourceTable,
)
from speccomm.publishing.suppression.values import Marks, PublishedCell, State, printed

_SEAL = object()
NUMBER = pa.decimal128(38, 6)
PENCE = 2


class NotThroughTheDoor(TypeError):
    """A publishable table made by hand: a programmer's mistake, not a user's."""


@dataclass(frozen=True)
class Account:
    """How a publication was protected. For the custodian, not to be printed beside a table.

    `primary` and `secondary` count this table's hidden small numbers and those hidden to protect
    them; `cells` and `total` are the whole publication's, each with the least it could be.
    `revised` cells of earlier releases contradict the present figures and were set aside;
    `out_before` counts cells that earlier releases gave away or left less protected than the rules ask.
    """

    method: str
    rulebook: Mapping[str, str]
    primary: int
    secondary: int
    cells: Gap
    total: Gap
    rounds: int
    checked_against: tuple[str, ...]
    revised: int
    out_before: int
    zeros_hidden: int

    @property
    def proof(self) -> str:
        """In words: optimal, or how far from it at most."""
        if self.cells.closed and self.total.closed:
            return "optimal"
        over = self.cells.reached - self.cells.bound
        if over:
            return f"at most {over} more hidden than needed"
        return f"fewest hidden; their total at most {self.total.reached - self.total.bound} over the least"


@dataclass(frozen=True)
class PublishableTable:
    """A table that may be shown to anyone. Made by `suppress` and nowhere else.

    Nothing in it is hidden from a reader: a suppressed cell has no number here. `evidence` is the
    table as later releases must remember it, None for rates of other tables of the publication.
    `note` stands beneath it wherever it is shown.
    """

    release: str
    id: str
    title: str
    dimensions: tuple[Dimension, ...]
    cells: Mapping[Key, PublishedCell]
    decimals: Mapping[Key, int]
    marks: Marks
    note: str
    account: Account
    evidence: PublishedTable | None
    seal: InitVar[object]

    def __post_init__(self, seal: object) -> None:
        if seal is not _SEAL:
            raise NotThroughTheDoor("only suppress() makes a table publishable")

    def printed(self, key: Key) -> str:
        """A cell as a file prints it."""
        return printed(self.cells[key], self.marks, decimals=self.decimals.get(key, 0))

    def rows(self) -> pa.Table:
        """The table for renderers and charts.

        Shape:   one row per cell in the order of its categories: a code and a title for each
                 dimension, `number`, `state` and `printed`.
        Missing: `number` is null for everything but numbers and zeros; `state` says what it is.
        """
        columns: dict[str, list[object]] = {}
        for key, cell in self.cells.items():
            for dimension, code in zip(self.dimensions, key, strict=True):
                category = dimension.category(code)
                columns.setdefault(dimension.name, []).append(code)
                columns.setdefault(f"{dimension.name}_title", []).append(category.title)
            columns.setdefault("number", []).append(cell.number)
            columns.setdefault("state", []).append(str(cell.state))
            columns.setdefault("printed", []).append(self.printed(key))
        types = {"number": NUMBER}
        arrays = {n: pa.array(v, types.get(n, pa.string())) for n, v in columns.items()}
        return pa.table(arrays)

    def drawn(self) -> tuple[pa.Table, tuple[Key, ...]]:
        """What a chart may draw, and the cells it must name as not drawn.

        Shape:   as `rows`, only those with a number.
        Missing: hidden numbers and those that do not exist are in the second answer, never at zero.
        """
        rows = self.rows()
        kept = rows.filter(rows["number"].is_valid())
        return kept, tuple(key for key, cell in self.cells.items() if cell.number is None)


@dataclass(frozen=True)
class Publication:
    """The tables of one call of the door, in the order they were given, ratios last."""

    tables: tuple[PublishableTable, ...]

    def table(self, id: str) -> PublishableTable:  # noqa: A002 the field's own name
        return next(table for table in self.tables if table.id == id)


def suppress(
    tables: Sequence[SourceTable],
    *,
    release: str,
    rules: SuppressionRules | None = None,
    earlier: Sequence[Earlier] = (),
    ratios: Sequence[Ratio] = (),
    stop: Callable[[], bool] = lambda: False,
) -> Publication:
    """Hide what must be hidden in tables that are published together, and prove that it stays so.

    Rules are those of hospital statistics where none are given. Everything in `earlier` counts as known to
    everyone; where an earlier hidden number is still held, handing it in hides less. `stop` is asked
    now and then whether to end with what there is, and the gap is in the account.

    Raises: BadTable where tables contradict themselves or each other; CannotProtect where hiding
            everything would not protect a cell; TooManyUnknowns where the tables together are too large.
    """
    rules = rules or suppression_rules()
    _demand_named_once(tables, ratios)
    found = answer(tables, earlier, rules, stop)
    before = [each.published for each in earlier]
    shown: dict[str, PublishedTable] = {}
    for part in found.parts:
        measure = part.ledger.measure
        chosen = [table for table in tables if table.measure == measure]
        shown |= _shown(part, chosen, before, found.outcome(measure, rules), rules, release)
    releases = tuple(dict.fromkeys(published.release for published in before))
    made = [_made(table, shown[table.id], found, rules, releases) for table in tables]
    accounts = {table.id: table.account for table in made}
    return Publication(
        (*made, *(_made_ratio(ratio, shown, accounts, rules, release) for ratio in ratios))
    )


def _demand_named_once(tables: Sequence[SourceTable], ratios: Sequence[Ratio]) -> None:
    """Raise BadTable where names clash or an amount stands beside nothing."""
    names = [table.id for table in tables] + [ratio.id for ratio in ratios]
    for name in names:
        if names.count(name) > 1:
            raise BadTable(name, "another table of the publication has the same name.")
    kinds: dict[str, Kind] = {}
    for table in tables:
        if kinds.setdefault(table.measure, table.kind) is not table.kind:
            raise BadTable(table.id, f"{table.measure} is a count here and an amount elsewhere.")
    counts = {table.id: table for table in tables if table.kind is Kind.COUNT}
    for table in tables:
        if table.kind is Kind.AMOUNT:
            beside = counts.get(table.beside)
            if beside is None or beside.cells.keys() != table.cells.keys():
                raise BadTable(
                    table.id, "the counts it stands beside are not there, or are others."
                )


def _shown(
    part: Protected,
    tables: Sequence[SourceTable],
    before: Sequence[PublishedTable],
    outcome: Outcome,
    rules: SuppressionRules,
    release: str,
) -> dict[str, PublishedTable]:
    """A measure's tables as everyone will see them, attacked before anyone does.

    A larger number that is hidden and could still be worked out protects nothing and is shown.
    """
    ledger = part.ledger
    earlier = [table for table in before if table.measure == ledger.measure]
    made = [published_table(table, ledger, outcome, rules, release) for table in tables]
    evidence = _evidence(part, made, earlier)
    larger = [
        c for c, e in ledger.entries.items() if outcome.hidden(c) and not e.small and e.number
    ]
    in_vain = frozenset(coverage for coverage in larger if evidence.exactly(coverage))
    if in_vain:
        outcome = outcome.without(in_vain)
        made = [published_table(table, ledger, outcome, rules, release) for table in tables]
        evidence = _evidence(part, made, earlier)
    _demand_protected(part, evidence)
    return {table.id: table for table in made}


def _evidence(
    part: Protected, made: Sequence[PublishedTable], earlier: Sequence[PublishedTable]
) -> Evidence:
    """What everyone will know. What the true numbers contradict is no longer believed."""
    return Evidence(
        made,
        earlier=earlier,
        revised=part.revised,
        also=part.implied,
        universe=part.ledger.universe,
    )


def _demand_protected(part: Protected, evidence: Evidence) -> None:
    """Attack what is about to go out, from nothing but what everyone will have.

    The attack starts from the printed tables, not from the true numbers the choice was made with.
    """
    measure = part.ledger.measure
    ratio = part.scale / evidence.scale
    targets = [
        Target(
            evidence.cell_of[part.coverages[target.cell]],
            target.low * ratio,
            target.high * ratio,
            target.apart * ratio,
        )
        for target in part.guard.targets
    ]
    nothing = np.zeros(0, dtype=np.bool_)
    try:
        safe = Guard(evidence.polytope, targets, nothing).protects(nothing)
    except CannotBeProtected:
        safe = False
    if not safe:
        raise AssertionError(
            f"a hidden number of {measure} could be recovered; nothing was published"
        )


def _made(
    table: SourceTable,
    shown: PublishedTable,
    found: Answer,
    rules: SuppressionRules,
    releases: tuple[str, ...],
) -> PublishableTable:
    part = found.part(table.measure)
    ledger = part.ledger
    coverages = ledger.universe.coverages(table)
    hidden = [coverages[key] for key, c in shown.cells.items() if c.state is State.SUPPRESSED]
    entries = [ledger.entries[coverage] for coverage in hidden]
    small = sum(entry.small for entry in entries)
    zeros = sum(entry.number == 0 and not entry.small for entry in entries)
    demands = part.demands
    account = Account(
        method=rules.method,
        rulebook=rules.rulebook.reference,
        primary=small,
        secondary=len(entries) - small,
        cells=found.pattern.cells,
        total=found.pattern.total,
        rounds=found.pattern.rounds,
        checked_against=releases,
        revised=len(part.revised),
        out_before=len({*demands.bare, *demands.narrowed}),
        zeros_hidden=zeros if table.kind is Kind.COUNT else 0,
    )
    places = PENCE if table.kind is Kind.AMOUNT else table.rate.decimals if table.rate else 0
    return PublishableTable(
        release=shown.release,
        id=table.id,
        title=table.title,
        dimensions=table.dimensions,
        cells=shown.cells,
        decimals=dict.fromkeys(shown.cells, places),
        marks=rules.marks,
        note=rules.note,
        account=account,
        evidence=shown,
        seal=_SEAL,
    )


def _made_ratio(
    ratio: Ratio,
    shown: Mapping[str, PublishedTable],
    accounts: Mapping[str, Account],
    rules: SuppressionRules,
    release: str,
) -> PublishableTable:
    """A ratio of published cells: it tells nobody anything the cells do not."""
    dimensions, cells, decimals = ratio_cells(ratio, shown, rules.percentages)
    return PublishableTable(
        release=release,
        id=ratio.id,
        title=ratio.title,
        dimensions=dimensions,
        cells=cells,
        decimals=decimals,
        marks=rules.marks,
        note=rules.note,
        account=accounts[ratio.numerator],
        evidence=None,
        seal=_SEAL,
    )
