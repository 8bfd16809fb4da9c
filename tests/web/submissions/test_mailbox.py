"""Files that providers send by MESH, received from a real mesh-sandbox under mutual TLS."""

# Long because every journey goes through the one running MESH and its fixtures.

from __future__ import annotations

import gzip
import json
import logging
import re
import socket
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import requests
from django.core.management import CommandError, call_command
from django.test import Client
from pytest_django import Settings

from speccomm.warehouse import open_store
from speccomm_web.accounts.audit import verify_chain
from speccomm_web.accounts.models import AuditEntry, Organisation
from speccomm_web.accounts.roles import Role
from speccomm_web.runs import background
from speccomm_web.submissions.mailbox import connection, looking
from speccomm_web.submissions.mailbox.looking import look_into_mailbox
from speccomm_web.submissions.mailbox.settings import MailboxSettings
from speccomm_web.submissions.models import MailboxLook, MailboxMessage, Submission
from tests.made_up.provider_files import Desk, made, text_of
from tests.web.conftest import MakePerson, SignIn
from tests.web.submissions.conftest import carried_out, csv_body, faulty, receive
from tests.web.submissions.mesh import (
    OURS,
    PASSWORD,
    RKB_MAILBOX,
    RRK_MAILBOX,
    SHARED_KEY,
    TABLE,
    Mesh,
    make_certificates,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own", "other")]
Stage = MailboxMessage.Stage


def left_in(desk: Desk) -> list[str]:
    """What lies in the folder of uploads, but for findings and the lock."""
    paths = (desk.folder / "uploads").rglob("*")
    return [
        p.name for p in paths if p.is_file() and p.parent.name != "findings" and p.name != "lock"
    ]


def message_page(client: Client, message: MailboxMessage) -> str:
    answer = client.get(f"/submissions/mailbox/{message.pk}")
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_file_becomes_a_submission_with_the_same_findings_on_both_sides(
    mesh: Mesh, mailbox: MailboxSettings, desk: Desk, submitter: Client, analyst: Client,
    other_submitter: Client,
) -> None:  # fmt: skip
    message_id = mesh.send(text_of("plcm", faulty(12)).encode(), name="../RKB_PLCM_M09.csv")
    found = receive(mailbox)
    assert (found.sent_on, found.problem) == (1, "")
    message = MailboxMessage.objects.get()
    assert (message.message_id, message.sender, message.stage) == (message_id, RKB_MAILBOX, "sent")
    assert message.acknowledged_at is not None
    assert mesh.waiting() == []
    sent = carried_out()
    assert (sent.stage, sent.accepted_rows, sent.refused_rows) == ("loaded", 12, 1)
    assert (sent.sent_by, sent.sent_from) == (None, RKB_MAILBOX)
    assert [file.file_name for file in sent.files.all()] == ["RKB_PLCM_M09.csv"]
    assert left_in(desk) == []
    loads = open_store(desk.store).snapshot().loads().to_pylist()
    assert sent.load_id in {row["load_id"] for row in loads}
    for reader in (submitter, analyst):
        shown = reader.get(f"/submissions/{sent.pk}").content.decode()
        assert f"MESH mailbox {RKB_MAILBOX}" in shown
        assert "point of delivery" in shown.casefold()
    assert "NO-SUCH" in submitter.get(f"/submissions/{sent.pk}/refused").content.decode()
    assert other_submitter.get(f"/submissions/{sent.pk}").status_code == 404
    assert f"MESH mailbox {RKB_MAILBOX}" in analyst.get("/submissions/loads").content.decode()
    acts = list(AuditEntry.objects.values_list("act", "person_name"))
    for act in ("sent_submission", "received_message", "submission_loaded"):
        assert (act, f"MESH mailbox {RKB_MAILBOX}") in acts
    assert verify_chain().faults == ()


def test_whoever_may_see_what_came_by_mesh_follows_it(
    mesh: Mesh, mailbox: MailboxSettings, submitter: Client, other_submitter: Client,
    analyst: Client, monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    mesh.send(text_of("plcm", faulty(12)).encode())
    receive(mailbox)
    page = f"/submissions/{Submission.objects.get().pk}"
    followed: list[tuple[str, str]] = []
    tell = background.Progress.__call__

    def tell_and_look(progress: background.Progress, *how_far: Any) -> None:
        tell(progress, *how_far)
        shown = submitter.get(page).content.decode()
        followed.append((submitter.get(f"{page}/progress").json()["words"], shown))
        # A load is its provider's own until it has ended.
        for reader in (other_submitter, analyst):
            assert reader.get(f"{page}/progress").status_code == 404

    monkeypatch.setattr(background.Progress, "__call__", tell_and_look)
    monkeypatch.setattr(background, "WRITTEN_EVERY", 0.0)
    assert carried_out().stage == "loaded"
    words, shown = followed[-1]
    assert "13 rows read, 13 checked, 1 refused" in words
    assert "<progress" in shown
    assert f'data-progress="{page}/progress"' in shown
    assert "Stop it" not in shown
    for reader in (submitter, analyst):
        told = reader.get(f"{page}/progress").json()
        assert (told["ended"], told["words"]) == (
            True, "13 rows read, 12 accepted, 1 refused."
        )  # fmt: skip
    assert other_submitter.get(f"{page}/progress").status_code == 404


def test_several_files_of_several_senders_come_in_one_look(
    mesh: Mesh, mailbox: MailboxSettings, desk: Desk
) -> None:
    first = mesh.send(csv_body(), name="a.csv")
    second = mesh.send(
        csv_body(4, cds_unique_identifier="Z"), name="b.csv", workflow="SPECCOMM_CHECK"
    )
    third = mesh.send(csv_body(6, provider_code="RRK", site_code="RRK01"), sender=RRK_MAILBOX)
    assert receive(mailbox).sent_on == 3
    carried_out()
    rows = {
        message.message_id: (message.submission.stage, message.submission.provider.ods_code)
        for message in MailboxMessage.objects.select_related("submission__provider")
        if message.submission
    }
    assert rows == {
        first: ("loaded", "RKB"), second: ("checked", "RKB"), third: ("loaded", "RRK"),
    }  # fmt: skip


def test_a_file_arrives_byte_for_byte_however_it_travels(
    mesh: Mesh, mailbox: MailboxSettings
) -> None:
    body = csv_body(400)
    assert len(body) > 65_536
    ways: list[tuple[bytes, dict[str, Any]]] = [
        (body, {"max_chunk_size": 20_000}),
        (body, {"max_chunk_size": 20_000, "compress": True}),
        (gzip.compress(body, mtime=0), {"compressed": True}),
        (gzip.compress(body, mtime=0), {"compressed": True, "max_chunk_size": 700}),
    ]
    for packed, how in ways:
        mesh.send(packed, workflow="SPECCOMM_CHECK", **how)
    assert receive(mailbox).sent_on == len(ways)
    uploads = looking.mailbox_folder().parent
    files = [sent.files.get() for sent in Submission.objects.all()]
    assert [file.bytes for file in files] == [len(body)] * len(ways)
    assert all((uploads / file.place).read_bytes() == body for file in files)


def test_the_same_message_is_never_received_twice(
    mesh: Mesh, mailbox: MailboxSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    mesh.send(csv_body(3))
    monkeypatch.setattr(connection.MailboxConnection, "acknowledge", lambda *_: None)
    receive(mailbox)
    assert len(mesh.waiting()) == 1
    monkeypatch.undo()
    receive(mailbox)
    assert mesh.waiting() == []
    assert Submission.objects.count() == MailboxMessage.objects.count() == 1


def test_the_same_bytes_again_wait_for_a_decision(
    mesh: Mesh, mailbox: MailboxSettings, submitter: Client, desk: Desk
) -> None:
    mesh.send(csv_body(), name="first.csv")
    receive(mailbox)
    carried_out()
    mesh.send(csv_body(), name="again.csv")
    assert receive(mailbox).set_aside == 1
    message = MailboxMessage.objects.get(file_name="again.csv")
    assert (message.stage, message.kept_aside) == (Stage.REPEATED, True)
    assert Submission.objects.count() == 1
    assert "came before" in message_page(submitter, message)
    submitter.post(f"/submissions/mailbox/{message.pk}/take-up")
    message.refresh_from_db()
    assert (message.stage, message.kept_aside) == (Stage.SENT, False)
    assert carried_out().stage == "loaded"
    assert left_in(desk) == []
    again = submitter.post(f"/submissions/mailbox/{message.pk}/take-up", follow=True)
    assert "Nothing was done twice" in again.content.decode()
    assert Submission.objects.count() == 2


def test_an_unknown_sender_waits_until_the_table_knows_it(
    mesh: Mesh, mailbox: MailboxSettings, administrator: Client, submitter: Client, desk: Desk
) -> None:
    mailbox.table_file.write_text(TABLE.replace("X26ABC2", "X26OT999"))
    mesh.send(csv_body())
    assert receive(mailbox).set_aside == 1
    message = MailboxMessage.objects.get()
    assert (message.stage, message.provider, message.kept_aside) == ("unknown_sender", None, True)
    assert mesh.waiting() == []
    assert len(left_in(desk)) == 1
    assert not Submission.objects.exists()
    assert "stood for no provider" in message_page(administrator, message)
    assert submitter.get(f"/submissions/mailbox/{message.pk}").status_code == 404
    assert RKB_MAILBOX not in submitter.get("/submissions/mailbox").content.decode()
    address = f"/submissions/mailbox/{message.pk}/take-up"
    assert submitter.post(address).status_code == 404
    administrator.post(address)
    message.refresh_from_db()
    assert message.stage == "unknown_sender"
    mailbox.table_file.write_text(TABLE)
    administrator.post(address)
    assert carried_out().stage == "loaded"
    assert left_in(desk) == []
    assert AuditEntry.objects.filter(act="took_up_message").count() == 2
    assert verify_chain().faults == ()


def test_a_sender_stands_for_its_provider_only_between_its_dates(
    mesh: Mesh, mailbox: MailboxSettings
) -> None:
    mailbox.table_file.write_text(
        TABLE.replace("from_date = 2020-04-01", "from_date = 2020-04-01\nto_date = 2021-04-01", 1)
    )
    mesh.send(csv_body(3))
    receive(mailbox)
    assert MailboxMessage.objects.get().stage == "unknown_sender"


@pytest.mark.parametrize(
    ("body", "more", "stage", "said"),
    [
        (csv_body(3), {"workflow": "SOMETHING_ELSE"}, "unknown_workflow", "SOMETHING_ELSE"),
        (csv_body(3), {"name": "RKB_ACM_M09.csv"}, "wrong_dataset", "speaks of ACM"),
        (csv_body(3, dataset="acm"), {}, "unreadable", "month.csv"),
        (b"PK\x03\x04" + b"\0" * 50, {}, "unreadable", "an Excel workbook"),
        (gzip.compress(b"", mtime=0), {"compressed": True}, "unreadable", "0 bytes"),
        (csv_body(3), {"encrypted": True}, "unreadable", "is encrypted"),
    ],
)
def test_what_cannot_be_taken_is_kept_aside_and_explained_to_its_provider(
    mesh: Mesh, mailbox: MailboxSettings, submitter: Client, other_submitter: Client, desk: Desk,
    body: bytes, more: dict[str, Any], stage: str, said: str,
) -> None:  # fmt: skip
    mesh.send(body, **more)
    assert receive(mailbox).set_aside == 1
    message = MailboxMessage.objects.get()
    assert (message.stage, message.kept_aside) == (stage, True)
    assert mesh.waiting() == []
    assert not Submission.objects.exists()
    assert len(left_in(desk)) == 1
    assert said in message_page(submitter, message)
    assert other_submitter.get(f"/submissions/mailbox/{message.pk}").status_code == 404
    address = f"/submissions/mailbox/{message.pk}/discard"
    assert "Say why" in submitter.post(address, {"reason": ""}).content.decode()
    submitter.post(address, {"reason": "The sender was told"})
    message.refresh_from_db()
    assert (message.stage, message.kept_aside) == (Stage.DISCARDED, False)
    assert left_in(desk) == []
    assert "The sender was told" in message_page(submitter, message)
    assert AuditEntry.objects.get(act="discarded_message").details["reason_characters"] == 19


def test_a_file_over_the_size_stays_with_mesh_until_somebody_decides(
    mesh: Mesh, mailbox: MailboxSettings, submitter: Client, settings: Settings, desk: Desk
) -> None:
    # A bomb: small on the wire, larger than is taken once it is unpacked.
    body = csv_body(3) + b"\n" * (3 << 20)
    mesh.send(gzip.compress(body, mtime=0), compressed=True)
    settings.ENVIRONMENT = replace(settings.ENVIRONMENT, upload_mib=1)
    assert receive(mailbox).left == 1
    assert receive(mailbox).left == 1
    message = MailboxMessage.objects.get()
    assert (message.stage, message.acknowledged_at) == (Stage.TOO_LARGE, None)
    assert len(mesh.waiting()) == 1
    assert left_in(desk) == []
    assert "larger than 1 MB" in message_page(submitter, message)
    settings.ENVIRONMENT = replace(settings.ENVIRONMENT, upload_mib=8)
    submitter.post(f"/submissions/mailbox/{message.pk}/take-up")
    assert receive(mailbox).sent_on == 1
    assert mesh.waiting() == []
    assert Submission.objects.get().files.get().bytes == len(body)


def test_what_was_broken_on_its_way_can_be_discarded_and_is_then_forgotten_by_mesh(
    mesh: Mesh, mailbox: MailboxSettings, submitter: Client, desk: Desk
) -> None:
    mesh.send(gzip.compress(csv_body(300))[:-100], compressed=True)
    assert receive(mailbox).left == 1
    message = MailboxMessage.objects.get()
    assert "cannot be unpacked" in message_page(submitter, message)
    submitter.post(f"/submissions/mailbox/{message.pk}/discard", {"reason": "sent again"})
    receive(mailbox)
    assert mesh.waiting() == []
    assert left_in(desk) == []


def test_mesh_down_then_up_loses_nothing_and_the_page_says_since_when(
    mesh: Mesh, mailbox: MailboxSettings, settings: Settings, submitter: Client
) -> None:
    page = "/submissions/mailbox"
    assert "Nobody has looked" in submitter.get(page).content.decode()
    mesh.send(csv_body())
    with socket.socket() as nobody:  # bound, and not listening: a MESH that is down
        nobody.bind(("127.0.0.1", 0))
        down = replace(mailbox, url=f"https://127.0.0.1:{nobody.getsockname()[1]}")
        assert "cannot be reached" in receive(down).problem
        since = MailboxLook.objects.get().failing_since
        settings.ENVIRONMENT = replace(settings.ENVIRONMENT, mailbox=down)
        with pytest.raises(CommandError, match="cannot be reached"):
            call_command("receive_from_mesh")
    assert MailboxLook.objects.get().failing_since == since
    shown = submitter.get(page).content.decode()
    assert "The mailbox cannot be received from" in shown
    assert "It was never reached" in shown
    assert receive(mailbox).sent_on == 1
    assert MailboxLook.objects.get().failing_since is None
    assert "cannot be received from" not in submitter.get(page).content.decode()
    assert carried_out().stage == "loaded"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"password": "not-the-password"}, "refused the sign-in"),
        ({"shared_key": "not-the-shared-key"}, "refused the sign-in"),
        ({"authority_file": None}, "No secure connection"),
        ({"certificate_file": Path("/nowhere"), "private_key_file": Path("/nowhere")}, "be read"),
    ],
)
def test_what_is_set_up_wrongly_is_said_without_a_secret(
    mesh: Mesh, mailbox: MailboxSettings, caplog: pytest.LogCaptureFixture,
    changes: dict[str, Any], said: str,
) -> None:  # fmt: skip
    caplog.set_level(logging.DEBUG)
    mesh.send(csv_body(3))
    given = replace(mailbox, **changes)
    found = receive(given)
    assert said in found.problem
    receive(mailbox)
    everything = caplog.text + repr(given) + repr(MailboxLook.objects.values())
    for secret in (given.password, given.shared_key, PASSWORD, SHARED_KEY):
        assert secret not in everything.replace("mutual", "")
    assert Submission.objects.count() == 1


@pytest.mark.parametrize("added_by", ["requests itself", "the environment", "nobody"])
def test_only_the_authority_that_was_given_vouches_for_mesh(
    mesh: Mesh, mailbox: MailboxSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    added_by: str,
) -> None:  # fmt: skip
    """Requests adds authorities of its own, or of the environment: here, whoever signed for MESH."""
    signed_for_mesh = str(mesh.folder / "authority.pem")
    if added_by == "requests itself":
        monkeypatch.setattr(requests.adapters, "DEFAULT_CA_BUNDLE_PATH", signed_for_mesh)
    elif added_by == "the environment":
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", signed_for_mesh)
    # A name of its own: of two authorities of one name, only the first would be tried.
    make_certificates(tmp_path, name="Another authority")
    mesh.send(csv_body(3))
    given = replace(mailbox, authority_file=tmp_path / "authority.pem")
    assert "No secure connection" in receive(given).problem
    # And what the environment names stands in no way of the right one.
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "authority.pem"))
    assert receive(mailbox).sent_on == 1


def test_a_receiver_that_stopped_is_told_of(mailbox: MailboxSettings, submitter: Client) -> None:
    look_into_mailbox(mailbox, again_in=60, stopped=lambda: False)
    assert "has stopped" not in submitter.get("/submissions/mailbox").content.decode()
    look = MailboxLook.objects.get()
    MailboxLook.objects.update(next_by=look.looked_at)
    assert "has stopped" in submitter.get("/submissions/mailbox").content.decode()


def test_only_one_receiver_is_at_work(mailbox: MailboxSettings) -> None:
    with looking._alone(), pytest.raises(looking.AlreadyLooking):
        receive(mailbox)


def test_a_full_disk_acknowledges_nothing(
    mesh: Mesh, mailbox: MailboxSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    mesh.send(csv_body(3))

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(connection.os, "fsync", full)
    assert "Make room" in receive(mailbox).problem
    assert len(mesh.waiting()) == 1
    assert not MailboxMessage.objects.exists()
    monkeypatch.undo()
    assert receive(mailbox).sent_on == 1


def test_a_mailbox_that_stands_for_the_provider_no_more_loads_nothing(
    mesh: Mesh, mailbox: MailboxSettings, desk: Desk
) -> None:
    version = open_store(desk.store).version
    mesh.send(csv_body())
    receive(mailbox)
    mailbox.table_file.write_text(TABLE.replace("X26ABC2", "X26OT999"))
    assert carried_out().stage == "refused"
    assert open_store(desk.store).version == version


def test_senders_are_told_what_became_of_their_files_and_nothing_of_a_patient(
    mesh: Mesh, mailbox: MailboxSettings
) -> None:
    given = replace(mailbox, report_workflow="SPECCOMM_OUTCOME")
    loaded = mesh.send(text_of("plcm", faulty(12)).encode(), name="good.csv")
    wrong = mesh.send(b"%PDF-1.7\n", name="wrong.csv")
    assert receive(given).told == 1
    carried_out()
    assert receive(given).told == 1
    assert receive(given).told == 0
    answers = mesh.answers(RKB_MAILBOX)
    told = {said["message_id"]: said for said in (json.loads(a["body"]) for a in answers)}
    assert {answer["workflow"] for answer in answers} == {"SPECCOMM_OUTCOME"}
    assert (told[wrong]["outcome"], "PDF" in told[wrong]["says"]) == ("unreadable", True)
    outcome = told[loaded]
    assert (outcome["outcome"], outcome["rows_accepted"], outcome["rows_refused"]) == (
        "loaded", 12, 1
    )  # fmt: skip
    assert outcome["findings"]
    assert outcome["load_id"] == Submission.objects.get().load_id
    everything = b"".join(answer["body"] for answer in answers).decode()
    row = made("plcm")
    for name in ("nhs_number", "postcode", "birth_date", "cds_unique_identifier"):
        # As a word: a message's own identifier may hold so short a one by chance.
        assert not re.search(rf"\b{re.escape(row[name])}\b", everything)
    assert "NO-SUCH" not in everything


def test_a_report_of_mesh_is_shown_to_the_administrator(
    mesh: Mesh, mailbox: MailboxSettings, administrator: Client, desk: Desk
) -> None:
    mesh.client(OURS)._session.post(
        f"{mesh.url}/messageexchange/admin/report",
        json={"mailbox_id": OURS, "code": "14", "description": "Message not collected",
              "workflow_id": "SPECCOMM_OUTCOME", "status": "error"},
    ).raise_for_status()  # fmt: skip
    receive(mailbox)
    message = MailboxMessage.objects.get()
    assert message.stage == Stage.REPORT
    assert "Message not collected" in message_page(administrator, message)
    assert mesh.waiting() == []
    assert left_in(desk) == []


def test_without_a_mailbox_the_page_says_so_and_the_command_ends(
    submitter: Client, desk: Desk
) -> None:
    assert "No MESH mailbox is set up" in submitter.get("/submissions/mailbox").content.decode()
    assert "Received by MESH" not in submitter.get("/submissions/").content.decode()
    with pytest.raises(CommandError, match="SPECCOMM_MESH_MAILBOX"):
        call_command("receive_from_mesh")


def test_the_command_tells_what_it_did(
    mesh: Mesh, mailbox: MailboxSettings, capsys: pytest.CaptureFixture[str], submitter: Client
) -> None:
    mesh.send(csv_body(3))
    call_command("receive_from_mesh")
    assert "Sent on: 1. Set aside: 0." in capsys.readouterr().out
    assert "Received by MESH" in submitter.get("/submissions/").content.decode()
    with pytest.raises(CommandError, match="5 seconds or more"):
        call_command("receive_from_mesh", watch=1)


def test_an_administrator_of_one_provider_sees_that_providers_messages(
    mesh: Mesh, mailbox: MailboxSettings, make_person: MakePerson, sign_in: SignIn,
    own: Organisation,
) -> None:  # fmt: skip
    local = sign_in(make_person(Role.ADMINISTRATOR, at=own, email="local@example.org"))
    mesh.send(csv_body(3), name="mine.csv")
    mesh.send(csv_body(3, provider_code="RRK", site_code="RRK01"), name="theirs.csv",
              sender=RRK_MAILBOX)  # fmt: skip
    receive(mailbox)
    shown = local.get("/submissions/mailbox").content.decode()
    assert "mine.csv" in shown
    assert "theirs.csv" not in shown
