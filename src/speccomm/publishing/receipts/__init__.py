"""Receipts: the identifier of every figure, and what it was made from."""
