"""The people of the demonstration: one for each role, named for the role and its body."""

from __future__ import annotations

from dataclasses import dataclass

from speccomm_web.accounts.roles import Role

REGION, ICB, PROVIDER, OTHER_PROVIDER = "Y60", "QWU", "RKB", "RRK"
PASSWORD = "midlands-made-up-data"  # noqa: S105 - printed, and good for made-up data only
ADDRESS = "demonstration.example"


@dataclass(frozen=True)
class DemonstrationPerson:
    """Someone to sign in as: an email, what they are called, and the roles they hold where."""

    email: str
    name: str
    roles: tuple[tuple[Role, str | None], ...]


PEOPLE = (
    DemonstrationPerson(
        f"submitter@{ADDRESS}", "Data submitter of a provider",
        ((Role.PROVIDER_SUBMITTER, PROVIDER),),
    ),
    DemonstrationPerson(
        f"other-submitter@{ADDRESS}", "Data submitter of another provider",
        ((Role.PROVIDER_SUBMITTER, OTHER_PROVIDER),),
    ),
    DemonstrationPerson(
        f"analyst@{ADDRESS}", "Analyst of the region", ((Role.ANALYST, REGION),)
    ),
    DemonstrationPerson(f"icb-analyst@{ADDRESS}", "Analyst of an ICB", ((Role.ANALYST, ICB),)),
    DemonstrationPerson(
        f"contracts@{ADDRESS}", "Contract and finance of the region",
        ((Role.CONTRACT_AND_FINANCE, REGION),),
    ),
    DemonstrationPerson(
        f"quality@{ADDRESS}", "Quality lead of the region", ((Role.QUALITY, REGION),)
    ),
    DemonstrationPerson(
        f"network@{ADDRESS}", "Network manager of the region", ((Role.NETWORK_MANAGER, REGION),)
    ),
    DemonstrationPerson(
        f"referrer@{ADDRESS}", "Referring clinician", ((Role.REFERRING_CLINICIAN, OTHER_PROVIDER),)
    ),
    DemonstrationPerson(
        f"specialist@{ADDRESS}", "Tertiary clinician", ((Role.TERTIARY_CLINICIAN, PROVIDER),)
    ),
    DemonstrationPerson(
        f"mdt@{ADDRESS}", "MDT coordinator", ((Role.MDT_COORDINATOR, PROVIDER),)
    ),
    DemonstrationPerson(
        f"planner@{ADDRESS}", "Planner of the region", ((Role.PLANNER, REGION),)
    ),
    DemonstrationPerson(
        f"board@{ADDRESS}", "Board member of an ICB", ((Role.BOARD_MEMBER, ICB),)
    ),
    DemonstrationPerson(
        f"administrator@{ADDRESS}", "Administrator", ((Role.ADMINISTRATOR, None),)
    ),
)  # fmt: skip
