"""What differs between two packs of one area: figures, words, and what each was made from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from speccomm.publishing.model import Pack
from speccomm.publishing.receipts.figures import figure_rows, tables_with_figures
from speccomm.publishing.receipts.identifiers import FigureName
from speccomm.publishing.receipts.opening import OpenPack
from speccomm.publishing.receipts.words import Words


class Cause(StrEnum):
    """Why a pack may say something else than another."""

    DATA = "new data"
    RULES = "new rules"
    MAP = "new map"
    PERIOD = "another period"
    SECTIONS = "other sections"
    WORDS = "new words"


@dataclass(frozen=True)
class Stated:
    """A figure as a pack states it: exact (None where there is none) and as printed."""

    value: str | None
    printed: str


@dataclass(frozen=True)
class Difference:
    """One thing that two packs were made from and that differs, in a sentence."""

    cause: Cause
    sentence: str


@dataclass(frozen=True)
class ChangedWords:
    """Words of a section that one pack has and the other has not."""

    section: str
    before: str
    after: str


Figures = dict[str, Stated]


def figures_of_folder(pack: OpenPack) -> Figures:
    """Every figure of a pack in its folder, by identifier. Raises AlteredPack."""
    return {
        str(FigureName(pack.area, table, row["key"], column)): Stated(value, printed)
        for table in pack.tables
        for row in pack.receipts_of(table).rows()
        for column, (value, printed, _) in row["figures"].items()
    }


def figures_of_pack(pack: Pack) -> Figures:
    """Every figure of a pack that is not written yet, by identifier."""
    return {
        str(FigureName(pack.area, table.id, row.key, column)): Stated(figure.value, figure.printed)
        for table in tables_with_figures(pack)
        for row in figure_rows(table, {})
        for column, figure in row.figures.items()
    }


def changed_figures(before: Figures, after: Figures) -> list[str]:
    """The identifiers of figures that are not the same in both, those of one pack alone included."""
    return [name for name in {**before, **after} if before.get(name) != after.get(name)]


def changed_words(before: Words, after: Words) -> list[ChangedWords]:
    """Words that differ, section by section; each sentence beside the one in its place."""
    changes = []
    for section in {**before, **after}:
        old, new = before.get(section, []), after.get(section, [])
        gone = [text for text in old if text not in new]
        come = [text for text in new if text not in old]
        for place in range(max(len(gone), len(come))):
            changes.append(
                ChangedWords(
                    section,
                    gone[place] if place < len(gone) else "",
                    come[place] if place < len(come) else "",
                )
            )
    return changes


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Difference]:
    """What the manifests of two packs say they were made from and that differs.

    Which sections they have is told by `other_sections`.
    """
    return [
        *_data(before, after),
        *_rules(before, after),
        *_map(before, after),
        *_period(before, after),
        *_day_of_evidence(before, after),
        *_words(before, after),
    ]


def _data(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Difference]:
    old, new = _files(before), _files(after)
    found = []
    for verb, loads in (
        ("added", sorted({load for load, *_ in new - old})),
        ("no longer behind the pack", sorted({load for load, *_ in old - new})),
    ):
        for load in loads:
            names = sorted(name for held, _, name, _ in old ^ new if held == load)
            found.append(Difference(Cause.DATA, f"load {load} {verb}: {', '.join(names)}"))
    if not found and before["store_version"] != after["store_version"]:
        versions = f"{before['store_version']} to {after['store_version']}"
        found.append(
            Difference(Cause.DATA, f"store version {versions}, with the same files behind the pack")
        )
    if before["as_at"] != after["as_at"]:
        times = f"{before['as_at'] or 'the newest'} to {after['as_at'] or 'the newest'}"
        found.append(Difference(Cause.DATA, f"read as at {times}"))
    return found


def _files(manifest: Mapping[str, Any]) -> set[tuple[str, str, str, str]]:
    return {
        (load["load_id"], file["dataset"], file["file_name"], file["sha256"])
        for load in manifest["loads"]
        for file in load["files"]
    }


def _rules(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Difference]:
    found = [
        Difference(Cause.RULES, f"rulebook {sentence}")
        for sentence in _changed(_books(before), _books(after))
    ]
    if before["software"] != after["software"]:
        found.append(Difference(Cause.RULES, f"{before['software']} to {after['software']}"))
    return found


def _books(manifest: Mapping[str, Any]) -> dict[str, str]:
    held: dict[str, set[str]] = {}
    for book in manifest["rulebooks"]:
        said = f"{book['version']} ({(book['sha256'] or 'no hash')[:8]})"
        held.setdefault(f"{book['identifier']} of {book['used_for']}", set()).add(said)
    return {name: ", ".join(sorted(said)) for name, said in held.items()}


def _map(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Difference]:
    found = []
    dates = [manifest["organisation_map_date"] for manifest in (before, after)]
    if dates[0] != dates[1]:
        found.append(Difference(Cause.MAP, f"organisation map of {dates[0]} to {dates[1]}"))
    tables = _changed(*({n: d[:8] for n, d in m["reference"].items()} for m in (before, after)))
    found += [Difference(Cause.MAP, f"reference table {sentence}") for sentence in tables]
    return found


def _period(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Difference]:
    periods = [f"{m['from_month']} to {m['to_month']}" for m in (before, after)]
    if periods[0] == periods[1]:
        return []
    return [Difference(Cause.PERIOD, f"months {periods[0]}, then {periods[1]}")]


def _day_of_evidence(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Difference]:
    """A day that followed the newest load moved because data came; one asked for is a period's."""
    days = [m["evidence"]["on"] for m in (before, after) if "on" in m.get("evidence", ())]
    if len(set(days)) < len(("one", "another")):
        return []
    cause = why_day_of_evidence(before, after)
    return [Difference(cause, f"evidence as on {days[0]}, then {days[1]}")]


def why_day_of_evidence(before: Mapping[str, Any], after: Mapping[str, Any]) -> Cause:
    """What moves the day of evidence between two packs, from their manifests."""
    asked = any(m.get("evidence", {}).get("asked", False) for m in (before, after))
    return Cause.PERIOD if asked else Cause.DATA


def _words(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Difference]:
    old, new = (
        {entry["section"]: entry for entry in manifest.get("words", [])}
        for manifest in (before, after)
    )
    return [
        Difference(Cause.WORDS, f"the editor’s words for {section}")
        for section in {**old, **new}
        if old.get(section) != new.get(section)
    ]


def _changed(before: Mapping[str, str], after: Mapping[str, str]) -> Iterable[str]:
    return [
        f"{name}: {before.get(name, 'none')} to {after.get(name, 'none')}"
        for name in sorted({**before, **after})
        if before.get(name) != after.get(name)
    ]
