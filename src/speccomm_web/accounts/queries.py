"""Reads of people, roles and the audit record, each from what the viewer may see."""

from __future__ import annotations

from datetime import date, datetime

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from speccomm_web.accounts.models import (
    AuditEntry,
    Organisation,
    Person,
    PersonalToken,
    RoleGrant,
)
from speccomm_web.accounts.models.tokens import digest_of
from speccomm_web.accounts.roles import Role
from speccomm_web.accounts.viewer import NOBODY, Scope, Viewer


def viewer_for(person: Person | None, *, on: date) -> Viewer:
    """The viewer that a person is on a day. A closed account is nobody."""
    if person is None or not person.is_active:
        return NOBODY
    grants = RoleGrant.objects.filter(person=person).held_on(on).select_related("organisation")
    return Viewer(
        person_id=person.pk,
        name=person.name,
        on=on,
        scopes=tuple(
            Scope(
                role=Role(grant.role),
                organisation_code=grant.organisation.ods_code if grant.organisation else None,
                kind=grant.organisation.kind if grant.organisation else None,
                service_codes=None
                if grant.service_codes is None
                else frozenset(grant.service_codes),
            )
            for grant in grants
        ),
    )


def people_seen_by(viewer: Viewer) -> QuerySet[Person]:
    """People whom an administrator looks after: see permissions.toml."""
    reach = viewer.organisations(Role.ADMINISTRATOR)
    if reach.everything:
        return Person.objects.all()
    if not reach:
        return Person.objects.none()
    grants = RoleGrant.objects.filter(person=OuterRef("pk"))
    return Person.objects.filter(
        Exists(grants.filter(organisation__ods_code__in=reach.codes)) | ~Exists(grants)
    )


def find_people(viewer: Viewer, *, words: str) -> QuerySet[Person]:
    """Those of the people seen whose name or email holds some words."""
    people = people_seen_by(viewer).prefetch_related("grants__organisation")
    if words:
        people = people.filter(Q(name__icontains=words) | Q(email__icontains=words))
    return people


def person_seen_by(viewer: Viewer, person_id: int) -> Person | None:
    """One person, or None where there is none that this viewer may see."""
    people = people_seen_by(viewer).prefetch_related("grants__organisation")
    return people.filter(pk=person_id).first()


def own_grants(viewer: Viewer) -> QuerySet[RoleGrant]:
    """The roles that the viewer holds now."""
    if viewer.person_id is None:
        return RoleGrant.objects.none()
    held = RoleGrant.objects.filter(person_id=viewer.person_id).held_on(viewer.on)
    return held.select_related("organisation")


def organisations_given_by(viewer: Viewer) -> QuerySet[Organisation]:
    """Current organisations in which an administrator may give roles."""
    reach = viewer.organisations(Role.ADMINISTRATOR)
    current = Organisation.objects.filter(is_current=True)
    return current if reach.everything else current.filter(ods_code__in=reach.codes)


def gives_everywhere(viewer: Viewer) -> bool:
    """Whether an administrator may give roles in every organisation at once."""
    return viewer.organisations(Role.ADMINISTRATOR).everything


def audit_seen_by(viewer: Viewer) -> QuerySet[AuditEntry]:
    """The audit entries that an administrator may read: see permissions.toml."""
    if gives_everywhere(viewer):
        return AuditEntry.objects.all()
    if not viewer.holds(Role.ADMINISTRATOR):
        return AuditEntry.objects.none()
    return AuditEntry.objects.filter(person__in=people_seen_by(viewer).values("pk"))


def find_audit(viewer: Viewer, *, act: str, words: str) -> QuerySet[AuditEntry]:
    """Those of the entries seen of one act, or about a person or subject."""
    entries = audit_seen_by(viewer)
    if act:
        entries = entries.filter(act=act)
    if words:
        entries = entries.filter(Q(person_name__icontains=words) | Q(subject__icontains=words))
    return entries


def acts_seen_by(viewer: Viewer) -> list[str]:
    """The acts that the entries seen hold, in order of their names."""
    return list(audit_seen_by(viewer).order_by("act").values_list("act", flat=True).distinct())


def own_tokens(viewer: Viewer) -> QuerySet[PersonalToken]:
    """The viewer's own tokens, the newest first; nobody sees another's."""
    if viewer.person_id is None:
        return PersonalToken.objects.none()
    return PersonalToken.objects.filter(person_id=viewer.person_id)


def good_tokens(*, at: datetime) -> QuerySet[PersonalToken]:
    """Tokens that open anything at a moment.

    What ends a person's sessions ends their tokens: a closed account, or a second factor reset.
    """
    return PersonalToken.objects.filter(
        Q(person__sessions_from=None) | Q(made_at__gte=F("person__sessions_from")),
        revoked_at=None,
        expires_at__gt=at,
        person__is_active=True,
    )


def person_of_token(secret: str, *, at: datetime, on: date) -> Person | None:
    """Whose token this is, if it is good at the moment; its first use of a day is written down."""
    found = good_tokens(at=at).select_related("person").filter(digest=digest_of(secret)).first()
    if found is None:
        return None
    if found.last_used_on != on:
        PersonalToken.objects.filter(pk=found.pk).update(last_used_on=on)
    return found.person
