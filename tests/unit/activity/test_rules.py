"""The rulebooks of this domain, and what is refused of others."""

import re
from dataclasses import replace

import pytest

from speccomm.activity.findings import activity_findings, findings_table
from speccomm.activity.rules import CHOICES, CONTRACT_RULEBOOK, contract_rules
from speccomm.foundation.errors import UnknownName
from speccomm.foundation.findings import FINDINGS_SCHEMA
from speccomm.foundation.rulebook import BadRulebook, read_rulebook


def test_the_shipped_rules_are_the_suggested_ones():
    rules = contract_rules()
    assert (rules.plan_source, rules.month_0, rules.fixed_elements) == (
        "auto", "twelfths", "extrapolate",
    )  # fmt: skip
    assert rules.with_plan_source(None) is rules
    assert rules.with_plan_source("iap").plan_source == "iap"


@pytest.mark.parametrize("name", CHOICES)
def test_a_choice_that_does_not_exist_is_refused(name):
    with pytest.raises(UnknownName):
        replace(contract_rules(), **{name: "otherwise"})


@pytest.mark.parametrize("section", ["plan", "effects", "forecast"])
def test_a_rulebook_without_a_section_is_refused(section):
    book = read_rulebook(CONTRACT_RULEBOOK)
    without = replace(book, rules={n: r for n, r in book.rules.items() if n != section})
    with pytest.raises(BadRulebook, match=section):
        contract_rules(without)
    emptied = replace(book, rules={**book.rules, section: {}})
    with pytest.raises(BadRulebook, match="does not give"):
        contract_rules(emptied)


def test_every_finding_has_a_number_a_level_and_a_remedy():
    say = activity_findings()
    assert all(re.fullmatch(r"ACT-\d{3}", check) for check in say.sentences)
    assert len(say.sentences) >= 20
    book = read_rulebook("activity/findings")
    bad = replace(
        book, rules={"checks": {"ACT-001": {"level": "loud", "sentence": "", "remedy": ""}}}
    )
    with pytest.raises(BadRulebook, match="ACT-001"):
        activity_findings(bad)


def test_no_findings_is_an_empty_table():
    assert findings_table([]).schema == FINDINGS_SCHEMA
    assert findings_table([]).num_rows == 0
