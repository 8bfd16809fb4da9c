"""What leaves is the protected pack that was approved, and what has left can be taken back."""

from __future__ import annotations

import json

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from speccomm_web.accounts.audit import verify_chain
from speccomm_web.accounts.models import AuditEntry
from speccomm_web.packs.models import CommentMark, Pack
from speccomm_web.runs.library import library
from tests.web.packs.conftest import Ask
from tests.web.packs.test_packs import step

People = dict[str, Client]
ADDRESS = "/packs/published/qwu-2023-04-2023-12"
WHY = "Table 3 counts one provider twice."


def approved(ask: Ask, people: People) -> Pack:
    pack = ask("publication")
    assert step(people["quality"], pack, "approve") == 302
    pack.refresh_from_db()
    assert pack.stage == Pack.Stage.APPROVED
    return pack


def published(ask: Ask, people: People) -> Pack:
    pack = approved(ask, people)
    assert step(people["quality"], pack, "publish") == 302
    pack.refresh_from_db()
    assert pack.stage == Pack.Stage.PUBLISHED
    return pack


def test_an_unsuppressed_pack_in_the_folder_of_a_publication_is_not_published(
    ask: Ask, people: People
) -> None:
    inside = ask("internal")
    pack = approved(ask, people)
    packs = library().packs
    kept = packs / f"{pack.folder}-kept"
    (packs / pack.folder).rename(kept)
    (packs / inside.folder).rename(packs / pack.folder)
    for sha256 in (pack.manifest_sha256, inside.manifest_sha256):
        # Even where the record itself names the unsuppressed files.
        Pack.objects.filter(pk=pack.pk).update(manifest_sha256=sha256)
        assert step(people["quality"], pack, "publish") == 302
        pack.refresh_from_db()
        assert pack.stage == Pack.Stage.APPROVED
        assert people["board"].get(ADDRESS).status_code == 404
    assert not list((packs / "releases").glob("*.json"))
    assert not AuditEntry.objects.filter(act="published_pack").exists()


def test_a_pack_altered_after_its_approval_is_not_published(ask: Ask, people: People) -> None:
    pack = approved(ask, people)
    page = library().packs / pack.folder / "index.html"
    page.write_bytes(page.read_bytes() + b"<!-- 3 patients -->")
    answer = people["quality"].post(
        f"/packs/{pack.pk}/publish", {"version": pack.version}, follow=True
    )
    assert "are not the protected ones that were approved" in answer.content.decode()
    pack.refresh_from_db()
    assert pack.stage == Pack.Stage.APPROVED


def test_the_database_holds_no_published_pack_that_is_internal(ask: Ask, people: People) -> None:
    pack = published(ask, people)
    for wrong in ({"audience": "internal"}, {"stage": "withdrawn"}, {"product": "annual_report"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Pack.objects.filter(pk=pack.pk).update(**wrong)


def test_a_withdrawn_pack_says_so_at_its_address(ask: Ask, people: People) -> None:
    first = published(ask, people)
    pack = published(ask, people)  # a newer version at the same address
    assert [row["id"] for row in people["board"].get("/packs/").context["table"].rows] == [pack.pk]
    page = f"/packs/{pack.pk}/withdraw"
    sent = {"version": pack.version, "because": WHY}
    for word, status in (("board", 403), ("network", 403), ("elsewhere", 404), ("narrow", 404)):
        assert people[word].post(page, sent).status_code == status, word
    assert people["quality"].post(page, {**sent, "because": " "}).status_code == 422
    assert people["quality"].post(page, {**sent, "version": 1}).status_code == 409
    assert people["quality"].get(page).status_code == 200
    assert people["quality"].post(page, sent).status_code == 302

    told = people["board"].get(ADDRESS)
    words = told.content.decode()
    assert told.status_code == 410
    assert "This pack was withdrawn" in words
    assert "in the role Quality" in words
    assert WHY not in words  # why is for those who work on packs
    assert f"/packs/{first.pk}" not in words
    assert people["board"].get("/packs/").context["table"].rows == []
    assert people["board"].get(f"{ADDRESS}/read/index.html")["Location"] == ADDRESS
    assert people["board"].get(f"{ADDRESS}/everything.zip")["Location"] == ADDRESS
    staff = people["analyst"].get(ADDRESS).content.decode()
    assert f"/packs/{first.pk}" in staff
    assert people["analyst"].get(f"/packs/{first.pk}/read/index.html").status_code == 200
    assert WHY in people["analyst"].get(f"/packs/{pack.pk}").content.decode()

    pack.refresh_from_db()
    assert people["quality"].post(page, {**sent, "version": pack.version}).status_code == 302
    entries = AuditEntry.objects.filter(act="withdrew_pack")
    assert entries.count() == 1
    assert WHY not in json.dumps(entries.get().details)
    assert verify_chain().faults == ()
    assert list((library().packs / "releases").glob("*.json"))  # what was seen stays seen
    assert step(people["quality"], pack, "build-again") == 302
    pack.refresh_from_db()
    assert pack.stage == Pack.Stage.WITHDRAWN

    again = published(ask, people)
    assert people["board"].get(ADDRESS).status_code == 200
    assert people["board"].get(f"/packs/{again.pk}")["Location"] == ADDRESS


def test_a_comment_is_resolved_and_opened_again(ask: Ask, people: People) -> None:
    pack = ask()
    people["network"].post(f"/packs/{pack.pk}/sections/activity/comment", {"text": "Whole?"})
    said = pack.comments.get()
    base = f"/packs/{pack.pk}/comments/{said.pk}"
    for word, status in (("board", 403), ("elsewhere", 404), ("narrow", 404)):
        assert people[word].post(f"{base}/resolve").status_code == status, word
    assert people["analyst"].post(f"{base}/resolve").status_code == 302
    assert "Resolved by" in people["network"].get(f"/packs/{pack.pk}").content.decode()
    assert people["quality"].post(f"{base}/resolve").status_code == 302  # already: nothing is added
    assert CommentMark.objects.count() == 1
    assert people["network"].post(f"{base}/reopen").status_code == 302
    assert list(said.marks.values_list("resolved", flat=True)) == [True, False]
    acts = AuditEntry.objects.filter(act__in=["resolved_comment", "reopened_comment"])
    assert acts.count() == 2
    other = ask()
    elsewhere = f"/packs/{other.pk}/comments/{said.pk}/resolve"
    assert people["analyst"].post(elsewhere).status_code == 404
