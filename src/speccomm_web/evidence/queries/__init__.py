"""Reads of evidence, each from what the viewer may see."""
