"""Why one contract row is whose: the contract-monitoring variant in plain Python."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from speccomm.assignment.contract_lookups import MONTHS, month_start
from speccomm.assignment.contract_rules import YEAR_NOT_KNOWN, ContractRules, Way
from speccomm.assignment.dated import ReferenceRows, in_force

Body = dict[str, Any]

QUESTIONS = {
    "outside_the_method": "Is it a drug or device line, or a nationally funded category?",
    "devolved_responsibility": "Is a Welsh health board the responsible body?",
    "mental_health_green": "Is it a delegated specialised mental health line?",
    "mental_health": "Is it a specialised mental health line?",
    "amber": "Is it specialised and amber?",
    "retained": "Is it specialised and retained, blue or without a known status?",
    "dental": "Is it secondary dental care?",
    "health_justice": "Is it for the health and justice population?",
    "public_health": "Is it section 7A public health?",
    "armed_forces": "Is it for the armed forces?",
    "green": "Is it specialised and green?",
    "anything_else": "Is it anything else?",
}
PLACES = {
    "gp": "the body responsible through the GP practice",
    "residence": "the body responsible through residence",
    "host": "the provider's own area",
    "establishment": "the establishment of the practice",
}


@dataclass(frozen=True)
class ContractExplanation:
    """What was decided for one contract row and each step that led there, in sentences."""

    derived_commissioner_code: str | None
    derived_category_code: str | None
    reason_code: str
    specialised: bool | None
    sentences: tuple[str, ...]


def explain_contract_row(
    row: Mapping[str, Any], reference: ReferenceRows, *, rules: ContractRules
) -> ContractExplanation:
    """Apply the contract-monitoring variant to one row and say why.

    Shape:   one explanation. Sentences name codes only, never a person.
    Missing: as `assign_contract_rows`, whose oracle this is.
    Source:  rulebook assignment/cam-contract-2025-26.
    """
    case = _Case(row, reference, rules)
    if not case.year_known:
        meaning = rules.reasons[YEAR_NOT_KNOWN]
        return ContractExplanation(None, None, YEAR_NOT_KNOWN, None, (meaning,))
    number = next(n for n, rule in enumerate(rules.rules) if case.holds(rule.when))
    sentences = [f"{QUESTIONS[rule.when]} No." for rule in rules.rules[:number]]
    rule = rules.rules[number]
    sentences.append(f"{QUESTIONS[rule.when]} Yes.")
    for way in rule.find:
        code, found = case.follow(way)
        if found:
            sentences.append(f"{_capital(PLACES[way.source])} gives {code or 'no answer'}.")
            return case.answer(code, way.category, way.reason, sentences)
    return case.answer(rule.commissioner, rule.category, rule.reason, sentences)


class _Case:
    """One row with its codes cleaned, asked one question at a time."""

    def __init__(
        self, row: Mapping[str, Any], reference: ReferenceRows, rules: ContractRules
    ) -> None:
        self.rules, self.reference = rules, reference
        self.row: dict[str, Any] = {
            name: (value.strip() or None) if isinstance(value, str) else value
            for name, value in row.items()
        }
        year, month = self.row["financial_year"], self.row["financial_month"]
        held = {r["financial_year"] for r in reference.rows("service_status")}
        self.year_known = year in held and month in MONTHS
        self.line = next(
            (r for r in reference.rows("service_lines") if r["service_code"] == self.service), None
        )
        self.status: str | None = None
        if self.year_known:
            self.day = month_start(year, month)
            self.status = next(
                (
                    r["status"] or None
                    for r in reference.rows("service_status")
                    if (r["service_code"], r["financial_year"]) == (self.service, year)
                ),
                None,
            )
            self.bodies = {name: self._body(name) for name in PLACES}

    @property
    def service(self) -> str | None:
        service: str | None = self.row["service_code"]
        return service

    @property
    def no_code(self) -> bool:
        return self.service is None or self.within("service_code", "no_service_codes")

    @property
    def specialised(self) -> bool:
        if self.no_code:
            return self.within("category_code", "specialised_category")
        return self.line is not None and self.starts("specialised_prefixes")

    def said_specialised(self) -> bool | None:
        """None where nobody can say: a missing or unknown line and no category that tells."""
        known = self.line is not None or self.within("service_code", "no_service_codes")
        return self.specialised if known or self.specialised else None

    def within(self, column: str, name: str) -> bool:
        return self.row[column] in self.rules.lists[name]

    def starts(self, name: str) -> bool:
        return (self.service or "").startswith(self.rules.lists[name])

    def holds(self, when: str) -> bool:
        """Whether the condition `when` holds for this row."""
        answer: bool = getattr(self, f"_{when}")()
        return answer

    def _outside_the_method(self) -> bool:
        return self.within("pod_code", "pods_outside") or self.within(
            "category_code", "categories_outside"
        )

    def _devolved_responsibility(self) -> bool:
        through = "residence" if self.row["gp_responsibility_code"] is None else "gp"
        welsh = self.bodies[through].get("level") == "devolved"
        return welsh and self.rules.settings["devolved_responsibility"] == "not_tested"

    def _mental_health(self) -> bool:
        if self.within("service_code", "not_mental_health"):
            return False
        if self.within("service_code", "both_groupings"):
            return self.rules.settings["both_groupings_category"] == "22"
        return self.line is not None and bool(self.line["mental_health"])

    def _mental_health_green(self) -> bool:
        begun = any(row["delegated"] for row in self._dated("delegation"))
        return self._mental_health() and self.status == "GREEN" and begun

    def _amber(self) -> bool:
        return self.specialised and self.status == "AMBER"

    def _retained(self) -> bool:
        retained = self.status is None or self.status in self.rules.lists["retained_statuses"]
        return self.specialised and retained

    def _dental(self) -> bool:
        treated = self.within("treatment_function_code", "dental_treatment_functions")
        catch_all = self.rules.settings["dental_catch_all"] == "dental"
        return (
            (treated and not self.specialised)
            or self.within("category_code", "dental_categories")
            or (catch_all and self.within("service_code", "dental_catch_all"))
        )

    def _health_justice(self) -> bool:
        prison = self.bodies["establishment"].get("prison", False)
        sent = self.within("category_code", "health_justice_categories")
        return (prison or sent) and not self.within("pod_code", "health_justice_not_pods")

    def _public_health(self) -> bool:
        return self.starts("public_health_prefixes") or self.within(
            "category_code", "public_health_categories"
        )

    def _armed_forces(self) -> bool:
        serving = [
            row
            for row in self.reference.rows("armed_forces_practices")
            if row["practice_code"] == self.row["gp_practice_code"]
            and row["english"]
            and (row["open_date"] or date.min) <= self.day <= (row["close_date"] or date.max)
        ]
        return bool(serving) or self.within("category_code", "armed_forces_categories")

    def _green(self) -> bool:
        by_status = self.rules.settings["dental_catch_all"] == "by_status"
        line = self.specialised or (by_status and self.within("service_code", "dental_catch_all"))
        return line and self.status == "GREEN"

    def _anything_else(self) -> bool:
        return True

    def follow(self, way: Way) -> tuple[str | None, bool]:
        """The code this way gives, and whether the way applies to the row at all."""
        body = self.bodies[way.source]
        if way.level is not None and body.get("level") != way.level:
            return None, False
        if way.delegated is not None and body.get("delegated") is not way.delegated:
            return None, False
        if way.gives == "nothing":
            return None, True
        code = body.get(way.gives)
        return code, code is not None

    def answer(
        self, code: str | None, category: str | None, reason: str, sentences: list[str]
    ) -> ContractExplanation:
        last = f"Reason {reason}: {self.rules.reasons[reason]}."
        return ContractExplanation(
            code, category, reason, self.said_specialised(), (*sentences, last)
        )

    def _body(self, source: str) -> Body:
        if source == "establishment":
            return self._establishment()
        if source == "host":
            return self._host()
        code = self.row[f"{source}_responsibility_code"]
        return self._responsible(code)

    def _responsible(self, code: str | None) -> Body:
        sub_icb = self._one("sub_icbs", "sub_icb_code", code)
        if sub_icb and (icb := self._one("icbs", "icb_code", sub_icb["icb_code"])):
            delegated = self._agreed(code)
            region = self._region(icb["region_code"])
            return {"level": "sub_icb", "sub_icb_code": code, "delegated": delegated, **region}
        if icb := self._one("icbs", "icb_code", code):
            members = self._members(code)
            delegated = bool(members) and all(self._agreed(member) for member in members)
            return {"level": "icb", "delegated": delegated, **self._region(icb["region_code"])}
        board = self._one("welsh_boards", "board_code", code)
        return {"level": "devolved"} if board else {}

    def _host(self) -> Body:
        provider = self.row["provider_code"]
        trusts = [r for r in self.reference.rows("trusts") if r["provider_code"] == provider]
        current = in_force(trusts, self.day) or trusts
        trust = max(current, key=lambda r: r["from_date"] or date.min, default={})
        listed = [r for r in self.reference.rows("providers") if r["provider_code"] == provider]
        postcode = listed[-1]["postcode"] if listed else None
        postcode = postcode or (trusts[-1]["postcode"] if trusts else None)
        place = self.reference.place(postcode) or {}
        body = self._responsible(place.get("sub_icb_code"))
        if body.get("level") == "sub_icb":
            return body
        icb = self._board_today(provider, trust.get("icb_code") or place.get("icb_code"))
        members = self._members(icb)
        found = self._responsible(members[0] if len(members) == 1 else icb)
        return found or self._region(trust.get("region_code"))

    def _board_today(self, provider: str, board: str | None) -> str | None:
        """The board of a head office on the day, where the one recorded has ended."""
        for row in self._dated("trust_icbs"):
            if row["provider_code"] == provider:
                board = row["icb_code"]
        for row in self.reference.rows("icb_successors"):
            if row["icb_code"] == board and row["effective_date"] <= self.day:
                return str(row["successor_code"])
        return board

    def _establishment(self) -> Body:
        code = self.row["gp_practice_code"]
        rows = [
            r
            for r in self.reference.rows("establishments")
            if code is not None and r["prescribing_practice_code"] == code
        ]
        hubs = {r["health_justice_hub_code"] for r in rows} - {None}
        hub = hubs.pop() if len(hubs) == 1 else None
        return {"prison": bool(rows), "justice_hub_code": hub}

    def _members(self, icb: str | None) -> list[str]:
        return [
            r["sub_icb_code"]
            for r in self._dated("sub_icbs")
            if r["icb_code"] == icb
            and self._one("sub_icbs", "sub_icb_code", r["sub_icb_code"]) == r
        ]

    def _agreed(self, sub_icb: str | None) -> bool:
        return any(
            r["delegated"] for r in self._dated("delegation") if r["sub_icb_code"] == sub_icb
        )

    def _region(self, code: str | None) -> Body:
        region = self._one("regions", "region_code", code) or {}
        return {
            "hub_code": region.get("specialised_hub_code"),
            "public_health_code": region.get("public_health_code"),
        }

    def _dated(self, table: str) -> list[Any]:
        return self.reference.on(table, self.day)

    def _one(self, table: str, key: str, code: str | None) -> Any | None:
        rows = [row for row in self._dated(table) if code is not None and row[key] == code]
        return max(rows, key=lambda row: row["from_date"] or date.min, default=None)


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]
