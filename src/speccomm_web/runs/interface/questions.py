"""Every question of the programming interface: each app says which it answers.

An app hands its questions over when it starts (`answer_for_programs`); the app `api` gives each an
address, reads and answers it, and writes the description.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.forms import Form

from speccomm_web.runs.interface.answers import Asked, Field

Schema = dict[str, Any]
Ask = Callable[..., Asked | None]
TEXT: Schema = {"type": "string"}
VERSION: Schema = {"type": "integer", "description": "Version of the store that was read."}
DAY_READ: Schema = {
    "type": "string", "format": "date", "description": "The day as at which it holds.",
}  # fmt: skip


@dataclass(frozen=True)
class Part:
    """A part of an address: the converter that reads it, and its shape."""

    name: str
    converter: str
    schema: Schema
    says: str


@dataclass(frozen=True)
class Described:
    """One question. `rows` None are rows of columns that what is asked about decides.

    `ask` takes the viewer, the cleaned parameters and the parts of the address; None is not there.
    """

    path: str
    name: str
    summary: str
    form: type[Form]
    ask: Ask
    rows: tuple[Field, ...] | None
    facts: Mapping[str, Schema] = field(default_factory=dict)
    parts: tuple[Part, ...] = ()


_KNOWN: dict[str, Described] = {}


def answer_for_programs(*questions: Described) -> None:
    """Hand over the questions that an app answers."""
    for question in questions:
        _KNOWN[question.name] = question


def questions() -> tuple[Described, ...]:
    """Every question that was handed over, by address."""
    return tuple(sorted(_KNOWN.values(), key=lambda question: question.path))
