"""The files: what a program reads equals what the page shows, and says how it may be handled."""

import csv
import hashlib
import io
import json
from decimal import Decimal

import pytest

from speccomm.publishing.assembly import assemble_pack
from speccomm.publishing.leaving import INTERNAL
from speccomm.publishing.model import Unit
from speccomm.publishing.rendering.files import pack_files
from speccomm.publishing.rendering.page_tables import page_table


@pytest.fixture(scope="module")
def pack(facts):
    return assemble_pack(facts)


@pytest.fixture(scope="module")
def files(pack):
    return pack_files(pack)


def records(files, path):
    return list(csv.DictReader(io.StringIO(files[path].decode())))


def test_every_table_has_its_file_and_its_dictionary(pack, files):
    described = {
        (row["file"], row["column"]) for row in records(files, "tables/data_dictionary.csv")
    }
    for table in pack.tables():
        rows = records(files, f"tables/{table.id}.csv")
        assert len(rows) == table.rows.num_rows
        names = [column.name for column in table.columns]
        assert all(list(row) == [*names, "receipt", "handling"] for row in rows)
        assert {(f"tables/{table.id}.csv", name) for name in names} <= described


def test_sums_of_files_are_the_totals_of_the_page(pack, files):
    compared = 0
    for table in pack.tables():
        shown = page_table(table)
        if shown.total is None or not table.rows.num_rows:
            continue
        rows = records(files, f"tables/{table.id}.csv")
        for column, cell in shown.total:
            if cell is None or not column.adds_up:
                continue
            if cell.missing:  # nothing known adds up to nothing known, and is said in words
                assert not any(row[column.name] for row in rows), (table.id, column.name)
                continue
            total = sum(Decimal(row[column.name]) for row in rows if row[column.name])
            digits = cell.text.replace("\N{MINUS SIGN}", "-").replace("+", "")
            printed = Decimal(digits.replace("£", "").replace(",", ""))
            assert abs(total - printed) <= Decimal("0.5"), (table.id, column.name)
            compared += 1
    assert compared > 40


def test_money_has_pence_and_activity_is_whole(pack, files):
    for table in pack.tables():
        rows = records(files, f"tables/{table.id}.csv")
        for column in table.columns:
            for row in rows:
                value = row[column.name]
                if value and column.unit is Unit.GBP:
                    assert value[-3] == ".", (table.id, column.name)
                if value and column.unit is Unit.ACTIVITY:
                    assert value.lstrip("-").isdigit(), (table.id, column.name)


def test_every_row_says_how_it_may_be_handled(files):
    for path, data in files.items():
        if path.endswith(".csv"):
            rows = list(csv.DictReader(io.StringIO(data.decode())))
            assert all(row["handling"] == INTERNAL.mark for row in rows), path
    assert files["tables/README.txt"].startswith(b"INTERNAL USE ONLY")


def test_null_is_empty_and_zero_is_zero(files):
    rows = {row["service_code"]: row for row in records(files, "tables/contract_lines.csv")}
    assert rows["NCBPS30Z"]["plan_gbp"] == ""
    flows = {row["crg_code"]: row for row in records(files, "tables/activity_icb.csv")}
    assert flows["F06/E03"]["intra"] == "0"


def test_a_name_that_a_spreadsheet_would_run_is_defused(files):
    names = [row["file_name"] for row in records(files, "tables/source_files.csv")]
    assert "'=RLT_plan.csv" in names


def test_manifest_names_every_file_with_its_hash(files, facts):
    manifest = json.loads(files["manifest.json"])
    listed = {entry["path"]: entry["sha256"] for entry in manifest["files"]}
    assert set(listed) == set(files) - {"manifest.json"}
    for path, digest in listed.items():
        assert hashlib.sha256(files[path]).hexdigest() == digest
    assert manifest["suppression"] == "none"
    assert manifest["store_version"] == facts.store_version
    assert manifest["built_at"] == "2024-02-05T09:30:00+00:00"
