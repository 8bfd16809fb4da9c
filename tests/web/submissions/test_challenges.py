"""Challenges from raising to settling, by both sides and by people who are on neither."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from speccomm_web.accounts.models import AuditEntry, Organisation, Person
from speccomm_web.accounts.roles import Role
from speccomm_web.submissions.models import Attachment, Challenge
from speccomm_web.submissions.terms import terms_on
from tests.made_up.provider_files import Desk, activities
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
        "no challenge that you may see"
        in other_submitter.get("/submissions/challenges").content.decode()
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
    assert contracts.get(f"/submissions/challenges/{made.pk}").status_code == 200
    assert step(submitter, made, "drop").status_code == 403
    assert step(contracts, made, "drop").status_code == 302
    made.refresh_from_db()
    assert made.stage == "dropped"


BIRMINGHAM = "15E"  # the code of another ICB's patients


@pytest.fixture
def mixed(desk: Desk) -> str:
    """A month of which rows 2 to 4 are of patients of QWU, and rows 5 and 6 of another ICB's."""
    rows = [*activities(3), *activities(2, gp_responsibility_code=BIRMINGHAM, unit_price_gbp="50",
                                        total_cost_gbp="50", cds_unique_identifier="B")]  # fmt: skip
    rows = [{**row, "cds_unique_identifier": f"M{n}"} for n, row in enumerate(rows)]
    name = "mixed_RKB.csv"
    received = datetime(2024, 2, 12, 9, 0, tzinfo=UTC)
    desk.load(desk.file(name, "plcm", rows), at=received, accept_shrink=True)
    return name


def icb_person(make_person: MakePerson, code: str, *roles: Role, **more: Any) -> Person:
    place, _ = Organisation.objects.get_or_create(
        ods_code=code, defaults={"name": code, "kind": "icb"}
    )
    return make_person(*roles, at=place, email=f"{code}@example.org".lower(), **more)


def rows_shown(client: Client) -> list[str]:
    page = client.get(f"{SLICE}/rows")
    assert page.status_code == 200, page.content.decode()[:300]
    text = page.content.decode()
    return [f"{n}" for n in range(2, 12) if f'"Row {n} of mixed_RKB.csv"' in text]


def test_an_icb_chooses_from_the_rows_of_its_own_patients_and_no_others(
    mixed: str, make_person: MakePerson, sign_in: SignIn, own: Organisation
) -> None:
    here = sign_in(icb_person(make_person, "QWU", Role.CONTRACT_AND_FINANCE))
    there = sign_in(icb_person(make_person, "QHL", Role.ANALYST))
    elsewhere = sign_in(icb_person(make_person, "QNC", Role.ANALYST))
    assert rows_shown(here) == ["2", "3", "4"]
    assert "You see the rows of your ICB" in here.get(f"{SLICE}/rows").content.decode()
    assert rows_shown(there) == ["5", "6"]
    assert rows_shown(elsewhere) == []
    looks = AuditEntry.objects.filter(act="saw_rows").order_by("sequence")
    assert [look.details["rows"] for look in looks] == [3, 3, 2, 0]


def test_an_icb_challenges_its_own_rows_and_the_money_of_no_others(
    mixed: str, make_person: MakePerson, sign_in: SignIn, submitter: Client, manager: Client,
    own: Organisation,
) -> None:  # fmt: skip
    here = sign_in(icb_person(make_person, "QWU", Role.CONTRACT_AND_FINANCE))
    there = sign_in(icb_person(make_person, "QHL", Role.CONTRACT_AND_FINANCE))
    form = {"commissioner": "QWU", "reason": "price", "says": "Too dear."}
    for rows in ([f"5@{mixed}"], [f"2@{mixed}", f"5@{mixed}"], [f"99@{mixed}"]):
        refused = here.post(f"{SLICE}/challenge", {**form, "row": rows})
        assert refused.status_code == 200
        assert not Challenge.objects.exists()
    whole = here.post(f"{SLICE}/challenge", {**form, "at_stake_gbp": "325.00"})
    assert "No more can be at stake" in whole.content.decode()
    assert "£324.99" in here.get(f"{SLICE}/challenge").content.decode()
    assert here.post(f"{SLICE}/challenge", {**form, "row": [f"2@{mixed}"]}).status_code == 302
    made = Challenge.objects.get()
    assert made.at_stake_gbp == Decimal("108.33")
    address = f"/submissions/challenges/{made.pk}"
    for client in (here, submitter, manager):
        assert "The 1 rows" in client.get(address).content.decode()
    assert there.get(address).status_code == 404
    assert AuditEntry.objects.filter(act="saw_challenged_rows").count() == 3


def test_other_people_of_an_icb_see_no_single_row(
    mixed: str, make_person: MakePerson, sign_in: SignIn, own: Organisation
) -> None:
    quality = sign_in(icb_person(make_person, "QWU", Role.QUALITY, Role.PLANNER))
    assert quality.get(f"{SLICE}/rows").status_code == 403
    both = sign_in(icb_person(make_person, "QHL", Role.ANALYST, services=["NCBPS01C"]))
    assert rows_shown(both) == []  # a role for some services shows those alone


def test_nothing_is_challenged_for_an_icb_that_is_charged_nothing(
    mixed: str, make_person: MakePerson, sign_in: SignIn, own: Organisation
) -> None:
    elsewhere = sign_in(icb_person(make_person, "QNC", Role.CONTRACT_AND_FINANCE))
    form = {"commissioner": "QNC", "reason": "price", "says": "x", "at_stake_gbp": "0"}
    refused = elsewhere.post(f"{SLICE}/challenge", form).content.decode()
    assert "Nothing in this month is charged to this body" in refused
    assert not Challenge.objects.exists()


def test_terms_that_no_contract_gave_are_said_to_be_assumed(
    raised: Challenge, manager: Client
) -> None:
    assert terms_on(raised.reply_due).assumed
    assert "assumed" in manager.get(f"/submissions/challenges/{raised.pk}").content.decode()
    assert "That is assumed until" in manager.get(f"{SLICE}/challenge").content.decode()


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
