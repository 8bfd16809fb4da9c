"""Dated Delta Lake tables: commit a load, read what is current, read as at a time."""

from speccomm.warehouse.snapshot import Snapshot
from speccomm.warehouse.store import Store, create_store, open_or_create_store, open_store
from speccomm.warehouse.transaction import Transaction

__all__ = [
    "Snapshot",
    "Store",
    "Transaction",
    "create_store",
    "open_or_create_store",
    "open_store",
]
