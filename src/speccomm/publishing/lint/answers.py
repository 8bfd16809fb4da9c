"""Answers of yes and no: one of four words, spelt one way."""

from __future__ import annotations

from collections.abc import Iterator

from speccomm.publishing.lint.description import Kind
from speccomm.publishing.lint.findings import Found, found
from speccomm.publishing.lint.grid import Row, folded
from speccomm.publishing.lint.rules import Answer
from speccomm.publishing.lint.table import DescribedTable
from speccomm.publishing.wording import say_list


def check_answers(table: DescribedTable) -> Iterator[Found]:
    """Every cell of a column of flags, and whether the pack's answers tell no from unknown."""
    flags = [name for name, _ in table.columns(Kind.FLAG)]
    for row in table.data_rows:
        for name in flags:
            yield from _check_cell(table, row, name)
    given = table.pack.answers
    if flags and given and Answer.NOT_LOOKED_AT not in given:
        yield found("LINT-314", table.id, columns=say_list(flags), answers=_all_answers(table))


def answer_of(table: DescribedTable, row: Row, name: str) -> Answer | None:
    """What a cell answers, however it is spelt; None for blank, not legible or something else."""
    text = folded(table.cell(row, name).text)
    if not table.is_legible(row, name):
        return None
    for answer, spellings in accepted(table).items():
        if text in {folded(spelling) for spelling in spellings}:
            return answer
    return table.rules.answer_variants.get(text)


def accepted(table: DescribedTable) -> dict[Answer, tuple[str, ...]]:
    """How each answer may be spelt in this pack: its own spelling, else ours."""
    return {
        answer: table.pack.answers.get(answer, ours) for answer, ours in table.rules.answers.items()
    }


def _check_cell(table: DescribedTable, row: Row, name: str) -> Iterator[Found]:
    text = table.cell(row, name).text
    if not table.is_legible(row, name) or _is_explained(table, name, text):
        return
    if any(text in spellings for spellings in accepted(table).values()):
        return
    cell, where = table.address(row, name), table.where(row, name)
    if not text.strip():
        yield found("LINT-312", table.id, cell, where=where, answers=_all_answers(table))
        return
    meant = answer_of(table, row, name)
    if meant is None:
        yield found(
            "LINT-313", table.id, cell, where=where, value=text, answers=_all_answers(table)
        )
        return
    write = next(iter(accepted(table)[meant]), meant.words)
    yield found("LINT-311", table.id, cell, where=where, value=text, meant=meant.words, write=write)


def _is_explained(table: DescribedTable, name: str, text: str) -> bool:
    """Whether the description says what a blank of the column means, and this is it or those words."""
    words = table.spec.columns[name].blank
    return bool(words) and folded(text) in {"", folded(words)}


def _all_answers(table: DescribedTable) -> str:
    """The answers as this pack spells them: only its own where it gives any."""
    answers = table.pack.answers or table.rules.answers
    return say_list([spellings[0] for spellings in answers.values() if spellings])
