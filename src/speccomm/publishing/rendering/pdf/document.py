"""A pack as plain values for the typesetter: the same blocks, words and cells as the page has."""

from __future__ import annotations

from typing import Any

from speccomm.publishing.cells import SIGNS, PageCell
from speccomm.publishing.model import (
    Block,
    Caution,
    Chart,
    Column,
    Definitions,
    EditorWords,
    HeadlineFigures,
    Legend,
    Pack,
    PackTable,
    Placement,
    Points,
    Prose,
    Section,
    Unit,
)
from speccomm.publishing.receipts.documents import receipt_page_path
from speccomm.publishing.receipts.figures import HEADLINES
from speccomm.publishing.receipts.identifiers import BETWEEN_KEYS
from speccomm.publishing.rendering.page_tables import PageTable, page_table
from speccomm.publishing.rendering.paths import table_path
from speccomm.publishing.rendering.pdf.text import LONGEST_WORD, Text, pieces
from speccomm.publishing.rendering.pdf.widths import Part, asked_by, ems, lay_out
from speccomm.publishing.sourcing import ALL
from speccomm.publishing.wording import say_count, say_time

Plain = dict[str, Any]
LONG_CELL = 500  # letters; the row of a longer cell may run over a page's end
BROKEN_CODE = 13  # letters of a code or hash that stay together
SHORT_CODE = 12
CHART_PATH = "charts/{id}.svg"


def pdf_document(pack: Pack) -> Plain:
    """The whole pack: words for every page, sections, and folded tables as an annex."""
    built = pack.built_at
    annex = [
        table_plain(pack, table) for table in pack.tables() if table.placement is Placement.FOLDED
    ]
    return {
        "title": pack.title,
        "organisation": pack.organisation,
        "period": pack.period,
        "built": say_time(built),
        "date": [built.year, built.month, built.day, built.hour, built.minute, built.second],
        "handling": pack.handling.short,
        "handling_sentence": pieces(pack.handling.sentence),
        "sections": [_section(pack, section) for section in pack.sections],
        "annex": annex,
    }


def row_heading_places(document: Plain) -> list[int]:
    """For each table of the document as set, in reading order, the place of its rows' heading."""
    blocks = [
        block
        for section in document["sections"]
        for part in (section, *section["sections"])
        for block in part["blocks"]
    ]
    tables = [block for block in (*blocks, *document["annex"]) if block["kind"] == "table"]
    return [part["heading"] for table in tables for part in table["parts"]]


def _section(pack: Pack, section: Section) -> Plain:
    return {
        "id": section.id,
        "title": section.title,
        "folded": section.folded,
        "alone": section.folded or section.alone,
        "gist": section.gist,
        "blocks": [_block(pack, block) for block in section.blocks],
        "sections": [_section(pack, inner) for inner in section.sections],
    }


def _block(pack: Pack, block: Block) -> Plain:
    if isinstance(block, PackTable):
        return table_plain(pack, block) if block.placement is Placement.PAGE else _pointer(block)
    if isinstance(block, Chart):
        path = CHART_PATH.format(id=block.id)
        return {"kind": "chart", "file": path, "title": block.title, "alt": block.description}
    if isinstance(block, HeadlineFigures):
        return _headlines(pack, block)
    if isinstance(block, Legend):
        marks = [[SIGNS[mark], str(mark), meaning] for mark, meaning in block.marks]
        return {"kind": "legend", "marks": marks}
    return _words(block)


def _words(block: Prose | Points | Definitions | Caution | EditorWords) -> Plain:
    if isinstance(block, Prose):
        return {"kind": "prose", "paragraphs": [pieces(text) for text in block.paragraphs]}
    if isinstance(block, Points):
        points = [pieces(point) for point in block.points]
        return {"kind": "points", "lead": pieces(block.lead), "points": points}
    if isinstance(block, Definitions):
        entries = [[pieces(word), pieces(meaning)] for word, meaning in block.entries]
        return {"kind": "definitions", "entries": entries}
    if isinstance(block, EditorWords):
        paragraphs = [pieces(text) for text in block.paragraphs]
        return {"kind": "editor", "heading": block.heading, "paragraphs": paragraphs}
    sentences = [pieces(sentence) for sentence in block.sentences]
    return {"kind": "caution", "title": block.title, "sentences": sentences}


def _headlines(pack: Pack, block: HeadlineFigures) -> Plain:
    cards = [
        {
            "label": item.label,
            "figure": item.figure,
            "sentence": pieces(item.sentence),
            "identifier": pieces(f"{pack.area}.{HEADLINES}.pack.{item.id}"),
            "receipt": f"{receipt_page_path(HEADLINES)}#pack.{item.id}",
            "section": item.section_id,
        }
        for item in block.figures
    ]
    return {"kind": "headlines", "cards": cards}


def _pointer(table: PackTable) -> Plain:
    """What stands where a table is not: where to find it."""
    return {
        "kind": "pointer",
        "title": table.title,
        "rows": say_count(table.rows.num_rows, "row"),
        "file": table_path(table),
        "annex": table.id if table.placement is Placement.FOLDED else "",
    }


def table_plain(pack: Pack, table: PackTable) -> Plain:
    """A table with its cells in words, its layout, and how its figures' identifiers are made."""
    view = page_table(table)
    texts = [
        [cell.text for _, cell in (row[place] for row in view.rows)] + _total_text(view, place)
        for place in range(len(view.columns))
    ]
    heading = next(i for i, c in enumerate(view.columns) if c.name == table.row_header)
    shares = [ems(title) / span for title, span in _groups(list(view.columns)) for _ in range(span)]
    shares = shares or [0.0] * len(view.columns)
    asked = [
        asked_by(
            column.title,
            column.name if column.unit.is_figure else "",
            [*{_full(row[place][1]) for row in view.rows}, *_total_text(view, place)],
            is_words=_is_words(column, texts[place]),
            is_heading=place == heading,
            share=shares[place],
        )
        for place, column in enumerate(view.columns)
    ]
    layout = lay_out(asked, heading)
    return {
        "kind": "table",
        "id": table.id,
        "title": table.title,
        "sideways": layout.sideways,
        "size": layout.size,
        "parts": [_part(view, part, heading) for part in layout.parts],
        "notes": [pieces(note) for note in view.notes],
        "file": view.file,
        "receipts": view.receipts if view.numbered else "",
        "identifier": _identifier(pack, view),
    }


def _part(view: PageTable, part: Part, heading: int) -> Plain:
    columns = [view.columns[place] for place in part.columns]
    return {
        "widths": list(part.widths),
        "groups": _groups(columns),
        "columns": [
            {
                "title": column.title,
                "name": column.name.split("_") if column.unit.is_figure else [],
                "right": column.unit.is_figure,
                "centre": column.unit in {Unit.MARK},
            }
            for column in columns
        ],
        "rows": [
            [_cell(view, key, row, place, is_heading=place == heading) for place in part.columns]
            for key, row in zip(view.keys, view.rows, strict=True)
        ],
        "total": None
        if view.total is None
        else [
            _total_cell(view, view.total[place], is_heading=place == heading)
            for place in part.columns
        ],
        "heading": part.columns.index(heading),
    }


def _groups(columns: list[Column]) -> list[list[Any]]:
    """Headings over several columns as [title, span]; a column without has an empty title."""
    if not any(column.group for column in columns):
        return []
    groups: list[list[Any]] = []
    for column in columns:
        if groups and column.group and groups[-1][0] == column.group:
            groups[-1][1] += 1
        else:
            groups.append([column.group, 1])
    return groups


def _cell(
    view: PageTable,
    key: str,
    row: tuple[tuple[Column, PageCell], ...],
    place: int,
    *,
    is_heading: bool,
) -> Plain:
    """One cell: its text; `m` missing, `r` receipt, `u` address, `k` the row's key, `b` may run over a page."""
    column, cell = row[place]
    plain: Plain = {"t": _text(column, cell)}
    if cell.missing:
        plain["m"] = True
    if column.unit.is_figure:
        plain["r"] = f"{view.receipts}#{key}.{column.name}"
    if column.unit is Unit.LINK and not cell.missing:
        plain["u"] = cell.text
    if is_heading and view.numbered and not _key_is_shown(key, row):
        plain["k"] = pieces(key, BROKEN_CODE)
    if len(cell.text) > LONG_CELL:
        plain["b"] = True
    return plain


def _total_cell(
    view: PageTable, shown: tuple[Column, PageCell | None], *, is_heading: bool
) -> Plain:
    column, cell = shown
    if cell is None:
        return {"t": ""}
    plain: Plain = {"t": _text(column, cell)}
    if column.unit.is_figure:
        plain["r"] = f"{view.receipts}#{ALL}.{column.name}"
    if is_heading and view.numbered:
        plain["k"] = ALL
    return plain


def _full(cell: PageCell) -> str:
    """A cell's words; a sign is followed by the word it stands for."""
    return (
        f"{cell.text} {cell.spoken}" if cell.spoken and cell.spoken not in cell.text else cell.text
    )


def _text(column: Column, cell: PageCell) -> Text:
    is_code = column.unit in {Unit.CODE, Unit.HASH} or cell.kind == "path"
    return pieces(_full(cell), BROKEN_CODE if is_code else LONGEST_WORD)


def _total_text(view: PageTable, place: int) -> list[str]:
    """The total of a column, with a space of its own: it is in bold and so a little wider."""
    cell = view.total[place][1] if view.total is not None else None
    return [] if cell is None else [f"{cell.text}\N{NO-BREAK SPACE}"]


def _is_words(column: Column, texts: list[str]) -> bool:
    if column.unit.is_figure:
        return False
    if column.unit in {Unit.CODE, Unit.TIME, Unit.DATE}:
        return max(map(len, texts), default=0) > SHORT_CODE
    return True


def _key_is_shown(key: str, row: tuple[tuple[Column, PageCell], ...]) -> bool:
    """Whether a reader of paper sees the row's part of an identifier among the row's own cells."""
    return set(key.split(BETWEEN_KEYS)) <= {cell.text for _, cell in row}


def _identifier(pack: Pack, view: PageTable) -> Text:
    """The identifier of the table's first figure as an example; empty where it holds none."""
    name = next((column.name for column in view.columns if column.unit.is_figure), "")
    if not name or not view.rows:
        return ""
    return pieces(f"{pack.area}.{view.table.id}.{view.keys[0]}.{name}")
