"""The map of organisations of a day: which codes a body's patients and a merged trust go by."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from pathlib import Path

from speccomm.activity.areas import UnknownArea, area_on
from speccomm.jobs.reading import OrganisationMap, organisation_map
from speccomm.reference import open_reference
from speccomm_web.accounts.viewer import Reach
from speccomm_web.runs.library import library


def organisations_on(day: date) -> OrganisationMap:
    """The organisations of a day, drawn once for each state of the reference files."""
    folder = library().reference
    return _drawn(folder, files_mark(folder), day)


def with_former_codes(reach: Reach, *, on: date) -> Reach:
    """Some providers with the codes of the trusts that had merged into them by a day."""
    if reach.everything or not reach:
        return reach
    return Reach(codes=organisations_on(on).codes_of(reach.codes))


def area_codes(code: str, kind: str, *, on: date) -> frozenset[str]:
    """The commissioner codes of an ICB or region and of its patients, empty where it was none."""
    places = organisations_on(on)
    try:
        area = area_on(places.commissioners, places.providers, on=on, **{kind: code})
    except UnknownArea:
        return frozenset()
    return area.patient_codes


def files_mark(folder: Path | None) -> int:
    """What changes with the reference files: when the newest of them was written."""
    files = sorted(folder.iterdir()) if folder is not None else []
    return max((file.stat().st_mtime_ns for file in files), default=0)


@lru_cache(maxsize=32)
def _drawn(folder: Path | None, changed: int, day: date) -> OrganisationMap:
    del changed  # another map is drawn once the files have changed
    return organisation_map(open_reference(folder), on=day)
