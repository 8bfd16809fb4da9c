"""Evidence is written by dated entries that are never erased, by those whose it is."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlencode

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from speccomm.jobs.evidence import register_on
from speccomm.warehouse import open_store
from speccomm_web.accounts.audit import verify_chain
from speccomm_web.accounts.models import AuditEntry, Organisation
from speccomm_web.accounts.roles import Role
from speccomm_web.evidence.models import EntryLoad
from tests.web.conftest import MakePerson, SignIn
from tests.web.midlands import Midlands

SSQD = "/evidence/registers/ssqd"


def kept(midlands: Midlands, register: str, **about: str) -> list[dict[str, object]]:
    """What the store itself holds of a subject today."""
    rows = register_on(open_store(midlands.store).snapshot(), register, on=timezone.localdate())
    return [r for r in rows.to_pylist() if all(r[key] == value for key, value in about.items())]


def seen(client: Client, address: str) -> str:
    page = client.get(address)
    assert page.status_code == 200, page.content[:300]
    return str(page.context["form"]["seen"].value())


def say_dashboard(client: Client, service: str, answer: str, mark: str) -> object:
    return client.post(
        f"{SSQD}/entry?service_code={service}",
        {"seen": mark, "has_ssqd": answer, "said_by": "Quality lead"},
    )


def test_an_answer_nobody_gave_is_not_a_no(quality: Client, midlands: Midlands) -> None:
    page = quality.get("/evidence/?answer=not+looked+at").content.decode()
    assert "Not looked at" in page
    assert "Nobody has said" in page
    form = quality.get(f"{SSQD}/new").context["form"]
    assert form["has_ssqd"].value() == "not looked at"


def test_an_entry_is_added_and_the_one_before_stays_and_can_be_put_back(
    quality: Client, midlands: Midlands
) -> None:
    before = kept(midlands, "ssqd")[0]
    service = str(before["service_code"])
    other = "no" if before["has_ssqd"] == "yes" else "yes"
    address = f"{SSQD}/entry?service_code={service}"
    answer = say_dashboard(quality, service, other, seen(quality, address))
    assert answer.status_code == 302, answer.content.decode()
    now = kept(midlands, "ssqd", service_code=service)[0]
    assert now["has_ssqd"] == other
    assert now["said_on"] == timezone.localdate()
    assert EntryLoad.objects.get(load_id=now["load_id"]).written_by.email == "quality@example.org"
    history = quality.get(f"{SSQD}/history?service_code={service}")
    rows = history.context["rows"]
    assert [row["holds"] for row in rows] == [True, False]
    assert "Somebody at quality@example.org" in rows[0]["written"]
    again = quality.post(
        f"{SSQD}/put-back?service_code={service}",
        {"to": rows[1]["mark"], "seen": history.context["now"], "said_by": "Quality lead"},
    )
    assert again.status_code == 302
    assert kept(midlands, "ssqd", service_code=service)[0]["has_ssqd"] == before["has_ssqd"]
    assert len(quality.get(f"{SSQD}/history?service_code={service}").context["rows"]) == 3
    acts = AuditEntry.objects.filter(act="wrote_evidence")
    assert [entry.details["service_code"] for entry in acts] == [service, service]
    assert verify_chain().faults == ()


def test_an_entry_is_ended_and_its_history_stays(quality: Client, midlands: Midlands) -> None:
    service = str(kept(midlands, "ssqd")[0]["service_code"])
    page = quality.get(f"{SSQD}/history?service_code={service}")
    quality.post(
        f"{SSQD}/put-back?service_code={service}",
        {"to": "none", "seen": page.context["now"], "said_by": "Quality lead"},
    )
    assert kept(midlands, "ssqd", service_code=service) == []
    assert len(quality.get(f"{SSQD}/history?service_code={service}").context["rows"]) == 2


def test_two_who_change_one_thing_do_not_lose_each_others_words(
    quality: Client, midlands: Midlands
) -> None:
    service = str(kept(midlands, "ssqd")[0]["service_code"])
    mark = seen(quality, f"{SSQD}/entry?service_code={service}")
    assert say_dashboard(quality, service, "not applicable", mark).status_code == 302
    assert say_dashboard(quality, service, "no", mark).status_code == 409
    assert kept(midlands, "ssqd", service_code=service)[0]["has_ssqd"] == "not applicable"


def test_a_persons_name_is_not_kept_and_leaves_nothing_in_the_store(
    quality: Client, midlands: Midlands
) -> None:
    service = str(kept(midlands, "ssqd")[0]["service_code"])
    address = f"{SSQD}/entry?service_code={service}"
    version = open_store(midlands.store).version
    mark = seen(quality, address)
    refused = quality.post(address, {"seen": mark, "has_ssqd": "no", "said_by": "Jane Smith"})
    assert refused.status_code == 422
    assert "said_by" in refused.context["form"].errors
    assert open_store(midlands.store).version == version


def test_raised_to_enhanced_it_stands_in_next_months_highlight_report(
    quality: Client, midlands: Midlands
) -> None:
    row = next(r for r in kept(midlands, "surveillance") if r["surveillance_level"] == "routine")
    keys = ("service_code", "service_part", "provider_code", "concern_title")
    about = urlencode({key: row[key] for key in keys if row[key]})
    address = f"/evidence/registers/surveillance/entry?{about}"
    form = quality.get(address).context["form"]
    fields = {name: form[name].value() for name in form.fields}
    sent = {name: value for name, value in fields.items() if value is not None}
    answer = quality.post(address, {**sent, "surveillance_level": "enhanced",
                                    "concern_state": "ongoing"})  # fmt: skip
    assert answer.status_code == 302, answer.content.decode()
    today = timezone.localdate()
    following = (today.replace(day=1) + timedelta(days=32)).replace(day=1)
    earlier = (today.replace(day=1) - timedelta(days=1)).replace(day=1)
    title = str(row["concern_title"])

    def reported(month: object) -> bool:
        found = quality.get(f"/evidence/highlights?choice={month:%Y-%m}").context["table"].rows
        return any(r["concern_title"] == title and r["level_since"] == today for r in found)

    assert reported(following)
    assert not reported(earlier)


def test_who_does_not_look_after_a_place_does_not_write_there(
    midlands: Midlands, make_person: MakePerson, sign_in: SignIn
) -> None:
    elsewhere = Organisation.objects.create(ods_code="QMM", name="An ICB", kind="icb")
    client = sign_in(make_person(Role.QUALITY, email="icb@example.org", at=elsewhere))
    service = str(kept(midlands, "ssqd")[0]["service_code"])
    mark = seen(client, f"{SSQD}/entry?service_code={service}")
    refused = say_dashboard(client, service, "no", mark)
    assert refused.status_code == 422  # a whole service line is said of for a region
    assert client.get("/evidence/surveillance").context["table"].rows == []


def test_a_role_for_one_service_sees_that_service_only(
    midlands: Midlands, make_person: MakePerson, sign_in: SignIn, region: Organisation
) -> None:
    service = str(kept(midlands, "surveillance")[0]["service_code"])
    person = make_person(Role.QUALITY, email="one@example.org", at=region, services=[service])
    client = sign_in(person)
    rows = client.get("/evidence/").context["rows"]
    assert {row["code"] for row in rows} == {service}


@pytest.mark.parametrize(
    "path",
    ["", "surveillance", "highlights", "fragile", "priorities", "sites", "import",
     "registers/priorities/new", "registers/provision/new", "registers/networks/new",
     "registers/fragile_services/new", "registers/priority_deliverables/new",
     "registers/safety_events/list", "registers/workforce/list", "registers/deep_dives/list"],
)  # fmt: skip
def test_every_page_opens_with_few_questions_of_the_database(
    path: str, quality: Client, midlands: Midlands, django_assert_max_num_queries: object
) -> None:
    with django_assert_max_num_queries(30):  # type: ignore[operator]
        assert quality.get(f"/evidence/{path}").status_code == 200


EVENT = "/evidence/registers/safety_events"


def test_registers_of_money_are_not_opened_here(quality: Client, midlands: Midlands) -> None:
    for register in ("accounts", "funding_decisions", "nothing"):
        assert quality.get(f"/evidence/registers/{register}/new").status_code == 404
        assert quality.get(f"/evidence/registers/{register}/list").status_code == 404


def test_a_safety_event_is_added_changed_and_put_back_without_its_reference_in_an_address(
    quality: Client, midlands: Midlands
) -> None:
    service = str(kept(midlands, "ssqd")[0]["service_code"])
    form = {
        "seen": seen(quality, f"{EVENT}/new"), "event_reference": "MADE-UP-77",
        "service_code": service, "provider_code": "RRK", "event_kind": "serious incident",
        "reported_on": "2026-01-05", "plan_priority": "not looked at", "said_by": "Quality lead",
        "summary": "Made up for a test.",
    }  # fmt: skip
    answer = quality.post(f"{EVENT}/new", form)
    assert answer.status_code == 302, answer.content.decode()
    history = answer["Location"]
    assert "MADE-UP-77" not in history
    shown = quality.get(history)
    assert "MADE-UP-77" in shown.content.decode()
    edit = str(shown.context["edit"])
    assert "MADE-UP-77" not in edit
    stale = seen(quality, edit)
    changed = {**form, "seen": stale, "closed_on": "2026-02-01", "learning": "Made up."}
    assert quality.post(edit, changed).status_code == 302
    assert quality.post(edit, changed).status_code == 409
    rows = quality.get(history).context["rows"]
    assert [row["holds"] for row in rows] == [True, False]
    back = {"to": rows[1]["mark"], "seen": rows[0]["mark"], "said_by": "Quality lead"}
    assert quality.post(str(shown.context["put_back"]), back).status_code == 302
    now = kept(midlands, "safety_events", event_reference="MADE-UP-77")
    assert [row["closed_on"] for row in now] == [None]
    looks = AuditEntry.objects.filter(act="saw_evidence_cases")
    assert looks.count() >= 4
    assert "MADE-UP-77" not in str(list(AuditEntry.objects.values()))
    listed = quality.get(f"{EVENT}/list?service_code={service}").content.decode()
    assert "MADE-UP-77" in listed


def test_single_cases_are_opened_by_quality_leads_of_their_place_alone(
    midlands: Midlands, make_person: MakePerson, sign_in: SignIn, region: Organisation,
    quality: Client,
) -> None:  # fmt: skip
    analyst = sign_in(
        make_person(Role.ANALYST, Role.CONTRACT_AND_FINANCE, email="a@example.org", at=region)
    )
    for register in ("safety_events", "complaints"):
        assert analyst.get(f"/evidence/registers/{register}/list").status_code == 404
        row = quality.get(f"/evidence/registers/{register}/list").context["table"].rows[0]
        assert quality.get(row["at"]).status_code == 200
        assert analyst.get(row["at"]).status_code == 404
    elsewhere = Organisation.objects.create(ods_code="QMM", name="An ICB", kind="icb")
    far = make_person(Role.QUALITY, email="far@example.org", at=elsewhere)
    far.grants.create(role=Role.ANALYST.value, organisation=region, from_date="2020-04-01")
    there = sign_in(far)
    page = there.get("/evidence/registers/complaints/list")
    assert page.context["table"].rows == []
    assert there.get(row["at"]).status_code == 404
    assert analyst.get("/evidence/").status_code == 200


def test_a_reference_that_another_place_gave_is_not_taken_over(
    midlands: Midlands, make_person: MakePerson, sign_in: SignIn, quality: Client
) -> None:
    place = Organisation.objects.create(ods_code="QWU", name="An ICB", kind="icb")
    here = sign_in(make_person(Role.QUALITY, email="icb@example.org", at=place))
    theirs = next(r for r in kept(midlands, "safety_events") if r["provider_code"] == "RRK")
    form = {
        "seen": "none", "event_reference": theirs["event_reference"], "provider_code": "RKB",
        "service_code": theirs["service_code"], "event_kind": "never event",
        "reported_on": "2026-01-05", "plan_priority": "no", "said_by": "Quality lead",
    }  # fmt: skip
    assert here.post(f"{EVENT}/new", form).status_code == 422
    now = kept(midlands, "safety_events", event_reference=str(theirs["event_reference"]))
    assert [row["provider_code"] for row in now] == ["RRK"]
    own = {**form, "event_reference": "MADE-UP-78", "event_kind": "serious incident"}
    assert here.post(f"{EVENT}/new", own).status_code == 302


@pytest.mark.parametrize(
    ("register", "answers"),
    [
        ("complaints", {"complaint_reference": "MADE-UP-1", "provider_code": "RRK",
                        "received_on": "2026-01-05"}),
        ("cqc_reports", {"provider_code": "RRK", "core_service": "Critical care",
                         "inspected_on": "2026-01-05", "breach": "no"}),
        ("other_intelligence", {"intelligence_kind": "peer review", "title": "A made-up review",
                                "dated_on": "2026-01-05"}),
        ("workforce", {"site_code": "RRK02", "staff_role": "clinical nurse specialist",
                       "counted_on": "2026-01-05", "meets_standard": "no",
                       "in_post_wte": "3.5"}),
        ("deep_dives", {"title": "A made-up dive", "dive_state": "planned"}),
    ],
)  # fmt: skip
def test_each_register_takes_an_entry_by_the_page(
    register: str, answers: dict[str, str], quality: Client, midlands: Midlands
) -> None:
    service = str(kept(midlands, "ssqd")[0]["service_code"])
    address = f"/evidence/registers/{register}"
    before = quality.get(f"{address}/list").context["page"]["total"]
    if register == "workforce":
        answers["site_code"] = str(kept(midlands, "provision")[0]["site_code"])
    form = {"seen": "none", "said_by": "Quality lead", "service_code": service, **answers}
    answer = quality.post(f"{address}/new", form)
    assert answer.status_code == 302, answer.context["form"].errors
    assert quality.get(answer["Location"]).status_code == 200
    assert quality.get(f"{address}/list").context["page"]["total"] == before + 1


def test_a_network_manager_keeps_workforce_and_reviews_and_no_cases(
    midlands: Midlands, make_person: MakePerson, sign_in: SignIn, region: Organisation
) -> None:
    client = sign_in(make_person(Role.NETWORK_MANAGER, email="n@example.org", at=region))
    for register in ("workforce", "other_intelligence", "networks", "provision"):
        assert client.get(f"/evidence/registers/{register}/new").status_code == 200, register
    for register in ("safety_events", "complaints", "cqc_reports", "deep_dives", "surveillance"):
        assert client.get(f"/evidence/registers/{register}/new").status_code == 404, register


def sheet(text: str, name: str = "ssqd.csv") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, text.encode())


def send(client: Client, file: SimpleUploadedFile) -> object:
    return client.post(
        "/evidence/import", {"file": file, "said_by": "Quality lead", "register": ""}
    )


def test_a_sheet_is_looked_at_before_it_is_kept(quality: Client, midlands: Midlands) -> None:
    before = kept(midlands, "ssqd")[0]
    service = str(before["service_code"])
    other = "no" if before["has_ssqd"] == "yes" else "yes"
    text = f"service_code,has_ssqd,dashboard_name\n{service},{other},\nNONE,yes,\n"
    version = open_store(midlands.store).version
    sent = send(quality, sheet(text, "../../ssqd.csv"))
    assert sent.status_code == 302, sent.content.decode()
    page = quality.get(sent["Location"])
    changes = page.context["changes"].rows
    assert {"column": "has ssqd", "before": before["has_ssqd"], "after": other} in [
        {key: row[key] for key in ("column", "before", "after")} for row in changes
    ]
    assert page.context["counts"].rows[0]["refused_rows"] == 1
    assert open_store(midlands.store).version == version
    stale = quality.post(f"{sent['Location']}/keep", {"version": version - 1})
    assert stale.status_code == 409
    done = quality.post(f"{sent['Location']}/keep", {"version": page.context["version"]})
    assert done.status_code == 302
    assert kept(midlands, "ssqd", service_code=service)[0]["has_ssqd"] == other
    twice = quality.post(f"{sent['Location']}/keep", {"version": version})
    assert twice.status_code == 404


def test_files_that_are_no_registers_are_refused(quality: Client, midlands: Midlands) -> None:
    import io
    import zipfile

    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as zipped:
        zipped.writestr("xl/worksheets/sheet1.xml", b"0" * 50_000_000)
    for file in (
        SimpleUploadedFile("bomb.xlsx", held.getvalue()),
        SimpleUploadedFile("broken.xlsx", b"PK\x03\x04 and no more"),
        SimpleUploadedFile("picture.csv", b"\x00\x01\x02"),
        sheet("a,b,c\n1,2,3\n", "nothing.csv"),
    ):
        assert send(quality, file).status_code == 422


def test_a_formula_in_a_sheet_is_text_and_is_harmless_in_the_download(
    quality: Client, midlands: Midlands
) -> None:
    row = kept(midlands, "fragile_services")[0]
    keys = ("specialty", "service_code", "area_code", "icb_code", "provider_code", "site_code")
    about = {key: row[key] or "" for key in keys}
    text = ",".join([*keys, "reasons", "owner_role", "actions", "review_on"]) + "\n"
    text += ",".join(
        [*map(str, about.values()), "workforce", "clinical lead", "=1+1", "2027-01-31"]
    )
    sent = send(quality, sheet(text + "\n", "fragile_services.csv"))
    page = quality.get(sent["Location"])
    quality.post(f"{sent['Location']}/keep", {"version": page.context["version"]})
    assert kept(midlands, "fragile_services", specialty=str(row["specialty"]))
    content = b"".join(quality.get("/evidence/fragile?format=csv")).decode()
    assert "'=1+1" in content
