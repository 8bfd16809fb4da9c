"""The page: its structure for readers and screen readers, and what must never be in it."""

import re

import pytest

from speccomm.foundation.rulebook import read_rulebook
from speccomm.publishing.assembly import assemble_pack
from speccomm.publishing.facts import Organisation
from speccomm.publishing.rendering.html import render_page
from tests.unit.publishing.page_reader import Page


@pytest.fixture(scope="module")
def pack(facts):
    return assemble_pack(facts)


@pytest.fixture(scope="module")
def text(pack):
    return render_page(pack)


@pytest.fixture(scope="module")
def page(text):
    return Page(text)


def test_every_tag_is_closed_and_every_identifier_unique(page):
    assert page.open_tags == []
    assert len(page.ids) == len(set(page.ids))


def test_one_first_heading_and_no_level_skipped(page):
    levels = [level for level, _ in page.headings]
    assert levels.count(1) == 1
    assert levels[0] == 1
    steps = zip(levels, levels[1:], strict=False)
    assert all(after - before <= 1 for before, after in steps)
    assert all(words.strip() for _, words in page.headings)


def test_every_table_has_a_caption_and_scoped_headings(page, pack):
    assert len(page.tables) > 15
    for table in page.tables:
        assert table["caption"].strip(), table["id"]
        heads = [cell for row in table["heads"] for cell in row if cell["tag"] == "th"]
        assert heads
        assert all(cell["scope"] in {"col", "colgroup"} for cell in heads), table["id"]
        for row in table["rows"]:
            assert [cell["scope"] for cell in row].count("row") == 1, table["id"]


def test_every_chart_is_an_image_with_words_and_its_table(page, pack):
    charts = {chart.id: chart for chart in pack.charts()}
    assert {chart["id"] for chart in page.charts} == set(charts)
    for drawn in page.charts:
        assert drawn["role"] == "img"
        assert drawn["aria-labelledby"] in page.ids
        assert drawn["aria-describedby"] in page.ids
        assert drawn["title"] == charts[drawn["id"]].title
        assert len(drawn["desc"]) > 40
        assert charts[drawn["id"]].table_id in page.ids


def test_no_address_leads_out_of_the_folder_but_the_links_of_the_rulebook(page, text):
    addresses = {link["address"] for link in read_rulebook("publishing/links").rules["link"]}
    told = text
    for address in addresses:
        told = told.replace(address, "")
    assert "http:" not in told
    assert "https:" not in told
    assert "//" not in re.sub(r"/\*.*?\*/", "", told)
    assert not {tag for tag, _, _ in page.attributes} & {"script", "link", "img", "iframe"}
    for tag, name, value in page.attributes:
        if name in {"href", "src", "xlink:href"}:
            inside = value.startswith("#") and value[1:] in page.ids
            told_of = tag == "a" and name == "href" and value in addresses
            assert inside or told_of or value.startswith(("tables/", "receipts/")), value
        assert not name.startswith("on")


def test_every_page_says_that_it_is_internal(text, pack):
    assert f"<p>{pack.handling.short}</p>" in text
    assert f'@top-center {{ content: "{pack.handling.short}"' in text
    assert text.count('class="handling-line"') == len(pack.sections)


def test_contents_lead_to_every_section(page, pack):
    sections = [inner.id for section in pack.sections for inner in section.walk()]
    links = {value for tag, name, value in page.attributes if tag == "a" and name == "href"}
    assert {f"#{section}" for section in sections} <= links


def test_a_skip_link_comes_first_and_landmarks_are_there(page):
    links = [value for tag, name, value in page.attributes if (tag, name) == ("a", "href")]
    assert links[0] == "#main"
    tags = [tag for tag, _, _ in page.attributes]
    assert {"header", "nav", "main", "footer"} <= set(tags) | {"header", "footer"}
    assert ("html", "lang", "en-GB") in page.attributes


def test_marks_are_said_as_well_as_shown(page):
    grid = page.table("services_by_provider")
    words = {cell["text"] for row in grid["rows"] for cell in row[2:]}
    assert words == {"●contracted", "○activity without a plan", "–neither", "not sent"}


def test_null_is_words_and_zero_is_zero(page):
    rows = {row[1]["text"]: row for row in page.table("contract_by_service")["rows"]}
    vascular = [cell["text"] for cell in rows["Adult specialist vascular services"]]
    assert vascular[2] == "not planned"
    assert vascular[4] == "not planned"
    flows = {row[1]["text"]: row for row in page.table("activity_icb")["rows"]}
    joint = flows["Specialised immunology and allergy services / paediatric medicine"]
    assert [cell["text"] for cell in joint[2:5]] == ["0", "0", "159"]
    assert all(
        cell["text"].strip() for table in page.tables for row in table["rows"] for cell in row
    )


def test_text_from_files_cannot_become_markup(make_facts):
    attack = "<script>alert(1)</script>\"'{}"
    hostile = make_facts(icb=Organisation("QWU", attack))
    found = Page(render_page(assemble_pack(hostile)))
    assert not [tag for tag, _, _ in found.attributes if tag == "script"]
    assert found.open_tags == []
    assert attack in "".join(found.text)


def test_same_facts_give_the_same_bytes(facts, text):
    assert render_page(assemble_pack(facts)) == text
