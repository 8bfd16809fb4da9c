"""A region's own pack, and the packs of its ICBs built together."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from speccomm.activity.areas import NotOneArea
from speccomm.cli.main import main
from speccomm.foundation.errors import UnknownName
from speccomm.foundation.periods import FinancialMonth, FinancialYear
from speccomm.jobs.contract import ContractRequest, contract
from speccomm.jobs.pack import PackRequest, build_pack, open_region
from speccomm.jobs.receipt import ReceiptRequest, receipt
from speccomm.jobs.recounting.contract import by_current_provider, contract_row_counts
from speccomm.jobs.region_packs import (
    NotARegionFolder,
    RegionPacksRequest,
    build_region_packs,
)
from speccomm.jobs.settings import EngineSettings
from speccomm.publishing.assembly import NoSections
from speccomm.publishing.facts import CONTRACT, in_shape
from speccomm.publishing.rendering.formats import Format
from speccomm.publishing.sourcing import TOGETHER, Position
from tests.unit.jobs.pack_store import acm, fill, plcm

NOW = datetime(2024, 2, 5, 9, 30, tzinfo=UTC)
RENAL, HIV = "NCBPS11C", "NCBPS14A"
SHORT = ("activity", "contract", "refusals", "receipts")


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    activity = [
        plcm("RKB", 1, "QWU", RENAL, "A06", "100"),
        plcm("RKB", 1, "QK1", RENAL, "A06", "40"),
        plcm("RWE", 1, "QWU", HIV, "F03", "20"),
        plcm("RJ1", 1, "QWU", HIV, "F03", "3"),
        plcm("RKB", 2, "QMF", RENAL, "A06", "7"),
    ]
    money = [
        acm("RKB", 1, "QWU", RENAL, "1000.00", "1100.50"),
        acm("RWE", 1, "QK1", HIV, "500.00", "450.00"),
        acm("RKB", 1, "QK1", RENAL, "100.00", None),
    ]
    files = [("plcm", "plcm.csv", activity, 0), ("acm", "acm.csv", money, 0)]
    return fill(tmp_path_factory.mktemp("region") / "store", files)


def request(store, out, **changes):
    values = {
        "store": store,
        "icb": None,
        "region": "Y60",
        "from_month": FinancialMonth.parse_calendar("2023-04"),
        "to_month": FinancialMonth.parse_calendar("2023-05"),
        "out": out,
        "now": NOW,
        "formats": (Format.HTML, Format.CSV),
        "map_date": date(2023, 6, 30),
        "engine": EngineSettings(threads=1),
        **changes,
    }
    return PackRequest(**values)


def totals(tables, name):
    columns = ("intra", "imported", "exported")
    return [sum(tables[name][column].to_pylist()) for column in columns]


def test_a_region_is_seen_from_its_own_border(store, tmp_path):
    answer = build_pack(request(store, tmp_path / "Y60"))
    assert answer.pack.organisation == "The Midlands region"
    assert answer.pack.area == "Y60"
    assert totals(answer.tables, "activity_region") == [Decimal(160), Decimal(7), Decimal(3)]
    lines = {row["provider_code"]: row for row in answer.tables["contract_by_provider"].to_pylist()}
    assert lines["RKB"]["actual_gbp"] == Decimal("1100.50")
    assert lines["RWE"]["variance_gbp"] == Decimal("-50.00")
    assert "activity_icb" not in answer.tables
    page = answer.page.read_text()
    assert "this ICB" not in page
    assert "the ICB’s" not in page


@pytest.fixture(scope="module")
def region(store, tmp_path_factory):
    out = tmp_path_factory.mktemp("packs") / "Y60"
    asked = request(store, out, sections=("contract",), formats=(Format.CSV,))
    return build_pack(asked)


def test_the_position_of_each_icb_adds_up_to_the_region_s(region):
    rows = {row["icb_code"]: row for row in region.tables["contract_by_icb"].to_pylist()}
    money = ("plan_gbp", "actual_gbp", "compared_plan_gbp", "variance_gbp")
    assert [str(rows["QWU"][name]) for name in money] == ["1000.00", "1100.50", "1000.00", "100.50"]
    # RKB left QK1's renal actual blank: planned and not compared there, and compared for the region,
    # which has an actual of RKB's renal service.
    assert [str(rows["QK1"][name]) for name in money] == ["600.00", "450.00", "500.00", "-50.00"]
    assert [str(rows[TOGETHER][name]) for name in money] == ["0.00", "0.00", "100.00", "-100.00"]
    assert len(rows) == 12
    assert rows["QPM"]["plan_gbp"] is None
    lines = region.tables["contract_by_provider"].to_pylist()
    for name in money:
        total = sum(row[name] or 0 for row in rows.values())
        assert total == sum(row[name] or 0 for row in lines), name
    assert list(rows)[-1] == TOGETHER


@pytest.mark.parametrize(
    "row", ["QWU", *(pytest.param(row, marks=pytest.mark.soak) for row in ("QK1", TOGETHER, "all"))]
)
def test_a_figure_of_an_icb_s_position_is_worked_out_again(region, store, row):
    for column in ("plan_gbp", "variance_gbp"):
        name = f"Y60.contract_by_icb.{row}.{column}"
        answer = receipt(ReceiptRequest(name, region.folder, NOW, store=store))
        assert answer.agrees, name
    expected = {"QWU": 1, "QK1": 2, TOGETHER: 3, "all": 3}
    assert answer.receipt.rows == expected[row]


def test_a_region_s_other_packs_have_no_position_by_icb(store, tmp_path):
    csv = {"formats": (Format.CSV,), "sections": ("contract",)}
    asked = request(store, tmp_path / "out", icb="QWU", region=None, **csv)
    assert "contract_by_icb" not in build_pack(asked).tables


def test_positions_asked_at_once_are_those_asked_one_by_one(store, tmp_path):
    with open_region(request(store, tmp_path / "out"), each_icb=True) as asked:
        together = asked.positions
        held = [code for code, position in together.items() if position.position.num_rows]
        none = next(code for code in together if code not in held)
        assert len(held) >= 2
        for code in (*held, none):
            position = together[code]
            question = ContractRequest(
                store, FinancialYear(2023), 1, NOW, icb=code, map_date=date(2023, 6, 30)
            )
            alone = contract(question).position.select(position.position.column_names)
            assert position.position.to_pylist() == in_shape(alone, CONTRACT).to_pylist(), code
            source = Position(code, "2023-24", 1)
            sets = {
                f"patients:{code}": sorted(asked.area(code).patient_codes),
                **{f"sent_as:{p}": [p] for p in ("RKB", "RWE")},
            }
            counted = by_current_provider(asked.contract_rows(code, whose="patients"), sets=sets)
            assert counted == contract_row_counts(asked.reading, source, sets=sets), code
    assert together["QWU"].position.num_rows == 1
    assert together["QK1"].position.num_rows == 2
    assert together["QK1"].rows == 2


def test_packs_built_together_are_those_built_alone(store, tmp_path):
    told = []
    together = build_region_packs(
        RegionPacksRequest(
            request(store, tmp_path / "all", sections=SHORT),
            progress=lambda *words: told.append(words),
        )
    )
    listed = json.loads((together.folder / "packs.json").read_text())
    codes = [entry["icb_code"] for entry in listed["packs"]]
    assert len(codes) == 11
    assert [folder.name for folder in together.packs] == codes
    assert told[-1] == ("pack of QWU", 11, 11) or told[-1][1:] == (11, 11)
    csv = {"formats": (Format.CSV,), "sections": SHORT}
    alone = build_pack(request(store, tmp_path / "QWU", icb="QWU", region=None, **csv))
    for path in sorted((alone.folder / "tables").iterdir()):
        assert path.read_bytes() == (tmp_path / "all" / "QWU" / "tables" / path.name).read_bytes()
    index = together.index.read_text()
    assert all(f'href="{code}/index.html"' in index for code in codes)


def test_an_index_of_something_else_is_left_alone(store, tmp_path):
    (tmp_path / "index.html").write_text("mine")
    with pytest.raises(NotARegionFolder, match="not of a region’s packs"):
        build_region_packs(RegionPacksRequest(request(store, tmp_path)))
    assert (tmp_path / "index.html").read_text() == "mine"


def test_what_cannot_be_asked_is_refused(store, tmp_path):
    with pytest.raises(NotOneArea):
        build_pack(request(store, tmp_path / "out", icb="QWU"))
    with pytest.raises(UnknownName, match="Did you mean 'activity'"):
        build_pack(request(store, tmp_path / "out", sections=("activty",)))
    with pytest.raises(NoSections):
        build_pack(request(store, tmp_path / "out", sections=("case",), without=("case",)))
    assert not (tmp_path / "out").exists()


def test_sections_left_out_are_named_in_the_pack_and_its_manifest(store, tmp_path):
    answer = build_pack(request(store, tmp_path / "out", sections=("headlines", "activity")))
    assert [section.id for section in answer.pack.sections] == ["headlines", "activity"]
    manifest = json.loads((answer.folder / "manifest.json").read_text())
    assert manifest["sections"] == ["headlines", "activity"]
    page = answer.page.read_text()
    assert "Left out of this pack:" in page
    assert 'href="#services"' not in page


def test_a_run_folder_is_of_one_pack(store, tmp_path, capsys):
    line = ["pack", "build", "--store", str(store), "--every-icb-of", "Y60", "--from", "2023-04"]
    line += ["--to", "2023-06", "--out", str(tmp_path / "out"), "--run", str(tmp_path / "run")]
    assert main(line) == 2
    assert "--run keeps the tables of one pack" in capsys.readouterr().err
    assert not (tmp_path / "run").exists()
    assert not (tmp_path / "out").exists()
