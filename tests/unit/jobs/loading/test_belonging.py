"""Whose rows a sender may send, and how many rows are done while a load is under way."""

from dataclasses import replace

import pytest

from speccomm.jobs.load import CheckRequest, NotYourProvider, RowCount, check
from speccomm.warehouse import open_store
from tests.made_up.provider_files import NOW, SMALL_ENGINE, Desk, activities, made


@pytest.fixture
def desk(tmp_path):
    return Desk(tmp_path)


@pytest.fixture
def mixed(desk):
    rows = [*activities(3), made("plcm", provider_code="RRK", site_code="RRK01")]
    return desk.file("mixed.csv", "plcm", rows)


def test_rows_of_another_provider_keep_the_whole_submission_out(desk, mixed) -> None:
    with pytest.raises(NotYourProvider, match="1 of provider RRK") as refusal:
        desk.load(mixed, providers=frozenset({"RKB"}))
    assert refusal.value.found == {"RRK": 1}
    assert open_store(desk.store).snapshot().all_slices().num_rows == 0
    asked = CheckRequest(mixed, desk.reference, NOW, settings=SMALL_ENGINE)
    with pytest.raises(NotYourProvider):
        check(replace(asked, providers=frozenset({"RKB"})))
    assert check(asked).read == 4


def test_own_rows_and_those_of_a_former_code_are_let_through(desk) -> None:
    own = desk.file("own.csv", "plcm", activities(2))
    former = desk.file("former.csv", "acm", [made("acm", provider_code="RR1", site_code="RR101")])
    assert desk.load(own, providers=frozenset({"RKB"})).read == 2
    assert desk.load(former, providers=frozenset({"RRK"})).read == 1


def test_rows_are_counted_for_whoever_watches(desk) -> None:
    rows = [*activities(5), made("plcm", pod_code="NOT-A-POD")]
    counted = RowCount()
    answer = desk.load(desk.file("some.csv", "plcm", rows), counted=counted)
    assert answer.refused > 0
    assert (counted.read, counted.checked, counted.refused) == (6, 6, answer.refused)
