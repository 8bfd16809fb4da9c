"""Packs: asked for, built, read, commented, worded, approved by a second person and published."""
