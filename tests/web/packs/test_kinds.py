"""Each kind of pack that can be asked for: its fields, its building, and who may not have it."""

from __future__ import annotations

from django.test import Client

from speccomm_web.packs.models import Pack
from speccomm_web.runs.library import library
from tests.web.packs.conftest import Ask, carry_out_all
from tests.web.packs.test_packs import step

People = dict[str, Client]
REPORT = "/packs/ask?kind=annual-report"
REGION = "/packs/ask?kind=region-packs"


def fields(client: Client, address: str) -> set[str]:
    return set(client.get(address).context["form"].fields)


def test_each_kind_shows_its_own_fields(ask: Ask, people: People) -> None:
    one = {"area", "from_month", "to_month", "audience", "sections", "formats"}
    assert fields(people["analyst"], "/packs/ask") == one
    assert fields(people["analyst"], REGION) == one
    assert fields(people["analyst"], REPORT) == {"area", "year", "formats"}
    assert fields(people["analyst"], "/packs/ask?kind=nothing") == one
    # The quality lead of one ICB has no region whose ICBs they could ask for.
    assert people["quality"].get(REGION).context["areas"] is False


def test_a_pack_of_a_region_is_built(ask: Ask, people: People) -> None:
    pack = ask(area="Y60")
    assert (pack.stage, pack.area_kind) == (Pack.Stage.READY, "region"), pack.task.result
    assert people["network"].get(f"/packs/{pack.pk}/read/index.html").status_code == 200
    assert people["quality"].get(f"/packs/{pack.pk}").status_code == 404


def test_an_annual_report_is_internal_and_never_published(ask: Ask, people: People) -> None:
    sent = {"area": "QWU", "year": "2023-24", "formats": ["xlsx"], "audience": "publication"}
    assert people["analyst"].post(REPORT, {**sent, "year": "2019-20"}).status_code == 422
    assert people["analyst"].post(REPORT, sent).status_code == 302
    carry_out_all()
    report = Pack.objects.get()
    assert report.stage == Pack.Stage.READY, report.task.result
    assert report.is_internal
    assert (report.from_month, report.to_month) == ("2023-04", "2024-03")
    page = people["analyst"].get(f"/packs/{report.pk}")
    assert page.status_code == 200
    assert report.titles["income"] in page.content.decode()
    assert people["analyst"].get(f"/packs/{report.pk}/read/pack.xlsx").status_code == 200
    assert people["board"].get(f"/packs/{report.pk}").status_code == 404
    words = {"version": report.version, "text": "Read it with care.", "written_as": "ICB finance"}
    address = f"/packs/{report.pk}/sections/income"
    assert people["quality"].get(address).status_code == 200
    assert people["quality"].post(address, words).status_code == 302
    carry_out_all()
    report.refresh_from_db()
    assert report.stage == Pack.Stage.READY, report.task.result
    read = people["analyst"].get(f"/packs/{report.pk}/read/index.html").content.decode()
    assert "Read it with care." in read
    # Beside a pack of the same area, a report is compared with nothing.
    assert ask().compared_with is None


def test_every_icb_of_a_region_has_its_pack(ask: Ask, people: People) -> None:
    sent = {"area": "Y60", "from_month": "2023-12", "to_month": "2023-12",
            "audience": "publication", "sections": ["activity"], "formats": []}  # fmt: skip
    assert people["quality"].post(REGION, sent).status_code == 422
    assert people["analyst"].post(REGION, {**sent, "area": "QWU"}).status_code == 422
    assert not Pack.objects.exists()
    assert people["analyst"].post(REGION, sent).status_code == 302
    carry_out_all()
    packs = list(Pack.objects.order_by("pk"))
    assert len(packs) > 2
    assert {pack.stage for pack in packs} == {Pack.Stage.READY}, packs[0].task.result
    assert len({pack.area_code for pack in packs}) == len(packs)
    assert len({pack.task_id for pack in packs}) == 1
    assert len({pack.ledger for pack in packs}) == len(packs)  # each checked after the one before

    other = people["analyst"]
    Pack.objects.update(asked_by=packs[0].asked_by)
    assert step(other, packs[0], "approve") == 302
    packs[0].refresh_from_db()
    assert packs[0].stage == Pack.Stage.READY  # who asked for them approves none
    Pack.objects.update(stage=Pack.Stage.APPROVED, approved_by=second_person(people))
    for pack in packs:
        pack.refresh_from_db()
    assert step(other, packs[1], "publish") == 302  # before the first, against which it was checked
    packs[1].refresh_from_db()
    assert packs[1].stage == Pack.Stage.APPROVED
    for pack in packs[:2]:
        assert step(other, pack, "publish") == 302
        pack.refresh_from_db()
        assert pack.stage == Pack.Stage.PUBLISHED
    assert len(list((library().packs / "releases").glob("*.json"))) == 2


def second_person(people: People) -> int:
    return int(people["quality"].session["_auth_user_id"])
