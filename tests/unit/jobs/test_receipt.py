"""A receipt: counted again from the store it agrees, and says so plainly when it does not."""

import csv
import json
import shutil
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pyarrow.parquet as pq
import pytest

from speccomm.cli.main import main
from speccomm.foundation.errors import UnknownName
from speccomm.foundation.periods import FinancialMonth
from speccomm.jobs.pack import PackRequest, build_pack
from speccomm.jobs.purge import PurgeRequest, purge
from speccomm.jobs.reading import open_for_reading
from speccomm.jobs.receipt import ReceiptRequest, receipt
from speccomm.jobs.recounting import figures
from speccomm.jobs.recounting.asking import NoRows
from speccomm.jobs.recounting.contract import position_of, scope_of
from speccomm.jobs.recounting.figures import is_share, recount, same_figure, share
from speccomm.jobs.settings import EngineSettings
from speccomm.publishing.model import BadPack
from speccomm.publishing.receipts.opening import (
    AlteredPack,
    NotAPack,
    OtherPack,
    open_pack,
    open_receipt,
)
from speccomm.publishing.rendering.formats import formats_asked
from speccomm.publishing.sourcing import Computed
from tests.unit.jobs.pack_store import RECEIVED_AT, acm, add_load, fill, plcm

NOW = datetime(2024, 2, 5, 9, 30, tzinfo=UTC)
HERE, NEXT_DOOR = "QWU", "QK1"
RENAL, HIV, RADIO = "NCBPS11C", "NCBPS14A", "NCBPS01R"


def iap(provider, month, patient, service, planned, **more):
    row = acm(provider, month, patient, service, planned, None, **more)
    return {name: value for name, value in row.items() if not name.startswith("actual")}


ACTIVITY = [
    plcm("RKB", 1, HERE, RENAL, "A06", "100", person_pseudonym=b"p" * 32),
    plcm("RKB", 2, HERE, RENAL, "A06", "90.5"),
    plcm("RKB", 1, NEXT_DOOR, RENAL, "A06", "40"),
    plcm("RKB", 1, HERE, "NCBPS99Q", None, "7"),
    plcm("RKB", 2, None, RENAL, "A06", "3"),
    plcm("RKB", 2, "7A6", None, None, "2"),
    plcm("RKB", 2, None, "99999999", None, "0"),
    plcm("RKB", 2, HERE, HIV, "F03", None),
]
AWAY = [
    plcm("RWE", 1, HERE, HIV, "F03", "20"),
    plcm("RWE", 1, HERE, RADIO, "B01", "4"),
    plcm("RWE", 1, NEXT_DOOR, HIV, "F03", "500"),
]
MONEY = [
    acm("RKB", 1, HERE, RENAL, "1000.00", "1100.50", units=(10, 11)),
    acm("RKB", 1, HERE, RENAL, "90.00", "80.00", units=(3, 2), tariff_code="WF02A"),
    acm("RKB", 1, HERE, HIV, None, "50.00"),
    acm("RKB", 1, HERE, None, None, "5.00"),
    acm("RKB", 1, NEXT_DOOR, RADIO, "9000.00", "9000.00"),
    acm("RWE", 1, HERE, HIV, "700.00", "650.00"),
]
PLANS = [iap("RWE", 1, HERE, HIV, "600.00"), iap("RWE", 2, HERE, RADIO, "80.00")]


def finding(name, row, provider):
    return {
        "dataset": "plcm",
        "file_name": name,
        "row_number": row,
        "check_id": "CHK-F01",
        "level": "refuse",
        "field": "POINT OF DELIVERY CODE",
        "provider_code": provider,
        "financial_year": "2023-24",
        "financial_month": 1,
        "sentence": "The point of delivery is empty.",
        "remedy": "Give one.",
    }


def made(path, activity=ACTIVITY):
    files = [
        ("plcm", "RKB_plcm.csv", activity, 2),
        ("plcm", "RWE_plcm.csv", AWAY, 0),
        ("acm", "acm.csv", MONEY, 0),
        ("iap", "iap.csv", PLANS, 0),
    ]
    findings = [finding("RKB_plcm.csv", row, "RKB") for row in (12, 13)]
    return fill(path, files, findings=findings)


def request(store, out, **changes):
    values = {
        "store": store,
        "icb": HERE,
        "from_month": FinancialMonth.parse_calendar("2023-04"),
        "to_month": FinancialMonth.parse_calendar("2023-06"),
        "out": out,
        "now": NOW,
        "map_date": date(2023, 6, 30),
        **changes,
    }
    return PackRequest(**values)


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    return made(tmp_path_factory.mktemp("receipts") / "store")


@pytest.fixture(scope="module")
def built(store, tmp_path_factory):
    return build_pack(request(store, tmp_path_factory.mktemp("pack") / "qwu"))


@pytest.fixture(scope="module")
def pack(built):
    return built.folder


@pytest.fixture
def own_store(store, tmp_path):
    """A copy of the store to change."""
    return shutil.copytree(store, tmp_path / "store")


def ask(figure, pack, store=None, **more):
    return receipt(ReceiptRequest(figure, pack, NOW, store=store, **more))


def one_of_a_kind(opened):
    """Tables, one of those with the same figures in a row: the profiles of services are alike."""
    met = Counter()
    for table in opened.tables:
        rows = list(opened.receipts_of(table).rows())
        kind = tuple(rows[0]["figures"]) if rows else ()
        met[kind] += 1
        if met[kind] == 1:
            yield table


def test_figures_of_every_kind_of_table_come_out_the_same_from_their_declared_source(
    store, pack, monkeypatch
):
    positions = {}

    def position_once(reading, source, values, *, sets):
        """All measures of one row are of one position."""
        asked = scope_of(source, values, sets=sets), tuple(values.items())
        if asked not in positions:
            positions[asked] = position_of(reading, source, values, sets=sets)
        return positions[asked]

    monkeypatch.setattr(figures, "position_of", position_once)
    opened = open_pack(pack)
    agreed = 0
    with open_for_reading(
        store=store, reference=None, as_at=None, now=NOW, engine=EngineSettings()
    ) as reading:
        for table in one_of_a_kind(opened):
            for row in list(opened.receipts_of(table).rows())[:1]:
                for column, (value, _, _) in row["figures"].items():
                    figure = open_receipt(opened, f"{table}.{row['key']}.{column}")
                    if isinstance(figure.source, Computed):
                        continue
                    found = recount(reading, figure.source, figure.values, manifest=opened.manifest)
                    assert found is not None, figure.name
                    stated = None if value is None else Decimal(value)
                    assert same_figure(stated, found.value), figure.name
                    agreed += 1
    assert agreed > 40


def test_tables_whose_receipts_only_repeat_their_making_are_known(pack):
    opened = open_pack(pack)
    alone = {
        table
        for table in opened.tables
        for row in list(opened.receipts_of(table).rows())[:1]
        for column in row["figures"]
        if isinstance(open_receipt(opened, f"{table}.{row['key']}.{column}").source, Computed)
    }
    assert alone == {
        "contract_by_provider",
        "contract_by_service",
        "contract_lines",
        "exported_to",
        "imported_from",
        "figures_made",
        "months_not_sent",
        "rows_by_dataset",
    }


def test_a_receipt_of_the_pack_alone_says_what_it_was_made_from(pack):
    answer = ask("QWU.activity_icb.A06.intra", pack)
    facts = dict(answer.facts)
    assert facts["exact"] == "190.5"
    assert facts["rows counted"] == "2"
    assert "the provider and the patient are of QWU" in facts["filter"]
    assert "crg_code = 'A06'" in facts["expression"]
    assert "activity/flows" in facts["rulebooks"]
    assert facts["organisation map"] == "2023-06-30"
    assert facts["suppression"].startswith("none")
    assert answer.agrees is None
    assert [(f["file_name"], f["sha256"]) for f in answer.files] == [("RKB_plcm.csv", "ab" * 32)]


@pytest.mark.parametrize(
    ("figure", "value", "rows"),
    [
        ("activity_icb.A06.imported", "43", 2),
        ("activity_icb.none.grand_total", "9", 3),
        ("activity_icb.all.patient_total", "221.5", 6),
        ("activity_region.A06.intra", "230.5", 3),
        ("activity_by_month.2023-05.grand_total", "95.5", 5),
        ("activity_icb_summary.AB.activity", "242.5", 8),
        ("imported_from.none.imported", "3", 2),
        ("imported_from.Elsewhere.imported", "2", 1),
        ("exported_to.RWE.exported", "24", 2),
        ("services_pairs.RWE+NCBPS14A.activity", "20", 1),
        ("services_elsewhere.RWE.activity", "24", 2),
        ("contract_by_provider.RKB.actual_gbp", "1235.50", 4),
        ("contract_by_provider.RWE.plan_gbp", "600.00", 1),
        ("contract_lines.RKB+none.not_planned_gbp", "5.00", 1),
        ("headlines.pack.services_contracted", "2", None),
        ("headlines.pack.refused_rows", "2", None),
    ],
)
def test_figures_and_rows_are_those_counted_by_hand(pack, store, figure, value, rows):
    answer = ask(figure, pack, store)
    assert answer.receipt.value == value
    assert answer.receipt.rows == rows
    assert answer.agrees is True
    if rows is not None:
        assert dict(answer.facts)["rows counted"] == str(rows)
        assert sum(f["rows_counted"] for f in answer.files) == rows


def test_a_share_names_its_figures_and_comes_out_the_same(pack, store):
    answer = ask("contract_by_provider.RWE.variance_percent", pack, store)
    named = [value for name, value in answer.facts if name == "worked out from"]
    assert named == [
        "QWU.contract_by_provider.RWE.variance_gbp",
        "QWU.contract_by_provider.RWE.compared_plan_gbp",
    ]
    assert answer.agrees is True
    part = ask("imported_from.QK1.share", pack, store)
    assert part.receipt.parts[1] == "QWU.imported_from.all.imported"
    assert part.receipt.value == "88.9"  # 40 of 45
    assert part.agrees is True
    assert is_share(part.receipt.source)
    assert share(Decimal(1), Decimal(0)) is None


def test_rows_are_given_to_whoever_holds_the_store(pack, store, tmp_path):
    answer = ask("activity_icb.A06.intra", pack, store, rows_out=tmp_path / "rows.csv")
    with answer.written[0].open(newline="") as file:
        found = list(csv.DictReader(file))
    assert [(row["file_name"], row["row_number"]) for row in found] == [
        ("RKB_plcm.csv", "2"),
        ("RKB_plcm.csv", "3"),
    ]
    assert found[0]["person_pseudonym"] == (b"p" * 32).hex()
    assert answer.written[0].stat().st_mode & 0o077 == 0
    both = ask(
        "contract_by_provider.RWE.variance_gbp", pack, store, rows_out=tmp_path / "m.parquet"
    )
    assert [path.name for path in both.written] == ["m.acm.parquet", "m.iap.parquet"]
    assert pq.read_table(both.written[0])["actual_price_gbp"].to_pylist() == [Decimal("650.0000")]
    kept = ask("checks_refused.all.findings", pack, store, keep_rows=True)
    assert kept.rows["register"]["row_number"].to_pylist() == [12, 13]
    with pytest.raises(NoRows, match=r"variance_gbp"):
        ask("contract_by_provider.RWE.variance_percent", pack, store, keep_rows=True)


def test_another_store_does_not_agree_and_says_so(pack, tmp_path, capsys):
    changed = [replace_activity(ACTIVITY[0], "101"), *ACTIVITY[1:]]
    other = made(tmp_path / "other", changed)
    assert ask("activity_icb.A06.intra", pack, other).agrees is False
    assert ask("activity_icb.F03.exported", pack, other).agrees is True
    arguments = [
        "receipt",
        "QWU.activity_icb.A06.intra",
        "--pack",
        str(pack),
        "--store",
        str(other),
    ]
    assert main([*arguments, "--format", "json"]) == 1
    assert json.loads(capsys.readouterr().out)["agrees"] is False


def replace_activity(row, activity):
    return {**row, "activity_count": Decimal(activity)}


def test_a_version_of_the_store_that_was_purged_is_said(pack, own_store):
    before = FinancialMonth.parse_calendar("2023-05")
    assert ask("activity_icb.A06.intra", pack, own_store).agrees is True
    purge(PurgeRequest(store=own_store, before=before, now=NOW))
    answer = ask("activity_icb.A06.intra", pack, own_store)
    assert answer.agrees is None
    assert "cannot be worked out again" in dict(answer.facts)["store"]
    assert answer.receipt.value == "190.5"


def test_what_is_not_there_is_refused_with_the_nearest(pack, tmp_path):
    with pytest.raises(UnknownName, match="Did you mean 'activity_icb'"):
        ask("activity_ibc.A06.intra", pack)
    with pytest.raises(UnknownName, match="row of activity_icb"):
        ask("activity_icb.A6.intra", pack)
    with pytest.raises(UnknownName, match="Did you mean 'imported'"):
        ask("activity_icb.A06.import", pack)
    with pytest.raises(OtherPack, match="this pack is of QWU"):
        ask("QHL.activity_icb.A06.intra", pack)
    with pytest.raises(NotAPack):
        ask("activity_icb.A06.intra", tmp_path)
    (tmp_path / "manifest.json").write_text('{"pack_format": 1, "store_version": 3}')
    with pytest.raises(NotAPack, match="before packs had receipts"):
        ask("activity_icb.A06.intra", tmp_path)


def test_a_receipt_that_was_altered_is_not_believed(pack, tmp_path):
    altered = shutil.copytree(pack, tmp_path / "pack")
    path = altered / "receipts" / "activity_icb.json"
    path.write_text(path.read_text().replace('"190.5"', '"191.5"'))
    with pytest.raises(AlteredPack, match=r"activity_icb\.json"):
        ask("activity_icb.A06.intra", altered)


def test_a_table_whose_source_counts_something_else_is_not_published(store, tmp_path, monkeypatch):
    from speccomm.publishing.sections import flow_words

    wrong = flow_words.counted

    def of_one_month(facts, *, area):
        return replace(wrong(facts, area=area), unknown_crg=True)

    monkeypatch.setattr("speccomm.publishing.sections.activity.counted", of_one_month)
    with pytest.raises(BadPack, match=r"activity_icb_.*its source counts"):
        build_pack(request(store, tmp_path / "pack", sections=("activity",)))


def test_a_pack_of_an_earlier_version_has_the_same_bytes_in_every_table(built, own_store, tmp_path):
    first, tables = built, formats_asked("csv")
    later = [plcm("RKB", 1, HERE, RENAL, "A06", "1")]
    add_load(own_store, [("plcm", "again.csv", later, 0)], load_id="load-2",
             received_at=RECEIVED_AT + timedelta(days=9))  # fmt: skip
    newest = build_pack(
        request(own_store, tmp_path / "newest", sections=("activity",), formats=tables)
    )
    version = first.facts.store_version
    again = build_pack(
        request(
            own_store, tmp_path / "again", store_version=version, formats=tables,
            now=NOW + timedelta(days=400),
        )
    )  # fmt: skip
    same = sorted((first.folder / "tables").iterdir())
    assert len(same) > 20
    for path in same:
        assert (again.folder / "tables" / path.name).read_bytes() == path.read_bytes(), path.name
    for path in (first.folder / "receipts").glob("*.json"):
        assert (again.folder / "receipts" / path.name).read_bytes() == path.read_bytes(), path.name
    flows = "tables/activity_icb.csv"
    assert (newest.folder / flows).read_bytes() != (first.folder / flows).read_bytes()


def test_each_row_of_a_file_begins_the_identifiers_of_its_figures(pack):
    with (pack / "tables" / "contract_lines.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        figure = open_receipt(open_pack(pack), f"{row['receipt']}.actual_gbp")
        assert (figure.value or "") == row["actual_gbp"]
