"""What was refused and why, what was kept with a warning, and what was never sent."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from speccomm.foundation.findings import Level
from speccomm.foundation.periods import FinancialMonth
from speccomm.publishing.charts import Bar, plain_bars
from speccomm.publishing.columns import PROVIDER_CODE, PROVIDER_NAME, number_column
from speccomm.publishing.facts import NOT_OF_THE_ICB, PackFacts
from speccomm.publishing.model import (
    Block,
    Chart,
    Column,
    Making,
    PackTable,
    Placement,
    Prose,
    Section,
    Unit,
)
from speccomm.publishing.naming import Namer
from speccomm.publishing.sourcing import Computed, Key, Of, Recorded
from speccomm.publishing.wording import capital, say_count, say_share, say_short_month, say_verb

SHOWN_CHECKS = 12
DATASETS = {
    "acm": "Aggregate contract monitoring (ACM)",
    "plcm": "Patient-level contract monitoring (PLCM)",
    "drplcm": "Drugs, patient level (DrPLCM)",
    "deplcm": "Devices, patient level (DePLCM)",
    "iap": "Indicative activity plan (IAP)",
}
LEVELS = {
    Level.REFUSE: ("refused", "Refused", "rows kept out"),
    Level.WARNING: ("warned", "Warnings", "rows kept"),
    Level.NOTE: ("noted", "Notes", "nothing changed, or a spelling was put right"),
}


def refusals_section(facts: PackFacts, namer: Namer) -> Section:
    """Rows read, accepted and refused; findings by check; months not sent."""
    return Section(
        "refusals",
        "What was refused and why",
        (_sentences(facts), _rows_by_dataset(facts)),
        (
            _level_section(facts, Level.REFUSE, namer),
            _level_section(facts, Level.WARNING, namer),
            _level_section(facts, Level.NOTE, namer),
            _coverage(facts),
        ),
    )


def files_of_icb(facts: PackFacts) -> pa.Table:
    """The files of local providers and of those that treat the ICB's patients."""
    return facts.files.filter(~pc.field("used_for").isin(sorted(NOT_OF_THE_ICB)))


def counted_rows(facts: PackFacts) -> tuple[int, int, int]:
    """Rows read, accepted and refused in the files behind the pack."""
    names, files = ("read_rows", "accepted_rows", "refused_rows"), files_of_icb(facts)
    read, accepted, refused = (int(pc.sum(files.column(n)).as_py() or 0) for n in names)
    return read, accepted, refused


def say_dataset(code: str) -> str:
    """The data set's name in words, or the code where it is not one of the five."""
    return DATASETS.get(code, code)


def _sentences(facts: PackFacts) -> Prose:
    read, accepted, refused = counted_rows(facts)
    files = files_of_icb(facts).num_rows
    words = [
        (
            f"{capital(say_count(files, 'file'))} of the {facts.kind}’s providers, and of those that treat its "
            f"patients, {say_verb(files, 'is', 'are')} current. {say_verb(files, 'It holds', 'They hold')} {say_count(read, 'row')}: "
            f"{accepted:,} accepted and {refused:,} refused"
            f"{f' ({say_share(refused, read)})' if refused else ''}. Every row read is one or the other."
        ),
        (
            "A count of all that was ever loaded is larger: files that a later one replaced, files of "
            "other providers and files of other months are not counted here."
        ),
    ]
    if refused:
        words.append(
            "A refused row is in no other figure of this pack. What its money and activity would "
            "have been is not known here: refused rows are kept encrypted for the provider that "
            "sent them."
        )
    return Prose((" ".join(words),))


def _making(counted: str) -> Making:
    return Making(
        counted,
        ("files", "findings"),
        "current files of local providers and of those that treat the area’s patients",
    )


def _rows_by_dataset(facts: PackFacts) -> PackTable:
    names = ("read_rows", "accepted_rows", "refused_rows")
    grouped = (
        files_of_icb(facts)
        .group_by("dataset")
        .aggregate([("file_name", "count"), *((name, "sum") for name in names)])
    )
    grouped = grouped.rename_columns(["dataset", "file_count", *names])
    records = sorted(grouped.to_pylist(), key=lambda row: list(DATASETS).index(row["dataset"]))
    for row in records:
        row["code"], row["dataset"] = row["dataset"], say_dataset(row["dataset"])
    schema = pa.schema(
        [
            *((n, pa.string()) for n in ("code", "dataset")),
            *((n, pa.int64()) for n in ("file_count", *names)),
        ]
    )
    return PackTable(
        id="rows_by_dataset",
        title="Rows read, accepted and refused by data set",
        columns=(
            Column("dataset", "Data set", Unit.TEXT, "National data set"),
            number_column("file_count", "Files", "Current files", source=Recorded("files", "rows")),
            *(
                number_column(name, title, meaning, source=Recorded("files", name))
                for name, title, meaning in (
                    ("read_rows", "Rows read", "Rows found in the files"),
                    ("accepted_rows", "Accepted", "Rows that count in the figures"),
                    ("refused_rows", "Refused", "Rows kept out, with a reason each"),
                )
            ),
            Column(
                "refused_share",
                "Refused share",
                Unit.PERCENT,
                "Refused rows of rows read",
                missing="no rows",
                share_of=("refused_rows", "read_rows"),
            ),
        ),
        rows=pa.Table.from_pylist(records, schema=schema),
        row_header="dataset",
        making=_making("Rows of each file, counted when it was loaded"),
        notes=(
            (
                "Whole files are counted, so months outside the pack’s period are included where a "
                "file holds them."
            ),
        ),
        total_label="All data sets",
        keys=(Key("code", Of.DATASET),),
    )


def _level_section(facts: PackFacts, level: Level, namer: Namer) -> Section:
    key, title, effect = LEVELS[level]
    records = [row for row in facts.findings.to_pylist() if row["level"] == level]
    records.sort(
        key=lambda row: (-row["rows"], row["check_id"], row["dataset"], row["field"] or "")
    )
    if not records:
        words = f"Nothing was {key}." if level is not Level.WARNING else "There are no warnings."
        return Section(f"refusals-{key}", title, (Prose((words,)),))
    checks = len({row["check_id"] for row in records})
    findings = sum(row["findings"] for row in records)
    lead = (
        f"{capital(say_count(findings, 'finding'))} of {say_count(checks, 'check')} "
        f"({effect}). A row may have more than one finding, so rows of different checks may be "
        "the same rows."
    )
    blocks: list[Block] = [Prose((lead,))]
    if level is Level.REFUSE:
        blocks.append(_checks_chart(records, namer))
    blocks.append(_checks_table(facts, records, key, title, level))
    return Section(f"refusals-{key}", title, tuple(blocks))


def _checks_table(
    facts: PackFacts, records: list[dict[str, Any]], key: str, title: str, level: Level
) -> PackTable:
    for row in records:
        row["dataset_name"] = (
            row["dataset"].upper() if row["dataset"] in DATASETS else row["dataset"]
        )
    period = (str(facts.first_month), str(facts.last_month))
    rows, findings = (
        Recorded(
            "findings",
            measure,
            level=str(level),
            first_month=period[0],
            last_month=period[1],
        )
        for measure in ("rows", "findings")
    )
    names = [
        "check_id",
        "dataset",
        "dataset_name",
        "field",
        "sentence",
        "remedy",
        "rows",
        "findings",
        "providers",
    ]
    schema = pa.schema(
        [(n, pa.int64() if n in {"rows", "findings"} else pa.string()) for n in names]
    )
    return PackTable(
        id=f"checks_{key}",
        title=f"{title}: findings by check",
        columns=(
            Column("check_id", "Check", Unit.CODE, "Identifier of the check in its rulebook"),
            Column("dataset_name", "Data set", Unit.CODE, "National data set"),
            Column("field", "Field", Unit.CODE, "Published field name", "whole row or file"),
            Column("sentence", "What was found", Unit.TEXT, "The check’s sentence, one example"),
            Column("remedy", "What to do", Unit.TEXT, "What the sender can do"),
            Column("rows", "Rows", Unit.NUMBER, "Rows with at least one such finding", source=rows),
            Column(
                "findings",
                "Findings",
                Unit.NUMBER,
                "Findings in all",
                adds_up=True,
                source=findings,
            ),
            Column("providers", "Providers", Unit.CODE, "Codes of the senders", "not attributed"),
        ),
        rows=pa.Table.from_pylist([{n: row[n] for n in names} for row in records], schema=schema),
        row_header="sentence",
        making=_making(f"Findings of level {level}, grouped by check, data set and field"),
        notes=("No total is given for rows: the same row may be under several checks.",),
        total_label="All findings",
        placement=Placement.FOLDED if level is Level.NOTE else Placement.PAGE,
        keys=(Key("check_id", Of.CHECK), Key("dataset", Of.DATASET), Key("field", Of.FIELD)),
    )


def _checks_chart(records: list[dict[str, Any]], namer: Namer) -> Chart:
    bars = [
        Bar(_check_label(row, namer), row["rows"], say_count(row["rows"], "row"))
        for row in records[:SHOWN_CHECKS]
    ]
    return Chart(
        id="chart-refused",
        title="Refused rows by check"
        + (f": the {len(bars)} largest" if len(records) > len(bars) else ""),
        description=(
            f"One bar for each check, data set and field, longest first. The longest is "
            f"{bars[0].name}, {bars[0].text}."
        ),
        specification=plain_bars(bars),
        table_id="checks_refused",
    )


def _check_label(row: dict[str, Any], namer: Namer) -> str:
    where = f"{row['check_id']} {row['dataset'].upper()}"
    return f"{where}: {namer.say(row['field'].replace('_', ' '))}" if row["field"] else where


def _coverage(facts: PackFacts) -> Section:
    period = (str(facts.first_month), str(facts.last_month))
    records = facts.coverage.to_pylist()
    gaps = [row for row in records if row["missing_months"]]
    gaps.sort(key=lambda row: (row["dataset"], row["provider_code"]))
    for row in gaps:
        row["code"], row["dataset"] = row["dataset"], say_dataset(row["dataset"])
        row["missing_months"] = ", ".join(
            say_short_month(FinancialMonth.parse_calendar(month))
            for month in row["missing_months"].split(", ")
        )
    words = (
        "Every provider in the pack sent every month of the period for each data set it sends."
        if not gaps
        else f"{capital(say_count(len(gaps), 'pair'))} of provider and data set "
        f"{say_verb(len(gaps), 'lacks', 'lack')} at least one month of the period. A month not "
        "sent is not a month without activity."
    )
    table = PackTable(
        id="months_not_sent",
        title="Months not sent",
        columns=(
            PROVIDER_CODE,
            PROVIDER_NAME,
            Column("dataset", "Data set", Unit.TEXT, "National data set"),
            Column(
                "months_received",
                "Months sent",
                Unit.NUMBER,
                "Months of the period loaded",
                source=Recorded("slices", "months", first_month=period[0], last_month=period[1]),
            ),
            Column(
                "months_expected",
                "Months in period",
                Unit.NUMBER,
                "Months of the period",
                source=Computed(f"the months from {period[0]} to {period[1]}, counted"),
            ),
            Column("missing_months", "Not sent", Unit.TEXT, "Months not loaded", "none"),
        ),
        rows=pa.Table.from_pylist(
            gaps, schema=facts.coverage.schema.append(pa.field("code", pa.string()))
        ),
        row_header="provider_name",
        making=Making(
            "Months with current rows, by provider and data set",
            ("slices",),
            "providers in the pack; data sets of which they sent any month",
        ),
        keys=(Key("provider_code", Of.PROVIDER), Key("code", Of.DATASET)),
    )
    return Section(
        "refusals-months",
        "What was not sent",
        (Prose((words,)), table) if gaps else (Prose((words,)),),
    )
