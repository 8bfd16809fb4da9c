"""Who loaded what when, versions of a slice, withdrawal and the calendar."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.test import Client

from speccomm.warehouse import open_store
from speccomm_web.accounts.models import AuditEntry, Organisation
from speccomm_web.accounts.roles import Role
from tests.made_up.provider_files import Desk, activities
from tests.web.conftest import MakePerson, SignIn
from tests.web.submissions.conftest import carried_out, csv_file, send

pytestmark = pytest.mark.django_db
SLICE = "/submissions/slices/plcm/RKB/2023-24/9"


def loads_of(desk: Desk) -> list[str]:
    rows = open_store(desk.store).snapshot().loads().to_pylist()
    return [row["load_id"] for row in sorted(rows, key=lambda row: row["received_at"])]


def test_each_side_sees_the_loads_within_its_reach(
    submitter: Client, other_submitter: Client, analyst: Client, desk: Desk
) -> None:
    send(submitter, csv_file("own.csv", "plcm", activities(13)), purpose="load")
    carried_out()
    first, second = loads_of(desk)
    seen = other_submitter.get("/submissions/loads").content.decode()
    assert first in seen
    assert second not in seen
    assert other_submitter.get(f"/submissions/loads/{second}").status_code == 404
    theirs = other_submitter.get(f"/submissions/loads/{first}").content.decode()
    assert "RRK" in theirs
    assert "earlier_RKB.csv" not in theirs
    whole = analyst.get(f"/submissions/loads/{first}").content.decode()
    assert "earlier_RKB.csv" in whole
    assert "Superseded" in whole
    listed = analyst.get("/submissions/loads").content.decode()
    assert "Command line" in listed
    assert "own@example.org" in listed


def test_what_a_merged_trust_sent_before_is_its_successors(
    other_submitter: Client, make_person: MakePerson, sign_in: SignIn, desk: Desk
) -> None:
    """RA3 became part of RA7 in April 2020; RQ6 became part of another."""
    file = desk.file(
        "before_RA3.csv", "plcm", activities(2, provider_code="RA3", site_code="RA301")
    )
    load = desk.load(file, at=datetime(2024, 2, 1, 9, 0, tzinfo=UTC)).load_id
    successor, _ = Organisation.objects.get_or_create(
        ods_code="RA7", defaults={"name": "Successor", "kind": "provider"}
    )
    theirs = sign_in(make_person(Role.PROVIDER_SUBMITTER, at=successor, email="ra7@example.org"))
    assert load in theirs.get("/submissions/loads").content.decode()
    assert "RA3" in theirs.get(f"/submissions/loads/{load}").content.decode()
    assert theirs.get("/submissions/slices/plcm/RA3/2023-24/9").status_code == 200
    assert load not in other_submitter.get("/submissions/loads").content.decode()
    former, _ = Organisation.objects.get_or_create(
        ods_code="RA3", defaults={"name": "Former", "kind": "provider", "is_current": False}
    )
    send_page = theirs.get("/submissions/send").content.decode()
    assert former.ods_code not in send_page


def test_two_versions_of_a_slice_are_compared(
    submitter: Client, other_submitter: Client, contracts: Client, desk: Desk
) -> None:
    send(submitter, csv_file("own.csv", "plcm", activities(13)), purpose="load")
    carried_out()
    first, second = loads_of(desk)
    shown = submitter.get(f"{SLICE}?first={first}&second={second}").content.decode()
    assert "Added" in shown
    assert "£108.33" in shown
    assert "Rows that differ: the first 1 of 1" in shown
    assert AuditEntry.objects.filter(act="compared_loads").count() == 1
    assert other_submitter.get(SLICE).status_code == 404
    without_rows = contracts.get(f"{SLICE}?first={first}&second={second}").content.decode()
    assert "Added" in without_rows
    assert "Rows that differ" not in without_rows
    assert submitter.get("/submissions/slices/plcm/RKB/2023-24/3").status_code == 404
    assert submitter.get("/submissions/slices/nonsense/RKB/2023-24/9").status_code == 404


def test_a_load_is_withdrawn_once_with_its_reason(
    submitter: Client, analyst: Client, contracts: Client, desk: Desk
) -> None:
    send(submitter, csv_file("own.csv", "plcm", activities(13)), purpose="load")
    carried_out()
    first, second = loads_of(desk)
    address = f"/submissions/loads/{second}/withdraw"
    assert contracts.get(address).status_code == 403
    assert submitter.get(address).status_code == 403
    assert "Months for which it is current: 1" in analyst.get(address).content.decode()
    assert "Say why it is withdrawn" in analyst.post(address, {}).content.decode()
    done = analyst.post(address, {"reason": "A test file"}, follow=True).content.decode()
    assert "Months for which it was current: 1." in done
    assert "A test file" in done
    assert AuditEntry.objects.get(act="withdrew_load").subject == second
    again = analyst.post(address, {"reason": "Twice"}, follow=True).content.decode()
    assert "withdrawn" in again
    assert AuditEntry.objects.filter(act="withdrew_load").count() == 1
    slices = open_store(desk.store).snapshot().slices().to_pylist()
    assert {row["load_id"] for row in slices} == {first}


def test_an_analyst_of_one_icb_withdraws_nothing(
    make_person: MakePerson, sign_in: SignIn, home_icb: Organisation, desk: Desk
) -> None:
    local = sign_in(make_person(Role.ANALYST, at=home_icb))
    assert local.get(f"/submissions/loads/{loads_of(desk)[0]}/withdraw").status_code == 404


def test_a_role_for_some_services_reads_no_load_of_all_of_them(
    make_person: MakePerson, sign_in: SignIn, region: Organisation, desk: Desk
) -> None:
    some = sign_in(make_person(Role.ANALYST, at=region, services=["NCBPS11B"]))
    assert loads_of(desk)[0] not in some.get("/submissions/loads").content.decode()
    assert some.get(SLICE).status_code == 404
    assert some.get("/submissions/calendar").status_code == 200


def test_the_calendar_tells_what_is_due(submitter: Client, desk: Desk) -> None:
    shown = submitter.get("/submissions/calendar").content.decode()
    assert "18 January 2024" in shown
    assert "December 2023" in shown
    assert "Frozen" in shown


def test_without_a_store_the_pages_say_so(analyst: Client) -> None:
    assert "No load that you may see" in analyst.get("/submissions/loads").content.decode()
    assert analyst.get("/submissions/loads/nothing").status_code == 404
