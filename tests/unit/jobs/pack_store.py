"""A small store for packs: PLCM, ACM and IAP rows written the way a load writes them."""

from datetime import UTC, datetime
from decimal import Decimal

import pyarrow.parquet as pq

from speccomm.warehouse import create_store, open_store
from tests.unit.warehouse.made_up import rows

RECEIVED_AT = datetime(2024, 1, 19, 16, 5, tzinfo=UTC)
BASE = {"financial_year": "2023-24", "pod_code": "OPFA"}


def plcm(provider, month, patient, service, crg, activity, **more):
    return {
        **BASE,
        "provider_code": provider,
        "financial_month": month,
        "patient_commissioner_code": patient,
        "service_code": service,
        "crg_code": crg,
        "activity_count": None if activity is None else Decimal(activity),
        **more,
    }


def acm(provider, month, patient, service, plan, actual, units=(10, 10), **more):
    return {
        **BASE,
        "provider_code": provider,
        "financial_month": month,
        "patient_commissioner_code": patient,
        "service_code": service,
        "tariff_code": "WF01A",
        "planned_activity": None if plan is None else Decimal(units[0]),
        "actual_activity": None if actual is None else Decimal(units[1]),
        "planned_price_gbp": None if plan is None else Decimal(plan),
        "actual_price_gbp": None if actual is None else Decimal(actual),
        **more,
    }


def fill(path, files, *, findings=(), load_id="load-1", received_at=RECEIVED_AT, refused_slices=()):
    """Make a store whose one load holds `files`: (data set, file name, records, refused rows)."""
    create_store(path, key_id="key-1")
    return add_load(
        path,
        files,
        findings=findings,
        load_id=load_id,
        received_at=received_at,
        refused_slices=refused_slices,
    )


def add_load(path, files, *, load_id, received_at, findings=(), refused_slices=()):
    """Add a load of `files` to a store, as `fill` does its first."""
    store = open_store(path)
    staged = store.staging(load_id)
    slices = {}
    by_dataset = {}
    for dataset, name, records, _ in files:
        for number, record in enumerate(records):
            key = (dataset, record["provider_code"], record["financial_month"])
            held = slices.setdefault(key, [len(slices), 0])
            held[1] += 1
            by_dataset.setdefault(dataset, []).append(
                {
                    **record,
                    "load_id": load_id,
                    "slice_number": held[0],
                    "file_name": name,
                    "row_number": number + 2,
                }
            )
    for key in refused_slices:
        slices.setdefault(key, [len(slices), 0])
    with store.write(purpose="load") as tx:
        for dataset, records in by_dataset.items():
            part = staged / f"{dataset}.parquet"
            pq.write_table(rows(dataset, records), part)
            tx.add_files(dataset, [part])
        tx.append(
            "slices",
            rows("slices", [_slice(k, v, load_id, received_at) for k, v in slices.items()]),
        )
        tx.append("files", rows("files", [_file(*file, load_id) for file in files]))
        tx.append(
            "findings", rows("findings", [{"load_id": load_id, **found} for found in findings])
        )
        book = '[{"identifier": "intake/checks", "version": "2026.1", "sha256": "abc"}]'
        load = {
            "load_id": load_id,
            "received_at": received_at,
            "key_id": "key-1",
            "rulebooks": book,
            "reference": "{}",
            "command": "load",
        }
        tx.append("loads", rows("loads", [load]))
        tx.commit(now=received_at)
    return path


def _slice(key, held, load_id, received_at):
    return {
        "load_id": load_id,
        "received_at": received_at,
        "dataset": key[0],
        "provider_code": key[1],
        "financial_year": "2023-24",
        "financial_month": key[2],
        "slice_number": held[0],
        "accepted_rows": held[1],
        "refused_rows": 0,
    }


def _file(dataset, name, records, refused, load_id):
    return {
        "load_id": load_id,
        "dataset": dataset,
        "file_name": name,
        "sha256": "ab" * 32,
        "bytes": 1000,
        "read_rows": len(records) + refused,
        "accepted_rows": len(records),
        "refused_rows": refused,
        "unattributed_refused_rows": 0,
    }
