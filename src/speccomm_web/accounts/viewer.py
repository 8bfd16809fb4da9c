"""What a person may see: the value that every query starts from.

A viewer is made once for a request (`viewer_of`) or a task (`viewer_for`), and holds no record of
the database. A query asks it for a reach: the organisations, or the services, that certain roles
give. A reach is everything, some codes, or nothing; nothing is the default.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import cast

from django.http import HttpRequest

from speccomm_web.accounts.roles import Role


@dataclass(frozen=True)
class Reach:
    """Some codes, or every code there is."""

    everything: bool = False
    codes: frozenset[str] = frozenset()

    def covers(self, code: str | None) -> bool:
        """Whether a code is within reach. No code at all is covered only by everything."""
        return self.everything or code in self.codes

    def narrowed_to(self, codes: Iterable[str]) -> frozenset[str]:
        """Those of some codes that are within reach."""
        return frozenset(codes) if self.everything else self.codes & frozenset(codes)

    def __or__(self, other: Reach) -> Reach:
        return Reach(self.everything or other.everything, self.codes | other.codes)

    def __bool__(self) -> bool:
        return self.everything or bool(self.codes)


EVERYTHING = Reach(everything=True)
NOTHING = Reach()


@dataclass(frozen=True)
class Scope:
    """One role that is held: in one organisation (None: every one), for some services (None: all).

    `kind` is the organisation's kind: provider, icb, region or network.
    """

    role: Role
    organisation_code: str | None = None
    kind: str | None = None
    service_codes: frozenset[str] | None = None


@dataclass(frozen=True)
class Viewer:
    """A person, or nobody, and the roles they hold on a day."""

    person_id: int | None = None
    name: str = "Nobody"
    on: date = date.min
    scopes: tuple[Scope, ...] = ()

    @property
    def signed_in(self) -> bool:
        return self.person_id is not None

    @property
    def roles(self) -> frozenset[Role]:
        return frozenset(scope.role for scope in self.scopes)

    def holds(self, *roles: Role) -> bool:
        """Whether any of some roles is held anywhere."""
        return bool(self.roles.intersection(roles))

    def organisations(
        self, *roles: Role, kind: str | None = None, every_service: bool = False
    ) -> Reach:
        """The organisations in which any of some roles (none named: any role) is held.

        With `kind`, only organisations of that kind; a role held everywhere reaches every one. With
        `every_service`, roles for some services do not count: what is asked tells of all at once.
        """
        reach = NOTHING
        for scope in self._held(roles):
            if every_service and scope.service_codes is not None:
                continue
            if scope.organisation_code is None:
                return EVERYTHING
            if kind is None or scope.kind == kind:
                reach |= Reach(codes=frozenset({scope.organisation_code}))
        return reach

    def services(self, *roles: Role) -> Reach:
        """The service codes for which any of some roles is held, wherever it is held."""
        reach = NOTHING
        for scope in self._held(roles):
            if scope.service_codes is None:
                return EVERYTHING
            reach |= Reach(codes=scope.service_codes)
        return reach

    def may(self, *roles: Role, organisation: str | None, service: str | None = None) -> bool:
        """Whether one of some roles is held for this organisation and this service together.

        `service` None asks about a thing that concerns no one service: a role for some services
        only does not cover it.
        """
        return any(
            (scope.organisation_code in (None, organisation))
            and (
                scope.service_codes is None
                or (service is not None and service in scope.service_codes)
            )
            for scope in self._held(roles)
        )

    def _held(self, roles: tuple[Role, ...]) -> tuple[Scope, ...]:
        return tuple(scope for scope in self.scopes if not roles or scope.role in roles)


NOBODY = Viewer()


def viewer_of(request: HttpRequest) -> Viewer:
    """The viewer that the permissions middleware put with the request."""
    return cast("Viewer", getattr(request, "viewer", NOBODY))
