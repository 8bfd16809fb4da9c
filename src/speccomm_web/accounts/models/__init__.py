"""Records of people, organisations, roles and the audit chain."""

from speccomm_web.accounts.models.audit import AuditEntry, AuditHead
from speccomm_web.accounts.models.organisations import Organisation
from speccomm_web.accounts.models.people import Person, PersonManager
from speccomm_web.accounts.models.roles import RoleGrant
from speccomm_web.accounts.models.tokens import PersonalToken

__all__ = [
    "AuditEntry",
    "AuditHead",
    "Organisation",
    "Person",
    "PersonManager",
    "PersonalToken",
    "RoleGrant",
]
