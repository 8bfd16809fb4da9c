"""What the reference data say of codes of organisations, sites and services on a day or in a year."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from speccomm.publishing.lint.grid import folded
from speccomm.reference import Reference, commissioner_map, provider_map

Record = dict[str, Any]


@dataclass(frozen=True)
class Ending:
    """That a code was no longer in use on a day: since when, and what it became part of."""

    name: str
    on: date
    successors: tuple[str, ...]
    current: str


class CodeBook:
    """The reference tables, indexed for questions about one code at a time."""

    def __init__(self, reference: Reference) -> None:
        self.reference = reference
        self._maps: dict[tuple[str, date], dict[str, str]] = {}

    @cached_property
    def trusts(self) -> dict[str, list[Record]]:
        return _by(self.reference.trusts.to_pylist(), "provider_code")

    @cached_property
    def successors(self) -> dict[str, list[Record]]:
        return _by(self.reference.trust_successors.to_pylist(), "provider_code")

    @cached_property
    def boards(self) -> dict[str, list[Record]]:
        return _by(self.reference.icbs.to_pylist(), "icb_code")

    @cached_property
    def board_successors(self) -> dict[str, list[Record]]:
        return _by(self.reference.icb_successors.to_pylist(), "icb_code")

    @cached_property
    def sites(self) -> dict[str, list[Record]]:
        return _by(self.reference.sites.to_pylist(), "site_code")

    @cached_property
    def service_names(self) -> dict[str, str]:
        """The code of each service line by its name, without case."""
        lines = self.reference.service_lines.to_pylist()
        return {folded(row["service_name"]): row["service_code"] for row in lines}

    @cached_property
    def service_codes(self) -> dict[str, str]:
        """The name of each service line by its code."""
        lines = self.reference.service_lines.to_pylist()
        return {row["service_code"]: row["service_name"] for row in lines}

    @cached_property
    def service_years(self) -> dict[str, dict[str, Record]]:
        """For each year with a list of service lines, its rows by code."""
        years: dict[str, dict[str, Record]] = defaultdict(dict)
        for row in self.reference.service_status.to_pylist():
            years[row["financial_year"]][row["service_code"]] = row
        return dict(years)

    @cached_property
    def _other_providers(self) -> frozenset[str]:
        """Codes known from the user's own files, or as the site or successor of a known one."""
        reference = self.reference
        tables = (
            reference.providers["provider_code"],
            reference.sites["provider_code"],
            reference.sites["site_code"],
            reference.trust_successors["successor_code"],
        )
        return frozenset(code for column in tables for code in column.to_pylist() if code)

    def knows_provider(self, code: str) -> bool:
        return code in self.trusts or code in self.successors or code in self._other_providers

    def knows_commissioner(self, code: str, on: date) -> bool:
        return code in self._map("commissioner", on)

    def current(self, code: str, on: date) -> str:
        """The trust that answers for a code on a day; the code itself where none is known."""
        return self._map("provider", on).get(code, code)

    def provider_name(self, code: str) -> str:
        names = [row["provider_name"] for row in self.trusts.get(code, ())]
        return str(names[-1]) if names else ""

    def provider_ended(self, code: str, on: date) -> Ending | None:
        """How a provider's code had ended by a day, or None where it was in use."""
        rows = self.trusts.get(code, [])
        return self._ended(code, rows, self.successors.get(code, []), on, "provider_name")

    def commissioner_ended(self, code: str, on: date) -> Ending | None:
        """How a board's code had ended by a day, or None where it was in use or is no board's."""
        rows = self.boards.get(code, [])
        return self._ended(code, rows, self.board_successors.get(code, []), on, "icb_name")

    def site_ended(self, code: str, on: date) -> Ending | None:
        """How a site's code had ended by a day, or None where it was in use."""
        return self._ended(code, self.sites.get(code, []), [], on, "site_name")

    def provider_opened(self, code: str) -> date | None:
        """The first day of a provider's code, where every record of it has one."""
        days = [row["from_date"] for row in self.trusts.get(code, ())]
        return min(days) if days and None not in days else None

    def successor_name(self, ending: Ending) -> str:
        """What a code became part of, as a sentence names it."""
        names = []
        for code in ending.successors:
            boards = self.boards.get(code)
            name = self.provider_name(code) or (str(boards[-1]["icb_name"]) if boards else "")
            names.append(f"{code} ({name})" if name else code)
        return " and ".join(names)

    def _ended(
        self, code: str, rows: list[Record], followed: list[Record], on: date, name: str
    ) -> Ending | None:
        if any(row["to_date"] is None or on < row["to_date"] for row in rows):
            return None
        past = [row for row in followed if row["effective_date"] <= on]
        if not rows and not past:
            return None
        days = [row["to_date"] for row in rows] + [row["effective_date"] for row in past]
        return Ending(
            name=str(rows[-1][name]) if rows else "",
            on=max(row["effective_date"] for row in past) if past else max(days),
            successors=tuple(sorted({row["successor_code"] for row in past})),
            current=self.current(code, on),
        )

    def _map(self, kind: str, on: date) -> dict[str, str]:
        """Every code of a kind on a day, with the one that answers for it."""
        if (kind, on) not in self._maps:
            if kind == "provider":
                rows = provider_map(self.reference, on=on)
                codes, current = rows["provider_code"], rows["current_provider_code"]
            else:
                rows = commissioner_map(self.reference, on=on)
                codes = current = rows["commissioner_code"]
            pairs = zip(codes.to_pylist(), current.to_pylist(), strict=True)
            self._maps[kind, on] = dict(pairs)
        return self._maps[kind, on]


def _by(rows: list[Record], key: str) -> dict[str, list[Record]]:
    grouped: dict[str, list[Record]] = defaultdict(list)
    for row in rows:
        grouped[row[key]].append(row)
    return dict(grouped)
