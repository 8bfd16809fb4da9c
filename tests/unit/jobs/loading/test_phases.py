"""Steps of a load are timed by the caller's clock alone."""

from __future__ import annotations

import pytest

from speccomm.jobs.loading.phases import Phases


def ticking(*times: float) -> Phases:
    clock = iter(times)
    return Phases(lambda: next(clock))


def test_a_step_takes_what_the_clock_says() -> None:
    phases = ticking(10.0, 12.5)
    with phases.timing("read"):
        pass
    assert phases.seconds == {"read": 2.5}


def test_a_step_entered_twice_adds_up_and_keeps_its_place() -> None:
    phases = ticking(0.0, 1.0, 5.0, 5.5, 7.0, 9.0)
    for name in ("read", "look", "read"):
        with phases.timing(name):
            pass
    assert list(phases.seconds.items()) == [("read", 3.0), ("look", 0.5)]


def test_a_step_that_fails_is_timed_and_still_fails() -> None:
    phases = ticking(0.0, 4.0)
    with pytest.raises(ValueError, match="broken"), phases.timing("read"):
        raise ValueError("broken")
    assert phases.seconds == {"read": 4.0}


def test_without_a_clock_every_step_takes_nothing() -> None:
    phases = Phases()
    with phases.timing("read"):
        pass
    assert phases.seconds == {"read": 0.0}
