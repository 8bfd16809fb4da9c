"""Files sent, checked or loaded, and everything that can be wrong with an upload."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django import Settings

from speccomm.warehouse import open_store
from speccomm_web.accounts.models import AuditEntry, Organisation, RoleGrant
from speccomm_web.accounts.roles import Role
from speccomm_web.runs.background import Cancelled
from speccomm_web.runs.models import BackgroundTask
from speccomm_web.submissions import tasks
from speccomm_web.submissions.models import Submission
from speccomm_web.submissions.uploads import different_names, safe_name
from tests.made_up.provider_files import Desk, activities, made, text_of
from tests.web.conftest import MakePerson, SignIn
from tests.web.submissions.conftest import carried_out, csv_file, faulty, send

pytestmark = pytest.mark.django_db


def test_a_check_tells_what_is_wrong_and_keeps_nothing(submitter: Client, desk: Desk) -> None:
    version = open_store(desk.store).version
    answer = send(submitter, csv_file("month 9.csv", "plcm", faulty()))
    page = f"/submissions/{Submission.objects.get().pk}"
    assert answer["Location"] == page
    assert "Waiting" in submitter.get(page).content.decode()
    sent = carried_out()
    assert (sent.stage, sent.read_rows, sent.accepted_rows, sent.refused_rows) == (
        "checked", 5, 4, 1
    )  # fmt: skip
    shown = submitter.get(page).content.decode()
    assert "CHK-" in shown
    assert "point of delivery" in shown.casefold()
    assert "See the refused rows" not in shown
    assert open_store(desk.store).version == version
    assert sent.files_removed
    assert not list((desk.folder / "uploads").rglob("*.csv"))


def test_a_load_enters_the_store_and_gives_refused_rows_back_to_their_sender_only(
    submitter: Client, other_submitter: Client, analyst: Client, desk: Desk
) -> None:
    send(submitter, csv_file("month.csv", "plcm", faulty(12)), purpose="load")
    sent = carried_out()
    assert (sent.stage, sent.accepted_rows, sent.refused_rows) == ("loaded", 12, 1)
    loads = open_store(desk.store).snapshot().loads().to_pylist()
    assert sent.load_id in {row["load_id"] for row in loads}
    address = f"/submissions/{sent.pk}/refused"
    mine = submitter.get(address)
    assert "999 000 0018" in mine.content.decode() or "9990000018" in mine.content.decode()
    assert "NO-SUCH" in mine.content.decode()
    assert "no-store" in mine["Cache-Control"]
    entry = AuditEntry.objects.get(act="saw_refused_rows")
    assert entry.details["rows"] == 1
    assert "9990000018" not in str(entry.details)
    assert "NO-SUCH" in body_of(submitter.get(f"{address}?file=0&format=csv"))
    assert other_submitter.get(address).status_code == 404
    assert analyst.get(address).status_code == 403
    for reader in (submitter, analyst):
        findings = reader.get(f"/submissions/{sent.pk}/findings").content.decode()
        assert "AA-AAAA" in findings
        assert "9990000018" not in findings
    assert other_submitter.get(f"/submissions/{sent.pk}").status_code == 404
    assert "9990000018" not in analyst.get(f"/submissions/{sent.pk}").content.decode()


def test_colleagues_follow_a_submission_and_only_its_sender_may_stop_it(
    submitter: Client, make_person: MakePerson, sign_in: SignIn, own: Organisation, analyst: Client,
    desk: Desk,
) -> None:  # fmt: skip
    colleague = sign_in(make_person(Role.PROVIDER_SUBMITTER, at=own, email="two@example.org"))
    send(submitter, csv_file("a.csv", "plcm", activities(2)), purpose="load")
    page = f"/submissions/{Submission.objects.get().pk}"
    for reader in (submitter, colleague):
        shown = reader.get(page).content.decode()
        assert f'data-progress="{page}/progress"' in shown
        assert ("Stop it" in shown) is (reader is submitter)
        assert reader.get(f"{page}/progress").json()["state"] == "Waiting"
    assert analyst.get(f"{page}/progress").status_code == 404


def test_a_check_is_the_providers_own(submitter: Client, analyst: Client, desk: Desk) -> None:
    send(submitter, csv_file("a.csv", "plcm", activities(2)))
    sent = carried_out()
    assert analyst.get(f"/submissions/{sent.pk}").status_code == 404
    assert "a.csv" not in analyst.get("/submissions/").content.decode()
    assert "a.csv" in submitter.get("/submissions/").content.decode()


def test_rows_of_another_provider_are_refused_with_the_reason(
    submitter: Client, desk: Desk
) -> None:
    version = open_store(desk.store).version
    rows = [*activities(2), made("plcm", provider_code="RRK", site_code="RRK01")]
    send(submitter, csv_file("mixed.csv", "plcm", rows), purpose="load")
    sent = carried_out()
    assert sent.stage == "refused"
    shown = submitter.get(f"/submissions/{sent.pk}").content.decode()
    assert "1 of provider RRK" in shown
    assert open_store(desk.store).version == version


def test_nobody_sends_for_a_provider_that_is_not_theirs(
    submitter: Client, other_submitter: Client, desk: Desk
) -> None:
    answer = send(other_submitter, csv_file("a.csv", "plcm", activities(2)))
    assert answer.status_code == 200
    assert not Submission.objects.exists()
    assert not left_over(desk)


def test_a_role_that_ended_while_the_files_waited_sends_nothing(
    submitter: Client, desk: Desk
) -> None:
    send(submitter, csv_file("a.csv", "plcm", activities(2)), purpose="load")
    RoleGrant.objects.update(to_date="2021-04-01")
    assert carried_out().stage == "refused"


def test_the_same_bytes_again_are_asked_about_first(submitter: Client, desk: Desk) -> None:
    send(submitter, csv_file("a.csv", "plcm", activities(12)), purpose="load")
    first = carried_out()
    answer = send(submitter, csv_file("again.csv", "plcm", activities(12)), purpose="load")
    second = Submission.objects.latest("id")
    assert answer["Location"] == f"/submissions/{second.pk}/confirm"
    assert "The same bytes came as a.csv" in submitter.get(answer["Location"]).content.decode()
    assert carried_out().stage == "asked"
    submitter.post(answer["Location"], {"answer": "send"})
    assert carried_out().stage == "loaded"
    assert Submission.objects.get(pk=first.pk).load_id != carried_out().load_id
    stale = submitter.post(answer["Location"], {"answer": "send"}, follow=True)
    assert "Nothing was sent twice" in stale.content.decode()


def test_files_that_came_before_can_be_dropped(submitter: Client, desk: Desk) -> None:
    send(submitter, csv_file("a.csv", "plcm", activities(12)), purpose="load")
    carried_out()
    answer = send(submitter, csv_file("a.csv", "plcm", activities(12)), purpose="load")
    submitter.post(answer["Location"], {"answer": "drop"})
    assert Submission.objects.latest("id").stage == "dropped"
    assert not left_over(desk)


def body_of(answer: Any) -> str:
    return (b"".join(answer.streaming_content) if answer.streaming else answer.content).decode()


def left_over(desk: Desk) -> list[Path]:
    uploads = desk.folder / "uploads"
    kept = [path for path in uploads.rglob("*") if path.is_file()] if uploads.is_dir() else []
    return [path for path in kept if path.parent.name != "findings"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"PK\x03\x04" + b"\0" * 50, "an Excel workbook or a zip archive"),
        (b"%PDF-1.7\n", "a PDF document"),
        (b"", "Choose at least one file|empty"),
        (b"a,b,c\n1,2,3\n", "not that of one known data set"),
    ],
)
def test_files_of_the_wrong_kind_are_refused_at_once(
    submitter: Client, desk: Desk, content: bytes, said: str
) -> None:
    answer = send(submitter, SimpleUploadedFile("month.csv", content))
    shown = answer.content.decode()
    assert any(words in shown for words in said.split("|"))
    assert not Submission.objects.exists()
    assert not left_over(desk)


def test_a_file_over_the_size_stops_and_leaves_nothing(
    submitter: Client, desk: Desk, settings: Settings
) -> None:
    settings.ENVIRONMENT = replace(settings.ENVIRONMENT, upload_mib=1)
    answer = send(submitter, SimpleUploadedFile("big.csv", b"x" * (3 << 20)))
    assert answer.status_code == 413
    assert "larger than 1.0 MB" in answer.content.decode()
    assert not left_over(desk)


def test_an_upload_that_was_cut_off_keeps_nothing(submitter: Client, desk: Desk) -> None:
    file = csv_file("a.csv", "plcm", activities(3))
    fields = {"provider": "RKB", "purpose": "load", "files": [file]}
    assert "cut off" in submitter.post("/submissions/send", fields).content.decode()
    assert not Submission.objects.exists()
    assert not left_over(desk)


def test_an_upload_without_its_token_keeps_nothing(submitter: Client, desk: Desk) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = submitter.cookies
    assert send(strict, csv_file("a.csv", "plcm", activities(3))).status_code == 403
    assert not Submission.objects.exists()
    assert not left_over(desk)


def test_a_hostile_name_becomes_a_plain_one(submitter: Client, desk: Desk) -> None:
    name = "../../etc/\u202egnp.<script>alert(1)</script>=cmd.csv"
    body = text_of("plcm", activities(2)).encode()
    send(submitter, SimpleUploadedFile("x.csv", body), SimpleUploadedFile(name, body + b"\n"))
    sent = carried_out()
    assert sent.stage == "checked"
    shown = submitter.get(f"/submissions/{sent.pk}").content.decode()
    assert "<script>alert" not in shown
    assert safe_name("..\\..\\=cmd|'C calc'!A0.csv") == "_cmd_C calc_A0.csv"
    assert safe_name("\u202e") == "file"
    assert different_names(["a.csv", "A.csv", "a.csv"]) == ["a.csv", "A (2).csv", "a (3).csv"]


def test_a_stopped_load_leaves_the_store_as_it_was(
    submitter: Client, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    version = open_store(desk.store).version
    send(submitter, csv_file("a.csv", "plcm", activities(12)), purpose="load")
    monkeypatch.setattr(tasks, "LOOKED_EVERY", 0.0)

    def stopped(*_: Any) -> None:
        raise Cancelled

    monkeypatch.setattr("speccomm_web.runs.background.Progress.__call__", stopped)
    sent = carried_out()
    assert sent.refusal == "It was stopped. Nothing of it was kept."
    assert BackgroundTask.objects.get().stage == "cancelled"
    assert open_store(desk.store).version == version
    assert not left_over(desk)


def test_files_of_a_task_that_was_stopped_before_it_began_are_swept_away(
    submitter: Client, desk: Desk
) -> None:
    send(submitter, csv_file("a.csv", "plcm", activities(12)), purpose="load")
    first = Submission.objects.get()
    submitter.post(f"/runs/tasks/{first.task_id}/cancel")
    carried_out()
    send(submitter, csv_file("b.csv", "plcm", activities(2)))
    carried_out()
    first.refresh_from_db()
    assert (first.stage, first.files_removed) == ("refused", True)
    assert not left_over(desk)


def test_a_load_whose_worker_died_after_it_was_kept_is_not_loaded_twice(
    submitter: Client, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    send(submitter, csv_file("a.csv", "plcm", faulty(12)), purpose="load")
    sent = Submission.objects.get()
    done = carried_out()
    Submission.objects.filter(pk=sent.pk).update(
        stage="sent", load_id="", read_rows=None, summary=[]
    )
    tasks.check_or_load(tasks.Progress(done.task_id), submission_id=sent.pk)  # type: ignore[arg-type]
    sent.refresh_from_db()
    assert (sent.load_id, sent.read_rows) == (done.load_id, 13)
    assert [row["check_id"] for row in sent.summary] == [r["check_id"] for r in done.summary]


def test_findings_come_as_files_without_formulas(submitter: Client, desk: Desk) -> None:
    send(submitter, csv_file("a.csv", "plcm", faulty()))
    sent = carried_out()
    for format_ in ("csv", "xlsx"):
        answer = submitter.get(f"/submissions/{sent.pk}/findings?format={format_}")
        assert answer["Content-Disposition"].startswith("attachment")


def test_pages_ask_the_database_little(
    submitter: Client, desk: Desk, django_assert_max_num_queries: Any
) -> None:
    send(submitter, csv_file("a.csv", "plcm", faulty()))
    sent = carried_out()
    for address in ("/submissions/", f"/submissions/{sent.pk}", "/submissions/send"):
        with django_assert_max_num_queries(30):
            assert submitter.get(address).status_code == 200


def test_what_a_dying_server_left_is_swept_away(submitter: Client, desk: Desk) -> None:
    stray = desk.folder / "uploads" / "arriving" / "0123.part"
    folder = desk.folder / "uploads" / "sent" / "0123"
    folder.mkdir(parents=True)
    stray.parent.mkdir(parents=True)
    for file in (stray, folder / "a.csv"):
        file.write_text("x")
    for path in (stray, folder):
        os.utime(path, (0, 0))
    send(submitter, csv_file("b.csv", "plcm", activities(2)))
    carried_out()
    assert not left_over(desk)


def test_a_commissioning_role_held_in_a_provider_opens_no_other_provider(
    make_person: MakePerson, sign_in: SignIn, submitter: Client, other: Organisation, desk: Desk
) -> None:
    send(submitter, csv_file("a.csv", "plcm", activities(12)), purpose="load")
    sent = carried_out()
    for role in (Role.ANALYST, Role.QUALITY, Role.ADMINISTRATOR):
        inside = sign_in(make_person(role, at=other, email=f"{role}@example.org"))
        assert inside.get(f"/submissions/{sent.pk}").status_code == 404
        assert inside.get(f"/submissions/loads/{sent.load_id}").status_code == 404
