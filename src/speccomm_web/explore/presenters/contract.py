"""A contract position as tables, a bridge and sentences."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.urls import reverse

from speccomm.publishing.charts import Step
from speccomm_web.design import formats
from speccomm_web.design.charts import Figure
from speccomm_web.design.tables import Column, DataTable, Kind, sorted_rows
from speccomm_web.explore.addresses import page
from speccomm_web.explore.presenters import drawings
from speccomm_web.explore.queries.contract import EFFECTS, MONEY, ContractAnswer, total
from speccomm_web.explore.questions import ContractQuestion
from speccomm_web.explore.sight import short_name
from speccomm_web.explore.words import CONTRACT_BY

SHOWN = 40
Row = Mapping[str, Any]
WORDS = {
    "plan_gbp": "Plan to date",
    "actual_gbp": "Actual to date",
    "variance_gbp": "Variance",
    "volume_gbp": "Volume",
    "mix_gbp": "Mix",
    "price_gbp": "Price",
    "not_planned_gbp": "Not planned",
    "non_activity_gbp": "Not activity",
    "market_forces_gbp": "Market forces",
    "forecast_straight_gbp": "Year end, straight on",
    "forecast_profiled_gbp": "Year end, along the plan",
}
NONE = {"plan_gbp": "No plan", "forecast_profiled_gbp": "No profile"}
TABLES = {
    "position": ("plan_gbp", "actual_gbp", "variance_gbp", *(n for n in MONEY if "forecast" in n)),
    "effects": (*EFFECTS, "variance_gbp"),
}
CAPTIONS = {
    "position": "Plan, actual and forecast",
    "effects": "What the variance is made of",
}


def headline(question: ContractQuestion, rows: Sequence[Row]) -> list[dict[str, str]]:
    """The totals, each leading to its receipt."""
    names = TABLES["position"]
    listed = [dict(row) for row in rows]
    return [
        {
            "key": WORDS[name],
            "value": formats.pounds(total(listed, name), signed=name == "variance_gbp"),
            "link": receipt_address(question, name),
        }
        for name in names
    ]


def receipt_address(question: ContractQuestion, figure: str) -> str:
    """The receipt of one figure."""
    return question.address(page("contract_receipt"), figure=figure)


def added_up(rows: Sequence[Row], by: str) -> list[dict[str, Any]]:
    """The position by provider or by service; what nothing states stays without value."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        groups.setdefault(row[f"{by}_code"], []).append(dict(row))
    return [
        {
            f"{by}_code": code,
            f"{by}_name": short_name(group[0][f"{by}_name"] or "") or None,
            **{name: total(group, name) for name in MONEY},
        }
        for code, group in groups.items()
    ]


def table(
    name: str,
    question: ContractQuestion,
    answer: ContractAnswer,
    *,
    by: str,
    sort: str,
    whole: bool = False,
) -> DataTable:
    """The table `position` or `effects`, by provider or service; `whole` holds every row."""
    columns = (
        Column(f"{by}_code", "Code", Kind.CODE, sortable=True),
        Column(f"{by}_name", CONTRACT_BY[by], none="No name", sortable=True),
        *(
            Column(key, WORDS[key], Kind.POUNDS, unit="£", none=NONE.get(key, "Not sent"),
                   sortable=True)
            for key in TABLES[name]
        ),
    )  # fmt: skip
    rows = added_up(answer.rows, by)
    rows.sort(key=lambda row: abs(row["variance_gbp"] or 0), reverse=True)
    ordered = sorted_rows(rows, columns, sort)
    more = f": {SHOWN} of {len(rows)} rows, the downloads hold all"
    return DataTable(
        name=name,
        caption=CAPTIONS[name] + (more if len(rows) > SHOWN and not whole else ""),
        columns=columns,
        rows=ordered if whole else ordered[:SHOWN],
        header_key=f"{by}_code",
        links=_links(question, by, TABLES[name]),
        sorted_by=sort,
        downloads={
            kind.upper(): question.address(
                reverse("explore:contract_download", args=[name, kind]), **_to(question, by)
            )
            for kind in ("csv", "xlsx")
        },
        empty="No plan and no contract monitoring fits these filters.",
    )


def _to(question: ContractQuestion, by: str) -> dict[str, str]:
    return {"to": f"{question.year}-{question.month}", "by": by}


def _links(
    question: ContractQuestion, by: str, names: Sequence[str]
) -> dict[str, Callable[[Row], str]]:
    other = "service" if by == "provider" else "provider"

    def narrowed(row: Row) -> ContractQuestion:
        return question.narrowed(**{by: row[f"{by}_code"]})

    links: dict[str, Callable[[Row], str]] = {
        f"{by}_code": lambda row: narrowed(row).address(page("contract"), **_to(question, other))
    }
    for name in names:
        links[name] = lambda row, name=name: receipt_address(narrowed(row), name)  # type: ignore[misc]
    return links


def bridge(question: ContractQuestion, rows: Sequence[Row]) -> Figure:
    """The six effects one after the other, and the variance they lead to."""
    listed = [dict(row) for row in rows]
    sums = {name: total(listed, name) or Decimal(0) for name in (*EFFECTS, "variance_gbp")}
    parts = [
        Step(WORDS[name], value, formats.pounds(value, signed=True), name == "variance_gbp")
        for name, value in sums.items()
    ]
    shown = DataTable(
        name="bridge",
        caption="The steps of the bridge",
        columns=(
            Column("step", "Effect"),
            Column("amount", "Amount", Kind.POUNDS, unit="£"),
        ),
        rows=[{"step": WORDS[name], "key": name, "amount": sums[name]} for name in sums],
        header_key="step",
        links={"amount": lambda row: receipt_address(question, str(row["key"]))},
    )
    return drawings.steps(
        "bridge-chart",
        "From plan to actual: what the variance is made of",
        "Bars one after the other for six effects, and a last one for the variance.",
        parts,
        shown,
    )


def notes(answer: ContractAnswer) -> list[str]:
    """What must be said beside the totals."""
    if not answer.plan_not_set_against_gbp:
        return []
    unset = formats.pounds(answer.plan_not_set_against_gbp)
    said = f"{unset} of the plan is of services of which nothing was sent. "
    return [said + "No variance and no forecast counts it."]
