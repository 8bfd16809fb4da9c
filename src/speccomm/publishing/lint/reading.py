"""Find the tables of a pack in its files and read each into a grid, saying what stands in the way."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from speccomm.foundation.errors import Refusal
from speccomm.publishing.lint.description import PackSpec, TableSpec
from speccomm.publishing.lint.findings import Found, NotChecked, found
from speccomm.publishing.lint.grid import Grid, folded
from speccomm.publishing.lint.layout import lay_out
from speccomm.publishing.lint.rules import LintRules
from speccomm.publishing.lint.text_file import read_text_cells
from speccomm.publishing.lint.workbook import Sheet, read_workbook

TEXT_ENDINGS = {".csv", ".tsv", ".txt"}
WORKBOOK_ENDINGS = {".xlsx", ".xlsm"}
NOT_DESCRIBED = "it is not in the description"


class NoTables(Refusal):
    """A file or folder in which there is no table to read."""

    def __init__(self, place: Path, problem: str) -> None:
        self.place = place
        super().__init__(
            f"{place} {problem} Give a CSV file, an XLSX workbook or a folder of them."
        )


@dataclass(frozen=True)
class Reading:
    """The tables that were read, each with its description, and what was met on the way."""

    tables: tuple[tuple[Grid, TableSpec], ...]
    findings: tuple[Found, ...]
    not_checked: tuple[NotChecked, ...]
    files: tuple[Path, ...]


@dataclass
class _Met:
    """What is met while reading."""

    findings: list[Found] = field(default_factory=list)
    not_checked: list[NotChecked] = field(default_factory=list)


def read_tables(place: Path, pack: PackSpec, rules: LintRules) -> Reading:
    """Read every table of a file or folder; those the description names, as it says.

    Raises: NoTables where there is none; NotATextFile or NotAWorkbook for a file that cannot be
            read as what its name says.
    """
    files = table_files(place)
    sheets = {path: _sheets(path, rules) for path in files}
    met = _Met()
    tables: list[tuple[Grid, TableSpec]] = []
    for path, path_sheets in sheets.items():
        wanted = [spec for spec in pack.tables if _may_be_of(spec, path)]
        for sheet in path_sheets:
            specs = [spec for spec in wanted if _is_on(spec, sheet, path_sheets)]
            if not specs:
                specs = [TableSpec(id=_name(path, sheet, path_sheets))]
                if pack.given and not pack.optional:
                    met.not_checked.append(NotChecked("all but form", NOT_DESCRIBED, specs[0].id))
            for spec in specs:
                grid = _grid(path, sheet, spec, met)
                if grid is not None:
                    tables.append((grid, spec))
    _say_absent(place, pack, {spec.id for _, spec in tables}, met)
    return Reading(tuple(tables), tuple(met.findings), tuple(met.not_checked), tuple(files))


def table_files(place: Path) -> list[Path]:
    """The files of tables at a place, in order of name. Raises NoTables where there is none."""
    if place.is_dir():
        endings = TEXT_ENDINGS - {".txt"} | WORKBOOK_ENDINGS
        files = sorted(
            path
            for path in place.iterdir()
            if path.suffix.lower() in endings and not path.name.startswith((".", "~"))
        )
        if not files:
            raise NoTables(place, "holds no table.")
        return files
    if not place.exists():
        raise NoTables(place, "is not there.")
    if place.suffix.lower() not in TEXT_ENDINGS | WORKBOOK_ENDINGS:
        raise NoTables(place, "is neither CSV nor XLSX.")
    return [place]


def _sheets(path: Path, rules: LintRules) -> list[Sheet]:
    if path.suffix.lower() in WORKBOOK_ENDINGS:
        return read_workbook(path, most_cells=rules.most_cells)
    rows = read_text_cells(path)
    if sum(len(row) for row in rows) > rules.most_cells:
        raise NoTables(path, f"has over {rules.most_cells:,} cells, which is no table for people.")
    return [Sheet(path.stem, rows, (), ())]


def _may_be_of(spec: TableSpec, path: Path) -> bool:
    if spec.file:
        return folded(Path(spec.file).name) == folded(path.name)
    return path.suffix.lower() in WORKBOOK_ENDINGS or folded(spec.id) == folded(path.stem)


def _is_on(spec: TableSpec, sheet: Sheet, others: list[Sheet]) -> bool:
    if len(others) == 1 and not spec.sheet:
        return True
    return folded(spec.sheet or spec.id) == folded(sheet.title)


def _name(path: Path, sheet: Sheet, others: list[Sheet]) -> str:
    return path.stem if len(others) == 1 else sheet.title


def _grid(path: Path, sheet: Sheet, spec: TableSpec, met: _Met) -> Grid | None:
    is_workbook = path.suffix.lower() in WORKBOOK_ENDINGS
    source = f"{path.name}, sheet {sheet.title}" if is_workbook else path.name
    if spec.published:
        met.findings += [found("LINT-110", spec.id, what=what) for what in sheet.hidden]
    grid, findings = lay_out(sheet, spec, source=source)
    met.findings += findings
    if grid is None:
        met.not_checked.append(NotChecked("the whole table", "no row of names was found", spec.id))
    return grid


def _say_absent(place: Path, pack: PackSpec, read: set[str], met: _Met) -> None:
    """Say which described tables were not found, where their absence is worth saying."""
    for spec in pack.tables:
        if spec.id in read or pack.optional:
            continue
        if place.is_dir() or not spec.file or Path(spec.file).name == place.name:
            wanted = " ".join(filter(None, (spec.id, spec.file and f"in {spec.file}")))
            met.findings.append(found("LINT-106", spec.id, wanted=wanted, place=place.name))
        else:
            met.not_checked.append(
                NotChecked("the whole table", f"{spec.file} was not given", spec.id)
            )
