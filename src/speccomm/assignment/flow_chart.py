"""The full flow chart for commissioning-data-set records: any number of rows, DuckDB or Spark."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import ibis
import ibis.expr.types as ir

from speccomm.assignment.answers import answers, delegation_in_force
from speccomm.assignment.exits import category, commissioner, responsible_sub_icb
from speccomm.assignment.facts import record_facts, with_path, with_responsible
from speccomm.assignment.lookups import CamLookups, cam_lookup_tables
from speccomm.assignment.predicates import within
from speccomm.assignment.rules import CamRules, Target, read_rules
from speccomm.assignment.tables import ASSIGNMENT

__all__ = [
    "CamLookups",
    "CamRules",
    "assign_records",
    "assigned_facts",
    "cam_lookup_tables",
    "read_rules",
]


def assign_records(records: ir.Table, lookups: CamLookups, *, rules: CamRules) -> ir.Table:
    """Take each record through the flow chart to the organisation that most likely pays.

    Shape:   tables.ASSIGNMENT, one row out for each row in (tables.RECORD).
    Missing: commissioner_code is null where the exit's code cannot be found or nobody is expected
             to pay; category_code where none is published for the exit.
    Raises:  nothing about rows: records.py sets apart those that cannot be assigned.
    Source:  rulebook assignment/cam-2025-26; docs/explanation/commissioner_assignment.md.
    """
    return assigned_facts(records, lookups, rules=rules).select(*ASSIGNMENT)


def assigned_facts(records: ir.Table, lookups: CamLookups, *, rules: CamRules) -> ir.Table:
    """As `assign_records`, with everything that was looked up still beside each record."""
    facts = record_facts(records, lookups, rules=rules)
    tests = answers(facts, rules=rules, patterns=lookups.patterns)
    asked = facts.mutate(
        responsible=responsible_sub_icb(facts, rules=rules),
        **{f"q_{name}": answer for name, answer in tests.items()},
    )
    agreed = with_responsible(asked, lookups)
    tested = agreed.mutate(q_delegation_in_force=delegation_in_force(agreed, rules=rules))
    walked = with_path(tested.mutate(path_number=path_number(tested, rules=rules)), lookups)
    return walked.mutate(
        record_id=walked["r_record_id"],
        exit=walked["w_exit"],
        commissioner_code=commissioner(walked, rules=rules),
        category_code=category(walked, rules=rules),
        path=walked["w_path"],
        rulebook=ibis.literal(rules.name),
    )


def path_number(tested: ir.Table, *, rules: CamRules) -> ir.IntegerValue:
    """Which way each record takes, numbered as `lookups.paths` numbers them.

    The chart unrolled into nested choices, so that an engine asks a record only the questions on
    its own way.
    """
    numbers: Iterator[int] = iter(range(2 ** len(rules.chart)))

    def follow(target: Target) -> Any:
        if target.is_exit:
            return ibis.literal(next(numbers), type="int32")
        step = rules.steps[target.name]
        yes = follow(step.yes)
        return ibis.ifelse(tested[f"q_{step.test}"], yes, follow(step.no))

    emergency = follow(Target(rules.start_emergency, is_exit=False))
    other = follow(Target(rules.start_other, is_exit=False))
    is_emergency = within(tested["r_cds_type"], rules.lists["emergency_types"])
    return ibis.ifelse(is_emergency, emergency, other)
