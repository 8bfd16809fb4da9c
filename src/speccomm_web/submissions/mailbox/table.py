"""The administrator's table: which workflows are taken, and which mailbox stands for which provider."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

from speccomm.intake.rules import DATASETS

WORKFLOW_KEYS = {"workflow_id", "purpose", "dataset"}
SENDER_KEYS = {"mailbox_id", "provider_code", "from_date", "to_date"}
PURPOSES = ("check", "load")


class TableRefused(Exception):
    """A table that cannot be gone by, with the sentence that says why."""


@dataclass(frozen=True)
class Workflow:
    """A workflow that is taken, what is done with its files, and what they hold.

    `dataset` is empty where it is told from each file's header.
    """

    workflow_id: str
    purpose: str
    dataset: str = ""


@dataclass(frozen=True)
class Sender:
    """A mailbox that stands for a provider from a day until the day before `to_date`."""

    mailbox_id: str
    provider_code: str
    from_date: date
    to_date: date | None = None

    def stands_on(self, day: date) -> bool:
        """Whether it stands for the provider on a day."""
        return self.from_date <= day and (self.to_date is None or day < self.to_date)


@dataclass(frozen=True)
class MailboxTable:
    """Workflows and senders as the administrator keeps them."""

    workflows: tuple[Workflow, ...]
    senders: tuple[Sender, ...]

    def workflow(self, workflow_id: str) -> Workflow | None:
        """The workflow of an identifier, or None where it is not taken."""
        return next((row for row in self.workflows if row.workflow_id == workflow_id), None)

    def provider_of(self, mailbox_id: str, *, on: date) -> str | None:
        """The code of the provider that a mailbox stands for on a day."""
        held = (row for row in self.senders if row.mailbox_id == mailbox_id and row.stands_on(on))
        return next((row.provider_code for row in held), None)


def read_mailbox_table(file: Path) -> MailboxTable:
    """Read the table.

    Raises:  TableRefused where it is missing, holds what is not known, or says two things at once.
    """
    try:
        text = file.read_bytes().decode()
        held = tomllib.loads(text)
    except FileNotFoundError as problem:
        raise TableRefused(f"There is no table of mailboxes at {file}.") from problem
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as problem:
        raise TableRefused(f"{file.name} cannot be read: {problem}.") from problem
    unknown = set(held) - {"workflow", "sender"}
    if unknown:
        raise TableRefused(f"{file.name} holds {_listed(unknown)}, which is not known.")
    table = MailboxTable(
        workflows=tuple(_workflow(file.name, row) for row in _rows(file.name, held, "workflow")),
        senders=tuple(_sender(file.name, row) for row in _rows(file.name, held, "sender")),
    )
    _refuse_twice(file.name, [row.workflow_id for row in table.workflows])
    _refuse_overlaps(file.name, table.senders)
    return table


def _rows(name: str, held: Mapping[str, Any], kind: str) -> list[dict[str, Any]]:
    rows = held.get(kind, [])
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise TableRefused(f"{name}: write each {kind} under a heading [[{kind}]].")
    if not rows:
        raise TableRefused(f"{name} names no {kind}. Add one under a heading [[{kind}]].")
    return rows


def _workflow(name: str, row: dict[str, Any]) -> Workflow:
    _refuse_keys(name, "workflow", row, known=WORKFLOW_KEYS, needed={"workflow_id", "purpose"})
    dataset = row.get("dataset", "")
    if row["purpose"] not in PURPOSES:
        raise TableRefused(f"{name}: the purpose of a workflow is {' or '.join(PURPOSES)}.")
    if dataset not in {"", *DATASETS}:
        raise TableRefused(f"{name}: a data set is one of {', '.join(DATASETS)}.")
    return Workflow(_text(name, row, "workflow_id"), row["purpose"], dataset)


def _sender(name: str, row: dict[str, Any]) -> Sender:
    needed = {"mailbox_id", "provider_code", "from_date"}
    _refuse_keys(name, "sender", row, known=SENDER_KEYS, needed=needed)
    # `type` and not isinstance: a TOML time of day is a date too.
    dates = [row[key] for key in ("from_date", "to_date") if key in row]
    if any(type(day) is not date for day in dates):
        raise TableRefused(f"{name}: write a date without quotation marks, as 2026-04-01.")
    if dates[-1] <= dates[0] and "to_date" in row:
        raise TableRefused(f"{name}: the sender of {dates[0]} ends before it begins.")
    return Sender(
        _text(name, row, "mailbox_id").upper(), _text(name, row, "provider_code").upper(), *dates
    )


def _refuse_keys(
    name: str, kind: str, row: dict[str, Any], *, known: set[str], needed: set[str]
) -> None:
    if set(row) - known:
        raise TableRefused(f"{name}: a {kind} has {_listed(set(row) - known)}, which is not known.")
    if needed - set(row):
        raise TableRefused(f"{name}: a {kind} lacks {_listed(needed - set(row))}.")


def _text(name: str, row: dict[str, Any], key: str) -> str:
    value = row[key]
    if not isinstance(value, str) or not value.strip():
        raise TableRefused(f"{name}: {key} is a word in quotation marks.")
    return value.strip()


def _refuse_twice(name: str, ids: list[str]) -> None:
    twice = {one for one in ids if ids.count(one) > 1}
    if twice:
        raise TableRefused(f"{name} tells of the workflow {_listed(twice)} twice.")


def _refuse_overlaps(name: str, senders: tuple[Sender, ...]) -> None:
    ordered = sorted(senders, key=lambda row: (row.mailbox_id, row.from_date))
    for earlier, later in pairwise(ordered):
        same = earlier.mailbox_id == later.mailbox_id
        if same and (earlier.to_date is None or later.from_date < earlier.to_date):
            raise TableRefused(
                f"{name}: mailbox {later.mailbox_id} would stand for two providers on "
                f"{later.from_date}. Give the earlier one its to_date."
            )


def _listed(words: set[str]) -> str:
    return ", ".join(sorted(words))
