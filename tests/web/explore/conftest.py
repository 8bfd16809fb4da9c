"""A small store of made-up contract monitoring, loaded as any other, for the pages that explore."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import caches

from speccomm_web.accounts.models import Organisation, Person
from speccomm_web.accounts.roles import Role
from tests.web.conftest import MakePerson
from tests.web.midlands import RECEIVED_AT, earlier_files, loaded_to_read

NOW = RECEIVED_AT


@dataclass(frozen=True)
class Loaded:
    """Where the store and its reference are, and files that another load could bring."""

    store: Path
    reference: Path
    key_file: Path
    earlier: tuple[Path, ...]


@pytest.fixture(scope="session")
def loaded() -> Loaded:
    """The synthetic Midlands at small scale, loaded once and only read here."""
    made = loaded_to_read()
    return Loaded(made.store, made.reference, made.reference.parent / "key", earlier_files())


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
