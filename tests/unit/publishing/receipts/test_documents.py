"""Receipts pages: every figure of the page leads to its receipt, which says what it was made from."""

import json
import re

import pytest

from speccomm.publishing.assembly import assemble_pack
from speccomm.publishing.receipts.figures import figure_rows, tables_with_figures
from speccomm.publishing.receipts.saying import say_source
from speccomm.publishing.rendering.files import pack_files
from speccomm.publishing.sourcing import Counted, Of, Position, as_plain, source_of
from tests.unit.publishing.page_reader import Page


@pytest.fixture(scope="module")
def pack(facts):
    return assemble_pack(facts)


@pytest.fixture(scope="module")
def files(pack):
    return pack_files(pack)


@pytest.fixture(scope="module")
def pages(files):
    return {path: Page(data.decode()) for path, data in files.items() if path.endswith(".html")}


def figure_links(page):
    return [value for tag, name, value in page.attributes if (tag, name) == ("a", "href")
            and value.startswith("receipts/") and "#" in value]  # fmt: skip


def test_every_figure_of_the_page_leads_to_its_receipt(pack, pages):
    links = figure_links(pages["index.html"])
    shown = sum(
        len([c for c in row.figures if next(x for x in table.columns if x.name == c).on_page])
        for table in tables_with_figures(pack)
        if table.id == "headlines" or table.placement != "file"
        for row in figure_rows(table, {})
    )
    assert len(links) == shown > 300
    for link in links:
        path, place = link.split("#")
        assert place in pages[path].ids, link


def test_receipts_pages_are_whole_and_lead_back(pages):
    checked = 0
    for path, page in pages.items():
        if path == "index.html":
            continue
        assert page.open_tags == [], path
        assert len(page.ids) == len(set(page.ids)), path
        assert not {tag for tag, _, _ in page.attributes} & {"script", "link", "img", "iframe"}
        (back,) = [v for _, n, v in page.attributes if n == "href" and v.startswith("../index")]
        assert back.split("#")[1] in pages["index.html"].ids
        assert [level for level, _ in page.headings][:2] == [1, 2]
        checked += 1
    assert checked > 15


def test_a_receipt_shows_files_hashes_rules_map_and_version(files, facts):
    text = files["receipts/activity_icb.html"].decode()
    hashes = [row["sha256"] for row in facts.files.to_pylist() if row["dataset"] == "plcm"]
    assert hashes
    assert all(digest in text for digest in hashes)
    assert facts.map_date.isoformat() in text
    assert "activity/flows" in text
    assert re.search(r"<dt>Store version</dt><dd>12</dd>", text)
    assert "RLT_acm_m09.csv" not in text


def test_the_data_of_a_receipt_is_what_the_table_holds(pack, files):
    table = next(t for t in pack.tables() if t.id == "activity_icb")
    content = json.loads(files["receipts/activity_icb.json"])
    held = {row["key"]: row["figures"] for row in content["rows"]}
    for row in table.records():
        key = row["crg_code"] or "none"
        assert int(held[key]["intra"][0]) == row["intra"]
    assert held["all"]["intra"][0] == str(int(table.total()["intra"]))


def test_every_figure_of_the_pack_declares_where_it_comes_from(pack):
    for table in tables_with_figures(pack):
        for column in table.columns:
            if column.unit.is_figure:
                assert column.made_from is not None, f"{table.id}.{column.name}"
                assert source_of(as_plain(column.made_from)) == column.made_from


def test_a_filter_is_said_in_words_and_as_an_expression():
    source = Counted("QWU", "2023-04", "2024-05", flow="B")
    said = say_source(source, {Of.CRG: None, Of.PROVIDER: "RKB"})
    assert said.filter == (
        "accepted rows of PLCM where the month is in April 2023 to May 2024; the provider is of QWU "
        "and the patient is not; the row leads to no clinical reference group; the provider is RKB "
        "(or one merged into it)"
    )
    assert said.expression.endswith(
        "((financial_year = '2023-24' and financial_month between 1 and 12) or "
        "(financial_year = '2024-25' and financial_month between 1 and 2)) and "
        "provider_code in [providers:QWU] and not patient_commissioner_code in [patients:QWU] "
        "and crg_code is null and provider_code in [sent_as:RKB]"
    )


def test_a_row_may_say_the_flow_or_the_measure():
    flows = Counted("QWU", "2023-04", "2023-04")
    assert (
        "the patient is of QWU and the provider is not" in say_source(flows, {Of.FLOW: "C"}).filter
    )
    bridge = Position("QWU", "2023-24", 9)
    assert say_source(bridge, {Of.MEASURE: "mix_gbp"}).measure.startswith(
        "Contract position: what volume"
    )
    assert say_source(bridge, {}).measure == "Contract position: actual minus plan"
