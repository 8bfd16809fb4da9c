"""Dated Delta Lake tables: commit a load, read what is current, read as at a time."""

from speccomm.warehouse.difference import Difference, slice_difference
from speccomm.warehouse.history import SliceName, slice_history
from speccomm.warehouse.purge import Purge, purge_before
from speccomm.warehouse.rekey import Rekeying, rekey_store
from speccomm.warehouse.snapshot import Snapshot
from speccomm.warehouse.store import Store, create_store, open_or_create_store, open_store
from speccomm.warehouse.transaction import Transaction
from speccomm.warehouse.withdraw import Withdrawal, withdraw_load

__all__ = [
    "Difference",
    "Purge",
    "Rekeying",
    "SliceName",
    "Snapshot",
    "Store",
    "Transaction",
    "Withdrawal",
    "create_store",
    "slice_difference",
    "open_or_create_store",
    "open_store",
    "purge_before",
    "rekey_store",
    "slice_history",
    "withdraw_load",
]
