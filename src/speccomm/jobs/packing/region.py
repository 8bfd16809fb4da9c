"""What every pack of one region asks of the store alike, asked once however many packs are made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import Enum
from functools import cached_property

import pyarrow as pa
import pyarrow.compute as pc

from speccomm.activity.areas import AREA, Area, area_on
from speccomm.activity.completeness import months_sent
from speccomm.activity.contract_lines import ContractScope
from speccomm.activity.flows import activity_by_codes
from speccomm.activity.rules import contract_rules
from speccomm.foundation.periods import FinancialMonth, months_between
from speccomm.jobs.contract_rows import row_counts
from speccomm.jobs.flows import DATASET
from speccomm.jobs.packing.contract import (
    AreaPosition,
    ProviderPosition,
    areas_positions,
    contract_scope,
    last_loaded,
    providers_position,
)
from speccomm.jobs.packing.cutting import cut_flows
from speccomm.jobs.packing.evidence import evidence_day, pack_evidence
from speccomm.jobs.packing.sources import MONTHLY, Sender, senders_of
from speccomm.jobs.reading import OrganisationMap, Reading
from speccomm.publishing.evidence_facts import PackEvidence
from speccomm.publishing.facts import FLOWS, in_shape

CUTS = ("provider", "icb", "service", "month")


class Cut(Enum):
    """How a pack cuts the flows of its area; UNKNOWN are pairs without a clinical reference group."""

    GROUP = "clinical reference group"
    MONTH = "month"
    PROVIDER = "provider"
    ICB = "ICB of the patients"
    PAIR = "provider and service"
    UNKNOWN = "provider and service, of no group"


@dataclass(frozen=True)
class RegionReading:
    """An open store, one region on one map, and the months asked about; answers are kept.

    `of` are the codes of the ICBs whose packs are to be made, or of the region for its own: flows
    are cut for all of them at once. `evidence_on` is the day asked for evidence, None as
    `packing.evidence.evidence_day` says.
    """

    reading: Reading
    places: OrganisationMap
    region: Area
    first_month: FinancialMonth
    last_month: FinancialMonth
    of: tuple[str, ...]
    evidence_on: date | None = None

    @property
    def months(self) -> list[FinancialMonth]:
        """Every month of the period."""
        return months_between(self.first_month, self.last_month)

    def area(self, code: str) -> Area:
        """The region itself, or one of its ICBs. Raises UnknownArea."""
        if code == self.region.code:
            return self.region
        return area_on(
            self.places.commissioners, self.places.providers, on=self.places.on, icb=code
        )

    @cached_property
    def providers(self) -> frozenset[str]:
        """The current codes of the providers whose head office is in the region."""
        return self.places.current_codes(self.region.provider_codes)

    @cached_property
    def _sums(self) -> pa.Table:
        rows = self.reading.snapshot.table(self.reading.con, DATASET)
        sums = activity_by_codes(rows, area=self.region, months=self.months, by=CUTS)
        return self.reading.con.to_pyarrow(sums)

    def sums(self, area: Area) -> pa.Table:
        """The activity that touches the region or one of its ICBs, by every code flows are cut by.

        A row that touches an ICB touches its region, so an ICB's rows are some of the region's.
        """
        if area == self.region:
            return self._sums
        patients = pa.array(sorted(area.patient_codes), pa.string())
        providers = pa.array(sorted(area.provider_codes), pa.string())
        return self._sums.filter(
            pc.or_(
                pc.is_in(self._sums["patient_commissioner_code"], value_set=patients),
                pc.is_in(self._sums["provider_code"], value_set=providers),
            )
        )

    @cached_property
    def flows_region(self) -> pa.Table:
        """The region's flows by clinical reference group."""
        return in_shape(self._groups[self.region.code], FLOWS)

    def flows(self, area: Area, cut: Cut) -> pa.Table:
        """The flows of one of the areas in `of`, cut in one of several ways; see activity_flows."""
        return self._cuts[cut][area.code]

    @cached_property
    def _groups(self) -> dict[str, pa.Table]:
        areas = dict.fromkeys([self.region.code, *self.of])
        return self._cut(self._sums, [self.area(code) for code in areas], by_crg=True)

    @cached_property
    def _cuts(self) -> dict[Cut, dict[str, pa.Table]]:
        areas = [self.area(code) for code in self.of]
        unknown = self._sums.filter(pc.field("crg_code").is_null())
        pairs = ("provider", "service")
        return {
            Cut.GROUP: self._groups,
            Cut.MONTH: self._cut(self._sums, areas, by=("month",)),
            Cut.PROVIDER: self._cut(self._sums, areas, by=("provider",)),
            Cut.ICB: self._cut(self._sums, areas, by=("icb",)),
            Cut.PAIR: self._cut(self._sums, areas, by=pairs),
            Cut.UNKNOWN: self._cut(unknown, areas, by=pairs),
        }

    def _cut(
        self,
        sums: pa.Table,
        areas: list[Area],
        *,
        by: tuple[str, ...] = (),
        by_crg: bool = False,
    ) -> dict[str, pa.Table]:
        return cut_flows(self.reading, self.places, sums, areas=areas, by=by, by_crg=by_crg)

    @cached_property
    def contract_month(self) -> FinancialMonth | None:
        """The last month of the year of the period's last that contract monitoring reaches."""
        return last_loaded(self.reading, self.places, self.last_month)

    @cached_property
    def contract_months(self) -> list[FinancialMonth]:
        """The months of the contract position; none where no contract monitoring is loaded."""
        last = self.contract_month
        return months_between(FinancialMonth(last.year, 1), last) if last else []

    @cached_property
    def contract_scope(self) -> ContractScope | None:
        """The scope of everyone's contracts; None where no contract monitoring is loaded."""
        last = self.contract_month
        return None if last is None else contract_scope(self.reading, self.places, to=last)

    @cached_property
    def of_providers(self) -> ProviderPosition:
        """The position of the region's providers for all commissioners, and who holds a plan."""
        return providers_position(
            self.reading, self.places, providers=self.providers, scope=self.contract_scope
        )

    @cached_property
    def positions(self) -> dict[str, AreaPosition]:
        """The position of the patients of each area in `of`, and of each ICB of a region in it."""
        if self.contract_scope is None:
            return {}
        return areas_positions(
            self.reading, self.places, areas=self._contract_areas, scope=self.contract_scope
        )

    @property
    def icbs(self) -> tuple[str, ...]:
        """The codes of the region's ICBs on the map."""
        return icbs_of(self.places, self.region.code)

    @property
    def _contract_areas(self) -> list[Area]:
        codes = [*self.of, *(self.icbs if self.region.code in self.of else ())]
        return [self.area(code) for code in dict.fromkeys(codes)]

    def contract_rows(self, area: str, *, whose: str) -> pa.Table:
        """How many rows stand behind the position of an area's patients, or of its providers.

        Shape:   as `jobs.contract_rows.row_counts`; empty where no contract monitoring is loaded.
        """
        if whose == "providers":
            return self._rows_of_providers
        counted = self._rows_of_patients
        return counted.filter(pc.equal(counted[AREA], area)).drop_columns([AREA])

    @cached_property
    def _rows_of_patients(self) -> pa.Table:
        return self._row_counts(areas=self._contract_areas)

    @cached_property
    def _rows_of_providers(self) -> pa.Table:
        return self._row_counts(provider_codes=self.places.codes_of(self.providers))

    def _row_counts(
        self, *, areas: Sequence[Area] = (), provider_codes: frozenset[str] | None = None
    ) -> pa.Table:
        assert self.contract_scope is not None
        scope = replace(self.contract_scope, provider_codes=provider_codes)
        return row_counts(self.reading, scope=scope, rules=contract_rules(), areas=areas)

    @cached_property
    def senders(self) -> dict[str, list[Sender]]:
        """By data set, the files with current rows in the months it is read for, and of whom."""
        return {
            dataset: senders_of(
                self.reading,
                dataset,
                region=self.region,
                months=self.contract_months if dataset in {"acm", "iap"} else self.months,
            )
            for dataset in (*MONTHLY, "iap")
        }

    @cached_property
    def sent(self) -> dict[str, dict[str, set[FinancialMonth]]]:
        """By monthly data set, the months each current provider sent."""
        slices = self.reading.snapshot.slices()
        return {
            dataset: months_sent(slices, dataset=dataset, current=self.places.current)
            for dataset in MONTHLY
        }

    @cached_property
    def evidence(self) -> PackEvidence:
        """What is held of services, with the priorities of every ICB."""
        on = evidence_day(self.reading, asked=self.evidence_on)
        return pack_evidence(
            self.reading, self.places, region=self.region, month=self.last_month, on=on
        )


def region_of(places: OrganisationMap, icb: str) -> str | None:
    """The region of an ICB on the map, None for a code that is not on it."""
    rows: Sequence[dict[str, str | None]]
    rows = places.commissioners.select(["icb_code", "region_code"]).to_pylist()
    return next((row["region_code"] for row in rows if row["icb_code"] == icb), None)


def icbs_of(places: OrganisationMap, region: str) -> tuple[str, ...]:
    """The codes of a region's ICBs on the map, in order."""
    rows = places.commissioners.select(["icb_code", "region_code"]).to_pylist()
    here = {row["icb_code"] for row in rows if row["region_code"] == region}
    return tuple(sorted(code for code in here if code is not None))
