"""What stands behind the pack: files and loads, findings, months not sent, rulebooks."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.compute as pc

from speccomm.activity.areas import Area
from speccomm.activity.completeness import Sent, missing_months
from speccomm.activity.flows import in_months
from speccomm.foundation.periods import FinancialMonth
from speccomm.foundation.rulebook import Rulebook
from speccomm.jobs.reading import OrganisationMap, Reading
from speccomm.publishing import facts as shapes
from speccomm.quality import REGISTERS

MONTHLY = ("acm", "plcm", "drplcm", "deplcm")
USES = {"plcm": shapes.ICB_USE, "acm": shapes.CONTRACT_USE, "iap": shapes.CONTRACT_USE}


@dataclass(frozen=True)
class Sender:
    """A file with current rows of a provider (code as sent), and whether any touch the region."""

    load_id: str
    file_name: str
    provider_code: str
    touches_region: bool


def pack_files(
    reading: Reading,
    places: OrganisationMap,
    *,
    senders: Mapping[str, Sequence[Sender]],
    evidence_loads: Collection[str],
    providers: Collection[str],
    months: Sequence[FinancialMonth],
    contract_months: Sequence[FinancialMonth],
) -> pa.Table:
    """The files whose rows are current in the pack's months, and what each is used for.

    `senders` are those of each data set, see `senders_of`;
    `evidence_loads` brought what is held of services.

    Shape:   one row per file. Files of `providers` (current codes), files that hold any
             patient-level row of the region, and files of evidence.
    """
    held_by: dict[tuple[str, str, str], set[str]] = {}
    regional: set[tuple[str, str, str]] = set()
    for dataset, found in senders.items():
        for sender in found:
            key = (sender.load_id, dataset, sender.file_name)
            held_by.setdefault(key, set()).add(
                places.current.get(sender.provider_code, sender.provider_code)
            )
            if dataset == "plcm" and sender.touches_region:
                regional.add(key)
    for key, provider in _wholly_refused(reading, places, providers, [*months, *contract_months]):
        held_by.setdefault(key, set()).add(provider)
    received = dict(
        zip(
            *(reading.snapshot.loads()[n].to_pylist() for n in ("load_id", "received_at")),
            strict=True,
        )
    )
    records = []
    for row in reading.snapshot.files().to_pylist():
        key = (row["load_id"], row["dataset"], row["file_name"])
        held = held_by.get(key, set())
        if held & set(providers):
            use = USES.get(row["dataset"], shapes.NO_USE)
        elif key in regional:
            use = shapes.REGION_USE
        elif row["load_id"] in evidence_loads and row["dataset"] in REGISTERS:
            use = shapes.EVIDENCE_USE
        else:
            continue
        records.append(_file_row(row, received[row["load_id"]], held, use))
    return shapes.row_of(records, shapes.FILES)


def _wholly_refused(
    reading: Reading,
    places: OrganisationMap,
    providers: Collection[str],
    months: Sequence[FinancialMonth],
) -> list[tuple[tuple[str, str, str], str]]:
    """Files that stand as the newest word of a provider's month though every row was refused."""
    wanted = {(str(month.year), month.number) for month in months}
    empty = {
        (row["load_id"], row["dataset"], row["provider_code"])
        for row in reading.snapshot.slices().to_pylist()
        if row["accepted_rows"] == 0
        and (row["financial_year"], row["financial_month"]) in wanted
        and places.current.get(row["provider_code"], row["provider_code"]) in providers
    }
    if not empty:
        return []
    found = reading.snapshot.findings(reading.con, sorted({load for load, _, _ in empty}))
    named = found.select("load_id", "dataset", "file_name", "provider_code").distinct()
    return [
        (
            (row["load_id"], row["dataset"], row["file_name"]),
            places.current.get(row["provider_code"], row["provider_code"]),
        )
        for row in reading.con.to_pyarrow(named).to_pylist()
        if (row["load_id"], row["dataset"], row["provider_code"]) in empty
    ]


def senders_of(
    reading: Reading, dataset: str, *, region: Area, months: Sequence[FinancialMonth]
) -> list[Sender]:
    """The files of a data set with current rows in some months, each with its provider."""
    if not months:
        return []
    rows = reading.snapshot.table(reading.con, dataset)
    inside = rows.filter(_in_period(rows, dataset, months))
    keys = ["load_id", "file_name", "provider_code", "patient_commissioner_code"]
    met = inside.group_by(keys).aggregate(row_count=inside.count())
    # Whether a row touches the region is asked of the few codes met, not of every row.
    touches = met.patient_commissioner_code.isin(sorted(region.patient_codes)).coalesce(
        False
    ) | met.provider_code.isin(sorted(region.provider_codes)).coalesce(False)
    grouped = met.group_by(keys[:3]).aggregate(touches_region=touches.any())
    return [Sender(**record) for record in reading.con.to_pyarrow(grouped).to_pylist()]


def _in_period(rows: ir.Table, dataset: str, months: Sequence[FinancialMonth]) -> ir.BooleanValue:
    if dataset != "iap":
        return in_months(rows, months)
    return rows.financial_year.isin(sorted({str(month.year) for month in months}))


def _file_row(
    row: dict[str, Any], received_at: datetime, senders: Iterable[str], use: str
) -> dict[str, Any]:
    names = (
        "load_id", "dataset", "file_name", "sha256", "bytes", "read_rows", "accepted_rows",
        "refused_rows",
    )  # fmt: skip
    return {
        **{name: row[name] for name in names},
        "received_at": received_at,
        "providers": ", ".join(sorted(senders)) or None,
        "used_for": use,
    }


def pack_findings(
    reading: Reading,
    places: OrganisationMap,
    *,
    files: pa.Table,
    providers: Collection[str],
    months: Sequence[FinancialMonth],
) -> pa.Table:
    """Findings of the ICB's files, by check, data set and field.

    Shape:   one row per check, level, data set and field.
    Units:   rows counts the different rows named; a finding about a whole file names none.
    Missing: findings that name no provider are kept where their file is of the ICB.
    """
    ours = files.filter(~pc.field("used_for").isin(sorted(shapes.NOT_OF_THE_ICB)))
    names = ours.select(["load_id", "dataset", "file_name"]).combine_chunks()
    if ours.num_rows == 0:
        return shapes.row_of([], shapes.FINDINGS)
    found = findings_behind(reading, names, codes=places.codes_of(providers), months=months)
    return _by_check(reading, found)


def findings_behind(
    reading: Reading,
    names: pa.Table,
    *,
    codes: Collection[str],
    months: Sequence[FinancialMonth],
) -> ir.Table:
    """The findings of some files, of some providers' rows (or of no provider's) in some months.

    `names` has the load_id, dataset and file_name of each file, `codes` the providers' codes as
    sent.
    """
    found = reading.snapshot.findings(reading.con, sorted(set(names["load_id"].to_pylist())))
    listed = ibis.memtable(names.rename_columns(["_load", "_dataset", "_file"]))
    wanted = found.semi_join(
        listed,
        [
            found.load_id == listed._load,
            found.dataset == listed._dataset,
            found.file_name == listed._file,
        ],
    )
    wanted = wanted.filter(wanted.provider_code.isnull() | wanted.provider_code.isin(sorted(codes)))
    return wanted.filter(wanted.financial_month.isnull() | in_months(wanted, months))


def place_of(found: ir.Table) -> ir.StringValue:
    """The row a finding names, told apart from rows of other files; null for one of a whole file."""
    return ibis.literal("|").join([found.load_id, found.file_name, found.row_number.cast("string")])


def _by_check(reading: Reading, found: ir.Table) -> pa.Table:
    keyed = found.mutate(place=place_of(found))
    grouped = keyed.group_by(["check_id", "level", "dataset", "field"]).aggregate(
        sentence=keyed.sentence.min(),
        remedy=keyed.remedy.min(),
        findings=keyed.check_id.count(),
        rows=keyed.place.nunique(),
        senders=keyed.provider_code.collect(distinct=True),
    )
    records = reading.con.to_pyarrow(grouped).to_pylist()
    for row in records:
        row["providers"] = ", ".join(sorted(row.pop("senders") or [])) or None
    return shapes.row_of(records, shapes.FINDINGS)


def pack_coverage(
    *,
    providers: Collection[str],
    names: dict[str, str | None],
    sent: Mapping[str, Sent],
    months: Sequence[FinancialMonth],
) -> pa.Table:
    """Which months of the period each provider sent of each monthly data set it sends.

    `sent` has the months each sent, by data set.
    """
    records = []
    for dataset, by_provider in sent.items():
        lacking: dict[str, list[str]] = {}
        for provider, month in missing_months(by_provider, months=months, providers=providers):
            lacking.setdefault(provider, []).append(str(month))
        for provider in sorted(providers):
            if by_provider.get(provider, set()).intersection(months):
                missing = lacking.get(provider, [])
                records.append(
                    {
                        "provider_code": provider,
                        "provider_name": names.get(provider),
                        "dataset": dataset,
                        "months_received": len(months) - len(missing),
                        "months_expected": len(months),
                        "missing_months": ", ".join(missing) or None,
                    }
                )
    return shapes.row_of(records, shapes.COVERAGE)


def pack_rulebooks(
    reading: Reading, *, loads: Collection[str], applied: Sequence[Rulebook]
) -> pa.Table:
    """The rulebooks under which the loads came in, and those applied for the pack."""
    records = [{**book.reference, "used_for": "this pack"} for book in applied]
    for row in reading.snapshot.loads().to_pylist():
        if row["load_id"] in loads:
            records += [{**entry, "used_for": "loading"} for entry in _recorded(row["rulebooks"])]
    unique = {tuple(sorted(entry.items())): entry for entry in records}
    return shapes.row_of([unique[key] for key in sorted(unique)], shapes.RULEBOOKS)


def _recorded(text: str | None) -> list[dict[str, str]]:
    """The rulebooks a load recorded: identifier, version and hash of each.

    A load records a list of them, or an object that leads from identifier to the rest.
    """
    content = json.loads(text or "[]")
    if isinstance(content, dict):
        content = [
            {"identifier": name, **(rest if isinstance(rest, dict) else {"version": rest})}
            for name, rest in content.items()
        ]
    names = ("identifier", "version", "sha256")
    return [{name: str(entry.get(name, "")) for name in names} for entry in content]
