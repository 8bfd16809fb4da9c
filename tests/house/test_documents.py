"""Documents tell the truth: links lead somewhere, commands exist, generated pages are current."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from speccomm.cli.main import build_parser
from tests.house.files import ROOT, named, tracked
from tools import reference_docs

DOCUMENTS = tracked("*.md")
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
COMMAND = re.compile(r"^\$ (speccomm (?:.*\\\n)*.*)", re.MULTILINE)
AMERICAN = re.compile(
    r"\b(organization|center|color|analyz\w+|catalog|behavior|normaliz\w+|pseudonymiz\w+|summariz\w+"
    r"|program of care|license file)\b",
    re.IGNORECASE,
)


@pytest.mark.parametrize("path", DOCUMENTS, ids=named)
def test_links_resolve(path: Path) -> None:
    for target in LINK.findall(path.read_text(encoding="utf-8")):
        if "://" in target or target.startswith("mailto:"):
            continue
        place, _, heading = target.partition("#")
        found = (path.parent / place).resolve() if place else path
        assert found.exists(), f"{named(path)} leads to {target}, which is not there"
        if heading and found.suffix == ".md":
            assert heading in headings(found), f"{named(path)}: no heading {target}"


def headings(path: Path) -> set[str]:
    lines = re.findall(r"^#+ (.*)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", line).strip().lower().replace(" ", "-") for line in lines}


@pytest.mark.parametrize("path", DOCUMENTS, ids=named)
def test_spelling_is_british(path: Path) -> None:
    text = re.sub(r"`[^`]*`", "", path.read_text(encoding="utf-8"))
    assert not AMERICAN.findall(text)


@pytest.mark.parametrize("name", sorted(reference_docs.pages()))
def test_reference_pages_are_current(name: str) -> None:
    page = reference_docs.FOLDER / name
    assert page.is_file(), "run `make reference-docs`"
    written = page.read_text(encoding="utf-8")
    assert written == reference_docs.pages()[name], "run `make reference-docs`"


def shown_commands() -> list[tuple[str, str]]:
    return [
        (named(path), command.replace("\\\n", " "))
        for path in DOCUMENTS
        for command in COMMAND.findall(path.read_text(encoding="utf-8"))
    ]


@pytest.mark.parametrize(("page", "command"), shown_commands())
def test_commands_in_documents_are_commands(
    page: str, command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every `$ speccomm ...` line parses; files it names are made first, as the reader has them."""
    monkeypatch.chdir(tmp_path)
    words = shlex.split(command, comments=True)[1:]
    words = words[: next((i for i, word in enumerate(words) if word in "|>;&"), len(words))]
    if {"--help", "--version"} & set(words):
        return
    for word in words:
        place = tmp_path / word
        if word.startswith("-") or not re.search(r"/|\.(csv|key)$", word):
            continue
        place.parent.mkdir(parents=True, exist_ok=True)
        if place.suffix:
            place.touch()
        else:
            place.mkdir(exist_ok=True)
    assert callable(build_parser().parse_args(words).act)


def test_an_argument_of_two_values_is_shown_as_it_is_typed() -> None:
    assert "`--diff LOAD_A LOAD_B`" in reference_docs.pages()["commands.md"]


def test_the_readme_shows_commands() -> None:
    assert any(page == "README.md" for page, _ in shown_commands())


def test_every_rulebook_folder_is_attributed() -> None:
    notice = (ROOT / "NOTICE").read_text(encoding="utf-8")
    for name in reference_docs.rulebook_names(".csv"):
        assert f"rulebooks/{name}.csv" in notice, f"NOTICE does not say where {name}.csv is from"


def test_the_glossary_holds_the_words_of_the_code() -> None:
    text = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
    terms = re.findall(r"\*\*([^*]+)\*\*", text)
    known = {term.lower() for term in terms}
    for word in ("acm", "plcm", "drplcm", "deplcm", "iap", "slice", "load", "finding", "rulebook",
                 "pseudonym", "small area", "as at", "map date", "pack", "run folder"):  # fmt: skip
        assert word in known, f"the glossary does not explain {word}"
    defined = re.findall(r"^\*\*([^*]+)\*\*", text, re.MULTILINE)
    assert len(defined) == len(set(defined))
