"""The one readable table of who may open what: permissions.toml, read and asked.

A page is named by its URL name. A name that is not in the table may be opened by nobody.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

from speccomm_web.accounts.roles import Role
from speccomm_web.accounts.viewer import Viewer

TABLE = Path(__file__).with_name("permissions.toml")
ANYONE, SIGNED_IN, NOBODY = "anyone", "signed in", "nobody"
KEYS = {"who", "says", "sees", "menu", "before_second_factor", "by_token"}


@dataclass(frozen=True)
class Page:
    """Who may open a page: anyone, whoever has signed in, nobody, or those with some roles.

    `says` is what the page is for, and `sees` which rows each person sees on it. `menu` is the
    words of its entry in the menu; empty where it has none. `before_second_factor` marks the few
    pages that a person who has still to set up a second factor may open. `by_token` marks what a
    program may ask for with a person's token: it is answered in problem details, never led to a
    page for signing in.
    """

    name: str
    who: str | frozenset[Role]
    says: str
    sees: str = ""
    menu: str = ""
    before_second_factor: bool = False
    by_token: bool = False

    def admits(self, viewer: Viewer) -> bool:
        """Whether a viewer may open the page at all."""
        if isinstance(self.who, frozenset):
            return viewer.signed_in and viewer.holds(*self.who)
        return self.who == ANYONE or (self.who == SIGNED_IN and viewer.signed_in)


@cache
def pages() -> Mapping[str, Page]:
    """Every page of the table by its URL name, in the table's order.

    Raises:  ImproperlyConfigured for a role or key that is not known.
    """
    with TABLE.open("rb") as file:
        table = tomllib.load(file)
    return {name: _page(name, row) for name, row in table["pages"].items()}


def _page(name: str, row: Mapping[str, object]) -> Page:
    unknown = set(row) - KEYS
    if unknown:
        raise ImproperlyConfigured(f"permissions.toml: {name} has the unknown keys {unknown}.")
    return Page(
        name=name,
        who=_who(name, row["who"]),
        says=str(row["says"]),
        sees=str(row.get("sees", "")),
        menu=str(row.get("menu", "")),
        before_second_factor=row.get("before_second_factor") is True,
        by_token=row.get("by_token") is True,
    )


def _who(name: str, who: object) -> str | frozenset[Role]:
    if isinstance(who, str) and who in {ANYONE, SIGNED_IN, NOBODY}:
        return who
    if isinstance(who, list) and who and set(who) <= {role.value for role in Role}:
        return frozenset(Role(word) for word in who)
    raise ImproperlyConfigured(f"permissions.toml: {name} names nobody that is known: {who}.")
