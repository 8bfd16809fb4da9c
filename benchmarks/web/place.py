"""The application as it runs in production: its folder, its settings, its processes."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path

from benchmarks.measuring import ROOT, on_two_cores

PROCESSES = 2  # as docs/how-to/deploy.md says
READY_WITHIN, STOPS_WITHIN, SAMPLED_EVERY = 300.0, 30.0, 0.5
HOST = "localhost"
TICKS = os.sysconf("SC_CLK_TCK")


class NotServed(Exception):
    """The application did not start, or a command of it ended badly."""


@dataclass(frozen=True)
class Place:
    """One installation in a folder of its own: SQLite, no Redis, no second factor, made-up people."""

    folder: Path

    @property
    def environment(self) -> dict[str, str]:
        """Production settings, told by the environment as an installation is."""
        return {
            **{k: v for k, v in os.environ.items() if k not in {"DATABASE_URL", "REDIS_URL"}},
            **self._keys(),
            "DJANGO_SETTINGS_MODULE": "speccomm_web.config.settings.production",
            "SPECCOMM_DATA_DIR": str(self.folder),
            "SPECCOMM_HOSTS": HOST,
            "SPECCOMM_PROXIES": "1",
            "SPECCOMM_SECOND_FACTOR": "no",
            "SPECCOMM_DEMONSTRATION": "yes",
            "PROMETHEUS_MULTIPROC_DIR": str(self.folder / "counts"),
        }

    @property
    def log(self) -> Path:
        return self.folder / "server.log"

    def _keys(self) -> dict[str, str]:
        file = self.folder / "keys.json"
        if not file.exists():
            self.folder.mkdir(parents=True, exist_ok=True)
            names = ("SPECCOMM_SECRET_KEY", "SPECCOMM_AUDIT_KEY")
            file.write_text(json.dumps({name: secrets.token_urlsafe(48) for name in names}))
        kept: dict[str, str] = json.loads(file.read_text())
        return kept

    def command(self, *words: str) -> None:
        """Run one command of `speccomm-web`.

        Raises:  NotServed.
        """
        self.run("-m", "speccomm_web.config.command", *words)

    def run(self, *words: str) -> str:
        """Run Python in this installation and return what it printed.

        Raises:  NotServed.
        """
        done = subprocess.run(
            [sys.executable, *words], cwd=ROOT, env=self.environment, capture_output=True, text=True
        )
        if done.returncode:
            raise NotServed(f"{' '.join(words[:3])}: {done.stderr.strip()[-2000:]}")
        return done.stdout

    def prepare(self) -> None:
        """Tables, organisations, people, runs and static files. Safe to do again."""
        for name in ("store", "web", "runs", "packs"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        self.command("migrate", "--verbosity", "0")
        self.command("createcachetable")
        self.command("prepare_demonstration")
        self.command("collectstatic", "--no-input", "--verbosity", "0")


@dataclass
class Server:
    """The processes of a running installation, and what they have held at most."""

    port: int
    application: int
    worker: int
    peak_shared_once_mib: float = 0.0
    peak_resident_mib: float = 0.0

    def cpu_seconds(self) -> float:
        """Processor seconds of the application's processes so far; the worker is left out."""
        return sum(cpu_seconds(pid) for pid in tree(self.application))


@contextmanager
def served(place: Place, *, port: int | None = None) -> Iterator[Server]:
    """Run the application and one worker on two cores until the block ends.

    Raises:  NotServed where it does not become ready.
    """
    port = port or _free_port()
    counts = place.folder / "counts"
    shutil.rmtree(counts, ignore_errors=True)
    counts.mkdir(parents=True)
    application = [
        "-m", "uvicorn", "speccomm_web.config.asgi:application", "--lifespan", "off",
        "--workers", str(PROCESSES), "--no-access-log", "--port", str(port),
    ]  # fmt: skip
    worker = ["-m", "speccomm_web.config.command", "work"]
    with place.log.open("w") as log:
        started = [
            subprocess.Popen(
                [sys.executable, *words], cwd=ROOT, env=place.environment, stdout=log, stderr=log,
                preexec_fn=on_two_cores,
            )
            for words in (application, worker)
        ]  # fmt: skip
        server = Server(port, started[0].pid, started[1].pid)
        over = threading.Event()
        sampler = threading.Thread(target=_sample, args=(server, over), daemon=True)
        try:
            _wait_until_ready(port, started, place.log)
            sampler.start()
            yield server
        finally:
            over.set()
            for process in started:
                process.terminate()
            for process in started:
                try:
                    process.wait(timeout=STOPS_WITHIN)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()


def tree(pid: int) -> list[int]:
    """A process and all below it."""
    try:
        below = [
            int(child)
            for task in Path(f"/proc/{pid}/task").iterdir()
            for child in (task / "children").read_text().split()
        ]
    except OSError:  # it ended while we looked
        return []
    return [pid, *(each for child in below for each in tree(child))]


def _sample(server: Server, over: threading.Event) -> None:
    while not over.wait(SAMPLED_EVERY):
        held = [_memory(pid) for pid in (*tree(server.application), *tree(server.worker))]
        resident, shared = (sum(one[at] for one in held) / 1024 for at in (0, 1))
        server.peak_resident_mib = max(server.peak_resident_mib, resident)
        server.peak_shared_once_mib = max(server.peak_shared_once_mib, shared)


def _memory(pid: int) -> tuple[int, int]:
    """Resident KiB, and the same with what processes share counted once among them."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]
    except OSError:
        return 0, 0
    said = {line.split(":")[0]: int(line.split()[1]) for line in lines}
    return said["Rss"], said["Pss"]


def cpu_seconds(pid: int) -> float:
    """Processor seconds of one process so far; 0 where there is none."""
    try:
        after = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(after[11]) + int(after[12])) / TICKS


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


def _wait_until_ready(port: int, started: list[subprocess.Popen[bytes]], log: Path) -> None:
    until = time.monotonic() + READY_WITHIN
    while time.monotonic() < until:
        if any(process.poll() is not None for process in started):
            break
        if _answers(port):
            return
        time.sleep(0.2)
    raise NotServed(f"The server did not become ready: {log.read_text()[-2000:]}")


def _answers(port: int) -> bool:
    connection = HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", "/readyz", headers=as_proxied("127.0.0.1"))
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


def as_proxied(address: str) -> Mapping[str, str]:
    """What the proxy in front says of a reader."""
    return {"Host": HOST, "X-Forwarded-Proto": "https", "X-Forwarded-For": address}
