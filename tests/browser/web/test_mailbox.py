"""An administrator sees an unknown sender's file wait, and lets it in, in Chromium."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from speccomm_web.config.demonstration import PASSWORD as SIGN_IN_PASSWORD
from tests.browser.web.conftest import Application, serving
from tests.browser.web.looking import WIDTHS, look, sign_in
from tests.made_up.provider_files import Desk, activities, text_of
from tests.web.submissions.conftest import CALENDAR
from tests.web.submissions.mesh import OURS, PASSWORD, SHARED_KEY, TABLE, Mesh

PICTURES = Path("/tmp/speccomm-pictures")


@pytest.fixture(scope="module")
def mesh(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mesh]:
    made = Mesh(tmp_path_factory.mktemp("mesh"))
    yield made
    made.stop()


@pytest.fixture(scope="module")
def served(mesh: Mesh, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Application]:
    """Given an application with a mailbox that nobody has looked into."""
    folder = tmp_path_factory.mktemp("mailbox")
    Desk(folder, calendar=CALENDAR)
    given = mesh.settings()
    more = {
        "SPECCOMM_MESH_URL": mesh.url, "SPECCOMM_MESH_MAILBOX": OURS,
        "SPECCOMM_MESH_PASSWORD": PASSWORD, "SPECCOMM_MESH_SHARED_KEY": SHARED_KEY,
        "SPECCOMM_MESH_TABLE": str(given.table_file),
        "SPECCOMM_MESH_CERTIFICATE_FILE": str(given.certificate_file),
        "SPECCOMM_MESH_KEY_FILE": str(given.private_key_file),
        "SPECCOMM_MESH_AUTHORITY_FILE": str(given.authority_file),
        "SPECCOMM_ENGINE_MEMORY_MIB": "256",
    }  # fmt: skip
    with serving(folder, **more) as application:
        yield application


def seen(page: Page, name: str) -> None:
    """Then nothing stands in anyone's way at any width."""
    PICTURES.mkdir(exist_ok=True)
    for width in WIDTHS:
        sight = look(page, width=width, picture=PICTURES / f"mailbox-{name}-{width}.png")
        assert sight.violations == (), name
        assert sight.wider_than_window <= 0, (name, width)


def test_an_unknown_senders_file_waits_and_is_let_in(
    browser: Browser, served: Application, mesh: Mesh
) -> None:
    page = browser.new_context(locale="en-GB").new_page()
    page.set_default_timeout(60_000)
    sign_in(page, served.address, email="administrator@demonstration.example",
            password=SIGN_IN_PASSWORD)  # fmt: skip
    page.goto(f"{served.address}/submissions/")
    page.get_by_role("link", name="Received by MESH").click()
    assert page.get_by_text("Nobody has looked into the mailbox yet.").is_visible()
    seen(page, "empty")

    assert "cannot be reached" in looked(served)
    page.reload()
    assert page.get_by_text("The mailbox cannot be received from.").is_visible()
    seen(page, "unreachable")

    mesh.start()
    (mesh.folder / "table.toml").write_text(TABLE.replace("X26ABC2", "X26OT999"))
    mesh.send(text_of("plcm", activities(12)).encode(), name="RKB_PLCM_M09.csv")
    mesh.send(b"%PDF-1.7\n", name="A letter with a long name about the month's figures.csv",
              sender="X26ABC3")  # fmt: skip
    assert "Set aside: 2." in looked(served)
    page.reload()
    seen(page, "set-aside")
    page.get_by_label("Messages", exact=True).select_option("waiting")
    page.get_by_role("button", name="Show", exact=True).click()
    page.get_by_role("row").filter(has_text="RKB_PLCM_M09.csv").get_by_role("link").click()
    assert page.get_by_text("stood for no provider").is_visible()
    seen(page, "unknown-sender")
    page.get_by_role("button", name="Discard the message").click()
    assert page.get_by_role("alert").get_by_text("Say why it is discarded.").is_visible()
    seen(page, "wrong")

    (mesh.folder / "table.toml").write_text(TABLE)
    page.get_by_role("button", name="Take it up again").click()
    assert page.get_by_text("The file was sent on as a submission.").is_visible()
    served.command("work", "--once")
    page.reload()
    assert page.get_by_text("loaded", exact=False).first.is_visible()
    seen(page, "loaded")
    page.get_by_role("link", name="Received by MESH").click()
    seen(page, "list")


def looked(served: Application) -> str:
    """When the receiver looks once; what it says."""
    command = [sys.executable, "-m", "speccomm_web.config.command", "receive_from_mesh"]
    done = subprocess.run(
        command, env=served.environment, capture_output=True, text=True, check=False
    )
    return done.stdout + done.stderr
