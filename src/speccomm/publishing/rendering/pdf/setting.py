"""Set a pack as PDF with Typst: offline, with typefaces that come with the package, byte for byte."""

from __future__ import annotations

import json
from importlib import resources
from importlib.util import find_spec
from pathlib import Path

import typst

from speccomm.publishing.model import Pack
from speccomm.publishing.rendering.drawing import draw_plain
from speccomm.publishing.rendering.paths import PDF
from speccomm.publishing.rendering.pdf.document import CHART_PATH, pdf_document, row_heading_places
from speccomm.publishing.rendering.pdf.tags import with_row_headings
from speccomm.publishing.rendering.pdf.text import (
    named,
    replaced,
    strings,
    unusual_characters,
)

TEMPLATE = "pack.typ"
TYPEFACE = "Source Sans Pro"
TYPEFACE_PACKAGE = "font_source_sans_pro"
STANDARD = "ua-1"
PROBE = '#set document(title: "probe")\n#set text(font: "{typeface}")\n#json("text.json")'


def pdf_files(pack: Pack) -> dict[str, bytes]:
    """The document, by its path."""
    return {PDF: set_pack(pack)}


def set_pack(pack: Pack) -> bytes:
    """The pack as PDF/UA-1. The same pack gives the same bytes.

    Raises: typst.TypstError where the template and the document disagree (a bug).
    """
    document = pdf_document(pack)
    drawn = draw_plain(pack.charts(), font=TYPEFACE)
    unprintable = _unprintable(unusual_characters(strings([document, drawn])))
    if unprintable:
        table = str.maketrans({character: named(character) for character in unprintable})
        document = replaced(document, lambda text: text.translate(table))
        drawn = replaced(drawn, lambda text: text.translate(table))
    inputs = {"main": _template(), "pack.json": json.dumps(document).encode()}
    inputs |= {CHART_PATH.format(id=id_): svg.encode() for id_, svg in drawn.items()}
    compiled = _compile(inputs, int(pack.built_at.timestamp()))
    return with_row_headings(compiled, row_heading_places(document))


def _compile(inputs: dict[str, bytes], timestamp: int = 0) -> bytes:
    done = typst.compile(  # type: ignore[call-overload]  # its stubs lack files given as bytes
        inputs,
        format="pdf",
        pdf_standards=STANDARD,
        ignore_system_fonts=True,
        font_paths=[_typefaces()],
        timestamp=timestamp,
    )
    return bytes(done)


def _unprintable(characters: list[str]) -> list[str]:
    """Those characters that none of the typefaces here has: each is tried by itself."""
    return [character for character in characters if not _is_printable(character)]


def _is_printable(character: str) -> bool:
    probe = PROBE.format(typeface=TYPEFACE).encode()
    try:
        _compile({"main": probe, "text.json": json.dumps(character).encode()})
    except typst.TypstError:
        return False
    return True


def _typefaces() -> Path:
    """The folder of the typeface's files. Raises FileNotFoundError where it is not installed."""
    found = find_spec(TYPEFACE_PACKAGE)
    if found is None or not found.submodule_search_locations:
        raise FileNotFoundError(f"the package {TYPEFACE_PACKAGE} is not installed")
    return Path(next(iter(found.submodule_search_locations))) / "files"


def _template() -> bytes:
    return (resources.files("speccomm.publishing") / "templates" / TEMPLATE).read_bytes()
