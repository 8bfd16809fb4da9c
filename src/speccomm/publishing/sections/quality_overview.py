"""The quality overview: every service in order of priority, and what is known of each."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal

from speccomm.publishing.charts import ANSWER_COLOURS, ANSWER_INKS, Part, StackedBar, stacked_bars
from speccomm.publishing.facts import PackFacts
from speccomm.publishing.model import (
    Chart,
    Column,
    Definitions,
    PackTable,
    Prose,
    Section,
    Unit,
)
from speccomm.publishing.naming import Namer
from speccomm.publishing.sections.evidence_words import (
    NOT_COLLECTED,
    Row,
    evidence_making,
    in_file,
    missing_where,
    nothing_collected,
    said_columns,
    say_kind,
    say_region,
    say_service,
    say_why_day,
    stated,
    text_table,
)
from speccomm.publishing.sourcing import Computed, Key, Of
from speccomm.publishing.wording import capital, say_count, say_day, say_numeral, say_verb
from speccomm.quality.overview import overview_rules
from speccomm.quality.rules import FLAG_VALUES

REGISTERS = {
    "has_ssqd": ("ssqd",),
    "has_network": ("networks",),
    "safety_events": ("safety_events", "looks"),
    "complaints": ("complaints", "looks"),
    "cqc_reports": ("cqc_reports", "looks"),
    "other_intelligence": ("other_intelligence", "looks"),
}
TOPICS = ("safety_events", "complaints", "cqc_reports", "other_intelligence")
SINCE = {"safety_events": "reported_on", "complaints": "received_on"}
MEANINGS = (
    ("● yes", "Somebody said that there is one. The file says who and when."),
    ("○ no", "Somebody looked, and said that there is none."),
    ("? not looked at", "Nobody has said that they looked. It must not be read as no."),
    ("– not applicable", "The question does not arise for this service."),
    (NOT_COLLECTED, "The register behind the question was never filled by anybody."),
)


def quality_overview_section(facts: PackFacts, namer: Namer) -> Section:
    """The answers by question, and the overview in the order and columns regions know."""
    title = "Quality overview"
    if facts.evidence.is_empty:
        return Section("quality", title, (nothing_collected(facts, "Evidence of services is"),))
    rows = _rows(facts, namer)
    answers = _answers(rows, facts)
    return Section(
        "quality",
        title,
        (
            Prose((_sentences(facts, rows, answers), _order(facts))),
            Definitions(MEANINGS),
            _chart(answers),
            _answers_table(facts, answers),
            _overview_table(facts, rows),
        ),
    )


def questions(facts: PackFacts) -> dict[str, str]:
    """The questions of the overview by column, with the days they look back to."""
    since = _windows()
    return {
        "has_ssqd": "Has a quality dashboard (SSQD)",
        "has_network": "Has a network",
        "safety_events": f"Safety events since {say_day(since['safety_events'])}",
        "complaints": f"Complaints since {say_day(since['complaints'])}",
        "cqc_reports": "CQC reports",
        "other_intelligence": "Other intelligence",
    }


def _windows() -> Row:
    windows = overview_rules().rules["windows"]
    return {topic: windows[f"{topic}_since"] for topic in SINCE}


def _rows(facts: PackFacts, namer: Namer) -> list[Row]:
    """The rows of the overview, named; a question whose registers nobody filled has no answer."""
    evidence = facts.evidence
    rows: list[Row] = evidence.overview.to_pylist()
    silent = {
        flag
        for flag, registers in REGISTERS.items()
        if not any(evidence.is_collected(register) for register in registers)
    }
    names = Counter(row["service_name"] for row in rows if row["service_part"] is None)
    for row in rows:
        name = say_service(facts, namer, row["service_code"], row["service_part"])
        shared = names[row["service_name"]] > 1
        row["other_intelligence_detail"] = say_kind(row["other_intelligence_detail"])
        row["priority"] = str(row["priority"])
        row["service"] = f"{name} ({row['service_code']})" if shared else name
        row.update(dict.fromkeys(silent))
        row.update({f"{topic}_rows": None for topic in TOPICS if not evidence.is_collected(topic)})
    return rows


def _answers(rows: list[Row], facts: PackFacts) -> list[Row]:
    """How many services have each answer to each question."""
    answers = []
    for flag, question in questions(facts).items():
        counts = Counter(row[flag] for row in rows)
        named = {answer.replace(" ", "_"): counts[answer] for answer in FLAG_VALUES}
        answers.append(
            {"column": flag, "question": question, **named, "not_collected": counts[None]}
        )
    return answers


def _sentences(facts: PackFacts, rows: list[Row], answers: list[Row]) -> str:
    by_flag = {row["column"]: row for row in answers}
    has_ssqd, has_network = by_flag["has_ssqd"]["yes"], by_flag["has_network"]["yes"]
    open_questions = sum(row["not_looked_at"] + row["not_collected"] for row in answers)
    asked = len(rows) * len(answers)
    silent = sum(1 for row in rows if row["units"] is None)
    words = [
        (
            f"The overview lists {say_count(len(rows), 'service')} as it was known on "
            f"{say_day(facts.evidence.on)}, {say_why_day(facts)}. {capital(say_numeral(has_ssqd))} "
            f"{say_verb(has_ssqd, 'reports', 'report')} to a quality dashboard and "
            f"{say_numeral(has_network)} {say_verb(has_network, 'has', 'have')} a network."
        ),
        (
            f"{open_questions:,} of the {asked:,} answers are not known, because nobody has looked or "
            "nobody was asked."
        ),
    ]
    if silent:
        words.append(
            f"No site is recorded for {say_count(silent, 'service')}, so "
            f"{say_verb(silent, 'its', 'their')} units are not counted."
        )
    return " ".join(words)


def _order(facts: PackFacts) -> str:
    titles = [str(block["title"]) for block in overview_rules().rules["block"]]
    return (
        f"Services stand in order of priority: {', then '.join(titles)}; within each, more units "
        f"first. A unit is a site in {say_region(facts)} that provides the service."
    )


def _chart(answers: list[Row]) -> Chart:
    parts = [("yes", "● Yes"), ("no", "○ No"), ("not_looked_at", "? Not looked at"),
             ("not_applicable", "– Not applicable")]  # fmt: skip
    bars = [
        StackedBar(
            row["question"],
            tuple(
                Part(order, Decimal(row[name]), f"{label.split()[0]} {row[name]}")
                for order, (name, label) in enumerate(parts)
            ),
            NOT_COLLECTED if row["not_collected"] else "",
        )
        for row in answers
    ]
    known = max(answers, key=lambda row: row["not_looked_at"])
    return Chart(
        id="chart-quality-answers",
        title="How many services have each answer",
        description=(
            "One bar for each question, divided into services answered yes, no, not looked at and "
            f"not applicable. Looked at least: “{known['question']}”, not looked at for "
            f"{say_count(known['not_looked_at'], 'service')}."
        ),
        specification=stacked_bars(
            bars, part_names=[label for _, label in parts], colours=ANSWER_COLOURS, inks=ANSWER_INKS
        ),
        table_id="quality_answers",
    )


def _answers_table(facts: PackFacts, answers: list[Row]) -> PackTable:
    names = [
        (answer.replace(" ", "_"), capital(answer)) for answer in (*FLAG_VALUES, NOT_COLLECTED)
    ]
    columns = (
        Column("question", "Question", Unit.TEXT, "Question of the overview"),
        *(
            Column(
                name, title, Unit.NUMBER, f"Services with this answer: {title.lower()}",
                source=Computed("services of the quality overview with this answer, counted"),
            )
            for name, title in names
        ),
    )  # fmt: skip
    return PackTable(
        id="quality_answers",
        title="Answers by question",
        columns=columns,
        rows=text_table(answers, (*columns, Column("column", "", Unit.CODE, ""))),
        row_header="question",
        making=evidence_making(facts, "Rows of the quality overview by answer", *_registers()),
        keys=(Key("column", Of.NOTHING),),
    )


def _registers() -> tuple[str, ...]:
    return tuple(dict.fromkeys(("provision", *(n for names in REGISTERS.values() for n in names))))


def _overview_table(facts: PackFacts, rows: list[Row]) -> PackTable:
    columns = _overview_columns(facts)
    return PackTable(
        id="quality_overview",
        title=f"Quality overview of services in {say_region(facts)}",
        columns=columns,
        rows=text_table(rows, columns),
        row_header="service",
        making=evidence_making(
            facts,
            "One row per service line or part; order by rulebook quality/overview",
            *_registers(),
        ),
        notes=(
            (
                "Entries of a register make an answer yes, whatever anybody said of it. How many, at whom, "
                "who said so and when are in the file."
            ),
        ),
        keys=(Key("service_code", Of.SERVICE), Key("service_part", Of.PART)),
    )


def _overview_columns(facts: PackFacts) -> tuple[Column, ...]:
    titles = questions(facts)
    columns = [
        Column("priority", "Priority", Unit.CODE, "Place in the order of the overview"),
        Column("service", "Service", Unit.TEXT, "Service line, and its part where one is named"),
        in_file("service_code", "Code", Unit.CODE, "National service line code"),
        in_file("service_part", "Part", Unit.TEXT, "Part of the service line", "the whole line"),
        in_file("block", "Block", Unit.TEXT, "Block of the order: dashboard, network"),
        Column(
            "units", "Units", Unit.NUMBER,
            f"Sites in {say_region(facts)} that the register of provision names for the service",
            missing_where(facts, "provision"),
            source=stated(facts, "provision", measure="different:site_code"),
        ),
    ]  # fmt: skip
    for flag in ("has_ssqd", "has_network"):
        columns.append(_answer(flag, titles[flag]))
        columns += said_columns(flag, titles[flag])
    columns.append(
        in_file("network_detail", "Networks", Unit.TEXT, "Networks by part of the region",
               missing_where(facts, "networks"))
    )  # fmt: skip
    for topic in TOPICS:
        columns += _topic_columns(facts, topic, titles[topic])
    return tuple(columns)


def _answer(flag: str, title: str) -> Column:
    return Column(flag, title, Unit.ANSWER, f"{title}: yes, no, not looked at or not applicable",
                  NOT_COLLECTED)  # fmt: skip


def _topic_columns(facts: PackFacts, topic: str, title: str) -> list[Column]:
    tests: tuple[str, ...] = ()
    if topic in SINCE:
        tests = (f"{SINCE[topic]} >= {_windows()[topic].isoformat()}",)
    return [
        _answer(topic, title),
        Column(
            f"{topic}_rows", f"{title}: entries", Unit.NUMBER, f"Entries of the register: {title}",
            NOT_COLLECTED, on_page=False, source=stated(facts, topic, tests=tests),
        ),
        Column(
            f"{topic}_detail", f"{title}: what", Unit.TEXT,
            "Kinds, or how many by provider code; what was said where there is no entry",
            "nothing said", on_page=topic == "other_intelligence",
        ),
        *said_columns(topic, title),
    ]  # fmt: skip
