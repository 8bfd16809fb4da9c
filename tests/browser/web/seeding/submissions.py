"""Submissions, challenges and messages of a mailbox, each at every stage."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from tests.browser.web.seeding.visitor import Visitor, carry_out_all

OURS = "X26ABC1"
WORDS = "The same rows were sent twice. " * 8


def submissions(visitors: dict[str, Visitor], folder: Path) -> dict[str, Any]:
    """Submissions of one provider at every stage: files of the synthetic Midlands with faults."""
    from speccomm_web.submissions.models import Submission

    submitter = visitors["submitter"]
    faulty = {"POINT OF DELIVERY CODE": "NO-SUCH"}
    made = {
        "checked": _send(submitter, "plcm_RKB_M09.csv", _rows(folder / "plcm_RKB_2023-24.csv", faulty, 40)),
        "loaded": _send(
            submitter, "deplcm_RKB_M07.csv", _rows(folder / "deplcm_RKB_2023-24.csv", faulty, 3),
            purpose="load", accepts_shrink="on",
        ),
        "refused": _send(
            submitter, "plcm_RKB_M08.csv", _rows(folder / "plcm_RKB_2023-24.csv", {}, 5), purpose="load"
        ),
    }  # fmt: skip
    carry_out_all()
    made["asking"] = _send(
        submitter, "deplcm_RKB_M07.csv", _rows(folder / "deplcm_RKB_2023-24.csv", faulty, 3),
        purpose="load",
    )  # fmt: skip
    made["sent"] = _send(
        submitter, "drplcm_RKB_M09.csv", _rows(folder / "drplcm_RKB_2023-24.csv", {}, 9)
    )
    loaded = Submission.objects.get(pk=made["loaded"])
    stages = {name: Submission.objects.get(pk=number).stage for name, number in made.items()}
    assert stages == {"checked": "checked", "loaded": "loaded", "refused": "refused",
                      "asking": "asked", "sent": "sent"}, (stages, loaded.refusal)  # fmt: skip
    return {f"submission_{name}": number for name, number in made.items()} | {
        "load": loaded.load_id
    }


def _rows(file: Path, last: dict[str, str], count: int) -> bytes:
    """The first rows of a file, the last of them changed."""
    with file.open(newline="", encoding="utf-8") as opened:
        rows = [row for row, _ in zip(csv.DictReader(opened), range(count), strict=False)]
    rows[-1] |= last
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


def _send(visitor: Visitor, name: str, content: bytes, **more: str) -> int:
    from django.core.files.uploadedfile import SimpleUploadedFile

    fields = {"provider": "RKB", "purpose": "check", "dataset": "", "complete": "yes", **more}
    file = SimpleUploadedFile(name, content, content_type="text/csv")
    parts = visitor.post("/submissions/send", files=[file], **fields)["Location"].split("/")
    return int(next(part for part in parts if part.isdigit()))


def challenges(visitors: dict[str, Visitor]) -> dict[str, int]:
    """A challenge at every stage, one of them with an attachment."""
    from django.core.files.uploadedfile import SimpleUploadedFile

    from speccomm_web.submissions.models import Attachment, Challenge

    ours, theirs = visitors["contracts"], visitors["submitter"]
    address = "/submissions/slices/plcm/RKB/2023-24/9/challenge"
    rows = [f"{number}@plcm_RKB_2023-24.csv" for number in _row_numbers(ours)]

    def raised(number: int, chosen: Sequence[str]) -> int:
        fields = {"commissioner": "Y60", "reason": "duplicate", "says": WORDS}
        if not chosen:
            fields["at_stake_gbp"] = "10.00"
        return int(ours.sent_to(address, row=chosen, **fields))

    def step(who: Visitor, challenge: int, act: str, **fields: Any) -> None:
        version = Challenge.objects.get(pk=challenge).version
        who.sent_to(f"/submissions/challenges/{challenge}/{act}", version=version, **fields)

    made = {stage: raised(n, rows if n else []) for n, stage in
            enumerate(("open", "proposed", "settled", "dropped"))}  # fmt: skip
    note = SimpleUploadedFile(
        "A note about rows that were sent twice in December.txt", b"See row 3."
    )
    step(theirs, made["proposed"], "reply", words=WORDS, files=[note])
    for stage in ("proposed", "settled"):
        step(theirs, made[stage], "propose", outcome="rejected", words="They differ by a day.")
    step(ours, made["settled"], "accept")
    step(ours, made["dropped"], "drop")
    found = {f"challenge_{stage}": number for stage, number in made.items()}
    return found | {"attachment": Attachment.objects.get().pk}


def _row_numbers(visitor: Visitor) -> list[int]:
    """Two rows of the month that the challenges are about, as the page offers them."""
    page = visitor.client.get("/submissions/slices/plcm/RKB/2023-24/9/rows").content.decode()
    return [int(number) for number in re.findall(r'name="row" value="(\d+)@', page)[:2]]


def messages() -> dict[str, int]:
    """A message of MESH of every kind, and a mailbox that cannot be reached."""
    from django.utils import timezone

    from speccomm_web.accounts.models import Organisation
    from speccomm_web.submissions.models import MailboxLook, MailboxMessage

    now, Kind = timezone.now(), MailboxMessage.Stage
    aside = {Kind.UNKNOWN_SENDER, Kind.UNKNOWN_WORKFLOW, Kind.WRONG_DATASET, Kind.REPEATED}
    problem = "X26ABC9 stood for no provider in the table of mailboxes on 20 January 2024."
    made = {}
    for number, kind in enumerate(kind for kind in Kind if kind != Kind.SENT):
        known = kind != Kind.UNKNOWN_SENDER
        made[f"message_{kind.value}"] = MailboxMessage.objects.create(
            message_id=f"2024011909301233399{number}_ABC00{number}", mailbox_id=OURS,
            sender="X26ABC2" if known else "X26ABC9", workflow_id="SPECCOMM_PLCM", stage=kind,
            file_name="A letter with a long name about the figures of December.csv",
            bytes=None if kind == Kind.TOO_LARGE else 123_456, received_at=now - timedelta(hours=number),
            problem="" if kind in {Kind.REPORT, Kind.DISCARDED} else problem, kept_aside=kind in aside,
            provider=Organisation.objects.get(ods_code="RKB") if known else None,
            discard_reason="It is a letter." if kind == Kind.DISCARDED else "",
        ).pk  # fmt: skip
    MailboxLook.objects.create(
        mailbox_id=OURS, looked_at=now, reached_at=now - timedelta(hours=3),
        failing_since=now - timedelta(hours=2), problem="MESH did not answer within 30 seconds.",
    )  # fmt: skip
    return made
