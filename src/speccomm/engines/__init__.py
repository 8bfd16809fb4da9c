"""Open an engine, and only that. Everyone else is handed the connection."""

from speccomm.engines.duckdb import open_duckdb
from speccomm.engines.memory import give_back_memory, keep_freed_memory

__all__ = ["give_back_memory", "keep_freed_memory", "open_duckdb"]
