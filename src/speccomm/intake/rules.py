"""The intake rulebooks as typed values: fields of each data set, checks, settings, spellings."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from speccomm.foundation.errors import Refusal
from speccomm.foundation.findings import Level
from speccomm.foundation.rulebook import read_rule_table, read_rulebook

DATASETS = ("acm", "plcm", "drplcm", "deplcm", "iap")


class UnknownDataset(Refusal):
    """A data set name that is none of the five."""


@dataclass(frozen=True)
class Field:
    """One field of one data set: its published name, our column and how its values are judged.

    `kind` says how a value is read. A level of None means that no finding is made. `blank_basis`
    is "assumed" where the mandation was not found at source.
    """

    field_name: str
    column: str
    kind: str
    code_list: str | None
    min_length: int | None
    max_length: int | None
    blank_level: Level | None
    blank_basis: str | None
    blank_allowed_on_money_pods: bool
    unreadable_level: Level | None
    kept_in_store: bool


@dataclass(frozen=True)
class Check:
    """One check: what it says, how much it matters and what must be loaded for it to run."""

    check_id: str
    title: str
    level: Level
    scope: str
    datasets: tuple[str, ...]
    inputs: tuple[str, ...]
    sentence: str
    remedy: str
    list_levels: dict[str, Level]

    def covers(self, dataset: str) -> bool:
        return not self.datasets or dataset in self.datasets


@dataclass(frozen=True)
class IntakeRules:
    """Everything intake interprets, with the rulebook references a manifest records."""

    fields: dict[str, tuple[Field, ...]]
    checks: dict[str, Check]
    settings: dict[str, Any]
    header_columns: dict[str, dict[str, str]]
    references: tuple[dict[str, str], ...]

    @property
    def identity(self) -> tuple[str, ...]:
        """What tells these rules from others, settings changed in memory too."""
        return (*(reference["sha256"] for reference in self.references), str(self.settings))

    def dataset_fields(self, dataset: str) -> tuple[Field, ...]:
        if dataset not in self.fields:
            raise UnknownDataset(
                f"{dataset!r} is not a data set. Choose one of {', '.join(DATASETS)}."
            )
        return self.fields[dataset]

    def amount(self, name: str) -> Decimal:
        """A setting that is a share or an amount of money, exact."""
        return Decimal(self.settings[name])


def intake_rules() -> IntakeRules:
    """Read the shipped intake rulebooks. Raises BadRulebook where one is not as it must be."""
    book = read_rulebook("intake/checks")
    checks = [_check(entry) for entry in book.rules["check"]]
    fields = {name: tuple(_field(row) for row in _field_rows(name)) for name in DATASETS}
    return IntakeRules(
        fields=fields,
        checks={check.check_id: check for check in checks},
        settings=book.rules["settings"],
        header_columns={name: _headers(fields[name]) for name in DATASETS},
        references=(book.reference,),
    )


def header_key(text: str) -> str:
    """What is left of a header when case, punctuation and spacing are set aside."""
    return re.sub(r"[^a-z0-9]+", " ", text.casefold()).strip()


def _field_rows(dataset: str) -> list[dict[str, str]]:
    return [row for row in read_rule_table("intake/fields") if row["dataset"] == dataset]


def _field(row: dict[str, str]) -> Field:
    return Field(
        field_name=row["field_name"],
        column=row["column"],
        kind=row["kind"],
        code_list=row["code_list"] or None,
        min_length=int(row["min_length"]) if row["min_length"] else None,
        max_length=int(row["max_length"]) if row["max_length"] else None,
        blank_level=Level(row["blank_level"]) if row["blank_level"] else None,
        blank_basis=row["blank_basis"] or None,
        blank_allowed_on_money_pods=row["blank_allowed_on"] == "non_activity_pod",
        unreadable_level=Level(row["unreadable_level"]) if row["unreadable_level"] else None,
        kept_in_store=row["kept_in_store"] == "yes",
    )


def _check(entry: dict[str, Any]) -> Check:
    return Check(
        check_id=entry["id"],
        title=entry["title"],
        level=Level(entry["level"]),
        scope=entry["scope"],
        datasets=tuple(entry.get("datasets", ())),
        inputs=tuple(entry.get("inputs", ())),
        sentence=entry["sentence"],
        remedy=entry["remedy"],
        list_levels={name: Level(level) for name, level in entry.get("levels", {}).items()},
    )


def _headers(fields: tuple[Field, ...]) -> dict[str, str]:
    known = {field.column for field in fields}
    spellings = {
        header_key(row["header"]): row["column"]
        for row in read_rule_table("intake/header_variants")
        if row["column"] in known
    }
    spellings.update({header_key(field.column): field.column for field in fields})
    spellings.update({header_key(field.field_name): field.column for field in fields})
    return spellings
