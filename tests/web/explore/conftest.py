"""A small store of made-up contract monitoring, loaded as any other, for the pages that explore."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import caches

from speccomm.engines import open_duckdb
from speccomm.jobs.keys import NewKeyRequest, new_key
from speccomm.jobs.load import LoadRequest, load
from speccomm.synthetic import generate
from speccomm_web.accounts.models import Organisation, Person
from speccomm_web.accounts.roles import Role
from tests.web.conftest import MakePerson

SCALE = 0.003
NOW = datetime(2024, 1, 19, 9, tzinfo=UTC)


@dataclass(frozen=True)
class Loaded:
    """Where the store and its reference are, and files that another load could bring."""

    store: Path
    reference: Path
    key_file: Path
    earlier: tuple[Path, ...]


@pytest.fixture(scope="session")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Loaded:
    """The synthetic Midlands at small scale, loaded once for the session."""
    return made_and_loaded(tmp_path_factory.mktemp("explore"))


def made_and_loaded(folder: Path) -> Loaded:
    """Make submissions and reference in a folder, and load them into its store."""
    engine = open_duckdb(
        memory_limit_mib=1024,
        threads=2,
        temp_directory=folder / "spill",
        preserve_insertion_order=True,
    )
    generated = generate(engine, folder, scale=SCALE, seed=2324)
    engine.disconnect()
    new_key(NewKeyRequest(folder / "key"))
    load(
        LoadRequest(
            files=generated.files,
            store=folder / "store",
            reference=generated.reference,
            key_file=folder / "key",
            received_at=NOW,
            now=NOW,
            command="",
        )
    )
    return Loaded(folder / "store", generated.reference, folder / "key", tuple(generated.earlier))


@pytest.fixture
def store(loaded: Loaded, settings: Any) -> Iterator[Loaded]:
    """The settings with the small store in place."""
    settings.ENVIRONMENT = replace(
        settings.ENVIRONMENT, store_dir=loaded.store, reference_dir=loaded.reference
    )
    from speccomm_web.runs.library import _library

    _library.cache_clear()
    caches["answers"].clear()
    yield loaded
    _library.cache_clear()


def organisation(code: str, kind: str) -> Organisation:
    made, _ = Organisation.objects.get_or_create(
        ods_code=code, defaults={"name": code, "kind": kind}
    )
    return made


@pytest.fixture
def analyst(make_person: MakePerson) -> Person:
    """An analyst of Coventry and Warwickshire ICB."""
    return make_person(Role.ANALYST, email="analyst@example.org", at=organisation("QWU", "icb"))


@pytest.fixture
def submitter(make_person: MakePerson) -> Person:
    """A data submitter of University Hospitals Coventry and Warwickshire."""
    return make_person(
        Role.PROVIDER_SUBMITTER, email="submitter@example.org", at=organisation("RKB", "provider")
    )


@pytest.fixture
def board(make_person: MakePerson) -> Person:
    """A board member of the same ICB."""
    return make_person(Role.BOARD_MEMBER, email="board@example.org", at=organisation("QWU", "icb"))
