"""Challenges from raising to settling, by both sides and by people who are on neither."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from speccomm_web.accounts.models import AuditEntry, Organisation
from speccomm_web.accounts.roles import Role
from speccomm_web.submissions.models import Attachment, Challenge
from speccomm_web.submissions.terms import terms_on
from tests.made_up.provider_files import Desk
from tests.web.conftest import MakePerson, SignIn

pytestmark = pytest.mark.django_db
SLICE = "/submissions/slices/plcm/RKB/2023-24/9"
FILE = "earlier_RKB.csv"


@pytest.fixture
def manager(make_person: MakePerson, sign_in: SignIn, region: Organisation) -> Client:
    person = make_person(Role.CONTRACT_AND_FINANCE, at=region, email="manager@example.org")
    return sign_in(person)


@pytest.fixture
def raised(manager: Client, own: Organisation, desk: Desk) -> Challenge:
    """A challenge on two rows."""
    form = {"row": [f"2@{FILE}", f"3@{FILE}"], "commissioner": "Y60", "reason": "duplicate",
            "says": "These two were sent twice."}  # fmt: skip
    answer = manager.post(f"{SLICE}/challenge", form)
    challenge = Challenge.objects.get()
    assert answer["Location"] == f"/submissions/challenges/{challenge.pk}"
    return challenge


def step(client: Client, challenge: Challenge, act: str, **form: Any) -> Any:
    challenge.refresh_from_db()
    address = f"/submissions/challenges/{challenge.pk}/{act}"
    return client.post(address, {"version": challenge.version, **form})


def test_rows_are_chosen_without_anything_of_a_patient(
    manager: Client, own: Organisation, desk: Desk
) -> None:
    shown = manager.get(f"{SLICE}/rows").content.decode()
    assert f"Row 2 of {FILE}" in shown
    assert "£108.33" in shown
    for personal in ("2023-12-", "9990000018", "E01009600", "1960"):
        assert personal not in shown
    assert AuditEntry.objects.get(act="saw_rows").details["rows"] == 12
    assert "No row is like that" in manager.get(f"{SLICE}/rows?service=NONE").content.decode()


def test_both_sides_see_the_same_rows_and_the_money_is_theirs(
    raised: Challenge, manager: Client, submitter: Client, other_submitter: Client
) -> None:
    assert raised.at_stake_gbp == Decimal("216.66")
    assert (raised.reply_due - raised.raised_at.date()).days in {
        terms_on(raised.reply_due).reply_days,
        terms_on(raised.reply_due).reply_days + 1,
    }
    for side in (manager, submitter):
        shown = side.get(f"/submissions/challenges/{raised.pk}").content.decode()
        assert "The 2 rows" in shown
        assert "£216.66" in shown
        assert "These two were sent twice." in shown
    assert other_submitter.get(f"/submissions/challenges/{raised.pk}").status_code == 404
    assert (
        "No challenge that you" in other_submitter.get("/submissions/challenges").content.decode()
    )


def test_a_challenge_is_replied_to_proposed_and_agreed(
    raised: Challenge, manager: Client, submitter: Client
) -> None:
    assert step(submitter, raised, "reply", words="One of them was.").status_code == 302
    assert step(submitter, raised, "propose", outcome="partly", gbp="108.33").status_code == 302
    refused = step(submitter, raised, "accept")
    assert "The other side has to agree" in refused.content.decode()
    assert step(manager, raised, "accept").status_code == 302
    raised.refresh_from_db()
    assert (raised.stage, raised.agreed_gbp) == ("settled", Decimal("108.33"))
    log = manager.get("/submissions/challenges").content.decode()
    assert "£108.33" in log
    assert "Settled" in log
    acts = AuditEntry.objects.filter(subject_kind="challenge").values_list("act", flat=True)
    assert set(acts) == {f"challenge_{act}" for act in ("raised", "replied", "proposed", "agreed")}
    late = step(submitter, raised, "reply", words="Too late")
    assert "has ended" in late.content.decode()


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"outcome": "partly", "gbp": "500"}, "less than the money at stake"),
        ({"outcome": "partly", "gbp": ""}, "Say how much"),
        ({"outcome": "nonsense"}, "Select a valid choice"),
        ({}, "Choose an outcome"),
    ],
)
def test_an_outcome_that_cannot_be_is_refused(
    raised: Challenge, manager: Client, form: dict[str, str], said: str
) -> None:
    assert said in step(manager, raised, "propose", **form).content.decode()
    raised.refresh_from_db()
    assert raised.stage == "open"


def test_of_two_editors_the_second_is_told(
    raised: Challenge, manager: Client, submitter: Client
) -> None:
    read = raised.version
    step(manager, raised, "propose", outcome="upheld")
    address = f"/submissions/challenges/{raised.pk}/propose"
    answer = submitter.post(address, {"version": read, "outcome": "rejected"})
    assert answer.status_code == 409
    raised.refresh_from_db()
    assert raised.outcome == "upheld"


def test_attachments_are_checked_and_only_downloaded(
    raised: Challenge, manager: Client, submitter: Client, other_submitter: Client, desk: Desk
) -> None:
    page = SimpleUploadedFile("../<b>note.pdf", b"%PDF-1.7\n<script>alert(1)</script>")
    assert step(submitter, raised, "reply", words="See this.", files=[page]).status_code == 302
    kept = Attachment.objects.get()
    address = f"/submissions/challenges/{raised.pk}/attachments/{kept.pk}"
    answer = manager.get(address)
    assert b"".join(answer.streaming_content).startswith(b"%PDF")
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert other_submitter.get(address).status_code == 404
    for name, content in (("a.exe", b"MZ"), ("a.html", b"<p>"), ("a.pdf", b"MZ"), ("a.txt", b"\0")):
        wrong = SimpleUploadedFile(name, content)
        refused = step(submitter, raised, "reply", words="And this.", files=[wrong])
        assert refused.status_code == 200
    assert Attachment.objects.count() == 1
    folder = Path(desk.folder / "uploads" / "attachments")
    assert len(list(folder.iterdir())) == 1
    assert not list((desk.folder / "uploads" / "arriving").iterdir())


def test_a_whole_month_is_challenged_for_no_more_than_its_price(
    contracts: Client, submitter: Client, desk: Desk
) -> None:
    form = {"commissioner": "QWU", "reason": "price", "says": "Too dear."}
    too_much = contracts.post(f"{SLICE}/challenge", {**form, "at_stake_gbp": "999999"})
    assert "No more can be at stake" in too_much.content.decode()
    contracts.post(f"{SLICE}/challenge", {**form, "at_stake_gbp": "100"})
    made = Challenge.objects.get()
    assert made.at_stake_gbp == 100
    assert contracts.get(f"{SLICE}/rows").status_code == 404
    assert contracts.get(f"/submissions/challenges/{made.pk}").status_code == 200
    assert step(submitter, made, "drop").status_code == 403
    assert step(contracts, made, "drop").status_code == 302
    made.refresh_from_db()
    assert made.stage == "dropped"


def test_nobody_challenges_for_a_body_that_is_not_theirs_or_a_month_that_is_not_there(
    contracts: Client, submitter: Client, region: Organisation, desk: Desk
) -> None:
    form = {"commissioner": "Y60", "reason": "price", "says": "x", "at_stake_gbp": "1"}
    assert contracts.post(f"{SLICE}/challenge", form).status_code == 200
    assert contracts.get("/submissions/slices/plcm/RKB/2023-24/4/challenge").status_code == 404
    assert submitter.get(f"{SLICE}/challenge").status_code == 403
    assert not Challenge.objects.exists()


def test_the_log_is_a_file_too(raised: Challenge, manager: Client) -> None:
    for format_ in ("csv", "xlsx"):
        answer = manager.get(f"/submissions/challenges?format={format_}")
        assert answer["Content-Disposition"].startswith("attachment")


def test_a_reader_who_is_on_neither_side_adds_nothing(raised: Challenge, contracts: Client) -> None:
    assert step(contracts, raised, "reply", words="x").status_code == 404
