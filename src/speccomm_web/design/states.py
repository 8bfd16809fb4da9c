"""States that a record can be in, each told by its words and shape as well as its colour."""

from __future__ import annotations

from enum import Enum


class State(Enum):
    """An answer that is never just yes or no: whoever did not look did not answer no.

    Each has its words, the colour class of its tag and a mark drawn before the words.
    """

    YES = ("Yes", "green", "tick")
    NO = ("No", "red", "cross")
    NOT_LOOKED_AT = ("Not looked at", "white", "dashed")
    NOT_COLLECTED = ("Not collected", "white", "dashed")
    NOT_APPLICABLE = ("Not applicable", "grey", "bar")
    SUPPRESSED = ("Suppressed", "grey", "star")
    WAITING = ("Waiting", "yellow", "clock")
    UNDER_WAY = ("Under way", "blue", "clock")
    DONE = ("Done", "green", "tick")
    REFUSED = ("Refused", "orange", "cross")
    FAILED = ("Failed", "red", "cross")
    CANCELLED = ("Cancelled", "grey", "bar")
    CURRENT = ("Current", "green", "tick")
    STALE = ("Store has moved on", "yellow", "clock")
    ENDED = ("Ended", "grey", "bar")
    SET_ASIDE = ("Set aside", "orange", "bar")

    @property
    def words(self) -> str:
        return self.value[0]

    @property
    def colour(self) -> str:
        return self.value[1]

    @property
    def mark(self) -> str:
        return self.value[2]
