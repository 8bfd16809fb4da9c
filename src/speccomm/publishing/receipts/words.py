"""Every word of a pack that is not a figure in a cell, by where it stands, so that packs compare."""

from __future__ import annotations

import json

from speccomm.publishing.model import (
    Block,
    Caution,
    Chart,
    Definitions,
    EditorWords,
    HeadlineFigures,
    Legend,
    Pack,
    PackTable,
    Points,
    Prose,
)
from speccomm.publishing.wording import BUILT

Words = dict[str, list[str]]


def words_of(pack: Pack) -> Words:
    """The sentences, titles and notes of each section, in reading order."""
    found: Words = {"pack": [pack.title, pack.organisation, pack.period, pack.handling.sentence]}
    for top in pack.sections:
        for section in top.walk():
            words = [section.title]
            for block in section.blocks:
                words += _words(block)
            found[section.id] = words
    return found


def words_json(pack: Pack) -> bytes:
    """The words as a file of the pack."""
    return (json.dumps(words_of(pack), ensure_ascii=False, indent=1) + "\n").encode()


def _words(block: Block) -> list[str]:
    if isinstance(block, Prose):
        return list(block.paragraphs)
    if isinstance(block, Points):
        return [block.lead, *block.points]
    if isinstance(block, Definitions):
        return [f"{word}: {meaning}" for word, meaning in block.entries if word != BUILT]
    if isinstance(block, Caution):
        return [block.title, *block.sentences]
    if isinstance(block, EditorWords):
        return [f"{block.heading}: {paragraph}" for paragraph in block.paragraphs]
    if isinstance(block, HeadlineFigures):
        return [f"{item.label}: {item.sentence}" for item in block.figures]
    if isinstance(block, Legend):
        return [f"{mark}: {meaning}" for mark, meaning in block.marks]
    if isinstance(block, Chart):
        return [block.title, block.description]
    return _words_of_table(block)


def _words_of_table(table: PackTable) -> list[str]:
    columns = [f"{column.title}: {column.meaning}" for column in table.columns]
    return [table.title, *columns, *table.notes]
