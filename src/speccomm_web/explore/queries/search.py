"""Find a service, provider, ICB or any code typed by hand, within the places a viewer may explore."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from speccomm_web.explore.figures import Figures
from speccomm_web.explore.queries.flows import names_of
from speccomm_web.explore.queries.opening import Opened
from speccomm_web.explore.sight import short_name

MOST = 40
Filter = Literal["", "provider", "icb", "service", "crg", "pod"]


@dataclass(frozen=True)
class Found:
    """One thing found: the place to explore it in, and the filter that shows it alone there.

    `said` tells how a code that stands for nothing now leads here; empty where it does not arise.
    """

    place: str
    place_name: str
    filter: Filter
    code: str
    name: str
    said: str = ""


def found_by(opened: Opened, words: str) -> list[Found]:
    """What fits some words, a code that is exactly them first. The place's own rows decide."""
    wanted = words.strip().casefold()
    if not wanted:
        return []
    exact, rest = [], []
    for found in [*_places(opened), *_filters(opened)]:
        if found.code.casefold() == wanted:
            exact.append(found)
        elif wanted in found.name.casefold() or found.code.casefold().startswith(wanted):
            rest.append(found)
    return [*exact, *_earlier(opened, wanted), *rest][:MOST]


def _places(opened: Opened) -> list[Found]:
    return [Found(p.code, p.words, "", p.code, p.name) for p in opened.places]


def _filters(opened: Opened) -> list[Found]:
    place, names = opened.place, names_of(opened)
    kinds: tuple[Filter, ...] = ("service", "crg", "provider", "icb", "pod")
    return [
        Found(place.code, place.words, kind, code, short_name(name or code))
        for kind in kinds
        for code, name in names[kind].items()
    ]


def _earlier(opened: Opened, wanted: str) -> list[Found]:
    """Codes that others took over: a merged provider's, or a commissioner's within an ICB."""
    held, place, names = opened.held, opened.place, names_of(opened)
    places = held.places(held.newest_day)
    code = wanted.upper()
    current = places.current.get(code, code)
    found = []
    if current != code and current in names["provider"]:
        said = f"{code} is now part of {current}"
        name = short_name(names["provider"][current])
        found.append(Found(place.code, place.words, "provider", current, name, said))
    home = _home(held, code)
    if home and home != code and home in names["icb"]:
        said = f"{code} is a commissioner within {home}"
        name = short_name(names["icb"][home])
        found.append(Found(place.code, place.words, "icb", home, name, said))
    return found


def _home(held: Figures, code: str) -> str:
    table = held.places(held.newest_day).places
    codes = zip(table["commissioner_code"].to_pylist(), table["icb_code"].to_pylist(), strict=True)
    homes: dict[str, str] = dict(codes)
    return homes.get(code, "")
