"""What a pack may be asked of: the ICBs and regions within reach, and the months that are loaded."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from speccomm.foundation.periods import FinancialMonth, FinancialYear
from speccomm.reference import commissioner_map, open_reference
from speccomm.warehouse import open_store
from speccomm_web.accounts.viewer import Viewer
from speccomm_web.packs.queries import EDITORS, whole_reach
from speccomm_web.runs.library import Refusal, library

DATASET = "plcm"  # what a pack's activity is counted from


@dataclass(frozen=True)
class AreaChoice:
    """An ICB or region that a pack may be asked of, and the region it is (in)."""

    kind: str
    code: str
    name: str
    region_code: str


def areas_asked_by(viewer: Viewer) -> list[AreaChoice]:
    """The ICBs and regions of which a viewer may ask for a pack, on the map of the newest month."""
    months = loaded_months()
    if not months:
        return []
    place = library()
    last = FinancialMonth.parse_calendar(months[-1])
    reach = whole_reach(viewer, *EDITORS)
    found = _areas(place.reference, _changed(place.reference), last)
    return [a for a in found if reach.covers(a.code) or reach.covers(a.region_code)]


def icbs_of(viewer: Viewer, region: AreaChoice) -> list[AreaChoice]:
    """The ICBs of a region, by name; none of an area that is no region."""
    return [
        a
        for a in areas_asked_by(viewer)
        if region.kind == "region" and a.kind == "icb" and a.region_code == region.code
    ]


@lru_cache(maxsize=8)
def _areas(reference: Path | None, changed: int, last: FinancialMonth) -> tuple[AreaChoice, ...]:
    del changed
    on = last.from_date
    rows = commissioner_map(open_reference(reference), on=on).to_pylist()
    icbs, regions = {}, {}
    for row in rows:
        if row["icb_code"] and row["region_code"]:
            named = (row["icb_code"], row["icb_name"] or row["icb_code"], row["region_code"])
            icbs[row["icb_code"]] = AreaChoice("icb", *named)
            region = (row["region_code"], row["region_name"] or row["region_code"])
            regions[row["region_code"]] = AreaChoice("region", *region, row["region_code"])
    return (*_by_name(regions.values()), *_by_name(icbs.values()))


def _by_name(areas: Iterable[AreaChoice]) -> list[AreaChoice]:
    return sorted(areas, key=lambda area: area.name)


def _changed(folder: Path | None) -> int:
    files = sorted(folder.iterdir()) if folder is not None else []
    return max((file.stat().st_mtime_ns for file in files), default=0)


def loaded_months() -> list[str]:
    """The months of which activity is loaded, written 2023-04, the first first."""
    version = library().store_version()
    return list(_months(library().store, version)) if version is not None else []


def loaded_years() -> list[str]:
    """The financial years of which activity is loaded, written 2023-24, the first first."""
    found = {str(FinancialMonth.parse_calendar(month).year) for month in loaded_months()}
    return sorted(found)


def months_of_year(year: FinancialYear) -> tuple[str, str]:
    """The first and last month of a financial year, written 2023-04."""
    return str(FinancialMonth(year, 1)), str(FinancialMonth(year, 12))


@lru_cache(maxsize=8)
def _months(store: Path, version: int) -> tuple[str, ...]:
    try:
        snapshot = open_store(store).snapshot(version=version)
    except Refusal:
        return ()
    try:
        rows = snapshot.slices().select(["dataset", "financial_year", "financial_month"])
    finally:
        snapshot.release()
    found = {
        str(FinancialMonth(FinancialYear.parse(row["financial_year"]), row["financial_month"]))
        for row in rows.to_pylist()
        if row["dataset"] == DATASET and 1 <= row["financial_month"] <= 12
    }
    return tuple(sorted(found))
