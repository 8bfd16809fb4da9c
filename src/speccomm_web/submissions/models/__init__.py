"""Records of what was sent and of what was challenged."""

from speccomm_web.submissions.models.challenges import (
    Attachment,
    Challenge,
    ChallengedRow,
    ChallengeStep,
)
from speccomm_web.submissions.models.submissions import SentFile, Submission

__all__ = ["Attachment", "Challenge", "ChallengeStep", "ChallengedRow", "SentFile", "Submission"]
