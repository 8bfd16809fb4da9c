"""How Arrow's memory is held: what one chunk frees, the next one takes again."""

from __future__ import annotations

import pyarrow as pa

KEPT_MILLISECONDS = 1_000


def keep_freed_memory() -> None:
    """Let Arrow keep freed memory for a second instead of giving it back at once.

    A load frees and takes the same amounts chunk after chunk; giving them back to the operating
    system in between cost a fifth of its processor time. Does nothing where Arrow was built
    without the allocator that can be told so.
    """
    if "jemalloc" not in pa.supported_memory_backends():
        return
    pa.set_memory_pool(pa.jemalloc_memory_pool())
    pa.jemalloc_set_decay_ms(KEPT_MILLISECONDS)


def give_back_memory() -> None:
    """Give what Arrow keeps back to the operating system, before work that needs it elsewhere."""
    pa.default_memory_pool().release_unused()
