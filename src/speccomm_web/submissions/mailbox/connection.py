"""The one way to MESH: list what waits, fetch a message to disk, acknowledge it, send an answer."""

from __future__ import annotations

import hashlib
import os
import secrets
import ssl
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from types import TracebackType
from typing import Any

import requests
import urllib3
from mesh_client import MeshClient, MeshError, SSLContextAdapter

from speccomm_web.submissions.mailbox.settings import MailboxSettings
from speccomm_web.submissions.uploads import safe_name

BLOCK = 1 << 18
PATIENCE = 60.0  # seconds without a byte before MESH counts as not answering
GZIP = b"\x1f\x8b"
REFUSED, MISSING, GONE = frozenset({401, 403}), 404, 410
LONGEST_SAID = 200
NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL


class MailboxUnreachable(Exception):
    """MESH did not answer, or not as it should; its sentence says what to do."""


class MessageGone(Exception):
    """A message that was listed and is no longer there: somebody else took it, or it expired."""


class MessageTooLarge(Exception):
    """A message whose file is larger than is taken. `envelope` tells of it."""

    def __init__(self, envelope: Envelope) -> None:
        super().__init__("The file is larger than is taken.")
        self.envelope = envelope


class MessageBroken(Exception):
    """A message whose compressed content cannot be unpacked. `envelope` tells of it."""

    def __init__(self, envelope: Envelope) -> None:
        super().__init__("The compressed content is broken.")
        self.envelope = envelope


class AnswerRefused(Exception):
    """MESH would not take an answer to a sender, with what it said."""


@dataclass(frozen=True)
class Envelope:
    """What a message says of itself. `status` is MESH's own words in one of its reports."""

    message_id: str
    sender: str
    workflow_id: str
    file_name: str
    is_report: bool
    is_encrypted: bool
    is_compressed: bool
    chunks: int
    status: str


@dataclass(frozen=True)
class Fetched:
    """A message whose file lies whole and safe on our disk: its envelope, hash and size."""

    envelope: Envelope
    path: Path
    sha256: str
    bytes: int


class MailboxConnection:
    """A session with MESH for one mailbox, to be used in a `with` block.

    Raises:  MailboxUnreachable where it cannot be set up.
    """

    def __init__(self, given: MailboxSettings) -> None:
        _refuse_unusable(given)
        cert = (str(given.certificate_file), str(given.private_key_file))
        self._client = MeshClient(
            given.url,
            given.mailbox_id,
            given.password,
            shared_key=given.shared_key.encode(),
            cert=cert if given.certificate_file else None,
            verify=str(given.authority_file) if given.authority_file else None,
            max_retries=2,
            timeout=PATIENCE,
            application_name="speccomm",
        )
        _trust_nobody_else(self._client)

    def __enter__(self) -> MailboxConnection:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._client.close()  # type: ignore[no-untyped-call]

    def message_ids(self) -> list[str]:
        """Every message that waits in the mailbox, as MESH orders them."""
        try:
            return list(self._client.iterate_message_ids())
        except (requests.RequestException, urllib3.exceptions.HTTPError) as problem:
            raise MailboxUnreachable(_sentence(problem)) from problem

    def fetch(self, message_id: str, target: Path, *, largest: int) -> Fetched:
        """Write the file of a message to `target`, unpacked, whole or not at all.

        Raises:  MessageGone, MessageTooLarge, MessageBroken, MailboxUnreachable; OSError where the
                 disk will not take it.
        """
        part = target.with_name(f"{target.name}.{secrets.token_hex(4)}.part")
        try:
            return self._fetch(message_id, part, target, largest=largest)
        except (requests.RequestException, urllib3.exceptions.HTTPError) as problem:
            if _status(problem) in {MISSING, GONE}:
                raise MessageGone from problem
            raise MailboxUnreachable(_sentence(problem)) from problem
        finally:
            part.unlink(missing_ok=True)

    def acknowledge(self, message_id: str) -> None:
        """Tell MESH that it may forget a message. One that it has forgotten already is no fault."""
        try:
            self._client.acknowledge_message(message_id)
        except (requests.RequestException, urllib3.exceptions.HTTPError) as problem:
            if _status(problem) not in {MISSING, GONE}:
                raise MailboxUnreachable(_sentence(problem)) from problem

    def answer(self, recipient: str, body: bytes, *, workflow: str, name: str, mark: str) -> None:
        """Send a small file to another mailbox. `mark` is the same for each attempt at it.

        Raises:  AnswerRefused where MESH will not carry it there; MailboxUnreachable.
        """
        try:
            self._client.send_message(
                recipient, body, workflow_id=workflow, filename=name, local_id=mark,
                subject="What became of your file", content_type="application/json",
            )  # fmt: skip
        except MeshError as problem:
            said = str(problem.args[0])[:LONGEST_SAID] if problem.args else "no reason given"
            raise AnswerRefused(said) from problem
        except (requests.RequestException, urllib3.exceptions.HTTPError) as problem:
            raise MailboxUnreachable(_sentence(problem)) from problem

    def _fetch(self, message_id: str, part: Path, target: Path, *, largest: int) -> Fetched:
        with self._client.retrieve_message_chunk(message_id, 1) as first:
            envelope = _envelope(message_id, first.headers)
            raw = self._blocks(envelope, first)
            is_packed = first.headers.get("Content-Encoding", "").lower() == "gzip"
            blocks = unpacked(raw) if is_packed else raw
            if envelope.is_compressed:
                blocks = unpacked_if_gzip(blocks)
            digest, size = hashlib.sha256(), 0
            with os.fdopen(os.open(part, NEW, 0o600), "wb") as out:
                try:
                    for block in blocks:
                        size += len(block)
                        if size > largest:
                            raise MessageTooLarge(envelope)
                        out.write(block)
                        digest.update(block)
                except zlib.error as problem:
                    raise MessageBroken(envelope) from problem
                out.flush()
                os.fsync(out.fileno())
        part.replace(target)
        sync_folder(target.parent)
        return Fetched(envelope, target, digest.hexdigest(), size)

    def _blocks(self, envelope: Envelope, first: Any) -> Iterator[bytes]:
        """The bytes of every chunk in turn, as they come over the wire."""
        yield from first.raw.stream(BLOCK, decode_content=False)
        for number in range(2, envelope.chunks + 1):
            with self._client.retrieve_message_chunk(envelope.message_id, number) as chunk:
                yield from chunk.raw.stream(BLOCK, decode_content=False)


class _OneAuthority(SSLContextAdapter):
    """The way to a server that only the given authority may vouch for.

    Left to itself, requests adds the public authorities, or those that REQUESTS_CA_BUNDLE names.
    """

    def send(
        self, request: requests.PreparedRequest, *given: Any, **more: Any
    ) -> requests.Response:
        return super().send(request, *given, **{**more, "verify": self.verify})


def _trust_nobody_else(client: MeshClient) -> None:
    session = client._session
    made = session.get_adapter(client.mailbox_url)
    if not isinstance(made, SSLContextAdapter) or not made.verify:
        return
    prefix = next(prefix for prefix, adapter in session.adapters.items() if adapter is made)
    session.mount(
        prefix,
        _OneAuthority(
            made.cert, made.verify, made.check_hostname, made.hostname_checks_common_name,
            made.max_retries,
        ),
    )  # fmt: skip


def sync_folder(folder: Path) -> None:
    """Make the names in a folder outlive a failure of power."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def unpacked(blocks: Iterable[bytes]) -> Iterator[bytes]:
    """What gzip holds, a block at a time, so that a small message cannot fill the memory.

    Chunks may have been packed each by itself or all together: one member may follow another
    anywhere. Raises zlib.error where it is no gzip, or ends too early.
    """
    member = zlib.decompressobj(wbits=31)
    for block in blocks:
        rest = block
        while rest:
            if member.eof:
                member = zlib.decompressobj(wbits=31)
            yield member.decompress(rest, BLOCK)
            rest = member.unused_data if member.eof else member.unconsumed_tail
    yield member.flush()
    if not member.eof:
        raise zlib.error("it ends too early")


def unpacked_if_gzip(blocks: Iterable[bytes]) -> Iterator[bytes]:
    """What a file holds that its sender packed before sending; any other file as it is."""
    rest = iter(blocks)
    head = b""
    while len(head) < len(GZIP) and (block := next(rest, None)) is not None:
        head += block
    whole = chain([head], rest)
    yield from unpacked(whole) if head.startswith(GZIP) else whole


def _envelope(message_id: str, headers: Any) -> Envelope:
    def said(name: str) -> str:
        return str(headers.get(f"Mex-{name}", "")).strip()

    chunks = said("Chunk-Range").rpartition(":")[2]
    return Envelope(
        message_id=message_id,
        sender=said("From").upper()[:100],
        workflow_id=said("WorkflowID")[:300],
        file_name=safe_name(said("FileName")),
        is_report=said("MessageType").upper() == "REPORT",
        is_encrypted=said("Content-Encrypted").upper() in {"Y", "TRUE"},
        is_compressed=said("Content-Compressed").upper() in {"Y", "TRUE"},
        chunks=int(chunks) if chunks.isdigit() else 1,
        status=said("StatusDescription")[:LONGEST_SAID],
    )


def _refuse_unusable(given: MailboxSettings) -> None:
    """Look at the certificates first: mesh-client would only fail in the middle of being made."""
    try:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        if given.certificate_file and given.private_key_file:
            context.load_cert_chain(given.certificate_file, given.private_key_file, password="")
        if given.authority_file:
            context.load_verify_locations(given.authority_file)
    except (OSError, ValueError) as problem:
        raise MailboxUnreachable(
            "The certificate, its key or the authority's certificate cannot be read: look at "
            "SPECCOMM_MESH_CERTIFICATE_FILE, SPECCOMM_MESH_KEY_FILE and "
            "SPECCOMM_MESH_AUTHORITY_FILE, and at who may read these files."
        ) from problem


def _status(problem: Exception) -> int:
    response = getattr(problem, "response", None)
    return int(response.status_code) if response is not None else 0


def _sentence(problem: Exception) -> str:
    """What went wrong and what to do, without anything that MESH or the library said."""
    status = _status(problem)
    if status in REFUSED:
        return (
            "MESH refused the sign-in. Compare the mailbox, its password and the shared key with "
            "what MESH gave you."
        )
    if status:
        return f"MESH answered with error {status}. Look at its service status page."
    if isinstance(problem, requests.exceptions.SSLError):
        return (
            "No secure connection could be made. Compare the certificates: ours may have run out, "
            "or theirs may be signed by another authority than the one given."
        )
    if isinstance(problem, requests.exceptions.Timeout):
        return "MESH did not answer in time. Look at the network and at its service status page."
    return "MESH cannot be reached. Look at the network, the address given and its service status."
