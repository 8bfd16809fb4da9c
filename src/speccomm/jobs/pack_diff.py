"""Say which printed figures changed between two packs, and because of what.

The manifests say what differs: data, rules, map or period. Where more than one of them does, and a
store is given that still holds both versions, the first pack is built again with one of them changed
at a time, so that each figure's change is divided among them; what is left is their interaction.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa

from speccomm.foundation.errors import Refusal
from speccomm.foundation.periods import FinancialMonth
from speccomm.jobs.pack import PackRequest, read_pack
from speccomm.jobs.packing.evidence import NotKnownYet
from speccomm.jobs.settings import EngineSettings
from speccomm.publishing.annual_report.assembly import KIND as ANNUAL_REPORT
from speccomm.publishing.editing import words_from_plain
from speccomm.publishing.model import EDITOR
from speccomm.publishing.receipts.comparing import (
    Cause,
    ChangedWords,
    Difference,
    Figures,
    changed_figures,
    changed_words,
    differences,
    figures_of_folder,
    figures_of_pack,
    why_day_of_evidence,
)
from speccomm.publishing.receipts.identifiers import parse_figure_name
from speccomm.publishing.receipts.opening import OpenPack, open_pack
from speccomm.publishing.receipts.other_sections import other_sections
from speccomm.publishing.receipts.words import words_of
from speccomm.warehouse.commits import Purged

MOVED = {Cause.DATA: "by_data", Cause.MAP: "by_map", Cause.PERIOD: "by_period"}
NO_FIGURE_MOVED = {Cause.WORDS}
AMOUNT = pa.string()
FIGURES = pa.schema(
    [
        ("figure", pa.string()),
        ("before", pa.string()),  # null: the figure, or its row, was not in the pack
        ("after", pa.string()),
        ("printed_before", pa.string()),
        ("printed_after", pa.string()),
        ("cause", pa.string()),
        ("by_data", AMOUNT),  # null: not worked out, or there is nothing to subtract
        ("by_map", AMOUNT),
        ("by_period", AMOUNT),
        ("by_rules", AMOUNT),
        ("together", AMOUNT),  # what is left: the causes act on each other
    ]
)
WORDS = pa.schema([(n, pa.string()) for n in ("section", "before", "after", "cause")])
UNEXPLAINED = "not known: the manifests say nothing that differs"
NOT_REPRODUCED = "not told apart: a pack does not come out here as it was built"


class OtherArea(Refusal):
    """Two packs that are not of one area."""


class OtherKind(Refusal):
    """A pack and an annual report, or annual reports that are asked to be built again."""


@dataclass(frozen=True)
class PackDiffRequest:
    """Two packs, the earlier first. With `store`, changes of several causes are divided among them.

    `reference` is the folder that both were built with; None the shipped tables alone.
    """

    before: Path
    after: Path
    now: datetime
    store: Path | None = None
    reference: Path | None = None
    engine: EngineSettings = EngineSettings()


@dataclass(frozen=True)
class PackDiffAnswer:
    """What differs in the making, the figures and the words that changed, and how that was found."""

    differences: tuple[Difference, ...]
    figures: pa.Table
    words: pa.Table
    how: str


def pack_diff(request: PackDiffRequest) -> PackDiffAnswer:
    """Compare two packs figure by figure.

    Shape:   `figures` as FIGURES, one row for each figure that is not the same in both; `words` as
             WORDS. A section that one pack alone has is one difference, and neither its figures nor
             its words are listed.
    Units:   each figure's own; amounts are after minus before.
    Missing: null where a pack has no such figure; amounts null where causes were not divided.
    Raises:  OtherArea for packs of two areas; OtherKind; NotAPack; AlteredPack.
    """
    before, after = open_pack(request.before), open_pack(request.after)
    _refuse_other_kind(request, before, after)
    if before.area != after.area:
        raise OtherArea(
            f"{request.before} is of {before.area} and {request.after} of {after.area}. Only packs "
            "of one area have figures in common."
        )
    made = differences(before.manifest, after.manifest)
    every = list(dict.fromkeys(difference.cause for difference in made))
    causes = [cause for cause in every if cause not in NO_FIGURE_MOVED]
    apart = other_sections(before.manifest, after.manifest)
    old, new = figures_of_folder(before), figures_of_folder(after)
    changed = changed_figures(old, new)
    made += [Difference(Cause.SECTIONS, sentence) for sentence in apart.sentences(changed)]
    texts = changed_words(
        *(apart.words_without(_words(pack), pack.manifest) for pack in (before, after))
    )
    worked_out, how = _worked_out(request, before, after, causes)
    followed = [*causes, Cause.SECTIONS] if apart.changes else causes
    rules = Cause.RULES if Cause.RULES in causes else NOT_REPRODUCED
    rows = [
        {**_stated(name, old, new), "cause": str(Cause.SECTIONS)}
        if parse_figure_name(name).table in apart.unplaced
        else _divided(name, old, new, worked_out, rules=rules)
        if worked_out
        else _named(name, old, new, causes)
        for name in apart.without(changed)
    ]
    return PackDiffAnswer(
        differences=tuple(made),
        figures=pa.Table.from_pylist(rows, schema=FIGURES),
        words=_words_table(texts, followed, worked_out),
        how=how,
    )


def _refuse_other_kind(request: PackDiffRequest, before: OpenPack, after: OpenPack) -> None:
    kinds = [pack.manifest.get("kind") for pack in (before, after)]
    if kinds[0] != kinds[1]:
        raise OtherKind(
            f"One of {request.before} and {request.after} is an annual report and the other is not, "
            "so they have no figures in common."
        )
    if kinds[0] == ANNUAL_REPORT and request.store is not None:
        raise OtherKind(
            "Annual reports are not built again to tell causes apart. Leave out --store: what the "
            "manifests say differs is named as the cause."
        )


@dataclass(frozen=True)
class _WorkedOut:
    """The first pack built again, with each cause changed alone, and with all of them changed."""

    base: Figures
    alone: Mapping[Cause, Figures]
    full: Figures
    new_words: frozenset[tuple[str, str]]


def _worked_out(
    request: PackDiffRequest, before: OpenPack, after: OpenPack, causes: Sequence[Cause]
) -> tuple[_WorkedOut | None, str]:
    if len(causes) < len(("one", "another")):
        return None, "by the manifests, which differ in one thing at most"
    if request.store is None:
        return None, "by the manifests alone: with --store, causes are told apart"
    first = _request(request, before)
    second = _request(request, after)
    changes: dict[Cause, dict[str, Any]] = {
        Cause.DATA: {"store_version": second.store_version, "as_at": second.as_at},
        Cause.MAP: {"map_date": second.map_date},
        Cause.PERIOD: {"from_month": second.from_month, "to_month": second.to_month},
    }
    changes[why_day_of_evidence(before.manifest, after.manifest)]["evidence_on"] = (
        second.evidence_on
    )
    try:
        base, full = read_pack(first)[1], read_pack(second)[1]
        alone = {
            cause: figures_of_pack(read_pack(replace(first, **changes[cause]))[1])
            for cause in causes
            if cause in changes
        }
    except (Purged, NotKnownYet) as refused:
        return None, f"by the manifests alone: {refused}"
    texts = changed_words(_words(before), words_of(base))
    texts += changed_words(words_of(full), _words(after))
    new_words = {(text.section, text.before) for text in texts}
    new_words |= {(text.section, text.after) for text in texts}
    return (
        _WorkedOut(figures_of_pack(base), alone, figures_of_pack(full), frozenset(new_words)),
        "by building the first pack again with one cause changed at a time",
    )


def _request(request: PackDiffRequest, pack: OpenPack) -> PackRequest:
    """What builds a pack again, from its manifest; nothing is written where it says."""
    manifest = pack.manifest
    assert request.store is not None
    return PackRequest(
        store=request.store,
        icb=None if _is_region(manifest) else manifest["icb_code"],
        region=manifest["region_code"] if _is_region(manifest) else None,
        sections=tuple(manifest["sections"]) if "sections" in manifest else None,
        words=words_from_plain(manifest.get("words", ())),
        from_month=FinancialMonth.parse_calendar(manifest["from_month"]),
        to_month=FinancialMonth.parse_calendar(manifest["to_month"]),
        out=pack.folder,
        now=datetime.fromisoformat(manifest["built_at"]),
        reference=request.reference,
        map_date=date.fromisoformat(manifest["organisation_map_date"]),
        as_at=datetime.fromisoformat(manifest["as_at"]) if manifest["as_at"] else None,
        store_version=manifest["store_version"],
        evidence_on=date.fromisoformat(manifest["evidence"]["on"])
        if "evidence" in manifest
        else None,
        engine=request.engine,
    )


def _is_region(manifest: Mapping[str, Any]) -> bool:
    """Whether a pack is of a whole region and not of an ICB."""
    return bool(manifest["icb_code"] == manifest["region_code"])


def _named(name: str, old: Figures, new: Figures, causes: Sequence[Cause]) -> dict[str, Any]:
    said = " or ".join(causes) if causes else UNEXPLAINED
    return {**_stated(name, old, new), "cause": said}


def _divided(
    name: str, old: Figures, new: Figures, found: _WorkedOut, *, rules: str
) -> dict[str, Any]:
    """One changed figure, its change divided among the causes; `rules` names what is not data, map
    or period."""
    moved = [c for c, figures in found.alone.items() if figures.get(name) != found.base.get(name)]
    by_rules = old.get(name) != found.base.get(name) or new.get(name) != found.full.get(name)
    causes: list[str] = [*moved, *([rules] if by_rules else [])]
    before, after = _value(old, name), _value(new, name)
    base, full = _value(found.base, name), _value(found.full, name)
    row = _stated(name, old, new)
    if None in (before, after, base, full) or any(
        _value(figures, name) is None for figures in found.alone.values()
    ):
        return {**row, "cause": " and ".join(causes) or _together(found.alone)}
    amounts = {c: _less(_value(figures, name), base) for c, figures in found.alone.items()}
    others = _less(base, before) + _less(after, full)
    together = _less(full, base) - sum(amounts.values(), Decimal(0))
    if together:
        causes.append(_together(found.alone))
    return {
        **row,
        "cause": " and ".join(causes),
        **{MOVED[cause]: f"{amount:f}" for cause, amount in amounts.items()},
        "by_rules": f"{others:f}",
        "together": f"{together:f}",
    }


def _together(causes: Collection[Cause]) -> str:
    return f"{' with '.join(causes)}, together"


def _stated(name: str, old: Figures, new: Figures) -> dict[str, Any]:
    before, after = old.get(name), new.get(name)
    return {
        "figure": name,
        "before": before.value if before else None,
        "after": after.value if after else None,
        "printed_before": before.printed if before else None,
        "printed_after": after.printed if after else None,
    }


def _value(figures: Figures, name: str) -> Decimal | None:
    stated = figures.get(name)
    return None if stated is None or stated.value is None else Decimal(stated.value)


def _less(one: Decimal | None, other: Decimal | None) -> Decimal:
    return Decimal(0) if one is None or other is None else one - other


def _words(pack: OpenPack) -> dict[str, list[str]]:
    found: dict[str, list[str]] = json.loads(pack.read("receipts/words.json"))
    return found


def _words_table(
    texts: Sequence[ChangedWords], causes: Sequence[Cause], found: _WorkedOut | None
) -> pa.Table:
    rows = []
    for text in texts:
        if EDITOR in f"{text.before}{text.after}":
            cause = str(Cause.WORDS)
        elif found is None:
            cause = f"follows {' or '.join(causes)}" if causes else str(Cause.WORDS)
        else:
            new = {(text.section, text.before), (text.section, text.after)} & found.new_words
            cause = str(Cause.WORDS) if new - {(text.section, "")} else "follows the figures"
        rows.append({**vars(text), "cause": cause})
    return pa.Table.from_pylist(rows, schema=WORDS)
