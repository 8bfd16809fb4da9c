"""The words: singular and plural, shares that round, names in capitals, and true sentences."""

from decimal import Decimal

import pytest

from speccomm.foundation.periods import FinancialMonth
from speccomm.publishing import facts as shapes
from speccomm.publishing.assembly import assemble_pack
from speccomm.publishing.model import Caution, Prose
from speccomm.publishing.naming import open_namer, short_icb_name, short_provider_name
from speccomm.publishing.wording import (
    say_activity,
    say_count,
    say_financial_months,
    say_millions,
    say_percent,
    say_period,
    say_pounds,
    say_share,
)


def month(text):
    return FinancialMonth.parse_calendar(text)


def sentences(pack, section_id):
    found = []
    for top in pack.sections:
        for section in top.walk():
            if section.id == section_id:
                for block in section.blocks:
                    if isinstance(block, Prose):
                        found += block.paragraphs
                    if isinstance(block, Caution):
                        found += block.sentences
    return " ".join(found)


@pytest.mark.parametrize(
    ("number", "words"), [(0, "no rows"), (1, "one row"), (2, "two rows"), (2345, "2,345 rows")]
)
def test_counts_agree_with_their_noun(number, words):
    assert say_count(number, "row") == words


@pytest.mark.parametrize(
    ("part", "whole", "words"),
    [
        (0, 10, "0%"),
        (1, 1000, "under 1%"),
        (999, 1000, "over 99%"),
        (10, 10, "100%"),
        (1, 0, "none"),
    ],
)
def test_a_share_is_never_nothing_of_something_nor_all_of_less(part, whole, words):
    assert say_share(part, whole) == words


def test_money_and_activity_in_words():
    assert say_pounds(Decimal("1234.50")) == "£1,235"
    assert say_pounds(Decimal("-1234.40"), with_sign=True) == "−£1,234"
    assert say_pounds(Decimal("0.20")) == "under £1"
    assert say_pounds(Decimal(0), with_sign=True) == "£0"
    assert say_pounds(None, missing="not planned") == "not planned"
    assert say_millions(Decimal("41250000")) == "£41.3 million"
    assert say_millions(Decimal("-999999")) == "−£999,999"
    assert say_activity(Decimal("274597.000")) == "274,597"
    assert say_activity(Decimal("0.4")) == "under 1"
    assert say_percent(Decimal("0.01")) == "under 0.1%"


def test_periods_in_words():
    assert say_period(month("2023-04"), month("2023-12")) == "April to December 2023"
    assert say_period(month("2023-12"), month("2024-05")) == "December 2023 to May 2024"
    assert say_financial_months(month("2023-04"), month("2023-12")) == "months 1 to 9 of 2023/24"
    crossing = say_financial_months(month("2024-02"), month("2024-05"))
    assert crossing == "month 11 of 2023/24 to month 2 of 2024/25"


def test_names_sent_in_capitals_are_written_as_sentences():
    namer = open_namer()
    assert namer.say("RENAL SERVICES") == "Renal services"
    assert namer.say("HIV") == "HIV"
    assert namer.say("BARDET-BIEDL SYNDROME SERVICE (CHILDREN)") == (
        "Bardet-Biedl syndrome service (children)"
    )
    assert namer.say("BEHC\N{COMBINING CEDILLA}ET'S SYNDROME") == "Behçet's syndrome"
    assert namer.say("Wye Valley NHS Trust") == "Wye Valley NHS Trust"
    assert namer.say(None) == "name not known"
    assert short_icb_name("NHS Black Country Integrated Care Board") == "NHS Black Country ICB"
    assert short_provider_name("Wye Valley NHS Trust") == "Wye Valley"


def test_sentences_of_the_made_up_pack_are_true(facts):
    pack = assemble_pack(facts)
    flows = sentences(pack, "activity-icb")
    assert "153,201 units of activity: 123,696 (81%) for the ICB’s own patients" in flows
    assert "received 135,857 units: 91% from its own providers and 12,161 units (9%)" in flows
    money = sentences(pack, "contract")
    assert "plan £18.4 million, actual £20.3 million, £1.9 million (10.3%) above plan" in money
    assert "£45,000 of the plan is on services for which nothing was sent" in money
    assert "One provider is above plan and one provider below, of four providers" in money
    unknown = sentences(pack, "activity-unknown")
    assert "201 of the 165,362 units (under 1%) lead to no clinical reference group" in unknown
    assert "They were sent under two service codes by two providers" in unknown


def test_one_of_anything_is_singular(make_facts):
    one = make_facts(
        unknown_flows=make_facts().unknown_flows.slice(1),
        findings=make_facts().findings.slice(2, 1),
    )
    pack = assemble_pack(one)
    assert "It was sent under one service code by one provider" in sentences(
        pack, "activity-unknown"
    )
    assert "One finding of one check" in sentences(pack, "refusals-refused")
    assert "There are no warnings." in sentences(pack, "refusals-warned")


def test_a_year_crossed_is_said_and_flex_months_are_named(make_facts):
    pack = assemble_pack(
        make_facts(first_month=month("2023-02"), incomplete_months=("2023-11", "2023-12"))
    )
    words = sentences(pack, "contract")
    assert "The pack’s period begins in 2022-23" in words
    assert "November 2023 and December 2023 are held as at flex, before corrections" in words
    assert "Two months of the period held no activity rows." in sentences(pack, "activity-months")


def test_an_empty_contract_and_no_findings_are_said_and_not_drawn(make_facts):
    pack = assemble_pack(
        make_facts(
            contract=shapes.row_of([], shapes.CONTRACT),
            contract_last_month=None,
            findings=shapes.row_of([], shapes.FINDINGS),
            coverage=shapes.row_of([], shapes.COVERAGE),
            unknown_flows=shapes.row_of([], shapes.UNKNOWN_FLOWS),
        )
    )
    assert "No contract file loaded" in sentences(pack, "contract")
    assert sentences(pack, "refusals-refused") == "Nothing was refused."
    assert "chart-bridge" not in {chart.id for chart in pack.charts()}
    assert "Every unit of activity" in sentences(pack, "activity-unknown")
