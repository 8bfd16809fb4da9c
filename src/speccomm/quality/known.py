"""What the reference tables know of a service, a site, a provider or an ICB: by code, or by name."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

import pyarrow as pa

from speccomm.foundation.errors import nearest_name
from speccomm.foundation.periods import FinancialYear
from speccomm.intake.rules import header_key
from speccomm.quality.declaring import Kind
from speccomm.reference import Reference, provider_map

LEADING_CODE = re.compile(r"([A-Z0-9][A-Z0-9_]{1,14})(?:\s*[:\-–]\s+.*)?", re.DOTALL)
SHOWN_NAMES = 4


@dataclass(frozen=True)
class Found:
    """What was found for a cell: one code, several of the same name, or none and the nearest."""

    code: str | None
    by_name: bool = False
    several: tuple[str, ...] = ()
    nearest: str | None = None


@dataclass(frozen=True)
class CodeList:
    """Codes with their names, and the codes of each folded name."""

    names: dict[str, str]
    by_name: dict[str, tuple[str, ...]]

    def find(self, text: str) -> Found:
        """Find a code, a code followed by its name, or a name."""
        match = LEADING_CODE.fullmatch(text.strip().upper())
        if match and match[1] in self.names:
            return Found(match[1])
        several = self.by_name.get(header_key(text), ())
        if len(several) == 1:
            return Found(several[0], by_name=True)
        if several:
            return Found(None, several=several)
        near = nearest_name(text, [*self.names, *self.names.values()])
        return Found(None, nearest=near)


@dataclass(frozen=True)
class Known:
    """The code lists evidence refers to, and who owned what on which day."""

    lists: dict[Kind, CodeList]
    site_owner: dict[str, str]
    yearly: dict[str, frozenset[str]]
    reference: Reference
    maps: dict[date, dict[str, str]]

    def find(self, kind: Kind, text: str) -> Found:
        """Find what a cell of that kind of code holds."""
        return self.lists[kind].find(text)

    def is_code(self, kind: Kind, text: str) -> bool:
        """Whether a text is one of the codes of that kind."""
        return text in self.lists[kind].names

    def current_provider(self, code: str, *, on: date) -> str:
        """The provider that answers for a provider's code on a day."""
        if on not in self.maps:
            drawn = provider_map(self.reference, on=on)
            codes = drawn["provider_code"].to_pylist()
            current = drawn["current_provider_code"].to_pylist()
            self.maps[on] = dict(zip(codes, current, strict=True))
        return self.maps[on].get(code) or code

    def in_list(self, service: str, *, on: date) -> bool | None:
        """Whether a service line is in the list of the year of a day; None for a year unknown."""
        listed = self.yearly.get(str(FinancialYear.holding(on)))
        return None if listed is None else service in listed


def known_codes(reference: Reference) -> Known:
    """Draw the code lists of evidence from the reference tables."""
    sites = reference.sites
    return Known(
        lists={
            Kind.SERVICE: _code_list(reference.service_lines, "service_code", "service_name"),
            Kind.SITE: _code_list(sites, "site_code", "site_name"),
            Kind.PROVIDER: _code_list(reference.trusts, "provider_code", "provider_name"),
            Kind.ICB: _code_list(reference.icbs, "icb_code", "icb_name"),
            Kind.REGION: _code_list(reference.regions, "region_code", "region_name"),
        },
        site_owner=dict(
            zip(sites["site_code"].to_pylist(), sites["provider_code"].to_pylist(), strict=True)
        ),
        yearly=_yearly(reference.service_status),
        reference=reference,
        maps={},
    )


def _code_list(table: pa.Table, code: str, name: str) -> CodeList:
    names = dict(zip(table[code].to_pylist(), table[name].to_pylist(), strict=True))
    by_name: dict[str, set[str]] = {}
    for key, words in names.items():
        by_name.setdefault(header_key(words or ""), set()).add(key)
    by_name.pop("", None)
    return CodeList(
        {key: words or key for key, words in names.items()},
        {words: tuple(sorted(codes)[:SHOWN_NAMES]) for words, codes in by_name.items()},
    )


def _yearly(status: pa.Table) -> dict[str, frozenset[str]]:
    years: dict[str, set[str]] = {}
    for row in status.to_pylist():
        if row["in_list"]:
            years.setdefault(row["financial_year"], set()).add(row["service_code"])
    return {year: frozenset(codes) for year, codes in years.items()}
