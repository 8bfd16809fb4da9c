"""Carry out on the store what the source of a figure declares."""
