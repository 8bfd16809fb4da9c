"""Rulebooks are dated data. This reads one, checks what every rulebook must say, and names it."""

from __future__ import annotations

import csv
import hashlib
import tomllib
from dataclasses import dataclass
from datetime import date
from importlib import resources
from importlib.resources.abc import Traversable
from io import StringIO
from typing import Any

from speccomm.foundation.errors import Refusal

HEADER_KEYS = {
    "identifier": str,
    "version": str,
    "title": str,
    "from_date": date,
    "source": str,
    "author": str,
    "checked_by": str,
    "next_review": date,
}


class BadRulebook(Refusal):
    """A rulebook that lacks what every rulebook must say, or says it wrongly."""


@dataclass(frozen=True)
class Rulebook:
    """One rulebook: its header, its rules as plain data, and the hash of the file they came from.

    `from_date` is inclusive, `to_date` exclusive and None while in force. `assumed` is true where
    the rules were not found at source and stand in until they are.
    """

    identifier: str
    version: str
    title: str
    from_date: date
    to_date: date | None
    source: str
    author: str
    checked_by: str
    next_review: date
    assumed: bool
    rules: dict[str, Any]
    sha256: str

    def in_force_on(self, day: date) -> bool:
        return self.from_date <= day and (self.to_date is None or day < self.to_date)

    @property
    def reference(self) -> dict[str, str]:
        """What a manifest records of this rulebook."""
        return {"identifier": self.identifier, "version": self.version, "sha256": self.sha256}


def rulebooks_root() -> Traversable:
    """The folder of shipped rulebooks."""
    return resources.files("speccomm") / "rulebooks"


def read_rulebook(name: str, *, root: Traversable | None = None) -> Rulebook:
    """Read rulebook `name`, a path under the root without its ending, such as intake/checks.

    Raises BadRulebook where the file is missing, is not TOML or its [rulebook] table lacks an
    entry. Everything outside [rulebook] is the rules, handed on as plain data.
    """
    path = (root or rulebooks_root()).joinpath(*f"{name}.toml".split("/"))
    if not path.is_file():
        raise BadRulebook(f"There is no rulebook {name!r}.")
    content = path.read_bytes()
    try:
        data = tomllib.loads(content.decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as problem:
        raise BadRulebook(f"Rulebook {name!r} is not readable TOML: {problem}") from problem
    header = data.pop("rulebook", None)
    if not isinstance(header, dict):
        raise BadRulebook(f"Rulebook {name!r} has no [rulebook] table.")
    for key, kind in HEADER_KEYS.items():
        if not isinstance(header.get(key), kind) or header[key] == "":
            raise BadRulebook(f"Rulebook {name!r} must give {key} in its [rulebook] table.")
    unknown = set(header) - set(HEADER_KEYS) - {"to_date", "assumed"}
    if unknown:
        raise BadRulebook(f"Rulebook {name!r} has unknown entries: {', '.join(sorted(unknown))}.")
    return Rulebook(
        **{key: header[key] for key in HEADER_KEYS},
        to_date=header.get("to_date"),
        assumed=header.get("assumed", False),
        rules=data,
        sha256=hashlib.sha256(content).hexdigest(),
    )


def read_rule_table(name: str, *, root: Traversable | None = None) -> list[dict[str, str]]:
    """Read CSV table `name` (a path under the root without its ending) as rows of text.

    Empty text means missing. Raises BadRulebook where the file is missing or a row is ragged.
    """
    path = (root or rulebooks_root()).joinpath(*f"{name}.csv".split("/"))
    if not path.is_file():
        raise BadRulebook(f"There is no rule table {name!r}.")
    reader = csv.DictReader(StringIO(path.read_text(encoding="utf-8")), strict=True)
    rows = list(reader)
    for number, row in enumerate(rows, start=2):
        if None in row or None in row.values():
            raise BadRulebook(f"Rule table {name!r} has too many or too few cells in row {number}.")
    return rows
