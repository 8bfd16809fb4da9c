"""Reads of what the mailbox brought, each from what the viewer may see."""

from __future__ import annotations

from django.conf import settings
from django.db.models import Q, QuerySet

from speccomm_web.accounts.roles import Role
from speccomm_web.accounts.viewer import Viewer
from speccomm_web.submissions.models import MailboxLook, MailboxMessage
from speccomm_web.submissions.queries import own_providers, submission_seen_by


def has_mailbox() -> bool:
    """Whether anything is received from MESH here."""
    return settings.ENVIRONMENT.mailbox is not None


def messages_seen_by(viewer: Viewer) -> QuerySet[MailboxMessage]:
    """Messages that a viewer may read: see permissions.toml.

    Whoever sends for a provider, or administers it, sees what its mailboxes sent; only who
    administers every organisation sees messages of senders that stand for none.
    """
    found = MailboxMessage.objects.select_related("provider", "submission")
    own, administered = own_providers(viewer), viewer.organisations(Role.ADMINISTRATOR)
    if administered.everything:
        return found
    if own.everything:
        return found.exclude(provider=None)
    return found.filter(Q(provider__ods_code__in=own.codes | administered.codes))


def find_messages(viewer: Viewer, *, waiting: bool) -> QuerySet[MailboxMessage]:
    """The messages seen, or only those that somebody has to decide about."""
    found = messages_seen_by(viewer)
    if not waiting:
        return found
    stages = [MailboxMessage.Stage.TOO_LARGE, MailboxMessage.Stage.UNREADABLE]
    return found.filter(Q(kept_aside=True) | Q(stage__in=stages))


def message_seen_by(viewer: Viewer, received_id: int) -> MailboxMessage | None:
    """One message, or None where there is none that this viewer may see."""
    return messages_seen_by(viewer).filter(pk=received_id).first()


def opens_submission(viewer: Viewer, message: MailboxMessage) -> bool:
    """Whether the viewer may open what a message became: checks are for their provider alone."""
    sent = message.submission_id
    return sent is not None and submission_seen_by(viewer, sent) is not None


def last_look() -> MailboxLook | None:
    """How the last look into the mailbox went, or None where nobody has looked yet."""
    given = settings.ENVIRONMENT.mailbox
    if given is None:
        return None
    return MailboxLook.objects.filter(mailbox_id=given.mailbox_id).first()
