"""Say in the tags of a PDF that the first cells of a table's rows are headings of those rows.

Typst marks the cells of a table's head and has no stable way to mark the heads of rows, without
which a screen reader reads a figure of the fortieth row with no word of what it is of.
Source: PDF 32000-1:2008, 14.8.4.3.4 (table elements) and 14.8.5.7 (Scope); ISO 14289-1, 7.5.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from io import BytesIO

import pikepdf
from pikepdf import Dictionary, Name

BODIES = frozenset({"/TBody", "/TFoot"})


def with_row_headings(data: bytes, headings: Sequence[int]) -> bytes:
    """The document with the cell at a place of every row as that row's heading.

    `headings` is the place for each table, in reading order. A cell's list of its headings, which
    names those of columns alone, gives way to the scope of each heading. The same document gives
    the same bytes.
    Raises: ValueError where the document has another number of tables.
    """
    with pikepdf.open(BytesIO(data)) as pdf:
        tables = list(_tables(pdf.Root.StructTreeRoot))
        if len(tables) != len(headings):
            raise ValueError(f"{len(tables)} tables are tagged where {len(headings)} were set")
        for table, place in zip(tables, headings, strict=True):
            _head_rows(table, place)
        out = BytesIO()
        pdf.save(
            out,
            deterministic_id=True,
            object_stream_mode=pikepdf.ObjectStreamMode.generate,
            compress_streams=True,
        )
    return out.getvalue()


def _tables(parent: pikepdf.Object) -> Iterator[pikepdf.Object]:
    """The tables under a structure element, in reading order; none stands within another."""
    for kid in _kids(parent):
        if kid.get(Name.S) == Name.Table:
            yield kid
        else:
            yield from _tables(kid)


def _kids(parent: pikepdf.Object) -> list[pikepdf.Object]:
    """What stands directly in a structure element, but for marked content."""
    inside = parent.get(Name.K)
    if inside is None:
        return []
    listed = list(inside) if isinstance(inside, pikepdf.Array) else [inside]
    return [kid for kid in listed if isinstance(kid, Dictionary)]


def _head_rows(table: pikepdf.Object, place: int) -> None:
    for group in _kids(table):
        in_body = str(group.get(Name.S)) in BODIES
        for row in _kids(group):
            for at, cell in enumerate(_kids(row)):
                _without_list(cell)
                if at == place and in_body:
                    cell.S = Name.TH
                    cell.A = pikepdf.Array([Dictionary(O=Name.Table, Scope=Name.Row)])


def _without_list(cell: pikepdf.Object) -> None:
    attributes = cell.get(Name.A)
    if attributes is None:
        return
    for owned in attributes if isinstance(attributes, pikepdf.Array) else [attributes]:
        if isinstance(owned, Dictionary) and Name.Headers in owned:
            del owned[Name.Headers]
