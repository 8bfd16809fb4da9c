"""Loads as processes of their own, killed and crossed on purpose.

Run as a script: `load_processes.py MODE FOLDER SEED [KILLS]`. It imports and compiles what a load needs
once and never opens the engine itself, so that its forks start warm and clean. It prints one JSON
line of what was seen and fails on any broken promise.
"""

from __future__ import annotations

import json
import os
import random
import select
import signal
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from functools import cache, partial
from pathlib import Path
from typing import Any

# The script is run by its path, so the folder above tests is not yet where imports are sought.
ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

import ibis.backends.duckdb  # noqa: E402, F401 - imported once here, not once in every child
import pandas  # noqa: E402, F401 - likewise
import pyarrow.dataset  # noqa: E402, F401 - likewise
from pyarrow import parquet  # noqa: E402

from speccomm.assignment.contract_rules import read_contract_rules  # noqa: E402
from speccomm.engines import open_duckdb  # noqa: E402
from speccomm.intake import cells  # noqa: E402
from speccomm.intake.across import ACROSS  # noqa: E402
from speccomm.intake.rules import intake_rules  # noqa: E402
from speccomm.jobs import load as load_job  # noqa: E402
from speccomm.jobs.loading import judging, lookups, repeats, submission  # noqa: E402
from speccomm.reference import open_reference  # noqa: E402
from speccomm.warehouse import Snapshot, open_store  # noqa: E402
from speccomm.warehouse.store import NoStore  # noqa: E402
from tests.made_up.provider_files import NOW, Desk, activities, made  # noqa: E402

ROWS = 6
KILLS_IN_COMMIT = 0.4  # of all
ENDS = {-signal.SIGKILL: "killed", 0: "finished"}


def warm(folder: Path) -> None:
    """Compile and look up once what every child would compile and look up again."""
    rules, contract_rules = intake_rules(), read_contract_rules()
    judging._assign_sql(contract_rules)
    for dataset in ("plcm", "acm"):
        judging._row_sql(rules, dataset)
    words, largest = rules.settings["missing_words"], rules.settings["largest_number"]
    cells._queries(tuple(words), int(largest), plan=False)
    for check_id in ACROSS:
        submission.across_sql(check_id, rules)
    repeats.compile_questions(rules)
    reference = open_reference(desk(folder).reference)
    years = sorted(set(reference.service_status["financial_year"].to_pylist()))
    tables = lookups.contract_lookup_tables(reference, financial_years=years)
    lookups.contract_lookup_tables = lambda *_, **__: tables
    load_job.open_reference = lambda _: reference


def fork(work: Callable[[], None]) -> int:
    pid = os.fork()
    if pid:
        return pid
    try:
        work()
    except BaseException:  # noqa: BLE001 - the child must not return into its parent's code
        traceback.print_exc()
        os._exit(1)
    os._exit(0)


def exit_code(pid: int) -> int:
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def asked(question: Callable[[], Any]) -> Any:
    """The answer of a child process, which may open the engine as this one may not."""
    reading, writing = os.pipe()

    def work() -> None:
        with os.fdopen(writing, "w") as out:
            json.dump(question(), out)

    pid = fork(work)
    os.close(writing)
    with os.fdopen(reading) as answer:
        text = answer.read()
    assert exit_code(pid) == 0
    return json.loads(text)


@cache
def desk(folder: Path) -> Desk:
    return Desk(folder)


def write_files(folder: Path, version: int, provider: str = "RKB") -> None:
    """One submission: every row's price says which version it is; one row is refused."""
    price = {"unit_price_gbp": f"{version}.00", "total_cost_gbp": f"{version}.00"}
    rows = activities(ROWS, provider_code=provider, **price)
    bad = made("plcm", provider_code=provider, financial_month="99")
    line = made("acm", provider_code=provider, actual_price_gbp=f"{version}.00")
    name = f"{provider}-{version}.csv"
    desk(folder).file(f"plcm-{name}", "plcm", [*rows, bad])
    desk(folder).file(f"acm-{name}", "acm", [line])


def load(folder: Path, version: int, provider: str = "RKB") -> None:
    received = NOW + timedelta(hours=version)
    names = [f"{dataset}-{provider}-{version}.csv" for dataset in ("plcm", "acm")]
    sent = [folder / "sent" / name for name in names]
    desk(folder).load(*sent, at=received)


def seen(folder: Path) -> dict[str, Any]:
    """What the store holds; fails if any load of it is not there whole and once."""
    try:
        snapshot = open_store(folder / "store").snapshot()
    except NoStore:
        return {"loads": {}, "current": {}, "version": None}
    loads = snapshot.loads()["load_id"].to_pylist()
    assert len(loads) == len(set(loads))
    tables = {name: by_load(snapshot, name) for name in ("plcm", "acm", "findings", "refused_rows")}
    for name, rows in tables.items():
        assert set(rows) == set(loads), name
    registers = {"slices": snapshot.all_slices(), "files": snapshot.files()}
    held = {
        load_id: whole_load(
            {name: rows[load_id] for name, rows in tables.items()},
            {
                name: [r for r in t.to_pylist() if r["load_id"] == load_id]
                for name, t in registers.items()
            },
        )
        for load_id in loads
    }
    current = {
        row["provider_code"]: held[row["load_id"]]
        for row in snapshot.slices().to_pylist()
        if row["dataset"] == "plcm"
    }
    return {"loads": held, "current": current, "version": snapshot.version}


def by_load(snapshot: Snapshot, name: str) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for path in snapshot.data_paths(name):
        for row in parquet.ParquetFile(path).read().to_pylist():
            found.setdefault(row["load_id"], []).append(row)
    return found


def whole_load(
    tables: dict[str, list[dict[str, Any]]], registers: dict[str, list[dict[str, Any]]]
) -> int:
    """The version one load holds, after making sure that all of it is there once."""
    assert sorted(row["row_number"] for row in tables["plcm"]) == list(range(2, 2 + ROWS))
    (line,) = tables["acm"]
    assert {row["total_cost_gbp"] for row in tables["plcm"]} == {line["actual_price_gbp"]}
    (sealed,) = tables["refused_rows"]
    assert (sealed["row_count"], sealed["first_row"]) == (1, ROWS + 2)
    refusing = [row for row in tables["findings"] if row["level"] == "refuse"]
    assert [row["row_number"] for row in refusing] == [ROWS + 2]
    assert sorted(row["dataset"] for row in registers["slices"]) == ["acm", "plcm"]
    assert sum(row["read_rows"] for row in registers["files"]) == ROWS + 2
    return int(line["actual_price_gbp"])


def answers(folder: Path) -> dict[str, int]:
    """The version of each provider's current rows, as every report reads them."""
    snapshot = open_store(folder / "store").snapshot()
    con = open_duckdb(memory_limit_mib=256, threads=1)
    rows = con.to_pyarrow(snapshot.table(con, "plcm")).to_pylist()
    current = {}
    for provider, count in Counter(row["provider_code"] for row in rows).items():
        assert count == ROWS, (provider, count)
        (price,) = {row["total_cost_gbp"] for row in rows if row["provider_code"] == provider}
        current[provider] = int(price)
    return current


def started(folder: Path, version: int) -> tuple[int, int]:
    """A load in a child, and a pipe that it writes to when its commit begins."""
    write_files(folder, version)
    reading, writing = os.pipe()

    def work() -> None:
        commit = load_job._commit

        def told(*given: Any) -> Any:
            os.write(writing, b"c")
            return commit(*given)

        load_job._commit = told
        load(folder, version)

    pid = fork(work)
    os.close(writing)
    return pid, reading


def timed(folder: Path) -> tuple[float, float]:
    """How long a load takes before its commit, and its commit."""
    start = time.monotonic()
    pid, reading = started(folder, 1)
    select.select([reading], [], [])
    commits = time.monotonic()
    assert exit_code(pid) == 0
    os.close(reading)
    return commits - start, time.monotonic() - commits


def killed(folder: Path, chance: random.Random, kills: str) -> dict[str, int]:
    """Kill a load at so many moments of its life, and look at the store after each."""
    moments = range(int(kills))
    before_commit, commit = timed(folder / "timing")
    commit_kills = set(chance.sample(moments, round(len(moments) * KILLS_IN_COMMIT)))
    counts = Counter({"killed": 0, "finished": 0, "as_before": 0, "as_after": 0})
    was = asked(lambda: seen(folder))
    for number in moments:
        version = number + 2
        pid, reading = started(folder, version)
        if number in commit_kills:
            select.select([reading], [], [])
            time.sleep(chance.random() * commit)
        else:
            time.sleep((number + chance.random()) / len(moments) * (before_commit + commit))
        os.kill(pid, signal.SIGKILL)
        counts[ENDS[exit_code(pid)]] += 1
        os.close(reading)
        now = asked(lambda: seen(folder))
        if now["loads"] == was["loads"]:
            assert now["current"] == was["current"]
            counts["as_before"] += 1
        else:
            (new,) = set(now["loads"]) - set(was["loads"])
            assert now["loads"] == {**was["loads"], new: version}
            assert now["current"] == {"RKB": version}
            counts["as_after"] += 1
        was = now
    write_files(folder, 99)
    assert exit_code(fork(lambda: load(folder, 99))) == 0
    last = asked(lambda: seen(folder))
    assert asked(lambda: answers(folder)) == {"RKB": 99}
    assert len(last["loads"]) == len(was["loads"]) + 1
    assert last["current"] == {"RKB": 99}
    assert list((folder / "store" / "staging").iterdir()) == []
    assert last["version"] == len(last["loads"])
    return {**counts, "loads": len(last["loads"])}


def crossed(folder: Path, _: random.Random) -> dict[str, int]:
    """Loads of different and of the same slices at once, the later received started first."""
    sent = [(20, "RKB"), (30, "RRK"), (19, "RKB"), (31, "RRK"), (18, "RKB"), (32, "RRK")]
    for version, provider in sent:
        write_files(folder, version, provider)
    running = [fork(partial(load, folder, *one)) for one in sent]
    assert [exit_code(pid) for pid in running] == [0] * len(running)
    now = asked(lambda: seen(folder))
    assert sorted(now["loads"].values()) == [18, 19, 20, 30, 31, 32]
    assert now["current"] == asked(lambda: answers(folder)) == {"RKB": 20, "RRK": 32}
    assert list((folder / "store" / "staging").iterdir()) == []
    return {"loads": len(now["loads"]), "versions": now["version"]}


if __name__ == "__main__":
    mode, where, seed, *more = sys.argv[1:]
    warm(Path(where))
    answer = {"killed": killed, "crossed": crossed}[mode](
        Path(where), random.Random(int(seed)), *more
    )
    print(json.dumps(answer))  # noqa: T201
