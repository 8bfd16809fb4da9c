"""Plan against actual for the ICB's patients, year to date, and what makes up the difference."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from speccomm.publishing.agreement import EFFECTS, total_of
from speccomm.publishing.charts import Bar, Step, bridge, signed_bars
from speccomm.publishing.facts import PackFacts
from speccomm.publishing.model import Caution, Chart, Prose, Section
from speccomm.publishing.naming import Namer, short_icb_name, short_provider_name
from speccomm.publishing.sections.contract_icbs import contract_icbs_section
from speccomm.publishing.sections.contract_tables import (
    EFFECT_NAMES,
    bridge_table,
    detail_table,
    effects_table,
    position_table,
    with_compared_plan,
)
from speccomm.publishing.wording import (
    capital,
    say_count,
    say_millions,
    say_month,
    say_percent,
    say_pounds,
    say_verb,
    say_written_months,
)

SHOWN_PROVIDERS = 15


def contract_section(facts: PackFacts, namer: Namer) -> Section:
    """The position, its bridge, and by provider and by service line."""
    icb = short_icb_name(facts.icb.name)
    if facts.contract.num_rows == 0:
        words = f"No contract file loaded holds a plan or an actual for patients of {icb}."
        return Section("contract", "Contract position", (Prose((words,)),))
    by_provider = _grouped(facts, "provider", namer)
    by_service = _grouped(facts, "service", namer)
    return Section(
        "contract",
        "Contract position",
        (_sentences(facts, by_provider, icb), *_incomplete(facts)),
        (
            Section(
                "contract-bridge",
                "From plan to actual",
                (_bridge_words(), _bridge_chart(facts), bridge_table(facts)),
            ),
            Section(
                "contract-providers",
                "By provider",
                (
                    _provider_chart(by_provider),
                    position_table(facts, by_provider, by="provider"),
                    effects_table(facts, by_provider, by="provider"),
                ),
            ),
            *(() if (by_icb := contract_icbs_section(facts)) is None else (by_icb,)),
            Section(
                "contract-services",
                "By service line",
                (
                    position_table(facts, by_service, by="service"),
                    effects_table(facts, by_service, by="service"),
                    detail_table(facts, namer),
                ),
            ),
        ),
    )


def _grouped(facts: PackFacts, by: str, namer: Namer) -> list[dict[str, Any]]:
    """The position summed to providers or services, largest actual first; all-null stays null."""
    keys = [f"{by}_code", f"{by}_name"]
    lines = with_compared_plan(facts.contract)
    measures = [name for name in lines.column_names if not name.endswith(("_code", "_name"))]
    grouped = lines.group_by(keys).aggregate([(name, "sum") for name in measures])
    records: list[dict[str, Any]] = grouped.rename_columns([*keys, *measures]).to_pylist()
    for row in records:
        row[f"{by}_name"] = namer.say(row[f"{by}_name"])
        sent = by == "service" or row["provider_code"] in facts.sent_actual
        row["actual_missing"] = "none reported" if sent else "not sent"
    records.sort(
        key=lambda row: (-(row["actual_gbp"] or 0), -(row["plan_gbp"] or 0), row[keys[0]] or "")
    )
    return records


def _sentences(facts: PackFacts, providers: list[dict[str, Any]], icb: str) -> Prose:
    plan, actual, variance = (
        total_of(facts.contract, name) for name in ("plan_gbp", "actual_gbp", "variance_gbp")
    )
    compared = total_of(with_compared_plan(facts.contract), "compared_plan_gbp")
    period = facts.contract_period
    words = [
        (
            f"For patients of {icb}, {period}: plan {say_millions(plan)}, actual "
            f"{say_millions(actual)}, {say_standing(variance, compared)}."
        )
    ]
    if plan != compared:
        words.append(
            f"{say_millions(plan - compared)} of the plan is on services for which nothing was "
            "sent. It is left out of the variance, because nothing sent is not nothing done."
        )
    above = [row for row in providers if (row["variance_gbp"] or 0) > 0]
    below = [row for row in providers if (row["variance_gbp"] or 0) < 0]
    words.append(
        f"{capital(say_count(len(above), 'provider'))} {say_verb(len(above), 'is', 'are')} above "
        f"plan and {say_count(len(below), 'provider')} below, of "
        f"{say_count(len(providers), 'provider')} with a plan or an actual."
    )
    not_planned = total_of(facts.contract, "not_planned_gbp")
    if not_planned:
        words.append(
            f"{say_pounds(not_planned)} is on lines that have no plan; it is shown apart and not "
            "given an invented price."
        )
    return Prose((" ".join(words), _meaning(facts)))


def say_standing(variance: Decimal, plan: Decimal) -> str:
    """Where the actual stands against the plan: £1.2 million (2.9%) above plan."""
    if variance == 0:
        return "on plan"
    side = "above" if variance > 0 else "below"
    share = f" ({say_percent(abs(variance) * 100 / plan)})" if plan else ""
    return f"{say_millions(abs(variance))}{share} {side} plan"


def _meaning(facts: PackFacts) -> str:
    return (
        "Plan and actual are the price of each line and its market forces amount. Variance is "
        "actual minus plan, so + is above plan. Whoever pays, the position is that of this "
        f"{facts.kind}’s patients."
    )


def _incomplete(facts: PackFacts) -> tuple[Caution, ...]:
    notes = []
    last = facts.contract_last_month
    if facts.first_month.year != facts.contract_year:
        notes.append(
            f"The pack’s period begins in {facts.first_month.year}. A contract runs for one "
            f"financial year, so this section is for {facts.contract_year} only, from its first "
            "month."
        )
    if last is not None and last != facts.last_month:
        notes.append(
            f"Contract files reach {say_month(last)} and not {say_month(facts.last_month)}, so "
            "this section ends there."
        )
    if facts.incomplete_months:
        many = len(facts.incomplete_months)
        notes.append(
            f"{say_written_months(facts.incomplete_months)} {say_verb(many, 'is', 'are')} held as "
            f"at flex, before corrections, so {say_verb(many, 'its', 'their')} figures and the "
            "forecasts are not complete."
        )
    return (Caution("Read with care", tuple(notes)),) if notes else ()


def _bridge_words() -> Prose:
    return Prose(
        (
            (
                "Each bar is one reason why the actual differs from the plan, in the order of the "
                "table; the last bar is where they lead. The reasons sum to the variance to the penny."
            ),
        )
    )


def _bridge_chart(facts: PackFacts) -> Chart:
    sizes = {name: total_of(facts.contract, name) for name in EFFECTS}
    variance = total_of(facts.contract, "variance_gbp")
    steps = [
        Step(EFFECT_NAMES[name][0], size, say_pounds(size, with_sign=True))
        for name, size in sizes.items()
    ]
    total = Step(
        "Variance from plan", variance, say_pounds(variance, with_sign=True), is_total=True
    )
    largest = max(sizes, key=lambda name: (abs(sizes[name]), name))
    return Chart(
        id="chart-bridge",
        title="What moved the position away from plan",
        description=(
            f"A bridge from plan, at zero, to a variance of "
            f"{say_pounds(variance, with_sign=True)}. The largest effect is "
            f"“{EFFECT_NAMES[largest][0].lower()}”, {say_pounds(sizes[largest], with_sign=True)}."
        ),
        specification=bridge([*steps, total]),
        table_id="contract_bridge",
    )


def _provider_chart(providers: list[dict[str, Any]]) -> Chart:
    known = [row for row in providers if row["variance_gbp"] is not None]
    known.sort(key=lambda row: (-abs(row["variance_gbp"]), row["provider_code"]))
    shown = sorted(
        known[:SHOWN_PROVIDERS], key=lambda row: (-row["variance_gbp"], row["provider_code"])
    )
    bars = [
        Bar(
            short_provider_name(row["provider_name"]),
            row["variance_gbp"],
            say_pounds(row["variance_gbp"], with_sign=True),
        )
        for row in shown
    ]
    counted = say_count(len(bars), "provider")
    return Chart(
        id="chart-providers",
        title="Variance from plan by provider"
        + (f": the {counted} furthest from plan" if len(known) > len(bars) else ""),
        description=(
            f"One bar for each of {counted}, from furthest above plan to furthest below. "
            f"First: {bars[0].name}, {bars[0].text}. Last: {bars[-1].name}, {bars[-1].text}."
            if bars
            else "No provider has both a plan and an actual."
        ),
        specification=signed_bars(bars),
        table_id="contract_by_provider",
    )
