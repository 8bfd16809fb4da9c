"""Two packs compared: one changed row moves the figures that it should and no other."""

import json
import shutil
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from speccomm.cli.main import main
from speccomm.foundation.periods import FinancialMonth, FinancialYear
from speccomm.jobs.annual_report import AnnualReportRequest, build_annual_report
from speccomm.jobs.pack import PackRequest, build_pack
from speccomm.jobs.pack_diff import UNEXPLAINED, OtherArea, OtherKind, PackDiffRequest, pack_diff
from speccomm.publishing.editing import SectionWords
from speccomm.publishing.model import EditorWords
from speccomm.publishing.receipts.comparing import figures_of_folder
from speccomm.publishing.receipts.identifiers import parse_figure_name
from speccomm.publishing.receipts.opening import open_pack
from speccomm.publishing.rendering.formats import formats_asked
from tests.unit.jobs.pack_store import RECEIVED_AT, acm, add_load, fill, plcm

NOW = datetime(2024, 2, 5, 9, 30, tzinfo=UTC)
HERE, NEXT_DOOR = "QWU", "QK1"
RENAL, HIV = "NCBPS11C", "NCBPS14A"
FIRST_MONTH = [
    plcm("RKB", 1, HERE, RENAL, "A06", "100"),
    plcm("RKB", 1, NEXT_DOOR, RENAL, "A06", "40"),
    plcm("RKB", 1, HERE, "NCBPS99Q", None, "7"),
]
ACTIVITY = [*FIRST_MONTH, plcm("RKB", 2, HERE, RENAL, "A06", "90")]
# R1C is part of RW1 on maps from 1 October 2024.
AWAY = [plcm("R1C", 1, HERE, RENAL, "A06", "5"), plcm("RW1", 1, HERE, RENAL, "A06", "2")]
MONEY = [
    acm("RKB", 1, HERE, RENAL, "1000.00", "1100.50", units=(10, 11)),
    acm("RKB", 1, HERE, HIV, None, "50.00"),
    acm("RW1", 1, HERE, HIV, "600.00", "650.00"),
]


def store_of(path, activity=ACTIVITY, away=AWAY, money=MONEY):
    files = [
        ("plcm", "RKB_plcm.csv", activity, 0),
        ("plcm", "away_plcm.csv", away, 0),
        ("acm", "acm.csv", money, 0),
    ]
    return fill(path, files)


def pack_of(store, out, **changes):
    values = {
        "store": store,
        "icb": HERE,
        "from_month": FinancialMonth.parse_calendar("2023-04"),
        "to_month": FinancialMonth.parse_calendar("2023-06"),
        "out": out,
        "now": NOW,
        "map_date": date(2023, 6, 30),
        "formats": formats_asked("csv"),  # what packs say is compared, not how they are drawn
        **changes,
    }
    return build_pack(PackRequest(**values)).folder


@pytest.fixture(scope="module")
def first(tmp_path_factory):
    folder = tmp_path_factory.mktemp("first")
    return pack_of(store_of(folder / "store"), folder / "pack")


def with_one_changed(rows, column, value):
    return [{**rows[0], column: Decimal(value)}, *rows[1:]]


def moved(answer):
    return {
        row["figure"].removeprefix("QWU."): Decimal(row["after"]) - Decimal(row["before"])
        for row in answer.figures.to_pylist()
    }


def test_packs_of_the_same_have_no_difference(first):
    answer = pack_diff(PackDiffRequest(first, first, NOW))
    assert answer.figures.num_rows == 0
    assert answer.words.num_rows == 0
    assert answer.differences == ()


def test_one_row_of_activity_moves_its_flow_and_no_other_figure(first, tmp_path):
    changed = with_one_changed(ACTIVITY, "activity_count", "103")
    second = pack_of(store_of(tmp_path / "store", activity=changed), tmp_path / "pack")
    measures = ("intra", "provider_total", "patient_total", "grand_total")
    rows = [
        *(f"activity_{area}.{row}" for area in ("icb", "region") for row in ("A06", "all")),
        *(f"activity_by_month.{row}" for row in ("2023-04", "all")),
    ]
    expected = {
        *(f"{row}.{measure}" for row in rows for measure in measures),
        *(
            f"activity_{area}_summary.{flow}.activity"
            for area in ("icb", "region")
            for flow in ("A", "AB", "AC", "ABC")
        ),
        "services_pairs.RKB+NCBPS11C.activity",
        "headlines.pack.patient_total",
        "headlines.pack.provider_total",
    }
    answer = pack_diff(PackDiffRequest(first, second, NOW))
    assert moved(answer) == dict.fromkeys(expected, Decimal(3))
    assert set(answer.figures["cause"].to_pylist()) == {UNEXPLAINED}
    assert {"activity-icb", "headlines"} <= set(answer.words["section"].to_pylist())


def test_one_row_of_money_moves_its_line_and_what_adds_it_up(first, tmp_path):
    changed = with_one_changed(MONEY, "actual_price_gbp", "1101.50")
    second = pack_of(store_of(tmp_path / "store", money=changed), tmp_path / "pack")
    expected = {}
    for place in (
        "contract_lines.RKB+NCBPS11C",
        "contract_by_provider.RKB",
        "contract_by_provider.all",
        "contract_by_service.NCBPS11C",
        "contract_by_service.all",
    ):
        expected |= {f"{place}.actual_gbp": 1, f"{place}.variance_gbp": 1}
        expected[f"{place}.forecast_straight_gbp"] = 12  # one month so far
    for place in (
        "contract_lines.RKB+NCBPS11C",
        "contract_effects_by_provider.RKB",
        "contract_effects_by_provider.all",
        "contract_effects_by_service.NCBPS11C",
        "contract_effects_by_service.all",
    ):
        expected |= {f"{place}.price_gbp": 1, f"{place}.variance_gbp": 1}
    expected |= {"contract_bridge.price_gbp.effect_gbp": 1, "contract_bridge.all.effect_gbp": 1}
    expected |= {"headlines.pack.actual_gbp": 1, "headlines.pack.variance_gbp": 1}
    for row in ("RKB+NCBPS11C", "all"):
        expected |= {f"profile_ncbps11c.{row}.{whose}_gbp": 1 for whose in ("actual", "own_actual")}
    # 100.50 of 1,000 is 10.1%, and 101.50 is 10.2%; in all 200.50 of 1,600 and 201.50 are 12.5%, 12.6%.
    shares = ("contract_lines.RKB+NCBPS11C", "contract_by_service.NCBPS11C")
    expected |= {f"{place}.variance_percent": Decimal("0.1") for place in shares}
    expected["contract_by_provider.RKB.variance_percent"] = Decimal("0.1")  # 15.05% to 15.15%
    expected |= {
        f"contract_by_{by}.all.variance_percent": Decimal("0.1") for by in ("provider", "service")
    }
    answer = pack_diff(PackDiffRequest(first, second, NOW))
    assert moved(answer) == {name: Decimal(value) for name, value in expected.items()}


@pytest.fixture(scope="module")
def resent(tmp_path_factory):
    """A store whose second load changes one unit row of R1C, and its packs before and after."""
    folder = tmp_path_factory.mktemp("resent")
    store = store_of(folder / "store")
    before = pack_of(store, folder / "before")
    rows = [plcm("R1C", 1, HERE, RENAL, "A06", "8")]
    later = RECEIVED_AT + timedelta(days=9)
    add_load(store, [("plcm", "R1C_again.csv", rows, 0)], load_id="load-2", received_at=later)
    after = pack_of(store, folder / "after")
    on_later_map = pack_of(store, folder / "map", map_date=date(2025, 6, 30))
    return store, before, after, on_later_map


def test_new_data_is_named_with_its_load(resent):
    _, before, after, _ = resent
    answer = pack_diff(PackDiffRequest(before, after, NOW))
    assert {str(d.cause) for d in answer.differences} == {"new data"}
    assert answer.differences[0].sentence == "load load-2 added: R1C_again.csv"
    assert [d.sentence for d in answer.differences[1:]] == [
        f"evidence as on {RECEIVED_AT.date()}, then {(RECEIVED_AT + timedelta(days=9)).date()}"
    ]
    assert set(answer.figures["cause"].to_pylist()) == {"new data"}
    rows = {row["figure"]: row for row in answer.figures.to_pylist()}
    changed = rows["QWU.exported_to.R1C.exported"]
    assert (changed["before"], changed["after"]) == ("5", "8")
    come = rows["QWU.source_files.load-2+plcm+R1C_again.csv.accepted_rows"]
    assert (come["before"], come["after"]) == (None, "1")
    assert not [name for name in rows if name.startswith("QWU.contract")]


def test_two_causes_are_told_apart_and_their_interaction_is_said(resent):
    store, before, _, after = resent
    alone = pack_diff(PackDiffRequest(before, after, NOW))
    assert "new data or new map" in alone.figures["cause"].to_pylist()
    answer = pack_diff(PackDiffRequest(before, after, NOW, store=store))
    rows = {row["figure"]: row for row in answer.figures.to_pylist()}
    data = rows["QWU.activity_icb.A06.exported"]
    assert (data["cause"], data["by_data"], data["by_map"], data["together"]) == (
        "new data",
        "3",
        "0",
        "0",
    )
    # Under the later map RW1 holds R1C's 5 of before; the 3 more come only with both.
    both = rows["QWU.exported_to.RW1.exported"]
    assert (both["before"], both["after"]) == ("2", "10")
    assert (both["by_data"], both["by_map"], both["together"]) == ("0", "5", "3")
    assert both["cause"] == "new map and new data with new map, together"
    gone = rows["QWU.exported_to.R1C.exported"]
    assert (gone["before"], gone["after"]) == ("5", None)
    assert "new map" in gone["cause"]
    for row in answer.figures.to_pylist():
        if row["together"] is not None:
            parts = sum(Decimal(row[n] or 0) for n in ("by_data", "by_map", "by_rules", "together"))
            assert parts == Decimal(row["after"]) - Decimal(row["before"]), row["figure"]


def test_new_rules_and_new_words_are_found(first, tmp_path):
    second = shutil.copytree(first, tmp_path / "pack")
    manifest = json.loads((second / "manifest.json").read_text())
    for book in manifest["rulebooks"]:
        if book["identifier"] == "activity/flows":
            book["version"] = "next"
    words = json.loads((second / "receipts" / "words.json").read_text())
    words["headlines"].append("A sentence of the editor.")
    data = json.dumps(words).encode()
    (second / "receipts" / "words.json").write_bytes(data)
    from hashlib import sha256

    for file in manifest["files"]:
        if file["path"] == "receipts/words.json":
            file["sha256"] = sha256(data).hexdigest()
    (second / "manifest.json").write_text(json.dumps(manifest))
    answer = pack_diff(PackDiffRequest(first, second, NOW))
    assert [str(d.cause) for d in answer.differences] == ["new rules"]
    assert "activity/flows of this pack" in answer.differences[0].sentence
    assert [(r["section"], r["after"]) for r in answer.words.to_pylist()] == [
        ("headlines", "A sentence of the editor.")
    ]


def editors(*paragraphs):
    words = EditorWords(paragraphs, "ICB director of commissioning", date(2024, 1, 31))
    return (SectionWords("contract", words),)


def test_an_editors_words_are_new_words_and_move_no_figure(first, tmp_path):
    store = store_of(tmp_path / "store")
    one = pack_of(store, tmp_path / "one", words=editors("We plan for less.", "The same."))
    answer = pack_diff(PackDiffRequest(first, one, NOW))
    assert [(str(d.cause), d.sentence) for d in answer.differences] == [
        ("new words", "the editor’s words for contract")
    ]
    assert answer.figures.num_rows == 0
    two = pack_of(store, tmp_path / "two", words=editors("We plan for more.", "The same."))
    (changed,) = pack_diff(PackDiffRequest(one, two, NOW)).words.to_pylist()
    assert changed["section"] == "contract"
    assert changed["before"].endswith("We plan for less.")
    assert changed["after"].endswith("We plan for more.")
    assert changed["cause"] == "new words"


def test_a_section_of_one_pack_alone_is_told_once_beside_another_cause(first, tmp_path):
    store = store_of(tmp_path / "store")
    more = [plcm("RKB", 3, HERE, RENAL, "A06", "30")]
    later = RECEIVED_AT + timedelta(days=1)
    add_load(store, [("plcm", "more.csv", more, 0)], load_id="load-2", received_at=later)
    second = pack_of(store, tmp_path / "pack", without=("contract", "definitions"))
    answer = pack_diff(PackDiffRequest(first, second, NOW))
    figures, tables = figures_with("contract", first)
    assert [d.sentence for d in answer.differences if str(d.cause) == "other sections"] == [
        f"section left out: contract ({tables} tables with figures, {figures} figures)",
        "section left out: definitions",
    ]
    rows = {row["figure"]: row for row in answer.figures.to_pylist()}
    assert not [name for name in rows if "contract_" in name]
    assert rows["QWU.activity_icb.A06.intra"]["cause"] == "new data"
    said = answer.words.to_pylist()
    assert not {"contract", "contract-bridge", "definitions", "words"} & {
        r["section"] for r in said
    }
    noted = next(r for r in said if r["after"] == "Not the whole pack")
    assert noted["cause"] == "follows new data or other sections"
    back = pack_diff(PackDiffRequest(second, first, NOW))
    assert f"section added: contract ({tables} tables with figures, {figures} figures)" in {
        d.sentence for d in back.differences
    }


def figures_with(section, pack):
    """How many figures come and go with a section, those that count its tables' figures included,
    and in how many tables they stand."""
    manifest = json.loads((pack / "manifest.json").read_text())
    tables = {t["id"] for t in manifest["tables"] if t["section"] == section}
    tables &= set(manifest["receipts"])
    opened = figures_of_folder(open_pack(pack))
    named = [parse_figure_name(name) for name in opened]
    return (
        sum(n.table in tables or (n.table == "figures_made" and n.row in tables) for n in named),
        {6: "six"}.get(len(tables), str(len(tables))),
    )


def test_figures_that_came_with_a_table_of_a_section_both_have_are_listed(first, tmp_path):
    other = store_of(
        tmp_path / "store", activity=[*ACTIVITY, plcm("RKB", 1, HERE, HIV, "A03", "1")]
    )
    second = pack_of(other, tmp_path / "pack", without=("contract",))
    rows = pack_diff(PackDiffRequest(first, second, NOW)).figures.to_pylist()
    assert [row for row in rows if row["figure"].startswith("QWU.profile_ncbps14a.")]


def test_annual_reports_are_compared_by_their_manifests_alone(first, tmp_path):
    store = store_of(tmp_path / "store")
    folders = [tmp_path / name for name in ("early", "late")]
    for day, folder in enumerate(folders):
        add_load(
            store,
            [("acm", "more.csv", [acm("RKB", 3 + day, HERE, RENAL, None, "7.00")], 0)],
            load_id=f"more-{day}",
            received_at=RECEIVED_AT + timedelta(days=1 + day),
        )
        asked = AnnualReportRequest(store, FinancialYear(2023), folder, NOW, icb=HERE)
        build_annual_report(replace(asked, formats=formats_asked("csv")))
    answer = pack_diff(PackDiffRequest(*folders, NOW))
    assert {str(d.cause) for d in answer.differences} == {"new data"}
    changed = {row["figure"]: row for row in answer.figures.to_pylist()}
    assert all(row["cause"] == "new data" for row in changed.values())
    assert changed
    with pytest.raises(OtherKind, match="Leave out --store"):
        pack_diff(PackDiffRequest(*folders, NOW, store=store))
    with pytest.raises(OtherKind, match="is an annual report and the other is not"):
        pack_diff(PackDiffRequest(first, folders[0], NOW))


def test_packs_of_two_areas_are_refused(first, tmp_path):
    folder = tmp_path / "other"
    folder.mkdir()
    manifest = json.loads((first / "manifest.json").read_text())
    (folder / "manifest.json").write_text(json.dumps({**manifest, "area": "QHL"}))
    with pytest.raises(OtherArea, match="of QWU and .* of QHL"):
        pack_diff(PackDiffRequest(first, folder, NOW))


def test_the_command_prints_causes_figures_and_words(resent, capsys):
    _, before, after, _ = resent
    assert main(["pack", "diff", str(before), str(after)]) == 0
    shown = capsys.readouterr().out
    assert "new data: load load-2 added: R1C_again.csv" in shown
    assert "QWU.exported_to.R1C.exported" in shown
    assert main(["pack", "diff", str(before), str(after), "--format", "json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert {row["cause"] for row in answer["rows"]} == {"new data"}
    assert answer["metadata"]["words"]
