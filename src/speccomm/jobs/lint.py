"""Lint a pack's tables: find its description, read, check, and say what was done."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa

from speccomm.foundation.rulebook import Rulebook
from speccomm.publishing.lint.checking import lint_pack
from speccomm.publishing.lint.description import PackSpec
from speccomm.publishing.lint.description_file import read_description
from speccomm.publishing.lint.own_pack import describe_own_pack, own_pack_of
from speccomm.publishing.lint.own_workbook import describe_own_workbook, is_own_workbook
from speccomm.publishing.lint.rules import open_lint_rules
from speccomm.reference import open_reference

DESCRIPTION = "description.toml"  # looked for in a folder of tables that no other is given for


@dataclass(frozen=True)
class LintRequest:
    """A file or folder to be linted.

    `description` None uses the folder's own description.toml, or what a pack of ours says of
    itself, or nothing. `now` stands for the pack's date where neither it nor a description says it.
    """

    place: Path
    now: datetime
    description: Path | None = None
    reference: Path | None = None


@dataclass(frozen=True)
class LintAnswer:
    """What was found and what could not be judged, with how many tables and rows were read."""

    findings: pa.Table
    not_checked: pa.Table
    tables: int
    rows: int
    facts: dict[str, Any]

    @property
    def is_clean(self) -> bool:
        return bool(self.findings.num_rows == 0)


def lint(request: LintRequest) -> LintAnswer:
    """Hold the tables of a pack to what should be so.

    Raises: BadDescription; NoTables, NotATextFile or NotAWorkbook for what cannot be read;
            NoReferenceFolder or BadReferenceFile for the reference folder.
    """
    rules = open_lint_rules()
    books: list[Rulebook] = [*rules.books]
    place, pack = request.place, PackSpec(given=False)
    own = own_pack_of(place)
    if own is not None:
        described = describe_own_pack(own)
        if is_own_workbook(place, own):
            described = describe_own_workbook(described, own)
        place, pack = described.tables if place == own else place, described.spec
        books.append(described.book)
    description = _description(request, own is not None)
    if description is not None:
        pack = read_description(description)
    if pack.dated is None:
        pack = replace(pack, dated=request.now.date())
    reference = open_reference(request.reference)
    linted = lint_pack(place, pack, reference=reference, rules=rules)
    return LintAnswer(
        findings=linted.findings,
        not_checked=linted.not_checked,
        tables=linted.tables,
        rows=linted.rows,
        facts={
            "description": str(description) if description else None,
            "files": [{"path": path.name, "sha256": _sha256(path)} for path in linted.files],
            "rulebooks": [book.reference for book in (*books, reference.rulebook)],
            "reference": reference.identity(),
            "row_counts": {"tables": linted.tables, "rows": linted.rows},
        },
    )


def _description(request: LintRequest, own: bool) -> Path | None:
    if request.description is not None:
        return request.description
    beside = request.place / DESCRIPTION
    return beside if not own and request.place.is_dir() and beside.is_file() else None


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
