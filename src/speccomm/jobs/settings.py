"""Settings of the engine, given once by the command line and handed down."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class EngineSettings:
    """How much of the machine a job may use.

    `memory_limit_mib` bounds what the engine holds before it spills to `temp_directory` (None: the
    engine's own choice beside the data).
    """

    memory_limit_mib: int = 2048
    threads: int = 2
    temp_directory: Path | None = None
