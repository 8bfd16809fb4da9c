"""Organisation codes, postcodes and NHS numbers: one written form each."""

from __future__ import annotations

import re

import nhs_number

POSTCODE = re.compile(r"([A-Z]{1,2}[0-9][A-Z0-9]?) ?([0-9][A-Z]{2})")


def is_nhs_number(text: str) -> bool:
    """Ten digits whose last is the modulus 11 check digit. Spaces and hyphens are not forgiven."""
    return len(text) == 10 and text.isdigit() and bool(nhs_number.is_valid(text))


def written_postcode(text: str) -> str | None:
    """The postcode in capitals with one space before the last three characters, or None."""
    match = POSTCODE.fullmatch(re.sub(r"\s+", "", text).upper())
    return f"{match[1]} {match[2]}" if match else None


def value_shape(text: str) -> str:
    """What a value looks like without saying it: letters become A, digits 9, other marks stay.

    Texts over 24 characters are cut and end with an ellipsis.
    """
    shape = re.sub(r"[^\W\d_]", "A", re.sub(r"\d", "9", text))
    shape = re.sub(r"[\r\n\t\0]", "?", shape)
    return shape if len(shape) <= 24 else shape[:24] + "…"
