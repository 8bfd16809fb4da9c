"""Answer how contracts stand: plan against actual, year to date, and what explains it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.compute as pc

from speccomm.activity.areas import FLOWS_RULEBOOK
from speccomm.activity.completeness import (
    last_received,
    missing_month_findings,
    missing_months,
    openness_findings,
    openness_of,
)
from speccomm.activity.contract_findings import (
    blank_actuals,
    line_findings,
    money_without_icb,
    plan_month_findings,
    position_findings,
    unplaced_money_findings,
)
from speccomm.activity.contract_lines import contract_lines, within
from speccomm.activity.contract_position import position_of_lines
from speccomm.activity.effects import lines_by_family
from speccomm.activity.findings import (
    FINDINGS_RULEBOOK,
    ActivityFindings,
    activity_findings,
    findings_table,
)
from speccomm.activity.plan import unusual_plan_months
from speccomm.activity.rules import CONTRACT_RULEBOOK, ContractRules, contract_rules
from speccomm.activity.tables import CONTRACT_LINES, with_whole_activity
from speccomm.foundation.periods import FinancialMonth, FinancialYear
from speccomm.foundation.rulebook import read_rulebook
from speccomm.jobs.contract_scope import ACM, IAP, ScopedQuestion, scoped_question
from speccomm.jobs.flows import last_day, slices_of
from speccomm.jobs.reading import OrganisationMap, Reading, open_for_reading, organisation_map
from speccomm.jobs.run_folder import RunFacts
from speccomm.jobs.settings import EngineSettings


@dataclass(frozen=True)
class ContractRequest:
    """A question about contracts: of an ICB's or a region's patients, one provider, one service, or all.

    `plan` is iap or acm; None takes the indicative plan where there is one. `map_date` None draws
    the organisations of the last day of the month asked.
    """

    store: Path
    year: FinancialYear
    month: int
    now: datetime
    icb: str | None = None
    provider: str | None = None
    service: str | None = None
    plan: str | None = None
    reference: Path | None = None
    map_date: date | None = None
    as_at: datetime | None = None
    engine: EngineSettings = EngineSettings()
    region: str | None = None


@dataclass(frozen=True)
class ContractAnswer:
    """The contract position, its lines, what must be known of it and how it was made.

    `lines` has plan, actual and family of each provider, service, point of delivery and tariff
    code. `incomplete_months` are those held as at flex, written 2023-04. `sent` are the
    current codes of the providers that sent contract monitoring of the months asked.
    """

    position: pa.Table
    lines: pa.Table
    findings: pa.Table
    incomplete_months: tuple[str, ...]
    sent: frozenset[str]
    facts: RunFacts


def contract(request: ContractRequest) -> ContractAnswer:
    """Set plan against actual by provider and service, year to date.

    Shape:   one row per provider and service; see `activity.contract_position`.
    Units:   pounds to the penny; units of activity.
    Missing: a plan or an actual that is not known is null and a finding, never zero.
    Raises:  NothingLoaded where the month is not; UnknownArea, UnknownName for codes and plans that
             are not known; NoContract for a provider that sent nothing for the year.
    """
    rules = contract_rules().with_plan_source(request.plan)
    map_date = request.map_date or last_day(FinancialMonth(request.year, request.month))
    with open_for_reading(
        store=request.store,
        reference=request.reference,
        as_at=request.as_at,
        now=request.now,
        engine=request.engine,
    ) as reading:
        places = organisation_map(reading.reference, on=map_date)
        question = scoped_question(
            reading,
            places,
            year=request.year,
            to_month=request.month,
            icb=request.icb,
            region=request.region,
            provider=request.provider,
            service=request.service,
            rules=rules,
        )
        return _answer(reading, places, question, rules=rules, asked=request.provider)


def _answer(
    reading: Reading,
    places: OrganisationMap,
    question: ScopedQuestion,
    *,
    rules: ContractRules,
    asked: str | None,
) -> ContractAnswer:
    scope = question.scope
    acm, iap = (reading.snapshot.table(reading.con, name) for name in (ACM, IAP))
    kinds = ibis.memtable(reading.reference.points_of_delivery)
    providers = ibis.memtable(places.providers)
    lines = reading.con.to_pyarrow(
        contract_lines(acm, iap, providers, kinds, scope=scope, rules=rules)
    )
    families = reading.con.to_pyarrow(_with_family(ibis.memtable(lines), rules=rules))
    services = ibis.memtable(reading.service_names)
    position = reading.con.to_pyarrow(
        position_of_lines(ibis.memtable(lines), services, scope=scope, rules=rules)
    )
    openness = openness_of(
        reading.reference.calendar,
        question.months,
        as_at=reading.day,
        received=last_received(reading.snapshot.slices(), dataset=ACM),
    )
    say = activity_findings()
    found = position_findings(position, names=places.names, say=say)
    found += line_findings(families, names=places.names, say=say)
    met = frozenset(position["provider_code"].to_pylist())
    found += _rows_findings(
        reading, places, question, acm=acm, iap=iap, rules=rules, met=met, say=say
    )
    found += _provider_findings(position, places, question, asked=asked, say=say)
    found += openness_findings(openness, dataset=ACM, say=say)
    return ContractAnswer(
        position=with_whole_activity(position),
        lines=families,
        findings=findings_table(found),
        incomplete_months=openness.incomplete,
        sent=scope.sent,
        facts=_facts(reading, places, question, position=position, lines=families),
    )


def _with_family(lines: ir.Table, *, rules: ContractRules) -> ir.Table:
    listed = lines.is_activity.notnull()
    families = lines_by_family(lines.mutate(listed=listed), rules=rules)
    return families.select(*(column.name for column in CONTRACT_LINES))


def _rows_findings(
    reading: Reading,
    places: OrganisationMap,
    question: ScopedQuestion,
    *,
    acm: ir.Table,
    iap: ir.Table,
    rules: ContractRules,
    met: frozenset[str],
    say: ActivityFindings,
) -> list[dict[str, Any]]:
    """Findings that need the stored rows once more: blanks, unplaced money, odd plan months."""
    scope, con, names = question.scope, reading.con, places.names
    found = []
    for row in con.to_pyarrow(blank_actuals(acm, scope=scope)).to_pylist():
        code = row["provider_code"]
        named = {"provider_code": code, "provider": names.get(code, code)}
        found.append(say.row("ACT-021", dataset=ACM, lines=row["blank_rows"], **named))
    if scope.patient_codes is not None:
        unplaced = money_without_icb(
            acm, iap, ibis.memtable(places.places), scope=scope, rules=rules
        )
        found += unplaced_money_findings(
            con.to_pyarrow(unplaced), met=met, current=places.current, names=names, say=say
        )
    if scope.plan_in_iap:
        planned = within(iap, scope)
        planned = planned.filter(planned.provider_code.isin(sorted(scope.plan_in_iap)))
        unusual = con.to_pyarrow(unusual_plan_months(planned, rules=rules))
        found += plan_month_findings(unusual, names=names, say=say)
    return found


def _provider_findings(
    position: pa.Table,
    places: OrganisationMap,
    question: ScopedQuestion,
    *,
    asked: str | None,
    say: ActivityFindings,
) -> list[dict[str, Any]]:
    """Findings about the providers of the answer: months not sent, codes merged or not known."""
    met = pc.unique(position["provider_code"]).to_pylist()
    missing = missing_months(question.sent, months=question.months, providers=met)
    found = missing_month_findings(
        missing, check_id="ACT-010", dataset=ACM, names=places.names, say=say
    )
    day = f"{places.on.day} {places.on:%B %Y}"
    found += [
        say.row("ACT-007", dataset=ACM, provider_code=code, provider=code, map_date=day)
        for code in met
        if code not in places.current
    ]
    successor = question.asked_provider
    if asked is not None and successor is not None and successor != asked:
        named = {"provider": places.names.get(asked, asked), "map_date": day}
        found.append(
            say.row("ACT-008", dataset=ACM, provider_code=asked, successor=successor, **named)
        )
    return found


def _facts(
    reading: Reading,
    places: OrganisationMap,
    question: ScopedQuestion,
    *,
    position: pa.Table,
    lines: pa.Table,
) -> RunFacts:
    slices = reading.snapshot.slices()
    plans = slices.filter(
        (pc.field("dataset") == IAP)
        & (pc.field("financial_year") == str(question.scope.year))
        & pc.field("provider_code").isin(pa.array(sorted(question.scope.plan_in_iap), pa.string()))
    )
    months = slices_of(slices, dataset=ACM, months=question.months)
    used = pa.concat_tables([months, plans])
    return reading.facts(
        slices=used,
        rulebooks=[
            read_rulebook(name) for name in (CONTRACT_RULEBOOK, FLOWS_RULEBOOK, FINDINGS_RULEBOOK)
        ],
        map_date=places.on,
        row_counts={
            "acm_rows_of_period": pc.sum(months["accepted_rows"]).as_py() or 0,
            "iap_rows_of_year": pc.sum(plans["accepted_rows"]).as_py() or 0,
            "contract_lines": lines.num_rows,
            "position_rows": position.num_rows,
        },
    )
