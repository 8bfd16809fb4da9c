"""A worker, and then the whole server, killed without a word in the middle of a load."""

from __future__ import annotations

import os
import re
import signal
from pathlib import Path

from speccomm.warehouse import open_store
from speccomm.warehouse.locks import FileLock
from tests.made_up.provider_files import Desk, activities, text_of
from tests.web.serving import Visitor, command, environment_of, serving, until

SILENCE = "10"
LOADED = re.compile(r"Rows accepted\s*</dt>\s*<dd[^>]*>\s*40\s*</dd>")


def test_a_load_outlives_its_worker_and_its_server_and_is_kept_once(tmp_path: Path) -> None:
    """The store's lock is held from here, so that the load is in the middle for as long as we like."""
    desk = Desk(tmp_path)
    environment = environment_of(tmp_path, SPECCOMM_TASK_SILENCE_SECONDS=SILENCE)
    command(environment, "prepare_demonstration")
    desk.load(
        desk.file("before.csv", "plcm", activities(2, provider_code="RRK", site_code="RRK01"))
    )
    before = open_store(desk.store)
    version, loads = before.version, before.snapshot().loads().num_rows
    with FileLock(desk.store / "write.lock") as held:
        assert held.acquire()
        with serving(tmp_path, environment) as server:
            visitor = Visitor(server.address).sign_in("submitter")
            file = ("month.csv", text_of("plcm", activities(40)).encode(), "text/csv")
            sent = visitor.post(
                "/submissions/send",
                {"provider": "RKB", "purpose": "load", "dataset": "", "complete": "yes"},
                files={"files": file},
            )
            address = sent.headers["Location"]
            until(lambda: "40 checked" in visitor.page(address), "the rows were read")
            (worker,) = server.workers()
            os.kill(worker, signal.SIGKILL)
            until(lambda: set(server.workers()) - {worker}, "a new worker was begun")
            until(lambda: "Begun again" in visitor.page(address), "the page says so")
            until(lambda: "40 checked" in visitor.page(address), "the rows were read again")
            (second,) = server.workers()
            server.kill()
            until(lambda: not _lives(second), "the worker ended with its server")
        assert open_store(desk.store).version == version
        with serving(tmp_path, environment) as server:
            visitor = Visitor(server.address).sign_in("submitter")
            until(lambda: "Begun again" in visitor.page(address), "the page says so once more")
            held.release()
            until(lambda: LOADED.search(visitor.page(address)), "it was loaded")
    after = open_store(desk.store).snapshot()
    assert after.loads().num_rows == loads + 1
    assert open_store(desk.store).version == version + 1
    own = [row for row in after.slices().to_pylist() if row["provider_code"] == "RKB"]
    assert [row["accepted_rows"] for row in own] == [40]
    assert not list((desk.store / "staging").glob("*"))
    assert not list((tmp_path / "web" / "uploads").rglob("*.csv"))


def _lives(pid: int) -> bool:
    stat = Path(f"/proc/{pid}/stat")
    return stat.exists() and stat.read_text().rpartition(")")[2].split()[0] != "Z"
