"""Read one cell as the value its column holds, or say in which way it cannot be read."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from speccomm.foundation.periods import FinancialYear, NotAPeriod
from speccomm.quality.declaring import Column, Kind
from speccomm.quality.known import Found, Known
from speccomm.quality.people import looks_like_a_person, points_to_a_person
from speccomm.quality.rules import EvidenceRules, folded
from speccomm.quality.sheets import Cell

DAY_FORMATS = ("%Y-%m-%d", "%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y", "%d %b %Y", "%d %B %Y", "%d-%b-%Y")
NUMBER = re.compile(r"-?\d{1,3}(?:,\d{3})+(?:\.\d{1,3})?|-?\d+(?:\.\d{1,3})?")
MONEY = re.compile(r"[+-]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d{1,2})?")
CODE_LIKE = re.compile(r"[A-Z0-9]{2,5}")  # what is written so is a code, not the name of a body
EVERYWHERE = "all"
UNKNOWN_CODE = {
    Kind.SERVICE: "QUA-R01",
    Kind.SITE: "QUA-R02",
    Kind.PROVIDER: "QUA-R03",
    Kind.ICB: "QUA-R04",
    Kind.ICBS: "QUA-R04",
}


@dataclass(frozen=True)
class Reading:
    """What a cell was read as, and the check that has something to say of it."""

    value: Any = None
    check_id: str | None = None
    words: Mapping[str, Any] = field(default_factory=dict)


def read_value(column: Column, cell: Cell, *, rules: EvidenceRules, known: Known) -> Reading:
    """Read a cell that is not blank. Dates are not compared with today here."""
    if cell.fault is not None:
        return Reading(None, "QUA-V09", {"fault": cell.fault})
    if len(cell.text) > rules.whole("longest_text"):
        return Reading(None, "QUA-V10")
    match column.kind:
        case Kind.FLAG:
            return _flag(cell.text, rules)
        case Kind.CHOICE:
            return _choice(cell.text, column, rules)
        case Kind.CHOICES:
            return _choices(cell.text, column, rules)
        case Kind.DAY:
            return _day(cell, rules)
        case Kind.YEAR:
            return _year(cell.text)
        case Kind.WHOLE | Kind.AMOUNT:
            return _number(cell.text, column.kind, rules)
        case Kind.SERVICE | Kind.SITE | Kind.PROVIDER | Kind.ICB:
            return _code(known.find(column.kind, cell.text), column.kind)
        case Kind.ICBS:
            return _boards(cell.text, known)
        case Kind.MONEY:
            return _money(cell.text, rules)
        case Kind.BODY if points_to_a_person(cell.text, rules) is None:
            return _body(cell.text, known)
        case Kind.ROLE:
            wrong = looks_like_a_person(cell.text, rules)
            return Reading(None, "QUA-P01") if wrong else Reading(" ".join(cell.text.split()))
    what = points_to_a_person(cell.text, rules)
    return Reading(cell.text) if what is None else Reading(None, "QUA-P02", {"what": what})


def _flag(text: str, rules: EvidenceRules) -> Reading:
    value = rules.flags.get(folded(text))
    if value is None:
        return Reading(None, "QUA-V02")
    return Reading(value) if text == value else Reading(value, "QUA-V01", {"read_as": value})


def _choice(text: str, column: Column, rules: EvidenceRules) -> Reading:
    value = rules.choices[column.choices].get(folded(text))
    if value is None:
        return Reading(None, "QUA-V05", {"known": ", ".join(rules.words[column.choices])})
    return Reading(value) if text == value else Reading(value, "QUA-V04", {"read_as": value})


def _choices(text: str, column: Column, rules: EvidenceRules) -> Reading:
    parts = [part.strip() for part in re.split(r"[;,\n]", text) if part.strip()]
    readings = [_choice(part, column, rules) for part in parts]
    for reading in readings:
        if reading.value is None:
            return reading
    chosen = {reading.value for reading in readings}
    value = "; ".join(word for word in rules.words[column.choices] if word in chosen)
    return Reading(value) if text == value else Reading(value, "QUA-V04", {"read_as": value})


def _day(cell: Cell, rules: EvidenceRules) -> Reading:
    day = cell.day or _written_day(cell.text)
    if day is None:
        return Reading(None, "QUA-V07")
    return Reading(day) if day >= rules.earliest_date else Reading(None, "QUA-T05")


def _written_day(text: str) -> date | None:
    """A date written out, day before month; a midnight after it is set aside."""
    text = re.sub(r"[ T]00:00(?::00)?$", "", " ".join(text.split()))
    for form in DAY_FORMATS:
        try:
            day = datetime.strptime(text, form).date()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            continue
        return day
    return None


def _year(text: str) -> Reading:
    try:
        return Reading(str(FinancialYear.parse(text)))
    except NotAPeriod:
        return Reading(None, "QUA-V11")


def _number(text: str, kind: Kind, rules: EvidenceRules) -> Reading:
    if not NUMBER.fullmatch(text):
        return Reading(None, "QUA-V08")
    try:
        number = Decimal(text.replace(",", ""))
    except InvalidOperation:
        return Reading(None, "QUA-V08")
    whole = number == number.to_integral_value()
    if not 0 <= number <= rules.whole("largest_number") or (kind is Kind.WHOLE and not whole):
        return Reading(None, "QUA-V08")
    return Reading(int(number) if kind is Kind.WHOLE else number)


def _money(text: str, rules: EvidenceRules) -> Reading:
    """An amount to two decimals, of either sign; what may not be below zero is asked of the row."""
    if not MONEY.fullmatch(text):
        return Reading(None, "QUA-V12")
    amount = Decimal(text.replace(",", "").removeprefix("+"))
    if abs(amount) > rules.whole("largest_amount"):
        return Reading(None, "QUA-V12")
    return Reading(amount)


def _body(text: str, known: Known) -> Reading:
    """An ICB or a region by code or name, or any other body by its name."""
    found = [known.find(kind, text) for kind in (Kind.ICB, Kind.REGION)]
    codes = [one for one in found if one.code is not None]
    if codes:
        return _code(codes[0], Kind.ICB)
    if CODE_LIKE.fullmatch(text):
        near = next((f"The nearest is {one.nearest}." for one in found if one.nearest), "")
        return Reading(None, "QUA-A03", {"nearest": near})
    return Reading(" ".join(text.split()))


def _code(found: Found, kind: Kind) -> Reading:
    if found.code is not None:
        check = "QUA-R05" if found.by_name else None
        return Reading(found.code, check, {"read_as": found.code})
    if found.several:
        return Reading(None, "QUA-R08", {"known": ", ".join(found.several)})
    near = f"The nearest known one is {found.nearest}." if found.nearest else ""
    return Reading(None, UNKNOWN_CODE[kind], {"nearest": near})


def _boards(text: str, known: Known) -> Reading:
    if folded(text) in (EVERYWHERE, f"{EVERYWHERE} icbs"):
        check = None if text == EVERYWHERE else "QUA-R05"
        return Reading(EVERYWHERE, check, {"read_as": EVERYWHERE})
    parts = [part.strip() for part in re.split(r"[;,\n]", text) if part.strip()]
    readings = [_code(known.find(Kind.ICB, part), Kind.ICB) for part in parts]
    for reading in readings:
        if reading.value is None:
            return reading
    value = "; ".join(dict.fromkeys(str(reading.value) for reading in readings))
    return Reading(value) if value == text else Reading(value, "QUA-R05", {"read_as": value})
