"""Who sent a submission, as the permissions see them: a person, or a provider's mailbox."""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.utils import timezone

from speccomm_web.accounts.queries import viewer_for
from speccomm_web.accounts.roles import Role
from speccomm_web.accounts.viewer import Scope, Viewer
from speccomm_web.submissions.mailbox.table import TableRefused, read_mailbox_table
from speccomm_web.submissions.models import Submission


def mailbox_viewer(mailbox_id: str, provider_code: str | None, *, on: date) -> Viewer:
    """A provider's mailbox as a viewer: it may send for that provider, and nothing else."""
    role = Role.PROVIDER_SUBMITTER
    scopes = (Scope(role, provider_code, "provider"),) if provider_code else ()
    return Viewer(None, f"MESH mailbox {mailbox_id}", on, scopes)


def sender_of(sent: Submission, *, on: date) -> Viewer:
    """Whoever sent a submission, with what they may do on a day.

    A mailbox stands for the provider that it stood for when its files came, as the table says now.
    """
    if not sent.sent_from:
        return viewer_for(sent.sent_by, on=on)
    return mailbox_viewer(sent.sent_from, _provider_of(sent), on=on)


def _provider_of(sent: Submission) -> str | None:
    given = settings.ENVIRONMENT.mailbox
    if given is None:
        return None
    try:
        table = read_mailbox_table(given.table_file)
    except TableRefused:
        return None
    return table.provider_of(sent.sent_from, on=timezone.localdate(sent.sent_at))
