"""Import one file of a known kind into a reference folder."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from speccomm.foundation.errors import Refusal, UnknownName
from speccomm.reference.importers.calendar import import_calendar
from speccomm.reference.importers.directories import (
    import_epraccur,
    import_etr,
    import_ets,
    import_successors,
)
from speccomm.reference.importers.layout import layouts
from speccomm.reference.importers.nhspd import import_nhspd
from speccomm.reference.importers.outcome import KINDS, Connection, ImportOutcome

_IMPORTERS = {
    "epraccur": import_epraccur,
    "etr": import_etr,
    "ets": import_ets,
    "successors": import_successors,
    "nhspd": import_nhspd,
    "calendar": import_calendar,
}


class NoSuchFile(Refusal):
    """A file to import that is not there."""

    def __init__(self, path: Path) -> None:
        self.path = path
        super().__init__(f"There is no file {str(path)!r} to import.")


def import_file(kind: str, file: Path, folder: Path, *, connection: Connection) -> ImportOutcome:
    """Bring one national file into the folder, replacing the table it holds.

    Shape:   epraccur fills practices.csv; etr trusts.csv and providers.csv; ets sites.csv;
             successors successors.csv; nhspd postcodes.parquet; calendar calendar.csv.
    Missing: a cell that cannot be read is left empty and counted in `notes`.
    Raises:  UnknownName for another kind, NoSuchFile, BadReferenceFile for a file that is not of
             the kind. The folder is then as it was.
    Source:  rulebook reference/import_layouts.
    """
    if kind not in _IMPORTERS:
        raise UnknownName("kind of reference file", kind, list(KINDS))
    if not file.is_file():
        raise NoSuchFile(file)
    by_kind, book = layouts()
    folder.mkdir(parents=True, exist_ok=True)
    outcome = _IMPORTERS[kind](file, folder, layout=by_kind[kind], connection=connection)
    return replace(outcome, layout=book.identifier, layout_version=book.version)
