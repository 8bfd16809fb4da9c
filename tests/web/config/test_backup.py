"""Backup and restore, rehearsed: made while a load goes on, put back elsewhere, and looked at."""

from __future__ import annotations

import json
import re
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection

from speccomm.warehouse import open_store
from speccomm_web.config.backup import records
from speccomm_web.config.backup.manifest import (
    BackupRefused,
    Manifest,
    audit_mark,
    copied,
    new_folder,
    read_manifest,
    refuse_damaged,
    write_manifest,
)
from speccomm_web.config.backup.putting_back import checked_backup
from tests.made_up.provider_files import Desk, activities
from tests.web.midlands import RECEIVED_AT, midlands_in
from tests.web.serving import (
    Visitor,
    command,
    environment_of,
    own_database,
    serving,
    until,
)

KEYS = {
    "SPECCOMM_SECRET_KEY": "only-for-this-rehearsal-0123456789-abcdefghijklmnop",
    "SPECCOMM_AUDIT_KEY": "only-for-this-rehearsal-9876543210-ponmlkjihgfedcba",
}
PACK = {
    "area": "QWU", "from_month": "2023-12", "to_month": "2023-12", "audience": "internal",
    "sections": ["headlines", "activity"], "formats": ["xlsx"],
}  # fmt: skip
Seen = dict[str, tuple[str, bytes]]  # by address: who looks, and what they see


def few_rows(folder: Path, environment: dict[str, str]) -> None:
    """People, and a store of one provider's month."""
    command(environment, "prepare_demonstration")
    desk = Desk(folder)
    desk.load(desk.file("month.csv", "plcm", activities(12)))


def midlands(folder: Path, environment: dict[str, str]) -> None:
    """The small Midlands with its own key, laid out as an installation has it, and people."""
    made = midlands_in(folder)
    shutil.copytree(made.reference, folder / "reference")
    shutil.copy(made.reference.parent / "key", folder / "key")
    command(environment, "prepare_demonstration")


def month_and_challenge(address: str) -> Seen:
    """A month as it stands, and a challenge of it with a sentence of its own."""
    contracts = Visitor(address).sign_in("contracts")
    place = "/submissions/slices/plcm/RKB/2023-24/9"
    raised = contracts.post(
        f"{place}/challenge",
        {"commissioner": "Y60", "reason": "duplicate", "says": "Sent twice.", "at_stake_gbp": "1"},
    )
    assert raised.status_code == 302, raised.text
    challenge = str(raised.headers["Location"])
    assert "Sent twice." in contracts.page(challenge)
    return {path: ("contracts", seen(contracts, path)) for path in (place, challenge)}


def pack_and_figures(address: str) -> Seen:
    """A published pack, and the figures of an explored question of months that stay."""
    asked = Visitor(address).sign_in("analyst").post("/packs/ask", PACK)
    assert asked.status_code == 302, asked.text
    place, quality = str(asked.headers["Location"]), Visitor(address).sign_in("quality")
    until(lambda: f"{place}/approve" in quality.page(place), "the pack was built")
    for act in ("approve", "publish"):
        version = re.search(r'name="version" value="(\d+)"', quality.page(place))
        assert version
        done = quality.client.post(
            f"{address}{place}/{act}",
            data={"csrfmiddlewaretoken": quality.token(place), "version": version[1]},
        )
        assert done.status_code == 302
    board = Visitor(address).sign_in("board")
    book = re.search(r'href="(/packs/published/[^"]+\.xlsx)"', board.page(place))
    assert book, "the pack was published"
    flows = "/explore/flows?place=QWU&from=2023-04&to=2023-11"
    analyst = Visitor(address).sign_in("analyst")
    assert len(re.findall("£", analyst.page(flows))) > 10
    found = {flows: ("analyst", seen(analyst, flows)), book[1]: ("board", seen(board, book[1]))}
    return found | month_and_challenge(address)


def seen(visitor: Visitor, path: str) -> bytes:
    """What somebody sees, without what is made anew for each answer or tells of the store."""
    answer = visitor.client.get(visitor.address + path)
    assert answer.status_code == 200, path
    if "text/html" not in answer.headers["Content-Type"]:
        return answer.content
    main = re.search(r"<main.*</main>", answer.text, re.DOTALL)
    assert main, path
    said = re.sub(r'(nonce|value)="[^"]*"|version \d+|<time.*?</time>', "", main[0])
    return re.sub(r"\d{1,2}:\d\d(am|pm)?", "", said).encode()


@pytest.mark.parametrize(
    ("made", "look"),
    [
        pytest.param(few_rows, month_and_challenge, id="few rows"),
        pytest.param(midlands, pack_and_figures, id="midlands", marks=pytest.mark.soak),
    ],
)
def test_what_was_backed_up_during_a_load_is_the_same_elsewhere(
    tmp_path: Path, made: Callable[[Path, dict[str, str]], None], look: Callable[[str], Seen]
) -> None:
    here, there, backup = tmp_path / "here", tmp_path / "there", tmp_path / "backup"
    for folder in (here, there):
        folder.mkdir()
    environment = environment_of(here, **KEYS)
    made(here, environment)
    before = open_store(here / "store").version
    with serving(here, environment) as server:
        expected = look(server.address)
        with loading(here) as loads:
            told = command(environment, "back_up", "--to", str(backup))
    assert loads
    assert "KEYS ARE NOT IN IT" in told
    assert not (backup / "keys").exists()
    said = json.loads((backup / "backup.json").read_text())
    assert before < said["store_version"] <= open_store(here / "store").version
    shutil.rmtree(here / "store")
    shutil.copy(here / "key", there / "key")
    elsewhere = moved(environment, there)
    told = command(elsewhere, "restore", "--from", str(backup))
    assert f"opens at version {said['store_version']}" in told
    assert "The audit record is whole" in command(elsewhere, "verify_audit")
    with serving(there, elsewhere) as server:
        people = {who: Visitor(server.address).sign_in(who) for who, _ in expected.values()}
        for path, (who, content) in expected.items():
            assert seen(people[who], path) == content, path
    again = command(elsewhere, "restore", "--from", str(backup), fails=True)
    assert "There is something here already" in again


def moved(environment: dict[str, str], folder: Path) -> dict[str, str]:
    """The same installation in another folder and another empty database."""
    there = {**environment, "SPECCOMM_DATA_DIR": str(folder)}
    if "DATABASE_URL" in there:
        there["DATABASE_URL"] = own_database(there["DATABASE_URL"])
    return there


@contextmanager
def loading(here: Path) -> Iterator[list[str]]:
    """Load into the store again and again until left; the loads that were kept, as they are."""
    desk = object.__new__(Desk)
    desk.folder, desk.store = here, here / "store"
    desk.reference, desk.key_file = here / "reference", here / "key"
    over, kept, failed = threading.Event(), list[str](), list[BaseException]()

    def load() -> None:
        try:
            while not over.is_set():
                rows = activities(30 + len(kept), provider_code="RRK", site_code="RRK01")
                file = desk.file(f"during-{len(kept)}.csv", "plcm", rows)
                desk.load(file, at=RECEIVED_AT + timedelta(days=1, minutes=len(kept)))
                kept.append(file.name)
        except BaseException as problem:  # noqa: BLE001 - told to the test, in its own thread
            failed.append(problem)

    thread = threading.Thread(target=load)
    thread.start()
    try:
        until(lambda: kept or failed, "a load was kept")
        yield kept
    finally:
        over.set()
        thread.join()
    assert not failed, failed


@pytest.fixture
def backup(tmp_path: Path) -> Path:
    """A backup of one file, as its manifest describes it."""
    folder = tmp_path / "backup"
    hashes = {"runs/one/a.csv": copied(Path(__file__), folder / "runs" / "one" / "a.csv")}
    manifest = Manifest(
        "2026-01-01T00:00:00+00:00", "1.0", connection.vendor, audit_mark(), [], {}, None, None,
        with_keys=False, files=hashes,
    )  # fmt: skip
    write_manifest(folder, manifest)
    return folder


def damaged(folder: Path) -> None:
    (folder / "runs/one/a.csv").write_bytes(b"something else")


def shortened(folder: Path) -> None:
    (folder / "runs/one/a.csv").unlink()


def added_to(folder: Path) -> None:
    (folder / "runs/one/b.csv").write_text("planted")


def unfinished(folder: Path) -> None:
    (folder / "backup.json").unlink()


def told(folder: Path, **facts: object) -> None:
    said = json.loads((folder / "backup.json").read_text())
    (folder / "backup.json").write_text(json.dumps(said | facts))


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (damaged, "not as it was"),
        (shortened, "is missing"),
        (added_to, "added to"),
        (unfinished, "no finished backup"),
        (lambda folder: told(folder, format=2), "has format 2"),
        (lambda folder: told(folder, files=3, other=1), "no finished backup"),
        (lambda folder: told(folder, vendor="oracle"), "same kind"),
        (lambda folder: told(folder, audit_mark="0"), "another audit key"),
        (lambda folder: told(folder, migrations=["accounts.9999_later"]), "later release"),
    ],
)
def test_a_backup_that_is_not_whole_or_not_ours_is_refused(
    backup: Path, spoil: Callable[[Path], None], says: str
) -> None:
    refuse_damaged(backup, read_manifest(backup))
    spoil(backup)
    with pytest.raises(BackupRefused, match=says):
        checked_backup(backup)


def test_a_backup_is_made_in_a_folder_of_its_own(backup: Path) -> None:
    with pytest.raises(BackupRefused, match="is not empty"), new_folder(backup, shutil.rmtree):
        raise AssertionError
    refuse_damaged(backup, read_manifest(backup))


def test_without_the_programs_of_postgresql_it_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(records.shutil, "which", lambda _: None)
    monkeypatch.setattr(records, "POSTGRESQL", Path("/nowhere"))
    with pytest.raises(BackupRefused, match="postgresql-client"):
        records._program("pg_dump")
