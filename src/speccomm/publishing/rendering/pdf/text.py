"""Texts for the typesetter: as data, never as markup, and with nothing that cannot be printed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

LONGEST_WORD = 24  # letters; a longer word, such as a file's name, may be broken anywhere
PIECE = 4
LONG_WORD = re.compile(rf"\S{{{LONGEST_WORD + 1},}}")
EVERYDAY = re.compile(
    r"[\t\n\r\x20-\x7e\xa0-\u024f\u0370-\u03ff\u0400-\u045f\u2010-\u2026\u25cb\u25cf]"
)

Text = str | list[Any]


def pieces(text: str, longest: int = LONGEST_WORD) -> Text:
    """The text, with every word longer than `longest` as a list of pieces it may be broken between."""
    if len(text) <= longest or not any(len(word) > longest for word in text.split()):
        return text
    parts: list[Any] = []
    end = 0
    for found in re.finditer(rf"\S{{{longest + 1},}}", text):
        parts += [text[end : found.start()]] if found.start() > end else []
        word = found[0]
        parts.append([word[at : at + PIECE] for at in range(0, len(word), PIECE)])
        end = found.end()
    return parts + ([text[end:]] if end < len(text) else [])


def strings(value: Any) -> Iterator[str]:
    """Every text in plain JSON values, names of entries left out."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from strings(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from strings(inner)


def unusual_characters(texts: Iterator[str]) -> list[str]:
    """The characters for which it must be asked whether a typeface has them."""
    seen: set[str] = set()
    for text in texts:
        seen.update(text)
    return sorted(character for character in seen if not EVERYDAY.fullmatch(character))


def replaced(value: Any, replace: Callable[[str], str]) -> Any:
    """Plain JSON values with every text replaced."""
    if isinstance(value, str):
        return replace(value)
    if isinstance(value, dict):
        return {name: replaced(inner, replace) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [replaced(inner, replace) for inner in value]
    return value


def named(character: str) -> str:
    """What stands for a character that no typeface here has: its number, so that nothing is lost."""
    return f"[U+{ord(character):04X}]"
