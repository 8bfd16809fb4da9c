"""What the service says of itself while its database does not answer."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

# Port 1 refuses every connection, as a database does that is stopped.
STOPPED = "postgresql://nobody:nothing@127.0.0.1:1/records"
ASKED = """
import json
import django
django.setup()
from django.test import Client
client = Client(raise_request_exception=False)
token = {"Authorization": "Bearer metrics-for-tests"}
told = {}
for address, headers in (("/healthz", {}), ("/readyz", {}), ("/metrics", token), ("/api/v1/places", token)):
    answer = client.get(address, headers=headers)
    told[address] = [answer.status_code, answer["Content-Type"], answer.content.decode()]
print("told " + json.dumps(told))
"""


def test_a_stopped_database_is_named_and_counts_are_still_told(tmp_path: Path) -> None:
    environment = {
        "PATH": os.environ["PATH"],
        "DATABASE_URL": STOPPED,
        "SPECCOMM_DATA_DIR": str(tmp_path),
        "DJANGO_SETTINGS_MODULE": "speccomm_web.config.settings.test",
    }
    run = subprocess.run(
        [sys.executable, "-c", ASKED], env=environment, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr
    line = next(line for line in run.stdout.splitlines() if line.startswith("told "))
    told = json.loads(line.removeprefix("told "))
    assert told["/healthz"][0] == 200
    assert told["/readyz"][0] == 503
    parts = json.loads(told["/readyz"][2])["parts"]
    assert parts["database"] == "not ready"
    assert told["/metrics"][0] == 200
    assert "speccomm_requests_total" in told["/metrics"][2]
    status, kind, said = told["/api/v1/places"]
    assert (status, kind) == (500, "application/problem+json")
    assert "127.0.0.1" not in said
