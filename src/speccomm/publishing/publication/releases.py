"""The ledger of earlier publications: a folder of records of what everyone has seen, and nothing else."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from speccomm.foundation.errors import Refusal
from speccomm.publishing.leaving import PublicationPack
from speccomm.publishing.publication.answering import Remembered
from speccomm.publishing.suppression import (
    Category,
    Dimension,
    Earlier,
    NotARecord,
    PublishedTable,
    Recovery,
    read_release_record,
    release_record,
)
from speccomm.publishing.wording import say_list

FORMAT = 1
SUFFIX = ".json"


class BadLedger(Refusal):
    """A folder of releases with a file in it that is no record of one."""


class WouldReveal(Refusal):
    """A publication that, set beside earlier ones, would give away a number."""

    def __init__(self, tables: Sequence[str], releases: Sequence[str]) -> None:
        self.tables = tuple(tables)
        super().__init__(
            f"Nothing was published: set beside {say_list(list(releases))}, a hidden number could be "
            f"worked out from {say_list(list(tables))}. Publish a longer period, leave those "
            "sections out, or publish what was published before."
        )


@dataclass(frozen=True)
class Past:
    """One table of an earlier publication."""

    table: PublishedTable
    family: str
    units: int


def read_releases(folder: Path) -> tuple[Past, ...]:
    """Every table of every earlier publication, the first first. None where the folder is not there.

    Raises: BadLedger for a file that is no record.
    """
    past: list[Past] = []
    for path in sorted(folder.glob(f"*{SUFFIX}")) if folder.is_dir() else []:
        try:
            content = json.loads(path.read_text("utf-8"))
            if content["ledger_format"] != FORMAT:
                raise NotARecord(f"its format is {content['ledger_format']!r}")
            past += [
                Past(read_release_record(each["record"]), each["family"], int(each["units"]))
                for each in content["tables"]
            ]
        except (OSError, ValueError, KeyError, TypeError, NotARecord) as problem:
            raise BadLedger(
                f"{path.name} in {folder} is not the record of a publication ({problem}). What was "
                "published before cannot be checked without it; put it back from a copy."
            ) from problem
    return tuple(past)


def plain_record(made: Iterable[Remembered]) -> tuple[Mapping[str, Any], ...]:
    """What everyone will have seen, as plain values for the ledger."""
    return tuple(
        {"family": e.family, "units": e.units, "record": release_record(e.table.evidence)}
        for e in made
        if e.table.evidence is not None
    )


def record_release(folder: Path, pack: PublicationPack) -> Path | None:
    """Write what everyone has now seen as the next record; None where an earlier one says the same."""
    return keep_record(folder, release_of(pack))


def release_of(pack: PublicationPack) -> dict[str, Any]:
    """What the ledger keeps of a publication, as plain values that JSON can hold."""
    tables = [dict(each) for each in pack.record]
    return {"ledger_format": FORMAT, "release": str(pack.facts["release"]), "tables": tables}


def keep_record(folder: Path, record: Mapping[str, Any]) -> Path | None:
    """Write a record of `release_of`, for a publication that waited between drawing and leaving.

    Whoever keeps one later than it was checked sees to it that nothing was published in between.
    Missing: None where an earlier record says the same.
    """
    folder.mkdir(parents=True, exist_ok=True)
    done = sorted(folder.glob(f"*{SUFFIX}"))
    for path in done:
        if _seen(json.loads(path.read_text("utf-8")).get("tables", [])) == _seen(record["tables"]):
            return None
    target = folder / f"{len(done) + 1:04d}_{record['release']}{SUFFIX}"
    staged = folder / f".{target.name}.part"
    with staged.open("w", encoding="utf-8") as file:
        json.dump(record, file, ensure_ascii=False, indent=1)
        file.flush()
        os.fsync(file.fileno())
    staged.rename(target)
    return target


def _seen(tables: Iterable[Mapping[str, Any]]) -> list[Any]:
    """What tables show, whatever the release was called."""
    return [
        (e["family"], e["units"], {n: v for n, v in e["record"].items() if n != "release"})
        for e in tables
    ]


Cover = Callable[[str, Category], frozenset[str]]


def units_of(past: Iterable[Past]) -> dict[str, int]:
    """The finest units each family was published in."""
    found: dict[str, int] = {}
    for each in past:
        found[each.family] = max(each.units, found.get(each.family, 1))
    return found


def as_earlier(past: Iterable[Past], family: str, units: int, cover: Cover) -> tuple[Earlier, ...]:
    """Earlier tables of a family, their counts in some units, covering what has come up since.

    `cover` gives the parts that a category of a dimension covers now.
    """
    return tuple(Earlier(_today(each, units, cover)) for each in past if each.family == family)


def _today(past: Past, units: int, cover: Cover) -> PublishedTable:
    dimensions = tuple(
        Dimension(
            dimension.name,
            tuple(replace(c, parts=cover(dimension.name, c)) for c in dimension.categories),
        )
        for dimension in past.table.dimensions
    )
    return _finer(replace(past.table, dimensions=dimensions), units // past.units)


def _finer(table: PublishedTable, times: int) -> PublishedTable:
    if times == 1 or table.kind != "count":
        return table

    def finer(number: Decimal | None) -> Decimal | None:
        return None if number is None else number * times

    cells = {
        key: replace(
            cell,
            number=finer(cell.number),
            low=finer(cell.low),
            high=finer(cell.high),
        )
        for key, cell in table.cells.items()
    }
    return replace(table, cells=cells)


def told_of(recovered: Iterable[Recovery], titles: Mapping[str, str]) -> list[str]:
    """The tables of a publication that take part in giving a number away, by their titles."""
    tables = {table for each in recovered for _, table, _ in each.cells}
    return sorted({titles.get(table, table) for table in tables})
