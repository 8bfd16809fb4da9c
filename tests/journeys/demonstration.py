"""One small demonstration, made by its command once for all journeys that begin from it."""

from __future__ import annotations

import contextlib
import io
import pickle
import shutil
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

from speccomm.cli.main import main
from speccomm.jobs import demo as jobs
from speccomm.jobs.demo import DemoAnswer, DemoRequest, demo
from tests.shared import made_once

SCALE = "0.004"


@dataclass(frozen=True)
class Demonstration:
    """Where it is, what the command printed, and what it was told by the job that made it."""

    folder: Path
    said: str
    answer: DemoAnswer


def demonstration_to_read() -> Demonstration:
    """The demonstration that all tests share: for those that only read it."""
    made = made_once("demonstration", _make)
    answer = pickle.loads((made / "answer").read_bytes())
    return Demonstration(made / "demo", (made / "said").read_text("utf-8"), answer)


def demonstration_in(folder: Path) -> Demonstration:
    """A copy that a test may write to, named in what was printed."""
    shared = demonstration_to_read()
    copied = shutil.copytree(shared.folder, folder / "demo")
    return Demonstration(
        copied, shared.said.replace(str(shared.folder), str(copied)), shared.answer
    )


def _make(folder: Path) -> None:
    answers: list[DemoAnswer] = []
    printed = io.StringIO()

    def told(request: DemoRequest) -> DemoAnswer:
        answers.append(demo(request))
        return answers[-1]

    with (
        mock.patch.object(jobs, "demo", told),
        contextlib.redirect_stdout(printed),
        contextlib.redirect_stderr(io.StringIO()),
    ):
        assert main(["demo", "--dir", str(folder / "demo"), "--scale", SCALE]) == 0
    (folder / "said").write_text(printed.getvalue(), "utf-8")
    (folder / "answer").write_bytes(pickle.dumps(answers[-1]))
