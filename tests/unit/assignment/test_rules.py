"""Rulebooks are read whole, checked, and turned by named settings only."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from speccomm.assignment import contract_rules, rules
from speccomm.assignment.contract_rules import read_contract_rules
from speccomm.assignment.rules import Target, check_chart, known_rules, read_rules
from speccomm.foundation.errors import UnknownName
from speccomm.foundation.rulebook import BadRulebook, Rulebook


def test_the_flow_chart_has_27_steps_and_14_exits() -> None:
    book = read_rules()
    assert (len(book.chart), len(book.exits)) == (27, 14)
    assert book.name == "cam-2025-26"


def test_an_edition_that_is_not_shipped_is_refused_with_the_nearest() -> None:
    assert known_rules() == ["cam-2025-26"]
    with pytest.raises(UnknownName, match="cam-2025-26"):
        read_rules("cam-2025-27")
    with pytest.raises(UnknownName):
        read_rules("cam-contract-2025-26")


@pytest.mark.parametrize("read", [read_rules, read_contract_rules])
def test_settings_and_their_choices_are_named(read: Any) -> None:
    with pytest.raises(UnknownName, match="both_groupings_category"):
        read().with_settings(both_grouping_category="21")
    with pytest.raises(UnknownName, match="choice of setting both_groupings_category"):
        read().with_settings(both_groupings_category="23")
    assert (
        read().with_settings(both_groupings_category="22").settings["both_groupings_category"]
        == "22"
    )


def test_lists_are_named() -> None:
    with pytest.raises(UnknownName, match="uk_wide_lines"):
        read_rules().with_lists(uk_wide_line=())


def test_a_step_that_leads_nowhere_is_refused() -> None:
    book = read_rules()
    lost = replace(book.chart["A"], yes=Target("NOWHERE", is_exit=True))
    with pytest.raises(BadRulebook, match="unknown exit 'NOWHERE'"):
        check_chart(replace(book, chart={**book.chart, "A": lost}))


def test_steps_in_a_ring_are_refused() -> None:
    book = read_rules()
    back = replace(book.chart["C-6"], yes=Target("A", is_exit=False))
    with pytest.raises(BadRulebook, match="ring"):
        check_chart(replace(book, chart={**book.chart, "C-6": back}))


def broken(text: str, old: str, new: str, folder: Path) -> Any:
    """A reader of rulebooks that finds one rulebook with some of its text replaced."""
    assert old in text
    (folder / "assignment").mkdir()
    (folder / "assignment" / "cam-contract-2025-26.toml").write_text(text.replace(old, new))

    def read(name: str) -> Rulebook:
        from speccomm.foundation.rulebook import read_rulebook

        return read_rulebook(name, root=folder)

    return read


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('when = "amber"', 'when = "yellow"', "condition 'yellow'"),
        ('reason = "C_0b_3"', 'reason = "C_0b_33"', "reason 'C_0b_33'"),
        (
            'source = "host", gives = "hub_code"',
            'source = "hub", gives = "hub_code"',
            "source 'hub'",
        ),
        ('when = "anything_else"', 'when = "green"', "must end with"),
    ],
)
def test_a_contract_rulebook_with_unknown_words_is_refused(
    old: str, new: str, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shipped = rules.rulebooks_root() / "assignment" / "cam-contract-2025-26.toml"
    reader = broken(shipped.read_text(encoding="utf-8"), old, new, tmp_path)
    monkeypatch.setattr(contract_rules, "read_rulebook", reader)
    with pytest.raises(BadRulebook, match=message):
        read_contract_rules()
