"""Lint a small table written here, and look at what is found."""

import tomllib
from datetime import date
from functools import cache
from pathlib import Path
from textwrap import dedent

import openpyxl

from speccomm.publishing.lint.checking import lint_pack
from speccomm.publishing.lint.description import PackSpec
from speccomm.publishing.lint.description_file import describe
from speccomm.publishing.lint.rules import open_lint_rules
from speccomm.reference import open_reference

DATED = "[pack]\ndated = 2024-03-01\n"


@cache
def rules():
    return open_lint_rules()


@cache
def reference():
    return open_reference()


def described(text):
    return describe(tomllib.loads(dedent(text)))


def lint_place(place: Path, pack: PackSpec):
    return lint_pack(place, pack, reference=reference(), rules=rules())


def lint_csv(tmp_path, rows, description, *, name="t"):
    """Lint one CSV table named t under a description of what it holds."""
    path = tmp_path / f"{name}.csv"
    path.write_text(dedent(rows).strip("\n") + "\n", encoding="utf-8")
    return lint_place(path, described(description))


def lint_workbook(tmp_path, fill, description=None, *, name="t"):
    """Lint a workbook of one sheet named t, filled by `fill`."""
    book = openpyxl.Workbook()
    book.active.title = "t"
    fill(book.active)
    path = tmp_path / f"{name}.xlsx"
    book.save(path)
    pack = described(description) if description else PackSpec(given=False, dated=date(2024, 3, 1))
    return lint_place(path, pack)


def found(linted):
    """Code and cell of each finding."""
    return [(row["code"], row["cell"]) for row in linted.findings.to_pylist()]


def sentences(linted, code):
    return [row["sentence"] for row in linted.findings.to_pylist() if row["code"] == code]


def put(sheet, *rows):
    for row in rows:
        sheet.append(list(row))
