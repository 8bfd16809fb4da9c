"""People, roles and audit entries as plain values for templates."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.core.paginator import Page as PageOfRecords
from django.urls import reverse

from speccomm_web.accounts.models import AuditEntry, Person, PersonalToken, RoleGrant
from speccomm_web.accounts.permissions import Page
from speccomm_web.accounts.roles import Role
from speccomm_web.design.states import State
from speccomm_web.design.tables import Column, DataTable, Kind

AUDIT_COLUMNS = (
    Column("sequence", "Entry", Kind.COUNT),
    Column("at", "When", Kind.MOMENT),
    Column("person_name", "Who"),
    Column("act", "Did what"),
    Column("subject", "To what"),
    Column("details", "Details", none="None"),
)


def people_table(people: Iterable[Person], *, on: date) -> DataTable:
    """People with the roles they hold on a day."""
    rows = [
        {
            "id": str(person.pk),
            "name": person.name,
            "email": person.email,
            "roles": "; ".join(role_words(grant) for grant in _held(person, on)) or None,
            "state": State.CURRENT if person.is_active else State.ENDED,
        }
        for person in people
    ]
    return DataTable(
        name="people",
        caption="People",
        columns=(
            Column("name", "Name"),
            Column("email", "Email"),
            Column("roles", "Roles held now", none="No role"),
            Column("state", "Account", Kind.STATE),
        ),
        rows=rows,
        header_key="name",
        links={"name": lambda row: reverse("accounts:person", args=[row["id"]])},
        empty="Nobody here has that name or email.",
    )


def role_words(grant: RoleGrant) -> str:
    """A role with where it is held and for what."""
    place = grant.organisation.name if grant.organisation else "every organisation"
    services = "" if grant.service_codes is None else f", for {', '.join(grant.service_codes)}"
    return f"{Role(grant.role).words} in {place}{services}"


def grants_table(grants: Iterable[RoleGrant], *, on: date) -> DataTable:
    """The roles of one person, held now or before or later."""
    rows = [
        {
            "id": str(grant.pk),
            "role": Role(grant.role).words,
            "organisation": grant.organisation.name if grant.organisation else "Every organisation",
            "services": "Every service"
            if grant.service_codes is None
            else ", ".join(grant.service_codes),
            "from_date": grant.from_date,
            "to_date": grant.to_date,
            "state": _grant_state(grant, on),
        }
        for grant in grants
    ]
    return DataTable(
        name="roles",
        caption="Roles",
        columns=(
            Column("role", "Role"),
            Column("organisation", "Organisation"),
            Column("services", "Services"),
            Column("from_date", "From", Kind.DAY),
            Column("to_date", "Until", Kind.DAY, none="No end"),
            Column("state", "State", Kind.STATE),
        ),
        rows=rows,
        header_key="role",
        empty="No role was given.",
    )


def endable(grants: Iterable[RoleGrant], *, on: date) -> list[dict[str, Any]]:
    """The roles that can still be ended, with the words of their buttons."""
    return [
        {"id": grant.pk, "words": role_words(grant)}
        for grant in grants
        if grant.to_date is None or grant.to_date > on
    ]


def audit_table(page: PageOfRecords[AuditEntry]) -> DataTable:
    """One page of the audit record."""
    rows = [
        {
            "sequence": entry.sequence,
            "at": entry.at,
            "person_name": entry.person_name,
            "act": entry.act.replace("_", " "),
            "subject": f"{entry.subject_kind} {entry.subject}",
            "details": _details(entry.details),
        }
        for entry in page.object_list
    ]
    return DataTable(
        name="entries",
        caption="What was done and seen, newest first",
        columns=AUDIT_COLUMNS,
        rows=rows,
        header_key="sequence",
        empty="No entry fits.",
    )


def permissions_table(pages: Iterable[Page]) -> DataTable:
    """The table of permissions, as people read it."""
    rows = [
        {"says": page.says, "who": who_words(page), "sees": page.sees or None} for page in pages
    ]
    return DataTable(
        name="permissions",
        caption="Who may open what",
        columns=(
            Column("says", "Page"),
            Column("who", "Who may open it"),
            Column("sees", "What they see", none="The same for everyone"),
        ),
        rows=rows,
        header_key="says",
    )


def who_words(page: Page) -> str:
    """Who may open a page, in words."""
    if isinstance(page.who, frozenset):
        return ", ".join(role.words for role in Role if role in page.who)
    return {"anyone": "Anyone", "signed in": "Everyone who has signed in"}.get(page.who, "Nobody")


def _held(person: Person, on: date) -> list[RoleGrant]:
    return [
        grant
        for grant in person.grants.all()
        if grant.from_date <= on and (grant.to_date is None or grant.to_date > on)
    ]


def _grant_state(grant: RoleGrant, on: date) -> State:
    if grant.from_date > on:
        return State.WAITING
    if grant.to_date is not None and grant.to_date <= on:
        return State.ENDED
    return State.CURRENT


def _details(details: dict[str, Any]) -> str | None:
    def said(value: Any) -> str:
        return ", ".join(map(str, value)) if isinstance(value, list) else str(value)

    return "; ".join(f"{key.replace('_', ' ')}: {said(value)}" for key, value in details.items()
                     if value is not None) or None  # fmt: skip


def tokens_table(tokens: Iterable[PersonalToken], *, at: datetime) -> DataTable:
    """A person's tokens, good or not."""
    rows = [
        {
            "name": token.name,
            "hint": f"…{token.hint}",
            "made_at": token.made_at,
            "expires_at": token.expires_at,
            "last_used_on": token.last_used_on,
            "state": State.CURRENT if _is_good(token, at) else State.ENDED,
        }
        for token in tokens
    ]
    return DataTable(
        name="tokens",
        caption="Your tokens",
        columns=(
            Column("name", "What it is for"),
            Column("hint", "Ends in", Kind.CODE),
            Column("made_at", "Made", Kind.MOMENT),
            Column("expires_at", "Good until", Kind.MOMENT),
            Column("last_used_on", "Last used", Kind.DAY, none="Never"),
            Column("state", "State", Kind.STATE),
        ),
        rows=rows,
        header_key="name",
        empty="You have made no token.",
    )


def revocable_tokens(tokens: Iterable[PersonalToken], *, at: datetime) -> list[dict[str, str]]:
    """The tokens that are still good, each with the words of its button."""
    return [
        {"id": str(token.pk), "words": f"{token.name} (…{token.hint})"}
        for token in tokens
        if _is_good(token, at)
    ]


def _is_good(token: PersonalToken, at: datetime) -> bool:
    return token.revoked_at is None and token.expires_at > at
