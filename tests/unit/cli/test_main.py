"""How a command ends: its exit code, what is said, and never a traceback for a user's mistake."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from speccomm.cli import main as entry
from speccomm.foundation.errors import Refusal

SPECCOMM = [sys.executable, "-m", "speccomm.cli.main"]


def ending_with(
    monkeypatch: pytest.MonkeyPatch, act: Callable[[argparse.Namespace], int]
) -> Callable[[], int]:
    """`speccomm key new k`, made to do something else."""
    parser = entry.build_parser()
    parsed = parser.parse_args(["key", "new", "k"])
    parsed.act = act
    monkeypatch.setattr(parser, "parse_args", lambda _: parsed)
    monkeypatch.setattr(entry, "build_parser", lambda: parser)
    return lambda: entry.main(["key", "new", "k"])


def raising(problem: BaseException) -> Callable[[argparse.Namespace], int]:
    def act(_: argparse.Namespace) -> int:
        raise problem

    return act


@pytest.mark.parametrize(
    ("problem", "code", "says"),
    [
        (Refusal("The month is not there."), 2, "speccomm: The month is not there.\n"),
        (OSError(28, "No space left on device", "/store"), 2, "No space left on device: /store."),
        (KeyboardInterrupt(), 130, ""),
        (ZeroDivisionError("ours"), 70, "this is a fault in speccomm"),
    ],
)
def test_each_end_has_its_code(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    problem: BaseException,
    code: int,
    says: str,
) -> None:
    assert ending_with(monkeypatch, raising(problem))() == code
    err = capsys.readouterr().err
    assert says in err
    assert ("Traceback" in err) == (code == entry.FAULT_OF_OURS)


@pytest.mark.parametrize("code", [0, 1])
def test_a_commands_own_code_is_passed_on(monkeypatch: pytest.MonkeyPatch, code: int) -> None:
    assert ending_with(monkeypatch, lambda _: code)() == code


def test_a_reader_that_goes_away_is_not_a_fault(tmp_path: Path) -> None:
    """As `speccomm --help | true` does, with a pipe whose reading end is closed."""
    reading, writing = os.pipe()
    os.close(reading)
    try:
        done = subprocess.run(
            [*SPECCOMM, "reference", "import", "calendar", _calendar(tmp_path),
             "--reference", tmp_path / "reference"],
            stdout=writing, stderr=subprocess.PIPE, check=False,
        )  # fmt: skip
    finally:
        os.close(writing)
    assert done.returncode == entry.NOBODY_READING
    assert done.stderr == b""


def test_a_terminal_without_the_characters_still_gets_an_answer(tmp_path: Path) -> None:
    calendar = _calendar(tmp_path)
    done = subprocess.run(
        [*SPECCOMM, "reference", "import", "calendär", calendar, "--reference", tmp_path],
        capture_output=True, check=False, env={**os.environ, "PYTHONIOENCODING": "ascii"},
    )  # fmt: skip
    assert done.returncode == 2
    assert b"Did you mean calendar?" in done.stderr
    assert b"Traceback" not in done.stderr


def test_help_brings_in_nothing_that_does_the_work() -> None:
    """What makes `speccomm --help` quick, without timing it."""
    program = (
        "import sys; from speccomm.cli.main import build_parser; build_parser().format_help();"
        "print([m for m in ('pyarrow', 'ibis', 'duckdb', 'pandas', 'numpy') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def _calendar(folder: Path) -> Path:
    path = folder / "calendar.csv"
    path.write_text(
        "financial_year,financial_month,flex_submission_date,freeze_submission_date\n"
        "2023-24,1,2023-05-20,2023-06-20\n",
        encoding="utf-8",
    )
    return path
