"""How many rows a load has got through so far, for whoever watches it from another thread."""

from __future__ import annotations

from dataclasses import dataclass, field
from threading import Lock


@dataclass
class RowCount:
    """Rows read, checked and refused so far. Rows are read before they are checked."""

    read: int = 0
    checked: int = 0
    refused: int = 0
    _lock: Lock = field(default_factory=Lock, repr=False, compare=False)

    def add(self, *, read: int = 0, checked: int = 0, refused: int = 0) -> None:
        """Count some more; chunks are judged side by side."""
        with self._lock:
            self.read += read
            self.checked += checked
            self.refused += refused
