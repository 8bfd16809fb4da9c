"""MESH on this machine: mesh-sandbox in an environment and a process of its own, under mutual TLS."""

from __future__ import annotations

import os
import socket
import subprocess
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from mesh_client import MeshClient

from speccomm_web.submissions.mailbox.settings import MailboxSettings

ROOT = Path(__file__).resolve().parents[3]
PYTHON = ROOT / ".venv" / "mesh-sandbox" / "bin" / "python"
# The mailboxes that mesh-sandbox has, and the password that it gave them.
OURS, RKB_MAILBOX, RRK_MAILBOX = "X26ABC1", "X26ABC2", "X26ABC3"
PASSWORD, SHARED_KEY = "password", "a-key-that-both-sides-share"
WORKFLOW = "SPECCOMM_PLCM"
TABLE = """
[[workflow]]
workflow_id = "SPECCOMM_PLCM"
purpose = "load"
dataset = "plcm"

[[workflow]]
workflow_id = "SPECCOMM_CHECK"
purpose = "check"

[[sender]]
mailbox_id = "X26ABC2"
provider_code = "RKB"
from_date = 2020-04-01

[[sender]]
mailbox_id = "X26ABC3"
provider_code = "RRK"
from_date = 2020-04-01
"""


@dataclass
class Mesh:
    """A MESH to start and stop. What it holds outlives a stop."""

    folder: Path
    port: int = 0
    _process: subprocess.Popen[bytes] | None = field(default=None, repr=False)
    _clients: dict[str, MeshClient] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        assert PYTHON.exists(), "No mesh-sandbox is here: run `make .venv/.mesh-sandbox`."
        self.folder.mkdir(parents=True, exist_ok=True)
        make_certificates(self.folder)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]

    @property
    def url(self) -> str:
        return f"https://127.0.0.1:{self.port}"

    def start(self) -> None:
        command = [
            str(PYTHON), "-W", "ignore", "-m", "uvicorn", "mesh_sandbox.api:app", "--host",
            "127.0.0.1", "--port", str(self.port), "--log-level", "error",
            "--timeout-keep-alive", "900", "--timeout-graceful-shutdown", "1",
            "--ssl-keyfile", str(self.folder / "server.key"),
            "--ssl-certfile", str(self.folder / "server.pem"),
            "--ssl-ca-certs", str(self.folder / "authority.pem"), "--ssl-cert-reqs", "2",
        ]  # fmt: skip
        environment = {
            "PATH": os.environ["PATH"], "SHARED_KEY": SHARED_KEY, "AUTH_MODE": "full",
            "STORE_MODE": "file", "MAILBOXES_DATA_DIR": str(self.folder / "mailboxes"),
        }  # fmt: skip
        with (self.folder / "said").open("ab") as said:
            self._process = subprocess.Popen(command, env=environment, stdout=said, stderr=said)
        for _ in range(300):
            assert self._process.poll() is None, (self.folder / "said").read_text()
            try:
                self.client(OURS).ping()
            except requests.ConnectionError:
                time.sleep(0.1)
            else:
                return
        raise AssertionError("MESH did not answer.")

    def stop(self) -> None:
        while self._clients:
            self._clients.popitem()[1].close()
        if self._process is not None:
            self._process.terminate()
            self._process.wait()
            self._process = None

    def client(self, mailbox: str) -> MeshClient:
        """A client of somebody's mailbox. It stays connected until MESH stops."""
        if mailbox not in self._clients:
            self._clients[mailbox] = MeshClient(
                self.url, mailbox, PASSWORD, shared_key=SHARED_KEY.encode(),
                cert=(str(self.folder / "client.pem"), str(self.folder / "client.key")),
                verify=str(self.folder / "authority.pem"), max_retries=0,
            )  # fmt: skip
        return self._clients[mailbox]

    def send(self, body: bytes, *, name: str = "month.csv", sender: str = RKB_MAILBOX,
             workflow: str = WORKFLOW, **more: object) -> str:  # fmt: skip
        """Send a file to our mailbox, as a provider's system would, and return its identifier."""
        client = self.client(sender)
        return client.send_message(OURS, body, workflow_id=workflow, filename=name, **more)

    def waiting(self, mailbox: str = OURS) -> list[str]:
        return self.client(mailbox).list_messages()

    def answers(self, mailbox: str) -> list[dict[str, object]]:
        """What a sender's mailbox was told."""
        client, found = self.client(mailbox), []
        for message_id in client.list_messages():
            message = client.retrieve_message(message_id)
            found.append({"body": message.read(), "workflow": message.workflow_id,
                          "local_id": message.local_id})  # fmt: skip
            message.close()
        return found

    def empty(self) -> None:
        """Forget every message."""
        for mailbox in (OURS, RKB_MAILBOX, RRK_MAILBOX):
            address = f"{self.url}/messageexchange/admin/reset/{mailbox}"
            self.client(mailbox)._session.delete(address).raise_for_status()

    def settings(self, **changes: object) -> MailboxSettings:
        """How our side reaches it, with a table of its senders."""
        table = self.folder / "table.toml"
        table.write_text(TABLE)
        given = {
            "url": self.url, "mailbox_id": OURS, "password": PASSWORD, "shared_key": SHARED_KEY,
            "table_file": table, "certificate_file": self.folder / "client.pem",
            "private_key_file": self.folder / "client.key",
            "authority_file": self.folder / "authority.pem", "report_workflow": "",
        }  # fmt: skip
        return MailboxSettings(**{**given, **changes})  # type: ignore[arg-type]


def make_certificates(folder: Path, *, name: str = "Authority of the tests") -> None:
    """An authority, and a server and a client that it vouches for."""
    authority_key = ec.generate_private_key(ec.SECP256R1())
    authority = _named(name)
    _write(folder / "authority", authority_key, _signed(authority, authority, authority_key,
                                                        authority_key, is_authority=True))  # fmt: skip
    for who in ("server", "client"):
        key = ec.generate_private_key(ec.SECP256R1())
        _write(folder / who, key, _signed(_named(who), authority, key, authority_key))


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])


def _signed(subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey,
            by: ec.EllipticCurvePrivateKey, *, is_authority: bool = False) -> x509.Certificate:  # fmt: skip
    now = datetime.now(UTC)
    local = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
        .add_extension(local, critical=False)
        .sign(by, hashes.SHA256())
    )


def _write(stem: Path, key: ec.EllipticCurvePrivateKey, certificate: x509.Certificate) -> None:
    stem.with_suffix(".pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    stem.with_suffix(".key").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                          serialization.NoEncryption())
    )  # fmt: skip
