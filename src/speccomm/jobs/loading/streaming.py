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
from speccomm.intake.rules import IntakeRules
from speccomm.jobs.loading.judging import ChunkJudge, JudgedChunk, distinct_rows
from speccomm.jobs.loading.saying import coded_findings, finding, findings_of_rows

WORKERS = 2
CHUNK_BYTES = 64 << 20
BLOCKS_AHEAD = 3
FIRST_ROW = 2  # the header is row 1 of a spreadsheet
Progress = Callable[[str, int, int], None]
Slice = tuple[str, str, int]


class Sink(Protocol):
    """Where judged chunks go. `write` is called from several threads."""

    def write(self, chunk: FinishedChunk) -> None: ...


@dataclass(frozen=True)
class FinishedChunk:
    """A judged chunk with its place: `slice_numbers` are -1 where the slice is not known."""

    opened: OpenedFile
    number: int
    raw: pa.Table
    row_numbers: np.ndarray[Any, Any]
    judged: JudgedChunk
    slice_numbers: np.ndarray[Any, Any]
    broken: list[tuple[int, BrokenRow]]
    findings: pa.Table


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

    def run(self, opened: OpenedFile) -> FileOutcome:
        """Read, judge and hand on every row of a file.

        Raises UnreadableFile where the file cannot be read to its end; the sink may then hold
        part of it, which whoever owns the sink drops.
        """
        outcome = FileOutcome(opened)
        local = threading.local()
        digest = hashlib.sha256()
        seen = 0

        def see(data: bytes) -> None:
            nonlocal seen
            digest.update(data)
            seen += len(data)
            self.progress(opened.path.name, seen, opened.size)

        with self._pool(opened) as pool:
            pending: deque[Future[None]] = deque()
            try:
                for chunk in _chunks(self._parsed(opened, pool, outcome, see)):
                    pending.append(pool.submit(self._finish, chunk, outcome, local))
                    while len(pending) > WORKERS:
                        pending.popleft().result()
                while pending:
                    pending.popleft().result()
            except BaseException:
                pool.shutdown(wait=True, cancel_futures=True)
                raise
        outcome.sha256 = digest.hexdigest()
        if outcome.read == 0:
            raise UnreadableFile(opened.path, "it holds a header and no rows. Export it again.")
        return outcome

    def _pool(self, opened: OpenedFile) -> Executor:
        if is_small(opened):
            return _AtOnce()
        return ThreadPoolExecutor(WORKERS, thread_name_prefix="judge")

    def _parsed(
        self,
        opened: OpenedFile,
        pool: Executor,
        outcome: FileOutcome,
        see: Callable[[bytes], None],
    ) -> Iterator[tuple[ParsedBlock, int, int]]:
        """Parsed blocks in order, each with the row number of its first record and its bytes."""
        decoder = TextDecoder(opened.path)
        longest_line = int(self.rules.settings["longest_line_bytes"])
        longest_value = int(self.rules.settings["longest_value_characters"])
        waiting: deque[tuple[Future[ParsedBlock], int]] = deque()
        row = FIRST_ROW

        def ready() -> tuple[ParsedBlock, int, int]:
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
            return parsed, first, size

        for block in raw_blocks(opened, longest_line=longest_line, see=see):
            text = decoder.utf8(block)
            outcome.encoding = decoder.encoding
            columns = len(opened.columns)
            waiting.append(
                (
                    pool.submit(parse_block, text, columns=columns, longest_value=longest_value),
                    len(text),
                )
            )
            if len(waiting) > BLOCKS_AHEAD:
                yield ready()
        while waiting:
            yield ready()

    def _finish(self, chunk: _Chunk, outcome: FileOutcome, local: threading.local) -> None:
        if not hasattr(local, "connection"):
            local.connection = self.connection.cursor()
        opened = outcome.opened
        judged = self.judge.judge(local.connection, chunk.table, opened.columns)
        numbers = self._slices(opened.dataset, judged, outcome)
        self._note_created(judged, outcome)
        broken = chunk.broken
        outcome.count(accepted=0, refused=len(broken), unattributed=len(broken))
        self.sink.write(
            FinishedChunk(
                opened=opened,
                number=chunk.number,
                raw=chunk.table,
                row_numbers=chunk.row_numbers,
                judged=judged,
                slice_numbers=numbers,
                broken=broken,
                findings=self._findings(opened, chunk, judged),
            )
        )

    def _slices(
        self, dataset: str, judged: JudgedChunk, outcome: FileOutcome
    ) -> np.ndarray[Any, Any]:
        places = [judged.columns[name] for name in PLACE]
        first, inverse = distinct_rows(places)
        accepted = np.bincount(inverse[~judged.refused], minlength=len(first))
        refused = np.bincount(inverse[judged.refused], minlength=len(first))
        numbers = np.full(len(first), -1, dtype=np.int32)
        for index, row in enumerate(first.tolist()):  # the different slices, not the rows
            place = tuple(values[row].as_py() for values in places)
            if None in place:
                outcome.count(accepted=0, refused=0, unattributed=int(refused[index]))
                continue
            numbers[index] = self.slices.enter(
                dataset,
                place,
                int(accepted[index]),
                int(refused[index]),
            )
        outcome.count(accepted=int(accepted.sum()), refused=int(refused.sum()), unattributed=0)
        spread: np.ndarray[Any, Any] = numbers[inverse]
        return spread

    def _note_created(self, judged: JudgedChunk, outcome: FileOutcome) -> None:
        created = judged.columns.get("dataset_created_at")
        if created is not None:
            outcome.created_at.update(created.unique().drop_null().to_pylist()[:3])

    def _findings(self, opened: OpenedFile, chunk: _Chunk, judged: JudgedChunk) -> pa.Table:
        rows = findings_of_rows(
            judged.said,
            rules=self.rules,
            load_id=self.load_id,
            dataset=opened.dataset,
            file_name=opened.path.name,
            row_numbers=chunk.row_numbers,
            places={name: judged.columns[name] for name in PLACE},
        )
        broken = coded_findings(
            [
                finding(
                    self.rules.checks[row.check_id],
                    self.rules,
                    load_id=self.load_id,
                    dataset=opened.dataset,
                    file_name=opened.path.name,
                    row_number=number,
                )
                for number, row in chunk.broken
            ]
        )
        return pa.concat_tables([rows, broken]) if broken.num_rows else rows


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


@dataclass(frozen=True)
class _Chunk:
    number: int
    table: pa.Table
    row_numbers: np.ndarray[Any, Any]
    broken: list[tuple[int, BrokenRow]]


def _chunks(parsed: Iterator[tuple[ParsedBlock, int, int]]) -> Iterator[_Chunk]:
    gathered: list[tuple[ParsedBlock, int]] = []
    size, number = 0, 0
    for block, first, length in parsed:
        gathered.append((block, first))
        size += length
        if size >= CHUNK_BYTES:
            yield _chunk(number, gathered)
            gathered, size, number = [], 0, number + 1
    if gathered:
        yield _chunk(number, gathered)


def _chunk(number: int, gathered: list[tuple[ParsedBlock, int]]) -> _Chunk:
    return _Chunk(
        number=number,
        table=pa.concat_tables([block.table for block, _ in gathered]),
        row_numbers=np.concatenate([block.positions + first for block, first in gathered]),
        broken=[(row.position + first, row) for block, first in gathered for row in block.broken],
    )


def file_findings(outcome: FileOutcome, rules: IntakeRules, *, load_id: str | None) -> pa.Table:
    """What is to be said of a file as a whole: its header, encoding, empty rows and columns."""
    opened = outcome.opened
    said: list[tuple[str, Level | None, str | None]] = [
        ("CHK-N08", None, name) for name in opened.respelt
    ]
    if outcome.encoding == "cp1252":
        said.append(("CHK-N09", None, None))
    if outcome.blank:
        said.append(("CHK-N11", None, None))
    if len(outcome.created_at) > 1:
        said.append(("CHK-F05M", None, "DATE AND TIME DATA SET CREATED"))
    said += [
        ("CHK-F01", absent.blank_level, absent.field_name)
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
                detail="The file has no such column." if check_id == "CHK-F01" else "",
            )
            for check_id, level, name in said
        ]
    )
