"""A pack's page and its receipts asked by axe, in a wide window and in a narrow one."""

from __future__ import annotations

from pathlib import Path

import pytest

from speccomm.publishing.assembly import assemble_pack
from speccomm.publishing.folder import write_pack_folder
from speccomm.publishing.rendering.files import pack_files
from speccomm.publishing.rendering.formats import Format
from tests.browser.accessibility import ask_axe, needs_axe
from tests.unit.publishing.conftest import made_up

pytestmark = [pytest.mark.browser, needs_axe]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Given a pack with every kind of block and gap in it."""
    files = pack_files(assemble_pack(made_up()), (Format.HTML,))
    return write_pack_folder(tmp_path_factory.mktemp("pack") / "out", files)


@pytest.mark.parametrize("width", [1280, 420])
def test_axe_finds_nothing_on_the_page(folder: Path, width: int) -> None:
    page = (folder / "index.html").read_text("utf-8")
    opened = page.replace("<details", "<details open")
    found = ask_axe(opened, folder, width=width)
    assert found.violations == ()
    assert found.passed > 20


def test_axe_finds_nothing_on_a_page_of_receipts(folder: Path) -> None:
    receipts = folder / "receipts"
    found = ask_axe((receipts / "activity_icb.html").read_text("utf-8"), receipts)
    assert found.violations == ()
    assert found.passed > 15


def test_axe_finds_what_is_wrong(folder: Path) -> None:
    page = '<html lang="en"><head><title>x</title></head><body><main><img src="a.png"></main></body></html>'
    broken = ask_axe(page, folder)
    assert any(line.startswith("image-alt") for line in broken.violations)
