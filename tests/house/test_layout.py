"""Folders, names and lengths."""

from __future__ import annotations

import configparser
import re
import tomllib
from pathlib import Path

import pytest

from tests.house.files import ROOT, named, tracked

LIBRARY = ROOT / "src" / "speccomm"
VAGUE_NAMES = {"utils", "util", "helpers", "helper", "common", "manager", "misc"}
LONGEST_MODULE = 450
# Each is a kind of test, but made_up: the made-up tables that several kinds share.
TEST_KINDS = {
    "made_up",
    "unit",
    "examples",
    "properties",
    "engines",
    "published",
    "journeys",
    "house",
    "browser",
    "web",
}


PYTHON_FILES = tracked("*.py")


def test_every_folder_of_the_library_has_its_place_in_the_layers() -> None:
    contracts = configparser.ConfigParser()
    contracts.read(ROOT / "importlinter.ini")
    layers = set(re.findall(r"[a-z]+", contracts["importlinter:contract:library-flow"]["layers"]))
    folders = {path.name for path in LIBRARY.iterdir() if path.is_dir()} - {"__pycache__"}
    assert folders - layers == {"rulebooks"}


def test_rulebooks_hold_no_python() -> None:
    assert not list((LIBRARY / "rulebooks").rglob("*.py"))


def test_every_package_says_what_its_subject_is() -> None:
    for init in LIBRARY.rglob("__init__.py"):
        assert init.read_text(encoding="utf-8").startswith('"""'), named(init)


@pytest.mark.parametrize("path", PYTHON_FILES, ids=named)
def test_modules_are_nouns_with_one_subject(path: Path) -> None:
    assert path.stem.strip("_") not in VAGUE_NAMES
    text = path.read_text(encoding="utf-8")
    if path.name != "tables.py" and len(text.splitlines()) > LONGEST_MODULE:
        assert re.search(r"^# Long because ", text, re.MULTILINE), (
            f"{named(path)} is over {LONGEST_MODULE} lines: split it, or say `# Long because ...`"
        )


def test_tests_are_of_the_kinds_we_keep() -> None:
    folders = {path.relative_to(ROOT / "tests").parts[0] for path in tracked("tests/**/*.py")}
    assert {name for name in folders if not name.endswith(".py")} <= TEST_KINDS


def test_nothing_is_left_open_in_the_text() -> None:
    words = "|".join(("TO" + "DO", "FIX" + "ME", "XX" + "X"))
    marks = re.compile(rf"(#|<!--|//|\*) *({words})\b|NotImplemented" + "Error")
    for path in tracked("src", "tests", "tools", "benchmarks", "docs"):
        if path.suffix in {".py", ".md", ".toml", ".html", ".css"}:
            assert not marks.search(path.read_text(encoding="utf-8")), named(path)


def test_no_file_names_a_package_registry() -> None:
    hosts = ["py" + "pi.org", "python" + "hosted", "npm" + "js.org", "debian" + ".org",
             "crates" + ".io", "--index" + "-url", "file" + ":///"]  # fmt: skip
    for path in tracked():
        content = path.read_bytes()
        met = [host for host in hosts if host.encode() in content]
        assert not met, f"{named(path)} names {met}"


def test_locks_pin_every_package_by_hash() -> None:
    for name in ("requirements.lock", "requirements-dev.lock", "requirements-mesh-sandbox.lock"):
        text = (ROOT / name).read_text(encoding="utf-8")
        pins = re.findall(r"^[a-z0-9][^ \n]*==", text, re.MULTILINE)
        blocks = re.split(r"^(?=[a-z0-9])", text, flags=re.MULTILINE)[1:]
        assert len(pins) == len(blocks) > 0
        assert all("--hash=sha256:" in block for block in blocks)


def test_the_locks_hold_what_the_project_asks_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    for wanted, lock in (
        ([*project["dependencies"], *extras["web"]], "requirements.lock"),
        ([*project["dependencies"], *extras["web"], *extras["dev"]], "requirements-dev.lock"),
    ):
        text = (ROOT / lock).read_text(encoding="utf-8")
        for requirement in wanted:
            name = re.split(r"[\[<>=!~ ]", requirement)[0].lower()
            if name == project["name"]:
                continue  # an extra of the project's own, which `wanted` holds already
            assert re.search(rf"^{re.escape(name)}==", text, re.MULTILINE), f"{name} in {lock}"
