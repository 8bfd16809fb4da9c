"""Services under enhanced or intensive surveillance, in the form of the monthly highlight report."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

import pyarrow as pa

from speccomm.publishing.facts import PackFacts
from speccomm.publishing.model import (
    Block,
    Column,
    PackTable,
    Placement,
    Points,
    Prose,
    Section,
    Unit,
)
from speccomm.publishing.naming import Namer, short_icb_name
from speccomm.publishing.sections.evidence_words import (
    NOT_SAID,
    Row,
    evidence_making,
    in_file,
    nothing_collected,
    said_columns,
    say_icb,
    say_provider,
    say_region,
    say_service,
    stated,
    text_table,
    who_said,
    whole,
)
from speccomm.publishing.sourcing import Key, Of
from speccomm.publishing.wording import capital, say_count, say_day, say_numeral, say_verb

REPORTED = ("intensive", "enhanced")
SUBJECT = ("service_code", "service_part", "provider_code", "concern_title")
OPEN = "concern_state != closed"
TITLE = "Services under enhanced or intensive surveillance"


def surveillance_section(facts: PackFacts, namer: Namer) -> Section:
    """How many at each level, the report of each concern, what left it, and every statement."""
    if not facts.evidence.is_collected("surveillance"):
        return Section(
            "surveillance", TITLE, (nothing_collected(facts, "The surveillance register is"),)
        )
    rows = [_named(row, facts, namer) for row in facts.evidence.surveillance.to_pylist()]
    history = facts.evidence.surveillance_history.to_pylist()
    for row in rows:
        row["movement"] = movement(row, history, month=month_of(facts))
    left = list(_left(history, facts, namer))
    blocks: list[Block] = [
        Prose(tuple(_sentences(facts, rows, left))),
        _counts_table(facts),
        _report_table(facts, rows),
        *_leavers(left, facts),
        *_learning(rows),
        *_intelligence(facts, namer),
        _history_table(facts, namer, history),
    ]
    return Section("surveillance", TITLE, tuple(blocks))


def month_of(facts: PackFacts) -> date:
    """The first day of the month that the report is of."""
    return facts.evidence.on.replace(day=1)


def concerns_at(facts: PackFacts, level: str) -> int:
    """How many open concerns stand at a level."""
    counts = facts.evidence.surveillance_counts.to_pylist()
    return sum(row["concerns"] for row in counts if row["surveillance_level"] == level)


def movement(row: Row, history: list[Row], *, month: date) -> str:
    """How a concern's level stands against the last day of the month before `month`."""
    before = _level_before(row, history, month)
    level = row["surveillance_level"]
    if before is None:
        return f"New in the report: {level} since {say_day(row['level_since'] or row['from_date'])}"
    if before == level:
        since = row["level_since"]
        return "No change" + (f": {level} since {say_day(since)}" if since else "")
    order = ("routine", *reversed(REPORTED))
    verb = "Raised" if order.index(level) > order.index(before) else "Lowered"
    return f"{verb} from {before} to {level}"


def _level_before(row: Row, history: list[Row], month: date) -> str | None:
    """The level a concern had before the month; None where it was not open then."""
    earlier = [said for said in history if _same(said, row) and said["from_date"] < month]
    if not earlier or earlier[-1]["concern_state"] == "closed":
        return None
    return None if earlier[-1]["entry_state"] == "ended" else str(earlier[-1]["surveillance_level"])


def _same(one: Row, other: Row) -> bool:
    return all(one[name] == other[name] for name in SUBJECT)


def _named(row: Row, facts: PackFacts, namer: Namer) -> Row:
    icb = f", {say_icb(facts, row['icb_code'])}" if row["icb_code"] else ""
    return {
        **row,
        "from_date": row["opened_on"],
        "standing": f"{capital(row['concern_state'])}: {row['surveillance_level']} surveillance",
        "service": say_service(facts, namer, row["service_code"], row["service_part"]),
        "organisation": f"{say_provider(facts, row['provider_code'])}{icb}",
        "account": " ".join(
            (
                whole(row["concern_title"]),
                whole(row["concern"], missing="What the concern is, nobody said."),
                "Impact: " + whole(row["impact"], missing="nobody said."),
            )
        ),
        "doing": " ".join(
            (
                whole(row["mitigation"], missing="Mitigation: nobody said."),
                *([f"Learning: {whole(row['key_learning'])}"] if row["key_learning"] else []),
            )
        ),
    }


def _left(history: list[Row], facts: PackFacts, namer: Namer) -> Iterable[Row]:
    """Concerns that were reported last month and no longer are, with what became of them."""
    month, on = month_of(facts), facts.evidence.on
    latest = {
        tuple(said[name] for name in SUBJECT): said for said in history if said["from_date"] <= on
    }
    for said in latest.values():
        if _level_before(said, history, month) not in REPORTED:
            continue
        level = said["surveillance_level"]
        closed = said["concern_state"] == "closed" or said["entry_state"] == "ended"
        if closed or level not in REPORTED:
            what = "closed" if closed else f"lowered to {level}"
            yield {
                **said,
                "service": say_service(facts, namer, said["service_code"], said["service_part"]),
                "provider": say_provider(facts, said["provider_code"]),
                "what": f"{what} on {say_day(said['from_date'])}",
            }


def _sentences(facts: PackFacts, rows: list[Row], left: list[Row]) -> Iterable[str]:
    words = []
    for level in REPORTED:
        number = sum(row["surveillance_level"] == level for row in rows)
        services = len({row["service_code"] for row in rows if row["surveillance_level"] == level})
        if number:
            words.append(
                f"{capital(say_count(number, 'concern'))} about {say_count(services, 'service')} "
                f"{say_verb(number, 'is', 'are')} at {level} level."
            )
        else:
            words.append(f"No service is at {level} level.")
    local = [row for row in rows if row["provider_code"] in facts.local_providers]
    if rows and not facts.is_region:
        words.append(
            f"{capital(say_numeral(len(local)))} of them {say_verb(len(local), 'is', 'are')} at a "
            f"provider of {short_icb_name(facts.icb.name)}."
        )
    new = sum(row["movement"].startswith(("New", "Raised")) for row in rows)
    gone = len(left)
    words.append(
        f"Since the end of {say_month_before(month_of(facts))}, {say_numeral(new)} came in or rose "
        f"and {say_numeral(gone)} left the report."
    )
    yield " ".join(words)
    yield (
        "Routine surveillance is not reported here. Levels are those of the National Quality Board: "
        "enhanced is a concern that needs more than normal business, intensive a serious or "
        f"continuing one. Known on {say_day(facts.evidence.on)}."
    )


def say_month_before(month: date) -> str:
    """The name of the month before a first day: December 2023."""
    return f"{month - timedelta(days=1):%B %Y}"


def _counts_table(facts: PackFacts) -> PackTable:
    columns = (
        Column("surveillance_level", "Level", Unit.TEXT, "Level of surveillance"),
        Column("concerns", "Open concerns", Unit.NUMBER, "Concerns that are not closed",
               adds_up=True, source=stated(facts, "surveillance", tests=(OPEN,))),
        Column("services", "Services", Unit.NUMBER, "Different service lines they are about",
               source=stated(facts, "surveillance", measure="different:service_code",
                             tests=(OPEN,))),
    )  # fmt: skip
    return PackTable(
        id="surveillance_levels",
        title=f"Open concerns by level in {say_region(facts)}",
        columns=columns,
        rows=text_table(facts.evidence.surveillance_counts.to_pylist(), columns),
        row_header="surveillance_level",
        making=evidence_making(facts, "Open concerns", "surveillance"),
        total_label="All levels",
        keys=(Key("surveillance_level", Of.LEVEL),),
    )


def _report_table(facts: PackFacts, rows: list[Row]) -> PackTable:
    columns = (
        Column("standing", "Concern and level", Unit.TEXT, "New or ongoing, and the level"),
        Column("service", "Service", Unit.TEXT, "Service line"),
        Column("organisation", "Organisation and ICB", Unit.TEXT, "Provider and ICB"),
        Column("account", "Concern and impact", Unit.TEXT, "What it is and what it does"),
        Column("needs_escalation", "Formal escalation to the regional quality group", Unit.ANSWER,
               "Must it go to the regional quality group"),
        in_file("escalated_to", "Escalated to", Unit.TEXT, "Forum it went to", "not escalated"),
        Column("doing", "Mitigation, action and learning", Unit.TEXT, "What is being done"),
        Column("movement", "Since last month", Unit.TEXT, "Level against the end of last month"),
        in_file("service_code", "Service code", Unit.CODE, "National service line code"),
        in_file("provider_code", "Provider code", Unit.CODE, "ODS code on the map"),
        in_file("icb_code", "ICB code", Unit.CODE, "ICB concerned", "not one ICB"),
        in_file("programme", "Programme", Unit.CODE, "Programme of care", "not known"),
        in_file("owner_role", "Owner", Unit.TEXT, "Role that owns it", NOT_SAID),
        in_file("opened_on", "Opened", Unit.DATE, "When it was first raised"),
        Column("review_on", "Review", Unit.DATE, "When it is looked at again", "no date set"),
        *said_columns("needs_escalation", "escalation"),
        *said_columns(),
    )  # fmt: skip
    return PackTable(
        id="surveillance_report",
        title=f"Quality highlight report, {facts.evidence.on:%B %Y}",
        columns=columns,
        rows=text_table(rows, columns),
        row_header="standing",
        making=evidence_making(facts, "Open concerns, most serious first", "surveillance",
                               only="enhanced or intensive"),
        notes=("Owner, escalation and who said so and when are in the file.",),
    )  # fmt: skip


def _leavers(left: list[Row], facts: PackFacts) -> tuple[Points, ...]:
    if not left:
        return ()
    points = tuple(
        f"{row['concern_title']}: {row['service']}, {row['provider']}; {row['what']}."
        for row in left
    )
    return (Points(f"Left the report since {say_month_before(month_of(facts))}:", points),)


def _learning(rows: list[Row]) -> tuple[Points, ...]:
    points = tuple(
        f"{whole(row['key_learning'])} ({row['service']}; {who_said(row)})"
        for row in rows
        if row["key_learning"]
    )
    return (Points("Learning and sharing:", points),) if points else ()


def _intelligence(facts: PackFacts, namer: Namer) -> tuple[Points, ...]:
    """Other intelligence dated in the month of the report."""
    register = facts.evidence.registers["other_intelligence"].to_pylist()
    month = month_of(facts)
    points = tuple(
        f"{say_service(facts, namer, row['service_code'], row['service_part'])}: "
        f"{row['title']} ({row['intelligence_kind']}, {say_day(row['dated_on'])}). "
        f"{whole(row['finding'], missing='What it says is not recorded.')}"
        for row in register
        if month <= row["dated_on"] <= facts.evidence.on
    )
    return (Points("Intelligence received this month:", points),) if points else ()


def _history_table(facts: PackFacts, namer: Namer, history: list[Row]) -> PackTable:
    columns = (
        Column("from_date", "From", Unit.DATE, "From when the statement holds"),
        Column("service", "Service", Unit.TEXT, "Service line"),
        Column("provider", "Provider", Unit.TEXT, "Provider"),
        Column("concern_title", "Concern", Unit.TEXT, "Its short name"),
        Column("surveillance_level", "Level", Unit.TEXT, "Level from that day"),
        Column("concern_state", "State", Unit.TEXT, "New, ongoing or closed"),
        Column("mitigation", "What was being done", Unit.TEXT, "Mitigation", NOT_SAID),
        Column("said_by", "Said by", Unit.TEXT, "Role or body that said so"),
        Column("said_on", "Said on", Unit.DATE, "When it was said"),
    )
    named = [
        {
            **row,
            "service": say_service(facts, namer, row["service_code"], row["service_part"]),
            "provider": say_provider(facts, row["provider_code"]),
        }
        for row in history
    ]
    return PackTable(
        id="surveillance_history",
        title="History: every statement about every concern",
        columns=columns,
        rows=text_table(named, columns, service_code=pa.string()),
        row_header="concern_title",
        making=evidence_making(facts, "Statements, oldest first", "surveillance"),
        placement=Placement.FOLDED,
    )
