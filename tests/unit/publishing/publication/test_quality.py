"""Quality in a publication: counts and answers about services go out, events of few and words do not."""

import pytest

from speccomm.publishing.assembly import assemble_pack
from speccomm.publishing.evidence_facts import no_evidence
from speccomm.publishing.leaving import PublicationPack
from speccomm.publishing.model import Pack
from speccomm.publishing.publication import publishable
from speccomm.publishing.rendering.files import pack_files
from speccomm.publishing.rendering.formats import Format
from tests.unit.publishing.evidence_made import ON, VASCULAR, entry, made_evidence

REGION = {"providers:Y60": ("RJC", "RKB", "RLT", "RRK", "RWE", "RYG")}
SECTIONS = (
    "headlines",
    "quality",
    "profiles",
    "surveillance",
    "fragile",
    "deep-dives",
    "priorities",
)
PRIVATE = ("beds are closed", "fetal medicine", "aseptic pharmacy")
MANY = 12


def with_complaints(number):
    return [
        entry("complaints", complaint_reference=f"C{n}", service_code=VASCULAR, provider_code="RKB",
              received_on=ON)
        for n in range(number)
    ]  # fmt: skip


@pytest.fixture(scope="module")
def inside(make_facts) -> Pack:
    evidence = made_evidence(complaints=with_complaints(MANY))
    return assemble_pack(make_facts(evidence=evidence, sets=REGION), sections=SECTIONS)


@pytest.fixture(scope="module")
def outside(inside) -> PublicationPack:
    return publishable(inside)


def table(pack: Pack, name: str):
    return next(t for t in pack.tables() if t.id == name)


def test_few_safety_events_are_hidden_and_many_complaints_rounded(inside, outside) -> None:
    before = {row["service_code"]: row for row in table(inside, "quality_overview").records()}
    after = {row["service_code"]: row for row in table(outside, "quality_overview").records()}
    assert (before[VASCULAR]["safety_events_rows"], before[VASCULAR]["complaints_rows"]) == (
        2,
        MANY,
    )
    assert (after[VASCULAR]["safety_events_rows"], after[VASCULAR]["complaints_rows"]) == ("*", 10)
    assert after[VASCULAR]["safety_events"] == "yes"
    assert after[VASCULAR]["units"] == before[VASCULAR]["units"]
    assert list(after) == list(before)  # in order of priority, whatever is hidden


def test_answers_and_counts_of_services_are_as_they_are(inside, outside) -> None:
    for name in ("quality_answers", "surveillance_levels", "fragile_by_area", "fragile_by_icb"):
        assert table(outside, name).records() == table(inside, name).records()


def test_words_about_events_and_concerns_are_in_no_file(inside, outside) -> None:
    files = pack_files(outside, (Format.HTML, Format.CSV))
    texts = {name: file.decode("utf-8").casefold() for name, file in files.items()}
    held = "".join(str(table.rows.to_pylist()) for table in inside.tables()).casefold()
    for words in PRIVATE:
        assert words in held
        assert not [name for name, text in texts.items() if words in text]


def test_what_is_left_out_of_quality_is_said(inside, outside) -> None:
    said = " ".join(outside.facts["left_out"])
    for name in ("surveillance_report", "surveillance_history", "fragile_own", "fragile_list"):
        assert f"Left out is the table {table(inside, name).title}, as it says in words" in said
    assert "Left out is the section Deep dives, as its words were written for inside" in said
    assert {s.id for s in outside.sections} >= {"quality", "surveillance", "fragile"}
    assert not {s.id for s in outside.sections} & {"profiles", "deep-dives", "priorities"}


def test_registers_that_nobody_filled_leave_their_section_out(make_facts) -> None:
    silent = make_facts(evidence=no_evidence(ON, financial_year="2024-25"))
    pack = publishable(assemble_pack(silent, sections=("headlines", "quality", "fragile")))
    assert [section.id for section in pack.sections] == ["headlines"]
    assert "nothing was ever recorded in its registers" in " ".join(pack.facts["left_out"])
