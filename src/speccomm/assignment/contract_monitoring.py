"""The contract-monitoring variant as Ibis expressions: any number of rows, DuckDB or Spark."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from speccomm.assignment.contract_lookups import (
    ContractLookups,
    YearNotKnown,
    contract_lookup_tables,
)
from speccomm.assignment.contract_rules import (
    YEAR_NOT_KNOWN,
    ContractRule,
    ContractRules,
    Way,
    read_contract_rules,
)
from speccomm.assignment.predicates import YES, all_of, cleaned, is_true, starts, text, within
from speccomm.assignment.tables import CONTRACT_ANSWER, CONTRACT_ROW

__all__ = [
    "ContractLookups",
    "ContractRules",
    "YearNotKnown",
    "assign_contract_rows",
    "contract_lookup_tables",
    "read_contract_rules",
]


def assign_contract_rows(
    rows: ir.Table, lookups: ContractLookups, *, rules: ContractRules
) -> ir.Table:
    """Say for each contract row who most likely pays, under which category, and why.

    Shape:   the rows as given with the columns of tables.CONTRACT_ANSWER added; one row out for
             each row in.
    Missing: blank and null codes are the same; a commissioner that cannot be found stays null and
             reason_code says so; a month no list is held for has reason YEAR_NOT_KNOWN.
    Raises:  nothing about rows; a missing column is an error of the caller.
    Source:  rulebook assignment/cam-contract-2025-26; docs/explanation/commissioner_assignment.md.
    """
    facts = _facts(rows, lookups, rules)
    tests = _tests(facts, rules)
    ruled = facts.mutate(
        cam_rule=ibis.cases(*((tests[rule.when], n) for n, rule in enumerate(rules.rules))),
        specialised=_specialised_or_unknown(facts, rules),
    )
    hosted = _join(ruled, lookups.providers, prefix="host", code="cam_provider_code")
    branches = _branches(rules)
    outcome = ibis.cases(
        *((_reaches(hosted, number, way), n) for n, (number, way) in enumerate(branches))
    )
    decided = _join(hosted.mutate(cam_outcome=outcome), lookups.months, prefix="held", code=None)
    answered = decided.mutate(**_answers(decided, rules, branches))
    return answered.select(*rows.columns, *CONTRACT_ANSWER)


Branch = tuple[int, Way | ContractRule]


def _branches(rules: ContractRules) -> list[Branch]:
    """Every way of every rule in order, each rule's ways followed by its otherwise."""
    branches: list[Branch] = []
    for number, rule in enumerate(rules.rules):
        branches.extend((number, way) for way in rule.find)
        branches.append((number, rule))
    return branches


def _reaches(hosted: ir.Table, number: int, branch: Way | ContractRule) -> ir.BooleanValue:
    ruled = hosted["cam_rule"] == number
    return ruled & _found(hosted, branch) if isinstance(branch, Way) else ruled


def _answers(
    decided: ir.Table, rules: ContractRules, branches: list[Branch]
) -> dict[str, ir.Value]:
    """The three answers of the branch each row ended in; nothing but the reason if its month
    is not held."""
    held = decided["cam_held_delegation_begun"].notnull()
    outcome = decided["cam_outcome"]
    ends = [branch for _, branch in branches]
    none = ibis.null("string")
    category = _by_outcome(outcome, [end.category for end in ends])
    reason = _by_outcome(outcome, [end.reason for end in ends])
    return {
        "derived_commissioner_code": ibis.ifelse(held, _commissioner(decided, ends), none),
        "derived_category_code": ibis.ifelse(held, category, none),
        "reason_code": ibis.ifelse(held, reason, ibis.literal(YEAR_NOT_KNOWN)),
    }


def _facts(rows: ir.Table, lookups: ContractLookups, rules: ContractRules) -> ir.Table:
    """The rows with what the tests look up beside them, in columns whose names begin cam_."""
    joined = rows.mutate(
        **{
            f"cam_{name}": cleaned(rows[name])
            for name, kind in CONTRACT_ROW.items()
            if kind == "string"
        }
    )
    for prefix, table, code in (
        ("gp", lookups.commissioners, "cam_gp_responsibility_code"),
        ("residence", lookups.commissioners, "cam_residence_responsibility_code"),
        ("establishment", lookups.practices, "cam_gp_practice_code"),
        ("month", lookups.months, None),
        ("service", lookups.services, "cam_service_code"),
    ):
        joined = _join(joined, table, prefix=prefix, code=code)
    return joined.mutate(cam_specialised=_is_specialised(joined, rules))


def _join(left: ir.Table, table: ir.Table, *, prefix: str, code: str | None) -> ir.Table:
    """Left join on code (the table's first column), year and, where monthly, month."""
    right = table.rename({f"cam_{prefix}_{name}": name for name in table.columns})
    tests = [left["cam_financial_year"] == right[f"cam_{prefix}_financial_year"]]
    if "financial_month" in table.columns:
        tests.append(left["financial_month"] == right[f"cam_{prefix}_financial_month"])
    if code is not None:
        tests.append(left[code] == right[f"cam_{prefix}_{table.columns[0]}"])
    joined: ir.Table = left.left_join(right, tests)
    return joined.select(*left.columns, *right.columns)


def _tests(facts: ir.Table, rules: ContractRules) -> dict[str, ir.BooleanValue]:
    """Each rule's test, true or false and never null. Keys are contract_rules.CONDITIONS."""
    lists, settings = rules.lists, rules.settings
    service, category = facts["cam_service_code"], facts["cam_category_code"]
    pod, status = facts["cam_pod_code"], facts["cam_service_status"]
    special = facts["cam_specialised"]
    mental = _mental_health(facts, rules)
    catch_all = within(service, lists["dental_catch_all"])
    by_status = ibis.literal(settings["dental_catch_all"] == "by_status")
    dental = (
        (within(facts["cam_treatment_function_code"], lists["dental_treatment_functions"]))
        & ~special
    ) | within(category, lists["dental_categories"])
    return {
        "outside_the_method": within(pod, lists["pods_outside"])
        | within(category, lists["categories_outside"]),
        "devolved_responsibility": ibis.literal(settings["devolved_responsibility"] == "not_tested")
        & _devolved(facts),
        "mental_health_green": mental
        & (text(status) == "GREEN")
        & is_true(facts["cam_month_delegation_begun"]),
        "mental_health": mental,
        "amber": special & (text(status) == "AMBER"),
        "retained": special & (status.isnull() | within(status, lists["retained_statuses"])),
        "dental": dental | (catch_all & ~by_status),
        "health_justice": (
            is_true(facts["cam_establishment_prison"])
            | within(category, lists["health_justice_categories"])
        )
        & ~within(pod, lists["health_justice_not_pods"]),
        "public_health": starts(service, lists["public_health_prefixes"])
        | within(category, lists["public_health_categories"]),
        "armed_forces": is_true(facts["cam_establishment_armed_forces"])
        | within(category, lists["armed_forces_categories"]),
        "green": (special | (catch_all & by_status)) & (text(status) == "GREEN"),
        "anything_else": ibis.literal(YES),
    }


def _mental_health(facts: ir.Table, rules: ContractRules) -> ir.BooleanValue:
    service = facts["cam_service_code"]
    both = within(service, rules.lists["both_groupings"])
    if rules.settings["both_groupings_category"] == "22":
        flagged = is_true(facts["cam_service_mental_health"]) | both
    else:
        flagged = is_true(facts["cam_service_mental_health"]) & ~both
    return flagged & ~within(service, rules.lists["not_mental_health"])


def _devolved(facts: ir.Table) -> ir.BooleanValue:
    """Whether a Welsh board is responsible: through the practice or, without one, residence."""
    return (text(facts["cam_gp_level"]) == "devolved") | (
        facts["cam_gp_responsibility_code"].isnull()
        & (text(facts["cam_residence_level"]) == "devolved")
    )


def _is_specialised(joined: ir.Table, rules: ContractRules) -> ir.BooleanValue:
    lists = rules.lists
    service = joined["cam_service_code"]
    no_code = service.isnull() | within(service, lists["no_service_codes"])
    known = joined["cam_service_line_kind"].notnull()
    return (known & ~no_code & starts(service, lists["specialised_prefixes"])) | (
        no_code & within(joined["cam_category_code"], lists["specialised_category"])
    )


def _specialised_or_unknown(facts: ir.Table, rules: ContractRules) -> ir.BooleanValue:
    """True or false where the line is known or the category tells; null where nobody can say."""
    service = facts["cam_service_code"]
    told = facts["cam_month_delegation_begun"].notnull() & (
        facts["cam_specialised"]
        | facts["cam_service_line_kind"].notnull()
        | within(service, rules.lists["no_service_codes"])
    )
    return ibis.ifelse(told, facts["cam_specialised"], ibis.null("boolean"))


def _found(facts: ir.Table, way: Way) -> ir.BooleanValue:
    """Whether this way of finding a commissioner applies to the row and gives one."""
    tests = []
    if way.level is not None:
        tests.append(text(facts[f"cam_{way.source}_level"]) == way.level)
    if way.delegated is not None:
        delegated = facts[f"cam_{way.source}_delegated"]
        tests.append(is_true(delegated if way.delegated else ~delegated))
    if way.gives != "nothing":
        tests.append(facts[f"cam_{way.source}_{way.gives}"].notnull())
    return all_of(tests)


def _commissioner(decided: ir.Table, ends: list[Way | ContractRule]) -> ir.StringValue:
    outcome = decided["cam_outcome"]
    columns: dict[str, list[int]] = {}
    literals: list[str | None] = [None] * len(ends)
    for number, end in enumerate(ends):
        if isinstance(end, ContractRule):
            literals[number] = end.commissioner
        elif end.gives != "nothing":
            columns.setdefault(f"cam_{end.source}_{end.gives}", []).append(number)
    found = ((outcome.isin(numbers), decided[name]) for name, numbers in columns.items())
    return ibis.coalesce(ibis.cases(*found), _by_outcome(outcome, literals))


def _by_outcome(outcome: ir.IntegerValue, values: list[str | None]) -> ir.StringValue:
    numbers: dict[str, list[int]] = {}
    for number, value in enumerate(values):
        if value is not None:
            numbers.setdefault(value, []).append(number)
    return ibis.cases(*((outcome.isin(held), ibis.literal(v)) for v, held in numbers.items()))
