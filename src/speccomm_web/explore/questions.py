"""What is asked, as plain values that an address can hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from speccomm_web.explore.addresses import query

FIELDS = {"from_month": "from", "to_month": "to"}  # as addresses name them
FILTERS = ("provider", "service", "crg", "icb", "pod")


@dataclass(frozen=True)
class FlowsQuestion:
    """Activity of a place over some months (2023-04), narrowed to what the filters name.

    An empty filter is everything. `Unknown` names what has no code. `as_at` is the moment of
    loading as which the store is asked (2024-01-19T09:00:00Z), empty as it stands.
    """

    place: str
    from_month: str
    to_month: str
    provider: str = ""
    service: str = ""
    crg: str = ""
    icb: str = ""
    pod: str = ""
    as_at: str = ""

    def narrowed(self, **changes: str) -> FlowsQuestion:
        """The same question with some parts changed."""
        return replace(self, **changes)

    @property
    def asked(self) -> dict[str, str]:
        """The parts of the address that hold this question; empty filters are left out."""
        said = {FIELDS.get(name, name): getattr(self, name) for name in self.__match_args__}
        return {name: value for name, value in said.items() if value}

    @property
    def shared(self) -> str:
        """What every page about the place can be asked too."""
        return _shared(self.place, self.provider, self.service, self.as_at)

    def address(self, base: str, **more: str) -> str:
        """The address of a page about this question."""
        return f"{base}?{query({**self.asked, **more})}"


@dataclass(frozen=True)
class ContractQuestion:
    """The contracts of a place to a month (1 to 12) of a financial year, or some of them.

    `as_at` is as in `FlowsQuestion`.
    """

    place: str
    year: str
    month: int
    provider: str = ""
    service: str = ""
    plan: str = ""
    as_at: str = ""

    def narrowed(self, **changes: str) -> ContractQuestion:
        """The same question with some parts changed."""
        return replace(self, **changes)  # type: ignore[arg-type]

    @property
    def shared(self) -> str:
        """What every page about the place can be asked too."""
        return _shared(self.place, self.provider, self.service, self.as_at)

    def address(self, base: str, **more: str) -> str:
        """The address of a page about this question."""
        said = {name: str(getattr(self, name)) for name in self.__match_args__} | more
        return f"{base}?{query(said)}"


def flows_question(place: str, asked: Mapping[str, str]) -> FlowsQuestion:
    """The question that cleaned fields of an address ask."""
    return FlowsQuestion(
        place=place,
        from_month=asked["from"],
        to_month=asked["to"],
        **{name: asked.get(name, "") for name in (*FILTERS, "as_at")},
    )


def contract_question(place: str, asked: Mapping[str, str]) -> ContractQuestion:
    """The question that cleaned fields of an address ask."""
    year, _, month = asked["to"].rpartition("-")
    return ContractQuestion(
        place=place,
        year=year,
        month=int(month),
        **{name: asked.get(name, "") for name in ("provider", "service", "plan", "as_at")},
    )


def _shared(place: str, provider: str, service: str, as_at: str) -> str:
    said = {"place": place, "provider": provider, "service": service, "as_at": as_at}
    return f"?{query(said)}"
