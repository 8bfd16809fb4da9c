"""Count the stored rows behind the money of an annual report."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from speccomm.jobs.reading import Reading
from speccomm.jobs.recounting.contract import contract_row_counts
from speccomm.jobs.recounting.money import add_up_money
from speccomm.publishing.model import BadPack, Pack
from speccomm.publishing.receipts.figures import (
    FigureRow,
    figure_columns,
    figure_rows,
    tables_with_figures,
    values_of,
)
from speccomm.publishing.sourcing import GROUP, OTHERS, Accounted, Of, Position

Counts = dict[tuple[str, str, str], int]
Held = Mapping[tuple[str | None, str | None], Mapping[str, int]]
ACTUAL = "acm_actual"


def count_money(reading: Reading, pack: Pack) -> Counts:
    """How many stored rows stand behind each amount; by commissioner they are not counted.

    Raises:  BadPack where an amount of the accounts is not what its declared source adds up to: a
             fault in the library, so no report is made of it.
    """
    sets = pack.facts["sets"]
    counts: Counts = {}
    held: dict[Position, Held] = {}
    for table in tables_with_figures(pack):
        for column in figure_columns(table):
            source = column.source
            for row in figure_rows(table, {}):
                if column.name not in row.figures:
                    continue
                values = values_of(table.keys, row.values)
                place = (table.id, row.key, column.name)
                if isinstance(source, Accounted):
                    added = add_up_money(reading, source, values, sets=sets)
                    _hold_to(place, row.figures[column.name].value, added.value)
                    counts[place] = added.rows.num_rows
                elif isinstance(source, Position) and source.to_month:
                    if source not in held:
                        held[source] = contract_row_counts(reading, source, sets=sets)
                    found = _rows_of(row, values, held[source], sets)
                    if found is not None:
                        counts[place] = found
    return counts


def _hold_to(place: tuple[str, str, str], stated: str | None, found: Decimal | None) -> None:
    if Decimal(stated or 0) != (found or 0):
        raise BadPack(f"{'.'.join(place)} is {stated}, its source adds up to {found}")


def _rows_of(
    row: FigureRow,
    values: Mapping[Of, str | None],
    held: Held,
    sets: Mapping[str, list[str]],
) -> int | None:
    if Of.PATIENT_ICB in values:
        return None
    wanted = {of: _keys(value, sets) for of, value in values.items() if of is not Of.NOTHING}
    codes = {code: name for name, all_of in _sent_as(sets).items() for code in all_of}
    providers = wanted.get(Of.PROVIDER)
    if providers is not None:
        providers = {codes.get(code or "", code) for code in providers}
    services = wanted.get(Of.SERVICE)
    return sum(
        counts.get(ACTUAL, 0)
        for (provider, service), counts in held.items()
        if (providers is None or provider in providers)
        and (services is None or service in services)
    )


def _keys(value: str | None, sets: Mapping[str, list[str]]) -> set[str | None]:
    if value in OTHERS:
        return set(sets.get(f"{GROUP}{value}", ()))
    return {value}


def _sent_as(sets: Mapping[str, list[str]]) -> dict[str, list[str]]:
    prefix = "sent_as:"
    return {n.removeprefix(prefix): codes for n, codes in sets.items() if n.startswith(prefix)}
