"""A real store, key and reference folder, people on both sides, and ways to send files."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django import Settings

from speccomm_web.accounts.models import Organisation
from speccomm_web.accounts.roles import Role
from speccomm_web.runs import background
from speccomm_web.runs.models import BackgroundTask
from speccomm_web.submissions.mailbox.looking import Look, look_into_mailbox
from speccomm_web.submissions.mailbox.settings import MailboxSettings
from speccomm_web.submissions.models import Submission
from tests.made_up.provider_files import Desk, activities, made, text_of
from tests.web.conftest import MakePerson, SignIn
from tests.web.submissions.mesh import Mesh

CALENDAR = (
    "financial_year,financial_month,flex_submission_date,flex_inclusion_date,"
    "freeze_submission_date,freeze_inclusion_date,source\n"
    "2023-24,9,2024-01-18,2024-01-22,2024-02-15,2024-02-19,made up for the tests\n"
    "2023-24,10,2024-02-15,2024-02-19,2024-03-14,2024-03-18,made up for the tests\n"
)
EARLIER = datetime(2024, 1, 20, 9, 0, tzinfo=UTC)
Send = Callable[..., Any]


@pytest.fixture(scope="session")
def first_desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """A desk whose store holds an earlier load of two providers; copied for each test."""
    desk = Desk(tmp_path_factory.mktemp("desk"), calendar=CALENDAR)
    own = desk.file("earlier_RKB.csv", "plcm", activities(12))
    other = desk.file(
        "earlier_RRK.csv", "plcm", activities(5, provider_code="RRK", site_code="RRK01")
    )
    desk.load(own, other, at=EARLIER)
    return desk


@pytest.fixture
def desk(first_desk: Desk, tmp_path: Path, settings: Settings) -> Desk:
    """A copy of the store for one test, which the application reads and writes."""
    for name in ("store", "reference"):
        shutil.copytree(first_desk.folder / name, tmp_path / name)
    shutil.copy(first_desk.key_file, tmp_path / "key")
    settings.ENVIRONMENT = replace(
        settings.ENVIRONMENT, data_dir=tmp_path, store_dir=tmp_path / "store",
        reference_dir=tmp_path / "reference", runs_dir=tmp_path / "runs",
        packs_dir=tmp_path / "packs", uploads_dir=tmp_path / "uploads",
        key_file=tmp_path / "key", engine_memory_mib=256, engine_threads=1,
    )  # fmt: skip
    desk = object.__new__(Desk)
    desk.folder, desk.store = tmp_path, tmp_path / "store"
    desk.reference, desk.key_file = tmp_path / "reference", tmp_path / "key"
    return desk


@pytest.fixture(autouse=True)
def _no_second_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    """A sign of life comes from another connection, which a test's transaction would keep waiting."""
    monkeypatch.setattr(background, "ALIVE_EVERY", 3600.0)


@pytest.fixture
def own(db: None) -> Organisation:
    return Organisation.objects.create(ods_code="RKB", name="Own trust", kind="provider")


@pytest.fixture
def other(db: None) -> Organisation:
    return Organisation.objects.create(ods_code="RRK", name="Other trust", kind="provider")


@pytest.fixture
def region(db: None) -> Organisation:
    return Organisation.objects.create(ods_code="Y60", name="A region", kind="region")


@pytest.fixture
def home_icb(db: None) -> Organisation:
    return Organisation.objects.create(ods_code="QWU", name="An ICB of the map", kind="icb")


@pytest.fixture
def submitter(make_person: MakePerson, sign_in: SignIn, own: Organisation) -> Client:
    return sign_in(make_person(Role.PROVIDER_SUBMITTER, at=own, email="own@example.org"))


@pytest.fixture
def other_submitter(make_person: MakePerson, sign_in: SignIn, other: Organisation) -> Client:
    return sign_in(make_person(Role.PROVIDER_SUBMITTER, at=other, email="other@example.org"))


@pytest.fixture
def analyst(make_person: MakePerson, sign_in: SignIn, region: Organisation) -> Client:
    return sign_in(make_person(Role.ANALYST, at=region, email="analyst@example.org"))


@pytest.fixture
def contracts(make_person: MakePerson, sign_in: SignIn, home_icb: Organisation) -> Client:
    person = make_person(Role.CONTRACT_AND_FINANCE, at=home_icb, email="contracts@example.org")
    return sign_in(person)


@pytest.fixture
def administrator(make_person: MakePerson, sign_in: SignIn) -> Client:
    return sign_in(make_person(Role.ADMINISTRATOR, email="administrator@example.org"))


@pytest.fixture(scope="session")
def running_mesh(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mesh]:
    """One MESH for every test of this process."""
    mesh = Mesh(tmp_path_factory.mktemp("mesh"))
    mesh.start()
    yield mesh
    mesh.stop()


@pytest.fixture
def mesh(running_mesh: Mesh) -> Mesh:
    """MESH without a message."""
    running_mesh.empty()
    return running_mesh


@pytest.fixture
def mailbox(mesh: Mesh, desk: Desk, settings: Settings) -> MailboxSettings:
    """The application set up to receive from the mailbox."""
    given = mesh.settings()
    settings.ENVIRONMENT = replace(settings.ENVIRONMENT, mailbox=given)
    return given


def csv_body(count: int = 12, *, dataset: str = "plcm", **changes: str) -> bytes:
    """A file as a provider's system would send it."""
    return text_of(dataset, activities(count, **changes)).encode()


def receive(given: MailboxSettings) -> Look:
    """Look into the mailbox once."""
    return look_into_mailbox(given, again_in=None, stopped=lambda: False)


def csv_file(name: str, dataset: str, rows: Sequence[Any]) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, text_of(dataset, rows).encode(), content_type="text/csv")


def faulty(count: int = 4) -> list[dict[str, str]]:
    """Rows of which the last names a point of delivery that does not exist."""
    return [*activities(count), made("plcm", pod_code="NO-SUCH", cds_unique_identifier="C-bad")]


def send(client: Client, *files: SimpleUploadedFile, **more: str) -> Any:
    """Send files as the page does."""
    fields = {"provider": "RKB", "purpose": "check", "dataset": "", "complete": "yes", **more}
    return client.post("/submissions/send", {"files": list(files), **fields})


def carried_out() -> Submission:
    """What became of the newest submission once everything in the queue was carried out."""
    waiting = BackgroundTask.objects.filter(stage=BackgroundTask.Stage.WAITING)
    for task_id in list(waiting.order_by("asked_at").values_list("pk", flat=True)):
        background.carry_out.func(str(task_id))
    return Submission.objects.latest("id")
