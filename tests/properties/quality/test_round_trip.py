"""What is exported imports unchanged; and which statement counts is what a plain reading says."""

from __future__ import annotations

import tempfile
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from speccomm.foundation.identifiers import is_nhs_number
from speccomm.quality import (
    REGISTERS,
    as_it_holds,
    evidence_rules,
    read_evidence,
    register_csv,
    standing_statements,
)
from speccomm.quality.declaring import Kind
from speccomm.quality.people import points_to_a_person
from speccomm.quality.rules import FLAG_VALUES
from speccomm.quality.tables import SSQD
from speccomm.reference import open_reference
from tests.made_up.evidence import TODAY

REFERENCE = open_reference(None)
RULES = evidence_rules()
QUIET = settings(
    max_examples=15, deadline=None, derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)  # fmt: skip
# Letters of other scripts, quotation marks, separators and line breaks: what hands really type.
TEXT = st.text("aé\"';,\t=-@+&<%1\nZß中", min_size=1, max_size=12).map(
    lambda text: "\n".join(" ".join(line.split("\t")) for line in text.split("\n")).strip()
)
CODES = {
    Kind.SERVICE: ("NCBPS30Z", "NCBPS08O", "NCBPSACC"),
    Kind.SITE: ("RKB01", "RJC02", "RLT01"),
    Kind.PROVIDER: ("RKB", "RJC", "RLT"),
    Kind.ICB: ("QWU", "QHL"),
    Kind.ICBS: ("all", "QWU; QHL"),
    Kind.ROLE: ("quality lead", "CQC", "ICB board"),
    Kind.YEAR: ("2023-24", "2024-25"),
    Kind.BODY: ("QWU", "Y60", "A commissioning group"),
}


def cells(column):
    if column.kind in CODES:
        values = st.sampled_from(CODES[column.kind])
    elif column.kind is Kind.FLAG:
        values = st.sampled_from(FLAG_VALUES)
    elif column.kind is Kind.DAY:
        values = st.dates(date(2020, 1, 1), TODAY)
    elif column.kind is Kind.WHOLE:
        values = st.integers(0, 1_000_000)
    elif column.kind is Kind.AMOUNT:
        values = st.decimals(0, 1000, places=3, allow_nan=False)
    elif column.kind is Kind.MONEY:
        values = st.decimals(-(10**9), 10**9, places=2, allow_nan=False)
    elif column.choices:
        values = st.sampled_from(RULES.words[column.choices])
    else:
        values = TEXT.filter(lambda text: text and points_to_a_person(text, RULES) is None)
    needs_one = column.required or column.carried_by
    return values if needs_one else st.none() | values


@st.composite
def registers(draw, name):
    """Statements that stand, no two about one subject from one date."""
    register = REGISTERS[name]
    row = st.fixed_dictionaries({c.name: cells(c) for c in register.columns})
    rows = draw(st.lists(row.filter(lambda r: tidy(register, r)), min_size=1, max_size=6))
    subject = [*register.key, "from_date"]
    unique = {tuple(r[n] for n in subject): r for r in rows}
    return pa.Table.from_pylist(list(unique.values()), schema=register.spoken)


def tidy(register, row) -> bool:
    """Whether the rules of the register let the row in."""
    for earlier, later in register.in_order:
        if row[earlier] and row[later] and row[later] < row[earlier]:
            row[later] = None if not register.by_name[later].required else row[earlier]
    if register.name == "provision" and row["hub_site_code"]:
        row["site_role"] = "spoke"
        return row["hub_site_code"] != row["site_code"]
    if register.name == "networks" and row["network_name"]:
        row["has_network"] = "yes"
    if register.name == "accounts" and row["account"] == "income":
        row["amount"] = abs(row["amount"])
    if register.name == "funding_decisions" and row["decided_on"] is None:
        row["funding_decision"] = "deferred"
    return True


@pytest.mark.parametrize("name", sorted(REGISTERS))
def test_an_export_imports_unchanged(name) -> None:
    register = REGISTERS[name]

    @given(registers(name))
    @QUIET
    def holds(rows: pa.Table) -> None:
        exported = register_csv(register, rows)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / f"{name}.csv"
            path.write_bytes(exported)
            read = read_evidence([path], reference=REFERENCE, rules=RULES, today=TODAY)
        assert (
            read.findings.filter(pa.compute.equal(read.findings["level"], "refuse")).num_rows == 0
        )
        assert read.counts["accepted_rows"].to_pylist() == [rows.num_rows]
        assert register_csv(register, read.statements[name]) == exported

    holds()


START = datetime(2024, 1, 1, tzinfo=UTC)
SAYINGS = st.lists(
    st.tuples(
        st.sampled_from(["S1", "S2"]), st.sampled_from([None, "part"]),
        st.integers(0, 3), st.integers(0, 3), st.sampled_from(["yes", "no"]),
        st.sampled_from(["holds", "holds", "ended"]), st.sampled_from(["a", "b"]),
    ),
    max_size=14,
)  # fmt: skip


@given(SAYINGS, st.integers(-1, 4), st.integers(-1, 4), st.booleans())
@settings(max_examples=150, deadline=None, derandomize=True)
def test_what_holds_is_the_last_word_from_the_last_date(sayings, hour, day, withdraws) -> None:
    first = date(2024, 1, 1)
    # Registers grow in the order of recording.
    said = sorted(sayings, key=lambda one: one[2])
    rows = pa.Table.from_pylist(
        [
            {"load_id": load, "recorded_at": START + timedelta(hours=recorded),
             "service_code": service, "service_part": part, "has_ssqd": flag, "entry_state": state,
             "from_date": first + timedelta(days=begins)}
            for service, part, recorded, begins, flag, state, load in said
        ],
        schema=SSQD.stored,
    )  # fmt: skip
    gone = pa.array(["b"] if withdraws else [], pa.string())
    standing = standing_statements(
        SSQD, rows, recorded_by=START + timedelta(hours=hour), withdrawn=gone
    )
    answer = as_it_holds(SSQD, standing, on=first + timedelta(days=day))
    expected: dict = {}
    for service, part, recorded, begins, flag, state, load in said:
        known = expected.get((service, part))
        counts = recorded <= hour and begins <= day and not (withdraws and load == "b")
        if counts and (known is None or begins >= known[0]):
            expected[service, part] = (begins, flag, state)
    assert {(r["service_code"], r["service_part"]): r["has_ssqd"] for r in answer.to_pylist()} == {
        subject: flag for subject, (_, flag, state) in expected.items() if state == "holds"
    }


def test_a_number_of_amounts_is_written_shortly() -> None:
    register = REGISTERS["workforce"]
    row = dict.fromkeys(register.names) | {
        "standard_wte": Decimal("10.500"),
        "funded_wte": Decimal(100),
    }
    text = register_csv(register, pa.Table.from_pylist([row], schema=register.spoken)).decode()
    assert "10.5" in text
    assert "100" in text
    assert "1E" not in text
    assert not is_nhs_number(text)
