"""Words and sources that every section of evidence shares: who said so, which service, which place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

import pyarrow as pa

from speccomm.publishing.facts import PackFacts
from speccomm.publishing.model import Column, Making, Prose, Unit
from speccomm.publishing.naming import Namer, short_icb_name
from speccomm.publishing.sourcing import Stated
from speccomm.publishing.wording import capital, say_day, say_list

NOT_COLLECTED = "not collected"
NOT_SAID = "not said"
EVERY_ICB = "all"
Row = dict[str, Any]


def stated(
    facts: PackFacts, register: str, *, measure: str = "rows", tests: tuple[str, ...] = ()
) -> Stated:
    """Where a figure counted from a register of the pack's evidence comes from."""
    day = facts.evidence.on.isoformat()
    return Stated(facts.region.code, register, day, measure, tests)


def say_why_day(facts: PackFacts) -> str:
    """Why the pack's evidence is looked at on its day."""
    if facts.evidence_asked:
        return "the day that was asked for"
    if facts.as_at is not None:
        return "the day that the pack is as at"
    return "the day of the newest load read for it"


def evidence_making(facts: PackFacts, measure: str, *registers: str, only: str = "") -> Making:
    """How a table was made from registers of evidence."""
    scope = f"what holds on {say_day(facts.evidence.on)}; {say_region(facts)}"
    return Making(measure, registers, f"{scope}; {only}" if only else scope)


def nothing_collected(facts: PackFacts, what: str) -> Prose:
    """Says that nobody ever wrote to a register, which is neither none nor not looked at."""
    return Prose(
        (
            (
                f"{what} {NOT_COLLECTED}: nothing was ever recorded here by "
                f"{say_day(facts.evidence.on)}. That does not mean that there is nothing to report."
            ),
        )
    )


def missing_where(facts: PackFacts, register: str, otherwise: str = NOT_SAID) -> str:
    """The words for an empty cell of a register: not collected, or those given."""
    return otherwise if facts.evidence.is_collected(register) else NOT_COLLECTED


def say_service(facts: PackFacts, namer: Namer, code: str | None, part: str | None = None) -> str:
    """The name of a service line and of its part."""
    if code is None:
        return "no one service line"
    name = namer.say(facts.evidence.service_name(code), missing=f"{code} (in no list)")
    return f"{name}: {part}" if part else name


def say_provider(facts: PackFacts, code: str | None) -> str:
    """The name of a provider with its code, and the former codes that entries have for it."""
    if code is None:
        return "no one provider"
    former = facts.evidence.recorded_as.get(code, ())
    told = f"{code}; some entries recorded as {say_list(former)}" if former else code
    name = facts.evidence.provider_name(code)
    return f"{name} ({told})" if name else f"{told} (name not known)"


def say_site(facts: PackFacts, code: str) -> str:
    """The name of a site with its code."""
    name = facts.evidence.site_name(code)
    return f"{name} ({code})" if name else f"site {code} (name not known)"


def say_icb(facts: PackFacts, code: str | None) -> str:
    """The short name of an ICB."""
    if code is None:
        return "no one ICB"
    return short_icb_name(facts.evidence.icb_name(code) or code)


def say_region(facts: PackFacts) -> str:
    """The region in a sentence: the Midlands region."""
    name = facts.region.name
    return f"the {name}" if name.casefold().endswith(("region", "midlands")) else name


def say_kind(words: str | None) -> str | None:
    """Kinds of intelligence as they are written: girft is GIRFT."""
    return None if words is None else words.replace("girft", "GIRFT")


def say_icbs(facts: PackFacts, codes: str | None) -> str:
    """The ICBs of a list of codes between semicolons, or all of them."""
    if codes is None:
        return NOT_SAID
    if codes == EVERY_ICB:
        return "All ICBs of the region"
    return "; ".join(say_icb(facts, code.strip()) for code in codes.split(";"))


def who_said(row: Mapping[str, Any], flag: str = "") -> str:
    """Who said so and when: said by the network manager, 9 January 2024."""
    start = f"{flag}_" if flag else ""
    by, on = row[f"{start}said_by"], row[f"{start}said_on"]
    return f"said by {by or 'nobody named'}{f', {say_day(on)}' if on else ''}"


def whole(sentence: str | None, *, missing: str = NOT_SAID) -> str:
    """A text as it was said, with a full stop at its end; words where there is none."""
    if not sentence or not sentence.strip():
        return missing
    text = capital(" ".join(sentence.split()))
    return text if text[-1] in ".!?" else f"{text}."


def is_past(day: date | None, *, on: date) -> bool:
    """Whether a day of review has gone by."""
    return day is not None and day < on


def said_columns(flag: str = "", title: str = "") -> tuple[Column, ...]:
    """Who said so and when, in files only."""
    start, of = (f"{flag}_", f" of “{title}”") if flag else ("", "")
    who = "Role or body that said so"
    return (
        Column(f"{start}said_by", f"Said by{of}", Unit.TEXT, f"{who}{of}", "nobody", on_page=False),
        Column(f"{start}said_on", f"Said on{of}", Unit.DATE, f"When it was said{of}", "never",
               on_page=False),
    )  # fmt: skip


def in_file(name: str, title: str, unit: Unit, meaning: str, missing: str = NOT_SAID) -> Column:
    """A column of files that is not shown on the page."""
    return Column(name, title, unit, meaning, missing, on_page=False)


def text_table(rows: Iterable[Row], columns: Iterable[Column], **more: pa.DataType) -> pa.Table:
    """Rows of plain values in the columns' own types; `more` are columns that no column shows."""
    fields = [pa.field(column.name, _type(column.unit)) for column in columns]
    fields += [pa.field(name, kind) for name, kind in more.items()]
    return pa.Table.from_pylist(list(rows), schema=pa.schema(fields))


def _type(unit: Unit) -> pa.DataType:
    if unit is Unit.DATE:
        return pa.date32()
    if unit is Unit.GBP:
        return pa.decimal128(38, 2)
    if unit is Unit.ACTIVITY:
        return pa.decimal128(38, 3)
    if unit is Unit.WTE:
        return pa.decimal128(38, 3)
    return pa.int64() if unit is Unit.NUMBER else pa.string()
