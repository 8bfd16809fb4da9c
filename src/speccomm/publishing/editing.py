"""What an editor adds to a pack: paragraphs for its sections, in a file that says whose they are."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any, TypeVar

from speccomm.foundation.errors import Refusal, UnknownName
from speccomm.publishing.cells import file_cell, page_cell
from speccomm.publishing.model import EditorWords, HeadlineFigures, Pack, Section
from speccomm.quality import evidence_rules
from speccomm.quality.people import looks_like_a_person

TOP, ENTRY = {"written_by", "written_on", "words"}, {"section", "paragraphs"}
LONGEST = 2000  # characters of one paragraph: a board does not read more in one breath
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")
SMALLEST_LOOKED_FOR = (
    13  # smaller numbers stand in sentences for themselves: two meetings, 12 months
)
YEARS = range(1990, 2100)


PackKind = TypeVar("PackKind", bound=Pack)


class BadWords(Refusal):
    """A file of an editor's words that cannot be read as one."""


@dataclass(frozen=True)
class SectionWords:
    """An editor's paragraphs for one section, and which section."""

    section: str
    words: EditorWords

    def as_plain(self) -> dict[str, Any]:
        """As the manifest records them."""
        return {
            "section": self.section,
            "paragraphs": list(self.words.paragraphs),
            "written_by": self.words.written_by,
            "written_on": self.words.written_on.isoformat(),
        }


def words_from_plain(plain: Iterable[dict[str, Any]]) -> tuple[SectionWords, ...]:
    """The words that a manifest records."""
    return tuple(
        SectionWords(
            entry["section"],
            EditorWords(
                tuple(entry["paragraphs"]),
                entry["written_by"],
                date.fromisoformat(entry["written_on"]),
            ),
        )
        for entry in plain
    )


def read_words(path: Path, *, today: date) -> tuple[SectionWords, ...]:
    """Read an editor's words from a TOML file: written_by, written_on and a [[words]] for each section.

    An entry may say another written_by or written_on than the file's.

    Raises: BadWords for a file that is not such, a name in place of a role, a date to come, an empty
            or overlong paragraph, or two entries for one section.
    """
    try:
        content = tomllib.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as problem:
        raise BadWords(f"{path} cannot be read as TOML: {problem}.") from problem
    _only(content, TOP, path.name)
    entries = content.get("words")
    if not isinstance(entries, list) or not entries:
        raise BadWords(f"{path.name} has no [[words]], so there is nothing to add.")
    found = tuple(_entry(entry, content, path.name, today) for entry in entries)
    sections = [entry.section for entry in found]
    if twice := {section for section in sections if sections.count(section) > 1}:
        raise BadWords(f"{path.name} has words for {', '.join(sorted(twice))} twice. Join them.")
    return found


def section_words(
    section: str, text: str, *, written_by: str, written_on: date, today: date
) -> SectionWords:
    """An editor's words for one section as somebody typed them, a blank line between paragraphs.

    Raises: BadWords as read_words does.
    """
    name = "What was written"
    paragraphs = [part for part in re.split(r"\n\s*\n", text.replace("\r\n", "\n")) if part.strip()]
    if not paragraphs:
        raise BadWords(f"{name} has no paragraphs for {section}.")
    return SectionWords(
        section,
        EditorWords(
            tuple(_paragraph(each, section, name) for each in paragraphs),
            _role(written_by, section, name),
            _day(written_on, section, name, today),
        ),
    )


def _entry(entry: Any, content: dict[str, Any], name: str, today: date) -> SectionWords:
    if not isinstance(entry, dict):
        raise BadWords(f"{name} has a [[words]] that is not a table.")
    _only(entry, ENTRY | TOP - {"words"}, name)
    section, paragraphs = entry.get("section"), entry.get("paragraphs")
    if not isinstance(section, str):
        raise BadWords(f"{name} has words for no section. Add section = and its identifier.")
    if not isinstance(paragraphs, list) or not paragraphs:
        raise BadWords(f"{name} has no paragraphs for {section}.")
    by = entry.get("written_by", content.get("written_by"))
    on = entry.get("written_on", content.get("written_on"))
    return SectionWords(
        section,
        EditorWords(
            tuple(_paragraph(text, section, name) for text in paragraphs),
            _role(by, section, name),
            _day(on, section, name, today),
        ),
    )


def _only(table: dict[str, Any], known: set[str], name: str) -> None:
    for key in table:
        if key not in known:
            raise BadWords(f"{name}: {UnknownName('entry of a file of words', key, sorted(known))}")


def _paragraph(text: Any, section: str, name: str) -> str:
    if not isinstance(text, str) or not text.strip():
        raise BadWords(f"{name} has an empty paragraph for {section}.")
    joined = " ".join(text.split())
    if CONTROL.search(joined):
        raise BadWords(
            f"{name}: a paragraph for {section} holds a character that cannot be printed."
        )
    if len(joined) > LONGEST:
        raise BadWords(
            f"{name}: a paragraph for {section} has {len(joined):,} characters. Write at most "
            f"{LONGEST:,}, or make two of it."
        )
    return joined


def _role(by: Any, section: str, name: str) -> str:
    if not isinstance(by, str) or not by.strip():
        raise BadWords(f"{name} does not say who wrote the words for {section}. Add written_by.")
    if looks_like_a_person(by, evidence_rules()):
        raise BadWords(
            f"{name}: written_by for {section} may be a person’s name. Give the role or body, such "
            "as ICB quality lead."
        )
    return " ".join(by.split())


def _day(on: Any, section: str, name: str, today: date) -> date:
    if isinstance(on, datetime) or not isinstance(on, date):
        raise BadWords(
            f"{name} does not say when the words for {section} were written. Add written_on as "
            "2024-01-31, without quotation marks."
        )
    if on > today:
        raise BadWords(f"{name}: the words for {section} cannot be written on a day to come.")
    return on


def with_words(pack: PackKind, words: Sequence[SectionWords]) -> PackKind:
    """The pack with each editor's words before the other blocks of their section.

    Raises: UnknownName with the nearest for a section the pack does not have.
    """
    known = [section.id for top in pack.sections for section in top.walk()]
    for entry in words:
        if entry.section not in known:
            raise UnknownName("section of this pack", entry.section, known)
    given = {entry.section: entry.words for entry in words}
    facts = {**pack.facts, "words": [entry.as_plain() for entry in words]}
    return replace(pack, sections=tuple(_added(s, given) for s in pack.sections), facts=facts)


def _added(section: Section, given: dict[str, EditorWords]) -> Section:
    blocks = section.blocks
    if section.id in given:
        blocks = (given[section.id], *blocks)
    return replace(
        section, blocks=blocks, sections=tuple(_added(inner, given) for inner in section.sections)
    )


def doubtful_numbers(pack: Pack) -> list[str]:
    """A sentence for each paragraph of an editor that holds a number no figure of its section is.

    A printed or an exact figure will do. Numbers below 13 and years are not looked for.
    """
    sentences = []
    for top in pack.sections:
        for section in top.walk():
            for block in section.blocks:
                if isinstance(block, EditorWords):
                    sentences += _doubtful(block, section.id, _numbers_of(top))
    return sentences


def _doubtful(words: EditorWords, section: str, known: set[str]) -> list[str]:
    found = []
    for place, paragraph in enumerate(words.paragraphs, start=1):
        lacking = [
            text
            for text in NUMBER.findall(paragraph)
            if _looked_for(text) and text.replace(",", "") not in known
        ]
        if lacking:
            found.append(
                f"The editor’s words for {section}, paragraph {place}, hold {', '.join(lacking)}, "
                "which no table of the section has."
            )
    return found


def _looked_for(text: str) -> bool:
    value = float(text.replace(",", ""))
    return value >= SMALLEST_LOOKED_FOR and value not in YEARS


def _numbers_of(section: Section) -> set[str]:
    """Every figure of a section's tables, totals and headlines, as printed and as it is."""
    texts: list[str] = []
    for table in section.tables():
        rows = [*table.records(), *([total] if (total := table.total()) else [])]
        for row in rows:
            for column in table.columns:
                value = row.get(column.name)
                if value is not None:
                    texts += [file_cell(column, value), page_cell(column, row).text]
        texts.append(str(table.rows.num_rows))
    for inner in section.walk():
        for block in inner.blocks:
            if isinstance(block, HeadlineFigures):
                texts += [f"{item.figure} {item.value} {item.sentence}" for item in block.figures]
    return {number.replace(",", "") for text in texts for number in NUMBER.findall(text)}
