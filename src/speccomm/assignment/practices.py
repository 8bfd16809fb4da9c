"""General practices as the flow chart needs them: disjoint periods of active practices."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from speccomm.assignment.dated import ReferenceRows, latest_by, postcode_key
from speccomm.assignment.rules import CamRules

FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2999, 1, 1)
PLACE_COLUMNS = (
    "country_code",
    "sub_icb_code",
    "icb_code",
    "region_code",
    "local_authority_code",
    "health_board_code",
)


def practice_periods(rows: ReferenceRows, rules: CamRules) -> list[dict[str, Any]]:
    """Every active practice with its dates: one row per code and day, never two.

    Shape:   from_date inclusive, to_date exclusive. Where two rows of a code are in force on a
             day, the one opened last holds; of two opened together, the later row.
    Missing: a practice that is in no row on a day is not active on it. English forces practices
             the practice file does not name are taken from the armed forces table.
    """
    listed = rows.rows("practices")
    forces = [row for row in rows.rows("armed_forces_practices") if row["english"]]
    places = rows.places(row["postcode"] for row in (*listed, *forces))
    regions = latest_by(rows.rows("regions"), "region_code")
    known_forces = {row["practice_code"]: row for row in forces}
    held: dict[str, list[dict[str, Any]]] = {}
    for row in listed:
        span = _active_span(row, rules)
        facts = held.setdefault(row["practice_code"], [])
        if span is not None:
            place = places.get(postcode_key(row["postcode"]), {})
            described = _listed(row, place, regions, known_forces, rules)
            facts.append({**described, "from_date": span[0], "to_date": span[1]})
    named = set(held)
    for row in forces:
        if row["practice_code"] not in named:
            place = places.get(postcode_key(row["postcode"]), {})
            facts = held.setdefault(row["practice_code"], [])
            facts.append(_unlisted_forces(row, place, regions, rules))
    return [period for periods in held.values() for period in disjoint(periods)]


def disjoint(periods: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Cut overlapping periods so that on each day the one that began last holds alone."""
    if len(periods) == 1:
        return periods
    days = sorted({day for period in periods for day in (period["from_date"], period["to_date"])})
    cut = []
    for start, end in zip(days, days[1:], strict=False):
        over = [p for p in periods if p["from_date"] <= start < p["to_date"]]
        if over:
            latest = max(
                enumerate(over), key=lambda numbered: (numbered[1]["from_date"], numbered[0])
            )
            cut.append({**latest[1], "from_date": start, "to_date": end})
    return cut


def _active_span(row: dict[str, Any], rules: CamRules) -> tuple[date, date] | None:
    """The days a listed practice is active: the close date is its last; None for never."""
    status, close = row["status"], row["close_date"]
    closed = status in rules.lists["closed_statuses"] and close is not None
    if status not in rules.lists["active_statuses"] and not closed:
        return None
    start = row["open_date"] or FIRST_DAY
    end = LAST_DAY if close is None else close + timedelta(days=1)
    return (start, end) if start < end else None


def _listed(
    row: dict[str, Any],
    place: dict[str, Any],
    regions: dict[str, dict[str, Any]],
    known_forces: dict[str, dict[str, Any]],
    rules: CamRules,
) -> dict[str, Any]:
    lists = rules.lists
    commissioner, grouping = row["commissioner_code"], row["national_grouping"]
    geography = row["high_level_health_geography"]
    in_england = place.get("country_code") in lists["english_countries"] or (
        place.get("country_code") is None and row["practice_code"] in known_forces
    )
    return {
        "practice_code": row["practice_code"],
        "commissioner_code": None
        if commissioner in lists["rejected_commissioners"]
        else commissioner,
        "english": grouping is not None and grouping not in lists["not_english_groupings"],
        "english_geography": geography is not None
        and geography not in lists["not_english_geographies"],
        "island": geography in lists["island_geographies"],
        "forces_postcode": is_forces_postcode(row["postcode"], rules),
        "forces": commissioner in lists["forces_commissioners"] and in_england,
        **_region(regions, grouping),
        **_place(regions, place),
    }


def _unlisted_forces(
    row: dict[str, Any],
    place: dict[str, Any],
    regions: dict[str, dict[str, Any]],
    rules: CamRules,
) -> dict[str, Any]:
    """An English forces practice the practice file does not name, from the armed forces table."""
    close = row["close_date"]
    return {
        "practice_code": row["practice_code"],
        "from_date": row["open_date"] or FIRST_DAY,
        "to_date": LAST_DAY if close is None else close + timedelta(days=1),
        "commissioner_code": rules.lists["forces_commissioners"][0],
        "english": True,
        "english_geography": True,
        "island": False,
        "forces_postcode": is_forces_postcode(row["postcode"], rules),
        "forces": True,
        **_region(regions, place.get("region_code")),
        **_place(regions, place),
    }


def is_forces_postcode(postcode: str | None, rules: CamRules) -> bool:
    """Whether a postcode is one of British forces post."""
    return postcode_key(postcode)[:-3] in rules.lists["forces_postcode_areas"]


def _region(regions: dict[str, dict[str, Any]], code: str | None) -> dict[str, str | None]:
    region = regions.get(code or "", {})
    return {
        "hub_code": region.get("specialised_hub_code"),
        "public_health_code": region.get("public_health_code"),
    }


def _place(regions: dict[str, dict[str, Any]], place: dict[str, Any]) -> dict[str, str | None]:
    region = _region(regions, place.get("region_code"))
    return {
        "place_public_health_code": region["public_health_code"],
        **{name: place.get(name) for name in PLACE_COLUMNS},
    }
