"""Accounts and decisions as people keep them: each fault is named by cell, and good rows are kept."""

from datetime import date
from decimal import Decimal

from speccomm.quality import evidence_rules, read_evidence
from speccomm.reference import open_reference
from tests.made_up.evidence import write_csv, write_workbook

HEADER = ["accounts_of", "financial_year", "account", "heading", "line_covers", "icb_code",
          "amount", "stated_in", "source", "said_by", "said_on"]  # fmt: skip
DECIDED = ["accounts_of", "financial_year", "case", "in_year_amount", "full_year_amount",
           "stated_in", "recurrence", "funding_decision", "decided_by", "decided_on", "source",
           "said_by", "said_on"]  # fmt: skip
SAID = ["finance team", "2024-05-31"]


def read(path, register=None):
    return read_evidence(
        [path], reference=open_reference(None), rules=evidence_rules(), today=date(2024, 6, 1),
        register=register,
    )  # fmt: skip


def income(heading="NHS Coventry and Warwickshire ICB", of="Y60", icb="QWU", amount="1,000"):
    return [of, "2023-24", "income", heading, "one", icb, amount, "£000", "accounts", *SAID]


def decision(case="Cots", in_year="10", full="20", recurrence="recurrent", decided="approved",
             on="2023-12-14"):  # fmt: skip
    return ["QWU", "2024-25", case, in_year, full, "£000", recurrence, decided, "joint committee",
            on, "minutes", *SAID]  # fmt: skip


def checks(answer):
    return [(r["check_id"], r["sentence"].split(":")[0]) for r in answer.findings.to_pylist()
            if r["level"] != "note"]  # fmt: skip


def test_faults_of_income_are_named_by_cell_and_the_rest_is_kept(tmp_path) -> None:
    path = write_csv(
        tmp_path / "accounts.csv",
        [
            HEADER,
            income(),
            income("Unknown", icb="QZZ"),
            income("Below", icb="QHL", amount="-5"),
            income("Whose", of="QWX", icb="QHL"),
            income("No code", icb=""),
            income("Not money", icb="QHL", amount="about 5"),
        ],
    )
    answer = read(path)
    assert checks(answer) == [
        ("QUA-R04", "Cell F3"),
        ("QUA-A01", "Cell G4"),
        ("QUA-A03", "Cell A5"),
        ("QUA-A04", "Cell F6"),
        ("QUA-V12", "Cell G7"),
    ]
    kept = answer.statements["accounts"]
    assert kept["heading"].to_pylist() == ["NHS Coventry and Warwickshire ICB", "No code"]
    assert kept["amount"].to_pylist() == [Decimal("1000.00")] * 2
    assert kept["stated_in"].to_pylist() == ["thousands of pounds"] * 2
    assert all(row["remedy"] for row in answer.findings.to_pylist())


def test_merged_header_cells_are_named_and_the_column_left_out(tmp_path) -> None:
    path = write_workbook(
        tmp_path / "accounts.xlsx",
        {"accounts": [[*HEADER, "note", ""], [*income(), "kept", "lost"]]},
        merged=["L1:M1"],
    )
    answer = read(path)
    assert ("QUA-H01", "Sheet accounts, cells L1") in checks(answer)
    assert answer.statements["accounts"]["note"].to_pylist() == ["kept"]


def test_two_rows_of_one_decision_that_disagree_are_both_kept_out(tmp_path) -> None:
    path = write_csv(
        tmp_path / "funding_decisions.csv",
        [DECIDED, decision(), decision(full="30"), decision("Dialysis")],
    )
    answer = read(path)
    assert [check for check, _ in checks(answer)] == ["QUA-D01", "QUA-D01"]
    assert answer.statements["funding_decisions"]["case"].to_pylist() == ["Dialysis"]


def test_a_decision_must_be_dated_and_a_shrinking_one_is_asked_about(tmp_path) -> None:
    path = write_csv(
        tmp_path / "funding_decisions.csv",
        [
            DECIDED,
            decision("Undated", on=""),
            decision("Deferred", decided="deferred", on=""),
            decision("Shrinks", in_year="20", full="10"),
            decision("Once", in_year="20", full="0", recurrence="non-recurrent"),
        ],
    )
    answer = read(path)
    assert checks(answer) == [
        ("QUA-A06", "Cell J2"), ("QUA-A05", "Cell E4")
    ]  # fmt: skip
    kept = answer.statements["funding_decisions"]["case"].to_pylist()
    assert kept == ["Deferred", "Shrinks", "Once"]
