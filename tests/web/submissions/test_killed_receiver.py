"""A receiver killed between any two steps loses nothing and receives nothing twice."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from speccomm.warehouse import open_store
from tests.made_up.provider_files import Desk, activities, text_of
from tests.web.submissions.conftest import CALENDAR
from tests.web.submissions.killed_receiver import PREPARE
from tests.web.submissions.mesh import OURS, PASSWORD, RKB_MAILBOX, SHARED_KEY, Mesh

pytestmark = pytest.mark.skipif(
    bool(os.environ.get("DATABASE_URL")), reason="each installation here has records of its own"
)
SCRIPT = Path(__file__).with_name("killed_receiver.py")
KILLED = -9
STEPS = (
    "before the file is whole", "when the file is whole", "before the submission is recorded",
    "before the record is kept", "when the record is kept", "before the message is acknowledged",
    "when the message is acknowledged",
)  # fmt: skip
# Where a file could be lost, and where it could come twice: these two are tried every time.
TELLING = ("before the record is kept", "when the record is kept")
READ = """
SELECT m.message_id, m.stage, m.kept_aside, m.acknowledged_at IS NOT NULL, s.stage, m.told
FROM submissions_mailboxmessage m LEFT JOIN submissions_submission s ON s.id = m.submission_id
"""


@dataclass
class Installation:
    """An application with records, a store and a mailbox of its own, driven by its commands."""

    desk: Desk
    mesh: Mesh
    environment: dict[str, str]

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, *words], env=self.environment, capture_output=True, text=True,
            check=False, cwd=Path(__file__).resolve().parents[3],
        )  # fmt: skip

    def command(self, *words: str) -> str:
        done = self.run("-m", "speccomm_web.config.command", *words)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def killed(self, step: str) -> None:
        done = self.run(str(SCRIPT), step)
        assert done.returncode == KILLED, (step, done.stderr)

    def messages(self) -> dict[str, list[Any]]:
        """What the records hold, read beside the application."""
        file = self.desk.folder / "web" / "records.sqlite3"
        with closing(sqlite3.connect(file)) as records:
            return {row[0]: list(row[1:]) for row in records.execute(READ)}


@pytest.fixture
def installation(mesh: Mesh, tmp_path: Path) -> Installation:
    folder = tmp_path / "installation"
    folder.mkdir()
    desk = Desk(folder, calendar=CALENDAR)
    given = mesh.settings()
    environment = {
        **{key: value for key, value in os.environ.items()
           if not key.startswith("SPECCOMM_") and key not in {"DATABASE_URL", "REDIS_URL"}},
        "DJANGO_SETTINGS_MODULE": "speccomm_web.config.settings.development",
        "SPECCOMM_DATA_DIR": str(folder), "SPECCOMM_ENGINE_MEMORY_MIB": "256",
        "SPECCOMM_LOG_LEVEL": "ERROR", "SPECCOMM_MESH_URL": mesh.url,
        "SPECCOMM_MESH_MAILBOX": OURS, "SPECCOMM_MESH_PASSWORD": PASSWORD,
        "SPECCOMM_MESH_SHARED_KEY": SHARED_KEY, "SPECCOMM_MESH_TABLE": str(given.table_file),
        "SPECCOMM_MESH_CERTIFICATE_FILE": str(given.certificate_file),
        "SPECCOMM_MESH_KEY_FILE": str(given.private_key_file),
        "SPECCOMM_MESH_AUTHORITY_FILE": str(given.authority_file),
        "SPECCOMM_MESH_REPORT_WORKFLOW": "SPECCOMM_OUTCOME",
    }  # fmt: skip
    made = Installation(desk, mesh, environment)
    (folder / "web").mkdir(exist_ok=True)
    prepared = made.run(str(SCRIPT), PREPARE)
    assert prepared.returncode == 0, prepared.stderr
    return made


def body(number: int) -> bytes:
    """A file that is like no other: a later load of the same month with one row more."""
    return text_of("plcm", activities(12 + number)).encode()


@pytest.mark.parametrize("steps", [TELLING, pytest.param(STEPS, marks=pytest.mark.soak)])
def test_whatever_the_step_at_which_it_dies(
    installation: Installation, steps: tuple[str, ...]
) -> None:
    mesh = installation.mesh
    for number, step in enumerate(steps):
        message_id = mesh.send(body(number), name=f"{number}.csv", max_chunk_size=1500)
        installation.killed(step)
        installation.command("receive_from_mesh")
        assert mesh.waiting() == [], step
        found = installation.messages()
        assert found[message_id][:3] == ["sent", False, True], step
        assert len(found) == number + 1, step
    installation.command("work", "--once")
    stages = [row[3] for row in installation.messages().values()]
    assert stages == ["loaded"] * len(steps)
    loads = open_store(installation.desk.store).snapshot().loads().to_pylist()
    assert len(loads) == len(steps)
    assert installation.command("verify_audit").startswith("The audit record is whole")


@pytest.mark.soak
def test_a_file_set_aside_and_an_answer_outlive_it_too(installation: Installation) -> None:
    mesh = installation.mesh
    message_id = mesh.send(b"%PDF-1.7\n", name="wrong.csv")
    installation.killed("before the record of a file set aside is kept")
    assert message_id not in installation.messages()
    assert mesh.waiting() == [message_id]
    installation.killed("when the sender was told")
    assert installation.messages()[message_id][:3] == ["unreadable", True, True]
    installation.command("receive_from_mesh")
    assert mesh.waiting() == []
    assert all(row[4] for row in installation.messages().values())
    marks = [answer["local_id"] for answer in mesh.answers(RKB_MAILBOX)]
    # At least once: the one that was under way came twice, under one mark.
    assert f"{message_id}_unreadable" in marks
    assert len(marks) == len(set(marks)) + 1
