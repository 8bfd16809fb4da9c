"""Write made-up evidence of the synthetic Midlands: every register, every row marked synthetic.

A register is kept by hand and small, so its rows are drawn one at a time, in plain Python.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa

from speccomm.foundation.rulebook import Rulebook, read_rule_table, read_rulebook
from speccomm.quality import REGISTERS, evidence_rules, register_csv
from speccomm.quality.cqc import combined_rating, cqc_rules
from speccomm.quality.fragile import area_table
from speccomm.reference import open_reference
from speccomm.synthetic.money import draw_money

REGION = "Y60"
YEAR = "2024-25"
Row = dict[str, Any]


@dataclass(frozen=True)
class Site:
    """A site that provides a service line, and how large its provider is in it."""

    service: str
    group: str
    site: str
    provider: str
    icb: str
    area: str
    weight: float


@dataclass
class Drawing:
    """What has been drawn so far, and the chance it is drawn by."""

    book: Rulebook
    chance: random.Random
    sites: list[Site]
    rows: dict[str, list[Row]] = field(default_factory=lambda: {name: [] for name in REGISTERS})

    @property
    def rules(self) -> dict[str, Any]:
        return self.book.rules

    def say(self, register: str, values: Mapping[str, Any], *, on: date | None = None) -> None:
        """Add a statement with who said it and when."""
        said = self.rules["said"]
        sayer = f"{self.chance.choice(said['sayers'])} ({said['mark']})"
        said_on = on or self._between(said["first_on"], said["last_on"])
        row: Row = {"entry_state": "holds", "from_date": said_on, "said_by": sayer,
                    "said_on": said_on, **values}  # fmt: skip
        for flag in REGISTERS[register].flags:
            row.setdefault(f"{flag}_said_by", sayer)
            row.setdefault(f"{flag}_said_on", row["said_on"])
        self.rows[register].append(row)

    def past(self) -> date:
        """A day in the years before the last statement."""
        last = self.rules["said"]["last_on"]
        return self._between(last - timedelta(days=365 * self.rules["amounts"]["years_back"]), last)

    def review(self) -> date:
        """A day on which something is looked at again."""
        said = self.rules["said"]
        days = self.chance.randrange(said["review_days"])
        later: date = said["review_from"] + timedelta(days=days)
        return later

    def _between(self, first: date, last: date) -> date:
        return first + timedelta(days=self.chance.randrange((last - first).days + 1))


def write_evidence(folder: Path, *, seed: int = 2324) -> list[Path]:
    """Write one CSV file per register, which `speccomm evidence import` takes without a finding.

    No event, concern or plan is a real one; every statement's sayer is marked SYNTHETIC. Equal
    bytes for an equal seed.

    Source:  rulebook synthetic/evidence; provider_services.csv for who provides what.
    """
    book = read_rulebook("synthetic/evidence")
    chance = random.Random(seed)
    drawing = Drawing(book, chance, _sites(book.rules))
    for draw in (_provision, _dashboards, _networks, _safety, _complaints, _cqc, _intelligence,
                 _looks, _workforce, _surveillance, _fragile, _dives, _priorities,
                 draw_money):  # fmt: skip
        draw(drawing)
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, register in REGISTERS.items():
        path = folder / f"{name}.csv"
        rows = pa.Table.from_pylist(drawing.rows[name], schema=register.spoken)
        path.write_bytes(register_csv(register, rows))
        written.append(path)
    return written


def _sites(rules: Mapping[str, Any]) -> list[Site]:
    """Which sites provide which of the delegated lines drawn for each group."""
    lines = _lines_by_group(rules)
    amounts = rules["amounts"]
    areas = area_table(region_code=REGION, on=rules["said"]["last_on"]).to_pylist()
    area_of = {row["icb_code"]: row["area_code"] for row in areas}
    providers = {row["provider_code"]: row for row in read_rule_table("synthetic/providers")}
    sites = []
    for row in read_rule_table("synthetic/provider_services"):
        provider = providers[row["provider_code"]]
        if provider["icb_code"] not in area_of:
            continue
        codes, weight = provider["site_codes"].split(";"), float(row["weight"])
        used = codes[: 2 if weight >= amounts["second_site_from_weight"] else 1]
        offered = lines.get(row["crg_code"], [])
        kept = offered if weight >= amounts["second_site_from_weight"] else offered[:1]
        for service in kept:
            for site in used:
                icb = provider["icb_code"]
                sites.append(
                    Site(service, row["crg_code"], site, row["provider_code"], icb,
                         area_of[icb], weight)
                )  # fmt: skip
    return sites


def _lines_by_group(rules: Mapping[str, Any]) -> dict[str, list[str]]:
    """The service lines drawn for each group: those named in the rulebook first."""
    reference = open_reference(None)
    delegated = {
        row["service_code"]
        for row in reference.service_status.to_pylist()
        if row["financial_year"] == YEAR and row["status"] == "GREEN"
    }
    named = {*rules["hubs"]["service_codes"], *rules["workforce"]["service_codes"]}
    named |= {concern["service_code"] for concern in rules["concern"]}
    groups: dict[str, list[str]] = {}
    for line in reference.service_lines.to_pylist():
        code, group = line["service_code"], line["crg_code"]
        wanted = code in named or (line["line_kind"] == "service" and code in delegated)
        if group and wanted:
            groups.setdefault(group, []).append(code)
    most = rules["amounts"]["lines_per_group"]
    return {
        group: sorted(codes, key=lambda code: (code not in named, code))[:most]
        for group, codes in groups.items()
    }


def _services(drawing: Drawing) -> list[tuple[str, str]]:
    """Every service line with its group, in order."""
    return sorted({(site.service, site.group) for site in drawing.sites})


def _provision(drawing: Drawing) -> None:
    hubs = set(drawing.rules["hubs"]["service_codes"])
    for site in drawing.sites:
        row: Row = {"service_code": site.service, "site_code": site.site,
                    "provider_code": site.provider, "site_role": "stand-alone"}  # fmt: skip
        row["contracted"] = "no" if drawing.chance.random() < 0.05 else "yes"
        if site.service in hubs:
            peers = [s for s in drawing.sites if (s.service, s.area) == (site.service, site.area)]
            hub = max(peers, key=lambda peer: (peer.weight, peer.site))
            row["site_role"] = "hub" if hub == site else "spoke"
            row["hub_site_code"] = None if hub == site else hub.site
        drawing.say("provision", row)


def _dashboards(drawing: Drawing) -> None:
    rules = drawing.rules["dashboards"]
    for service, _group in _services(drawing):
        has_one = drawing.chance.random() < rules["share"]
        row: Row = {"service_code": service, "has_ssqd": "yes" if has_one else "no"}
        if has_one:
            row["quarterly_indicators"] = drawing.chance.randint(*rules["quarterly"])
            row["yearly_indicators"] = drawing.chance.randint(*rules["yearly"])
        drawing.say("ssqd", row)


def _networks(drawing: Drawing) -> None:
    rules = drawing.rules["networks"]
    kinds = {"B02": "cancer alliance", "F05": "coordinating centre"}
    for service, group in _services(drawing):
        name = rules["service_groups"].get(group)
        for area in ("east", "west"):
            has_one = name is not None and (area == "west" or group not in rules["west_only"])
            words = f"{area.title()} Midlands {name}" if has_one else None
            kind = kinds.get(group, "operational delivery network") if has_one else None
            drawing.say(
                "networks",
                {"service_code": service, "area_code": area, "network_name": words,
                 "has_network": "yes" if has_one else "no", "network_kind": kind},
            )  # fmt: skip


def _safety(drawing: Drawing) -> None:
    """Serious incidents before autumn 2023, responses under the new framework after it."""
    responses = ["patient safety incident investigation", "after-action review", "thematic review"]
    never = ["wrong site surgery", "retained object", "misplaced feeding tube"]
    change = date(2023, 10, 1)
    last = drawing.rules["said"]["last_on"]
    for number in range(1, drawing.rules["amounts"]["safety_events"] + 1):
        site, reported = drawing.chance.choice(drawing.sites), drawing.past()
        is_never = drawing.chance.random() < 0.08
        kind = "serious incident" if reported < change else drawing.chance.choice(responses)
        closed = reported + timedelta(days=drawing.chance.randint(60, 240))
        drawing.say(
            "safety_events",
            {
                "event_reference": f"SYN-{reported.year}-{number:04d}",
                "service_code": site.service, "provider_code": site.provider,
                "site_code": site.site,
                "event_kind": "never event" if is_never else kind,
                "never_event_type": drawing.chance.choice(never) if is_never else None,
                "reported_on": reported, "due_on": reported + timedelta(days=60),
                "closed_on": closed if closed <= last else None,
                "physical_harm": drawing.chance.choice(["none", "low", "moderate", "severe"]),
                "plan_priority": "not applicable" if reported < change else "yes",
                "summary": "Made-up event for demonstration.",
            },
            on=last,
        )  # fmt: skip


def _complaints(drawing: Drawing) -> None:
    subjects = ["waiting time", "communication", "transport", "discharge", "appointment changed"]
    last = drawing.rules["said"]["last_on"]
    for number in range(1, drawing.rules["amounts"]["complaints"] + 1):
        site, received = drawing.chance.choice(drawing.sites), drawing.past()
        closed = received + timedelta(days=drawing.chance.randint(20, 120))
        outcome = drawing.chance.choice(["upheld", "partly upheld", "not upheld"])
        drawing.say(
            "complaints",
            {
                "complaint_reference": f"SYN-C{number:04d}",
                "service_code": site.service, "provider_code": site.provider,
                "received_on": received, "closed_on": closed if closed <= last else None,
                "outcome": outcome if closed <= last else None,
                "subject": f"Made up: {drawing.chance.choice(subjects)}",
            },
            on=last,
        )  # fmt: skip


def _cqc(drawing: Drawing) -> None:
    ratings = ["good", "good", "requires improvement", "outstanding", "inadequate"]
    last, seen = drawing.rules["said"]["last_on"], set()
    for _number in range(drawing.rules["amounts"]["cqc_reports"]):
        site, inspected = drawing.chance.choice(drawing.sites), drawing.past()
        if (site.site, inspected) in seen:
            continue
        seen.add((site.site, inspected))
        five = [drawing.chance.choice(ratings) for _question in range(5)]
        published = inspected + timedelta(days=75)
        questions = ("safe", "effective", "caring", "responsive", "well_led")
        drawing.say(
            "cqc_reports",
            {
                "service_code": site.service, "provider_code": site.provider,
                "site_code": site.site, "core_service": "made-up core service",
                "inspected_on": inspected, "breach": "no",
                "published_on": published if published <= last else None,
                **{f"{q}_rating": rating for q, rating in zip(questions, five, strict=True)},
                "overall_rating": combined_rating(five, breach=False, rules=cqc_rules()),
                "finding": "Made-up report for demonstration.",
            },
            on=last,
        )  # fmt: skip


def _intelligence(drawing: Drawing) -> None:
    kinds = ["peer review", "national audit", "girft", "trainee survey"]
    signals = ["as expected", "as expected", "better than expected", "alert", "concern"]
    for service, group in _services(drawing):
        count = drawing.chance.randint(0, drawing.rules["amounts"]["intelligence_per_service"])
        for kind in sorted(drawing.chance.sample(kinds, k=count)):
            peers = [site for site in drawing.sites if site.service == service]
            drawing.say(
                "other_intelligence",
                {
                    "service_code": service,
                    "provider_code": drawing.chance.choice(peers).provider,
                    "intelligence_kind": kind, "title": f"Made-up {kind} of {group}",
                    "dated_on": drawing.past(), "signal": drawing.chance.choice(signals),
                },
                on=drawing.rules["said"]["last_on"],
            )  # fmt: skip


def _looks(drawing: Drawing) -> None:
    """Somebody looked for what no register holds, or nobody did; nothing is said of the rest."""
    rules, registers = drawing.rules["looked"], drawing.rows
    topics = ("safety_events", "complaints", "cqc_reports", "other_intelligence")
    for service, _group in _services(drawing):
        for topic in topics:
            if any(row["service_code"] == service for row in registers[topic]):
                continue
            draw = drawing.chance.random()
            if draw < rules["none_found"] + rules["not_looked_at"]:
                known = "no" if draw < rules["none_found"] else "not looked at"
                drawing.say(
                    "looks",
                    {"service_code": service, "topic": topic.replace("_", " "),
                     "anything_known": known},
                    on=drawing.rules["said"]["last_on"],
                )  # fmt: skip


def _workforce(drawing: Drawing) -> None:
    rules = drawing.rules["workforce"]
    for site in drawing.sites:
        if site.service not in rules["service_codes"]:
            continue
        for role in rules["roles"]:
            standard = Decimal(drawing.chance.randint(4, 24)) / 2
            funded = standard + Decimal(drawing.chance.randint(-2, 2)) / 2
            present = max(Decimal(0), funded - Decimal(drawing.chance.randint(0, 5)) / 2)
            drawing.say(
                "workforce",
                {
                    "service_code": site.service, "site_code": site.site, "staff_role": role,
                    "standard_wte": standard, "standard_source": "made-up standard",
                    "funded_wte": funded, "in_post_wte": present,
                    "counted_on": drawing.rules["said"]["first_on"],
                    "meets_standard": "yes" if present >= standard else "no",
                },
            )  # fmt: skip


def _surveillance(drawing: Drawing) -> None:
    for entry in drawing.rules["concern"]:
        opened = date.fromisoformat(entry["levels"][0][0])
        for number, (day, level) in enumerate(entry["levels"]):
            drawing.say(
                "surveillance",
                {
                    "service_code": entry["service_code"],
                    "provider_code": entry["provider_code"], "icb_code": entry["icb_code"],
                    "concern_title": entry["title"], "surveillance_level": level,
                    "concern_state": "ongoing" if number else "new", "opened_on": opened,
                    "concern": entry["concern"], "impact": entry["impact"],
                    "needs_escalation": entry["needs_escalation"],
                    "mitigation": entry["mitigation"], "owner_role": "clinical lead",
                    "review_on": drawing.review(),
                },
                on=date.fromisoformat(day),
            )  # fmt: skip


def _fragile(drawing: Drawing) -> None:
    rules = drawing.rules["fragile"]
    order = {reason: n for n, reason in enumerate(evidence_rules().words["fragile_reason"])}
    for place, count in rules["counts"].items():
        own = sorted({site.provider for site in drawing.sites if site.icb == place})
        areas = {site.area for site in drawing.sites if site.icb == place}
        for specialty in drawing.chance.sample(rules["specialties"], k=count):
            reasons = drawing.chance.sample(rules["reasons"], k=drawing.chance.choice([1, 1, 2]))
            drawing.say(
                "fragile_services",
                {
                    "specialty": specialty,
                    "area_code": next(iter(areas)) if own else place,
                    "icb_code": place if own else None,
                    "provider_code": drawing.chance.choice(own) if own else None,
                    "reasons": "; ".join(sorted(reasons, key=order.__getitem__)),
                    "owner_role": drawing.chance.choice(rules["owners"]),
                    "detail": "Made-up entry for demonstration.",
                    "actions": "Mutual aid sought; plan reviewed each quarter.",
                    "review_on": drawing.review(),
                },
            )  # fmt: skip


def _dives(drawing: Drawing) -> None:
    for entry in drawing.rules["deep_dive"]:
        drawing.say(
            "deep_dives",
            {
                "title": entry["title"], "service_code": entry["service_code"],
                "icb_codes": "all", "dive_state": entry["state"], "done_on": entry["done_on"],
                "presented_to": "joint committees", "finding": "Made-up deep dive.",
            },
            on=drawing.rules["said"]["last_on"],
        )  # fmt: skip


def _priorities(drawing: Drawing) -> None:
    last = drawing.rules["said"]["last_on"]
    for entry in drawing.rules["priority"]:
        year = entry.get("financial_year", YEAR)
        about = {"priority_reference": entry["reference"], "financial_year": year}
        drawing.say(
            "priorities",
            {
                **about, "title": entry["title"], "service_code": entry["service_code"],
                "lead_role": entry["lead_role"], "on_risk_register": entry["on_risk_register"],
                "delegation_status": "green", "icb_codes": entry["icb_codes"],
                "national_priorities": entry["national_priorities"],
                "problem": entry["problem"], "aim": entry["aim"], "scope": entry["scope"],
                "partners": entry["partners"], "how_we_will_know": entry["how"],
            },
            on=last,
        )  # fmt: skip
        for number, (words, quarter, *state) in enumerate(entry["deliverables"], start=1):
            drawing.say(
                "priority_deliverables",
                {
                    **about, "deliverable_number": number, "deliverable": words,
                    "quarter": quarter or None,
                    "deliverable_state": state[0] if state else "not started",
                },
                on=last,
            )  # fmt: skip
