"""Reads a tagged PDF as a screen reader does: the tree of its tags with the text under each."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO

import pikepdf
from pikepdf import Dictionary, Name

BF_BLOCK = re.compile(rb"beginbf(char|range)(.*?)endbf", re.DOTALL)
BF_CHAR = re.compile(rb"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>")
BF_RANGE = re.compile(rb"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>\s*(<[0-9A-Fa-f]+>|\[.*?\])", re.DOTALL)


@dataclass
class Tag:
    """One tag: what it is, the text directly in it, what it says of itself, and tags inside."""

    name: str
    alt: str = ""
    scope: str = ""
    link: str = ""
    parts: list[Tag | str] = field(default_factory=list)

    @property
    def inside(self) -> list[Tag]:
        return [part for part in self.parts if isinstance(part, Tag)]

    @property
    def text(self) -> str:
        return "".join(part if isinstance(part, str) else part.text for part in self.parts)

    def walk(self) -> Iterator[Tag]:
        yield self
        for tag in self.inside:
            yield from tag.walk()

    def all(self, name: str) -> list[Tag]:
        return [tag for tag in self.walk() if tag.name == name]


class Document:
    """What tests ask of a PDF: its catalogue, its pages and the tree of its tags."""

    def __init__(self, data: bytes) -> None:
        self.pdf = pikepdf.open(BytesIO(data))
        self.root = self.pdf.Root
        self._texts = {page.objgen: _marked_texts(page) for page in self.pdf.pages}
        self.tree = self._tag(self.root.StructTreeRoot, None)

    def pages(self) -> list[str]:
        """All text of each page, tagged or not."""
        return ["".join(self._texts[page.objgen].values()) for page in self.pdf.pages]

    def pieces(self) -> list[str]:
        """Each piece of text that is set by itself, such as one cell, tagged or not."""
        return [text for page in self.pdf.pages for text in self._texts[page.objgen].values()]

    def _tag(self, element: pikepdf.Object, page: tuple[int, int] | None) -> Tag:
        page = element.Pg.objgen if Name.Pg in element else page
        found = Tag(str(element.get(Name.S, "/Root"))[1:], alt=str(element.get(Name.Alt, "")))
        for owned in _listed(element.get(Name.A)):
            if isinstance(owned, Dictionary) and Name.Scope in owned:
                found.scope = str(owned.Scope)[1:]
        for kid in _listed(element.get(Name.K)):
            if isinstance(kid, int):
                found.parts.append(self._texts[page].get(kid, ""))
            elif kid.get(Name.Type) == Name.MCR:
                place = kid.Pg.objgen if Name.Pg in kid else page
                found.parts.append(self._texts[place].get(int(kid.MCID), ""))
            elif kid.get(Name.Type) == Name.OBJR:
                found.link = str(kid.Obj.get(Name.A, {}).get(Name.URI, ""))
            else:
                found.parts.append(self._tag(kid, page))
        return found


def _listed(value: pikepdf.Object | None) -> list:
    if value is None:
        return []
    return list(value) if isinstance(value, pikepdf.Array) else [value]


def _marked_texts(page: pikepdf.Page) -> dict[int | str, str]:
    """The text of each marked part of a page by its number; what has none is under a name."""
    fonts = {name: _letters(font) for name, font in page.Resources.get(Name.Font, {}).items()}
    texts: dict[int | str, str] = {}
    open_marks: list[int | None] = []
    letters: dict[int, str] = {}
    for operands, operator in pikepdf.parse_content_stream(page):
        match str(operator):
            case "BDC":
                properties = operands[1]
                number = properties.get(Name.MCID) if isinstance(properties, Dictionary) else None
                open_marks.append(None if number is None else int(number))
            case "BMC":
                open_marks.append(None)
            case "EMC":
                open_marks.pop()
            case "Tf":
                letters = fonts[str(operands[0])]
            case "Tj" | "TJ":
                place = next((m for m in reversed(open_marks) if m is not None), "untagged")
                shown = operands[0] if str(operator) == "TJ" else operands
                codes = b"".join(bytes(part) for part in shown if isinstance(part, pikepdf.String))
                text = "".join(
                    letters.get(int.from_bytes(codes[at : at + 2], "big"), "?")
                    for at in range(0, len(codes), 2)
                )
                texts[place] = texts.get(place, "") + text
    return texts


def _letters(font: pikepdf.Object) -> dict[int, str]:
    """The text of each code of a font, from its own table of them."""
    found: dict[int, str] = {}
    for kind, block in BF_BLOCK.findall(font.ToUnicode.read_bytes()):
        if kind == b"char":
            found |= {int(code, 16): _utf16(text) for code, text in BF_CHAR.findall(block)}
            continue
        for first, last, to in BF_RANGE.findall(block):
            start = int(first, 16)
            if to.startswith(b"["):
                texts = re.findall(rb"<([0-9A-Fa-f]+)>", to)
                found |= {start + i: _utf16(text) for i, text in enumerate(texts)}
            else:
                base = int(to.strip(b"<>"), 16)
                found |= {start + i: chr(base + i) for i in range(int(last, 16) - start + 1)}
    return found


def _utf16(digits: bytes) -> str:
    return bytes.fromhex(digits.decode()).decode("utf-16-be", "replace")
