"""The application in processes of its own, and a person who visits it over HTTP without a browser."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import httpx

from speccomm_web.config.demonstration import PASSWORD

PATIENCE = 240.0  # seconds: the machine may be busy with other tests
ONE_BY_ONE = httpx.Limits(max_keepalive_connections=0)  # no connection is left open
COMMAND = [sys.executable, "-m", "speccomm_web.config.command"]


def until(true: Callable[[], object], what: str, *, patience: float = PATIENCE) -> None:
    """Wait until something is true, and fail saying what never was."""
    latest = time.monotonic() + patience
    while not true():
        assert time.monotonic() < latest, f"never happened: {what}"
        time.sleep(0.1)


def environment_of(folder: Path, **more: str) -> dict[str, str]:
    """The environment of an installation in a folder, with a database of its own."""
    kept = {
        key: value
        for key, value in os.environ.items()
        if not key.startswith("SPECCOMM_") and key != "DJANGO_SETTINGS_MODULE"
    }
    if address := kept.get("DATABASE_URL", ""):
        kept["DATABASE_URL"] = own_database(address)
    return {
        **kept,
        "DJANGO_SETTINGS_MODULE": "speccomm_web.config.settings.development",
        "SPECCOMM_DATA_DIR": str(folder), "SPECCOMM_DEMONSTRATION": "yes",
        "SPECCOMM_SECOND_FACTOR": "no", "SPECCOMM_LOG_LEVEL": "INFO",
        "SPECCOMM_ENGINE_MEMORY_MIB": "256", "SPECCOMM_ENGINE_THREADS": "1",
        **more,
    }  # fmt: skip


def own_database(address: str) -> str:
    """A new empty database beside the one that was given."""
    import psycopg

    name = f"own_{os.getpid()}_{time.monotonic_ns()}"
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"'.encode())
    return urlunsplit(urlsplit(address)._replace(path=f"/{name}"))


def command(environment: dict[str, str], *words: str, fails: bool = False) -> str:
    """Run a management command and return what it prints."""
    done = subprocess.run(
        [*COMMAND, *words], env=environment, capture_output=True, text=True, check=False
    )
    assert (done.returncode != 0) == fails, done.stderr
    return done.stdout + done.stderr


@dataclass
class Server:
    """`speccomm-web serve` on a port."""

    process: subprocess.Popen[bytes]
    address: str
    log: Path

    def workers(self) -> list[int]:
        """The processes that the server began, from whichever of its threads."""
        threads = Path(f"/proc/{self.process.pid}/task").glob("*/children")
        return [int(pid) for children in threads for pid in children.read_text().split()]

    def kill(self) -> None:
        """End the server as a machine does that runs out of memory: without a word."""
        self.process.kill()
        self.process.wait()


@contextmanager
def serving(folder: Path, environment: dict[str, str]) -> Iterator[Server]:
    """Serve until left. Its log is in the folder."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = folder / f"server-{port}.log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            [*COMMAND, "serve", "--port", str(port)], env=environment, stdout=out, stderr=out
        )
    server = Server(process, f"http://127.0.0.1:{port}", log)
    try:
        until(lambda: answers(server.address), "the server answers")
        yield server
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
        process.wait(timeout=60)


def answers(address: str) -> bool:
    """Whether a server answers at an address."""
    try:
        return httpx.get(f"{address}/healthz", timeout=5).status_code == 200
    except httpx.TransportError:
        return False


@dataclass
class Visitor:
    """Somebody who reads pages and sends forms."""

    address: str
    client: httpx.Client = field(
        default_factory=lambda: httpx.Client(timeout=PATIENCE, limits=ONE_BY_ONE)
    )

    def page(self, path: str) -> str:
        """A page, as it reads after what redirects to it."""
        answer = self.client.get(self.address + path, follow_redirects=True)
        assert answer.status_code == 200, (path, answer.status_code)
        return answer.text

    def token(self, path: str) -> str:
        """The form token of a page."""
        found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', self.page(path))
        assert found, f"no form on {path}"
        return found[1]

    def sign_in(self, word: str) -> Visitor:
        """Sign in as one of the people of the demonstration."""
        told = {"login": f"{word}@demonstration.example", "password": PASSWORD}
        answer = self.post("/account/sign-in", told)
        assert answer.status_code == 302, answer.text
        return self

    def post(self, path: str, fields: dict[str, str], **more: object) -> httpx.Response:
        """Send a form of a page."""
        said = {"csrfmiddlewaretoken": self.token(path), **fields}
        return self.client.post(self.address + path, data=said, **more)  # type: ignore[arg-type]
