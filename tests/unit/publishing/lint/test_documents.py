"""What readers are told about lint is so: its checks, its kinds and the description shown."""

import re
import tomllib
from pathlib import Path

from speccomm.publishing.lint.description import Kind
from speccomm.publishing.lint.description_file import (
    DOWN_KEYS,
    PACK_KEYS,
    STATEMENT_KEYS,
    TABLE_KEYS,
    describe,
)
from tests.unit.publishing.lint.linting import found, lint_place, rules

DOCS = Path(__file__).parents[4] / "docs"
HOW_TO = (DOCS / "how-to" / "lint-a-pack.md").read_text("utf-8")
CHECKS = (DOCS / "reference" / "lint_checks.md").read_text("utf-8")
NOT_FOR_PEOPLE = {"optional"}  # of the description that packs of ours carry


def shown():
    return describe(tomllib.loads(re.search(r"```toml\n(.*?)```", HOW_TO, re.DOTALL)[1]))


def test_every_check_is_told_with_its_remedy():
    for check in rules().checks.values():
        remedy = re.sub(r"\{(\w+)\}", lambda m: f"*{m[1].replace('_', ' ')}*", check.remedy)
        line = f"| `{check.code}` | {check.title} | {check.severity} | {remedy} |"
        assert line in CHECKS.splitlines()
    assert len(re.findall(r"^\| `LINT-", CHECKS, re.MULTILINE)) == len(rules().checks)


def test_every_kind_and_entry_is_explained():
    for name in {*Kind, *PACK_KEYS, *TABLE_KEYS, *DOWN_KEYS, *STATEMENT_KEYS} - NOT_FOR_PEOPLE:
        assert re.search(rf"\b{name}\b", HOW_TO), name


def test_the_description_shown_works_on_tables_it_fits(tmp_path):
    rows = "Group,Intra,Exported,Total\nRenal,20,13,33\nUnknown,10,0,10\nGrand Total,30,13,44\n"
    (tmp_path / "activity.csv").write_text(rows, "utf-8")
    trusts = ("RKB: UNIVERSITY", "RRK: UNIVERSITY", "RR1: HEART")
    rows = "".join(f"{trust},NCBPS30Z,Y,Jun 24\n" for trust in trusts)
    (tmp_path / "contracts.csv").write_text(f"Provider,Service,Network,Report due\n{rows}", "utf-8")
    linted = lint_place(tmp_path, shown())
    assert found(linted) == [
        ("LINT-201", "D4"),
        ("LINT-203", "D4"),
        ("LINT-501", "A3"),
        ("LINT-211", "A2:A4"),
        ("LINT-314", None),
        ("LINT-401", "A4"),
    ]
