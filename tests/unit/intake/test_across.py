"""Each check across the rows of a submission: rows it is said of, and clean data it is silent on."""

from datetime import date
from decimal import Decimal

import ibis
import pyarrow as pa
import pytest

from speccomm.intake.across import ACROSS, ROW
from speccomm.warehouse.tables import ROW_TABLES

PERSON, OTHER = b"p" * 32, b"o" * 32
PLACED = {"provider_code": "RKB", "financial_year": "2023-24", "financial_month": 9}
PLCM = {
    **PLACED,
    "person_pseudonym": PERSON,
    "pod_code": "EL",
    "tariff_code": "WF01B",
    "activity_start_date": date(2023, 12, 4),
    "activity_end_date": date(2023, 12, 8),
    "commissioner_code": "14A",
    "service_code": "NCBPS11B",
    "specialised": True,
}
BLOCK = {
    **PLACED,
    "pod_code": "BLOCK",
    "commissioner_code": "14A",
    "service_code": "NCBPS11B",
    "actual_price_gbp": Decimal(100),
}


@pytest.fixture
def said_of(engine, rules):
    """Which rows a check is said of, as (file, row): rows are numbered from 2 in each file."""

    def run(check_id, *files):
        dataset, expression = ACROSS[check_id]
        schema = ROW_TABLES[dataset].schema
        rows = [
            {**row, "file_name": name, "row_number": number}
            for name, given in zip("ab", files, strict=False)
            for number, row in enumerate(given, start=2)
        ]
        assert all(set(row) <= set(schema.names) for row in rows)
        found = engine.to_pyarrow(
            expression(ibis.memtable(pa.Table.from_pylist(rows, schema)), rules)
        )
        assert set(found.column_names) == set(ROW)
        said = [(row["file_name"], row["row_number"]) for row in found.to_pylist()]
        assert len(said) == len(set(said)), "a row is said of once"
        return sorted(said)

    return run


def changed(row, **cells):
    return {**row, **cells}


class TestRepeatedActivities:
    def test_every_occurrence_of_an_identifier_after_the_first_in_any_file(self, said_of) -> None:
        days = [date(2023, 12, day) for day in range(1, 6)]
        first, again, third, other, elsewhere = (
            changed(PLCM, cds_unique_identifier="C1", activity_start_date=day) for day in days
        )
        other["cds_unique_identifier"] = "C2"
        elsewhere["provider_code"] = "RRK"
        assert said_of("CHK-C04", [first, other], [again, elsewhere, third]) == [("b", 2), ("b", 4)]

    def test_one_persons_activity_twice(self, said_of) -> None:
        same = [changed(PLCM, cds_unique_identifier=name) for name in ("C1", "C2", "C3")]
        assert said_of("CHK-C04", same) == [("a", 3), ("a", 4)]

    def test_clean_rows(self, said_of) -> None:
        rows = [
            PLCM,
            changed(PLCM, person_pseudonym=OTHER),
            changed(PLCM, provider_code="RRK"),
            changed(PLCM, pod_code="NEL"),
            changed(PLCM, tariff_code="WF02B"),
            changed(PLCM, activity_start_date=date(2023, 12, 9)),
        ]
        assert said_of("CHK-C04", rows) == []

    @pytest.mark.parametrize("blank", ["person_pseudonym", "activity_start_date", "tariff_code", "pod_code"])  # fmt: skip
    def test_rows_that_lack_a_part_are_not_compared(self, said_of, blank) -> None:
        assert said_of("CHK-C04", [changed(PLCM, **{blank: None})] * 3) == []


class TestInsideAStay:
    INSIDE = changed(PLCM, pod_code="DC", activity_start_date=date(2023, 12, 6))

    @pytest.mark.parametrize("pod", ["DC", "OPFASPCL"])
    def test_a_day_case_or_first_attendance_inside(self, said_of, pod) -> None:
        visit = changed(self.INSIDE, pod_code=pod)
        assert said_of("CHK-C05", [PLCM, visit], [visit]) == [("a", 3), ("b", 2)]

    @pytest.mark.parametrize(
        "change",
        [
            {"activity_start_date": date(2023, 12, 4)},
            {"activity_start_date": date(2023, 12, 8)},
            {"person_pseudonym": OTHER},
            {"person_pseudonym": None},
            {"pod_code": "OPFUPSPCL"},
            {"activity_start_date": None},
        ],
    )
    def test_clean_rows(self, said_of, change) -> None:
        assert said_of("CHK-C05", [PLCM, changed(self.INSIDE, **change)]) == []

    def test_a_first_attendance_repeated_on_a_day(self, said_of) -> None:
        first = changed(self.INSIDE, pod_code="OPFASPCL", treatment_function_code="361")
        rows = [first, first, changed(first, treatment_function_code="300")]
        rows += [changed(first, treatment_function_code=None)] * 2
        assert said_of("CHK-C05", rows) == [("a", 3)]


class TestDividedSpells:
    ROWS = [
        changed(PLCM, spell_identifier="S1"),
        changed(PLCM, spell_identifier="S1", pod_code="NEL"),
    ]

    @pytest.mark.parametrize("column", ["commissioner_code", "service_code"])
    def test_one_spell_with_two_answers(self, said_of, column) -> None:
        divided = changed(self.ROWS[1], **{column: "OTHER"})
        other = changed(divided, spell_identifier="S2")
        assert said_of("CHK-A06", [self.ROWS[0], other], [divided]) == [("a", 2), ("b", 2)]

    @pytest.mark.parametrize(
        "change",
        [
            {},
            {"service_code": "OTHER", "pod_code": "UNBCHEMO"},
            {"service_code": "OTHER", "pod_code": "UNBACC"},
            {"service_code": "OTHER", "provider_code": "RRK"},
            {"service_code": "OTHER", "spell_identifier": None},
            {"service_code": None},
        ],
    )
    def test_clean_spells(self, said_of, change) -> None:
        assert said_of("CHK-A06", [self.ROWS[0], changed(self.ROWS[1], **change)]) == []


class TestCriticalCare:
    CORE = changed(PLCM, spell_identifier="S1", specialised=False)
    CARE = changed(PLCM, spell_identifier="S1", pod_code="UNBACC", specialised=True)

    def test_care_apart_from_its_spell(self, said_of) -> None:
        other = changed(self.CARE, spell_identifier="S2", specialised=False)
        core = changed(self.CORE, spell_identifier="S2", specialised=True)
        assert said_of("CHK-A09", [self.CORE, core], [self.CARE, other]) == [("b", 2), ("b", 3)]

    @pytest.mark.parametrize(
        "change", [{"specialised": False}, {"specialised": None}, {"spell_identifier": "S2"}]
    )
    def test_clean_spells(self, said_of, change) -> None:
        assert said_of("CHK-A09", [self.CORE, changed(self.CARE, **change)]) == []


class TestUnevenBlocks:
    def months(self, *prices, **change):
        return [
            {**BLOCK, "financial_month": number, "actual_price_gbp": Decimal(price), **change}
            for number, price in enumerate(prices, start=1)
        ]

    def test_months_unlike_the_most(self, said_of) -> None:
        assert said_of("CHK-P09", self.months(100, 90, 100), self.months(100, 110)) == [
            ("a", 3),
            ("b", 3),
        ]

    def test_of_as_many_months_the_earlier_price_is_usual(self, said_of) -> None:
        for prices in ((100, 90), (90, 100), (90, 100, 90, 100), (7, 5, 6)):
            rows = self.months(*prices)
            uncommon = [n for n, price in enumerate(prices, start=2) if price != prices[0]]
            assert said_of("CHK-P09", rows) == [("a", n) for n in uncommon]
            said = said_of("CHK-P09", rows[::-1])
            assert said == sorted(("a", len(prices) + 3 - n) for n in uncommon)

    def test_even_blocks_and_other_lines(self, said_of) -> None:
        rows = [
            *self.months(100, 100, 100),
            *self.months(90, 90, service_code="NCBPS01A"),
            *self.months(80, 80, local_contract_code="L2"),
            *self.months(100, 90, pod_code="EL"),
        ]
        assert said_of("CHK-P09", rows) == []


@pytest.mark.parametrize("check_id", ACROSS)
def test_no_rows_are_said_nothing_of(said_of, check_id) -> None:
    assert said_of(check_id, []) == []
