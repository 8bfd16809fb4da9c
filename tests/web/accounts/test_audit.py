"""The audit chain: complete, in order, and any tampering is found."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, connections, transaction

from speccomm_web.accounts import audit_guard
from speccomm_web.accounts.audit import NotInTransaction, record_audit, verify_chain
from speccomm_web.accounts.models import AuditEntry, AuditHead
from speccomm_web.accounts.viewer import NOBODY

ENTRY = "accounts_auditentry"


def add(count: int) -> None:
    for number in range(count):
        with transaction.atomic():
            record_audit(
                viewer=NOBODY, act="saw_records", subject_kind="slice", subject=f"plcm {number}",
                details={"row_count": number},
            )  # fmt: skip


@pytest.fixture
def chain(db: None) -> None:
    add(5)


@pytest.fixture
def unguarded(chain: None) -> Iterator[None]:
    """Someone who owns the database: the triggers are gone."""
    audit_guard.take_down(connection)
    yield
    audit_guard.put_up(connection)


def execute(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)


def sentences() -> list[str]:
    return [fault.sentence for fault in verify_chain().faults]


def test_a_chain_as_it_was_made_is_whole(chain: None) -> None:
    found = verify_chain()
    assert (found.entry_count, found.faults, found.head.sequence) == (5, (), 5)


@pytest.mark.django_db
def test_no_entry_at_all_is_whole() -> None:
    assert verify_chain().faults == ()


@pytest.mark.django_db
def test_an_entry_without_a_transaction_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    outside = SimpleNamespace(in_atomic_block=False)
    monkeypatch.setattr("speccomm_web.accounts.audit.connection", outside)
    with pytest.raises(NotInTransaction):
        record_audit(viewer=NOBODY, act="x", subject_kind="x", subject="x")


def test_an_act_that_fails_leaves_no_entry(chain: None) -> None:
    class Failed(Exception):
        pass

    def fails() -> None:
        with transaction.atomic():
            record_audit(viewer=NOBODY, act="x", subject_kind="x", subject="x")
            raise Failed

    with pytest.raises(Failed):
        fails()
    assert AuditEntry.objects.count() == 5
    add(1)
    assert sentences() == []


@pytest.mark.parametrize(
    "sql",
    [
        f"UPDATE {ENTRY} SET subject = 'another' WHERE sequence = 3",
        f"UPDATE {ENTRY} SET sequence = 9 WHERE sequence = 5",
        f"DELETE FROM {ENTRY} WHERE sequence = 5",
        f"DELETE FROM {ENTRY}",
    ],
)
def test_the_database_refuses_to_change_an_entry(chain: None, sql: str) -> None:
    with pytest.raises(DatabaseError, match="never changed or deleted"), transaction.atomic():
        execute(sql)
    assert sentences() == []


@pytest.mark.parametrize(
    "column", ["subject", "act", "person_name", "details", "at", "previous_hash", "hash"]
)
def test_a_changed_entry_is_found(unguarded: None, column: str) -> None:
    value = {"details": json.dumps({"row_count": 7}), "at": "2020-01-01 00:00:00+00:00"}
    with connection.cursor() as cursor:
        changed = value.get(column, "0" * 64)
        cursor.execute(f"UPDATE {ENTRY} SET {column} = %s WHERE sequence = 3", [changed])
    assert sentences()


def test_a_deleted_entry_in_the_middle_is_found(unguarded: None) -> None:
    execute(f"DELETE FROM {ENTRY} WHERE sequence = 3")
    assert "1 entries before this one are missing." in sentences()


def test_the_last_entry_deleted_is_found(unguarded: None) -> None:
    execute(f"DELETE FROM {ENTRY} WHERE sequence = 5")
    assert sentences() == ["The head counts 5 entries, and the last one here is 4."]


def test_the_last_entry_deleted_and_the_head_set_back_is_found(unguarded: None) -> None:
    execute(f"DELETE FROM {ENTRY} WHERE sequence = 5")
    last = AuditEntry.objects.get(sequence=4)
    AuditHead.objects.update(sequence=4, hash=last.hash)
    assert sentences() == ["The head of the chain is not what was sealed."]


def test_everything_deleted_is_found(unguarded: None) -> None:
    execute(f"DELETE FROM {ENTRY}")
    assert sentences()


def test_the_head_deleted_is_found(chain: None) -> None:
    AuditHead.objects.all().delete()
    assert sentences() == ["The head of the chain is missing."]


def test_two_entries_exchanged_are_found(unguarded: None) -> None:
    for sql in ("SET sequence = 99 WHERE sequence = 2", "SET sequence = 2 WHERE sequence = 3",
                "SET sequence = 3 WHERE sequence = 99"):  # fmt: skip
        execute(f"UPDATE {ENTRY} {sql}")
    assert len(sentences()) >= 2


def test_an_entry_put_in_without_the_key_is_found(unguarded: None) -> None:
    last = AuditEntry.objects.get(sequence=5)
    last.sequence, last.previous_hash, last.hash = 6, last.hash, "f" * 64
    last.save(force_insert=True)
    assert sentences()


def test_the_whole_record_put_back_to_an_earlier_state_is_found(
    unguarded: None, tmp_path: Path
) -> None:
    """Entries, head and seal of an earlier time fit each other: only the anchor tells."""
    earlier = AuditHead.objects.get()
    add(1)
    anchor = tmp_path / "anchor"
    call_command("verify_audit", anchor=anchor)
    execute(f"DELETE FROM {ENTRY} WHERE sequence = 6")
    earlier.save()
    assert sentences() == []
    with pytest.raises(CommandError, match="1 faults"):
        call_command("verify_audit", anchor=anchor)


def test_the_command_says_that_the_record_is_whole(
    chain: None, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    call_command("verify_audit", anchor=tmp_path / "anchor")
    add(2)
    call_command("verify_audit", anchor=tmp_path / "anchor")
    assert "whole: 7 entries" in capsys.readouterr().out


@pytest.mark.django_db(transaction=True)
def test_many_at_once_make_one_chain() -> None:
    """Threads with connections of their own, as requests have."""
    faults: list[BaseException] = []

    def many() -> None:
        try:
            add(10)
        except BaseException as fault:  # noqa: BLE001 - told by the test below
            faults.append(fault)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=many) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    try:
        found = verify_chain()
        assert faults == []
        assert (found.entry_count, found.faults) == (40, ())
    finally:
        # The tables are emptied after such a test; the triggers stand in the way of that.
        audit_guard.take_down(connection)


@pytest.fixture(autouse=True)
def guard(request: pytest.FixtureRequest) -> None:
    """Put the triggers up again after a test that had to take them down."""
    if "chain" in request.fixturenames or "unguarded" in request.fixturenames:
        request.getfixturevalue("db")
        audit_guard.put_up(connection)
