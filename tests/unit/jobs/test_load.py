"""A load: what it answers, what the store then holds, and what it must never hold."""

# Long because one desk (store, key, reference) serves every case of a load.

import csv
import io
import json
import tempfile
from collections import Counter
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from speccomm.engines import open_duckdb
from speccomm.foundation.errors import UnknownName
from speccomm.foundation.findings import FINDINGS_SCHEMA
from speccomm.intake.opening import UnreadableFile
from speccomm.intake.privacy import BadKey, new_key_ring, pseudonyms, read_key_file, write_key_file
from speccomm.intake.rules import intake_rules
from speccomm.jobs import load as load_module
from speccomm.jobs.load import CheckRequest, NothingToLoad, NotYetReceived, check
from speccomm.jobs.loading import streaming
from speccomm.jobs.loading.comparing import ShrinkingLoad
from speccomm.jobs.refused import NothingRefused, RefusedRequest, refused
from speccomm.jobs.withdraw import WithdrawRequest, withdraw
from speccomm.warehouse import open_store
from tests.made_up.provider_files import (
    NOW,
    SMALL_ENGINE,
    Desk,
    activities,
    field_names,
    made,
    text_of,
)

DAY = timedelta(days=1)
OPTED_OUT = "9990000026"
CALENDAR = (
    "financial_year,financial_month,flex_submission_date,flex_inclusion_date,"
    "freeze_submission_date,freeze_inclusion_date\n"
    "2023-24,9,2024-01-15,2024-01-18,2024-02-14,2024-02-17\n"
)


@pytest.fixture
def desk(tmp_path):
    return Desk(tmp_path)


@pytest.fixture
def con():
    backend = open_duckdb(memory_limit_mib=256, threads=1)
    yield backend
    backend.disconnect()


def stored(desk, con, dataset="plcm", **when):
    """The current rows of a data set."""
    snapshot = open_store(desk.store).snapshot(**when)
    rows = con.to_pyarrow(snapshot.table(con, dataset)).to_pylist()
    snapshot.release()
    return rows


def found(answer, check_id):
    """(file, row, field) of each finding of a check."""
    return sorted(
        (row["file_name"], row["row_number"], row["field"])
        for row in answer.findings.to_pylist()
        if row["check_id"] == check_id
    )


def everything_in(folder):
    return {
        path.relative_to(folder): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.name not in ("write.lock", "staging.lock")
    }


def back(desk, answer):
    request = RefusedRequest(answer.load_id, desk.store, desk.key_file, SMALL_ENGINE)
    return {name: table.to_pylist() for name, table in refused(request).tables.items()}


# ---- one month of everything, with values planted that must not be found again -----------------

SECRETS = {
    "nhs_number": "9990000018",
    "local_patient_identifier": "LOCAL-SECRET-77",
    "postcode": "CV2 2DX",
    "birth_date": "1960-05-01",
    "device_serial_number": "SN-7788",
    "submitter_name": "Plan Sender",
}
NO_NUMBER = {"nhs_number": "9990000017", "local_patient_identifier": "LOCAL-SECRET-77"}


def shifted(dataset, by):
    """A row whose cells have slipped: every column in turn holds each of the secrets."""
    columns = list(field_names(dataset))
    secrets = list(SECRETS.values())
    return {column: secrets[(at + by) % len(secrets)] for at, column in enumerate(columns)}


@pytest.fixture(scope="module")
def month(tmp_path_factory):
    desk = Desk(
        tmp_path_factory.mktemp("month"),
        opt_outs=f"nhs_number,from_date,to_date\n{OPTED_OUT},2020-01-01,\n",
    )
    plcm = [
        *activities(5),
        made("plcm", **NO_NUMBER, cds_unique_identifier="N1"),
        made("plcm", financial_month="77", cds_unique_identifier="R1"),
        made("plcm", provider_code="ZZZ", cds_unique_identifier="R2"),
        made("plcm", total_cost_gbp="abc", pod_code="", cds_unique_identifier="R3"),
        *[shifted("plcm", by) for by in range(6)],
        *[{**shifted("plcm", by), **{k: made("plcm")[k] for k in ("financial_month", "financial_year", "provider_code")}} for by in range(6)],
        made("plcm", nhs_number=OPTED_OUT, gender_code="2", ethnic_category="A", cds_unique_identifier="O1"),
    ]  # fmt: skip
    text = (
        text_of("plcm", plcm) + "9990000018,LOCAL-SECRET-77\n" + ",".join(SECRETS.values()) + "\n"
    )
    path = desk.folder / "sent" / "plcm.csv"
    path.parent.mkdir()
    path.write_text(text, encoding="utf-8")
    files = [
        path,
        desk.file("drplcm.csv", "drplcm", [made("drplcm"), *[shifted("drplcm", by) for by in range(6)]]),
        desk.file("deplcm.csv", "deplcm", [made("deplcm"), *[shifted("deplcm", by) for by in range(6)]]),
        desk.file("iap.csv", "iap", [made("iap"), *[shifted("iap", by) for by in range(6)]]),
        desk.file("acm.csv", "acm", [made("acm")]),
    ]  # fmt: skip
    return desk, desk.load(*files, command="load a month"), plcm


def test_every_row_read_is_accepted_or_refused(month) -> None:
    desk, answer, plcm = month
    assert answer.read == answer.accepted + answer.refused == len(plcm) + 2 + 3 * 7 + 1
    by_file = {row["file_name"]: row for row in answer.files.to_pylist()}
    assert set(by_file) == {f"{name}.csv" for name in ("acm", "plcm", "drplcm", "deplcm", "iap")}
    for row in by_file.values():
        assert row["read_rows"] == row["accepted_rows"] + row["refused_rows"]
    assert by_file["plcm.csv"]["accepted_rows"] == 7
    assert by_file["plcm.csv"]["unattributed_refused_rows"] == 10
    slices = {row["dataset"]: row for row in answer.slices.to_pylist()}
    assert len(slices) == answer.slices.num_rows == 5
    assert (slices["plcm"]["accepted_rows"], slices["plcm"]["refused_rows"]) == (7, 7)
    assert slices["plcm"]["activity"] == Decimal(7)
    assert slices["plcm"]["price_gbp"] == Decimal("108.33") * 7
    assert slices["acm"]["price_gbp"] == Decimal(1260)
    for row in answer.files.to_pylist():
        of = pc.equal(answer.slices["dataset"], row["dataset"])
        placed = pc.sum(answer.slices.filter(of)["refused_rows"]).as_py()
        assert placed + row["unattributed_refused_rows"] == row["refused_rows"]


def test_findings_name_file_row_field_and_shape(month) -> None:
    _, answer, plcm = month
    assert answer.findings.schema.equals(FINDINGS_SCHEMA)
    assert ("plcm.csv", 7, None) in found(answer, "CHK-F07")
    assert {(file, row) for file, row, _ in found(answer, "CHK-F07")} <= {
        (file, row + 2)
        for file in ("plcm.csv", "drplcm.csv", "deplcm.csv")
        for row in (*range(1, 7), *range(5, 21))
    }
    rows = {name: plcm.index(row) + 2 for row in plcm if (name := row.get("cds_unique_identifier"))}
    refusing = {
        (row["row_number"], row["field"], row["value_shape"])
        for row in answer.findings.to_pylist()
        if (row["dataset"], row["level"]) == ("plcm", "refuse")
        and row["row_number"] in (rows["R1"], rows["R2"], rows["R3"])
    }
    assert refusing == {
        (rows["R1"], "FINANCIAL MONTH", "99"),
        (rows["R2"], "ORGANISATION IDENTIFIER (CODE OF PROVIDER)", "AAA"),
        (rows["R3"], "TOTAL COST", "AAA"),
    }
    assert [row for _, row, _ in found(answer, "CHK-S01")] == [len(plcm) + 2, len(plcm) + 3]
    assert {row["provider_code"] for row in answer.findings.to_pylist()} == {"RKB", None}
    summary = answer.findings_summary.to_pylist()
    assert sum(row["finding_count"] for row in summary) == answer.findings.num_rows
    levels = [row["level"] for row in summary]
    assert levels == sorted(levels, key=("refuse", "warning", "note").index)


def test_refused_rows_come_back_exactly_as_sent_with_their_reasons(month) -> None:
    desk, answer, plcm = month
    returned = back(desk, answer)
    assert {name: len(rows) for name, rows in returned.items()} == {
        "plcm.csv": 17, "drplcm.csv": 6, "deplcm.csv": 6, "iap.csv": 6,
    }  # fmt: skip
    names = field_names("plcm")
    for row in returned["plcm.csv"]:
        assert row["reasons"].startswith("CHK-")
        assert row["reasons"].endswith(".")
        position = row["row_number"] - 2
        if position < len(plcm):
            sent = {name: plcm[position].get(column, "") for column, name in names.items()}
            assert {name: row[name] for name in names.values()} == sent
            assert row["row_text"] is None
    assert returned["plcm.csv"][-2]["row_text"] == "9990000018,LOCAL-SECRET-77"
    assert returned["plcm.csv"][-1]["row_text"] == ",".join(SECRETS.values())
    accepted = Counter(row["file_name"] for row in answer.files.to_pylist())
    assert set(accepted) - set(returned) == {"acm.csv"}


def texts_of_parquet(path):
    """Every text and binary value a Parquet file holds, unused dictionary entries too."""
    names = [f.name for f in pq.read_schema(path) if pa.types.is_string(f.type)]
    for column in pq.ParquetFile(path, read_dictionary=names).read().columns:
        for chunk in column.chunks:
            values = chunk.dictionary if pa.types.is_dictionary(chunk.type) else chunk
            yield from (str(value) for value in values.to_pylist())


def test_nobody_is_named_anywhere_in_the_store(month) -> None:
    desk, _, _ = month
    key = desk.key_file.read_text().split()[-1]
    secrets = {*SECRETS.values(), OPTED_OUT, "9990000017", "CV22DX", "LOCAL-SECRET", key}
    raw = {secret.encode() for secret in secrets} | {bytes.fromhex(key)}
    met = 0
    for path in desk.store.rglob("*"):
        if not path.is_file():
            continue
        content = path.read_bytes()
        assert not [secret for secret in raw if secret in content], path
        if path.suffix == ".parquet":
            met += 1
            values = "\n".join(texts_of_parquet(path))
            assert not [secret for secret in secrets if secret in values], path
    assert met >= 8


def test_persons_are_kept_as_pseudonyms_ages_and_areas(month, con) -> None:
    desk, _, _ = month
    ring = read_key_file(desk.key_file)
    known = pseudonyms(con.con, pa.array(["nhs:9990000018", "local:RKB:LOCAL-SECRET-77"]), ring)
    rows = {row["cds_unique_identifier"]: row for row in stored(desk, con)}
    person, local = known.to_pylist()
    first, no_number, opted_out = rows["C0"], rows["N1"], rows[None]
    assert (first["person_pseudonym"], first["pseudonym_basis"]) == (person, "nhs_number")
    assert (first["age_years"], first["small_area_code"]) == (63, "E01009600")
    assert first["residence_sub_icb_code"] == "B2M3M"
    assert no_number["person_pseudonym"] == local
    assert no_number["pseudonym_basis"] == "local_patient_identifier"
    for column in ("person_pseudonym", "pseudonym_basis", "small_area_code", "age_years", "gender_code", "ethnic_category"):  # fmt: skip
        assert opted_out[column] is None, column
    assert opted_out["total_cost_gbp"] == Decimal("108.33")


def test_a_load_is_recorded_with_what_it_was_judged_by(month) -> None:
    desk, answer, _ = month
    snapshot = open_store(desk.store).snapshot()
    (row,) = snapshot.loads().to_pylist()
    snapshot.release()
    assert (row["load_id"], row["command"]) == (answer.load_id, "load a month")
    assert row["key_id"] == read_key_file(desk.key_file).key_id
    assert json.loads(row["rulebooks"]) == answer.manifest["rulebooks"]
    assert answer.manifest["store_version"] == answer.store_version == 1
    assert OPTED_OUT not in row["reference"]
    missing = {row["missing_input"] for row in answer.checks_not_run.to_pylist()}
    assert {"calendar", "previous_load", "sus", "invoices"} <= missing
    assert not {"opt_outs", "iap", "acm", "plcm"} & missing


def test_a_check_finds_what_a_load_finds_and_keeps_nothing(month, tmp_path, monkeypatch) -> None:
    desk, answer, _ = month
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    before = everything_in(desk.folder)
    file = desk.folder / "sent" / "plcm.csv"
    checked = check(
        CheckRequest(file=file, reference=desk.reference, now=NOW, settings=SMALL_ENGINE)
    )
    assert everything_in(desk.folder) == before
    assert list(tmp_path.iterdir()) == []
    assert (checked.read, checked.accepted, checked.refused) == (24, 7, 17)
    whole = ["CHK-A07", "CHK-C01"]  # need the plan and the aggregate, which a check has not

    def told(findings):
        rows = findings.filter(pc.equal(findings["dataset"], "plcm")).drop_columns("load_id")
        return sorted(map(str, (r for r in rows.to_pylist() if r["check_id"] not in whole)))

    assert told(checked.findings) == told(answer.findings)
    assert set(checked.findings["load_id"].to_pylist()) == {None}


def test_the_answer_is_the_same_however_the_file_is_cut(month, tmp_path, monkeypatch) -> None:
    desk, _, plcm = month
    file = desk.folder / "sent" / "plcm.csv"

    def told():
        answer = check(
            CheckRequest(file=file, reference=desk.reference, now=NOW, settings=SMALL_ENGINE)
        )
        rows = sorted(map(str, answer.findings.to_pylist()))
        return (answer.read, answer.accepted, answer.refused, rows, answer.files.to_pylist())

    whole = told()
    in_blocks = streaming.raw_blocks
    monkeypatch.setattr(streaming, "CHUNK_BYTES", 4000)
    monkeypatch.setattr(
        streaming, "raw_blocks", lambda *given, **more: in_blocks(*given, **more, size=900)
    )
    assert told() == whole


# ---- versions of a slice -------------------------------------------------------------------------


def test_a_load_that_shrinks_a_slice_stops_unless_told(desk) -> None:
    rows = activities(20)
    desk.load(desk.file("a.csv", "plcm", rows))
    answer = desk.load(desk.file("b.csv", "plcm", rows[:17]), at=NOW + DAY)
    (smaller,) = [r for r in answer.findings.to_pylist() if r["check_id"] == "CHK-C03"]
    assert smaller["sentence"].endswith(" It holds 17 rows; the load before held 20.")
    before = everything_in(desk.store)
    fewer = desk.file("c.csv", "plcm", rows[:14])
    with pytest.raises(ShrinkingLoad) as stopped:
        desk.load(fewer, at=NOW + 2 * DAY)
    assert everything_in(desk.store) == before
    assert "plcm RKB 2023-24 month 9: 14 rows in place of 17" in str(stopped.value)
    assert "--accept-shrink" in str(stopped.value)
    emptied = desk.file("d.csv", "plcm", [{**row, "total_cost_gbp": "abc"} for row in rows])
    with pytest.raises(ShrinkingLoad, match="month 9: 0 rows in place of 17"):
        desk.load(emptied, at=NOW + 2 * DAY)
    assert everything_in(desk.store) == before
    answer = desk.load(emptied, at=NOW + 2 * DAY, accept_shrink=True)
    assert (answer.accepted, answer.refused, answer.store_version) == (0, 20, 3)
    assert found(answer, "CHK-C03") == [(None, None, None)]
    # An older submission entered late takes nothing away: what is current stays so.
    late = desk.load(fewer, at=NOW - DAY)
    assert late.accepted == 14
    assert found(late, "CHK-C03") == []


def test_the_latest_received_counts_whatever_the_order_of_loading(desk, con) -> None:
    def cost(**when):
        return [str(row["total_cost_gbp"]) for row in stored(desk, con, **when)]

    def sent(name, price):
        row = made("plcm", unit_price_gbp=price, total_cost_gbp=price)
        return desk.file(name, "plcm", [row])

    second = desk.load(sent("b.csv", "2.00"), at=NOW + DAY)
    desk.load(sent("a.csv", "1.00"), at=NOW)
    assert cost() == ["2.0000"]
    assert cost(as_at=NOW + timedelta(hours=1)) == ["1.0000"]
    assert cost(as_at=NOW - DAY) == []
    again = desk.load(sent("b.csv", "2.00"), at=NOW + 2 * DAY)
    assert again.load_id != second.load_id
    assert cost() == ["2.0000"]
    for load_id, left in ((again.load_id, ["2.0000"]), (second.load_id, ["1.0000"])):
        withdraw(WithdrawRequest(desk.store, load_id, NOW + 3 * DAY, "by mistake"))
        assert cost() == left


def test_a_restatement_replaces_its_own_slices_only(desk, con) -> None:
    november = {"financial_month": "8", "activity_start_date": "2023-11-02", "activity_end_date": "2023-11-02"}  # fmt: skip
    desk.load(
        desk.file("both.csv", "plcm", [made("plcm"), made("plcm", **november)]),
        desk.file("other.csv", "plcm", [made("plcm", provider_code="RRK")]),
        desk.file("acm.csv", "acm", [made("acm")]),
    )
    answer = desk.load(desk.file("dec.csv", "plcm", activities(3)), at=NOW + DAY)
    held = Counter((r["provider_code"], r["financial_month"]) for r in stored(desk, con))
    assert held == {("RKB", 9): 3, ("RKB", 8): 1, ("RRK", 9): 1}
    assert len(stored(desk, con, "acm")) == 1
    (missing,) = [r for r in answer.findings.to_pylist() if r["check_id"] == "CHK-C03"]
    assert missing["financial_month"] == 8
    assert "not in this file; it stays" in missing["sentence"]


def test_a_change_after_freeze_is_said(tmp_path) -> None:
    desk = Desk(tmp_path, calendar=CALENDAR)
    first = desk.file("a.csv", "plcm", activities(2))
    freeze = datetime(2024, 2, 17, 23, 0, tzinfo=NOW.tzinfo)
    desk.load(first)
    same = desk.load(first, at=freeze + DAY)
    assert found(same, "CHK-C07") == []
    desk.load(desk.file("b.csv", "plcm", activities(3)), at=freeze)
    changed = desk.load(desk.file("c.csv", "plcm", activities(5)), at=freeze + 2 * DAY)
    (one,) = [r for r in changed.findings.to_pylist() if r["check_id"] == "CHK-C07"]
    assert one["sentence"].endswith(
        "Its freeze was 17 February 2024; the money changed by £324.99."
    )


# ---- what one call holds ---------------------------------------------------------------------------


def test_files_of_one_call_are_one_submission(desk, con) -> None:
    names = list(field_names("plcm").values())
    rows = activities(4)
    one = desk.file("one.csv", "plcm", rows[:2])
    other = desk.folder / "sent" / "other.csv"
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([name.title() for name in reversed(names)])
    writer.writerow([])
    for row in (*rows[2:], rows[0]):
        writer.writerow([row.get(column, "") for column in reversed(field_names("plcm"))])
    other.write_text(out.getvalue(), encoding="utf-8")
    answer = desk.load(one, other)
    kept = sorted(
        (r["file_name"], r["row_number"], r["cds_unique_identifier"]) for r in stored(desk, con)
    )
    assert kept == [
        ("one.csv", 2, "C0"), ("one.csv", 3, "C1"),
        ("other.csv", 3, "C2"), ("other.csv", 4, "C3"), ("other.csv", 5, "C0"),
    ]  # fmt: skip
    assert answer.slices["accepted_rows"].to_pylist() == [5]
    assert found(answer, "CHK-C04") == [("other.csv", 5, None)]
    assert found(answer, "CHK-N11") == [("other.csv", None, None)]
    assert found(answer, "CHK-N08") == [("other.csv", None, None)]


def test_a_plan_of_the_call_or_of_the_store_says_which_services_are_planned(desk) -> None:
    def unplanned(*files, at):
        return [row for _, row, _ in found(desk.load(*files, at=at), "CHK-A07")]

    other = {"service_code": "NCBPS01C"}
    plan = desk.file("plan.csv", "iap", [made("iap")])
    rows = desk.file("plcm.csv", "plcm", [*activities(2), *activities(1, **other, cds_unique_identifier="X")])  # fmt: skip
    assert unplanned(rows, at=NOW) == []
    assert unplanned(rows, plan, at=NOW + DAY) == [4]
    assert unplanned(rows, at=NOW + 2 * DAY) == [4]
    restated = desk.file("plan2.csv", "iap", [made("iap", **other)])
    assert unplanned(restated, rows, at=NOW + 3 * DAY) == [2, 3]
    assert unplanned(rows, at=NOW + 4 * DAY) == [2, 3]


def test_opt_outs_may_keep_rows_out(tmp_path, con, monkeypatch) -> None:
    desk = Desk(
        tmp_path, opt_outs=f"nhs_number,from_date,to_date\n{OPTED_OUT},2020-01-01,2024-01-20\n"
    )
    rules = intake_rules()
    rules.settings["opt_out_action"] = "refuse"
    monkeypatch.setattr(load_module, "intake_rules", lambda: rules)
    rows = [made("plcm"), made("plcm", nhs_number=OPTED_OUT, cds_unique_identifier="O1")]
    file = desk.file("a.csv", "plcm", rows)
    answer = desk.load(file, at=NOW - DAY)
    assert (answer.accepted, answer.refused) == (1, 1)
    (row,) = back(desk, answer)["a.csv"]
    assert row["reasons"].startswith("CHK-N13: The person has opted out")
    # to_date is exclusive: from that day on the opt-out is over.
    assert desk.load(file, at=NOW).refused == 0


def test_years_and_months_beyond_the_known(desk, con) -> None:
    far = activities(1, financial_year="2041/42", activity_start_date="2041-12-02", activity_end_date="2041-12-02")  # fmt: skip
    plan = [made("iap", financial_month=month) for month in ("0", "1", "13", "14")]
    answer = desk.load(desk.file("far.csv", "plcm", far), desk.file("plan.csv", "iap", plan))
    assert (answer.accepted, answer.refused) == (4, 1)
    assert sorted(row["financial_month"] for row in stored(desk, con, "iap")) == [0, 1, 13]
    (row,) = stored(desk, con)
    assert (row["financial_year"], row["specialised"]) == ("2041-42", None)


# ---- what is refused whole -------------------------------------------------------------------------


def test_a_file_refused_whole_leaves_the_store_as_it_was(desk) -> None:
    good = desk.file("good.csv", "plcm", activities(3))
    desk.load(good)
    before = everything_in(desk.store)
    text = text_of("plcm", activities(3, local_pod_description="café"))
    header, first, *_ = text.splitlines()
    bad = {
        "partly in UTF-8": text.encode() + first.replace("café", "café").encode("cp1252") + b"\n",
        "neither UTF-8": text.encode("cp1252") + first.encode("cp1252").replace(b"\xe9", b"\x81") + b"\n",
        "on line 5 does not end": text.encode() + b'1,"' + first.encode() + b"\n",
        "a header and no rows": header.encode() + b"\n\n \n,,\n",
        "empty": b"",
    }  # fmt: skip
    for says, content in bad.items():
        path = desk.folder / "sent" / "bad.csv"
        path.write_bytes(content)
        with pytest.raises(UnreadableFile, match=says) as told:
            desk.load(good, path, at=NOW + DAY)
        assert str(told.value).startswith("bad.csv: ")
        assert str(told.value).endswith(".")
        assert everything_in(desk.store) == before, says


def test_a_file_without_one_good_row_is_all_refused_rows(desk) -> None:
    header = text_of("plcm", []).strip()
    path = desk.folder / "sent" / "ragged.csv"
    path.parent.mkdir()
    long = "x" * 1_000_000
    path.write_text(f'{header}\n1,2\n\n{long}\n"two\nlines",3\n', encoding="utf-8")
    answer = desk.load(path)
    assert (answer.read, answer.accepted, answer.refused) == (3, 0, 3)
    assert [row for _, row, _ in found(answer, "CHK-S01")] == [2, 4, 5]
    rows = back(desk, answer)["ragged.csv"]
    assert [row["row_number"] for row in rows] == [2, 4, 5]
    assert [row["row_text"] for row in rows] == ["1,2", long, '"two\nlines",3']
    assert answer.slices.num_rows == 0


def test_nothing_to_load_is_told(desk, tmp_path) -> None:
    one = desk.file("a.csv", "plcm", activities(1))
    copy = desk.file("copy.csv", "plcm", activities(1))
    elsewhere = desk.file("again/a.csv", "plcm", activities(2))
    with pytest.raises(NothingToLoad, match="at least one file"):
        desk.load()
    with pytest.raises(NothingToLoad, match="named twice"):
        desk.load(one, elsewhere)
    assert not desk.store.exists()
    with pytest.raises(NothingToLoad, match="byte for byte"):
        desk.load(one, copy)


def test_a_time_of_receipt_still_to_come_is_refused(desk) -> None:
    request = desk.request(desk.file("plcm.csv", "plcm", activities(2)))
    with pytest.raises(NotYetReceived, match="still to come"):
        load_module.load(replace(request, received_at=NOW + DAY))
    assert not desk.store.exists()


def test_a_store_opens_with_its_own_key_only(desk) -> None:
    answer = desk.load(
        desk.file("a.csv", "plcm", [made("plcm"), made("plcm", financial_month="x")])
    )
    other = desk.folder / "other-key"
    write_key_file(other, new_key_ring())
    with pytest.raises(BadKey, match="speccomm rekey"):
        desk.load(desk.file("b.csv", "plcm", activities(2)), key_file=other)
    with pytest.raises(BadKey, match="cannot be opened"):
        refused(RefusedRequest(answer.load_id, desk.store, other, SMALL_ENGINE))
    with pytest.raises(UnknownName, match="Did you mean"):
        refused(RefusedRequest(answer.load_id[:-1], desk.store, desk.key_file, SMALL_ENGINE))
    clean = desk.load(desk.file("c.csv", "plcm", activities(2)), at=NOW + DAY)
    with pytest.raises(NothingRefused):
        refused(RefusedRequest(clean.load_id, desk.store, desk.key_file, SMALL_ENGINE))


def test_a_first_load_that_is_refused_binds_the_store_to_no_key(desk) -> None:
    other = desk.folder / "other-key"
    write_key_file(other, new_key_ring())
    rows = activities(2)
    with pytest.raises(NothingToLoad, match="byte for byte"):
        desk.load(
            desk.file("a.csv", "plcm", rows), desk.file("b.csv", "plcm", rows), key_file=other
        )
    answer = desk.load(desk.file("c.csv", "plcm", rows))
    assert answer.accepted == 2
    assert open_store(desk.store).key_id == read_key_file(desk.key_file).key_id
    with pytest.raises(BadKey, match="speccomm rekey"):
        desk.load(desk.file("d.csv", "plcm", activities(3)), key_file=other)


def test_of_two_first_loads_under_different_keys_the_later_to_commit_is_refused(
    desk, monkeypatch
) -> None:
    other = desk.folder / "other-key"
    write_key_file(other, new_key_ring())
    theirs, ours = (
        desk.file("a.csv", "plcm", activities(2)),
        desk.file("b.csv", "plcm", activities(3)),
    )
    commit = load_module._commit

    def after_another(*given):
        monkeypatch.setattr(load_module, "_commit", commit)
        desk.load(theirs, key_file=other)
        return commit(*given)

    monkeypatch.setattr(load_module, "_commit", after_another)
    with pytest.raises(BadKey, match="speccomm rekey"):
        desk.load(ours)
    assert open_store(desk.store).snapshot().loads().num_rows == 1


def test_amounts_beyond_reason_refuse_their_rows_and_stop_nothing(desk, con) -> None:
    rows = activities(1)
    rows += activities(2, total_cost_gbp="99999999999999.99", activity_count="9999999999")
    rows += activities(3, unit_price_gbp="999999999", activity_count="999999999", total_cost_gbp="-999999999")  # fmt: skip
    answer = desk.load(desk.file("a.csv", "plcm", rows))
    assert (answer.accepted, answer.refused) == (4, 2)
    assert date(2023, 12, 1) in {row["activity_start_date"] for row in stored(desk, con)}
