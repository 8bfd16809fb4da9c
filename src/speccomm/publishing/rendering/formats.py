"""The formats a pack can be written in, and the one function that draws each.

A renderer takes a pack and returns files by their paths. It is imported only when it is asked for:
a reader of tables does not wait for the maker of PDFs to load.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from enum import StrEnum

from speccomm.foundation.errors import Refusal
from speccomm.publishing.model import Pack

Renderer = Callable[[Pack], dict[str, bytes]]


class Format(StrEnum):
    """A format of a pack. CSV is always written: it is what the others are checked against."""

    HTML = "html"
    CSV = "csv"
    XLSX = "xlsx"
    PDF = "pdf"
    PPTX = "pptx"


class NoSuchFormat(Refusal):
    """A format that packs are not written in."""


def _html(pack: Pack) -> dict[str, bytes]:
    from speccomm.publishing.rendering.html import html_files

    return html_files(pack)


def _csv(pack: Pack) -> dict[str, bytes]:
    from speccomm.publishing.rendering.csv_tables import csv_files

    return csv_files(pack)


def _xlsx(pack: Pack) -> dict[str, bytes]:
    from speccomm.publishing.rendering.workbook import workbook_files

    return workbook_files(pack)


def _pdf(pack: Pack) -> dict[str, bytes]:
    from speccomm.publishing.rendering.pdf.setting import pdf_files

    return pdf_files(pack)


def _pptx(pack: Pack) -> dict[str, bytes]:
    from speccomm.publishing.rendering.slides import slides_files

    return slides_files(pack)


RENDERERS: dict[Format, Renderer] = {
    Format.HTML: _html,
    Format.CSV: _csv,
    Format.XLSX: _xlsx,
    Format.PDF: _pdf,
    Format.PPTX: _pptx,
}
ALL_FORMATS = tuple(RENDERERS)


def formats_asked(text: str) -> tuple[Format, ...]:
    """The formats named in a text such as `html,pdf`, each once and in our order; CSV always.

    Raises NoSuchFormat for a name that is not one, with those that are.
    """
    names = [name.strip().lower() for name in text.split(",") if name.strip()]
    known = {str(known) for known in RENDERERS}
    if unknown := [name for name in names if name not in known]:
        raise NoSuchFormat(
            f"{', '.join(map(repr, unknown))} is not a format of a pack. "
            f"The formats are {', '.join(sorted(known))}."
        )
    return with_csv(Format(name) for name in names)


def with_csv(formats: Iterable[Format]) -> tuple[Format, ...]:
    """The formats with CSV among them, each once, in the order they are drawn in."""
    asked = {*formats, Format.CSV}
    return tuple(known for known in RENDERERS if known in asked)
