"""Stream one file through the judges, chunk by chunk, with the memory of a few chunks."""

from __future__ import annotations

import hashlib
import threading
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import pyarrow as pa

from speccomm.foundation.findings import Level
from speccomm.intake.opening import OpenedFile, UnreadableFile
from speccomm.intake.reading import BrokenRow, ParsedBlock, TextDecoder, parse_block, raw_blocks
from speccomm.intake.rules import Field, IntakeRules
from speccomm.jobs.loading.counting import RowCount
from speccomm.jobs.loading.judging import ChunkJudge, JudgedChunk, distinct_rows
from speccomm.jobs.loading.saying import coded_findings, finding, findings_of_rows

WORKERS = 2
CHUNK_BYTES = 32 << 20
BLOCKS_AHEAD = 3
FIRST_ROW = 2  # the header is row 1 of a spreadsheet
Progress = Callable[[str, int, int], None]
Slice = tuple[str, str, int]


class Sink(Protocol):
    """Where judged chunks go. `write` is called from several threads."""

    def write(self, chunk: FinishedChunk) -> None: ...


@dataclass(frozen=True)
class FinishedChunk:
    """A judged chunk: rows of one file, or of several small ones with the same columns.

    `file_of_row` says which of `files` a row is from; `slice_numbers` are -1 where the slice is
    not known; `broken` holds (file, row number, row).
    """

    files: list[OpenedFile]
    columns: tuple[Field, ...]
    raw: pa.Table
    file_of_row: np.ndarray[Any, Any]
    row_numbers: np.ndarray[Any, Any]
    judged: JudgedChunk
    slice_numbers: np.ndarray[Any, Any]
    broken: list[tuple[int, int, BrokenRow]]
    findings: pa.Table

    @property
    def dataset(self) -> str:
        return self.files[0].dataset


@dataclass
class SliceBook:
    """The slices a load touches: numbers given in the order met, rows counted. Thread safe."""

    numbers: dict[tuple[str, Slice], int] = field(default_factory=dict)
    accepted: dict[tuple[str, Slice], int] = field(default_factory=dict)
    refused: dict[tuple[str, Slice], int] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def enter(self, dataset: str, place: Slice, accepted: int, refused: int) -> int:
        with self._lock:
            key = (dataset, place)
            number = self.numbers.setdefault(key, len(self.numbers) + 1)
            self.accepted[key] = self.accepted.get(key, 0) + accepted
            self.refused[key] = self.refused.get(key, 0) + refused
            return number


@dataclass
class FileOutcome:
    """What became of a file's rows. read = accepted + refused, always."""

    opened: OpenedFile
    sha256: str = ""
    encoding: str = "ascii"
    accepted: int = 0
    refused: int = 0
    unattributed: int = 0
    blank: int = 0
    created_at: set[Any] = field(default_factory=set)
    digest: Any = field(default_factory=hashlib.sha256)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def read(self) -> int:
        return self.accepted + self.refused

    def count(self, *, accepted: int, refused: int, unattributed: int) -> None:
        with self._lock:
            self.accepted += accepted
            self.refused += refused
            self.unattributed += unattributed


@dataclass(frozen=True)
class Stream:
    """What streaming needs whatever the file: engine, rules, judge, sink and slice book."""

    connection: Any
    rules: IntakeRules
    judge: ChunkJudge
    sink: Sink
    slices: SliceBook
    load_id: str | None
    progress: Progress
    counted: RowCount = field(default_factory=RowCount)

    def run(self, opened: OpenedFile) -> FileOutcome:
        """Read, judge and hand on every row of a file, several chunks at a time.

        Raises UnreadableFile where the file cannot be read to its end; the sink may then hold
        part of it, which whoever owns the sink drops.
        """
        outcome = FileOutcome(opened)
        local = threading.local()
        with ThreadPoolExecutor(WORKERS, thread_name_prefix="judge") as pool:
            pending: deque[Future[None]] = deque()
            try:
                for gathered in _gathered(self._parsed(pool, outcome)):
                    chunk = _chunk([_Segment(outcome, opened.columns, gathered)])
                    pending.append(pool.submit(self._finish, chunk, local))
                    while len(pending) >= WORKERS:
                        pending.popleft().result()
                while pending:
                    pending.popleft().result()
            except BaseException:
                pool.shutdown(wait=True, cancel_futures=True)
                raise
        return _whole(outcome)

    def run_together(self, files: list[OpenedFile]) -> list[FileOutcome]:
        """The same for small files of one data set with the same columns, as one chunk."""
        segments = []
        for opened in files:
            outcome = FileOutcome(opened)
            segments.append(
                _Segment(outcome, opened.columns, list(self._parsed(_AtOnce(), outcome)))
            )
        self._finish(_chunk(segments), threading.local())
        return [_whole(segment.outcome) for segment in segments]

    def _parsed(self, pool: Executor, outcome: FileOutcome) -> Iterator[_Parsed]:
        """Parsed blocks in order, each with the row number of its first record and its bytes."""
        opened = outcome.opened
        decoder = TextDecoder(opened.path, encoding="utf-8" if opened.marked_utf8 else "ascii")
        longest_value = int(self.rules.settings["longest_value_characters"])
        waiting: deque[tuple[Future[ParsedBlock], int]] = deque()
        row = FIRST_ROW
        seen = 0

        def see(data: bytes) -> None:
            nonlocal seen
            outcome.digest.update(data)
            seen += len(data)
            self.progress(opened.path.name, seen, opened.size)

        def ready() -> _Parsed:
            nonlocal row
            future, size = waiting.popleft()
            try:
                parsed = future.result()
            except pa.ArrowInvalid as problem:
                raise UnreadableFile(
                    opened.path,
                    f"its rows cannot be told apart after row {row - 1}. "
                    "Look for a quotation mark that is opened and not closed.",
                ) from problem
            first, row = row, row + parsed.lines
            outcome.blank += parsed.blank
            self.counted.add(read=parsed.lines - parsed.blank)
            return parsed, first, size

        longest_line = int(self.rules.settings["longest_line_bytes"])
        for block in raw_blocks(opened, longest_line=longest_line, see=see):
            text = decoder.utf8(block)
            outcome.encoding = decoder.encoding
            columns = len(opened.columns)
            asked = pool.submit(parse_block, text, columns=columns, longest_value=longest_value)
            waiting.append((asked, len(text)))
            if len(waiting) > BLOCKS_AHEAD:
                yield ready()
        while waiting:
            yield ready()

    def _finish(self, chunk: _Chunk, local: threading.local) -> None:
        if not hasattr(local, "connection"):
            local.connection = self.connection.cursor()
        judged = self.judge.judge(local.connection, chunk.table, chunk.columns)
        numbers = self._slices(chunk, judged)
        _note_created(chunk, judged)
        self.sink.write(
            FinishedChunk(
                files=[outcome.opened for outcome in chunk.outcomes],
                columns=chunk.columns,
                raw=chunk.table,
                file_of_row=chunk.file_of_row,
                row_numbers=chunk.row_numbers,
                judged=judged,
                slice_numbers=numbers,
                broken=chunk.broken,
                findings=self._findings(chunk, judged),
            )
        )

    def _slices(self, chunk: _Chunk, judged: JudgedChunk) -> np.ndarray[Any, Any]:
        """Give each row its slice's number, and count rows by slice and file."""
        dataset = chunk.outcomes[0].opened.dataset
        places = [judged.columns[name] for name in PLACE]
        first, inverse = distinct_rows(places)
        accepted = np.bincount(inverse[~judged.refused], minlength=len(first))
        refused = np.bincount(inverse[judged.refused], minlength=len(first))
        numbers = np.full(len(first), -1, dtype=np.int32)
        for index, row in enumerate(first.tolist()):  # the different slices, not the rows
            place = tuple(values[row].as_py() for values in places)
            if None not in place:
                numbers[index] = self.slices.enter(
                    dataset, place, int(accepted[index]), int(refused[index])
                )
        spread: np.ndarray[Any, Any] = numbers[inverse]
        nowhere = judged.refused & (spread < 0)
        for number, outcome in enumerate(chunk.outcomes):
            own = chunk.file_of_row == number
            broken = sum(one[0] == number for one in chunk.broken)
            kept = int((own & ~judged.refused).sum())
            turned_away = int((own & judged.refused).sum()) + broken
            outcome.count(
                accepted=kept,
                refused=turned_away,
                unattributed=int((own & nowhere).sum()) + broken,
            )
            self.counted.add(checked=kept + turned_away, refused=turned_away)
        return spread

    def _findings(self, chunk: _Chunk, judged: JudgedChunk) -> pa.Table:
        dataset = chunk.outcomes[0].opened.dataset
        names = [outcome.opened.path.name for outcome in chunk.outcomes]
        rows = findings_of_rows(
            judged.said,
            rules=self.rules,
            load_id=self.load_id,
            dataset=dataset,
            file_names=pa.DictionaryArray.from_arrays(pa.array(chunk.file_of_row), names),
            row_numbers=chunk.row_numbers,
            places={name: judged.columns[name] for name in PLACE},
        )
        broken = [
            finding(
                self.rules.checks[row.check_id],
                self.rules,
                load_id=self.load_id,
                dataset=dataset,
                file_name=names[number],
                row_number=row_number,
            )
            for number, row_number, row in chunk.broken
        ]
        return pa.concat_tables([rows, coded_findings(broken)]) if broken else rows


def small_batches(files: list[OpenedFile]) -> list[list[OpenedFile]]:
    """Small files of one data set in batches of one chunk, each of files with the same columns."""
    batches: dict[frozenset[str], list[list[OpenedFile]]] = {}
    for opened in files:
        same = batches.setdefault(frozenset(field.column for field in opened.columns), [[]])
        if same[-1] and sum(one.size for one in same[-1]) + opened.size > CHUNK_BYTES:
            same.append([])
        same[-1].append(opened)
    return [batch for same in batches.values() for batch in same]


def is_small(opened: OpenedFile) -> bool:
    """Whether a file is one chunk: small files are streamed side by side, large ones in turn."""
    return opened.size <= CHUNK_BYTES


class _AtOnce(Executor):
    """Does what it is asked before it answers: for a file that is one chunk."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        done: Future[Any] = Future()
        try:
            done.set_result(fn(*args, **kwargs))
        except BaseException as problem:  # noqa: BLE001 - handed on to whoever asks for the result
            done.set_exception(problem)
        return done


PLACE = ("provider_code", "financial_year", "financial_month")


_Parsed = tuple[ParsedBlock, int, int]


@dataclass(frozen=True)
class _Segment:
    """Parsed blocks of one file, on their way into a chunk."""

    outcome: FileOutcome
    columns: tuple[Field, ...]
    blocks: list[_Parsed]


@dataclass(frozen=True)
class _Chunk:
    outcomes: list[FileOutcome]
    columns: tuple[Field, ...]
    table: pa.Table
    file_of_row: np.ndarray[Any, Any]
    row_numbers: np.ndarray[Any, Any]
    broken: list[tuple[int, int, BrokenRow]]


def _gathered(parsed: Iterator[_Parsed]) -> Iterator[list[_Parsed]]:
    blocks: list[_Parsed] = []
    for block in parsed:
        blocks.append(block)
        if sum(size for _, _, size in blocks) >= CHUNK_BYTES:
            yield blocks
            blocks = []
    if blocks:
        yield blocks


def _chunk(segments: list[_Segment]) -> _Chunk:
    columns = segments[0].columns
    tables, numbers, files, broken = [], [], [], []
    for number, segment in enumerate(segments):
        order = [segment.columns.index(field) for field in columns]
        for block, first, _ in segment.blocks:
            table = block.table.select(order)
            tables.append(table.rename_columns([f"c{at}" for at in range(len(columns))]))
            numbers.append(block.positions + first)
            files.append(np.full(table.num_rows, number, dtype=np.int32))
            broken += [(number, row.position + first, row) for row in block.broken]
    return _Chunk(
        outcomes=[segment.outcome for segment in segments],
        columns=columns,
        table=pa.concat_tables(tables),
        file_of_row=np.concatenate(files),
        row_numbers=np.concatenate(numbers),
        broken=broken,
    )


def _note_created(chunk: _Chunk, judged: JudgedChunk) -> None:
    """Remember up to a few of each file's times of creation: more than one is worth saying."""
    created = judged.columns.get("dataset_created_at")
    if created is None:
        return
    for number, outcome in enumerate(chunk.outcomes):
        own = created.filter(pa.array(chunk.file_of_row == number))
        outcome.created_at.update(own.unique().drop_null().to_pylist()[:3])


def _whole(outcome: FileOutcome) -> FileOutcome:
    outcome.sha256 = outcome.digest.hexdigest()
    if outcome.read == 0:
        raise UnreadableFile(outcome.opened.path, "it holds a header and no rows. Export it again.")
    return outcome


def file_findings(outcome: FileOutcome, rules: IntakeRules, *, load_id: str | None) -> pa.Table:
    """What is to be said of a file as a whole: its header, encoding, empty rows and columns."""
    opened = outcome.opened
    said: list[tuple[str, Level | None, str | None, str]] = []
    if opened.respelt:
        said.append(("CHK-N08", None, None, f"They stand for {', '.join(opened.respelt)}."))
    if outcome.encoding == "cp1252":
        said.append(("CHK-N09", None, None, ""))
    if outcome.blank:
        said.append(("CHK-N11", None, None, f"There are {outcome.blank:,}."))
    if len(outcome.created_at) > 1:
        said.append(("CHK-F05M", None, "DATE AND TIME DATA SET CREATED", ""))
    said += [
        ("CHK-F01", absent.blank_level, absent.field_name, "The file has no such column.")
        for absent in opened.missing
        if absent.blank_level is not None
    ]
    return coded_findings(
        [
            finding(
                rules.checks[check_id],
                rules,
                load_id=load_id,
                dataset=opened.dataset,
                file_name=Path(opened.path).name,
                level=level if level is not Level.REFUSE else Level.WARNING,
                field=name,
                detail=detail,
            )
            for check_id, level, name, detail in said
        ]
    )
