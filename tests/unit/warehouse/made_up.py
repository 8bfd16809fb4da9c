"""Small made-up loads, written to a store the way a loader writes them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from speccomm.warehouse import Store
from speccomm.warehouse.tables import STORE_TABLES

START = datetime(2023, 6, 1, 9, 0, tzinfo=UTC)


def at(hours: float) -> datetime:
    """A time some hours after the start of all made-up times."""
    return START + timedelta(hours=hours)


def rows(name: str, records: list[dict]) -> pa.Table:
    """Records as a table with the store's columns; what a record leaves out is null."""
    schema = STORE_TABLES[name].schema
    return pa.table(
        {field.name: pa.array([r.get(field.name) for r in records], field.type) for field in schema}
    )


def plcm_row(
    load_id: str, slice_number: int, provider: str, month: int, number: int, **more
) -> dict:
    return {
        "load_id": load_id,
        "slice_number": slice_number,
        "file_name": f"{provider}.csv",
        "row_number": number + 2,
        "provider_code": provider,
        "financial_year": "2023-24",
        "financial_month": month,
        "service_code": "NCBPS29A",
        "pod_code": "OPFA",
        "person_pseudonym": bytes([number % 250]) * 32,
        "pseudonym_basis": "nhs_number",
        "cds_unique_identifier": f"{provider}{month:02d}{number:05d}",
        "activity_count": Decimal("1.000"),
        "unit_price_gbp": Decimal("100.0000"),
        "total_cost_gbp": Decimal("100.0000"),
        **more,
    }


def slice_row(load_id: str, received_at: datetime, key: tuple, number: int, count: int) -> dict:
    dataset, provider, year, month = key
    return {
        "load_id": load_id,
        "received_at": received_at,
        "dataset": dataset,
        "provider_code": provider,
        "financial_year": year,
        "financial_month": month,
        "slice_number": number,
        "accepted_rows": count,
        "refused_rows": 1,
        "activity": Decimal(count),
        "price_gbp": Decimal(100 * count),
    }


def load_row(load_id: str, received_at: datetime) -> dict:
    return {
        "load_id": load_id,
        "received_at": received_at,
        "key_id": "key-1",
        "rulebooks": "{}",
        "reference": "{}",
        "command": "load",
    }


def file_row(load_id: str, dataset: str, count: int) -> dict:
    return {
        "load_id": load_id,
        "dataset": dataset,
        "file_name": "RKB.csv",
        "sha256": "00" * 32,
        "bytes": 1000,
        "read_rows": count + 1,
        "accepted_rows": count,
        "refused_rows": 1,
        "unattributed_refused_rows": 0,
    }


def finding_row(load_id: str, dataset: str, provider: str, month: int | None, row: int) -> dict:
    return {
        "load_id": load_id,
        "dataset": dataset,
        "file_name": f"{provider}.csv",
        "row_number": row,
        "check_id": "CHK-T01",
        "level": "refuse",
        "provider_code": provider,
        "financial_year": None if month is None else "2023-24",
        "financial_month": month,
        "sentence": "A made-up finding.",
        "remedy": "None.",
    }


def refused_row(load_id: str, dataset: str, provider: str, first: int, last: int) -> dict:
    return {
        "load_id": load_id,
        "dataset": dataset,
        "file_name": f"{provider}.csv",
        "key_id": "key-1",
        "first_row": first,
        "last_row": last,
        "row_count": last - first + 1,
        "ciphertext": f"secret {load_id} {provider}".encode(),
    }


def write_load(
    store: Store,
    load_id: str,
    received_at: datetime,
    counts: dict[tuple[str, int], int],
    *,
    files: int = 1,
    now: datetime | None = None,
) -> int:
    """Load PLCM slices: provider and month to number of rows. Returns the version committed."""
    staged = store.staging(load_id)
    keys = list(counts)
    records = [
        [plcm_row(load_id, n, *keys[n], i) for i in range(counts[keys[n]])]
        for n in range(len(keys))
    ]
    paths = []
    for part in range(files):
        held = [record for chunk in records[part::files] for record in chunk]
        paths.append(staged / f"{part}.parquet")
        pq.write_table(rows("plcm", held), paths[-1])
    with store.write(purpose=f"load {load_id}") as tx:
        tx.add_files("plcm", paths)
        slices = [
            slice_row(load_id, received_at, ("plcm", key[0], "2023-24", key[1]), n, counts[key])
            for n, key in enumerate(keys)
        ]
        total = sum(counts.values())
        tx.append("slices", rows("slices", slices))
        tx.append("files", rows("files", [file_row(load_id, "plcm", total)]))
        tx.append("findings", rows("findings", [finding_row(load_id, "plcm", *keys[0], 999)]))
        tx.append(
            "refused_rows",
            rows("refused_rows", [refused_row(load_id, "plcm", keys[0][0], 999, 999)]),
        )
        tx.append("loads", rows("loads", [load_row(load_id, received_at)]))
        return tx.commit(now=now or received_at)


def held_counts(table) -> dict[tuple[str, int], int]:
    """Rows by provider and month, as the engine counts them."""
    counted = table.group_by(["provider_code", "financial_month"]).agg(held=table.count())
    return {
        (row["provider_code"], row["financial_month"]): row["held"]
        for row in counted.to_pyarrow().to_pylist()
    }


def path_of(name: str) -> Path:
    return Path(__file__).with_name(name)
