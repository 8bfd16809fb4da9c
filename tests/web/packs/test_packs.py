"""A pack from the asking to its readers: who may do what, in which order, and what is shown."""

from __future__ import annotations

import io
import json
import zipfile

import pytest
from django.test import Client

from speccomm_web.accounts.audit import verify_chain
from speccomm_web.accounts.models import AuditEntry
from speccomm_web.packs.models import Pack
from speccomm_web.runs.library import library
from tests.web.packs.conftest import Ask, carry_out_all

People = dict[str, Client]


def step(client: Client, pack: Pack, name: str, *, version: int | None = None) -> int:
    sent = {"version": pack.version if version is None else version}
    return client.post(f"/packs/{pack.pk}/{name}", sent).status_code


def test_an_internal_pack_is_built_and_read_by_those_entitled_only(
    ask: Ask, people: People, django_assert_max_num_queries: object
) -> None:
    pack = ask()
    assert pack.stage == Pack.Stage.READY, pack.task.result
    page = f"/packs/{pack.pk}/read/index.html"
    for word, status in (("analyst", 200), ("quality", 200), ("network", 200), ("board", 403),
                         ("elsewhere", 404), ("narrow", 404)):  # fmt: skip
        assert people[word].get(page).status_code == status, word
    for word in ("board", "elsewhere", "narrow"):
        assert people[word].get(f"/packs/{pack.pk}").status_code == 404
        assert people[word].get("/packs/").context["table"].rows == []
    with django_assert_max_num_queries(30):  # type: ignore[operator]
        shown = people["analyst"].get(f"/packs/{pack.pk}")
    assert shown.status_code == 200
    assert AuditEntry.objects.filter(act="read_internal_pack").count() == 3
    assert step(people["quality"], pack, "approve") == 302
    pack.refresh_from_db()
    assert pack.stage == Pack.Stage.APPROVED
    assert step(people["quality"], pack, "publish") == 302
    pack.refresh_from_db()
    assert pack.stage == Pack.Stage.APPROVED  # an internal pack is never published
    assert people["board"].get(f"/packs/{pack.pk}").status_code == 404
    assert verify_chain().faults == ()


def test_a_publication_goes_through_a_second_person_to_its_address(
    ask: Ask, people: People
) -> None:
    pack = ask("publication")
    address = "/packs/published/qwu-2023-04-2023-12"
    assert step(people["analyst"], pack, "approve") == 302
    pack.refresh_from_db()
    assert pack.stage == Pack.Stage.READY  # who asked for it does not approve it
    assert step(people["quality"], pack, "publish") == 302
    pack.refresh_from_db()
    assert pack.stage == Pack.Stage.READY  # nothing is published that was not approved
    assert people["board"].get(address).status_code == 404
    assert step(people["quality"], pack, "approve") == 302
    pack.refresh_from_db()
    assert people["board"].get(address).status_code == 404
    assert step(people["quality"], pack, "publish") == 302
    assert list((library().packs / "releases").glob("*.json"))
    assert people["board"].get(address).status_code == 200
    moved = people["board"].get(f"/packs/{pack.pk}")
    assert moved["Location"] == address
    read = people["board"].get(f"{address}/read/index.html")
    policy = read["Content-Security-Policy"]
    assert read.status_code == 200
    assert "script-src" not in policy
    assert "default-src 'none'" in policy
    assert "'unsafe-inline'" not in policy
    assert "sha256-" in policy
    assert people["board"].get(f"/packs/{pack.pk}/read/index.html").status_code == 403
    receipts = [path for path in files(pack) if path.startswith("receipts/")]
    assert receipts
    assert people["board"].get(f"{address}/read/{receipts[0]}").status_code == 200
    whole = people["board"].get(f"{address}/everything.zip")
    names = zipfile.ZipFile(io.BytesIO(whole.content)).namelist()
    assert {"index.html", "pack.xlsx", "manifest.json"} <= set(names)
    pack.refresh_from_db()
    assert step(people["quality"], pack, "build-again") == 302
    pack.refresh_from_db()
    assert pack.stage == Pack.Stage.PUBLISHED  # what was published is not changed


def files(pack: Pack) -> list[str]:
    manifest = json.loads((library().packs / pack.folder / "manifest.json").read_text())
    return [file["path"] for file in manifest["files"]]


def test_nothing_but_the_packs_own_files_is_handed_out(ask: Ask, people: People) -> None:
    pack = ask()
    (library().packs / pack.folder / "secret.txt").write_text("not of the pack")
    for path in ("secret.txt", "../../key", "..%2f..%2fkey", "%2e%2e/%2e%2e/store/head.json",
                 "/etc/passwd", "tables", "tables/../index.html", "index.html%00"):  # fmt: skip
        answer = people["analyst"].get(f"/packs/{pack.pk}/read/{path}")
        assert answer.status_code == 404, path


def test_words_are_marked_as_the_editors_and_a_writer_does_not_approve(
    ask: Ask, people: People
) -> None:
    pack = ask()
    address = f"/packs/{pack.pk}/sections/activity"
    assert step(people["quality"], pack, "approve") == 302
    pack.refresh_from_db()
    sent = {"version": pack.version, "text": "Read this with care.\n\nMonth 9 is provisional.",
            "written_as": "ICB quality lead"}  # fmt: skip
    refused = people["quality"].post(address, {**sent, "written_as": "Jane Smith"})
    assert refused.status_code == 422
    assert people["quality"].post(address, sent).status_code == 302
    pack.refresh_from_db()
    assert pack.approved_by is None  # what was approved is not what it will be
    carry_out_all()
    pack.refresh_from_db()
    assert (pack.stage, pack.edition) == (Pack.Stage.READY, 2)
    page = people["analyst"].get(f"/packs/{pack.pk}/read/index.html").content.decode()
    assert "Read this with care." in page
    assert "ICB quality lead" in page
    assert step(people["quality"], pack, "approve") == 302
    pack.refresh_from_db()
    assert pack.stage == Pack.Stage.READY  # who wrote in it does not approve it


def test_two_editors_do_not_lose_each_others_words(ask: Ask, people: People) -> None:
    pack = ask()
    sent = {"version": pack.version, "text": "Mine.", "written_as": "ICB quality lead"}
    assert people["quality"].post(f"/packs/{pack.pk}/sections/activity", sent).status_code == 302
    carry_out_all()
    late = people["analyst"].post(f"/packs/{pack.pk}/sections/headlines", {**sent, "text": "Other"})
    assert late.status_code == 409
    assert step(people["quality"], pack, "approve") in {302, 409}
    assert list(pack.wordings.values_list("text", flat=True)) == ["Mine."]


def test_a_comment_stays_with_the_edition_it_was_made_on(ask: Ask, people: People) -> None:
    pack = ask()
    address = f"/packs/{pack.pk}/sections/activity/comment"
    assert people["network"].post(address, {"text": "<b>Is month 9 whole?</b>"}).status_code == 302
    page = people["analyst"].get(f"/packs/{pack.pk}").content.decode()
    assert "&lt;b&gt;Is month 9 whole?&lt;/b&gt;" in page
    assert "on edition 1" in page
    assert people["board"].post(address, {"text": "Mine"}).status_code == 403
    assert people["elsewhere"].post(address, {"text": "Mine"}).status_code == 404


def test_a_pack_is_compared_with_the_one_before(ask: Ask, people: People) -> None:
    first = ask()
    second = ask(to_month="2023-10")
    assert second.compared_with == first
    page = people["analyst"].get(f"/packs/{second.pk}/changes")
    assert page.status_code == 200
    assert page.context["figures"].rows
    assert any("2023" in sentence for sentence in page.context["differences"])
    assert people["elsewhere"].get(f"/packs/{second.pk}/changes").status_code == 404


def test_a_pack_checked_against_an_older_ledger_is_not_published(ask: Ask, people: People) -> None:
    one, other = ask("publication"), ask("publication", sections=["activity", "definitions"])
    for pack in (one, other):
        assert step(people["quality"], pack, "approve") == 302
        pack.refresh_from_db()
    assert step(people["quality"], one, "publish") == 302
    assert step(people["quality"], other, "publish") == 302
    one.refresh_from_db()
    other.refresh_from_db()
    assert one.stage == Pack.Stage.PUBLISHED
    assert other.stage == Pack.Stage.APPROVED
    assert len(list((library().packs / "releases").glob("*.json"))) == 1


@pytest.mark.parametrize(
    "wrong",
    [{"area": "QMM"}, {"to_month": "2023-03"}, {"from_month": "2023-09", "to_month": "2023-05"},
     {"sections": []}, {"audience": "everyone"}],
)  # fmt: skip
def test_what_may_not_be_asked_is_told_on_the_form(
    wrong: dict[str, object], ask: Ask, people: People
) -> None:
    sent = {"area": "QWU", "from_month": "2023-04", "to_month": "2023-12", "audience": "internal",
            "sections": ["activity"], "formats": [], **wrong}  # fmt: skip
    answer = people["quality"].post("/packs/ask", sent)
    assert answer.status_code == 422
    assert not Pack.objects.exists()
