"""Explore: flows, changes, contract positions, receipts, and why a record is whose."""
