"""Evidence goes in and comes out; what was said before stays readable."""

from __future__ import annotations

import stat
from datetime import UTC, date, datetime

import pyarrow.compute as pc
import pytest

from speccomm.cli.main import main
from speccomm.jobs.evidence import (
    EvidenceExportRequest,
    EvidenceImportRequest,
    EvidenceListRequest,
    NotYetReceived,
    export_evidence,
    import_evidence,
    list_evidence,
    registers_of,
)
from speccomm.jobs.keys import NewKeyRequest, new_key
from speccomm.jobs.withdraw import WithdrawRequest, withdraw
from speccomm.quality import REGISTERS
from speccomm.synthetic.evidence import write_evidence
from speccomm.warehouse import create_store, open_store
from speccomm.warehouse.store import NoStore
from tests.made_up.evidence import write_csv

HEADER = ["service_code", "has_ssqd", "said_by", "said_on"]
FIRST, LATER = datetime(2024, 1, 10, tzinfo=UTC), datetime(2024, 2, 10, tzinfo=UTC)


@pytest.fixture
def store(tmp_path):
    return create_store(tmp_path / "store", key_id="key-1").path


def bring(store, path, now, **more):
    request = EvidenceImportRequest(store, (path,), now, "speccomm evidence import", **more)
    return import_evidence(request)


def dashboard(store, on: date, as_at: datetime | None = None) -> list[str]:
    held = registers_of(open_store(store).snapshot(as_at=as_at), on=on)
    return held["ssqd"].has_ssqd.to_pyarrow().to_pylist()


def said(tmp_path, flag: str, day: str):
    return write_csv(tmp_path / f"ssqd {flag}.csv", [HEADER, ["NCBPS30Z", flag, "lead", day]])


def test_evidence_binds_an_empty_store_to_the_key_that_comes_with_it(store, tmp_path) -> None:
    key_file = tmp_path / "key"
    ours = new_key(NewKeyRequest(key_file)).key_id
    bring(store, said(tmp_path, "yes", "2024-01-09"), FIRST, key_file=key_file)
    assert open_store(store).key_id == ours
    another = tmp_path / "another"
    new_key(NewKeyRequest(another))
    bring(store, said(tmp_path, "no", "2024-02-01"), LATER, key_file=another)
    assert open_store(store).key_id == ours


def test_a_change_adds_and_both_times_can_be_asked_for(store, tmp_path) -> None:
    bring(store, said(tmp_path, "yes", "2024-01-09"), FIRST)
    bring(store, said(tmp_path, "no", "2024-02-01"), LATER)
    assert dashboard(store, date(2024, 2, 1)) == ["no"]
    assert dashboard(store, date(2024, 1, 31)) == ["yes"]
    assert dashboard(store, date(2024, 1, 8)) == []
    assert dashboard(store, date(2024, 2, 1), as_at=FIRST) == ["yes"]
    assert open_store(store).snapshot().register("ssqd").num_rows == 2


def test_a_load_of_evidence_can_be_withdrawn(store, tmp_path) -> None:
    bring(store, said(tmp_path, "yes", "2024-01-09"), FIRST)
    wrong = bring(store, said(tmp_path, "no", "2024-02-01"), LATER)
    withdraw(WithdrawRequest(store, wrong.load_id, LATER, "wrong file"))
    assert dashboard(store, date(2024, 2, 1)) == ["yes"]


def test_every_row_read_is_accepted_or_refused_and_findings_are_kept(store, tmp_path) -> None:
    path = write_csv(
        tmp_path / "ssqd.csv",
        [HEADER, ["NCBPS30Z", "y", "lead", "2024-01-09"], ["NOPE", "no", "lead", "2024-01-09"]],
    )
    answer = bring(store, path, FIRST)
    assert answer.facts.row_counts == {"read": 2, "accepted": 1, "refused": 1,
                                       "already_held": 0}  # fmt: skip
    snapshot = open_store(store).snapshot()
    files = snapshot.files().to_pylist()
    assert [(f["dataset"], f["read_rows"], f["accepted_rows"], f["refused_rows"]) for f in files]\
        == [("ssqd", 2, 1, 1)]  # fmt: skip
    assert set(answer.findings["load_id"].to_pylist()) == {answer.load_id}
    assert sum(file.rows for file in snapshot.data_files("findings")) == answer.findings.num_rows


def test_files_cannot_have_come_later_than_now_nor_into_no_store(store, tmp_path) -> None:
    path = said(tmp_path, "yes", "2024-01-09")
    with pytest.raises(NotYetReceived):
        bring(store, path, FIRST, received_at=LATER)
    with pytest.raises(NoStore):
        bring(tmp_path / "none", path, FIRST)


def test_the_made_up_evidence_imports_without_a_finding_and_comes_back_whole(tmp_path) -> None:
    new_key(NewKeyRequest(tmp_path / "key"))
    files = write_evidence(tmp_path / "made up")
    again = write_evidence(tmp_path / "again")
    assert [f.read_bytes() for f in files] == [f.read_bytes() for f in again]
    when = datetime(2024, 1, 19, tzinfo=UTC)
    store = tmp_path / "store"
    answer = import_evidence(
        EvidenceImportRequest(store, tuple(files), when, "test", key_file=tmp_path / "key")
    )
    assert answer.findings.to_pylist() == []
    assert pc.min(answer.counts["accepted_rows"]).as_py() > 0
    assert answer.counts.num_rows == len(REGISTERS)
    out = export_evidence(EvidenceExportRequest(store, tmp_path / "out", when))
    assert [(tmp_path / "out" / f.name).read_bytes() for f in files] == [
        f.read_bytes() for f in files
    ]
    assert all("SYNTHETIC" in path.read_text() for path in out.written)
    private = (tmp_path / "out" / "safety_events.csv").stat().st_mode
    assert stat.S_IMODE(private) == 0o600
    listed = list_evidence(EvidenceListRequest(store, when)).table.to_pylist()
    held = {row["register"]: (row["statements"], row["holding"]) for row in listed}
    assert held["fragile_services"] == (189, 189)
    assert held["surveillance"] == (6, 4)


def test_one_register_of_one_date_can_be_taken_out(store, tmp_path) -> None:
    bring(store, said(tmp_path, "yes", "2024-01-09"), FIRST)
    request = EvidenceExportRequest(
        store, tmp_path / "out", LATER, registers=("ssqd", "looks"), on=date(2024, 1, 8)
    )
    answer = export_evidence(request)
    assert answer.table["statements"].to_pylist() == [0, 0]
    lines = (tmp_path / "out" / "ssqd.csv").read_text().splitlines()
    assert lines[0].startswith('"service_code"')
    assert len(lines) == 1


def test_the_command_line_brings_in_lists_and_takes_out(store, tmp_path, capsys) -> None:
    path = write_csv(tmp_path / "register.csv", [HEADER[:2], ["NCBPS30Z", "y"], ["NOPE", "n"]])
    words = ["evidence", "import", str(path), "--store", str(store), "--table", "ssqd",
             "--said-by", "quality lead", "--said-on", "2024-01-09",
             "--findings", str(tmp_path / "findings.csv")]  # fmt: skip
    assert main(words) == 1
    shown = capsys.readouterr()
    assert "Read 2 rows: accepted 1" in shown.out
    assert "Cell A3" in shown.err
    assert "QUA-R01" in (tmp_path / "findings.csv").read_text()
    assert main(["evidence", "list", "--store", str(store), "--format", "csv"]) == 0
    assert "ssqd" in capsys.readouterr().out
    out = ["evidence", "export", "--store", str(store), "--out", str(tmp_path / "out")]
    assert main(out) == 2
    assert main([*out, "--all"]) == 0
    assert main([*out, "ssqd"]) == 0
    assert [p.name for p in (tmp_path / "out").iterdir()] == ["ssqd.csv"]
