"""Sections made from evidence: what they print, what they never confuse, and that words are rows."""

from dataclasses import replace

import pytest

from speccomm.jobs.recounting.evidence import count_evidence
from speccomm.publishing.assembly import assemble_pack
from speccomm.publishing.evidence_facts import no_evidence
from speccomm.publishing.model import BadPack, PackTable, Unit
from speccomm.publishing.naming import open_namer
from speccomm.publishing.receipts.words import words_of
from speccomm.publishing.rendering.page_tables import page_table
from speccomm.publishing.sections.case_for_change import case_for_change_section
from speccomm.publishing.sections.deep_dives import deep_dives_section
from speccomm.publishing.sections.definitions import definitions_section
from speccomm.publishing.sections.fragile import fragile_section
from speccomm.publishing.sections.priorities import priorities_section
from speccomm.publishing.sections.quality_overview import quality_overview_section
from speccomm.publishing.sections.service_profiles import service_profiles_section
from speccomm.publishing.sections.surveillance import surveillance_section
from tests.unit.publishing.evidence_made import ON, concern, made_evidence, statements

NAMER = open_namer()
REGION = {"providers:Y60": ("RJC", "RKB", "RLT", "RRK", "RWE", "RYG")}
OF_EVIDENCE = ("case", "quality", "profiles", "surveillance", "fragile", "deep-dives", "priorities")
SECTIONS = (
    quality_overview_section,
    service_profiles_section,
    surveillance_section,
    fragile_section,
    deep_dives_section,
    priorities_section,
)


@pytest.fixture(scope="module")
def told(make_facts):
    return make_facts(evidence=made_evidence(), sets=REGION)


@pytest.fixture(scope="module")
def silent(make_facts):
    return make_facts(evidence=no_evidence(ON, financial_year="2024-25"))


def table(section, name) -> PackTable:
    return next(t for t in section.tables() if t.id == name)


def rows(section, name, key):
    return {row[key]: row for row in table(section, name).records()}


def shown(section, name, key, column):
    """The cells of a column as the page prints them, by the heading of their row."""
    view = page_table(table(section, name))
    cells = [{c.name: cell.text for c, cell in row} for row in view.rows]
    return {row[key]: row[column] for row in cells}


def words(section):
    from speccomm.publishing.model import Definitions, Points, Prose

    found = []
    for part in section.walk():
        for block in part.blocks:
            if isinstance(block, Prose):
                found += block.paragraphs
            elif isinstance(block, Points):
                found += [block.lead, *block.points]
            elif isinstance(block, Definitions):
                found += [f"{name}: {meaning}" for name, meaning in block.entries]
    return " ".join(found)


def test_the_overview_tells_yes_no_not_looked_at_and_not_applicable_apart(told):
    section = quality_overview_section(told, NAMER)
    by = {name: shown(section, "quality_overview", "service", name)
          for name in ("has_ssqd", "has_network", "complaints", "units")}  # fmt: skip
    vascular, dialysis = "Adult specialist vascular services", "Renal dialysis"
    assert by["has_ssqd"][vascular] == "● yes"
    assert by["has_network"][vascular] == "– not applicable"
    assert by["complaints"][vascular] == "○ no"
    assert by["complaints"][dialysis] == "? not looked at"
    assert by["units"] == {vascular: "3", dialysis: "1",
                           "Adult specialist services for people living with HIV": "not said"}  # fmt: skip


def test_events_before_the_window_are_not_counted_and_who_said_so_is_in_the_file(told):
    row = rows(quality_overview_section(told, NAMER), "quality_overview", "service_code")[
        "NCBPS30Z"
    ]
    assert row["safety_events_rows"] == 2
    assert row["has_ssqd_said_by"] == "network manager"
    assert row["complaints_said_on"].isoformat() == "2024-01-09"


def test_a_register_nobody_filled_is_not_collected_and_neither_no_nor_not_looked_at(make_facts):
    evidence = made_evidence(ssqd=[], complaints=[], looks=[])
    section = quality_overview_section(make_facts(evidence=evidence), NAMER)
    assert set(shown(section, "quality_overview", "service", "has_ssqd").values()) == {
        "not collected"
    }
    answers = rows(section, "quality_answers", "column")
    assert answers["has_ssqd"]["not_collected"] == 3
    assert answers["has_ssqd"]["not_looked_at"] == 0


def test_answers_in_words_are_those_of_the_rows(told):
    section = quality_overview_section(told, NAMER)
    listed = rows(section, "quality_overview", "service_code").values()
    for question in table(section, "quality_answers").records():
        held = [row[question["column"]] for row in listed]
        for answer in ("yes", "no", "not looked at", "not applicable"):
            assert question[answer.replace(" ", "_")] == held.count(answer)
    assert f"lists {('no', 'one', 'two', 'three')[len(listed)]} services" in words(section)


def test_no_service_stands_twice_in_the_overview(told):
    listed = table(quality_overview_section(told, NAMER), "quality_overview").records()
    named = [row["service"] for row in listed]
    assert len(named) == len(set(named))


def test_a_profile_says_what_is_known_subject_by_subject(told):
    section = service_profiles_section(told, NAMER)
    profile = next(s for s in section.sections if s.id == "profile-ncbps30z")
    told_of = words(profile)
    assert profile.folded
    assert "Three providers of the Midlands (1 East Midlands and 2 West Midlands)" in told_of
    assert "two of them local" in told_of
    assert "One hub with one spoke" in told_of
    assert "serious incident (2); at RKB (2)" in told_of
    assert "wrong" not in told_of
    assert "None known: somebody looked (said by network manager, 9 January 2024)" in told_of
    assert "13 quarterly measures" in told_of
    assert "1 is below the standard" in told_of
    assert "told in private" not in told_of


def test_providers_of_a_profile_are_counted_from_its_rows(told):
    for profile in service_profiles_section(told, NAMER).sections:
        listed = next(b for b in profile.blocks if isinstance(b, PackTable)).records()
        assert profile.gist.startswith(("no", "one", "two", "three")[len(listed)])
        assert len({row["provider_code"] for row in listed}) == len(listed)


def test_a_service_without_evidence_says_so(make_facts):
    evidence = made_evidence(provision=[], surveillance=[])
    section = service_profiles_section(make_facts(evidence=evidence), NAMER)
    profile = next(s for s in section.sections if s.id == "profile-ncbps14a")
    assert "No register says anything of this service" in words(profile)
    assert "no evidence" in profile.gist


def test_the_highlight_report_says_how_each_concern_moved(told):
    section = surveillance_section(told, NAMER)
    moved = {row["account"].split(".")[0]: row["movement"]
             for row in table(section, "surveillance_report").records()}  # fmt: skip
    assert moved == {
        "Beds": "Raised from routine to enhanced",
        "Lists": "No change: enhanced since 1 September 2023",
    }
    said = words(section)
    assert "Two concerns about one service are at enhanced level" in said
    assert "No service is at intensive level" in said
    assert "one came in or rose and one left the report" in said
    assert "Letters: Adult specialist vascular services" in said
    assert "closed on 15 January 2024" in said


def test_a_concern_that_was_lowered_leaves_the_report(make_facts):
    said = [concern("Beds", "RKB", "enhanced", ON.replace(year=2023)),
            concern("Beds", "RKB", "routine", ON.replace(day=20))]  # fmt: skip
    section = surveillance_section(make_facts(evidence=made_evidence(surveillance=said)), NAMER)
    assert table(section, "surveillance_report").rows.num_rows == 0
    assert "lowered to routine on 20 January 2024" in words(section)


def test_fragile_services_are_counted_as_the_list_behind(told):
    section = fragile_section(told, NAMER)
    by_area, by_icb, listed = (
        table(section, name) for name in ("fragile_by_area", "fragile_by_icb", "fragile_list")
    )
    assert by_area.total()["services"] == by_icb.total()["services"] == listed.rows.num_rows == 5
    areas = rows(section, "fragile_by_area", "area_name")
    assert [areas[n]["services"] for n in ("Whole region", "East Midlands", "West Midlands")] == [
        1,
        1,
        3,
    ]
    assert areas["West Midlands"]["generic"] == 1
    assert "Five entries for the Midlands are on the register" in words(section)


def test_overdue_reviews_of_the_icb_are_marked(told):
    section = fragile_section(told, NAMER)
    own = rows(section, "fragile_own", "specialty")
    assert own["Fetal medicine"]["overdue"] == "OVERDUE by one day"
    assert own["Aseptic pharmacy"]["overdue"] == "due 1 March 2024"
    assert set(own) == {"Fetal medicine", "Aseptic pharmacy"}
    assert "one of them with a review that is overdue" in words(section)


def test_each_priority_of_the_icb_has_a_page_with_every_field(told):
    section = priorities_section(told, NAMER)
    assert all(inner.alone for inner in section.sections)  # a page of its own in print
    assert [page.title for page in section.sections] == ["WC1: Neonatal care"]
    told_of = words(section)
    for field in ("Lead and reference", "Delegation status", "On the risk register", "Scope",
                  "National priorities", "What is the problem?", "What are we looking to achieve?",
                  "Specific partners", "How will we know if things have improved?"):  # fmt: skip
        assert field in told_of
    assert "? Not looked at" in told_of
    assert "Of their three deliverables: 1 delivered and 2 late" in told_of
    assert rows(section, "priorities_progress", "priority_reference")["WC1"]["late"] == 2


def test_deep_dives_say_their_state(told):
    assert "One deep dive is recorded: 1 completed." in words(deep_dives_section(told, NAMER))


def test_the_case_for_change_claims_only_what_the_pack_counts(told):
    said = words(case_for_change_section(told))
    assert "Two concerns about services" in said
    assert "Five entries for the Midlands, naming" in said
    assert "two of them of NHS Coventry and Warwickshire ICB" in said
    assert "Neonatal care: Too few cots." in said
    assert "network manager" in said


@pytest.mark.parametrize("make", SECTIONS, ids=lambda make: make.__name__)
def test_without_evidence_a_section_says_that_nothing_was_collected(make, silent):
    said = words(make(silent, NAMER))
    assert "not collected" in said
    assert "OVERDUE" not in said


def test_growth_to_a_month_still_open_to_correction_says_so(make_facts):
    evidence = no_evidence(ON, financial_year="2024-25")
    open_months = ("2023-05", "2023-11", "2023-12")
    said = words(case_for_change_section(make_facts(evidence=evidence)))
    flex = words(
        case_for_change_section(make_facts(evidence=evidence, incomplete_months=open_months))
    )
    sentence = "November 2023 and December 2023 are held as at flex, before corrections."
    assert "flex" not in said
    assert sentence in flex
    assert flex.replace(f" {sentence}", "") == said


def test_without_evidence_the_case_claims_nothing_of_quality(silent):
    said = words(case_for_change_section(silent))
    assert "Which services are fragile was not collected." in said
    assert "Which services are under surveillance was not collected." in said


@pytest.mark.parametrize("emptied", sorted(statements()))
def test_any_one_register_may_be_empty(emptied, make_facts):
    facts = make_facts(evidence=made_evidence(**{emptied: []}), sets=REGION)
    pack = assemble_pack(facts, sections=OF_EVIDENCE)
    count_evidence(pack, facts.evidence)
    assert words_of(pack)


def test_every_figure_of_evidence_is_held_to_its_register(told):
    pack = assemble_pack(told, sections=OF_EVIDENCE)
    counted = count_evidence(pack, told.evidence)
    assert counted["fragile_by_icb", "west+QWU", "services"] == 2
    assert counted["fragile_by_icb", "west+none", "services"] == 1
    assert counted["surveillance_levels", "enhanced", "concerns"] == 2
    assert counted["headlines", "pack", "fragile_services"] == 5


def test_sections_stand_in_the_order_a_board_knows(told):
    pack = assemble_pack(told)
    order = [section.id for section in pack.sections]
    known = ["case", "services", "activity", "contract", "quality", "profiles", "surveillance",
             "fragile", "deep-dives", "priorities", "definitions"]  # fmt: skip
    assert [name for name in order if name in known] == known


def test_a_former_code_is_said_beside_the_code_of_the_map(make_facts):
    evidence = replace(made_evidence(), recorded_as={"RKB": ("RK0",)})
    section = surveillance_section(make_facts(evidence=evidence), NAMER)
    told_of = [row["organisation"] for row in table(section, "surveillance_report").records()]
    assert any("(RKB; some entries recorded as RK0)" in words for words in told_of)


def test_a_figure_that_its_register_denies_makes_no_pack(told, make_facts):
    fewer = made_evidence(fragile_services=statements()["fragile_services"][:3])
    with pytest.raises(BadPack, match="fragile"):
        count_evidence(assemble_pack(told, sections=OF_EVIDENCE), fewer)


def test_links_are_of_public_bodies_and_terms_are_in_order():
    section = definitions_section()
    links = table(section, "links_to_bodies")
    assert {c.unit for c in links.columns} >= {Unit.LINK}
    assert all(row["address"].startswith("https://") for row in links.records())
    terms = [word.split(":")[0] for word in words(section).split() if word]
    assert "PSIRF" in terms
