"""What a viewer reaches, and whom an administrator may look after."""

from __future__ import annotations

from datetime import date

import pytest
from django.utils import timezone

from speccomm_web.accounts import actions
from speccomm_web.accounts.models import AuditEntry, Organisation, Person, RoleGrant
from speccomm_web.accounts.queries import audit_seen_by, people_seen_by, viewer_for
from speccomm_web.accounts.roles import Role
from speccomm_web.accounts.viewer import EVERYTHING, NOBODY, NOTHING, Reach, Scope, Viewer
from tests.web.conftest import MakePerson

ANALYST_THERE = Scope(Role.ANALYST, "QOC", "icb")
QUALITY_HERE = Scope(Role.QUALITY, "RRK", "provider", frozenset({"NCBPS11T"}))
VIEWER = Viewer(1, "Somebody", date(2026, 4, 1), (ANALYST_THERE, QUALITY_HERE))


def test_roles_reach_the_organisations_they_are_held_in() -> None:
    assert VIEWER.organisations(Role.ANALYST) == Reach(codes=frozenset({"QOC"}))
    assert VIEWER.organisations() == Reach(codes=frozenset({"QOC", "RRK"}))
    assert VIEWER.organisations(kind="icb") == Reach(codes=frozenset({"QOC"}))
    assert VIEWER.organisations(Role.PLANNER) == NOTHING
    everywhere = Viewer(1, "A", date.min, (Scope(Role.ANALYST),))
    assert everywhere.organisations(Role.ANALYST, kind="icb") == EVERYTHING


def test_services_are_reached_through_the_roles_that_name_them() -> None:
    assert VIEWER.services(Role.QUALITY) == Reach(codes=frozenset({"NCBPS11T"}))
    assert VIEWER.services(Role.ANALYST) == EVERYTHING
    assert VIEWER.services(Role.PLANNER) == NOTHING


def test_place_and_service_must_come_from_one_role() -> None:
    assert VIEWER.may(Role.QUALITY, organisation="RRK", service="NCBPS11T")
    assert not VIEWER.may(Role.QUALITY, organisation="RRK", service="NCBPS01C")
    assert not VIEWER.may(Role.QUALITY, organisation="RRK")
    assert not VIEWER.may(Role.QUALITY, organisation="QOC", service="NCBPS11T")
    assert not VIEWER.may(Role.ANALYST, organisation=None)


def test_nobody_reaches_nothing() -> None:
    assert not NOBODY.signed_in
    assert not NOBODY.organisations()
    assert not NOTHING.covers(None)
    assert EVERYTHING.covers(None)


@pytest.mark.parametrize(
    ("day", "held"),
    [(date(2026, 3, 31), False), (date(2026, 4, 1), True), (date(2026, 9, 30), True),
     (date(2026, 10, 1), False)],
)  # fmt: skip
def test_a_role_is_held_from_its_first_day_until_its_end(
    make_person: MakePerson, day: date, *, held: bool
) -> None:
    person = make_person(Role.ANALYST, from_date=date(2026, 4, 1), to_date=date(2026, 10, 1))
    assert viewer_for(person, on=day).holds(Role.ANALYST) == held


def test_a_closed_account_is_nobody(make_person: MakePerson) -> None:
    person = make_person(Role.ANALYST)
    person.is_active = False
    assert viewer_for(person, on=date(2026, 4, 1)) == NOBODY


@pytest.fixture
def administrator(make_person: MakePerson, icb: Organisation) -> Viewer:
    """An administrator of one ICB."""
    person = make_person(Role.ADMINISTRATOR, email="admin@example.org", at=icb)
    return viewer_for(person, on=timezone.localdate())


def test_an_administrator_sees_their_own_people(
    administrator: Viewer, make_person: MakePerson, icb: Organisation, provider: Organisation
) -> None:
    mine = make_person(Role.ANALYST, email="mine@example.org", at=icb)
    new = make_person(email="new@example.org")
    make_person(Role.PROVIDER_SUBMITTER, email="other@example.org", at=provider)
    make_person(Role.ADMINISTRATOR, email="all@example.org")
    seen = set(people_seen_by(administrator).values_list("email", flat=True))
    assert seen == {"admin@example.org", mine.email, new.email}


def grant(viewer: Viewer, person: Person, organisation: str | None, **changes: object) -> int:
    asked: dict[str, object] = {
        "viewer": viewer, "person_id": person.pk, "role": Role.ANALYST,
        "organisation": organisation, "services": None, "from_date": date(2026, 4, 1),
    } | changes  # fmt: skip
    return actions.grant_role(**asked)  # type: ignore[arg-type]


def test_an_administrator_gives_and_ends_roles_in_their_own_organisation(
    administrator: Viewer, make_person: MakePerson
) -> None:
    person = make_person(email="new@example.org")
    given = grant(administrator, person, "QOC", services=["NCBPS11T", "NCBPS11T"])
    kept = RoleGrant.objects.get(pk=given)
    assert kept.service_codes == ["NCBPS11T"]
    actions.end_role(viewer=administrator, grant_id=given, on=date(2026, 9, 1))
    actions.end_role(viewer=administrator, grant_id=given, on=date(2026, 12, 1))
    kept.refresh_from_db()
    assert kept.to_date == date(2026, 9, 1)
    acts = list(AuditEntry.objects.order_by("sequence").values_list("act", flat=True))
    assert acts == ["granted_role", "ended_role"]


@pytest.mark.parametrize("place", [None, "RRK", "ZZZ"])
def test_an_administrator_gives_no_role_elsewhere(
    administrator: Viewer, make_person: MakePerson, provider: Organisation, place: str | None
) -> None:
    with pytest.raises(actions.NotYours):
        grant(administrator, make_person(email="new@example.org"), place)
    assert not AuditEntry.objects.exists()


def test_no_services_is_not_every_service(administrator: Viewer, make_person: MakePerson) -> None:
    with pytest.raises(actions.NoServices):
        grant(administrator, make_person(email="new@example.org"), "QOC", services=[])


def test_whoever_is_no_administrator_changes_nobody(make_person: MakePerson) -> None:
    person = make_person(Role.ANALYST)
    viewer = viewer_for(person, on=timezone.localdate())
    with pytest.raises(actions.NotYours):
        grant(viewer, person, "QOC")
    with pytest.raises(actions.NotYours):
        actions.add_person(viewer=viewer, email="x@example.org", name="X")
    with pytest.raises(actions.NotYours):
        actions.change_account(viewer=viewer, person_id=person.pk + 1, is_active=False)


def test_an_email_is_had_by_one_person_in_any_case(
    administrator: Viewer, make_person: MakePerson
) -> None:
    make_person(email="new@example.org")
    with pytest.raises(actions.AlreadyThere):
        actions.add_person(viewer=administrator, email="NEW@example.org", name="New")


def test_an_administrator_does_not_shut_themselves_out(administrator: Viewer) -> None:
    own = RoleGrant.objects.get(person_id=administrator.person_id)
    with pytest.raises(actions.YourOwnAccount):
        actions.end_role(viewer=administrator, grant_id=own.pk, on=timezone.localdate())
    assert administrator.person_id is not None
    with pytest.raises(actions.YourOwnAccount):
        actions.change_account(
            viewer=administrator, person_id=administrator.person_id, is_active=False
        )


def test_an_administrator_reads_what_their_own_people_did(
    administrator: Viewer, make_person: MakePerson, provider: Organisation
) -> None:
    other = make_person(Role.ADMINISTRATOR, email="other@example.org", at=provider)
    elsewhere = viewer_for(other, on=timezone.localdate())
    actions.add_person(viewer=elsewhere, email="a@example.org", name="A")
    actions.add_person(viewer=administrator, email="b@example.org", name="B")
    assert [entry.person_id for entry in audit_seen_by(administrator)] == [administrator.person_id]
    assert not audit_seen_by(NOBODY).exists()


def test_an_organisation_that_is_gone_is_closed_and_kept(icb: Organisation) -> None:
    rows = [actions.OrganisationRow("QNX", "Another ICB", "icb")]
    assert actions.load_organisations(viewer=NOBODY, rows=rows) == 1
    icb.refresh_from_db()
    assert not icb.is_current
