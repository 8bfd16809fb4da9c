"""Fragile services: counted by ICB and area as regions print them, with the list behind."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pyarrow as pa

from speccomm.publishing.charts import Bar, plain_bars
from speccomm.publishing.facts import PackFacts
from speccomm.publishing.model import Chart, Column, PackTable, Placement, Prose, Section, Unit
from speccomm.publishing.naming import Namer, short_icb_name
from speccomm.publishing.sections.evidence_words import (
    NOT_SAID,
    Row,
    evidence_making,
    is_past,
    nothing_collected,
    said_columns,
    say_icb,
    say_provider,
    say_region,
    say_service,
    say_site,
    stated,
    text_table,
)
from speccomm.publishing.sourcing import Key, Of
from speccomm.publishing.wording import capital, say_count, say_day, say_numeral, say_verb
from speccomm.quality.fragile import REASONS, REGION

REGISTER = "fragile_services"
TITLE = "Fragile services"
GENERIC = "Not one ICB"
SPECIALTIES = "services or specialties"
WHOLE_REGION = "Whole region"


def fragile_section(facts: PackFacts, namer: Namer) -> Section:
    """The counts by area and by ICB, the pack's own entries, and all of the region's."""
    if not facts.evidence.is_collected(REGISTER):
        words = nothing_collected(facts, "The register of fragile services is")
        return Section("fragile", TITLE, (words,))
    counts = _counts(facts)
    entries = [_named(row, facts, namer) for row in facts.evidence.fragile_services.to_pylist()]
    own = [row for row in entries if _is_own(row, facts)]
    lists = [_list(facts, entries, own=False)]
    if not facts.is_region:
        lists.insert(0, _list(facts, own, own=True))
    return Section(
        "fragile",
        TITLE,
        (
            Prose((_sentences(facts, counts, entries, own), _meaning())),
            _area_table(facts, counts),
            _chart(facts, counts),
            _icb_table(facts, counts),
            *lists,
        ),
    )


def own_fragile(facts: PackFacts) -> int:
    """How many entries of the register are of the pack's own ICB, or of its region."""
    return sum(_is_own(row, facts) for row in facts.evidence.fragile_services.to_pylist())


def specialties(facts: PackFacts) -> int:
    """How many different services or specialties the entries of the register name."""
    return len(set(facts.evidence.fragile_services["specialty"].to_pylist()))


def _is_own(row: Row, facts: PackFacts) -> bool:
    return facts.is_region or row["icb_code"] == facts.icb.code


def _counts(facts: PackFacts) -> list[Row]:
    rows: list[Row] = facts.evidence.fragile_counts.to_pylist()
    for row in rows:
        if row["area_code"] == REGION:
            row["area_name"] = WHOLE_REGION
        row["place"] = say_icb(facts, row["icb_code"]) if row["icb_code"] else GENERIC
    return rows


def _named(row: Row, facts: PackFacts, namer: Namer) -> Row:
    late = is_past(row["review_on"], on=facts.evidence.on)
    delegated = {True: "yes", False: "no", None: "not applicable"}[row["is_delegated"]]
    return {
        **row,
        "icb": say_icb(facts, row["icb_code"]) if row["icb_code"] else GENERIC,
        "service": say_service(facts, namer, row["service_code"]) if row["service_code"] else None,
        "place": _place(row, facts),
        "delegated": delegated,
        "overdue": f"OVERDUE by {say_count((facts.evidence.on - row['review_on']).days, 'day')}"
        if late
        else f"due {say_day(row['review_on'])}",
        "is_late": late,
    }


def _place(row: Row, facts: PackFacts) -> str | None:
    if row["site_code"]:
        return say_site(facts, row["site_code"])
    return say_provider(facts, row["provider_code"]) if row["provider_code"] else None


def _sentences(facts: PackFacts, counts: list[Row], entries: list[Row], own: list[Row]) -> str:
    total = sum(row["services"] for row in counts)
    wide = sum(row["services"] for row in counts if row["icb_code"] is None)
    named = specialties(facts)
    late = sum(row["is_late"] for row in entries)
    words = [
        (
            f"{capital(say_count(total, 'entry', 'entries'))} for {say_region(facts)} "
            f"{say_verb(total, 'is', 'are')} on the register of fragile services; "
            f"{say_numeral(wide)} of them {say_verb(wide, 'belongs', 'belong')} to no one ICB."
        ),
        (
            f"Between them they name {say_count(named, 'service or specialty', SPECIALTIES)}: one "
            "that is fragile for several ICBs, or in several places, has an entry for each and is "
            "counted each time."
        ),
    ]
    if not facts.is_region:
        overdue = sum(row["is_late"] for row in own)
        words.append(
            f"{capital(say_numeral(len(own)))} {say_verb(len(own), 'is', 'are')} of "
            f"{short_icb_name(facts.icb.name)}, {say_numeral(overdue)} of them with a review that is "
            "overdue."
        )
    words.append(
        f"In all, {say_count(late, 'review')} {say_verb(late, 'was', 'were')} overdue on "
        f"{say_day(facts.evidence.on)}."
    )
    return " ".join(words)


def _meaning() -> str:
    return (
        "The register lists services that the quality or commissioning teams watch because of "
        "pressure on capacity or demand, workforce, recruitment and retention, training and "
        "education, or a possible lack of a provider. It holds services that ICBs commission as "
        "well as specialised ones, because both stand in one pathway."
    )


def _count_column(facts: PackFacts, name: str, title: str, meaning: str, **more: Any) -> Column:
    tests = more.pop("tests", ())
    return Column(
        name, title, Unit.NUMBER, meaning, adds_up=True,
        source=stated(facts, REGISTER, tests=tests), **more,
    )  # fmt: skip


def _area_table(facts: PackFacts, counts: list[Row]) -> PackTable:
    areas = dict.fromkeys((row["area_code"], row["area_name"]) for row in counts)
    rows = []
    for code, name in areas:
        held = [row for row in counts if row["area_code"] == code]
        own = sum(row["services"] for row in held if row["icb_code"])
        every = sum(row["services"] for row in held)
        rows.append(
            {"area_code": code, "area_name": name, "own": own, "generic": every - own,
             "services": every}
        )  # fmt: skip
    columns = (
        Column("area_name", "Part of the region", Unit.TEXT, "Part of the region"),
        _count_column(facts, "own", "Of one ICB", "Entries that belong to one ICB",
                      tests=("icb_code != null",)),
        _count_column(facts, "generic", "Of no one ICB", "Entries that belong to no one ICB",
                      tests=("icb_code = null",)),
        _count_column(facts, "services", "All", "Entries of the register"),
    )  # fmt: skip
    return PackTable(
        id="fragile_by_area",
        title="Fragile services by part of the region",
        columns=columns,
        rows=text_table(rows, columns, area_code=pa.string()),
        row_header="area_name",
        making=evidence_making(facts, "Entries of the register", REGISTER),
        total_label=f"All of {say_region(facts)}",
        keys=(Key("area_code", Of.AREA),),
    )


def _chart(facts: PackFacts, counts: list[Row]) -> Chart:
    shown = [row for row in counts if row["icb_code"]]
    shown.sort(key=lambda row: (-row["services"], row["place"]))
    bars = [Bar(row["place"], Decimal(row["services"]), f"{row['services']:,}") for row in shown]
    ends = (
        f" Most: {bars[0].name}, {bars[0].text}. Fewest: {bars[-1].name}, {bars[-1].text}."
        if bars
        else ""
    )
    return Chart(
        id="chart-fragile",
        title="Fragile services of each ICB",
        description=f"One bar for each of {say_count(len(bars), 'ICB')}.{ends}",
        specification=plain_bars(bars),
        table_id="fragile_by_icb",
    )


def _icb_table(facts: PackFacts, counts: list[Row]) -> PackTable:
    titles = {name: capital(word) for name, word in REASONS}
    columns = (
        Column("area_name", "Part of the region", Unit.TEXT, "Part of the region"),
        Column("place", "ICB", Unit.TEXT, f"ICB, or {GENERIC} for what belongs to several"),
        Column("icb_code", "Code", Unit.CODE, "Code of the ICB", "none", on_page=False),
        _count_column(facts, "services", "Services", "Entries of the register"),
        *(
            _count_column(facts, name, titles[name], f"Entries for reason of {word}",
                          tests=(f"reasons has {word}",), group="For reason of")
            for name, word in REASONS
        ),
    )  # fmt: skip
    return PackTable(
        id="fragile_by_icb",
        title="Fragile services by ICB and reason",
        columns=columns,
        rows=text_table(counts, columns, area_code=pa.string()),
        row_header="place",
        making=evidence_making(facts, "Entries of the register", REGISTER),
        notes=(
            "An entry with two reasons counts under both, so reasons do not add up to services.",
        ),
        total_label=f"All of {say_region(facts)}",
        keys=(Key("area_code", Of.AREA), Key("icb_code", Of.ICB)),
    )


def _list(facts: PackFacts, entries: list[Row], *, own: bool) -> PackTable:
    columns = (
        Column("specialty", "Service or specialty", Unit.TEXT, "As the programme names it"),
        Column("icb", "ICB", Unit.TEXT, "ICB it belongs to", on_page=not own),
        Column("place", "Where", Unit.TEXT, "Site or provider", "no one provider"),
        Column("reasons", "Why fragile", Unit.TEXT, "Reasons"),
        Column("detail", "What is known", Unit.TEXT, "What is known", NOT_SAID),
        Column("actions", "Actions", Unit.TEXT, "What is done about it", NOT_SAID),
        Column("owner_role", "Owner", Unit.TEXT, "Role that owns it"),
        Column("overdue", "Review", Unit.TEXT, "When it is looked at again, or how late that is"),
        Column("delegated", "Delegated service", Unit.ANSWER,
               "Is it a delegated service line; not applicable where it names no service line"),
        Column("review_on", "Review date", Unit.DATE, "Day of the next review", on_page=False),
        Column("service", "Service line", Unit.TEXT, "Service line", "none named", on_page=False),
        Column("service_code", "Code", Unit.CODE, "Code of the service line", "none",
               on_page=False),
        Column("provider_code", "Provider code", Unit.CODE, "ODS code on the map", "none",
               on_page=False),
        Column("icb_code", "ICB code", Unit.CODE, "Code of the ICB", "none", on_page=False),
        *said_columns(),
    )  # fmt: skip
    icb = short_icb_name(facts.icb.name)
    whose = icb if own else say_region(facts)
    return PackTable(
        id="fragile_own" if own else "fragile_list",
        title=f"Fragile services of {whose}" if own else f"Every entry for fragile services in {whose}",
        columns=columns,
        rows=text_table(entries, columns),
        row_header="specialty",
        making=evidence_making(facts, "Entries, soonest review first", REGISTER,
                               only=f"ICB {facts.icb.code}" if own else ""),
        notes=(f"A review is overdue where its day was before {say_day(facts.evidence.on)}.",),
        placement=Placement.PAGE if own else Placement.FOLDED,
    )  # fmt: skip
