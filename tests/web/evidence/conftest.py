"""A store of made-up evidence that may be written to, and people who read and write it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from django.test import Client
from pytest_django import Settings

from speccomm_web.accounts.models import Organisation
from speccomm_web.accounts.roles import Role
from speccomm_web.runs.library import _library
from tests.web.conftest import MakePerson, SignIn
from tests.web.midlands import Midlands, midlands_in
from tests.web.rendered import told_contexts as told_contexts


@pytest.fixture
def midlands(tmp_path: Path, settings: Settings) -> Iterator[Midlands]:
    made = midlands_in(tmp_path)
    settings.ENVIRONMENT = replace(
        settings.ENVIRONMENT, store_dir=made.store, reference_dir=made.reference,
        uploads_dir=tmp_path / "uploads", data_dir=tmp_path,
    )  # fmt: skip
    _library.cache_clear()
    yield made
    _library.cache_clear()


@pytest.fixture
def region(db: None) -> Organisation:
    return Organisation.objects.create(ods_code="Y60", name="Midlands", kind="region")


@pytest.fixture
def quality(make_person: MakePerson, sign_in: SignIn, region: Organisation) -> Client:
    return sign_in(make_person(Role.QUALITY, email="quality@example.org", at=region))
