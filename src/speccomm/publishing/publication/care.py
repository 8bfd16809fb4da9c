"""What each cell of a pack covers, as the smallest parts of four dimensions.

Tables of one measure then share their margins without a list of which total belongs to which table,
and the tables of successive publications share them too: a part is named by what it is, and a
category by what it asks for, so that an earlier publication's category covers what is new in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pyarrow as pa

from speccomm.publishing.sourcing import ALL, Of

Met = frozenset[tuple[str, str, str]]  # clinical reference group, service line, provider
FIELDS = {Of.CRG: 0, Of.SERVICE: 1, Of.PROVIDER: 2}
NAMES = {Of.CRG: "crg", Of.SERVICE: "service", Of.PROVIDER: "provider"}
BETWEEN, ELSEWHERE, AND = "|", "*", "+"
LEFT_OUT, UNKNOWN_CRG, WIDER = "single services", "unknown group", "region"
# Who provides and who receives: i in the pack's own area, r in the rest of its region, e elsewhere.
OWN = {"A": ("ii",), "B": ("ir", "ie"), "C": ("ri", "ei")}
REGION = {"A": ("ii", "ir", "ri", "rr"), "B": ("ie", "re"), "C": ("ei", "er")}


@dataclass(frozen=True)
class Asked:
    """What a row asks of the care behind it: a group, a service line, a provider, or all.

    A value may be several, one or another of which is asked for: RXX+RYY.
    `only_services` leaves out codes that stand for no single service, `unknown` asks for rows that
    lead to no group, `wider` for those of the region besides the area's own.
    """

    values: tuple[tuple[Of, str], ...] = ()
    only_services: bool = False
    unknown: bool = False
    wider: bool = False

    @property
    def code(self) -> str:
        """A name that says the same in every publication."""
        words = [f"{NAMES[of]}={value}" for of, value in self.values]
        words += [LEFT_OUT] * self.only_services + [UNKNOWN_CRG] * self.unknown
        return BETWEEN.join([*words, *([WIDER] * self.wider)]) or ALL


def asked_by(code: str) -> Asked:
    """What a category's code asks for; the opposite of `Asked.code`."""
    values: list[tuple[Of, str]] = []
    flags = set()
    for word in [] if code == ALL else code.split(BETWEEN):
        name, found, value = word.partition("=")
        if found:
            values.append((next(of for of, known in NAMES.items() if known == name), value))
        else:
            flags.add(word)
    return Asked(tuple(values), LEFT_OUT in flags, UNKNOWN_CRG in flags, WIDER in flags)


class Care:
    """The smallest parts of what was met in an area and in the rest of its region.

    `left_out` are the codes that stand for no single service.
    """

    def __init__(self, met: Iterable[tuple[str, str, str]], left_out: Iterable[str]) -> None:
        met = frozenset(met)
        rest = {(crg, ELSEWHERE, ELSEWHERE) for crg, _, _ in met}
        parts = {BETWEEN.join(care): care for care in (*met, *rest)}
        self._every = frozenset(parts)
        self._rest = frozenset(part for part, care in parts.items() if care in rest)
        self._no_service = frozenset(p for p, care in parts.items() if care[1] in set(left_out))
        self._no_group = frozenset(part for part, care in parts.items() if not care[0])
        index: dict[tuple[Of, str], set[str]] = {}
        for part, care in parts.items():
            for of, place in FIELDS.items():
                index.setdefault((of, care[place]), set()).add(part)
        self._index = {value: frozenset(found) for value, found in index.items()}

    def covered(self, asked: Asked) -> frozenset[str]:
        """The parts that a row covers."""
        found = self._every
        for of, value in asked.values:
            each = (self._index.get((of, one), frozenset()) for one in value.split(AND))
            found &= frozenset().union(*each)
        if not asked.wider:
            found -= self._rest
        if asked.only_services:
            found -= self._no_service
        return found & self._no_group if asked.unknown else found


def flow_parts(letters: str, *, wider: bool) -> frozenset[str]:
    """The parts of the flows that letters such as AC name."""
    flows = REGION if wider else OWN
    return frozenset(part for letter in letters for part in flows[letter])


def care_met(sums: pa.Table, sets: Mapping[str, Iterable[str]]) -> Met:
    """What was met together in the rows behind a pack's tables of activity.

    Shape:   `sums` has crg_code, service_code and provider_code as sent; `sets` names, under
             sent_as:PROVIDER, the codes that one provider was sent under.
    Missing: a code that was not sent is empty.
    """
    current = {
        code: name.partition(":")[2]
        for name, codes in sets.items()
        if name.startswith("sent_as:")
        for code in codes
    }
    columns = [sums[name].to_pylist() for name in ("crg_code", "service_code", "provider_code")]
    return frozenset(
        (crg or "", service or "", current.get(provider, provider) or "")
        for crg, service, provider in zip(*columns, strict=True)
    )
