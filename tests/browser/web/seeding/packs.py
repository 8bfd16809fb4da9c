"""A pack at every stage, and a task at every stage."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from tests.browser.web.seeding.visitor import Visitor, carry_out_all


def packs(visitors: dict[str, Visitor]) -> dict[str, Any]:
    """The number of a pack at every stage, and the addresses of those that were published."""
    with _one_region_read():
        return _packs(visitors["analyst"], visitors["quality"])


def _packs(analyst: Visitor, quality: Visitor) -> dict[str, Any]:
    from speccomm_web.packs.models import Comment, Pack
    from speccomm_web.runs.models import BackgroundTask

    asked = {
        "from_month": "2023-10",
        "to_month": "2023-12",
        "sections": ["headlines", "definitions"],
    }

    def ask(area: str, audience: str, **changes: Any) -> int:
        fields = {"area": area, "audience": audience, "formats": [], **asked, **changes}
        return int(analyst.sent_to("/packs/ask", **fields))

    def decide(pack: int, *steps: str, **fields: str) -> None:
        for step in steps:
            version = Pack.objects.get(pk=pack).version
            quality.sent_to(f"/packs/{pack}/{step}", version=version, **fields)

    made = {"earlier": ask("QWU", "internal")}
    carry_out_all()
    made |= {"built": ask("QWU", "internal"), "withdrawn": ask("QWU", "publication"),
             "approved": ask("QJ2", "publication")}  # fmt: skip
    carry_out_all()
    words = {
        "text": "The fall in November is one provider's late file.",
        "written_as": "ICB analyst",
    }
    version = Pack.objects.get(pk=made["built"]).version
    quality.sent_to(f"/packs/{made['built']}/sections/headlines", version=version, **words)
    carry_out_all()
    for text in ("Is the fall in November real?", "This repeats what the headline says. " * 12):
        quality.post(f"/packs/{made['built']}/sections/headlines/comment", text=text)
    comment = Comment.objects.earliest("pk")
    quality.post(f"/packs/{made['built']}/comments/{comment.pk}/resolve")
    decide(made["withdrawn"], "approve", "publish")
    made["published"] = ask("QOC", "publication")
    carry_out_all()
    decide(made["published"], "approve", "publish")
    decide(made["withdrawn"], "withdraw", because="A file of one provider was sent in error.")
    decide(made["approved"], "approve")
    addresses = {
        stage: Pack.objects.get(pk=made[stage]).address for stage in ("published", "withdrawn")
    }
    made |= {stage: ask("QWU", "internal") for stage in ("failed", "building", "asked")}
    for stage, found in (
        ("failed", {"stage": "failed", "result": {"words": "The fault is ours, and has been recorded.",
                                                  "address": f"/packs/{made['failed']}"}}),
        ("building", {"stage": "under_way", "phase": "Drawing", "done": 1, "total": 4, "attempts": 2}),
    ):  # fmt: skip
        task = Pack.objects.get(pk=made[stage]).task_id
        BackgroundTask.objects.filter(pk=task).update(**found)
    return {**made, **{f"address_{stage}": address for stage, address in addresses.items()}}


def tasks(owner: Any) -> dict[str, str]:
    """A task at every stage, as a worker leaves it."""
    from speccomm_web.runs.models import BackgroundTask

    ends = {"done": "12,345 rows read, 12,340 accepted, 5 refused.", "cancelled": "It was stopped.",
            "refused": "No reference folder is set up here. Tell your administrator.",
            "failed": "The fault is ours, and has been recorded."}  # fmt: skip
    made = {}
    for stage in BackgroundTask.Stage.values:
        under_way = stage == "under_way"
        made[f"task_{stage}"] = str(
            BackgroundTask.objects.create(
                kind="build_pack", title="Load 12 files of University Hospitals Coventry",
                asked_by=owner, stage=stage, attempts=1,
                phase="plcm_RKB_2023-24.csv" if under_way else "",
                done=1234 if under_way else 0, total=98765 if under_way else 0,
                result={"words": ends.get(stage, ""), "address": "/runs/" if stage == "done" else ""},
            ).pk
        )  # fmt: skip
    return made


@contextmanager
def _one_region_read() -> Iterator[None]:
    """Read the store once for all packs, as the packs of every ICB of a region are built."""
    from speccomm.jobs.pack import PackRequest, open_region, pack_of
    from speccomm_web.packs import tasks

    with ExitStack() as held:
        opened: list[Any] = []

        def read(request: PackRequest) -> Any:
            if not opened:
                opened.append(held.enter_context(open_region(request, each_icb=True)))
            return pack_of(request, opened[0])

        reads, tasks.read_pack = tasks.read_pack, read
        yield
        tasks.read_pack = reads
