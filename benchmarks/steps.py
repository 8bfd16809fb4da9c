"""The things that are measured, each run alone: `python -m benchmarks.steps NAME JSON`.

A step does its imports first, then its work, and writes one line of JSON: the seconds of the work
and what it counted.
"""

from __future__ import annotations

import json
import shutil
import statistics
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

Answer = dict[str, Any]
QUESTIONS = 20


def parse_count(file: str) -> Answer:
    """Count the rows: the engine may skip making values of the cells."""
    return _parsed(file, "count(*)")


def parse_every_cell(file: str) -> Answer:
    """Count the filled cells of every column: the engine must make a text of each cell."""
    with Path(file).open(encoding="utf-8") as lines:
        names = lines.readline().rstrip("\r\n").split(",")
    return _parsed(file, "count(*), " + ", ".join(f'count("{name}")' for name in names))


def _parsed(file: str, asked: str) -> Answer:
    import duckdb

    with closing(duckdb.connect(config={"threads": 2})) as connection:
        begun = time.perf_counter()
        relation = f"read_csv('{file}', all_varchar = true, header = true)"
        row = connection.execute(f"select {asked} from {relation}").fetchone()
        seconds = time.perf_counter() - begun
    return {"seconds": seconds, "rows": row[0] if row else 0}


def load(file: str, store: str, reference: str, key_file: str) -> Answer:
    """Load one PLCM file with assignment into a new store."""
    from benchmarks.dates import RECEIVED_AT
    from speccomm.jobs.load import LoadRequest
    from speccomm.jobs.load import load as load_files

    shutil.rmtree(store, ignore_errors=True)
    begun = time.perf_counter()
    answer = load_files(
        LoadRequest(
            files=(Path(file),),
            store=Path(store),
            reference=Path(reference),
            key_file=Path(key_file),
            received_at=RECEIVED_AT,
            now=datetime.now(UTC),
            clock=time.perf_counter,
        )
    )
    return {
        "seconds": time.perf_counter() - begun,
        "phases": answer.phases,
        "read": answer.read,
        "accepted": answer.accepted,
        "refused": answer.refused,
        "findings": answer.coded_findings.num_rows,
        "store_mib": _folder_mib(Path(store)),
        "checks_not_run": answer.checks_not_run["check_id"].to_pylist(),
    }


def check(file: str, reference: str) -> Answer:
    """Check one PLCM file with every check and keep nothing."""
    from speccomm.jobs.load import CheckRequest
    from speccomm.jobs.load import check as check_file

    begun = time.perf_counter()
    answer = check_file(
        CheckRequest(file=Path(file), reference=Path(reference), now=datetime.now(UTC))
    )
    return {
        "seconds": time.perf_counter() - begun,
        "read": answer.read,
        "accepted": answer.accepted,
        "refused": answer.refused,
        "findings": answer.coded_findings.num_rows,
    }


def flows(store: str, reference: str, by: tuple[str, ...] = ()) -> Answer:
    """The flows of the region over every month, by `by` and clinical reference group."""
    from benchmarks.dates import FIRST_MONTH, LAST_MONTH, REGION
    from speccomm.jobs.flows import FlowsRequest
    from speccomm.jobs.flows import flows as flows_of

    begun = time.perf_counter()
    answer = flows_of(
        FlowsRequest(
            store=Path(store),
            reference=Path(reference),
            region=REGION,
            from_month=FIRST_MONTH,
            to_month=LAST_MONTH,
            by=tuple(by),
            now=datetime.now(UTC),
        )
    )
    return {
        "seconds": time.perf_counter() - begun,
        "rows": answer.flows.num_rows,
        "totals": {key: str(value) for key, value in answer.totals.to_pylist()[0].items()},
    }


def question(store: str, reference: str) -> Answer:
    """One ICB, one clinical reference group, one month, on an open store: the median of several.

    Everything that differs from one question to the next is inside the time: building the
    expression, compiling it, reading the store's files, adding up and naming.
    """
    import ibis

    from benchmarks.dates import CRG, FIRST_MONTH, ICB, LAST_MONTH
    from speccomm.activity.areas import area_on
    from speccomm.activity.flows import activity_by_codes, activity_flows
    from speccomm.foundation.periods import FinancialMonth
    from speccomm.jobs.flows import last_day
    from speccomm.jobs.reading import open_for_reading, organisation_map
    from speccomm.jobs.settings import EngineSettings

    took = []
    with open_for_reading(
        store=Path(store),
        reference=Path(reference),
        as_at=None,
        now=datetime.now(UTC),
        engine=EngineSettings(),
    ) as reading:
        on = last_day(LAST_MONTH)
        places = organisation_map(reading.reference, on=on)
        area = area_on(places.commissioners, places.providers, on=on, icb=ICB, region=None)
        rows = reading.snapshot.table(reading.con, "plcm")
        names = [
            ibis.memtable(table)
            for table in (
                places.places,
                places.providers,
                reading.crg_names,
                reading.service_names,
            )
        ]
        answered = 0
        for number in range(QUESTIONS + 1):
            month = FinancialMonth(FIRST_MONTH.year, 1 + number % LAST_MONTH.number)
            begun = time.perf_counter()
            asked = rows.filter(rows.crg_code == CRG)
            sums = reading.con.to_pyarrow(activity_by_codes(asked, area=area, months=[month]))
            answer = reading.con.to_pyarrow(activity_flows(ibis.memtable(sums), *names, area=area))
            took.append(time.perf_counter() - begun)
            answered += answer.num_rows
    took = took[1:]  # the first opens the files
    return {
        "seconds": statistics.median(took),
        "slowest": max(took),
        "asked": len(took),
        "answered_rows": answered,
    }


def pandas(file: str, lookups: str, key_file: str, out: str) -> Answer:
    """The same work as `load` and `flows`, by the careful pandas script."""
    from benchmarks import careful_pandas

    shutil.rmtree(out, ignore_errors=True)
    begun = time.perf_counter()
    answer = careful_pandas.run(Path(file), Path(lookups), Path(key_file), Path(out))
    return {"seconds": time.perf_counter() - begun, **answer}


def demo(folder: str) -> Answer:
    """`speccomm demo` at full scale, from made-up files to a pack."""
    from speccomm.cli.main import main

    shutil.rmtree(folder, ignore_errors=True)
    begun = time.perf_counter()
    code = main(["demo", "--dir", folder])
    return {"seconds": time.perf_counter() - begun, "exit_code": code}


def pack(demo: str, out: str) -> Answer:
    """The whole pack of one ICB: its page, its tables and their receipts."""
    from speccomm.jobs.pack import build_pack

    begun = time.perf_counter()
    answer = build_pack(_pack_request(demo, out, icb="QWU"))
    return {"seconds": time.perf_counter() - begun, "tables": len(answer.tables)}


def region_packs(demo: str, out: str) -> Answer:
    """The packs of all ICBs of the region, built together."""
    from speccomm.jobs.region_packs import RegionPacksRequest, build_region_packs

    begun = time.perf_counter()
    request = _pack_request(demo, out, region="Y60")
    answer = build_region_packs(RegionPacksRequest(request))
    return {"seconds": time.perf_counter() - begun, "packs": len(answer.packs)}


def receipt(pack: str) -> Answer:
    """One figure's receipt from the pack's own files: the median of figures of several tables."""
    from speccomm.jobs.receipt import ReceiptRequest
    from speccomm.jobs.receipt import receipt as open_one
    from speccomm.publishing.receipts.opening import open_pack

    opened = open_pack(Path(pack))
    names = []
    for table in opened.tables:
        row = opened.receipts_of(table).rows()[-1]
        names += [f"{opened.area}.{table}.{row['key']}.{column}" for column in row["figures"]]
    took = []
    for name in names[:: max(1, len(names) // QUESTIONS)]:
        begun = time.perf_counter()
        open_one(ReceiptRequest(name, Path(pack), datetime.now(UTC)))
        took.append(time.perf_counter() - begun)
    return {"seconds": statistics.median(took), "slowest": max(took), "opened": len(took)}


def _pack_request(demo: str, out: str, *, icb: str | None = None, region: str | None = None) -> Any:
    from speccomm.jobs.demo import FROM_MONTH, TO_MONTH
    from speccomm.jobs.pack import PackRequest
    from speccomm.publishing.rendering.formats import Format

    return PackRequest(
        store=Path(demo) / "store",
        icb=icb,
        region=region,
        from_month=FROM_MONTH,
        to_month=TO_MONTH,
        out=Path(out),
        now=datetime.now(UTC),
        reference=Path(demo) / "reference",
        formats=(Format.HTML, Format.CSV),
    )


def _folder_mib(folder: Path) -> float:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 2**20


STEPS: Mapping[str, Callable[..., Answer]] = {
    "parse_count": parse_count,
    "parse_every_cell": parse_every_cell,
    "load": load,
    "check": check,
    "flows": flows,
    "question": question,
    "pandas": pandas,
    "demo": demo,
    "pack": pack,
    "region_packs": region_packs,
    "receipt": receipt,
}


if __name__ == "__main__":
    print(json.dumps(STEPS[sys.argv[1]](**json.loads(sys.argv[2])), default=str))
