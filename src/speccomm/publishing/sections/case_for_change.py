"""The case for change: a few sentences made from figures of the pack, and the region's own words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from speccomm.publishing.agreement import total_of
from speccomm.publishing.facts import PackFacts
from speccomm.publishing.model import (
    Block,
    HeadlineFigure,
    HeadlineFigures,
    Points,
    Prose,
    Section,
    Unit,
)
from speccomm.publishing.naming import short_icb_name
from speccomm.publishing.sections.evidence_words import say_region, stated, who_said, whole
from speccomm.publishing.sections.flow_words import counted
from speccomm.publishing.sections.fragile import REGISTER as FRAGILE
from speccomm.publishing.sections.fragile import SPECIALTIES, own_fragile, specialties
from speccomm.publishing.sections.priorities import own_priorities
from speccomm.publishing.sections.surveillance import REPORTED, concerns_at
from speccomm.publishing.sourcing import Stated
from speccomm.publishing.wording import (
    capital,
    say_activity,
    say_count,
    say_list,
    say_millions,
    say_month,
    say_numeral,
    say_percent,
    say_period,
    say_share,
    say_verb,
)

QUARTER = 3
LONG_ENOUGH = 2 * QUARTER
ALL_PERCENT = 100


def case_for_change_section(facts: PackFacts) -> Section:
    """Spend, care away from home, growth, surveillance and fragility, as far as each is known."""
    blocks: list[Block] = [
        Prose(tuple(_sentences(facts))),
        HeadlineFigures((_treated_outside(facts), _watched(facts), _fragile(facts))),
        *_problems(facts),
    ]
    return Section("case", "Case for change", tuple(blocks))


def _sentences(facts: PackFacts) -> Iterator[str]:
    icb = short_icb_name(facts.icb.name)
    yield " ".join((_spend(facts, icb), _outside(facts, icb), _growth(facts, icb)))
    yield " ".join((_surveillance(facts), _fragility(facts)))
    yield "Every sentence here is made from figures of this pack. What they do not show is not claimed."


def _spend(facts: PackFacts, icb: str) -> str:
    if facts.contract.num_rows == 0:
        return f"What is spent on specialised care for patients of {icb} is not known: no contract file is loaded."
    actual = total_of(facts.contract, "actual_gbp")
    return (
        f"Specialised care for patients of {icb} was priced at {say_millions(actual)} in "
        f"{facts.contract_period}."
    )


def _outside(facts: PackFacts, icb: str) -> str:
    exported, received = _exported(facts)
    if not received:
        return f"No activity for patients of {icb} is loaded."
    return (
        f"{capital(say_share(exported, received))} of the activity for its patients, "
        f"{say_activity(exported)} of {say_activity(received)} units, was by providers elsewhere."
    )


def _exported(facts: PackFacts) -> tuple[Decimal, Decimal]:
    exported = total_of(facts.flows_icb, "exported")
    return exported, exported + total_of(facts.flows_icb, "intra")


def _growth(facts: PackFacts, icb: str) -> str:
    """The last three months against the first three of the period, from the table of months."""
    months = facts.months
    if len(months) < LONG_ENOUGH:
        return "The period is too short to say whether activity grows."
    held = {row["month"]: row["patient_total"] for row in facts.flows_by_month.to_pylist()}
    ends = (months[:QUARTER], months[-QUARTER:])
    first, last = (
        sum((held.get(str(month)) or Decimal(0) for month in end), Decimal(0)) for end in ends
    )
    if not first or any(str(month) not in held for end in ends for month in end):
        return "Whether activity grows is not known: months at the ends of the period are missing."
    change = (last - first) * ALL_PERCENT / first
    before, after = (say_period(end[0], end[-1]) for end in ends)
    if change == 0:
        told = f"Activity for its patients was the same in {after} as in {before}."
    else:
        side = "more" if change > 0 else "less"
        told = (
            f"Activity for its patients was {say_percent(abs(change))} {side} in {after} than in "
            f"{before}, seasons not allowed for."
        )
    return " ".join((told, *_held_as_flex(facts)))


def _held_as_flex(facts: PackFacts) -> Iterator[str]:
    """A sentence on the last months held as at flex, as such a month is mostly light."""
    names = [say_month(m) for m in facts.months[-QUARTER:] if str(m) in facts.incomplete_months]
    if names:
        verb = say_verb(len(names), "is", "are")
        yield f"{capital(say_list(names))} {verb} held as at flex, before corrections."


def _surveillance(facts: PackFacts) -> str:
    if not facts.evidence.is_collected("surveillance"):
        return "Which services are under surveillance was not collected."
    told = [f"{say_numeral(concerns_at(facts, level))} at {level} level" for level in REPORTED]
    number = sum(concerns_at(facts, level) for level in REPORTED)
    return (
        f"{capital(say_count(number, 'concern'))} about services in {say_region(facts)} "
        f"{say_verb(number, 'is', 'are')} under closer surveillance: {' and '.join(told)}."
    )


def _fragility(facts: PackFacts) -> str:
    if not facts.evidence.is_collected(FRAGILE):
        return "Which services are fragile was not collected."
    every = facts.evidence.fragile_services.num_rows
    words = (
        f"{capital(say_count(every, 'entry', 'entries'))} for {say_region(facts)}, naming "
        f"{say_count(specialties(facts), 'service or specialty', SPECIALTIES)}, "
        f"{say_verb(every, 'is', 'are')} on the register of fragile services"
    )
    if facts.is_region:
        return f"{words}."
    own = own_fragile(facts)
    return f"{words}, {say_numeral(own)} of them of {short_icb_name(facts.icb.name)}."


def _treated_outside(facts: PackFacts) -> HeadlineFigure:
    exported, received = _exported(facts)
    return HeadlineFigure(
        "treated_elsewhere",
        "Units of activity by providers elsewhere",
        say_activity(exported),
        f"{capital(say_share(exported, received))} of {say_activity(received)} units for its patients.",
        "activity-icb",
        exported,
        Unit.ACTIVITY,
        replace(counted(facts, area=facts.icb.code), flow="C"),
    )


def _watched(facts: PackFacts) -> HeadlineFigure:
    label = "Concerns under closer surveillance"
    if not facts.evidence.is_collected("surveillance"):
        return HeadlineFigure(
            "concerns_watched",
            label,
            "not collected",
            "Nobody recorded any level.",
            "surveillance",
            source=_watched_source(facts),
        )
    counts = {level: concerns_at(facts, level) for level in REPORTED}
    number = sum(counts.values())
    told = ", ".join(f"{counts[level]} {level}" for level in REPORTED)
    return HeadlineFigure(
        "concerns_watched",
        label,
        f"{number:,}",
        f"{capital(told)}, at providers of {say_region(facts)}.",
        "surveillance",
        number,
        source=_watched_source(facts),
    )


def _watched_source(facts: PackFacts) -> Stated:
    tests = ("concern_state != closed", "surveillance_level != routine")
    return stated(facts, "surveillance", tests=tests)


def _fragile(facts: PackFacts) -> HeadlineFigure:
    if not facts.evidence.is_collected(FRAGILE):
        return HeadlineFigure(
            "fragile_services", "Fragile services", "not collected",
            "Nobody recorded any.", "fragile", source=stated(facts, FRAGILE),
        )  # fmt: skip
    every, own = facts.evidence.fragile_services.num_rows, own_fragile(facts)
    whose = "" if facts.is_region else f", {own:,} of them of this ICB alone"
    return HeadlineFigure(
        "fragile_services",
        "Fragile services",
        f"{every:,}",
        f"Entries of the register of {say_region(facts)}{whose}; of "
        f"{say_count(specialties(facts), 'service or specialty', SPECIALTIES)}.",
        "fragile",
        every,
        source=stated(facts, FRAGILE),
    )


def _problems(facts: PackFacts) -> tuple[Points, ...]:
    """The region's own words: what each priority calls the problem, and who said so."""
    points = tuple(
        f"{plan['title']}: {whole(plan['problem'])} ({capital(who_said(plan))})"
        for plan in own_priorities(facts)
    )
    year = facts.evidence.priorities_year.replace("-", "/")
    return (
        (Points(f"In the region’s words, the problems behind the priorities of {year}:", points),)
        if points
        else ()
    )
