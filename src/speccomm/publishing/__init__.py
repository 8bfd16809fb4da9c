"""Packs: assembled from tables, drawn, rendered and written."""
