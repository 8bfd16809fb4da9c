"""`speccomm-web serve`: the application and one worker, on this machine."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

import uvicorn
from django.conf import settings
from django.core.management.base import BaseCommand

STOPS_WITHIN = 10  # seconds that open streams and a running task are given to end
WORKER = (sys.executable, "-m", "speccomm_web.config.command", "work")
BEGINS_AFTER = 1.0  # seconds until a worker that ended is begun again


class Command(BaseCommand):
    """For a demonstration or one person's work. In production run uvicorn and `work` apart."""

    help = "Serve the application on localhost, with a worker for background tasks."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--host", default="127.0.0.1")

    def handle(self, *args: Any, **options: Any) -> None:
        # Found where they were compiled, in development; what was collected before is looked for too.
        Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)
        self.stdout.write(f"Open http://{options['host']}:{options['port']}/ (Ctrl+C stops it)")
        with _Worker():
            uvicorn.run(
                "speccomm_web.config.asgi:application",
                host=options["host"],
                port=options["port"],
                lifespan="off",
                log_config=None,
                timeout_graceful_shutdown=STOPS_WITHIN,
            )


class _Worker:
    """A worker in a process of its own, begun again whenever it ends, until this is left."""

    def __init__(self) -> None:
        self._over = threading.Event()
        self._process = self._begin()
        self._thread = threading.Thread(target=self._keep, daemon=True)

    def _begin(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen([*WORKER, "--with-parent", str(os.getpid())])

    def _keep(self) -> None:
        while not self._over.is_set():
            self._process.wait()
            if not self._over.wait(BEGINS_AFTER):
                self._process = self._begin()

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._process.terminate()
        self._thread.join(timeout=STOPS_WITHIN)
        if self._thread.is_alive():
            # Its task commits whole or not at all, and is taken up again.
            self._process.kill()
