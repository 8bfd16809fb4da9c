"""Health, metrics, logs, headers, error pages and the checks of a deployment."""

from __future__ import annotations

import io
import json
import logging
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.test import Client

from speccomm_web.config.environment import database_settings, read_environment
from speccomm_web.config.logs import JsonLines
from speccomm_web.design.faults import FAULTS
from tests.web.conftest import MakePerson, SignIn


def test_the_process_says_that_it_is_alive_without_a_database(client: Client) -> None:
    assert client.get("/healthz").json() == {"status": "alive"}


@pytest.mark.django_db
def test_readiness_names_the_part_that_is_not_ready(
    client: Client, settings: object, tmp_path: Path
) -> None:
    settings.ENVIRONMENT = read_environment({"SPECCOMM_DATA_DIR": str(tmp_path)})  # type: ignore[attr-defined]
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["parts"] == {
        "database": "ready", "cache": "ready", "store": "not ready: its folder is missing"
    }  # fmt: skip
    (tmp_path / "store").mkdir()  # a new installation: nothing was loaded yet
    assert client.get("/readyz").json()["parts"]["store"] == "ready"
    (tmp_path / "store").rmdir()
    (tmp_path / "store").touch()
    assert client.get("/readyz").json()["parts"]["store"] == "not ready"


@pytest.mark.django_db
def test_metrics_need_their_token(client: Client) -> None:
    client.get("/account/sign-in")
    assert client.get("/metrics").status_code == 401
    assert client.get("/metrics", headers={"Authorization": "Bearer x"}).status_code == 401
    told = client.get("/metrics", headers={"Authorization": "Bearer metrics-for-tests"})
    assert 'route="account_login"' in told.content.decode()


def test_without_a_token_set_there_are_no_metrics(client: Client, settings: object) -> None:
    settings.METRICS_TOKEN = ""  # type: ignore[attr-defined]
    assert client.get("/metrics").status_code == 404


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/account/sign-in", "/nothing-here", "/healthz"])
def test_every_answer_has_a_strict_content_policy(client: Client, address: str) -> None:
    answer = client.get(address)
    policy = answer["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["X-Content-Type-Options"] == "nosniff"


@pytest.mark.django_db
def test_a_page_has_no_inline_style_and_only_scripts_with_its_nonce(client: Client) -> None:
    answer = client.get("/design/")
    page = answer.content.decode()
    nonce = re.search(r"'nonce-([^']+)'", answer["Content-Security-Policy"])
    assert nonce is not None
    assert not re.search(r"\sstyle=|<style|\son\w+=|javascript:", page)
    for script in re.findall(r"<script[^>]*>", page):
        assert "src=" in script or f'nonce="{nonce[1]}"' in script
    assert not re.search(r"(?:src|href)=[\"']?https?://", page)


@pytest.mark.django_db
@pytest.mark.parametrize("status", sorted(FAULTS))
def test_each_error_has_its_page(client: Client, status: int) -> None:
    answer = client.get(f"/design/faults/{status}")
    assert answer.status_code == status
    assert FAULTS[status].title in answer.content.decode()


def test_a_fault_of_ours_shows_a_reference_and_no_details(
    make_person: MakePerson, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(viewer: object) -> None:
        raise RuntimeError("999 000 0018")

    client = sign_in(make_person())
    client.raise_request_exception = False
    monkeypatch.setattr("speccomm_web.config.views.home.entrances", broken)
    answer = client.get("/")
    assert answer.status_code == 500
    page = answer.content.decode()
    assert "Sorry, there is a problem" in page
    assert answer["X-Request-ID"] in page
    assert "999" not in page


def logged(record: logging.LogRecord) -> dict[str, object]:
    told: dict[str, object] = json.loads(JsonLines().format(record))
    return told


def test_a_logged_fault_holds_its_place_and_not_its_message() -> None:
    try:
        raise ValueError("999 000 0018")
    except ValueError:
        record = logging.LogRecord("x", logging.ERROR, "f", 1, "failed", (), sys.exc_info())
    told = logged(record)
    assert told["exception"] == "ValueError"
    assert "999" not in json.dumps(told)
    assert told["trace"]


def test_what_django_says_of_a_request_loses_its_address() -> None:
    record = logging.LogRecord(
        "django.request", logging.WARNING, "f", 1, "Not Found: %s", ("/search?q=9990000018",), None
    )
    assert logged(record)["message"] == "Not Found"


def test_requests_are_logged_by_the_name_of_their_page(client: Client, db: None) -> None:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonLines())
    log = logging.getLogger("speccomm_web.requests")
    log.addHandler(handler)
    try:
        client.get("/privacy?q=9990000018")
    finally:
        log.removeHandler(handler)
    assert json.loads(stream.getvalue())["route"] == "privacy"
    assert "9990000018" not in stream.getvalue()


def test_production_settings_are_clean(tmp_path: Path) -> None:
    """`check --deploy` finds nothing, and without keys nothing starts."""
    keys = {
        "SPECCOMM_SECRET_KEY": "a-long-enough-Key-0123456789" * 2, "SPECCOMM_AUDIT_KEY": "another-long-Key-9876543210" * 2,
        "SPECCOMM_HOSTS": "speccomm.example.nhs.uk", "SPECCOMM_DATA_DIR": str(tmp_path),
        "DJANGO_SETTINGS_MODULE": "speccomm_web.config.settings.production",
        "PATH": os.environ["PATH"],
    }  # fmt: skip
    command = [sys.executable, "-m", "speccomm_web.config.command", "check", "--deploy",
               "--fail-level", "WARNING"]  # fmt: skip
    clean = subprocess.run(command, env=keys, capture_output=True, text=True, check=False)
    assert clean.returncode == 0, clean.stderr
    assert "no issues" in clean.stdout
    del keys["SPECCOMM_AUDIT_KEY"]
    refused = subprocess.run(command, env=keys, capture_output=True, text=True, check=False)
    assert "SPECCOMM_AUDIT_KEY" in refused.stderr


@pytest.mark.django_db
def test_no_change_of_a_model_lacks_its_migration() -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_an_environment_is_read_once_and_checked() -> None:
    given = read_environment({"SPECCOMM_DATA_DIR": "/data", "SPECCOMM_HOSTS": "a, b"})
    assert given.hosts == ("a", "b")
    assert given.store_dir == Path("/data/store")
    assert given.second_factor
    with pytest.raises(ImproperlyConfigured, match="yes or no"):
        read_environment({"SPECCOMM_SECOND_FACTOR": "maybe"})
    with pytest.raises(ImproperlyConfigured, match="whole number"):
        read_environment({"SPECCOMM_IDLE_MINUTES": "ten"})


def test_databases_are_named_by_address() -> None:
    assert database_settings("sqlite:////var/x.db")["NAME"] == "/var/x.db"
    found = database_settings("postgresql://a%40b:p%3Aw@db:5433/name")
    assert (found["USER"], found["PASSWORD"], found["PORT"]) == ("a@b", "p:w", "5433")
    with pytest.raises(ImproperlyConfigured):
        database_settings("mysql://x/y")
