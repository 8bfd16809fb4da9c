"""The registers are declared whole, and the rulebooks speak of columns and words that exist."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

import speccomm.quality
from speccomm.foundation.errors import UnknownName
from speccomm.foundation.rulebook import rulebooks_root
from speccomm.quality import REGISTERS, evidence_rules, register_named
from speccomm.quality.declaring import Kind
from speccomm.quality.people import looks_like_a_person, points_to_a_person
from speccomm.quality.rules import FLAG_VALUES

RULES = evidence_rules()
SOURCE = "\n".join(p.read_text() for p in Path(speccomm.quality.__file__).parent.glob("*.py"))


@pytest.mark.parametrize("register", REGISTERS.values(), ids=list(REGISTERS))
def test_a_register_names_its_subject_and_its_lists(register) -> None:
    assert len(register.names) == len(set(register.names))
    assert set(register.key) <= set(register.names)
    assert {n for pair in register.in_order for n in pair} <= set(register.names)
    for column in register.columns:
        assert column.meaning
        assert bool(column.choices) == (column.kind in (Kind.CHOICE, Kind.CHOICES))
        assert not column.choices or column.choices in RULES.words
    for flag in register.flags:
        assert {f"{flag}_said_by", f"{flag}_said_on"} <= set(register.names)


def test_flags_have_four_values_and_no_spelling_means_two() -> None:
    assert set(RULES.flags.values()) == set(FLAG_VALUES)
    assert {RULES.flags[word] for word in ("y", "n/a")} == {"yes", "not applicable"}
    written = tomllib.loads((rulebooks_root() / "quality" / "spellings.toml").read_text())
    for words in (written["flag"], *written["choices"].values()):
        spellings = [w.casefold() for kept, others in words.items() for w in (kept, *others)]
        assert len(spellings) == len(set(spellings))


def test_every_header_variant_names_a_column_of_its_register() -> None:
    everywhere = {name for register in REGISTERS.values() for name in register.names}
    for (register, _key), column in RULES.headers.items():
        assert column in (REGISTERS[register].names if register else everywhere)


def test_every_check_is_raised_and_every_raised_check_is_written() -> None:
    assert set(re.findall(r"QUA-[A-Z]\d\d", SOURCE)) == set(RULES.checks)


def test_an_unknown_register_is_met_with_the_nearest() -> None:
    with pytest.raises(UnknownName, match="fragile_services"):
        register_named("fragile_service")


@pytest.mark.parametrize(
    "text", ["quality lead", "NHS England", "UHB", "Medical Director, UHB", "joint committees"]
)
def test_a_role_or_body_is_no_person(text: str) -> None:
    assert not looks_like_a_person(text, RULES)


@pytest.mark.parametrize(
    "text", ["Ada Lovelace", "ADA LOVELACE", "Dr A Lovelace, lead", "lead@example.org", "Ada"]
)
def test_a_name_is_a_person(text: str) -> None:
    assert looks_like_a_person(text, RULES)


def test_what_points_to_a_person_is_named_and_not_repeated() -> None:
    assert points_to_a_person("Patient 943 476 5919 fell", RULES) == "an NHS number"
    assert points_to_a_person("seen by Mrs Lovelace", RULES) == "a title and a name"
    assert points_to_a_person("0121 496 0000 beds, 2,000 staff", RULES) is None
