"""How each figure was made: source files, rulebooks, reference tables, versions and times."""

from __future__ import annotations

from collections.abc import Iterable

import pyarrow as pa

from speccomm.publishing.behind import Behind
from speccomm.publishing.columns import number_column
from speccomm.publishing.model import (
    Column,
    Definitions,
    Making,
    PackTable,
    Placement,
    Prose,
    Section,
    Unit,
)
from speccomm.publishing.sourcing import Computed, Key, Of, Recorded
from speccomm.publishing.wording import BUILT, say_time

MOST_FOLDED_FILES = 300
RECORDED = Making("Copied from the store’s record of loads", ("loads", "files"), "behind the pack")


def receipts_section(facts: Behind, tables: Iterable[PackTable]) -> Section:
    """What every figure was made from; `tables` are those of the other sections."""
    return Section(
        "receipts",
        "How each figure was made",
        (
            Prose(
                (
                    (
                        "Each table is worked out from the rows current in the store at the version "
                        "below. Nothing on this page was typed in or copied from another document. "
                        "manifest.json beside the page repeats all of this for programs."
                    ),
                )
            ),
            _versions(facts),
        ),
        (
            Section("receipts-tables", "Table by table", (_by_table(tables),)),
            Section("receipts-loads", "Source loads", (_loads(facts), _files(facts))),
            Section(
                "receipts-rules", "Rules and reference", (_rulebooks(facts), _reference(facts))
            ),
        ),
    )


def _versions(facts: Behind) -> Definitions:
    entries = [
        ("Store version", str(facts.store_version)),
        ("Read as at", say_time(facts.as_at) if facts.as_at else "the newest version when built"),
        ("Organisation map", f"{facts.map_date.day} {facts.map_date:%B %Y}"),
        (BUILT, say_time(facts.built_at)),
        ("Small number suppression", "none applied"),
        ("Software", facts.software),
        *((f"Rows counted: {name}", f"{rows:,}") for name, rows in facts.row_counts.items()),
    ]
    return Definitions(tuple(entries))


def _by_table(tables: Iterable[PackTable]) -> PackTable:
    rows = [
        {
            "id": table.id,
            "table": table.title,
            "file": f"tables/{table.id}.csv",
            "measure": table.making.measure,
            "counted_from": ", ".join(table.making.counted_from),
            "filter": table.making.filter,
            "row_count": table.rows.num_rows,
        }
        for table in tables
    ]
    text = [(n, pa.string()) for n in ("id", "table", "file", "measure", "counted_from", "filter")]
    return PackTable(
        id="figures_made",
        title="Where the figures of each table come from",
        columns=(
            Column("table", "Table", Unit.TEXT, "Title of the table"),
            Column("file", "File", Unit.CODE, "Its file beside the page"),
            Column("measure", "What is counted", Unit.TEXT, "The measure in words"),
            Column("counted_from", "From", Unit.CODE, "Store tables read"),
            Column("filter", "Only", Unit.TEXT, "Which rows of them"),
            Column(
                "row_count",
                "Rows of the table",
                Unit.NUMBER,
                "Rows, without the total",
                source=Computed("the rows of the table’s own file, counted"),
            ),
        ),
        rows=pa.Table.from_pylist(rows, schema=pa.schema([*text, ("row_count", pa.int64())])),
        row_header="table",
        making=Making("Copied from the tables themselves", ("pack",), "every other table"),
        keys=(Key("id", Of.NOTHING),),
    )


def _loads(facts: Behind) -> PackTable:
    names = ("read_rows", "accepted_rows", "refused_rows")
    grouped = facts.files.group_by(["load_id", "received_at", "dataset"]).aggregate(
        [("file_name", "count"), *((name, "sum") for name in names)]
    )
    grouped = grouped.rename_columns(["load_id", "received_at", "dataset", "file_count", *names])
    records = sorted(
        grouped.to_pylist(), key=lambda row: (row["received_at"], row["load_id"], row["dataset"])
    )
    for row in records:
        row["code"], row["dataset"] = row["dataset"], row["dataset"].upper()
    return PackTable(
        id="source_loads",
        title="Loads behind the pack",
        columns=(
            Column("load_id", "Load", Unit.CODE, "Identifier of the load"),
            Column("received_at", "Received", Unit.TIME, "When the platform received it"),
            Column("dataset", "Data set", Unit.CODE, "National data set"),
            _from_files("file_count", "Files", "Files of the load", measure="rows"),
            _from_files("read_rows", "Rows read", "Rows found in the files"),
            _from_files("accepted_rows", "Accepted", "Rows that count in the figures"),
            _from_files("refused_rows", "Refused", "Rows kept out"),
        ),
        rows=pa.Table.from_pylist(
            records, schema=grouped.schema.append(pa.field("code", pa.string()))
        ),
        row_header="load_id",
        making=RECORDED,
        total_label="All loads",
        keys=(Key("load_id", Of.LOAD), Key("code", Of.DATASET)),
    )


def _files(facts: Behind) -> PackTable:
    many = facts.files.num_rows > MOST_FOLDED_FILES
    order = [(name, "ascending") for name in ("received_at", "dataset", "file_name")]
    return PackTable(
        id="source_files",
        title="Files behind the pack",
        columns=(
            Column("load_id", "Load", Unit.CODE, "Identifier of the load"),
            Column("received_at", "Received", Unit.TIME, "When the platform received it"),
            Column("dataset", "Data set", Unit.CODE, "National data set"),
            Column("file_name", "File", Unit.CODE, "Name of the file as sent"),
            Column("sha256", "SHA-256", Unit.HASH, "Hash of the file’s bytes"),
            _from_files("bytes", "Bytes", "Size of the file"),
            _from_files("read_rows", "Rows read", "Rows found in the file"),
            _from_files("accepted_rows", "Accepted", "Rows that count in the figures"),
            _from_files("refused_rows", "Refused", "Rows kept out"),
            Column("providers", "Providers", Unit.CODE, "Codes of the senders", "not attributed"),
            Column("used_for", "Used for", Unit.TEXT, "Which figures its rows are counted in"),
        ),
        rows=facts.files.sort_by(order),
        row_header="file_name",
        making=RECORDED,
        total_label="All files",
        keys=(Key("load_id", Of.LOAD), Key("dataset", Of.DATASET), Key("file_name", Of.FILE)),
        placement=Placement.FILE if many else Placement.FOLDED,
    )


def _from_files(name: str, title: str, meaning: str, *, measure: str = "") -> Column:
    source = Recorded("files", measure or name, used=False)
    return number_column(name, title, meaning, source=source)


def _rulebooks(facts: Behind) -> PackTable:
    return PackTable(
        id="rulebooks",
        title="Rulebooks applied",
        columns=(
            Column("identifier", "Rulebook", Unit.CODE, "Identifier of the rulebook"),
            Column("version", "Version", Unit.CODE, "Its version"),
            Column("used_for", "Used for", Unit.TEXT, "Where it was applied"),
            Column("sha256", "SHA-256", Unit.HASH, "Hash of its file", "not recorded"),
        ),
        rows=facts.rulebooks.sort_by([(n, "ascending") for n in ("identifier", "version")]),
        row_header="identifier",
        making=RECORDED,
    )


def _reference(facts: Behind) -> PackTable:
    return PackTable(
        id="reference_tables",
        title="Reference tables used for this pack",
        columns=(
            Column("table", "Table", Unit.CODE, "Reference table"),
            Column("sha256", "SHA-256", Unit.HASH, "Hash of its contents"),
        ),
        rows=facts.reference.sort_by("table"),
        row_header="table",
        making=Making("Hash of each table’s contents", ("reference",), "tables with any row"),
        placement=Placement.FOLDED,
    )
