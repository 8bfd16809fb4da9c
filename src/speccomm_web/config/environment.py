"""Everything the process is told from outside, read once and frozen."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

from speccomm_web.submissions.mailbox.settings import MailboxSettings, read_mailbox_settings

YES = frozenset({"1", "yes", "true", "on"})
NO = frozenset({"0", "no", "false", "off", ""})
SHORTEST_KEY = 50


@dataclass(frozen=True)
class OpenIdProvider:
    """The OpenID Connect provider whose people may sign in here.

    `issuer` is the address under which its configuration is published. `trusts_email` is true where
    the provider vouches that an email belongs to the person, so that it may stand for them.
    """

    name: str
    issuer: str
    client_id: str
    client_secret: str
    trusts_email: bool

    @property
    def origin(self) -> str:
        parts = urlsplit(self.issuer)
        return f"{parts.scheme}://{parts.netloc}"


@dataclass(frozen=True)
class Environment:
    """What the application may know of where it runs.

    `boundaries_file` is a GeoJSON of ICBs for the map; without it there is none.
    `database` is an address (`sqlite:///path` or `postgresql://user:password@host:port/name`).
    `redis` is empty where there is none. `upload_mib` is the most that one file sent may hold,
    `upload_total_mib` all files sent at once, and `attachments_mib` and `sheet_mib` the same for a
    reply to a challenge and a spreadsheet of evidence; `task_silence_seconds` is how long a worker
    may be silent before it is taken for dead. A key that is empty was not given.
    """

    secret_key: str
    audit_key: str
    hosts: tuple[str, ...]
    database: str
    redis: str
    data_dir: Path
    store_dir: Path
    reference_dir: Path
    runs_dir: Path
    packs_dir: Path
    uploads_dir: Path
    key_file: Path
    metrics_token: str
    second_factor: bool
    demonstration: bool
    idle_minutes: int
    session_hours: int
    proxies: int
    email: str
    email_from: str
    log_level: str
    engine_memory_mib: int
    engine_threads: int
    boundaries_file: Path | None
    upload_mib: int
    upload_total_mib: int
    attachments_mib: int
    sheet_mib: int
    task_silence_seconds: int
    open_id: OpenIdProvider | None
    mailbox: MailboxSettings | None = None


def read_environment(variables: Mapping[str, str] = os.environ) -> Environment:
    """Read the SPECCOMM_* variables (and DATABASE_URL, REDIS_URL) into one frozen value."""

    def said(name: str, otherwise: str = "") -> str:
        return variables.get(f"SPECCOMM_{name}", otherwise).strip()

    data = Path(said("DATA_DIR", "demo")).absolute()

    def folder(name: str, otherwise: str) -> Path:
        return Path(said(name) or data / otherwise).absolute()

    database = variables.get("DATABASE_URL", "").strip()
    boundaries = said("BOUNDARIES_FILE")
    return Environment(
        secret_key=said("SECRET_KEY"),
        audit_key=said("AUDIT_KEY"),
        hosts=tuple(host.strip() for host in said("HOSTS").split(",") if host.strip()),
        database=database or f"sqlite:///{folder('WEB_DIR', 'web') / 'records.sqlite3'}",
        redis=variables.get("REDIS_URL", "").strip(),
        data_dir=data,
        store_dir=folder("STORE_DIR", "store"),
        reference_dir=folder("REFERENCE_DIR", "reference"),
        runs_dir=folder("RUNS_DIR", "runs"),
        packs_dir=folder("PACKS_DIR", "packs"),
        uploads_dir=folder("UPLOADS_DIR", "web/uploads"),
        key_file=folder("KEY_FILE", "key"),
        metrics_token=said("METRICS_TOKEN"),
        second_factor=_truth("SECOND_FACTOR", said("SECOND_FACTOR", "yes")),
        demonstration=_truth("DEMONSTRATION", said("DEMONSTRATION", "no")),
        idle_minutes=_whole("IDLE_MINUTES", said("IDLE_MINUTES", "30")),
        session_hours=_whole("SESSION_HOURS", said("SESSION_HOURS", "12")),
        proxies=_whole("PROXIES", said("PROXIES", "0")),
        email=said("EMAIL"),
        email_from=said("EMAIL_FROM", "speccomm@localhost"),
        log_level=said("LOG_LEVEL", "INFO").upper(),
        engine_memory_mib=_whole("ENGINE_MEMORY_MIB", said("ENGINE_MEMORY_MIB", "512")),
        engine_threads=_whole("ENGINE_THREADS", said("ENGINE_THREADS", "2")),
        boundaries_file=Path(boundaries).absolute() if boundaries else None,
        upload_mib=_whole("UPLOAD_MIB", said("UPLOAD_MIB", "2048")),
        upload_total_mib=_whole("UPLOAD_TOTAL_MIB", said("UPLOAD_TOTAL_MIB", "8192")),
        attachments_mib=_whole("ATTACHMENTS_MIB", said("ATTACHMENTS_MIB", "64")),
        sheet_mib=_whole("SHEET_MIB", said("SHEET_MIB", "32")),
        task_silence_seconds=_whole("TASK_SILENCE_SECONDS", said("TASK_SILENCE_SECONDS", "30")),
        open_id=_open_id(said("OIDC_ISSUER"), variables),
        mailbox=read_mailbox_settings(said),
    )


def _open_id(issuer: str, variables: Mapping[str, str]) -> OpenIdProvider | None:
    if not issuer:
        return None
    trusts = variables.get("SPECCOMM_OIDC_TRUSTS_EMAIL", "no")
    return OpenIdProvider(
        name=variables.get("SPECCOMM_OIDC_NAME", "your organisation's account"),
        issuer=issuer.rstrip("/"),
        client_id=variables.get("SPECCOMM_OIDC_CLIENT_ID", ""),
        client_secret=variables.get("SPECCOMM_OIDC_CLIENT_SECRET", ""),
        trusts_email=_truth("OIDC_TRUSTS_EMAIL", trusts),
    )


def database_settings(address: str) -> dict[str, object]:
    """Django's settings for a database address: SQLite in WAL mode, or PostgreSQL with a pool.

    Raises:  ImproperlyConfigured for an address of any other kind.
    """
    parts = urlsplit(address)
    if parts.scheme == "sqlite":
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": parts.path[1:] if parts.path.startswith("//") else parts.path,
            # To open the file for each request would cost more than most of its queries. Short, so
            # that a file put in its place, as restoring does, is soon the one that is read.
            "CONN_MAX_AGE": 10,
            # A transaction that will write takes its lock when it begins, so that two writers
            # wait for each other instead of failing halfway.
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; "
                "PRAGMA cache_size=-16000;",
            },
        }
    if parts.scheme in {"postgres", "postgresql"}:
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": parts.path.lstrip("/"),
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "HOST": parts.hostname or "",
            "PORT": str(parts.port or ""),
            "OPTIONS": {"pool": {"min_size": 1, "max_size": 20, "timeout": 5}},
        }
    raise ImproperlyConfigured(
        "DATABASE_URL must begin with sqlite:/// or postgresql://; this one begins with "
        f"{parts.scheme or 'nothing'}."
    )


def email_settings(address: str) -> dict[str, object]:
    """Django's settings for sending mail: smtp://user:password@host:port, or the console."""
    if not address:
        return {"EMAIL_BACKEND": "django.core.mail.backends.console.EmailBackend"}
    parts = urlsplit(address)
    return {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": parts.hostname or "localhost",
        "EMAIL_PORT": parts.port or (587 if parts.scheme == "smtps" else 25),
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_TLS": parts.scheme == "smtps",
    }


def checked_key(name: str, key: str) -> str:
    """A secret key long enough to keep a secret.

    Raises:  ImproperlyConfigured where it is shorter than 50 characters.
    """
    if len(key) < SHORTEST_KEY:
        raise ImproperlyConfigured(
            f"Set SPECCOMM_{name} to at least {SHORTEST_KEY} random characters; "
            "`python -c 'import secrets; print(secrets.token_urlsafe(48))'` prints some."
        )
    return key


def _truth(name: str, said: str) -> bool:
    word = said.lower()
    if word not in YES | NO:
        raise ImproperlyConfigured(f"SPECCOMM_{name} must be yes or no, not {said!r}.")
    return word in YES


def _whole(name: str, said: str) -> int:
    if not said.isdigit():
        raise ImproperlyConfigured(f"SPECCOMM_{name} must be a whole number, not {said!r}.")
    return int(said)
