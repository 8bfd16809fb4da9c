"""Finished runs of the library, and the background tasks that make them."""
