"""A small month through the commands: what a person types, sees and gets back."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import shutil
import stat
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import pytest
from pyarrow import parquet

from speccomm.cli.main import main
from tests.made_up.submissions import ACM_ROW, PLCM_ROW, write_reference, write_submission

SECRETS = (PLCM_ROW["nhs_number"], PLCM_ROW["postcode"], PLCM_ROW["birth_date"])


@dataclass(frozen=True)
class Said:
    code: int
    out: str
    err: str


Speccomm = Callable[..., Said]


@pytest.fixture
def speccomm(capfd: pytest.CaptureFixture[str]) -> Speccomm:
    def run(*words: str | Path) -> Said:
        code = main([str(word) for word in words])
        out, err = capfd.readouterr()
        assert "Traceback" not in err
        return Said(code, out, err)

    return run


def make_files(folder: Path) -> None:
    """A reference folder, an ACM and PLCM files; one PLCM row cannot be placed."""
    write_reference(folder / "reference")
    write_submission(folder / "acm.csv", "acm", [ACM_ROW])
    rows = [
        {
            **PLCM_ROW,
            "cds_unique_identifier": f"C{number}",
            "activity_start_date": f"2023-12-{number:02d}",
        }
        for number in range(1, 13)
    ]
    bad = {**PLCM_ROW, "cds_unique_identifier": "C99", "financial_month": "99"}
    another = {**rows[0], "cds_unique_identifier": "C20"}
    write_submission(folder / "plcm.csv", "plcm", [*rows, bad])
    write_submission(folder / "shorter.csv", "plcm", rows[:6])
    write_submission(folder / "longer.csv", "plcm", [*rows, another])


@pytest.fixture
def month(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder a test works in, holding a month's files."""
    make_files(tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture(scope="module")
def loaded_once(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, object]]:
    """A month loaded once for every test of this module, and what the load printed."""
    folder = tmp_path_factory.mktemp("month")
    make_files(folder)
    printed = io.StringIO()
    with contextlib.chdir(folder), contextlib.redirect_stdout(printed):
        assert main(["key", "new", "key"]) == 0
        printed.truncate(0)
        printed.seek(0)
        code = main(
            [
                *("load", "acm.csv", "plcm.csv", "--store", "store", "--reference", "reference"),
                *("--key-file", "key", "--received-at", "2024-01-20T09:00:00Z"),
                *("--json", "--run", "run"),
            ]
        )
    assert code == 1
    return folder, json.loads(printed.getvalue())


@pytest.fixture
def loaded(
    loaded_once: tuple[Path, dict[str, object]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> str:
    """A copy of the loaded month to work in; gives the load's identifier."""
    folder, answer = loaded_once
    shutil.copytree(folder, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    return str(answer["load_id"])


def load(speccomm: Speccomm, file: str, received_at: str, *more: str) -> Said:
    return speccomm(
        "load", file, "--store", "store", "--reference", "reference", "--key-file", "key",
        "--received-at", received_at, *more,
    )  # fmt: skip


def flows(speccomm: Speccomm, *more: str) -> list[dict[str, str]]:
    said = speccomm(
        "flows", "--store", "store", "--icb", "QWU", "--from", "2023-12", "--to", "2023-12",
        "--format", "csv", *more,
    )  # fmt: skip
    assert said.code == 0, said.err
    return list(csv.DictReader(io.StringIO(said.out)))


def test_a_submitter_checks_a_file_before_sending_it(month: Path, speccomm: Speccomm) -> None:
    said = speccomm(
        "check", "plcm.csv", "--dataset", "plcm", "--reference", "reference",
        "--findings", "findings.csv",
    )  # fmt: skip
    assert said.code == 1
    assert "Read 13 rows: accepted 12, refused 1." in said.out
    assert "Not run, input missing:" in said.out
    found = list(csv.DictReader((month / "findings.csv").read_text().splitlines()))
    refusing = [row for row in found if row["level"] == "refuse"]
    assert [(row["row_number"], row["field"]) for row in refusing] == [("14", "FINANCIAL MONTH")]
    assert not (month / "store").exists()
    assert not any(secret in said.out + (month / "findings.csv").read_text() for secret in SECRETS)


def test_a_clean_file_is_code_0(month: Path, speccomm: Speccomm) -> None:
    said = speccomm("check", "acm.csv", "--dataset", "acm", "--reference", "reference")
    assert said.code == 0
    assert "refused 0" in said.out


def test_every_row_read_is_accepted_or_refused(loaded_once: tuple[Path, dict[str, object]]) -> None:
    answer = loaded_once[1]
    assert (answer["read"], answer["accepted"], answer["refused"]) == (14, 13, 1)


def test_a_load_leaves_a_run_folder_and_names_nobody(loaded: str, tmp_path: Path) -> None:
    manifest = json.loads((tmp_path / "run" / "manifest.json").read_text())
    assert manifest["command"] == "load"
    assert manifest["loads"][0]["load_id"] == loaded
    assert {file["file_name"] for file in manifest["loads"][0]["files"]} == {"acm.csv", "plcm.csv"}
    assert manifest["row_counts"] == {"read": 14, "accepted": 13, "refused": 1}
    assert manifest["rulebooks"]
    kept = [path for folder in ("store", "run") for path in (tmp_path / folder).rglob("*")]
    key = (tmp_path / "key").read_text().split()[-1]
    for path in kept:
        if path.is_file():
            content = path.read_bytes()
            assert not any(secret.encode() in content for secret in (*SECRETS, key)), path
    rows = [p for p in (tmp_path / "store").rglob("*.parquet") if "plcm" in str(p)]
    assert rows
    for path in rows:
        text = str(parquet.read_table(path).to_pylist())
        assert not any(secret in text for secret in SECRETS), path


def test_the_submitter_gets_refused_rows_back(
    loaded: str, tmp_path: Path, speccomm: Speccomm
) -> None:
    said = speccomm("refused", loaded, "--store", "store", "--key-file", "key", "--out", "back")
    assert said.code == 0
    file = tmp_path / "back" / "plcm_refused.csv"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    (row,) = csv.DictReader(file.read_text().splitlines())
    assert (row["row_number"], row["FINANCIAL MONTH"]) == ("14", "99")
    assert "FINANCIAL MONTH" in row["reasons"]


def test_flows_in_every_format(loaded: str, tmp_path: Path, speccomm: Speccomm) -> None:
    (row,) = flows(speccomm, "--by", "provider,month")
    assert list(row)[:4] == ["provider_code", "provider_name", "month", "crg_code"]
    assert (row["crg_code"], row["intra"], row["grand_total"]) == ("A06", "12", "12")
    question = (
        "flows",
        "--store",
        "store",
        "--region",
        "Y60",
        "--from",
        "2023-04",
        "--to",
        "2023-12",
    )
    table = speccomm(*question)
    assert table.out.startswith("Unsuppressed: for internal use\n")
    assert "warning ACT-005" in table.err
    answer = json.loads(speccomm(*question, "--format", "json", "--run", "flows-run").out)
    assert answer["rows"][0]["intra"] == 12
    assert answer["metadata"]["organisation_map_date"] == "2023-12-31"
    assert answer["metadata"]["loads"][0]["load_id"] == loaded
    manifest = json.loads((tmp_path / "flows-run" / "manifest.json").read_text())
    assert manifest["arguments"]["region"] == "Y60"
    assert parquet.read_table(tmp_path / "flows-run/tables/flows.parquet").num_rows == 1


def test_contract_effects_add_up(loaded: str, speccomm: Speccomm) -> None:
    said = speccomm(
        "contract", "--store", "store", "--icb", "QWU", "--year", "2023-24", "--month", "9",
        "--format", "csv",
    )  # fmt: skip
    (row,) = csv.DictReader(io.StringIO(said.out))
    assert (row["plan_gbp"], row["actual_gbp"], row["variance_gbp"]) == (
        "1050.00",
        "1365.00",
        "315.00",
    )
    effects = ("volume_gbp", "mix_gbp", "price_gbp", "not_planned_gbp", "non_activity_gbp", "market_forces_gbp")  # fmt: skip
    assert sum(Decimal(row[name]) for name in effects) == Decimal("315.00")


def test_a_later_load_a_look_back_and_a_withdrawal(
    loaded: str, tmp_path: Path, speccomm: Speccomm
) -> None:
    stopped = load(speccomm, "shorter.csv", "2024-01-22T09:00:00Z")
    assert stopped.code == 2
    assert "--accept-shrink" in stopped.err
    assert flows(speccomm)[0]["intra"] == "12"
    later = load(speccomm, "longer.csv", "2024-01-23T09:00:00Z", "--json")
    assert later.code == 0
    second = json.loads(later.out)["load_id"]
    assert flows(speccomm)[0]["intra"] == "13"
    assert flows(speccomm, "--as-at", "2024-01-22T00:00:00Z")[0]["intra"] == "12"
    slice_ = ("--store", "store", "--dataset", "plcm", "--provider", "RKB", "--year", "2023-24", "--month", "9")  # fmt: skip
    versions = speccomm("history", *slice_, "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(versions.out)))
    assert [(row["load_id"], row["status"]) for row in rows] == [
        (loaded, "superseded"),
        (second, "current"),
    ]
    said = speccomm("history", *slice_, "--diff", loaded, second, "--format", "json", "--run", "d")
    kinds = {row["change"]: row for row in json.loads(said.out)["rows"]}
    assert kinds["added"]["rows_b"] == 1
    assert (tmp_path / "d/tables/changed_rows.parquet").is_file()
    assert speccomm("withdraw", second, "--store", "store", "--reason", "test").code == 0
    assert flows(speccomm)[0]["intra"] == "12"
    assert speccomm("withdraw", second, "--store", "store").code == 2


def test_a_store_gets_a_new_key_and_loses_old_months(
    loaded: str, tmp_path: Path, speccomm: Speccomm
) -> None:
    assert speccomm("key", "new", "other").code == 0
    wrong = speccomm("rekey", "--store", "store", "--key-file", "key", "--new-key-file", "other")
    assert wrong.code == 2
    assert "--after" in wrong.err
    assert speccomm("key", "new", "next", "--after", "key").code == 0
    done = speccomm("rekey", "--store", "store", "--key-file", "key", "--new-key-file", "next")
    assert done.code == 0, done.err
    assert load(speccomm, "longer.csv", "2024-01-23T09:00:00Z").code == 2
    said = speccomm("refused", loaded, "--store", "store", "--key-file", "next", "--out", "back")
    assert said.code == 0, said.err
    assert speccomm("purge", "--before", "2023-12", "--store", "store").out.startswith(
        "There was nothing"
    )
    assert speccomm("purge", "--before", "2024-01", "--store", "store").code == 0
    gone = speccomm(
        "flows", "--store", "store", "--icb", "QWU", "--from", "2023-12", "--to", "2023-12"
    )
    assert gone.code == 2


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("flows --store nowhere --icb QWU --from 2023-04 --to 2023-12", "no store at nowhere"),
        ("flows --store store --icb QWX --from 2023-12 --to 2023-12", "QWX"),
        ("flows --store store --icb QWU --from 2023-12 --to 2023-12 --by providr", "provider"),
        ("flows --store store --icb QWU --from 2023-12 --to 2023-04", "before it starts"),
        ("flows --store store --icb QWU --from 2023-12 --to 2023-12 --as-at 2024-01-01T00:00", "time zone"),
        ("flows --store store --icb QWU --from 2023-12 --to 2023-12 --run .", "not a run folder"),
        ("contract --store store --year 2023-24 --month 13", "April is 1"),
        ("withdraw 2024 --store store", "not a known load"),
        ("load missing.csv --store store --reference reference --key-file key", "no file"),
    ],
)  # fmt: skip
def test_what_cannot_be_done_is_a_sentence_and_code_2(
    loaded: str, speccomm: Speccomm, line: str, says: str
) -> None:
    said = speccomm(*line.split())
    assert (said.code, said.out) == (2, "")
    assert says in said.err
    assert said.err.startswith("speccomm: ")
