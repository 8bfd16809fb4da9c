"""What changed between two periods: a bridge and a table."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from speccomm.publishing.charts import Step
from speccomm_web.design import formats
from speccomm_web.design.charts import Figure
from speccomm_web.design.tables import Column, DataTable, Kind, sorted_rows
from speccomm_web.explore.addresses import page
from speccomm_web.explore.presenters import drawings
from speccomm_web.explore.presenters.flows import SHOWN, downloads, receipt_address, units
from speccomm_web.explore.queries.changes import Changes
from speccomm_web.explore.questions import FlowsQuestion
from speccomm_web.explore.sight import short_name
from speccomm_web.explore.words import BY, month_words

DRAWN = 8
Row = Mapping[str, Any]


def period(question: FlowsQuestion) -> str:
    """The months of a question in words."""
    first, last = month_words(question.from_month), month_words(question.to_month)
    return first if first == last else f"{first} to {last}"


def headline(changes: Changes, measure: str) -> list[dict[str, str]]:
    """Both periods, each leading to its receipt, and the change between them."""
    change = changes.now_total - changes.then_total
    share = f" ({signed(change / changes.then_total * 100, '%')})" if changes.then_total else ""
    return [
        {
            "key": period(question),
            "value": units(value),
            "link": receipt_address(question, measure),
        }
        for question, value in (
            (changes.before, changes.then_total),
            (changes.now, changes.now_total),
        )
    ] + [{"key": "Change", "value": signed(change) + share}]


def signed(value: Decimal, unit: str = "") -> str:
    """An amount with the plus of an increase."""
    text = formats.decimal(value) if unit else units(value)
    return ("+" if value > 0 else "") + text + unit


def bridge(changes: Changes, *, measure: str, by: str) -> Figure:
    """The greatest changes one after the other, the rest together, and the change they lead to."""
    drawn = [line for line in changes.rows if line["change"]][:DRAWN]
    rest = sum((line["change"] for line in changes.rows), Decimal(0)) - sum(
        (line["change"] for line in drawn), Decimal(0)
    )
    change = changes.now_total - changes.then_total
    parts = [Step(_name(line), line["change"], signed(line["change"])) for line in drawn]
    if rest:
        parts.append(Step("All others", rest, signed(rest)))
    parts.append(Step("Change", change, signed(change), is_total=True))
    return drawings.steps(
        "changes-chart",
        f"What the change is made of, by {_words(by)}",
        f"Bars one after the other for the greatest changes, and a last one for all of it: "
        f"{signed(change)} units.",
        parts,
        table(changes, measure=measure, by=by, sort="", most=DRAWN, plain=True),
    )


def table(
    changes: Changes,
    *,
    measure: str,
    by: str,
    sort: str,
    most: int | None = SHOWN,
    plain: bool = False,
) -> DataTable:
    """Each code in both periods, the greatest change first."""
    lines = changes.rows
    whole = all(line[k] == int(line[k]) for line in lines for k in ("then_activity", "change"))
    kind = Kind.COUNT if whole else Kind.DECIMAL
    columns = (
        Column("code", "Code", Kind.CODE, sortable=not plain),
        Column("name", "Name", none="No name", sortable=not plain),
        Column("then_activity", period(changes.before), kind, unit="units", sortable=not plain),
        Column("now_activity", period(changes.now), kind, unit="units", sortable=not plain),
        Column("change", "Change", kind, unit="units", sortable=not plain),
        Column("percent", "Change", Kind.PERCENT, unit="%", none="From none", sortable=not plain),
    )
    rows = [
        {**line, "name": short_name(line["name"] or "") or None, "percent": _percent(line)}
        for line in lines
    ]
    ordered = sorted_rows(rows, columns, sort)
    shown = ordered if most is None else ordered[:most]
    more = "" if len(shown) == len(ordered) else f": {len(shown)} of {len(ordered)} rows"
    return DataTable(
        name="changes-drawn" if plain else "changes",
        caption=f"Change by {_words(by)}{more}",
        columns=columns,
        rows=shown,
        header_key="code",
        links={} if plain else _links(changes, measure=measure, by=by),
        sorted_by=sort,
        downloads={} if plain else downloads(changes.now, "changes", measure=measure, by=by),
        empty="No activity of either period fits these filters.",
    )


def _links(changes: Changes, *, measure: str, by: str) -> dict[str, Any]:
    deeper = {"crg": "service", "service": "provider", "provider": "icb"}.get(by, "pod")
    there = page("changes")
    return {
        "code": lambda row: changes.now.narrowed(**{by: row["code"]}).address(
            there, measure=measure, by=deeper
        ),
        "then_activity": lambda row: receipt_address(
            changes.before.narrowed(**{by: row["code"]}), measure
        ),
        "now_activity": lambda row: receipt_address(
            changes.now.narrowed(**{by: row["code"]}), measure
        ),
    }


def _percent(line: Row) -> Decimal | None:
    before: Decimal = Decimal(line["then_activity"])
    return Decimal(line["change"]) / before * 100 if before else None


def _name(line: Row) -> str:
    return short_name(line["name"] or "") or str(line["code"])


def _words(by: str) -> str:
    return BY[by][0].lower() + BY[by][1:]
