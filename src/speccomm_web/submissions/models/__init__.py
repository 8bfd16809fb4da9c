"""Records of what was sent, of what a mailbox brought, and of what was challenged."""

from speccomm_web.submissions.models.challenges import (
    Attachment,
    Challenge,
    ChallengedRow,
    ChallengeStep,
)
from speccomm_web.submissions.models.mailbox import MailboxLook, MailboxMessage
from speccomm_web.submissions.models.submissions import SentFile, Submission

__all__ = [
    "Attachment",
    "Challenge",
    "ChallengeStep",
    "ChallengedRow",
    "MailboxLook",
    "MailboxMessage",
    "SentFile",
    "Submission",
]
