"""A real answer of every question, held against what the description says of it."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from django.core.cache import caches
from django.test import Client
from jsonschema import Draft202012Validator
from pytest_django import Settings

from speccomm.jobs.run_folder import write_run
from speccomm.warehouse import open_store
from speccomm_web.accounts.models import Organisation, Person
from speccomm_web.accounts.roles import Role
from speccomm_web.accounts.viewer import NOBODY
from speccomm_web.api.description import description
from speccomm_web.packs.models import Pack
from speccomm_web.runs.actions import register_runs
from speccomm_web.runs.interface.questions import Described, questions
from speccomm_web.runs.library import _library
from speccomm_web.submissions.models import Challenge, ChallengeStep, Submission
from tests.web.api.conftest import Ask, asker, token_for
from tests.web.conftest import MakePerson
from tests.web.explore.conftest import organisation
from tests.web.midlands import midlands_in

NOW = datetime(2024, 2, 1, 9, tzinfo=UTC)
ADDRESS = "qwu-2023-04-2023-12"
CALENDAR = (
    "financial_year,financial_month,flex_submission_date,flex_inclusion_date,"
    "freeze_submission_date,freeze_inclusion_date,source\n"
    "2023-24,9,2024-01-18,2024-01-22,2024-02-15,,made up for the tests\n"
)
EXAMPLES: dict[str, dict[str, str]] = {
    "flows": {"place": "QWU", "from": "2023-04", "to": "2023-11", "by": "provider,service,month"},
    "contract": {"place": "QWU", "to": "2023-11"},
    "history": {"dataset": "plcm", "provider": "RRK", "year": "2023-24", "month": "8"},
    "evidence_highlights": {"month": "2026-01"},
}


@pytest.fixture
def held(tmp_path: Path, settings: Settings, make_person: MakePerson) -> Iterator[Person]:
    """A store with evidence, a run, a submission, a challenge and a published pack."""
    made = midlands_in(tmp_path)
    reference = tmp_path / "reference"
    reference.mkdir()
    for file in made.reference.iterdir():
        (reference / file.name).write_bytes(file.read_bytes())
    (reference / "calendar.csv").write_text(CALENDAR)
    settings.ENVIRONMENT = replace(
        settings.ENVIRONMENT, store_dir=made.store, reference_dir=reference, data_dir=tmp_path,
        packs_dir=tmp_path / "packs", runs_dir=tmp_path / "runs",
        uploads_dir=tmp_path / "uploads",
    )  # fmt: skip
    _library.cache_clear()
    caches["answers"].clear()
    person = make_person(Role.ANALYST, Role.QUALITY, at=organisation("Y60", "region"))
    snapshot = open_store(made.store).snapshot()
    keep_a_run(tmp_path / "runs")
    keep_a_submission(person, snapshot.loads()["load_id"][0].as_py())
    keep_a_challenge(person, snapshot.loads()["load_id"][0].as_py())
    second = make_person(Role.PLANNER, at=organisation("Y60", "region"), email="second@example.org")
    keep_a_pack(person, second, tmp_path / "packs")
    yield person
    _library.cache_clear()


def keep_a_run(folder: Path) -> None:
    table = pa.table({"crg_name": ["Renal services", None], "price_gbp": [Decimal("1.50"), None]})
    write_run(
        folder / "one", command="flows", arguments={"icb": "QWU"}, tables={"flows": table},
        manifest={"store_version": 1, "as_at": None, "rulebooks": []},
    )  # fmt: skip
    register_runs(viewer=NOBODY)


def keep_a_submission(person: Person, load_id: str) -> None:
    found = {"check_id": "values/number", "level": "warning", "dataset": "plcm", "field": "",
             "finding_count": 2, "sentence": "It is no number.", "remedy": "Send a number."}  # fmt: skip
    Submission.objects.create(
        provider=organisation("RRK", "provider"), sent_by=person, sent_at=NOW, purpose="load",
        stage="loaded", load_id=load_id, store_version=1, read_rows=5, accepted_rows=4,
        refused_rows=1, summary=[found],
    )  # fmt: skip


def keep_a_challenge(person: Person, load_id: str) -> None:
    made = Challenge.objects.create(
        provider=organisation("RRK", "provider"), commissioner=organisation("QWU", "icb"),
        dataset="plcm", financial_year="2023-24", financial_month=8, load_id=load_id,
        reason="price", says="Too dear.", at_stake_gbp=Decimal("10.50"), raised_by=person,
        raised_at=NOW, reply_due=date(2024, 2, 11),
    )  # fmt: skip
    ChallengeStep.objects.create(
        challenge=made, at=NOW, by=person, side="commissioner", act="raised", words="Too dear."
    )


def keep_a_pack(person: Person, second: Person, folder: Path) -> None:
    (folder / "built").mkdir(parents=True)
    (folder / "built" / "index.html").write_text("<p>A pack</p>")
    (folder / "built" / "manifest.json").write_text(json.dumps({"files": [{"path": "index.html"}]}))
    Pack.objects.create(
        area_kind="icb", area_code="QWU", area_name="An ICB", region_code="Y60",
        from_month="2023-04", to_month="2023-12", audience="publication", sections=[], formats=[],
        asked_by=person, stage="published", folder="built", manifest_sha256="0" * 64,
        store_version=1, built_at=NOW, approved_by=second, approved_at=NOW, published_by=second,
        published_at=NOW, address=ADDRESS,
    )  # fmt: skip


def address_of(question: Described, ask: Ask) -> str:
    """The address of something that is there."""
    first = {
        "run_id": "runs", "submission_id": "submissions", "challenge_id": "challenges",
    }  # fmt: skip
    parts = {"name": "flows", "address": ADDRESS}
    for part, listed in first.items():
        if f"{{{part}}}" in question.path:
            parts[part] = ask(listed).json()["rows"][0]["id"]
    return question.path.lstrip("/").format(**parts)


def test_every_question_is_answered_as_it_is_described(held: Person) -> None:
    ask, said = asker(token_for(held)), description()
    for question in questions():
        asked = EXAMPLES.get(question.name, {})
        address = address_of(question, ask)
        answer = ask(address, **asked)
        assert answer.status_code == 200, (question.name, answer.content[:500])
        body = answer.json()
        shape = said["paths"][question.path]["get"]["responses"]["200"]["content"]
        schema = {**shape["application/json"]["schema"], "components": said["components"]}
        faults = [
            f"{question.name}: {fault.json_path}: {fault.message}"
            for fault in Draft202012Validator(schema).iter_errors(body)
        ]
        assert not faults, faults[:5]
        assert body["rows"], f"{question.name} told nothing, so nothing was compared"
        told = csv_rows(ask(address, **asked, format="csv"))
        assert_as_described(question, told, body["rows"])
        again = ask(address, headers={"If-None-Match": answer["ETag"]}, **asked)
        assert again.status_code == 304, question.name


def csv_rows(answer: Any) -> list[list[str]]:
    assert answer["Content-Type"].startswith("text/csv")
    content = answer.content if hasattr(answer, "content") else b"".join(answer.streaming_content)
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))


def assert_as_described(
    question: Described, told: list[list[str]], rows: list[dict[str, Any]]
) -> None:
    """The columns of the CSV are those described, in order, with every value of the JSON."""
    if question.rows is not None:
        described = [f.name for f in question.rows if not f.optional or f.name in rows[0]]
        assert told[0] == described, question.name
    assert told[0] == list(rows[0]), question.name
    assert len(told) - 1 >= len(rows), question.name
    empty = [[value is None or value == "" for value in row.values()] for row in rows]
    assert [[cell == "" for cell in row] for row in told[1 : len(rows) + 1]] == empty, question.name


def test_a_role_for_one_service_is_told_of_that_service_alone(
    held: Person, make_person: MakePerson
) -> None:
    ask = asker(token_for(held))
    every = ask("evidence/surveillance", size=1000).json()["rows"]
    service = every[0]["service_code"]
    region = Organisation.objects.get(ods_code="Y60")
    some = make_person(Role.QUALITY, at=region, services=[service], email="some@example.org")
    narrow = asker(token_for(some))
    told = narrow("evidence/surveillance", size=1000).json()["rows"]
    assert told == [row for row in every if row["service_code"] == service]
    assert len(told) < len(every)
    overview = narrow("evidence/overview", size=1000).json()["rows"]
    assert {row["service_code"] for row in overview} == {service}
    filtered = ask("evidence/surveillance", service=service, size=1000).json()["rows"]
    assert filtered == told


def test_who_is_on_neither_side_is_told_of_no_challenge_and_no_submission(
    held: Person, make_person: MakePerson
) -> None:
    other = make_person(
        Role.PROVIDER_SUBMITTER, at=organisation("RKB", "provider"), email="o@example.org"
    )
    ask = asker(token_for(other))
    for listed in ("challenges", "submissions"):
        assert ask(listed).json()["rows"] == []
    assert ask(f"challenges/{Challenge.objects.get().pk}").status_code == 404
    assert ask(f"submissions/{Submission.objects.get().pk}").status_code == 404
    assert ask("evidence/overview").status_code == 403
    providers = {row["provider_code"] for row in ask("loads", size=1000).json()["rows"]}
    assert providers <= {"RKB", "RJC"}


def test_a_published_pack_is_fetched_with_a_token_and_an_inside_one_is_not(
    held: Person, make_person: MakePerson
) -> None:
    board = make_person(Role.BOARD_MEMBER, at=organisation("QWU", "icb"), email="b@example.org")
    token = token_for(board)
    rows = asker(token)(f"packs/{ADDRESS}").json()["rows"]
    page = next(row for row in rows if row["path"] == "index.html")
    brought = {"Authorization": f"Bearer {token}"}
    answer = Client().get(page["href"], headers=brought)
    assert answer.content == b"<p>A pack</p>"
    assert page["bytes"] == len(answer.content)
    wrong = Client().get(page["href"], headers={"Authorization": "Bearer nobody"})
    assert wrong.status_code == 401
    Pack.objects.update(stage="approved")
    assert asker(token)("packs").json()["rows"] == []
    assert asker(token)(f"packs/{ADDRESS}").status_code == 404


def test_of_a_withdrawn_pack_a_program_learns_what_a_page_would_tell(
    held: Person, make_person: MakePerson
) -> None:
    board = make_person(Role.BOARD_MEMBER, at=organisation("QWU", "icb"), email="b@example.org")
    analyst = make_person(Role.ANALYST, at=organisation("QWU", "icb"), email="a2@example.org")
    outside, inside = asker(token_for(board)), asker(token_for(analyst))
    first = Pack.objects.get()
    newer = Pack.objects.get()
    newer.pk, newer.published_at = None, NOW + timedelta(days=1)
    newer.save()
    listed = outside("packs").json()["rows"]
    assert [(row["id"], row["address"]) for row in listed] == [(newer.pk, ADDRESS)]
    Pack.objects.filter(pk=newer.pk).update(
        stage="withdrawn", withdrawn_by=newer.approved_by, withdrawn_as="quality",
        withdrawn_at=NOW + timedelta(days=2), withdrawn_because="One table counted twice.",
    )  # fmt: skip
    assert outside("packs").json()["rows"] == []  # nor does the first come back
    assert outside(f"packs/{ADDRESS}").status_code == 404
    told = {row["id"]: row for row in inside("packs").json()["rows"]}
    assert {row["address"] for row in told.values()} == {None}
    assert (told[newer.pk]["stage"], told[first.pk]["stage"]) == ("withdrawn", "published")
    assert told[newer.pk]["withdrawn_at"] is not None


def test_before_any_evidence_the_day_and_the_state_are_told(
    settings: Settings, tmp_path: Path, make_person: MakePerson
) -> None:
    settings.ENVIRONMENT = replace(settings.ENVIRONMENT, store_dir=tmp_path / "none")
    _library.cache_clear()
    try:
        ask = asker(token_for(make_person(Role.QUALITY)))
        refused = ask("evidence/overview")
        assert refused.status_code == 422
        assert "Nothing is loaded" in refused.json()["detail"]
    finally:
        _library.cache_clear()
