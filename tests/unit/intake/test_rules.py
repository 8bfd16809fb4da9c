"""The intake rulebooks say what they must, in sentences that can be filled."""

import re

import pytest

from speccomm.foundation.findings import Level
from speccomm.foundation.rulebook import read_rule_table
from speccomm.intake.across import ACROSS
from speccomm.intake.cells import CLEAN_TYPES, ROW_BY_ROW_KINDS
from speccomm.intake.rows import PREDICATES
from speccomm.intake.rules import DATASETS, UnknownDataset, header_key, intake_rules
from speccomm.intake.values import FLAG_CHECKS
from speccomm.jobs.loading.lookups import CODE_LISTS
from speccomm.warehouse.tables import ROW_TABLES

RULES = intake_rules()
CHECKS = list(RULES.checks.values())
FIELDS = [(dataset, field) for dataset in DATASETS for field in RULES.fields[dataset]]
BY_HAND = {
    "CHK-S01", "CHK-S02", "CHK-S03", "CHK-S04", "CHK-N08", "CHK-N09", "CHK-N11", "CHK-N13", "CHK-F05M", "CHK-C01",
    "CHK-C03", "CHK-C07",
}  # fmt: skip
RUNNABLE = {*FLAG_CHECKS.values(), *PREDICATES, *ACROSS, *BY_HAND}
# Inputs that this version takes; a check that needs another cannot run yet and says so.
INPUTS = {"acm", "plcm", "iap", "calendar", "opt_outs", "previous_load"}


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.check_id)
def test_each_check_is_whole(check) -> None:
    assert re.fullmatch(r"CHK-[SNFCAP]\d\d[A-Z]?", check.check_id)
    assert check.scope in ("value", "row", "file", "slice", "submission")
    assert set(check.datasets) <= set(DATASETS)
    for text in (check.sentence, check.remedy):
        assert text.endswith(".")
        assert text[0].isupper() or text.startswith("{field}")
        assert "  " not in text
    named = set(re.findall(r"\{(\w+)\}", check.sentence + check.remedy))
    assert named <= {"field", "list", *RULES.settings}
    assert ("field" in named) <= (check.scope in ("value", "file"))


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.check_id)
def test_each_check_runs_or_names_the_input_it_lacks(check) -> None:
    runs = check.check_id in RUNNABLE
    assert runs == (set(check.inputs) <= INPUTS)


def test_every_check_the_code_makes_is_in_the_rulebook() -> None:
    assert set(RULES.checks) >= RUNNABLE


def test_levels_by_list_name_lists_that_fields_use() -> None:
    used = {field.code_list for _, field in FIELDS if field.code_list}
    for check in CHECKS:
        assert set(check.list_levels) <= used
    assert used <= {*CODE_LISTS, "commissioners", "payers", "yes_no"}


@pytest.mark.parametrize(
    ("dataset", "field"), FIELDS, ids=[f"{dataset}-{field.column}" for dataset, field in FIELDS]
)
def test_each_field_is_whole(dataset, field) -> None:
    known = {*CLEAN_TYPES, *ROW_BY_ROW_KINDS, "postcode"}
    assert field.kind in known
    assert field.field_name == field.field_name.strip().upper()
    if field.kept_in_store:
        assert field.column in ROW_TABLES[dataset].names
    else:
        assert field.column not in ROW_TABLES[dataset].names
    placing = field.column in ("financial_month", "financial_year", "provider_code")
    if placing:
        assert field.blank_level is Level.REFUSE
    if field.kind in ("gbp", "activity", "quantity"):
        assert field.unreadable_level is Level.REFUSE


def test_a_mandation_that_was_not_found_is_assumed_and_only_warns() -> None:
    for dataset, field in FIELDS:
        assert (field.blank_level is None) == (field.blank_basis is None), field
        if field.blank_basis == "assumed":
            assert field.blank_level is Level.WARNING, (dataset, field.field_name)


def test_no_header_leads_to_two_columns() -> None:
    for dataset in DATASETS:
        columns = {field.column for field in RULES.fields[dataset]}
        led: dict[str, set[str]] = {}
        for row in read_rule_table("intake/header_variants"):
            if row["column"] in columns:
                led.setdefault(header_key(row["header"]), set()).add(row["column"])
        for field in RULES.fields[dataset]:
            for name in (field.column, field.field_name):
                led.setdefault(header_key(name), set()).add(field.column)
        assert all(len(found) == 1 for found in led.values()), dataset
        assert set(RULES.header_columns[dataset].values()) == columns


def test_every_header_variant_is_of_some_field() -> None:
    columns = {field.column for _, field in FIELDS}
    assert {row["column"] for row in read_rule_table("intake/header_variants")} <= columns


def test_shares_are_exact() -> None:
    assert str(RULES.amount("shrink_share")) == "0.15"


def test_an_unknown_data_set_is_refused_with_the_known_ones() -> None:
    with pytest.raises(UnknownDataset, match="acm, plcm, drplcm, deplcm, iap"):
        RULES.dataset_fields("slam")
