"""Describe one of our own packs from its manifest and data dictionary, so that none need be written."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from speccomm.foundation.periods import FinancialMonth
from speccomm.foundation.rulebook import Rulebook, read_rulebook
from speccomm.publishing.lint.description import (
    AcrossSum,
    ColumnSpec,
    Kind,
    PackSpec,
    Period,
    TableSpec,
)
from speccomm.publishing.lint.description_file import BadDescription, describe
from speccomm.publishing.rendering.paths import DICTIONARY, MANIFEST, WORKBOOK

RULEBOOK = "publishing/lint_own_pack"
NOT_SUPPRESSED = "none"
TABLES = Path(DICTIONARY).parent.name


@dataclass(frozen=True)
class OwnPack:
    """A pack of ours: where its tables are, how they are described and by which rules."""

    tables: Path
    spec: PackSpec
    book: Rulebook


def own_pack_of(place: Path) -> Path | None:
    """The folder of the pack that `pack build` made, for it, its tables, one of its tables or its workbook."""
    folders = [place]
    if place.name == TABLES:
        folders.append(place.parent)
    elif place.parent.name == TABLES and place.is_file():
        folders.append(place.parent.parent)
    elif place.name == WORKBOOK:
        folders.append(place.parent)
    return next((folder for folder in folders if _is_own_pack(folder)), None)


def _is_own_pack(folder: Path) -> bool:
    try:
        manifest = json.loads((folder / MANIFEST).read_text("utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(manifest, dict) and "pack_format" in manifest


def describe_own_pack(folder: Path) -> OwnPack:
    """The description of a pack of ours.

    Raises: BadDescription where its manifest or data dictionary has been damaged.
    Source: rulebook publishing/lint_own_pack; the pack's own manifest and data dictionary.
    """
    book = read_rulebook(RULEBOOK)
    manifest = json.loads((folder / MANIFEST).read_text("utf-8"))
    general = describe(book.rules["description"])
    tables = tuple(
        _table(Path(file), columns, manifest, book.rules)
        for file, columns in _dictionary(folder / DICTIONARY).items()
    )
    words = {w for entry in manifest.get("tables", []) for w in entry.get("words_for_none", [])}
    spec = replace(
        general,
        title=str(manifest.get("title", "")),
        dated=_built_on(manifest, folder),
        tables=tables,
        missing_marks=tuple(dict.fromkeys((*general.missing_marks, *sorted(words)))),
    )
    return OwnPack(folder / TABLES, spec, book)


def _dictionary(path: Path) -> dict[str, dict[str, dict[str, str]]]:
    """The entries of the data dictionary by file and column."""
    try:
        with path.open(encoding="utf-8", newline="") as file:
            entries = list(csv.DictReader(file))
    except OSError as problem:
        raise BadDescription(path.name, "the pack has no data dictionary.") from problem
    files: dict[str, dict[str, dict[str, str]]] = {}
    for entry in entries:
        if not {"file", "column", "unit", "empty_means"} <= set(entry):
            raise BadDescription(path.name, "it does not say file, column, unit and empty_means.")
        files.setdefault(entry["file"], {})[entry["column"]] = entry
    return files


def _table(
    file: Path, entries: Mapping[str, Mapping[str, str]], manifest: Mapping[str, Any], rules: Any
) -> TableSpec:
    columns = {
        name: ColumnSpec(_kind(name, entry["unit"], rules), blank=entry["empty_means"] or "said")
        for name, entry in entries.items()
    }
    rounded_to = manifest.get("rounded_to", {}).get(file.stem, _rounded_to(manifest, rules))
    sums = [
        AcrossSum(entry["total"], tuple(entry["of"]), exact=not rounded_to)
        for entry in rules["sums"]
    ]
    map_date = manifest.get("organisation_map_date")
    return TableSpec(
        id=file.stem,
        file=file.name,
        columns=columns,
        across=tuple(s for s in sums if {s.total, *(p.lstrip("-") for p in s.of)} <= set(columns)),
        period=_period(manifest),
        organisations_on=date.fromisoformat(map_date) if map_date else None,
        published=manifest.get("suppression", NOT_SUPPRESSED) != NOT_SUPPRESSED,
        rounded_to=rounded_to,
        rounding_noted=bool(rounded_to),
    )


def _rounded_to(manifest: Mapping[str, Any], rules: Any) -> int:
    """To what the pack's method of suppression rounds; 0 where it does not."""
    method = json.dumps(manifest.get("suppression", NOT_SUPPRESSED))
    return max((base for name, base in rules["rounding"].items() if name in method), default=0)


def _kind(name: str, unit: str, rules: Any) -> Kind:
    return Kind(rules["columns"].get(name) or rules["units"].get(unit) or Kind.TEXT)


def _period(manifest: Mapping[str, Any]) -> Period | None:
    first, last = manifest.get("from_month"), manifest.get("to_month")
    if not first or not last:
        return None
    return Period(FinancialMonth.parse_calendar(first), FinancialMonth.parse_calendar(last))


def _built_on(manifest: Mapping[str, Any], folder: Path) -> date:
    try:
        return datetime.fromisoformat(str(manifest["built_at"])).date()
    except (KeyError, ValueError) as problem:
        where = f"{folder.name}/{MANIFEST}"
        raise BadDescription(where, "it does not say when it was built.") from problem
