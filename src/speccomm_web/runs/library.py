"""The one way from the web to the library: where its folders are, and how to open them.

Actions, queries and tasks ask here; views do not.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from speccomm.foundation.errors import Refusal
from speccomm.jobs.reading import Reading, open_for_reading
from speccomm.jobs.settings import EngineSettings
from speccomm.warehouse import open_store

__all__ = ["Library", "Reading", "Refusal", "library"]


@dataclass(frozen=True)
class Library:
    """Where the store and its companions are, and how much of the machine a question may use."""

    store: Path
    reference: Path | None
    runs: Path
    packs: Path
    uploads: Path
    figures: Path
    key_file: Path
    engine: EngineSettings

    def store_version(self) -> int | None:
        """The newest version of the store, or None where there is no store yet."""
        try:
            return open_store(self.store).version
        except Refusal:
            return None

    @contextmanager
    def reading(
        self, *, as_at: datetime | None = None, version: int | None = None
    ) -> Iterator[Reading]:
        """The store, reference and engine opened for a question, and closed after it.

        Raises:  as `speccomm.jobs.reading.open_for_reading`.
        """
        with open_for_reading(
            store=self.store,
            reference=self.reference,
            as_at=as_at,
            version=version,
            now=timezone.now(),
            engine=self.engine,
        ) as opened:
            yield opened

    def new_run(self, command: str, **facts: object) -> Path:
        """A folder for a new run, named for its question and moment so that no two meet."""
        said = json.dumps([str(timezone.now()), facts], sort_keys=True, default=str)
        mark = hashlib.sha256(said.encode()).hexdigest()[:8]
        return self.runs / f"{timezone.now():%Y%m%dT%H%M%SZ}-{command}-{mark}"


def library() -> Library:
    """The library as the settings place it."""
    return _library(settings.ENVIRONMENT)


@cache
def _library(environment: object) -> Library:
    given = settings.ENVIRONMENT
    reference = given.reference_dir if given.reference_dir.is_dir() else None
    return Library(
        store=given.store_dir,
        reference=reference,
        runs=given.runs_dir,
        packs=given.packs_dir,
        uploads=given.uploads_dir,
        figures=given.data_dir / "web" / "figures",
        key_file=given.key_file,
        engine=EngineSettings(
            memory_limit_mib=given.engine_memory_mib,
            threads=given.engine_threads,
            temp_directory=given.data_dir / "web" / "spill",
        ),
    )
