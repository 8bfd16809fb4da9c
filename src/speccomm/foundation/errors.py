"""What a user may ask for but not have: exceptions with a sentence, never a traceback."""

from __future__ import annotations


class Refusal(Exception):
    """Something a user asked for that cannot be done.

    The message is one or more sentences a commissioner understands: what was met, what was
    expected and what to do. The command line prints it and ends with exit code 2. A refusal never
    carries a patient's value. Subclasses live beside the function that raises them and keep their
    named values as attributes.
    """


class UnknownName(Refusal):
    """A name (column, code, option) that is not one of the known ones."""

    def __init__(self, kind: str, name: str, known: list[str]) -> None:
        self.kind = kind
        self.name = name
        self.nearest = nearest_name(name, known)
        hint = f" Did you mean {self.nearest!r}?" if self.nearest else ""
        super().__init__(f"{name!r} is not a known {kind}.{hint}")


def nearest_name(name: str, known: list[str]) -> str | None:
    """The known name most like `name`, or None when none is close."""
    from difflib import get_close_matches

    folded = {candidate.casefold(): candidate for candidate in known}
    matches = get_close_matches(name.casefold(), list(folded), n=1, cutoff=0.5)
    return folded[matches[0]] if matches else None
