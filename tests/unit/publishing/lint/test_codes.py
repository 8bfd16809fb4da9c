"""Organisations, sites and services against the reference data of the table's months."""

import pytest

from tests.unit.publishing.lint.linting import found, lint_csv, sentences


def described(kind, *, months=("2023-04", "2023-12"), more=""):
    return f"""
[pack]
from = "{months[0]}"
to = "{months[1]}"
{more}
[[tables]]
id = "t"
columns = {{ Code = "{kind}", Year = "year", N = "count" }}
"""


@pytest.mark.parametrize(
    ("months", "codes"),
    [
        (("2022-04", "2023-03"), ["LINT-401"]),
        (("2018-04", "2018-06"), ["LINT-401"]),
        (("2018-03", "2018-06"), []),  # in use for the first of the months
        (("2017-04", "2018-03"), []),
    ],
)
def test_a_merged_trust_by_the_months_of_the_table(tmp_path, months, codes):
    linted = lint_csv(
        tmp_path, "Code,Year,N\nRR1,,9\nRRK,,9\n", described("provider", months=months)
    )
    assert [code for code, _ in found(linted)] == codes
    for sentence in sentences(linted, "LINT-401"):
        assert "on 1 April 2018" in sentence
        assert sentence.endswith("RRK is in row 3 as well, so one organisation is listed twice.")


def test_a_chain_of_mergers_leads_to_the_trust_of_the_day(tmp_path):
    linted = lint_csv(tmp_path, "Code,Year,N\nRJF,,9\n", described("provider"))
    assert found(linted) == [("LINT-401", "A2")]
    assert "Use code RTG" in linted.findings["remedy"][0].as_py()


def test_a_code_may_be_drawn_on_the_map_of_another_day(tmp_path):
    on = described("provider", months=("2022-04", "2023-03"), more="organisations_on = 2017-01-01")
    assert found(lint_csv(tmp_path, "Code,Year,N\nRR1,,9\n", on)) == []


def test_a_code_before_its_time_and_one_nobody_knows(tmp_path):
    early = described("provider", months=("2019-04", "2020-03"))
    linted = lint_csv(tmp_path, "Code,Year,N\nG6V2S,,9\nRQQ9,,9\n-,,9\nUnknown,,9\n", early)
    assert found(linted)[:2] == [("LINT-403", "A2"), ("LINT-404", "A3")]
    assert "opened on 1 November 2024" in sentences(linted, "LINT-403")[0]
    assert [code for code, _ in found(linted)[2:]] == ["LINT-501"]


def test_a_merged_board_and_a_site(tmp_path):
    later = ("2026-04", "2026-06")
    boards = lint_csv(
        tmp_path, "Code,Year,N\nQH8,,9\nQWU,,9\nQQQ,,9\n", described("commissioner", months=later)
    )
    assert found(boards) == [("LINT-401", "A2"), ("LINT-404", "A4")]
    sites = lint_csv(tmp_path, "Code,Year,N\n5MV02,,9\nZZZ99,,9\n", described("site"))
    assert found(sites) == [("LINT-421", "A3")]


def test_service_codes_unknown_or_of_another_year(tmp_path):
    rows = "Code,Year,N\nNCBPS30Z,,9\nNCBPS30ZZ,,9\nNCBPS01E,,9\n"
    linted = lint_csv(tmp_path, rows, described("service_code", months=("2025-04", "2025-12")))
    assert found(linted) == [("LINT-411", "A3"), ("LINT-412", "A4")]
    assert "The nearest is NCBPS30Z" in sentences(linted, "LINT-411")[0]
    assert "2025-26" in sentences(linted, "LINT-412")[0]


def test_a_row_may_say_its_own_year_and_a_year_without_a_list_judges_nothing(tmp_path):
    rows = "Code,Year,N\nNCBPS01E,25/26,9\nNCBPS01E,2021-22,9\n"
    linted = lint_csv(tmp_path, rows, described("service_code"))
    assert found(linted) == [("LINT-412", "A2")]
    assert "2021-22" in linted.not_checked["why"][0].as_py()


def test_without_months_codes_are_not_judged(tmp_path):
    description = '[[tables]]\nid = "t"\ncolumns = { Code = "provider" }'
    linted = lint_csv(tmp_path, "Code,N\nRR1,9\n", description)
    assert found(linted) == []
    assert linted.not_checked["what"].to_pylist() == ["codes in Code"]


def test_a_code_is_taken_out_of_a_longer_text(tmp_path):
    description = r"""
    [pack]
    from = "2022-04"
    to = "2023-03"
    [[tables]]
    id = "t"
    columns = { Trust = { kind = "provider", pattern = '^(\w+):' } }
    """
    linted = lint_csv(tmp_path, "Trust,N\nrr1: Heart of England,9\nno code here,9\n", description)
    assert found(linted) == [("LINT-401", "A2")]


def test_names_of_services_are_held_to_the_published_ones_where_asked(tmp_path):
    description = """
    [[tables]]
    id = "t"
    columns = { Service = { kind = "service_name", in_reference = true }, N = "count" }
    """
    rows = (
        "Service,N\nAdult Specialist  vascular services,9\nAdult specialist vasculer services,9\n"
    )
    linted = lint_csv(tmp_path, rows, description)
    assert found(linted) == [("LINT-413", "A3")]
    assert "“Adult specialist vascular services”" in sentences(linted, "LINT-413")[0]
