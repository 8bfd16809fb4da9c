"""`speccomm-web serve`: the application and one worker, on this machine."""

from __future__ import annotations

import subprocess
import sys
from argparse import ArgumentParser
from typing import Any

import uvicorn
from django.core.management.base import BaseCommand

STOPS_WITHIN = 10  # seconds that open streams and a running task are given to end


class Command(BaseCommand):
    """For a demonstration or one person's work. In production run uvicorn and `work` apart."""

    help = "Serve the application on localhost, with a worker for background tasks."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--host", default="127.0.0.1")

    def handle(self, *args: Any, **options: Any) -> None:
        worker = subprocess.Popen([sys.executable, "-m", "speccomm_web.config.command", "work"])
        self.stdout.write(f"Open http://{options['host']}:{options['port']}/ (Ctrl+C stops it)")
        try:
            uvicorn.run(
                "speccomm_web.config.asgi:application",
                host=options["host"],
                port=options["port"],
                lifespan="off",
                log_config=None,
                timeout_graceful_shutdown=STOPS_WITHIN,
            )
        finally:
            worker.terminate()
            worker.wait(timeout=STOPS_WITHIN)
