"""A small store, a place for packs, and the people who make and read them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from speccomm.activity.areas import Area
from speccomm.jobs import pack as jobs
from speccomm.jobs.pack import PackRequest
from speccomm.jobs.packing.region import RegionReading
from speccomm.publishing.leaving import DrawablePack
from speccomm.publishing.rendering.formats import Format
from speccomm_web.accounts.models import Organisation
from speccomm_web.accounts.roles import Role
from speccomm_web.packs import tasks
from speccomm_web.packs.ledger import ledger_state
from speccomm_web.packs.models import Pack
from speccomm_web.runs import background
from speccomm_web.runs.library import _library
from speccomm_web.runs.models import BackgroundTask
from tests.web.conftest import MakePerson, SignIn
from tests.web.midlands import RECEIVED_AT, Midlands, midlands_to_read
from tests.web.rendered import told_contexts as told_contexts

SECTIONS = ["headlines", "activity", "definitions"]
Ask = Callable[..., Pack]
READ, FACTS, DRAW = tasks.read_pack, jobs.pack_facts, tasks.pack_files
_read: dict[object, Any] = {}
_facts: dict[object, Any] = {}
_drawn: dict[object, Any] = {}


def read_once(request: PackRequest) -> Any:
    """A pack as it is read from the store, kept for the next test that asks for the very same one."""
    releases = ledger_state(request.releases) if request.releases else ""
    asked = replace(request, out=Path(), now=RECEIVED_AT, releases=None)
    key = (asked, releases)
    if key not in _read:
        _read[key] = READ(request)
    return _read[key]


def facts_once(asked: RegionReading, area: Area, *, now: datetime) -> Any:
    """What a pack is made from, kept for the next that differs only in sections, words or readers."""
    snapshot = asked.reading.snapshot
    key = (snapshot.data_paths("plcm"), snapshot.version, snapshot.as_at, asked.reading.day,
           asked.months, asked.places.on, asked.of, asked.evidence_on, area.code)  # fmt: skip
    if repr(key) not in _facts:
        _facts[repr(key)] = FACTS(asked, area, now=now)
    facts, flows = _facts[repr(key)]
    return replace(facts, built_at=now), flows


def draw_once(built: DrawablePack, formats: tuple[Format, ...]) -> Any:
    """The files of a pack that was drawn already; each is kept, so that none takes another's place."""
    key = (id(built), formats)
    if key not in _drawn:
        _drawn[key] = (built, DRAW(built, formats))
    return _drawn[key][1]


@pytest.fixture
def midlands(tmp_path: Path, settings: Settings) -> Iterator[Midlands]:
    made = midlands_to_read()
    settings.ENVIRONMENT = replace(
        settings.ENVIRONMENT, store_dir=made.store, reference_dir=made.reference,
        packs_dir=tmp_path / "packs", runs_dir=tmp_path / "runs", data_dir=tmp_path,
    )  # fmt: skip
    _library.cache_clear()
    yield made
    _library.cache_clear()


def carry_out_all() -> None:
    """Carry out every task that waits, as a worker would."""
    waiting = BackgroundTask.objects.filter(stage=BackgroundTask.Stage.WAITING)
    for task_id in list(waiting.order_by("asked_at").values_list("pk", flat=True)):
        background.carry_out.call(str(task_id))


def place(code: str, kind: str) -> Organisation:
    made, _ = Organisation.objects.get_or_create(
        ods_code=code, defaults={"name": code, "kind": kind}
    )
    return made


@pytest.fixture
def people(make_person: MakePerson, sign_in: SignIn) -> dict[str, Client]:
    """Clients of people by a word for each."""
    wanted = {
        "analyst": (Role.ANALYST, place("Y60", "region"), None),
        "quality": (Role.QUALITY, place("QWU", "icb"), None),
        "board": (Role.BOARD_MEMBER, place("QWU", "icb"), None),
        "elsewhere": (Role.ANALYST, place("QJ2", "icb"), None),
        "narrow": (Role.ANALYST, place("QWU", "icb"), ["NCBPS01C"]),
        "network": (Role.NETWORK_MANAGER, place("Y60", "region"), None),
    }
    return {
        word: sign_in(make_person(role, email=f"{word}@example.org", at=at, services=services))
        for word, (role, at, services) in wanted.items()
    }


@pytest.fixture
def ask(midlands: Midlands, people: dict[str, Client], monkeypatch: pytest.MonkeyPatch) -> Ask:
    """Ask for a pack as the analyst and let it be built."""

    # Within a test's transaction no second connection can say that the worker is alive.
    monkeypatch.setattr(background, "ALIVE_EVERY", 3600.0)
    monkeypatch.setattr(jobs, "pack_facts", facts_once)
    monkeypatch.setattr(tasks, "read_pack", read_once)
    monkeypatch.setattr(tasks, "pack_files", draw_once)

    def asked(audience: str = "internal", **changes: object) -> Pack:
        answer = people["analyst"].post(
            "/packs/ask",
            {"area": "QWU", "from_month": "2023-04", "to_month": "2023-12", "audience": audience,
             "sections": SECTIONS, "formats": ["xlsx"], **changes},
        )  # fmt: skip
        assert answer.status_code == 302, answer.context["form"].errors
        carry_out_all()
        return Pack.objects.latest("pk")

    return asked
