"""Every change of people and roles: one transaction each, with its audit entry."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from allauth.mfa.models import Authenticator
from django.db import IntegrityError, transaction
from django.utils import timezone

from speccomm_web.accounts.audit import record_audit
from speccomm_web.accounts.models import Organisation, Person, PersonalToken, RoleGrant
from speccomm_web.accounts.models.tokens import digest_of, new_secret
from speccomm_web.accounts.queries import gives_everywhere, good_tokens, people_seen_by
from speccomm_web.accounts.roles import Role
from speccomm_web.accounts.viewer import Viewer

MOST_TOKENS = 20  # good at once, of one person
LONGEST_TOKEN_DAYS = 366


class NotYours(Exception):
    """A person, role or organisation that this administrator does not look after."""

    def __init__(self) -> None:
        super().__init__("You look after neither this person's organisation nor their roles.")


class AlreadyThere(Exception):
    """An email that a person has already."""

    def __init__(self) -> None:
        super().__init__("A person with this email address is there already.")


class NoServices(Exception):
    """A role that was to cover some services and named none."""

    def __init__(self) -> None:
        super().__init__("Name at least one service, or choose every service.")


class EndsBeforeItBegins(Exception):
    """A role that would end before the day it begins."""

    def __init__(self) -> None:
        super().__init__("The role must end after the day it begins.")


class YourOwnAccount(Exception):
    """An administrator about to lock themselves out."""

    def __init__(self) -> None:
        super().__init__("You cannot shut yourself out. Ask another administrator to do it.")


class TooManyTokens(Exception):
    """A person with as many tokens as one may have."""

    def __init__(self) -> None:
        super().__init__(
            f"You have {MOST_TOKENS} tokens that are good. Revoke one that you no longer use."
        )


def add_person(*, viewer: Viewer, email: str, name: str) -> int:
    """Add a person without a password: they sign in elsewhere, or ask for a link to set one.

    Raises:  NotYours, AlreadyThere.
    """
    _refuse_unless_administrator(viewer)
    try:
        with transaction.atomic():
            person = Person.objects.create_person(email, name=name)
            _record(viewer, "added_person", person)
    except IntegrityError as problem:
        raise AlreadyThere from problem
    return person.pk


def grant_role(
    *,
    viewer: Viewer,
    person_id: int,
    role: Role,
    organisation: str | None,
    services: Collection[str] | None,
    from_date: date,
    to_date: date | None = None,
) -> int:
    """Give a person a role: in one organisation or in all, for some services or for every one.

    Raises:  NotYours where any of it lies beyond what the administrator looks after; NoServices;
             EndsBeforeItBegins.
    """
    if services is not None and not services:
        raise NoServices
    if to_date is not None and to_date <= from_date:
        raise EndsBeforeItBegins
    person = _person(viewer, person_id)
    place = _organisation(viewer, organisation)
    with transaction.atomic():
        grant = RoleGrant.objects.create(
            person=person,
            role=role.value,
            organisation=place,
            service_codes=None if services is None else sorted(set(services)),
            from_date=from_date,
            to_date=to_date,
            granted_by_id=viewer.person_id,
        )
        _record(
            viewer, "granted_role", person,
            grant=grant.pk, role=role.value, organisation=organisation or "every",
            services=grant.service_codes or "every", from_date=from_date, to_date=to_date,
        )  # fmt: skip
    return grant.pk


def end_role(*, viewer: Viewer, grant_id: int, on: date) -> int:
    """End a role on a day, from which it is no longer held. Returns the person's id.

    Ending what has ended, or ended earlier, changes nothing.

    Raises:  NotYours; YourOwnAccount for one's own role of administrator.
    """
    with transaction.atomic():
        grant = RoleGrant.objects.select_for_update().filter(pk=grant_id).first()
        if grant is None:
            raise NotYours
        place = grant.organisation
        if grant.person_id == viewer.person_id and grant.role == Role.ADMINISTRATOR.value:
            raise YourOwnAccount
        _person(viewer, grant.person_id)
        _organisation(viewer, place.ods_code if place else None)
        if grant.to_date is None or grant.to_date > on:
            grant.to_date = max(on, grant.from_date)
            grant.save(update_fields=["to_date"])
            person = Person.objects.get(pk=grant.person_id)
            _record(viewer, "ended_role", person, grant=grant.pk, role=grant.role,
                    to_date=grant.to_date)  # fmt: skip
    return grant.person_id


def change_account(*, viewer: Viewer, person_id: int, is_active: bool) -> None:
    """Close an account, which ends its sessions, or open it again.

    Raises:  NotYours, YourOwnAccount.
    """
    if person_id == viewer.person_id and not is_active:
        raise YourOwnAccount
    person = _person(viewer, person_id)
    with transaction.atomic():
        person.is_active = is_active
        person.sessions_from = timezone.now()
        person.save(update_fields=["is_active", "sessions_from"])
        _record(viewer, "opened_account" if is_active else "closed_account", person)


def reset_second_factor(*, viewer: Viewer, person_id: int) -> None:
    """Take away a lost second factor and end the person's sessions; they set up another.

    Raises:  NotYours.
    """
    person = _person(viewer, person_id)
    with transaction.atomic():
        Authenticator.objects.filter(user=person).delete()
        person.sessions_from = timezone.now()
        person.save(update_fields=["sessions_from"])
        _record(viewer, "reset_second_factor", person)


def make_token(*, viewer: Viewer, name: str, days: int) -> str:
    """Make a token for the viewer's own programs and hand it over, the only time it is seen.

    `days` is how long it is good, at most LONGEST_TOKEN_DAYS.

    Raises:  NotYours for nobody; TooManyTokens.
    """
    if viewer.person_id is None or not 0 < days <= LONGEST_TOKEN_DAYS:
        raise NotYours
    secret, now = new_secret(), timezone.now()
    with transaction.atomic():
        # The person's row is held, so that two at once cannot both be the last one allowed.
        person = Person.objects.select_for_update().get(pk=viewer.person_id)
        if good_tokens(at=now).filter(person=person).count() >= MOST_TOKENS:
            raise TooManyTokens
        token = PersonalToken.objects.create(
            person=person,
            name=name,
            digest=digest_of(secret),
            hint=secret[-4:],
            made_at=now,
            expires_at=now + timedelta(days=days),
        )
        _record(viewer, "made_token", person, token=token.pk, days=days)
    return secret


def revoke_token(*, viewer: Viewer, token_id: int) -> None:
    """End one of the viewer's own tokens at once. Revoking it again changes nothing.

    Raises:  NotYours.
    """
    with transaction.atomic():
        token = PersonalToken.objects.select_for_update().filter(pk=token_id).first()
        if token is None or token.person_id != viewer.person_id:
            raise NotYours
        if token.revoked_at is None:
            token.revoked_at = timezone.now()
            token.save(update_fields=["revoked_at"])
            _record(viewer, "revoked_token", Person.objects.get(pk=token.person_id), token=token.pk)


@dataclass(frozen=True)
class OrganisationRow:
    """An organisation as the reference tables give it."""

    ods_code: str
    name: str
    kind: str


def load_organisations(*, viewer: Viewer, rows: Iterable[OrganisationRow]) -> int:
    """Bring the organisations in line with the reference tables, and say how many there are.

    One that is no longer among those of its kind is marked as closed, never deleted.
    """
    wanted = {row.ods_code: row for row in rows}
    with transaction.atomic():
        for row in wanted.values():
            Organisation.objects.update_or_create(
                ods_code=row.ods_code,
                defaults={"name": row.name, "kind": row.kind, "is_current": True},
            )
        kinds = {row.kind for row in wanted.values()}
        gone = Organisation.objects.filter(kind__in=kinds).exclude(ods_code__in=wanted)
        closed = gone.filter(is_current=True).update(is_current=False)
        record_audit(
            viewer=viewer, act="loaded_organisations", subject_kind="organisations",
            subject="reference", details={"current": len(wanted), "closed": closed},
        )  # fmt: skip
    return len(wanted)


def _refuse_unless_administrator(viewer: Viewer) -> None:
    if not viewer.holds(Role.ADMINISTRATOR):
        raise NotYours


def _person(viewer: Viewer, person_id: int) -> Person:
    person = people_seen_by(viewer).filter(pk=person_id).first()
    if person is None:
        raise NotYours
    return person


def _organisation(viewer: Viewer, ods_code: str | None) -> Organisation | None:
    """The organisation of a role, if this administrator looks after it."""
    if ods_code is None:
        if not gives_everywhere(viewer):
            raise NotYours
        return None
    if not viewer.may(Role.ADMINISTRATOR, organisation=ods_code):
        raise NotYours
    place = Organisation.objects.filter(ods_code=ods_code).first()
    if place is None:
        raise NotYours
    return place


def _record(viewer: Viewer, act: str, person: Person, **details: object) -> None:
    record_audit(
        viewer=viewer, act=act, subject_kind="person", subject=str(person.pk), details=details
    )
