"""The application as people meet it: uvicorn in a process of its own, with records of its own."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from speccomm_web.config.demonstration import PASSWORD
from tests.browser.accessibility import AXE, CHROMIUM
from tests.browser.web.looking import axe, launch, sign_in
from tests.web.midlands import midlands_in, midlands_to_read

ROOT = Path(__file__).resolve().parents[3]


@dataclass(frozen=True)
class Application:
    """Where the application answers, and the environment it runs in."""

    address: str
    environment: dict[str, str]

    def command(self, *words: str) -> str:
        """Run a management command beside it and return what it prints."""
        command = [sys.executable, "-m", "speccomm_web.config.command", *words]
        done = subprocess.run(
            command, env=self.environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout


@dataclass(frozen=True)
class Everything:
    """An application that has something to show at every address; see `seeding`.

    `sessions` are of people by the words for them, `named` the parameters of addresses.
    """

    address: str
    sessions: dict[str, str]
    named: dict[str, Any]

    @contextmanager
    def visited_by(self, browser: Browser, who: str, **window: Any) -> Iterator[BrowserContext]:
        """A window without history, with axe, in which a person is signed in; nobody if `who` is empty."""
        context = browser.new_context(locale="en-GB", **window)
        context.set_default_timeout(120_000)
        context.add_init_script(axe())
        self.sign_in(context, who)
        yield context
        context.close()

    def sign_in(self, context: BrowserContext, who: str) -> None:
        """Make a window that of another person, or of nobody."""
        context.clear_cookies()
        if who:
            session = self.sessions[who]
            context.add_cookies([{"name": "sessionid", "value": session, "url": self.address}])


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Every test of this folder needs Chromium, and axe to ask."""
    missing = CHROMIUM is None or not AXE.is_file()
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)
            if missing:
                item.add_marker(pytest.mark.skip(reason="no Chromium or no axe-core here"))


@pytest.fixture(scope="session")
def application(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Application]:
    with serving(tmp_path_factory.mktemp("application")) as made:
        yield made


@pytest.fixture(scope="session")
def everything(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Everything]:
    folder = tmp_path_factory.mktemp("everything")
    made, sources = midlands_in(folder), midlands_to_read()
    shutil.copy(made.reference.parent / "key", folder / "key")
    nowhere = "http://127.0.0.1:9"
    more = {
        "SPECCOMM_REFERENCE_DIR": str(made.reference), "SPECCOMM_METRICS_TOKEN": "counts",
        "SPECCOMM_IDLE_MINUTES": "600",
        "SPECCOMM_MESH_URL": nowhere, "SPECCOMM_MESH_MAILBOX": "X26ABC1",
        "SPECCOMM_MESH_PASSWORD": "password", "SPECCOMM_MESH_SHARED_KEY": "a shared key",
        "SPECCOMM_MESH_TABLE": str(folder / "mesh.toml"), "SPECCOMM_OIDC_ISSUER": nowhere,
        "SPECCOMM_OIDC_NAME": "NHS account", "SPECCOMM_OIDC_CLIENT_ID": "speccomm",
    }  # fmt: skip
    with serving(folder, **more) as application:
        command = [sys.executable, "-m", "tests.browser.web.seeding",
                   str(made.reference.parent / "submissions"),
                   str(sources.store.parent / "evidence")]  # fmt: skip
        done = subprocess.run(
            command, env=application.environment, cwd=ROOT, capture_output=True, text=True,
            check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        yield Everything(application.address, **json.loads(done.stdout.splitlines()[-1]))


@contextmanager
def serving(folder: Path, **more: str) -> Iterator[Application]:
    """The application on a free port, with its people, until it is left. `more` is environment."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {
        **{key: value for key, value in os.environ.items() if not key.startswith("SPECCOMM_")},
        "DJANGO_SETTINGS_MODULE": "speccomm_web.config.settings.development",
        "SPECCOMM_DATA_DIR": str(folder), "SPECCOMM_DEMONSTRATION": "yes", "SPECCOMM_DESIGN_PAGES": "1",
        "SPECCOMM_SECOND_FACTOR": "no", "SPECCOMM_LOG_LEVEL": "ERROR",
        **more,
    }  # fmt: skip
    if environment.get("DATABASE_URL"):
        environment["DATABASE_URL"] = _own_database(environment["DATABASE_URL"], port)
    made = Application(f"http://127.0.0.1:{port}", environment)
    made.command("prepare_demonstration")
    server = subprocess.Popen(
        [sys.executable, "-m", "uvicorn", "speccomm_web.config.asgi:application", "--port",
         str(port), "--lifespan", "off", "--log-level", "error"],
        env=environment,
    )  # fmt: skip
    try:
        _wait(made.address)
        yield made
    finally:
        server.terminate()
        server.wait()


def _own_database(address: str, port: int) -> str:
    import psycopg

    parts = urlsplit(address)
    name = f"browser_{port}"
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"'.encode())
    return urlunsplit(parts._replace(path=f"/{name}"))


def _wait(address: str) -> None:
    for _ in range(300):
        try:
            urllib.request.urlopen(f"{address}/healthz")
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.2)
        else:
            return
    raise AssertionError("The application did not answer.")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = launch(playwright)
        yield opened
        opened.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page in a window without history."""
    context = browser.new_context(locale="en-GB")
    yield context.new_page()
    context.close()


@pytest.fixture
def administrator(page: Page, application: Application) -> Page:
    sign_in(page, application.address, email="administrator@demonstration.example",
            password=PASSWORD)  # fmt: skip
    return page
