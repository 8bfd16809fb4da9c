"""Run one step in a process of its own and say what it cost: seconds, processor time, memory."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

SAMPLED_EVERY = 0.02  # seconds
CORES = 2
ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Measured:
    """What a step cost.

    Units:   seconds of the work alone, without starting Python and importing; process_seconds with
             them; cpu_seconds of the whole process; MiB of the whole process tree at its largest.
    Missing: answer holds what the step itself said, such as counts.
    """

    step: str
    seconds: float
    process_seconds: float
    cpu_seconds: float
    peak_mib: float
    answer: dict[str, Any] = field(default_factory=dict)

    def plain(self) -> dict[str, Any]:
        return asdict(self)


class StepFailed(Exception):
    """A step ended badly; the message is the end of what it wrote."""


def run_step(step: str, **arguments: Any) -> Measured:
    """Run one of `benchmarks.steps` by name. Arguments and the answer are plain JSON."""
    given = json.dumps(arguments, default=str)
    return run_process(step, [sys.executable, "-m", "benchmarks.steps", step, given])


def run_process(step: str, command: list[str], *, cwd: Path = ROOT) -> Measured:
    """Run a command that writes one line of JSON with `seconds` last; measure it from outside."""
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
        begun = time.perf_counter()
        process = subprocess.Popen(
            command, cwd=cwd, stdout=out, stderr=err, preexec_fn=on_two_cores
        )
        sampler = _MemorySampler(process.pid)
        sampler.start()
        _, status, usage = os.wait4(process.pid, 0)
        elapsed = time.perf_counter() - begun
        sampler.finish()
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        err.seek(0)
        said, complaint = out.read(), err.read()
    if process.returncode != 0:
        raise StepFailed(f"{step}: {(complaint or said).strip()[-2000:]}")
    answer = json.loads(said.strip().splitlines()[-1])
    return Measured(
        step=step,
        seconds=float(answer.pop("seconds", elapsed)),
        process_seconds=elapsed,
        cpu_seconds=usage.ru_utime + usage.ru_stime,
        peak_mib=max(sampler.peak_bytes, usage.ru_maxrss * 1024) / 2**20,
        answer=answer,
    )


def on_two_cores() -> None:
    allowed = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, allowed[:CORES])


class _MemorySampler(threading.Thread):
    """Adds up the resident memory of a process and all below it, again and again."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self._pid = pid
        self._done = threading.Event()
        self.peak_bytes = 0

    def run(self) -> None:
        while not self._done.wait(SAMPLED_EVERY):
            self.peak_bytes = max(self.peak_bytes, _tree_bytes(self._pid))

    def finish(self) -> None:
        self._done.set()
        self.join()


def _tree_bytes(pid: int) -> int:
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
        children = [
            int(child)
            for task in Path(f"/proc/{pid}/task").iterdir()
            for child in (task / "children").read_text().split()
        ]
    except (OSError, IndexError):  # it ended while we looked
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE") + sum(_tree_bytes(child) for child in children)
