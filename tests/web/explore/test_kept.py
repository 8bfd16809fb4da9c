"""An answer is worked out once, by whichever process was asked first."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.cache import caches

from speccomm_web.explore.kept import kept


@pytest.fixture
def shared(settings: Any, tmp_path: Path) -> Path:
    """A place for shared answers that is the test's own."""
    backend = "django.core.cache.backends.filebased.FileBasedCache"
    entry = {"BACKEND": backend, "LOCATION": tmp_path / "answers"}
    settings.CACHES = {**settings.CACHES, "shared_answers": entry}
    caches["answers"].clear()
    return tmp_path / "answers"


def test_another_process_finds_the_answer(shared: Path) -> None:
    asked: list[str] = []
    answer = {"rows": [{"code": "RRK", "amount": None}]}

    def work() -> dict[str, Any]:
        asked.append("once")
        return answer

    assert kept("mark", ("flows", "QWU"), work) == answer
    caches["answers"].clear()  # as in a process of its own
    assert kept("mark", ("flows", "QWU"), work) == answer
    assert asked == ["once"]
    kept("a later mark", ("flows", "QWU"), work)
    kept("mark", ("flows", "QHL"), work)
    assert asked == ["once"] * 3


def test_a_full_disk_costs_no_reader_the_answer(
    shared: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(type(caches["shared_answers"]), "set", full)
    assert kept("mark", "a question", lambda: 7) == 7
    assert not list(shared.glob("*"))


def test_changed_code_finds_no_old_answer(shared: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert kept("mark", "a question", lambda: "drawn before") == "drawn before"
    monkeypatch.setattr("speccomm_web.explore.kept._software", lambda: "changed")
    caches["answers"].clear()
    assert kept("mark", "a question", lambda: "drawn now") == "drawn now"
