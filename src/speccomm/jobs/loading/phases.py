"""How long the steps of a load take, by a clock the caller hands in; the library reads none."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

Clock = Callable[[], float]
READ_AND_JUDGE = "read_and_judge"
ACROSS_ROWS = "across_rows"
ADD_UP = "add_up"
COMMIT = "commit"


def no_clock() -> float:
    """A clock that stands still."""
    return 0.0


@dataclass
class Phases:
    """Seconds by step, in the order the steps began. A step entered twice adds up."""

    clock: Clock = no_clock
    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def timing(self, phase: str) -> Iterator[None]:
        """Count what happens inside towards a step, also where it fails."""
        begun = self.clock()
        try:
            yield
        finally:
            self.seconds[phase] = self.seconds.get(phase, 0.0) + self.clock() - begun
