"""What the service says of itself while its database, its Redis or its store does not answer."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from speccomm_web.accounts.models import Organisation, Person
from speccomm_web.accounts.roles import Role
from tests.web.conftest import MakePerson, SignIn

# Port 1 refuses every connection, as a database does that is stopped.
STOPPED = "postgresql://nobody:nothing@127.0.0.1:1/records"
ASKED = """
import json
import django
django.setup()
from django.db import connection
from django.test import Client
if "pool" in connection.settings_dict["OPTIONS"]:
    connection.settings_dict["OPTIONS"]["pool"]["timeout"] = 0.5  # each request waits for so long
client = Client(raise_request_exception=False)
token = {"Authorization": "Bearer metrics-for-tests"}
told = {}
for address, headers in (
    ("/healthz", {}), ("/readyz", {}), ("/metrics", token), ("/api/v1/places", token), ("/", {})
):
    if address == "/":  # a probe brings no session
        client.cookies["sessionid"] = "0123456789abcdef0123456789abcdef"
    answer = client.get(address, headers=headers)
    told[address] = [answer.status_code, answer["Content-Type"], answer.content.decode()]
print("told " + json.dumps(told))
"""


def told_without(folder: Path, **parts: str) -> dict[str, Any]:
    """What each address answers where a part is named that does not answer."""
    environment = {
        "PATH": os.environ["PATH"],
        "SPECCOMM_DATA_DIR": str(folder),
        "DJANGO_SETTINGS_MODULE": "speccomm_web.config.settings.test",
        **parts,
    }
    run = subprocess.run(
        [sys.executable, "-c", ASKED], env=environment, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr
    line = next(line for line in run.stdout.splitlines() if line.startswith("told "))
    told: dict[str, Any] = json.loads(line.removeprefix("told "))
    return told


def test_a_stopped_database_is_named_and_counts_are_still_told(tmp_path: Path) -> None:
    told = told_without(tmp_path, DATABASE_URL=STOPPED)
    assert told["/healthz"][0] == 200
    assert told["/readyz"][0] == 503
    assert json.loads(told["/readyz"][2])["parts"]["database"] == "not ready"
    assert told["/metrics"][0] == 200
    assert "speccomm_requests_total" in told["/metrics"][2]
    status, kind, said = told["/api/v1/places"]
    assert (status, kind) == (503, "application/problem+json")
    assert "127.0.0.1" not in said
    status, _, page = told["/"]
    assert status == 503
    assert "the service is unavailable" in page
    assert "127.0.0.1" not in page


def test_a_stopped_redis_is_named_and_pages_say_so(tmp_path: Path) -> None:
    told = told_without(tmp_path, REDIS_URL="redis://127.0.0.1:1/0")
    assert told["/healthz"][0] == 200
    assert told["/readyz"][0] == 503
    assert json.loads(told["/readyz"][2])["parts"]["cache"] == "not ready"
    status, _, page = told["/"]
    assert status == 503
    assert "the service is unavailable" in page
    assert "Nothing was lost" in page


def test_a_store_that_cannot_be_read_is_named_and_pages_say_so(
    make_person: MakePerson, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch,
    settings: Settings, tmp_path: Path,
) -> None:  # fmt: skip
    """The disk refuses: as root of a test no folder can be closed to us, so its answer is given."""
    (tmp_path / "store" / "commits").mkdir(parents=True)
    settings.ENVIRONMENT = replace(settings.ENVIRONMENT, store_dir=tmp_path / "store")
    region = Organisation.objects.create(ods_code="Y60", name="A region", kind="region")
    client = sign_in(make_person(Role.ANALYST, at=region))
    client.raise_request_exception = False
    assert client.get("/readyz").json()["parts"]["store"] == "ready"

    def refused(*_: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied", "/srv/store/9990000018")

    monkeypatch.setattr("speccomm.warehouse.commits.os.listdir", refused)
    assert client.get("/readyz").json()["parts"]["store"] == "not ready"
    answer = client.get("/explore/flows?place=Y60&from=2023-04&to=2023-12")
    assert answer.status_code == 503
    page = answer.content.decode()
    assert "the service is unavailable" in page
    assert "9990000018" not in page


def test_a_form_from_another_session_is_told_and_changes_nothing(
    make_person: MakePerson, sign_in: SignIn
) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = sign_in(make_person(Role.ADMINISTRATOR)).cookies
    answer = strict.post(
        "/people/add", {"email": "new@example.org", "csrfmiddlewaretoken": "x" * 32}
    )
    assert answer.status_code == 403
    assert "This form is out of date" in answer.content.decode()
    assert not Person.objects.filter(email="new@example.org").exists()
