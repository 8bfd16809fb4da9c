"""One service under two names, and answers of yes and no."""

import pytest

from speccomm.publishing.lint.names import read_service_name, same_age
from tests.unit.publishing.lint.linting import found, lint_csv, rules, sentences

GRID = """
[[tables]]
id = "t"
one_row_per = ["Service"]
columns = { Service = "service_name", Units = "count", Network = "flag" }
"""


def same(one, other, *more):
    names = [read_service_name(name, rules().names) for name in (one, other, *more)]
    ages = {name.age for name in names if name.words == names[0].words}
    return names[0].words == names[1].words and same_age(names[0], names[1], among=ages)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Specialised HIV services (Adults)", "Specialised HIV (Adult)"),
        ("Paed medicine: respiratory", "Paediatric medicine - respiratory"),
        ("Colorectal: TEMS", "Colorectal:  tems (Adult)"),
        ("Neurosurgery: Adults", "Neurosurgery (adult)"),
        ("Adult thoracic surgery services", "Thoracic surgery (adults)"),
        ("Spinal surgery (adults and children)", "Spinal surgery (All ages)"),
        ("Cystic fibrosis (Paeds)", "Cystic fibrosis (children)"),
        ("Brain & other rare CNS tumours", "Brain and other rare CNS tumour"),
        ("Cancer: pancreatic", "Cancer – Pancreatic"),
    ],
)
def test_two_spellings_of_one_service(one, other):
    assert same(one, other)
    assert same(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Metabolic disorders (Children)", "Metabolic disorders (Adult)"),
        ("Metabolic disorders (lab services)", "Metabolic disorders (Adult)"),
        ("Metabolic disorders (lab services)", "Metabolic disorders"),
        ("Specialised allergy services (All ages)", "Specialised allergy services (Adult)"),
        ("Specialised allergy services (All ages)", "Paed medicine: specialised allergy services"),
        ("Fetal medicine (East has no network)", "Fetal medicine – (West has AIP)"),
        ("Level 2 - Paediatric critical care", "Level 3 - Paediatric critical care"),
        ("Cancer: Clinical chemotherapy", "Cancer- Chemotherapy"),
        ("Cancer services for children", "Cancer services (adults)"),
        ("Complex gynae: fistulae (16yrs & above)", "Complex gynae: fistulae (13yrs & above)"),
        ("Haemodialysis to treat established renal failure", "In centre haemodialysis"),
    ],
)
def test_two_services_that_only_look_alike(one, other):
    assert not same(one, other)


def test_a_name_without_an_age_group_is_no_other_where_several_are_listed():
    assert same("Major trauma", "Major trauma (Adult)")
    assert not same("Major trauma", "Major trauma (Adult)", "Major trauma (children)")


def test_rows_for_one_service_that_contradict_each_other(tmp_path):
    rows = "Service,Units,Network\nHIV (Adults),7,yes\nHIV services (Adult),19,no\nHIV (Children),1,no\n"
    linted = lint_csv(tmp_path, rows, GRID)
    assert found(linted) == [("LINT-301", "A3")]
    assert "Rows 2 and 3" in sentences(linted, "LINT-301")[0]
    assert (
        "contradict each other: Units 7 and 19; Network yes and no."
        in (sentences(linted, "LINT-301")[0])
    )


def test_rows_for_one_service_that_agree_or_cannot_be_compared(tmp_path):
    rows = "Service,Units,Network\nHIV,7,yes\nHIV,7,yes\n"
    assert found(lint_csv(tmp_path, rows, GRID)) == [("LINT-302", "A3")]
    pack = '[pack]\nnot_legible = ["?"]\n' + GRID
    linted = lint_csv(tmp_path, "Service,Units,Network\nHIV,7,?\nHIV,7,yes\n", pack)
    assert found(linted) == [("LINT-302", "A3")]
    assert sentences(linted, "LINT-302")[0].endswith("Not legible and so not compared: Network.")


def test_one_row_may_be_for_a_service_at_a_provider(tmp_path):
    description = """
    [[tables]]
    id = "t"
    one_row_per = ["Code", "Service"]
    columns = { Service = "service_name", N = "count" }
    """
    rows = "Code,Service,N\nRKB,HIV,7\nRWE,HIV,9\nrkb,HIV services,8\n"
    linted = lint_csv(tmp_path, rows, description)
    assert found(linted) == [("LINT-301", "A4")]
    assert "“RKB and HIV”" in sentences(linted, "LINT-301")[0]


def test_the_four_answers_are_clean(tmp_path):
    rows = "Service,Units,Network\nA,1,yes\nB,1,no\nC,1,not looked at\nD,1,not applicable\n"
    assert found(lint_csv(tmp_path, rows, GRID)) == []


@pytest.mark.parametrize(
    ("cell", "code", "words"),
    [
        ("y", "LINT-311", "taken to mean yes"),
        ("Y", "LINT-311", "taken to mean yes"),
        ("Yes ", "LINT-311", "reads “Yes ”"),
        ("YES", "LINT-311", "taken to mean yes"),
        ("n", "LINT-311", "taken to mean no"),
        ("N/A", "LINT-311", "taken to mean not applicable"),
        ("Not looked at", "LINT-311", "taken to mean not looked at"),
        ("tbc", "LINT-311", "taken to mean not looked at"),
        ("✔", "LINT-311", "taken to mean yes"),
        ("1", "LINT-313", "none of the answers"),
        ("?", "LINT-313", "none of the answers"),
        ("", "LINT-312", "no or nobody has looked"),
        ("  ", "LINT-312", "blank"),
        ("1 UHB", "LINT-313", "none of the answers"),
        ("yes and no", "LINT-313", "none of the answers"),
    ],
)
def test_an_answer_spelt_otherwise(tmp_path, cell, code, words):
    linted = lint_csv(tmp_path, f'Service,Units,Network\nA,1,"{cell}"\nB,1,yes\n', GRID)
    assert found(linted) == [(code, "C2")]
    assert words in sentences(linted, code)[0]


def test_a_pack_may_spell_answers_its_own_way_but_must_have_all_four(tmp_path):
    pack = '[pack.answers]\nyes = ["Y"]\nno = ["N"]\n' + GRID
    linted = lint_csv(tmp_path, "Service,Units,Network\nA,1,Y\nB,1,n\n", pack)
    assert found(linted) == [("LINT-311", "C3"), ("LINT-314", None)]
    remedies = {row["code"]: row["remedy"] for row in linted.findings.to_pylist()}
    assert remedies["LINT-311"] == "Write “N”."
    more = '[pack.answers]\nyes = ["Y"]\nno = ["N"]\nnot_looked_at = ["U"]\n' + GRID
    assert found(lint_csv(tmp_path, "Service,Units,Network\nA,1,Y\nB,1,U\n", more)) == []
