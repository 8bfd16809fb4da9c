"""Which board, region or successor an organisation's code leads to on a day."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import Any

import pyarrow as pa

from speccomm.reference.book import Reference

COMMISSIONER_MAP = pa.schema(
    [
        ("commissioner_code", pa.string()),
        ("commissioner_kind", pa.string()),  # icb, sub_icb, welsh_board, hub, region or other
        ("icb_code", pa.string()),  # null: no board on that day, or not known which
        ("icb_name", pa.string()),
        ("region_code", pa.string()),  # null: outside England, national, or not known
        ("region_name", pa.string()),
    ]
)
PROVIDER_MAP = pa.schema(
    [
        ("provider_code", pa.string()),
        ("current_provider_code", pa.string()),
        ("provider_name", pa.string()),  # null: the current code is not a known trust
        ("icb_code", pa.string()),  # null: not known, or no board on that day
        ("icb_name", pa.string()),
        ("region_code", pa.string()),
        ("region_name", pa.string()),
    ]
)
Row = dict[str, Any]


@dataclass(frozen=True)
class _Boards:
    """The boards and what became of them, ready to be asked about one day."""

    on: date
    rows: dict[str, Row]
    followed_by: dict[str, list[Row]]  # whole successions of a board
    made_from: dict[str, set[str]]  # boards that went, whole or in part, into a later one
    regions: dict[str, str]

    def board_on(self, code: str | None) -> str | None:
        """The board that stands for `code` on the day, or None where that is not certain."""
        seen: set[str] = set()
        while code is not None and code in self.rows and code not in seen:
            seen.add(code)
            row = self.rows[code]
            if _in_force(row, self.on):
                return code
            code = self._earlier(code) if self._not_yet(row) else self._later(code)
        return None

    def _not_yet(self, row: Row) -> bool:
        return row["from_date"] is not None and self.on < row["from_date"]

    def _later(self, code: str) -> str | None:
        reached = {r["successor_code"] for r in self.followed_by.get(code, ())}
        return next(iter(reached)) if len(reached) == 1 else None

    def _earlier(self, code: str) -> str | None:
        sources = self.made_from.get(code, set())
        return next(iter(sources)) if len(sources) == 1 else None

    def described(self, code: str | None, region: str | None) -> Row:
        """The four board and region columns of a map's row."""
        board = self.rows[code] if code is not None else None
        region_code = board["region_code"] if board is not None else region
        return {
            "icb_code": code,
            "icb_name": board["icb_name"] if board is not None else None,
            "region_code": region_code,
            "region_name": self.regions.get(region_code) if region_code else None,
        }


def commissioner_map(reference: Reference, *, on: date) -> pa.Table:
    """Draw every commissioner code on the map of one day.

    Shape:   one row per code that may stand as GP or residence responsibility.
    Missing: icb_code is null where no board answers for the code, where its board was divided and
             the part is not known, and where a later board was made from several; region_code is
             null outside England and for national hubs.
    Raises:  nothing.
    Source:  icbs, icb_successors, icb_divisions, sub_icbs, commissioner_successors, hubs.
    """
    boards = _boards(reference, on)
    rows: dict[str, Row] = {}
    for row in reference.default_codes.to_pylist():
        rows[row["code"]] = _commissioner(boards, row["code"], "other", None, None)
    for row in reference.welsh_boards.to_pylist():
        rows[row["board_code"]] = _commissioner(boards, row["board_code"], "welsh_board")
    for row in reference.regions.to_pylist():
        code = row["region_code"]
        rows[code] = _commissioner(boards, code, "region", None, code)
    for row in reference.hubs.to_pylist():
        rows[row["hub_code"]] = _commissioner(
            boards, row["hub_code"], "hub", None, row["region_code"]
        )
    for code, row in boards.rows.items():
        rows[code] = _commissioner(boards, code, "icb", boards.board_on(code), row["region_code"])
    places = _sub_icb_boards(reference, boards)
    for code, (board, region) in places.items():
        rows[code] = _commissioner(boards, code, "sub_icb", board, region)
    for row in reference.commissioner_successors.to_pylist():
        code, successor = row["commissioner_code"], row["successor_code"]
        if code not in rows and successor in places:
            rows[code] = _commissioner(boards, code, "other", *places[successor])
    ordered = [rows[code] for code in sorted(rows)]
    return pa.Table.from_pylist(ordered, schema=COMMISSIONER_MAP)


def provider_map(reference: Reference, *, on: date) -> pa.Table:
    """Resolve every known trust code to the trust that answers for it on one day.

    Shape:   one row per trust code, present or former.
    Missing: a code whose successors are several is left as itself; icb_code is null where the
             head office's board is not known on that day.
    Raises:  nothing.
    Source:  trusts, trust_successors, trust_icbs; the board is that of the head office.
    """
    boards = _boards(reference, on)
    trusts = _latest(reference.trusts.to_pylist(), "provider_code", on)
    moved = _latest(reference.trust_icbs.to_pylist(), "provider_code", on, only_in_force=True)
    successions = _successions(reference)
    rows = []
    for code in sorted({*trusts, *successions}):
        current = _follow(successions, code, on)
        trust = trusts.get(current)
        if trust is None and code not in trusts:
            continue  # ended long ago in something that is not a trust
        board = boards.board_on(_head_office_board(current, trust, moved))
        rows.append(
            {
                "provider_code": code,
                "current_provider_code": current,
                "provider_name": trust["provider_name"] if trust else None,
                **boards.described(board, trust["region_code"] if trust else None),
            }
        )
    return pa.Table.from_pylist(rows, schema=PROVIDER_MAP)


def current_provider(reference: Reference, code: str, *, on: date) -> str:
    """The trust that answers for a code on a day: itself, or the end of its chain of mergers.

    A code whose successors on that day are several is left as itself.
    """
    return _follow(_successions(reference), code, on)


def _commissioner(
    boards: _Boards,
    code: str,
    kind: str,
    board: str | None = None,
    region: str | None = None,
) -> Row:
    described = boards.described(board, region)
    return {"commissioner_code": code, "commissioner_kind": kind, **described}


def _boards(reference: Reference, on: date) -> _Boards:
    followed_by: dict[str, list[Row]] = defaultdict(list)
    made_from: dict[str, set[str]] = defaultdict(set)
    for row in reference.icb_successors.to_pylist():
        made_from[row["successor_code"]].add(row["icb_code"])
        if row["effective_date"] <= on:
            followed_by[row["icb_code"]].append(row)
    for row in reference.icb_divisions.to_pylist():
        made_from[row["successor_code"]].add(row["icb_code"])
    return _Boards(
        on=on,
        rows=_latest(reference.icbs.to_pylist(), "icb_code", on),
        followed_by=followed_by,
        made_from=made_from,
        regions={r["region_code"]: r["region_name"] for r in reference.regions.to_pylist()},
    )


def _sub_icb_boards(
    reference: Reference, boards: _Boards
) -> dict[str, tuple[str | None, str | None]]:
    """For each sub-ICB location its board on the day, if known, and its region."""
    latest = _latest(reference.sub_icbs.to_pylist(), "sub_icb_code", boards.on)
    return {
        code: (boards.board_on(row["icb_code"]), boards.rows[row["icb_code"]]["region_code"])
        for code, row in latest.items()
        if row["icb_code"] in boards.rows
    }


def _head_office_board(code: str, trust: Row | None, moved: dict[str, Row]) -> str | None:
    if code in moved:
        return str(moved[code]["icb_code"])
    return trust["icb_code"] if trust else None


def _successions(reference: Reference) -> dict[str, list[tuple[str, date]]]:
    table = reference.trust_successors
    successions: dict[str, list[tuple[str, date]]] = defaultdict(list)
    for old, new, day in zip(
        *(table[name].to_pylist() for name in table.column_names), strict=True
    ):
        successions[old].append((new, day))
    return successions


def _follow(successions: dict[str, list[tuple[str, date]]], code: str, on: date) -> str:
    seen = {code}
    while True:
        reached = {new for new, day in successions.get(code, ()) if day <= on}
        if len(reached) != 1 or reached & seen:
            return code
        code = reached.pop()
        seen.add(code)


def _latest(rows: list[Row], key: str, on: date, *, only_in_force: bool = False) -> dict[str, Row]:
    """One row per code: the one in force on the day, else the one nearest to it."""
    chosen: dict[str, Row] = {}
    for row in rows:
        if only_in_force and not _in_force(row, on):
            continue
        held = chosen.get(row[key])
        if held is None or _distance(row, on) < _distance(held, on):
            chosen[row[key]] = row
    return chosen


def _in_force(row: Row, on: date) -> bool:
    started = row["from_date"] is None or row["from_date"] <= on
    return started and (row["to_date"] is None or on < row["to_date"])


def _distance(row: Row, on: date) -> int:
    if _in_force(row, on):
        return -1
    if row["from_date"] is not None and on < row["from_date"]:
        return int((row["from_date"] - on).days)
    return int((on - row["to_date"]).days)
