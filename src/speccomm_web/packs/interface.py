"""What programs may ask of packs: which there are, and the files of a published one."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from django import forms
from django.urls import reverse

from speccomm_web.accounts.viewer import Viewer
from speccomm_web.packs import queries
from speccomm_web.packs.models import Pack
from speccomm_web.runs.interface.answers import Answer, Asked, Field, Kind, marked
from speccomm_web.runs.interface.parameters import CODE, Paged, Written
from speccomm_web.runs.interface.questions import Described, Part

PACKS = (
    Field("id", Kind.WHOLE, "number of the pack"),
    Field("area_kind", Kind.TEXT, "icb or region"),
    Field("area_code", Kind.TEXT, "the ICB or region it is of"),
    Field("area_name", Kind.TEXT, "its name"),
    Field("from_month", Kind.TEXT, "first month, as 2023-04"),
    Field("to_month", Kind.TEXT, "last month"),
    Field("audience", Kind.TEXT, "publication or internal"),
    Field("stage", Kind.TEXT, "where it stands: published, on the way there, or withdrawn"),
    Field("address", Kind.TEXT, "where it is read; null: not published, replaced or withdrawn"),
    Field("store_version", Kind.WHOLE, "version of the store read; null: not built"),
    Field("built_at", Kind.MOMENT, "when it was built; null: not built"),
    Field("published_at", Kind.MOMENT, "when it was published; null: it never was"),
    Field("withdrawn_at", Kind.MOMENT, "when it was withdrawn; null: it was not"),
    Field("manifest_sha256", Kind.TEXT, "SHA-256 of its manifest; null: not built"),
)
FILES = (
    Field("path", Kind.TEXT, "the file's name within the pack"),
    Field("bytes", Kind.WHOLE, "how large it is"),
    Field("sha256", Kind.TEXT, "its SHA-256"),
    Field("media_type", Kind.TEXT, "what kind of file it is"),
    Field("href", Kind.TEXT, "where to get it, with the same token"),
)
ADDRESS = Part(
    "address", "pack_address", {"type": "string", "pattern": "^[a-z0-9-]{1,100}$"},
    "Address of a published pack, from /packs.",
)  # fmt: skip


class PacksQuestion(Paged):
    """Which packs."""

    area = Written(CODE, help_text="Only packs of this ICB or region.")
    stage = forms.ChoiceField(
        choices=Pack.Stage.choices, required=False, help_text="Only packs at this stage."
    )


def packs(viewer: Viewer, asked: Mapping[str, Any]) -> Asked:
    """The packs that you may see."""
    found = queries.find_packs(viewer, area=asked["area"], stage=asked["stage"])
    rows = [_pack(pack, stands=pack.stands) for pack in found]  # type: ignore[attr-defined]
    return Asked(marked(rows, {}), lambda _: Answer(PACKS, rows))


def files(viewer: Viewer, asked: Mapping[str, Any], address: str) -> Asked | None:
    """The files of the pack that stands at an address, None where none is published there."""
    pack = queries.published_pack(viewer, address)
    if pack is None or pack.stage != Pack.Stage.PUBLISHED:
        return None
    rows = [
        {
            "path": path,
            "bytes": len(opened.content),
            "sha256": sha256(opened.content).hexdigest(),
            "media_type": opened.media_type,
            "href": reverse("packs:published_file", args=[address, path]),
        }
        for path in queries.files_of(pack)
        if (opened := queries.pack_file(pack, path)) is not None
    ]
    facts = {"pack": _pack(pack, stands=True)}
    return Asked(marked(rows, facts), lambda _: Answer(FILES, rows, facts))


def _pack(pack: Pack, *, stands: bool) -> dict[str, Any]:
    row = {field.name: getattr(pack, field.name) for field in PACKS}
    row["address"] = pack.address if stands else None
    row["manifest_sha256"] = pack.manifest_sha256 or None
    return row


QUESTIONS = (
    Described("/packs", "packs", "The packs that you may see, published and on the way.",
              PacksQuestion, packs, PACKS),
    Described("/packs/{address}", "pack_files", "A published pack and each of its files.", Paged,
              files, FILES, {"pack": {"$ref": "#/components/schemas/packs_row"}}, (ADDRESS,)),
)  # fmt: skip
