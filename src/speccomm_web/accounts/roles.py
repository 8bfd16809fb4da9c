"""The roles that a person may hold."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """A role, by the word that the table of permissions uses for it."""

    PROVIDER_SUBMITTER = "provider_submitter"
    ANALYST = "analyst"
    CONTRACT_AND_FINANCE = "contract_and_finance"
    QUALITY = "quality"
    NETWORK_MANAGER = "network_manager"
    REFERRING_CLINICIAN = "referring_clinician"
    TERTIARY_CLINICIAN = "tertiary_clinician"
    MDT_COORDINATOR = "mdt_coordinator"
    PLANNER = "planner"
    BOARD_MEMBER = "board_member"
    ADMINISTRATOR = "administrator"

    @property
    def words(self) -> str:
        """The role as a page writes it."""
        if self is Role.MDT_COORDINATOR:
            return "MDT coordinator"
        return self.value.replace("_", " ").capitalize()

    @property
    def is_clinical(self) -> bool:
        """Clinical roles see the patients they are responsible for, and no pseudonymised records."""
        return self in CLINICAL


CLINICAL = frozenset({Role.REFERRING_CLINICIAN, Role.TERTIARY_CLINICIAN, Role.MDT_COORDINATOR})
# Those who work for the body that pays: they see pseudonymised records of what they commission.
COMMISSIONING = frozenset(
    {Role.ANALYST, Role.CONTRACT_AND_FINANCE, Role.QUALITY, Role.PLANNER, Role.NETWORK_MANAGER}
)
