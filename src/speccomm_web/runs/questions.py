"""What a run was asked, as a sentence: from the words of its command line."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from speccomm.foundation.periods import FinancialMonth, FinancialYear, NotAPeriod

Arguments = Mapping[str, Any]
Names = Mapping[str, str]
# The arguments that say where and how, not what was asked.
HOUSEKEEPING = frozenset(
    {"store", "reference", "run", "format", "memory_mib", "threads", "key_file"}
)
PLACES = ("provider", "icb", "region")
CUTS = {"crg": "CRG", "icb": "ICB", "pod": "point of delivery", "npoc": "NPoC"}
DATASETS = {
    "acm": "aggregate contract monitoring", "plcm": "patient level activity", "drplcm": "drugs",
    "deplcm": "devices", "iap": "the activity plan",
}  # fmt: skip


def question_words(command: str, arguments: Arguments, names: Names) -> str:
    """The question of a run. `names` are of organisations, by their codes."""
    said = {key: value for key, value in arguments.items() if key not in HOUSEKEEPING and value}
    sentence = _SENTENCES.get(command)
    try:
        told = sentence(said, names) if sentence else ""
    except NotAPeriod:
        told = ""
    return told or _listed(command, said)


def codes_of(arguments: Arguments) -> set[str]:
    """The codes of the organisations that a question names."""
    return {str(arguments[place]) for place in PLACES if arguments.get(place)}


def _flows(said: dict[str, Any], names: Names) -> str:
    drilled = said.get("by") or []
    listed = drilled if isinstance(drilled, list | tuple) else str(drilled).split(",")
    cuts = list(dict.fromkeys(["crg", *(str(cut).strip() for cut in listed)]))
    return _sentence("Flows", {**said, "by": cuts}, names, _months(said))


def _contract(said: dict[str, Any], names: Names) -> str:
    when = ""
    if said.get("year"):
        year = FinancialYear.parse(str(said["year"]))
        month = FinancialMonth(year, int(said["month"])) if said.get("month") else None
        when = f"{year}" + (f" to {month.from_date:%B %Y}" if month else "")
    return _sentence("Contract position", said, names, when)


def _history(said: dict[str, Any], names: Names) -> str:
    dataset = str(said.get("dataset", ""))
    what = f"Versions of {DATASETS.get(dataset, dataset) or 'every data set'}"
    when = f"{said['year']}" if said.get("year") else ""
    if when and said.get("month"):
        when = f"{FinancialMonth(FinancialYear.parse(when), int(said['month'])).from_date:%B %Y}"
    return _sentence(what, said, names, when)


def _difference(said: dict[str, Any], names: Names) -> str:
    return "Differences between two packs"


def _sentence(what: str, said: dict[str, Any], names: Names, when: str) -> str:
    places = [_name(str(said[place]), names) for place in PLACES if said.get(place)]
    of = f" of {' in '.join(places)}" if places else ""
    service = f" for service {said['service']}" if said.get("service") else ""
    by = f" by {_cuts(said['by'])}" if said.get("by") else ""
    as_at = f", as at {said['as_at']}" if said.get("as_at") else ""
    return f"{what}{of}{service}{by}" + (f", {when}" if when else "") + as_at


def _name(code: str, names: Names) -> str:
    return names.get(code, code).removesuffix(" Integrated Care Board")


def _cuts(by: list[str]) -> str:
    words = [CUTS.get(cut, cut.replace("_", " ")) for cut in by]
    return " and ".join(filter(None, [", ".join(words[:-1]), words[-1]]))


def _months(said: dict[str, Any]) -> str:
    given = [str(said[key]) for key in ("from_month", "to_month") if said.get(key)]
    days = [FinancialMonth.parse_calendar(month).from_date for month in given]
    if not days:
        return ""
    first, last = days[0], days[-1]
    if first == last:
        return f"{first:%B %Y}" if len(days) > 1 else f"from {first:%B %Y}"
    begin = f"{first:%B}" if first.year == last.year else f"{first:%B %Y}"
    return f"{begin} to {last:%B %Y}"


def _listed(command: str, said: dict[str, Any]) -> str:
    plain = [
        f"{key.replace('_', ' ')} {value}"
        for key, value in said.items()
        if not isinstance(value, list | dict)
    ]
    name = command.replace("_", " ").capitalize()
    return ": ".join(filter(None, (name, ", ".join(plain))))


_SENTENCES: dict[str, Callable[[dict[str, Any], Names], str]] = {
    "flows": _flows,
    "contract": _contract,
    "history": _history,
    "pack diff": _difference,
}
