"""Add to the audit chain, and check it.

Each entry's hash is an HMAC, under a key that the database does not hold, of the entry's content
and of the hash before it; the head counts the entries and is sealed with the same key. Whoever
changes, removes or reorders entries in the database cannot make the hashes fit again.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from speccomm_web.accounts.models import AuditEntry, AuditHead
from speccomm_web.accounts.viewer import Viewer

BEGINNING = "0" * 64
log = logging.getLogger("speccomm_web.audit")


class NotInTransaction(RuntimeError):
    """An act and its entry must be kept or lost together, and no transaction was open."""


def record_audit(
    *,
    viewer: Viewer,
    act: str,
    subject_kind: str,
    subject: str,
    details: Mapping[str, Any] | None = None,
) -> int:
    """Add one entry within the caller's transaction and return its sequence number.

    `act` is a verb phrase in one word each (`granted_role`, `saw_record`). `details` takes codes,
    counts and dates; never a patient's value.

    Raises:  NotInTransaction where the caller has opened none.
    """
    if not connection.in_atomic_block:
        raise NotInTransaction("Open a transaction around the act and its audit entry.")
    head = _locked_head()
    content = {
        "sequence": head.sequence + 1,
        "at": timezone.now(),
        "person_id": viewer.person_id,
        "person_name": viewer.name[:120],
        "act": act,
        "subject_kind": subject_kind,
        "subject": str(subject)[:200],
        "details": json.loads(json.dumps(dict(details or {}), default=str)),
        "previous_hash": head.hash,
    }
    entry = AuditEntry(**content, hash=_keyed(_canonical(content)))
    entry.save(force_insert=True)
    head.sequence, head.hash = entry.sequence, entry.hash
    head.seal = _seal(head.sequence, head.hash)
    head.save()
    sequence, hash_ = entry.sequence, entry.hash
    # Outside the database as well: the log holds where the chain stood.
    transaction.on_commit(
        lambda: log.info("audit", extra={"sequence": sequence, "head": hash_, "task": act})
    )
    return sequence


def _locked_head() -> AuditHead:
    """The head, locked until the transaction ends, so that entries are added one at a time."""
    head = AuditHead.objects.select_for_update().filter(id=1).first()
    if head is None:
        AuditHead.objects.bulk_create(
            [AuditHead(id=1, sequence=0, hash=BEGINNING, seal=_seal(0, BEGINNING))],
            ignore_conflicts=True,
        )
        head = AuditHead.objects.select_for_update().get(id=1)
    return head


@dataclass(frozen=True)
class AuditFault:
    """Something wrong with the chain, at a sequence number."""

    sequence: int
    sentence: str


@dataclass(frozen=True)
class Anchor:
    """Where the chain stood at some time, kept outside the database."""

    sequence: int
    hash: str


@dataclass(frozen=True)
class Verification:
    """How many entries were checked, where the chain stands, and what is wrong with it."""

    entry_count: int
    head: Anchor
    faults: tuple[AuditFault, ...]


def verify_chain(*, anchor: Anchor | None = None) -> Verification:
    """Check every entry, the head, and the anchor where one is given.

    A changed entry fails its hash; a removed one leaves a gap, or a head that counts more; one put
    elsewhere fails the hash before it; a chain put back to an earlier state lacks its anchor.
    """
    faults: list[AuditFault] = []
    expected, previous, count = 1, BEGINNING, 0
    anchored = anchor is None or anchor.sequence == 0
    for entry in _entries():
        count += 1
        faults += _entry_faults(entry, expected=expected, previous=previous)
        if anchor and entry.sequence == anchor.sequence and entry.hash == anchor.hash:
            anchored = True
        expected, previous = entry.sequence + 1, entry.hash
    head = AuditHead.objects.filter(id=1).first()
    faults += _head_faults(head, last=expected - 1, last_hash=previous)
    if not anchored and anchor:
        sentence = f"The chain no longer holds what was anchored at entry {anchor.sequence}."
        faults.append(AuditFault(anchor.sequence, sentence))
    return Verification(count, Anchor(expected - 1, previous), tuple(faults))


def _entries() -> Iterator[AuditEntry]:
    return AuditEntry.objects.order_by("sequence").iterator(chunk_size=2000)


def _entry_faults(entry: AuditEntry, *, expected: int, previous: str) -> list[AuditFault]:
    faults = []
    if entry.sequence != expected:
        missing = entry.sequence - expected
        sentence = f"{missing} entries before this one are missing."
        faults.append(AuditFault(entry.sequence, sentence))
    elif entry.previous_hash != previous:
        faults.append(AuditFault(entry.sequence, "It does not follow the entry before it."))
    content = {
        name: getattr(entry, name)
        for name in ("sequence", "at", "person_id", "person_name", "act", "subject_kind",
                     "subject", "details", "previous_hash")
    }  # fmt: skip
    if not hmac.compare_digest(_keyed(_canonical(content)), entry.hash):
        faults.append(AuditFault(entry.sequence, "Its content is not what was recorded."))
    return faults


def _head_faults(head: AuditHead | None, *, last: int, last_hash: str) -> list[AuditFault]:
    if head is None:
        return [AuditFault(last, "The head of the chain is missing.")] if last else []
    if not hmac.compare_digest(head.seal, _seal(head.sequence, head.hash)):
        return [AuditFault(head.sequence, "The head of the chain is not what was sealed.")]
    if head.sequence != last:
        sentence = f"The head counts {head.sequence} entries, and the last one here is {last}."
        return [AuditFault(last, sentence)]
    if head.hash != last_hash:
        return [AuditFault(last, "The last entry is not the one that the head names.")]
    return []


def _canonical(content: Mapping[str, Any]) -> str:
    at: datetime = content["at"]
    return json.dumps(
        {**content, "at": at.astimezone(UTC).isoformat(timespec="microseconds")},
        sort_keys=True, ensure_ascii=True, separators=(",", ":"),
    )  # fmt: skip


def _seal(sequence: int, hash_: str) -> str:
    return _keyed(f"head:{sequence}:{hash_}")


def _keyed(text: str) -> str:
    return hmac.new(settings.AUDIT_KEY.encode(), text.encode(), hashlib.sha256).hexdigest()
