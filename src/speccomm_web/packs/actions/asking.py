"""Ask for packs: one, one for every ICB of a region, or an annual report."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction

from speccomm.foundation.periods import FinancialYear
from speccomm_web.accounts.viewer import Viewer
from speccomm_web.packs.actions.steps import NotAsked, acting, begin, record
from speccomm_web.packs.areas import (
    AreaChoice,
    areas_asked_by,
    icbs_of,
    loaded_months,
    loaded_years,
    months_of_year,
)
from speccomm_web.packs.models import Pack
from speccomm_web.packs.queries import format_names, section_titles
from speccomm_web.runs.background import ask_for

Product = Pack.Product


def ask_for_pack(
    *,
    viewer: Viewer,
    area: str,
    from_month: str,
    to_month: str,
    audience: str,
    sections: Sequence[str],
    formats: Sequence[str],
) -> int:
    """Ask for a pack and begin to build it. Returns its id.

    Raises:  NotAsked for an area, month, section or format that this person may not ask for.
    """
    place = _place(viewer, area)
    asked = _asked(from_month, to_month, audience, sections, formats)
    with transaction.atomic():
        pack = _new(viewer, place, **asked)
        begin(viewer, pack)
    return pack.pk


def ask_for_region_packs(
    *,
    viewer: Viewer,
    area: str,
    from_month: str,
    to_month: str,
    audience: str,
    sections: Sequence[str],
    formats: Sequence[str],
) -> list[int]:
    """Ask for the pack of every ICB of a region, built by one task. Returns their ids.

    Raises:  NotAsked as `ask_for_pack`, and for an area that is no region with ICBs.
    """
    region = _place(viewer, area)
    icbs = icbs_of(viewer, region)
    if not icbs:
        raise NotAsked("Choose a region, of whose ICBs each will have a pack.")
    asked = _asked(from_month, to_month, audience, sections, formats)
    with transaction.atomic():
        packs = [_new(viewer, icb, **asked) for icb in icbs]
        task = ask_for(
            viewer=viewer, kind="build_region_packs",
            title=f"Build the packs of every ICB of {region.name}, {from_month} to {to_month}",
            arguments={"pack_ids": [pack.pk for pack in packs]},
        )  # fmt: skip
        Pack.objects.filter(pk__in=[pack.pk for pack in packs]).update(task_id=task)
    return [pack.pk for pack in packs]


def ask_for_annual_report(*, viewer: Viewer, area: str, year: str, formats: Sequence[str]) -> int:
    """Ask for the annual report of an area, for internal use, and begin to build it. Returns its id.

    Raises:  NotAsked for an area or year that this person may not ask for.
    """
    place = _place(viewer, area)
    if year not in loaded_years():
        raise NotAsked("Choose a financial year of which something is loaded.")
    first, last = months_of_year(FinancialYear.parse(year))
    with transaction.atomic():
        pack = _new(
            viewer, place, product=Product.ANNUAL_REPORT, from_month=first, to_month=last,
            audience=Pack.Audience.INTERNAL, sections=[], formats=_formats(formats),
        )  # fmt: skip
        begin(viewer, pack)
    return pack.pk


def _place(viewer: Viewer, area: str) -> AreaChoice:
    place = next((a for a in areas_asked_by(viewer) if a.code == area), None)
    if place is None:
        raise NotAsked("You may not ask for a pack of that area.")
    return place


def _asked(
    from_month: str, to_month: str, audience: str, sections: Sequence[str], formats: Sequence[str]
) -> dict[str, object]:
    months = loaded_months()
    if from_month not in months or to_month not in months or to_month < from_month:
        raise NotAsked("Choose a period that ends after it begins, of months that are loaded.")
    chosen = [name for name in section_titles() if name in sections]
    if not chosen:
        raise NotAsked("Choose at least one section.")
    return {
        "from_month": from_month,
        "to_month": to_month,
        "audience": Pack.Audience(audience),
        "sections": chosen,
        "formats": _formats(formats),
    }


def _formats(formats: Sequence[str]) -> list[str]:
    written = [name for name in format_names() if name in formats]
    if "html" not in written:
        raise NotAsked("The page must be among the formats.")
    return written


def _new(viewer: Viewer, place: AreaChoice, **asked: object) -> Pack:
    pack = Pack.objects.create(
        area_kind=place.kind,
        area_code=place.code,
        area_name=place.name,
        region_code=place.region_code,
        asked_by_id=acting(viewer),
        **asked,
    )
    said = {name: asked[name] for name in ("from_month", "to_month", "audience", "sections")}
    record(viewer, "asked_for_pack", pack, area=place.code, product=pack.product, **said)
    return pack
