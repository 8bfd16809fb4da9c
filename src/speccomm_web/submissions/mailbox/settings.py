"""Which mailbox is looked into, and with what secrets: given from outside, checked once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

THIS_MACHINE = frozenset({"localhost", "127.0.0.1", "::1"})
NEEDED = ("URL", "PASSWORD", "SHARED_KEY", "TABLE")


@dataclass(frozen=True)
class MailboxSettings:
    """A MESH mailbox of ours and how to reach it.

    `table_file` is the administrator's table of senders and workflows. `authority_file` None means
    the authorities that come with mesh-client for the addresses of MESH, else the machine's own.
    `report_workflow` is empty where senders are not told what became of their files. The secrets
    are in no `repr`.
    """

    url: str
    mailbox_id: str
    password: str = field(repr=False)
    shared_key: str = field(repr=False)
    table_file: Path
    certificate_file: Path | None
    private_key_file: Path | None
    authority_file: Path | None
    report_workflow: str


def read_mailbox_settings(said: Callable[[str], str]) -> MailboxSettings | None:
    """The settings, or None where no mailbox is named. `said` gives a setting by its name.

    Raises:  ImproperlyConfigured where one is missing, or the address would carry files in clear.
    """
    mailbox_id = said("MESH_MAILBOX").upper()
    if not mailbox_id:
        return None
    missing = [f"SPECCOMM_MESH_{name}" for name in NEEDED if not said(f"MESH_{name}")]
    if missing:
        raise ImproperlyConfigured(
            f"SPECCOMM_MESH_MAILBOX is set, so set {', '.join(missing)} too."
        )
    certificate, key = _file(said("MESH_CERTIFICATE_FILE")), _file(said("MESH_KEY_FILE"))
    if (certificate is None) != (key is None):
        raise ImproperlyConfigured(
            "Set both SPECCOMM_MESH_CERTIFICATE_FILE and SPECCOMM_MESH_KEY_FILE, or neither."
        )
    return MailboxSettings(
        url=_checked_address(said("MESH_URL")),
        mailbox_id=mailbox_id,
        password=said("MESH_PASSWORD"),
        shared_key=said("MESH_SHARED_KEY"),
        table_file=Path(said("MESH_TABLE")).absolute(),
        certificate_file=certificate,
        private_key_file=key,
        authority_file=_file(said("MESH_AUTHORITY_FILE")),
        report_workflow=said("MESH_REPORT_WORKFLOW"),
    )


def _file(said: str) -> Path | None:
    return Path(said).absolute() if said else None


def _checked_address(url: str) -> str:
    """Files name patients: outside this machine they travel under TLS or not at all."""
    parts = urlsplit(url)
    if parts.scheme == "https" and parts.hostname:
        return url
    if parts.scheme == "http" and parts.hostname in THIS_MACHINE:
        return url
    raise ImproperlyConfigured(
        "SPECCOMM_MESH_URL must begin with https://, as MESH carries patients' records."
    )
