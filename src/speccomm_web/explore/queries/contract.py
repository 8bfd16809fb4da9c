"""How contracts stand: plan against actual of a place, its effects and where the year will end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.compute as pc
from django.utils import timezone

from speccomm.activity.areas import FLOWS_RULEBOOK
from speccomm.activity.contract_findings import line_findings, position_findings
from speccomm.activity.contract_lines import ContractScope, contract_lines, within
from speccomm.activity.contract_position import position_of_lines
from speccomm.activity.effects import lines_by_family
from speccomm.activity.findings import activity_findings
from speccomm.activity.rules import CONTRACT_RULEBOOK, ContractRules, contract_rules
from speccomm.activity.tables import CONTRACT_EFFECTS, CONTRACT_LINES, UNKNOWN
from speccomm.foundation.errors import Refusal
from speccomm.foundation.periods import FinancialMonth, FinancialYear
from speccomm.jobs.contract_scope import scoped_question
from speccomm.jobs.flows import last_day
from speccomm.jobs.reading import OrganisationMap, Reading
from speccomm.warehouse import open_store
from speccomm_web.explore import cutting
from speccomm_web.explore.figures import (
    MONITORING,
    PLAN,
    Figures,
    service_table,
    stored_rows,
)
from speccomm_web.explore.kept import kept
from speccomm_web.explore.queries.opening import Opened
from speccomm_web.explore.queries.receipts import Receipt, files_of, rulebook_words
from speccomm_web.explore.questions import ContractQuestion
from speccomm_web.explore.shapes import Marks
from speccomm_web.explore.sight import Place

__all__ = ["EFFECTS", "MONEY", "ContractAnswer", "Refusal", "contract_of", "total"]

Rows = list[dict[str, Any]]
LINES = "lines"
EFFECTS = CONTRACT_EFFECTS
MONEY = (
    "plan_gbp",
    "actual_gbp",
    "variance_gbp",
    *EFFECTS,
    "forecast_straight_gbp",
    "forecast_profiled_gbp",
)


@dataclass(frozen=True)
class ContractAnswer:
    """The position by provider and service, and what a reader must know of it.

    `plan_not_set_against_gbp` is the plan of rows of which nothing was sent: no variance has it.
    """

    rows: Rows
    findings: Rows
    plan_not_set_against_gbp: Decimal

    def rows_of(self, question: ContractQuestion, current: Mapping[str, str]) -> Rows:
        """The rows of one provider, one service, or both, as a page adds them up."""
        provider = current.get(question.provider, question.provider)
        return [
            row
            for row in self.rows
            if provider in {"", row["provider_code"]}
            and question.service in {"", row["service_code"]}
        ]


@dataclass(frozen=True)
class _Terms:
    """The codes and rules of a contract question."""

    place: Place
    scope: ContractScope
    rules: ContractRules
    places: OrganisationMap


def contract_of(opened: Opened, question: ContractQuestion) -> ContractAnswer:
    """The contract position of a place.

    Raises:  NothingLoaded, UnknownArea, UnknownName, NoContract: a Refusal with its sentence.
    """
    return kept(opened.key, ("contract", question), lambda: _contract(opened, question))


def contract_receipt(opened: Opened, question: ContractQuestion, *, figure: str) -> Receipt:
    """Open the receipt of one figure of the position, worked out again from the stored rows.

    Raises:  as `contract_of`.
    """
    asked = ("contract receipt", question, figure)
    return kept(opened.key, asked, lambda: _receipt(opened, question, figure))


def total(rows: Sequence[dict[str, Any]], name: str) -> Decimal | None:
    """The sum of what is stated; None where nothing is."""
    stated = [row[name] for row in rows if row[name] is not None]
    return sum(stated, Decimal(0)) if stated else None


def _contract(opened: Opened, question: ContractQuestion) -> ContractAnswer:
    terms = _terms(opened.held, opened.place, question)
    if question.provider and not opened.place.is_provider:
        # Rows and findings are by provider: one provider's are some of everyone's, worked out once.
        everyone = contract_of(opened, question.narrowed(provider=""))
        return _of_provider(
            everyone, terms.places.current.get(question.provider, question.provider)
        )
    return _worked_out(opened.held, terms, question)


def _worked_out(held: Figures, terms: _Terms, question: ContractQuestion) -> ContractAnswer:
    lines = _lines(held, terms)
    table = ibis.table(ibis.Schema.from_pyarrow(lines.schema), name=LINES)
    shape = (terms.scope.to_month, question.plan, question.service == UNKNOWN)
    position = held.ask_alike(
        ("position", shape), Marks(),
        lambda: _position(table, held.table("services"), terms, question), beside={LINES: lines},
    )  # fmt: skip
    families = held.ask_alike(
        ("families", question.plan), Marks(), lambda: _families(table, terms.rules),
        beside={LINES: lines},
    )  # fmt: skip
    say = activity_findings()
    found = position_findings(position, names=terms.places.names, say=say)
    found += line_findings(families, names=terms.places.names, say=say)
    rows = position.to_pylist()
    return ContractAnswer(rows, found, _unset(rows))


def _lines(held: Figures, terms: _Terms) -> pa.Table:
    """Plan and actual of each line of the place: position and findings are both made of them."""
    marks = Marks()
    alike = _marked(terms, marks)

    def lines() -> ir.Table:
        return contract_lines(
            _own(held.table(MONITORING), alike.place),
            _own(held.table(PLAN), alike.place),
            held.map_table("providers", alike.places.on),
            held.table("kinds"),
            scope=alike.scope,
            rules=alike.rules,
        )

    held.places(alike.places.on)  # the expression names tables of this map
    shape = (alike.scope, alike.places.on, alike.place.service_codes, alike.rules.plan_source)
    return held.ask_alike(("lines", shape), marks, lines)


def _of_provider(everyone: ContractAnswer, code: str) -> ContractAnswer:
    rows = [row for row in everyone.rows if row["provider_code"] == code]
    found = [said for said in everyone.findings if said["provider_code"] == code]
    return ContractAnswer(rows, found, _unset(rows))


def _unset(rows: Rows) -> Decimal:
    """The plan of rows of which nothing was sent."""
    return total([row for row in rows if row["actual_gbp"] is None], "plan_gbp") or Decimal(0)


def _position(
    lines: ir.Table, services: ir.Table, terms: _Terms, question: ContractQuestion
) -> ir.Table:
    rows = position_of_lines(lines, services, scope=terms.scope, rules=terms.rules)
    if question.service == UNKNOWN:
        return rows.filter(rows.service_code == UNKNOWN)
    return rows


def _families(lines: ir.Table, rules: ContractRules) -> ir.Table:
    families = lines_by_family(lines.mutate(listed=lines.is_activity.notnull()), rules=rules)
    return families.select(*(column.name for column in CONTRACT_LINES))


def _terms(held: Figures, place: Place, question: ContractQuestion) -> _Terms:
    """Look the codes of a question up.

    Raises:  as `contract_of`.
    """
    year = FinancialYear.parse(question.year)
    places = held.places(last_day(FinancialMonth(year, question.month)))
    rules = contract_rules().with_plan_source(question.plan or None)
    snapshot = open_store(held.store).snapshot(version=held.version, as_at=held.as_at)
    try:
        found = scoped_question(
            Reading(snapshot, held.reference, held.con, timezone.now()),
            places,
            year=year,
            to_month=question.month,
            icb=None,
            provider=place.code if place.is_provider else question.provider or None,
            service=None if question.service == UNKNOWN else question.service or None,
            rules=rules,
        )
    finally:
        snapshot.release()
    scope = found.scope
    if not place.is_provider:
        scope = replace(scope, patient_codes=cutting.area_of(place, places).patient_codes)
    return _Terms(place, scope, rules, places)


def _marked(terms: _Terms, marks: Marks) -> _Terms:
    """The same terms with marks for their codes: see `shapes`."""
    scope, services = terms.scope, terms.place.service_codes
    sets = ("plan_in_iap", "whole_year_in_acm", "sent", "provider_codes", "patient_codes")
    given = {name: getattr(scope, name) for name in sets}
    marked: dict[str, Any] = {
        name: None if codes is None else marks.many(name, codes) for name, codes in given.items()
    }
    if scope.service_code is not None:
        marked["service_code"] = marks.one("service", scope.service_code)
    place = terms.place
    if services is not None:
        place = replace(place, service_codes=marks.many("services", services))
    return replace(terms, place=place, scope=replace(scope, **marked))


def _own(rows: ir.Table, place: Place) -> ir.Table:
    """The rows of the services that the viewer's role covers."""
    if place.service_codes is None:
        return rows
    return rows.filter(cutting.within(rows.service_code, place.service_codes))


def _receipt(opened: Opened, question: ContractQuestion, figure: str) -> Receipt:
    held = opened.held
    terms = _terms(held, opened.place, question)
    shown = total(
        contract_of(opened, replace(question, provider="", service="")).rows_of(
            question, terms.places.current
        ),
        figure,
    )
    providers, kinds, services = (
        ibis.memtable(table)
        for table in (
            terms.places.providers,
            held.reference.points_of_delivery,
            service_table(held.reference),
        )
    )
    with stored_rows(held, "acm") as (con, acm), stored_rows(held, "iap") as (other, iap):
        plan = ibis.memtable(other.to_pyarrow(_planned(iap, terms)))
        own = _own(acm, opened.place)
        lines = contract_lines(own, plan, providers, kinds, scope=terms.scope, rules=terms.rules)
        position = con.to_pyarrow(_position(lines, services, terms, question)).to_pylist()
        counted = con.to_pyarrow(_files(_to_date(_asked(own, terms, question), terms)))
        planned = other.to_pyarrow(_files(_asked(_planned(iap, terms), terms, question)))
    return Receipt(
        value=shown,
        recounted=total(position, figure),
        rows=_count(counted) + _count(planned),
        unstated=0,
        files=files_of(held, counted, "acm") + files_of(held, planned, "iap"),
        rulebooks=rulebook_words(held, CONTRACT_RULEBOOK, FLOWS_RULEBOOK),
        map_date=terms.places.on,
        store_version=held.version,
        as_at=held.as_at,
        tests=_tests(terms, question),
    )


def _planned(iap: ir.Table, terms: _Terms) -> ir.Table:
    rows = within(_own(iap, terms.place), terms.scope)
    return rows.filter(cutting.within(rows.provider_code, terms.scope.plan_in_iap))


def _asked(rows: ir.Table, terms: _Terms, question: ContractQuestion) -> ir.Table:
    kept_rows = within(rows, terms.scope)
    if question.service == UNKNOWN:
        return kept_rows.filter(kept_rows.service_code.isnull())
    return kept_rows


def _to_date(rows: ir.Table, terms: _Terms) -> ir.Table:
    return rows.filter(rows.financial_month.between(1, terms.scope.to_month))


def _files(rows: ir.Table) -> ir.Table:
    return rows.group_by(["load_id", "file_name"]).aggregate(row_count=rows.count())


def _count(counted: pa.Table) -> int:
    return int(pc.sum(counted["row_count"]).as_py() or 0)


def _tests(terms: _Terms, question: ContractQuestion) -> tuple[tuple[str, str], ...]:
    """The filter as column and condition."""
    place = terms.place
    said = [
        ("financial_year", f"is {question.year}"),
        ("financial_month", f"is 1 to {question.month} in contract monitoring, any in the plan"),
    ]
    if place.is_provider:
        said.append(("provider_code", f"is one of {place.code}, under every code it had"))
    else:
        said.append(
            ("patient_commissioner_code", f"is a commissioner whose patients live in {place.code}")
        )
        if question.provider:
            said.append(
                ("provider_code", f"is one of {question.provider}, under every code it had")
            )
    if question.service:
        said.append(("service_code", f"is {question.service}"))
    if place.service_codes is not None:
        codes = ", ".join(sorted(place.service_codes))
        said.append(("service_code", f"is one of those your role covers: {codes}"))
    plan = terms.rules.plan_source
    said.append(("plan", f"comes from {plan}, as the rulebook or the address chooses"))
    return tuple(said)


def months_of(opened: Opened) -> list[tuple[str, str]]:
    """The months that a position may run to: 2023-24-9, and the words for it."""
    return [
        (f"{month.year}-{month.number}", f"{month.from_date:%B %Y}")
        for month in opened.held.contract_months
    ]
