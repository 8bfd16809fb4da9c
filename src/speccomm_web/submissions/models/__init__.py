"""Records of what was sent."""

from speccomm_web.submissions.models.submissions import SentFile, Submission

__all__ = ["SentFile", "Submission"]
