"""Killed at any instant, or several writers at once: nothing is lost, doubled or half there."""

import json
import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).with_name("processes.py")


def run(mode: str, folder: Path, *numbers: int) -> dict:
    done = subprocess.run(
        [sys.executable, str(SCRIPT), mode, str(folder), *map(str, numbers)],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_loads_killed_at_random_moments(tmp_path) -> None:
    assert run("random", tmp_path, 25, 1)["loads"] > 0


def test_a_load_killed_after_each_of_its_steps(tmp_path) -> None:
    seen = run("load", tmp_path)
    assert seen["steps"] > 12
    assert seen["before"] == 1
    assert seen["after"] > 1


def test_a_purge_killed_after_each_of_its_steps(tmp_path) -> None:
    assert run("purge", tmp_path)["steps"] > 10


def test_writers_at_once_and_a_reader_meanwhile(tmp_path) -> None:
    assert run("cross", tmp_path, 3, 4) == {"loads": 12, "versions": 13}
