"""Open an engine, and only that. Everyone else is handed the connection."""

from speccomm.engines.duckdb import open_duckdb

__all__ = ["open_duckdb"]
