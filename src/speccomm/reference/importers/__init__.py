"""Bring the national files users hold into a reference folder."""

from speccomm.reference.importers.outcome import KINDS, ImportOutcome
from speccomm.reference.importers.run import import_file

__all__ = ["KINDS", "ImportOutcome", "import_file"]
