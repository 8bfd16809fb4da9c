"""A load killed at any moment: the store is as before or as after, and the load can be done again."""

import json
import signal
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest

from speccomm.warehouse import open_store
from speccomm.warehouse.store import NoStore
from tests.made_up.provider_files import NOW, Desk, activities

SCRIPT = Path(__file__).with_name("load_processes.py")
COMMAND = [sys.executable, "-c", "import sys; from speccomm.cli.main import main; sys.exit(main())"]


@pytest.mark.parametrize("kills", [12, pytest.param(50, marks=pytest.mark.soak)])
def test_loads_killed_at_many_moments(tmp_path, kills) -> None:
    done = subprocess.run(
        [sys.executable, str(SCRIPT), "killed", str(tmp_path), "20240120", str(kills)],
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    seen = json.loads(done.stdout)
    assert seen["killed"] + seen["finished"] == seen["as_before"] + seen["as_after"] == kills
    assert seen["killed"] >= kills * 0.5
    assert seen["as_before"] >= kills * 0.3
    assert seen["loads"] == seen["as_after"] + 1


def test_the_command_itself_killed(tmp_path) -> None:
    desk = Desk(tmp_path)
    file = desk.file("a.csv", "plcm", activities(8))

    def started(number: int) -> subprocess.Popen[bytes]:
        received = (NOW + timedelta(hours=number)).isoformat()
        words = ["load", file, "--store", desk.store, "--reference", desk.reference]
        words += ["--key-file", desk.key_file, "--received-at", received, "--json"]
        return subprocess.Popen(
            [*COMMAND, *map(str, words)], stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )

    def loads() -> int:
        try:
            return open_store(desk.store).snapshot().loads().num_rows
        except NoStore:
            return 0

    begun = time.monotonic()
    first = started(0)
    out, said = first.communicate(timeout=300)
    lasted = time.monotonic() - begun
    assert first.returncode == 0, said.decode()[-2000:]
    assert json.loads(out)["accepted"] == 8
    held = loads()
    for number, share in enumerate((0.7, 0.9), start=1):
        process = started(number)
        time.sleep(lasted * share)
        process.send_signal(signal.SIGKILL)
        process.communicate(timeout=60)
        assert loads() in (held, held + 1)
        held = loads()
    last = started(9)
    assert last.wait(timeout=300) == 0
    last.communicate()
    assert loads() == held + 1
    snapshot = open_store(desk.store).snapshot()
    (current,) = snapshot.slices().to_pylist()
    assert (current["accepted_rows"], current["received_at"]) == (8, NOW + timedelta(hours=9))
