"""Writers and readers as processes of their own, killed and crossed on purpose.

Run as a script: `processes.py MODE FOLDER ...`. The script itself never opens a store, so that its
forks start clean; it prints one JSON line of what was seen and fails on any broken promise.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path

import ibis.backends.duckdb  # noqa: F401 - imported once here, not once in every child
import made_up
import pandas as pd  # noqa: F401 - likewise

import speccomm.warehouse.transaction as transaction
from speccomm.engines import open_duckdb
from speccomm.foundation.periods import FinancialMonth
from speccomm.warehouse import Store, create_store, open_store, purge_before
from speccomm.warehouse.tables import STORE_TABLES

PROVIDERS = ["RKB", "RRK", "RJE"]
TABLES = ("plcm", "findings", "refused_rows", "slices", "files", "loads")


def fork(work: Callable[[], None]) -> int:
    """Do some work in a child process; its exit status tells whether it succeeded."""
    pid = os.fork()
    if pid:
        return pid
    try:
        work()
    except BaseException:  # noqa: BLE001 - the child must not return into its parent's code
        traceback.print_exc()
        os._exit(1)
    os._exit(0)


def done(pid: int) -> int:
    """Wait for a child and give its exit code: 0 well, -9 killed."""
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def in_child(work: Callable[[], None]) -> None:
    assert done(fork(work)) == 0


def load(store: Store, load_id: str, hours: float) -> None:
    rows = 2 + len(load_id) % 3
    counts = {(provider, 1): rows for provider in PROVIDERS}
    made_up.write_load(store, load_id, made_up.at(hours), counts, files=2)


def verify(path: Path, promised: set[str]) -> set[str]:
    """Every load is in the store whole or not at all, and those promised are. Returns them."""
    snapshot = open_store(path).snapshot()
    con = open_duckdb(memory_limit_mib=256, threads=1)
    loads = snapshot.loads()["load_id"].to_pylist()
    assert len(loads) == len(set(loads)), "a load is doubled"
    assert promised <= set(loads), f"lost: {promised - set(loads)}"
    held = {}
    for name in TABLES:
        table = snapshot.all_rows(con, name)
        counted = table.group_by("load_id").agg(held=table.count()).to_pyarrow().to_pylist()
        held[name] = {row["load_id"]: row["held"] for row in counted}
    for load_id in loads:
        rows = len(PROVIDERS) * (2 + len(load_id) % 3)
        seen = tuple(held[name].get(load_id) for name in TABLES)
        assert seen == (rows, 1, 1, len(PROVIDERS), 1, 1), f"{load_id} is {seen}"
    for name in TABLES:
        assert set(held[name]) == set(loads), f"{name} holds rows of a load that is not there"
    current = snapshot.table(con, "plcm").count().to_pyarrow().as_py()
    newest = snapshot.slices()["load_id"].to_pylist()
    assert current == sum(2 + len(load_id) % 3 for load_id in newest)
    return set(loads)


def verify_tidy(path: Path) -> None:
    """After a writer has mended the store, nothing of dead loads is left on the disk."""
    store = open_store(path)
    with store.write():
        pass
    snapshot = store.snapshot()
    for name in STORE_TABLES:
        named = {file.name for file in snapshot.data_files(name)}
        folder = path / "tables" / name
        on_disk = {file.name for file in folder.glob("*.parquet")}
        assert named <= on_disk, f"{name} names files that are not there"
        if name not in ("slices", "files", "loads"):  # registers keep files for older versions
            assert named == on_disk, f"{name} has leavings {on_disk - named}"
    assert not list((path / "staging").iterdir())
    assert not list((path / "commits").glob(".*"))


def kill_at_random(path: Path, kills: int, seed: int) -> dict:
    """Load in a loop, killed at a random moment, many times."""
    luck = random.Random(seed)
    in_child(lambda: create_store(path, key_id="key-1") and None)
    reported = path.parent / "reported"
    reported.touch()

    def keep_loading(turn: int) -> None:
        store = open_store(path)
        with reported.open("a") as told:
            for number in range(10_000):
                load_id = f"L{turn}.{number}" + "x" * (number % 3)
                load(store, load_id, turn)
                told.write(load_id + "\n")
                told.flush()

    for turn in range(kills):
        before = reported.stat().st_size
        pid = fork(lambda turn=turn: keep_loading(turn))
        patience = time.monotonic() + (60 if luck.random() < 0.5 else 0)  # half see a load through
        while reported.stat().st_size == before and time.monotonic() < patience:
            time.sleep(0.01)
        time.sleep(luck.uniform(0.0, 0.25))
        os.kill(pid, signal.SIGKILL)
        assert done(pid) == -signal.SIGKILL
        promised = set(reported.read_text().split())
        in_child(lambda promised=promised: verify(path, promised) and None)
    in_child(lambda: verify_tidy(path))
    return {"kills": kills, "loads": len(reported.read_text().split())}


def count_steps(limit: int) -> None:
    """Die by SIGKILL after `limit` steps: calls that change what another process sees on disk."""
    steps = 0

    def counted(call: Callable) -> Callable:
        def stepping(*args: object, **named: object) -> object:
            nonlocal steps
            answer = call(*args, **named)
            steps += 1
            if steps == limit:
                os.kill(os.getpid(), signal.SIGKILL)
            return answer

        return stepping

    for name in ("rename", "link", "unlink", "mkdir"):
        setattr(os, name, counted(getattr(os, name)))
    transaction.change_files = counted(transaction.change_files)


def kill_at_every_step(
    path: Path, act: Callable[[Store], None], check: Callable[[bool], None]
) -> int:
    """Kill an act after its first step, its second, and so on until it is through.

    `check` is told whether the act was through. Returns the number of steps.
    """
    for limit in range(1, 10_000):

        def work(limit: int = limit) -> None:
            store = open_store(path)
            count_steps(limit)
            act(store)

        code = done(fork(work))
        assert code in (0, -signal.SIGKILL), code
        in_child(lambda code=code: check(code == 0))
        if code == 0:
            return limit - 1
    raise AssertionError("never through")


def kill_a_load(path: Path) -> dict:
    in_child(lambda: load(create_store(path, key_id="key-1"), "first", 0))
    seen = path.parent / "seen"
    number = iter(range(10_000))

    def check(through: bool) -> None:
        loads = verify(path, {"first"})
        if through:
            assert len(loads) > 1
        with seen.open("a") as told:
            told.write(f"{len(loads)}\n")

    def act(store: Store) -> None:
        # A fresh name each time: a load killed after its record is in, and stays.
        load(store, f"L{os.getpid()}-{next(number)}", 1)

    steps = kill_at_every_step(path, act, check)
    in_child(lambda: verify_tidy(path))
    held = [int(line) for line in seen.read_text().split()]
    return {"steps": steps, "before": held[0], "after": held[-1]}


def kill_a_purge(path: Path) -> dict:
    """A purge that dies leaves everything or nothing; the next one takes the rest away."""

    def prepare() -> None:
        store = create_store(path, key_id="key-1")
        made_up.write_load(store, "L1", made_up.at(0), {("RKB", 1): 3, ("RKB", 2): 4})
        made_up.write_load(store, "L2", made_up.at(1), {("RKB", 1): 5})

    in_child(prepare)
    month = FinancialMonth.parse_calendar("2023-05")

    def act(store: Store) -> None:
        con = open_duckdb(memory_limit_mib=256, threads=1)
        purge_before(store, con, before=month, now=made_up.at(5), readers_seconds=0)

    def check(through: bool) -> None:
        con = open_duckdb(memory_limit_mib=256, threads=1)
        snapshot = open_store(path).snapshot()
        counts = made_up.held_counts(snapshot.table(con, "plcm"))
        purged = snapshot.register("purges").num_rows > 0
        assert counts == ({("RKB", 2): 4} if purged else {("RKB", 1): 5, ("RKB", 2): 4})
        assert purged or not through
        if through:
            assert len(list((path / "tables" / "plcm").glob("*.parquet"))) == 1

    return {"steps": kill_at_every_step(path, act, check)}


def cross(path: Path, writers: int, loads: int) -> dict:
    """Several writers at once, and readers while they write."""
    in_child(lambda: create_store(path, key_id="key-1") and None)
    stop = path.parent / "stop"

    def write(writer: int) -> None:
        store = open_store(path)
        for number in range(loads):
            load(store, f"W{writer}.{number}", number)

    def read() -> None:
        seen: set[str] = set()
        while not stop.exists():
            seen = verify(path, seen)

    reader = fork(read)
    pids = [fork(lambda writer=writer: write(writer)) for writer in range(writers)]
    codes = [done(pid) for pid in pids]
    stop.touch()
    assert codes == [0] * writers
    assert done(reader) == 0
    promised = {f"W{writer}.{number}" for writer in range(writers) for number in range(loads)}
    in_child(lambda: verify(path, promised) and None)
    in_child(lambda: verify_tidy(path))
    versions = len(list((path / "commits").glob("*.json")))
    return {"loads": len(promised), "versions": versions}


if __name__ == "__main__":
    mode, folder = sys.argv[1], Path(sys.argv[2])
    place = folder / "store"
    numbers = [int(text) for text in sys.argv[3:]]
    act = {
        "random": kill_at_random,
        "load": kill_a_load,
        "purge": kill_a_purge,
        "cross": cross,
    }[mode]
    sys.stdout.write(json.dumps(act(place, *numbers)) + "\n")
