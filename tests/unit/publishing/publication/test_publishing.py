"""A pack on its way out: what is hidden stays hidden in every table, chart, sentence and file."""

import csv
import io
import json
import re
import zipfile
from dataclasses import replace
from decimal import Decimal
from itertools import product

import pytest

from speccomm.publishing.assembly import assemble_pack
from speccomm.publishing.leaving import InternalPack, ProtectedTable, PublicationPack
from speccomm.publishing.model import EditorWords, Pack, Unit
from speccomm.publishing.publication import publishable, read_releases, record_release
from speccomm.publishing.publication.care import Asked, Care, asked_by
from speccomm.publishing.publication.lines import lines_of
from speccomm.publishing.publication.releases import BadLedger
from speccomm.publishing.publication.words import Wording
from speccomm.publishing.rendering.files import pack_files
from speccomm.publishing.rendering.formats import Format
from speccomm.publishing.sourcing import Of
from speccomm.publishing.suppression import NotThroughTheDoor
from tests.unit.publishing.pdf_reader import Document

SECTIONS = ("headlines", "activity", "contract", "refusals", "receipts", "definitions")
SMALL = range(1, 8)
LARGE = 1000
EVERY = (Format.HTML, Format.CSV, Format.XLSX, Format.PDF, Format.PPTX)


@pytest.fixture(scope="module")
def inside(facts) -> InternalPack:
    """The internal pack, with the sections that may be published and one that may not."""
    pack = assemble_pack(facts, sections=SECTIONS)
    values = {of: {""} for of in (Of.CRG, Of.SERVICE, Of.PROVIDER)}
    for table in pack.tables():
        for line in lines_of(table):
            for of, found in line.values.items():
                if of in values:
                    values[of].add(found)
    return replace(pack, met=frozenset(product(*values.values())))


@pytest.fixture(scope="module")
def outside(inside) -> PublicationPack:
    return publishable(inside)


@pytest.fixture(scope="module")
def files(outside) -> dict[str, bytes]:
    return pack_files(outside, EVERY)


def counts(pack: Pack):
    """Every count of activity of a pack by table, row and column, totals among them."""
    for table in pack.tables():
        columns = [c for c in table.columns if c.unit is Unit.ACTIVITY]
        for line in lines_of(table):
            for column in columns:
                yield (table.id, line.key, column.name), line.cells.get(column.name)


def test_small_counts_are_marks_and_the_rest_is_rounded(inside, outside) -> None:
    true, shown = dict(counts(inside)), dict(counts(outside))
    assert shown
    hidden = 0
    for place, cell in shown.items():
        number = true[place]
        if number is not None and 0 < number < Decimal("7.5"):
            assert cell == "*"
            hidden += 1
        elif number == 0:
            assert cell == 0
        elif isinstance(cell, Decimal | int):
            assert cell % 5 == 0
    assert hidden


def test_a_row_beside_a_hidden_count_shows_no_money(outside) -> None:
    for table in outside.tables():
        counted = [c.name for c in table.columns if c.unit is Unit.ACTIVITY]
        money = [c.name for c in table.columns if c.unit in {Unit.GBP, Unit.PERCENT}]
        for row in table.records():
            if "*" in [row.get(name) for name in counted]:
                assert not any(isinstance(row.get(name), Decimal) for name in money)


def test_no_file_holds_a_true_count_that_is_not_shown(inside, outside, files) -> None:
    shown = {cell for _, cell in counts(outside) if isinstance(cell, Decimal | int)}
    true = {cell for _, cell in counts(inside) if cell is not None and cell >= LARGE}
    secret = {int(number) for number in true if number % 1 == 0} - {int(n) for n in shown}
    assert secret
    texts = {path: " ".join(texts_of(data)) for path, data in files.items()}
    assert {"pack.pdf", "pack.pptx", "pack.xlsx"} <= texts.keys()
    for number in secret:
        for written in (str(number), f"{number:,}"):
            alone = re.compile(rf"(?<![\d.,#-]){re.escape(written)}(?![\d,.])")
            found = [path for path, text in texts.items() if alone.search(text)]
            assert not found, f"{written} stands in {found}"


def texts_of(data: bytes):
    """The text of a file, and of every part of one that is an archive, such as a chart's data."""
    if data[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for name in archive.namelist():
                yield from texts_of(archive.read(name))
    elif data[:4] == b"%PDF":
        yield from Document(data).pieces()
    else:
        yield data.decode("utf-8", "ignore")


def test_files_tell_zero_from_hidden_from_none(inside, files) -> None:
    true = dict(counts(inside))
    seen = set()
    for (table, key, column), number in true.items():
        path = f"tables/{table}.csv"
        if path not in files:
            continue
        rows = csv.DictReader(io.StringIO(files[path].decode()))
        cells = {row["receipt"].rsplit(".", 1)[-1]: row[column] for row in rows}
        text = cells.get(key.rsplit(".", 1)[-1])
        if text is None:
            continue
        assert text != ""
        if number == 0:
            assert text == "0"
            seen.add("zero")
        elif number is None:
            assert not text.isdigit()
            assert text != "*"
            seen.add("none")
        elif number in SMALL:
            assert text == "*"
            seen.add("hidden")
    assert {"zero", "hidden"} <= seen


def test_charts_hold_no_small_number(outside) -> None:
    charts = list(outside.charts())
    assert charts
    for chart in charts:
        assert not [n for n in numbers_in(vars(chart.specification.plot)) if n in SMALL]


def numbers_in(value):
    if isinstance(value, Decimal):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from numbers_in(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from numbers_in(each)
    elif hasattr(value, "__dict__"):
        yield from numbers_in(vars(value))


def test_receipts_say_the_method_and_count_no_rows(outside, files) -> None:
    manifest = json.loads(files["manifest.json"])
    assert manifest["suppression"].startswith("hes, rulebook publishing/suppression_hes version")
    assert "accepted_rows" not in files["manifest.json"].decode()
    page = files["receipts/activity_icb.html"].decode()
    assert manifest["suppression"] in page
    assert "--rows" not in page
    assert not outside.counted


def test_what_is_left_out_is_said(outside, files) -> None:
    words = json.loads(files["receipts/words.json"])
    said = " ".join(words["headlines"])
    assert "Left out is the section What was refused and why, as it may name single events" in said
    assert "Left out is the table Loads behind the pack, as it counts" in said
    assert "refusals" not in {section.id for section in outside.sections}
    assert "tables/contract_lines.csv" not in files


def test_every_page_says_that_it_is_for_publication(files) -> None:
    page = files["index.html"].decode()
    assert "Do not publish" not in page
    assert "internal use" not in page
    assert "For publication" in page


def test_a_pack_that_is_neither_is_not_drawn(inside) -> None:
    plain = Pack(**{n: getattr(inside, n) for n in Pack.__dataclass_fields__})
    with pytest.raises(NotThroughTheDoor):
        pack_files(plain, (Format.CSV,))


def test_nobody_makes_a_publication_by_hand(inside) -> None:
    fields = {n: getattr(inside, n) for n in Pack.__dataclass_fields__}
    with pytest.raises(NotThroughTheDoor):
        PublicationPack(**fields)
    table = next(inside.tables())
    with pytest.raises(NotThroughTheDoor):
        ProtectedTable(**{n: getattr(table, n) for n in type(table).__dataclass_fields__})


def test_an_internal_pack_must_say_so(inside) -> None:
    with pytest.raises(NotThroughTheDoor):
        replace(inside, facts={**inside.facts, "suppression": "hes"})


def test_a_publication_is_remembered_once(outside, tmp_path) -> None:
    assert record_release(tmp_path, outside) is not None
    assert record_release(tmp_path, outside) is None
    assert len(read_releases(tmp_path)) == len(outside.record)


def test_a_ledger_that_cannot_be_read_stops_the_publication(tmp_path) -> None:
    (tmp_path / "0001_x.json").write_text("{}")
    with pytest.raises(BadLedger, match="0001_x.json"):
        read_releases(tmp_path)


def test_a_publication_is_checked_against_the_one_before(inside, outside, tmp_path) -> None:
    record_release(tmp_path, outside)
    again = publishable(inside, releases=read_releases(tmp_path))
    assert again.facts["checked_against"] == [outside.facts["release"]]
    assert dict(counts(again)) == dict(counts(outside))


@pytest.mark.parametrize(
    ("sentence", "kept"),
    [
        ("A refers to local providers.", True),
        ("Three providers are above plan.", False),
        ("There were 3 of them.", False),
        ("A share of 12% is exported.", False),
        ("Figures are for April to December 2023.", True),
        ("It is shown under What was refused and why.", False),
    ],
)
def test_sentences_with_figures_stay_inside(sentence: str, kept: bool) -> None:
    wording = Wording(["April to December 2023"], ["What was refused and why"], "hes")
    assert wording.may_say(sentence) is kept


def test_an_editors_figures_stay_inside() -> None:
    wording = Wording([], [], "hes")
    words = EditorWords(("Four patients waited. The service is safe.",), "editor", None)
    found = wording.editor(words)
    assert found is not None
    assert found.paragraphs == ("The service is safe.",)


def test_what_a_category_asks_for_is_read_back() -> None:
    asked = Asked(((Of.SERVICE, "S1"), (Of.PROVIDER, "RKB")), only_services=True, wider=True)
    assert asked_by(asked.code) == asked
    assert asked_by("all") == Asked()


def test_a_group_covers_its_services_and_the_rest_of_the_region() -> None:
    care = Care([("A06", "S1", "RKB"), ("A06", "S2", "RJC"), ("", "S9", "RKB")], ["S9"])
    group = Asked(((Of.CRG, "A06"),))
    assert care.covered(group) == {"A06|S1|RKB", "A06|S2|RJC"}
    assert care.covered(replace(group, wider=True)) - care.covered(group) == {"A06|*|*"}
    assert care.covered(Asked(only_services=True)) == care.covered(group)
    assert care.covered(Asked(unknown=True)) == {"|S9|RKB"}
