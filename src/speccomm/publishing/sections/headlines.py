"""The first page: the figures a board asks for first, and what to know before trusting them."""

from __future__ import annotations

from dataclasses import replace

from speccomm.publishing.agreement import EFFECTS, total_of
from speccomm.publishing.facts import PackFacts
from speccomm.publishing.model import (
    Caution,
    HeadlineFigure,
    HeadlineFigures,
    Mark,
    PackTable,
    Points,
    Section,
    Unit,
)
from speccomm.publishing.naming import short_icb_name
from speccomm.publishing.sections.contract import say_standing
from speccomm.publishing.sections.contract_tables import (
    EFFECT_NAMES,
    position_source,
    with_compared_plan,
)
from speccomm.publishing.sections.flow_words import counted
from speccomm.publishing.sections.refusals import counted_rows, files_of_icb
from speccomm.publishing.sections.services import service_count
from speccomm.publishing.sourcing import Recorded
from speccomm.publishing.wording import (
    capital,
    say_activity,
    say_count,
    say_millions,
    say_numeral,
    say_pounds,
    say_share,
    say_verb,
)


def headlines_section(facts: PackFacts, grid: PackTable) -> Section:
    """Headline figures; `grid` is the table of services by local provider they are counted from."""
    blocks = [
        HeadlineFigures(
            (*_activity(facts), *_contract(facts), *_services(facts, grid), _rows(facts))
        )
    ]
    return Section("headlines", "Headline figures", (*blocks, *_cautions(facts)))


def _activity(facts: PackFacts) -> tuple[HeadlineFigure, ...]:
    intra, imported, exported = (
        total_of(facts.flows_icb, part) for part in ("intra", "imported", "exported")
    )
    received, provided = intra + exported, intra + imported
    source = counted(facts, area=facts.icb.code)
    return (
        HeadlineFigure(
            "patient_total",
            "Units of activity for its patients",
            say_activity(received),
            f"{say_share(intra, received)} by its own providers, "
            f"{say_share(exported, received)} by providers elsewhere.",
            f"activity-{facts.kind.lower()}",
            received,
            Unit.ACTIVITY,
            replace(source, flow="AC"),
        ),
        HeadlineFigure(
            "provider_total",
            "Units of activity by its providers",
            say_activity(provided),
            f"{say_share(imported, provided)} for others than its own patients.",
            f"activity-{facts.kind.lower()}",
            provided,
            Unit.ACTIVITY,
            replace(source, flow="AB"),
        ),
    )


def _contract(facts: PackFacts) -> tuple[HeadlineFigure, ...]:
    if facts.contract.num_rows == 0:
        words = "No contract file loaded is about its patients."
        return (HeadlineFigure("actual_gbp", "Contract position", "not sent", words, "contract"),)
    plan, actual, variance = (
        total_of(facts.contract, n) for n in ("plan_gbp", "actual_gbp", "variance_gbp")
    )
    compared = total_of(with_compared_plan(facts.contract), "compared_plan_gbp")
    return (
        HeadlineFigure(
            "actual_gbp",
            f"Contract value reported, {facts.contract_period}",
            say_millions(actual),
            f"For its patients, whoever pays. The plan is {say_millions(plan)}.",
            "contract",
            actual,
            Unit.GBP,
            position_source(facts, "actual_gbp"),
        ),
        HeadlineFigure(
            "variance_gbp",
            f"Variance from plan, {facts.contract_period}",
            say_millions(variance, with_sign=True),
            f"{capital(say_standing(variance, compared))}. {_largest_effect(facts)}",
            "contract-bridge",
            variance,
            Unit.GBP,
            position_source(facts, "variance_gbp"),
        ),
    )


def _largest_effect(facts: PackFacts) -> str:
    sizes = {name: total_of(facts.contract, name) for name in EFFECTS}
    largest = max(sizes, key=lambda name: (abs(sizes[name]), name))
    if not sizes[largest]:
        return "No effect moved it."
    name = EFFECT_NAMES[largest][0].lower()
    side = "above" if sizes[largest] > 0 else "below"
    return f"The largest effect is “{name}”: {say_pounds(abs(sizes[largest]))} {side} plan."


def _services(facts: PackFacts, grid: PackTable) -> tuple[HeadlineFigure, ...]:
    codes = [code for code in facts.local_providers if code in grid.rows.column_names]
    rows = grid.rows.to_pylist()
    contracted = sum(any(row[c] == Mark.CONTRACTED for c in codes) for row in rows)
    providers = sum(any(row[c] == Mark.CONTRACTED for row in rows) for c in codes)
    noun = "Service line contracted" if contracted == 1 else "Service lines contracted"
    return (
        HeadlineFigure(
            "services_contracted",
            f"{noun} with its providers",
            f"{contracted:,}",
            f"With {_of_all(providers, len(codes))} whose head office is here.",
            "services",
            contracted,
            source=service_count(facts, whose="providers", planned=True),
        ),
    )


def _of_all(number: int, known: int) -> str:
    if number == known and known:
        return "the one provider" if known == 1 else f"all {say_count(known, 'provider')}"
    return f"{say_numeral(number)} of the {say_count(known, 'provider')}"


def _rows(facts: PackFacts) -> HeadlineFigure:
    read, _, refused = counted_rows(facts)
    files = files_of_icb(facts).num_rows
    return HeadlineFigure(
        "refused_rows",
        "Rows refused",
        f"{refused:,}",
        f"{capital(say_share(refused, read)) if refused else 'None'} of "
        f"{say_count(read, 'row')} in {say_count(files, 'file')}; none lost.",
        "refusals",
        refused,
        source=Recorded("files", "refused_rows"),
    )


def _cautions(facts: PackFacts) -> tuple[Caution | Points, ...]:
    gaps = [row for row in facts.coverage.to_pylist() if row["missing_months"]]
    sentences = list(facts.cautions)
    if gaps:
        providers = len({row["provider_code"] for row in gaps})
        sentences.append(
            f"{capital(say_count(providers, 'provider'))} {say_verb(providers, 'has', 'have')} "
            "not sent every month of the period; what is missing is listed under What was not sent."
        )
    unknown = total_of(facts.unknown_flows, "grand_total")
    if unknown:
        whole = total_of(facts.flows_icb, "grand_total")
        sentences.append(
            f"{say_activity(unknown)} of {say_activity(whole)} units "
            f"({say_share(unknown, whole)}) lead to no clinical reference group; What is unknown "
            "takes them apart."
        )
    blocks: list[Caution | Points] = []
    if sentences:
        blocks.append(Caution("Before you rely on these figures", tuple(sentences)))
    icb = short_icb_name(facts.icb.name)
    blocks.append(
        Points(
            "How to read this pack",
            (
                (
                    f"Everything is about {icb}: its patients, and the providers with a head office "
                    "in it."
                ),
                (
                    "0 means that nothing was counted. Words such as not planned, not sent or not "
                    "known stand where there is no figure to count."
                ),
                (
                    "Figures on the page are rounded to whole units and whole pounds. The files in "
                    "the folder tables hold them to the penny."
                ),
                "Every chart has its table below it, and every table its own file.",
            ),
        )
    )
    return tuple(blocks)
