"""The demonstration at a small scale: every planted fault is found and no other row is refused."""

from __future__ import annotations

import csv
from collections import defaultdict
from datetime import UTC, datetime
from pathlib import Path

import pytest

from speccomm.jobs.demo import (
    FROM_MONTH,
    TO_MONTH,
    DemoAnswer,
    DemoRequest,
    NotADemonstrationFolder,
    demo,
)
from speccomm.jobs.flows import FlowsRequest, flows
from tests.journeys.demonstration import demonstration_to_read

NOW = datetime(2024, 1, 22, 10, 0, tzinfo=UTC)
Fault = dict[str, str]


@pytest.fixture(scope="module")
def made() -> DemoAnswer:
    return demonstration_to_read().answer


@pytest.fixture(scope="module")
def planted(made: DemoAnswer) -> list[Fault]:
    with made.generated.manifest.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def found(made: DemoAnswer) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = made.loads[-1].findings.to_pylist()
    return rows


def test_every_planted_fault_is_found_at_its_level(
    planted: list[Fault], found: list[dict[str, object]]
) -> None:
    by_place: dict[tuple[object, ...], list[dict[str, object]]] = defaultdict(list)
    for finding in found:
        by_place[finding["check_id"], finding["dataset"], finding["file_name"]].append(finding)
    missed = [
        fault
        for fault in planted
        if not any(
            matches(fault, finding)
            for finding in by_place[fault["check_id"], fault["dataset"], fault["file"] or None]
        )
    ]
    assert not missed
    assert len(planted) > 150


def matches(fault: Fault, finding: dict[str, object]) -> bool:
    whole_month = not fault["file"]
    return (
        finding["level"] == fault["level"]
        and (not fault["row_number"] or finding["row_number"] == int(fault["row_number"]))
        and (not fault["field"] or finding["field"] in (None, fault["field"]))
        and (
            not whole_month
            or (finding["provider_code"], finding["financial_month"])
            == (fault["provider_code"], int(fault["financial_month"]))
        )
    )


def test_nothing_is_said_of_rows_at_which_nothing_is_planted(
    planted: list[Fault], found: list[dict[str, object]]
) -> None:
    rows = {(fault["file"], fault["row_number"]) for fault in planted}
    wholes = {(fault["file"], fault["check_id"]) for fault in planted if not fault["row_number"]}
    unasked = [
        finding
        for finding in found
        if (str(finding["file_name"] or ""), str(finding["row_number"] or "")) not in rows
        and (str(finding["file_name"] or ""), finding["check_id"]) not in wholes
    ]
    assert not unasked


def test_no_row_is_refused_but_the_planted_ones(made: DemoAnswer, planted: list[Fault]) -> None:
    refused = {
        (fault["file"], fault["row_number"]) for fault in planted if fault["level"] == "refuse"
    }
    for load in made.loads:
        assert load.read == load.accepted + load.refused
    assert made.loads[-1].refused == len(refused) > 20
    assert [load.refused for load in made.loads[:-1]] == [0]


def test_accepted_rows_add_up_to_what_was_generated(made: DemoAnswer) -> None:
    answer = flows(
        FlowsRequest(
            store=made.folder / "store",
            from_month=FROM_MONTH,
            to_month=TO_MONTH,
            region="Y60",
            reference=made.generated.reference,
            now=NOW,
        )
    )
    stored = {
        row["crg_code"]: (int(row["intra"]), int(row["imported"]), int(row["exported"]))
        for row in answer.flows.to_pylist()
    }
    generated = {
        row["crg_code"]: (row["intra"], row["imported"], row["exported"])
        for row in made.generated.controls.to_pylist()
    }
    assert stored == generated


def test_slices_have_a_history(made: DemoAnswer) -> None:
    earlier = {
        (row["provider_code"], row["financial_month"]) for row in made.loads[0].slices.to_pylist()
    }
    now = {
        (row["provider_code"], row["financial_month"])
        for row in made.loads[-1].slices.to_pylist()
        if row["dataset"] == "plcm"
    }
    assert {("RKB", 8), ("RLT", 1)} <= earlier
    assert earlier <= now


def test_the_pack_is_there(made: DemoAnswer) -> None:
    assert made.page.is_file()
    assert "Coventry and Warwickshire" in made.page.read_text(encoding="utf-8")


def test_a_folder_of_someone_elses_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(NotADemonstrationFolder):
        demo(DemoRequest(folder=tmp_path, icb="QWU", now=NOW, scale=0.001))
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]
