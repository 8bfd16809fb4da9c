"""What is known of one service, subject by subject, in words made from the rows of the registers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping

from speccomm.publishing.facts import PackFacts
from speccomm.publishing.sections.evidence_words import (
    NOT_COLLECTED,
    Row,
    say_icb,
    say_kind,
    say_provider,
    say_site,
    who_said,
    whole,
)
from speccomm.publishing.wording import capital, say_count, say_day, say_list, say_numeral, say_verb

Rows = list[Row]
Profile = Mapping[str, Rows]  # the tables of one service's profile, by name
NOBODY = "Not looked at: nobody has said whether there is any."
SIGNAL_MISSING = "what it says against what is expected, nobody said"
SHOWN_ENTRIES = 6


def profile_entries(facts: PackFacts, rows: Profile) -> tuple[tuple[str, str], ...]:
    """The subjects of a profile in the order regions print them, each said in words."""
    tellers: tuple[tuple[str, Callable[[PackFacts, Profile], str]], ...] = (
        ("Hub and spoke sites", _sites),
        ("Network", _networks),
        ("Surveillance", _surveillance),
        ("Fragility", _fragile),
        ("Local intelligence", _intelligence),
        ("Safety: serious incidents and PSIRF responses", _safety),
        ("Safety: never events", _never_events),
        ("Complaints", _complaints),
        ("CQC reports", _cqc),
        ("Outcomes: quality dashboard (SSQD)", _dashboard),
        ("Outcomes: national audits, GIRFT and mortality", _audits),
        ("Workforce against the standard", _workforce),
    )
    return tuple((subject, tell(facts, rows)) for subject, tell in tellers)


def is_silent(profile: Profile) -> bool:
    """Whether no register says anything of a service."""
    return not any(profile.values())


def _looked(facts: PackFacts, rows: Profile, topic: str, register: str) -> str:
    """What is said where a register has no entry: whoever looked, or that nobody did."""
    for look in rows["looks"]:
        if look["topic"] != topic:
            continue
        answer, who = look["anything_known"], who_said(look, "anything_known")
        if answer == "no":
            return f"None known: somebody looked ({who})."
        if answer == "yes":
            return f"{whole(look['what_is_known'], missing='Something is known, but not what.')} ({capital(who)})"
        if answer == "not applicable":
            return f"Not applicable ({who})."
        return f"Not looked at ({who})."
    if not (facts.evidence.is_collected(register) or facts.evidence.is_collected("looks")):
        return f"{capital(NOT_COLLECTED)}: the register was never filled."
    return NOBODY


def _unsaid(facts: PackFacts, register: str, words: str) -> str:
    if facts.evidence.is_collected(register):
        return words
    return f"{capital(NOT_COLLECTED)}: the register was never filled."


def _sites(facts: PackFacts, rows: Profile) -> str:
    """How many hubs and spokes, which a table names; of sites that stand alone, those of the area."""
    if not rows["sites"]:
        return _unsaid(facts, "provision", "No site is named for this service.")
    told = []
    hubs = [row for row in rows["sites"] if _is_hub(row)]
    if hubs:
        spokes = sum(row["spoke_sites"] or 0 for row in hubs)
        told.append(
            f"{capital(say_count(len(hubs), 'hub'))} with {say_count(spokes, 'spoke')}; the table "
            "below names them."
        )
    alone = [row for row in rows["sites"] if not _is_hub(row)]
    if alone:
        told.append(_alone(facts, alone))
    return " ".join(told)


def _is_hub(row: Row) -> bool:
    return row["site_role"] == "hub" or row["spokes"] is not None


def hub_rows(facts: PackFacts, profile: Profile) -> Rows:
    """Each hub of a service with its spokes, for a table; one without a name for lost spokes."""
    return [
        {
            "hub": say_site(facts, row["site_code"]) if row["site_code"] else None,
            "provider": say_provider(facts, row["provider_code"]) if row["provider_code"] else None,
            "spokes": "; ".join(say_site(facts, code.strip()) for code in row["spokes"].split(";"))
            if row["spokes"]
            else None,
        }
        for row in profile["sites"]
        if _is_hub(row)
    ]


def _alone(facts: PackFacts, alone: Rows) -> str:
    local = [row for row in alone if row["provider_code"] in facts.local_providers]
    number = len(alone)
    words = f"{capital(say_count(number, 'site'))} {say_verb(number, 'stands', 'stand')} alone"
    unsaid = sum(row["site_role"] is None for row in alone)
    if unsaid:
        words += f" or {say_verb(number, 'has', 'have')} no role recorded"
    if facts.is_region or not local:
        return f"{words}."
    names = say_list([say_site(facts, row["site_code"]) for row in local])
    return f"{words}, of them here: {names}."


def _networks(facts: PackFacts, rows: Profile) -> str:
    if not rows["networks"]:
        return _unsaid(facts, "networks", NOBODY)
    areas = dict(
        zip(*(facts.evidence.areas[n].to_pylist() for n in ("area_code", "area_name")), strict=True)
    )
    told = []
    for row in rows["networks"]:
        area = areas.get(row["area_code"] or "", "Whole region")
        kind = f" ({row['network_kind']})" if row["network_kind"] else ""
        name = f": {row['network_name']}{kind}" if row["network_name"] else ""
        told.append(f"{area}: {row['has_network']}{name} ({who_said(row, 'has_network')}).")
    return " ".join(told)


def _surveillance(facts: PackFacts, rows: Profile) -> str:
    if not rows["surveillance"]:
        return _unsaid(facts, "surveillance", "No open concern.")
    return " ".join(
        f"{capital(row['surveillance_level'])}: {whole(row['concern_title'])} "
        f"{say_provider(facts, row['provider_code'])}; {who_said(row)}."
        for row in rows["surveillance"]
    )


def _fragile(facts: PackFacts, rows: Profile) -> str:
    if not rows["fragile_services"]:
        return _unsaid(
            facts, "fragile_services", "No entry of the register names this service line."
        )
    return " ".join(
        f"{row['specialty']}, {say_icb(facts, row['icb_code'])}: {row['reasons']} ({who_said(row)})."
        for row in rows["fragile_services"]
    )


def _told(facts: PackFacts, entries: Rows) -> str:
    """Entries of intelligence, newest first; of many the newest, and how many more the file has."""
    shown = [
        f"{row['title']} ({say_kind(row['intelligence_kind'])}, {say_day(row['dated_on'])}), "
        f"{say_provider(facts, row['provider_code'])}: {row['signal'] or SIGNAL_MISSING}."
        + (f" {whole(row['finding'])}" if row["finding"] else "")
        for row in entries[:SHOWN_ENTRIES]
    ]
    more = len(entries) - len(shown)
    if more:
        shown.append(f"{capital(say_count(more, 'more entry', 'more entries'))} in the file.")
    return " ".join(shown)


def _intelligence(facts: PackFacts, rows: Profile) -> str:
    if rows["local_intelligence"]:
        return _told(facts, rows["local_intelligence"])
    return _looked(facts, rows, "other intelligence", "other_intelligence")


def _audits(facts: PackFacts, rows: Profile) -> str:
    if rows["audits"]:
        return _told(facts, rows["audits"])
    return _looked(facts, rows, "outcomes", "other_intelligence")


def _safety(facts: PackFacts, rows: Profile) -> str:
    if rows["safety_events"]:
        return _events(facts, rows["safety_events"], "event_kind", "reported_on")
    return _looked(facts, rows, "safety events", "safety_events")


def _never_events(facts: PackFacts, rows: Profile) -> str:
    if rows["never_events"]:
        return _events(facts, rows["never_events"], "never_event_type", "reported_on")
    if rows["safety_events"]:
        return "None among the safety events recorded."
    return _looked(facts, rows, "safety events", "safety_events")


def _complaints(facts: PackFacts, rows: Profile) -> str:
    if rows["complaints"]:
        return _events(facts, rows["complaints"], "outcome", "received_on")
    return _looked(facts, rows, "complaints", "complaints")


def _events(facts: PackFacts, entries: Rows, kind: str, dated: str) -> str:
    """How many by kind and by provider, how many are open, and from which day to which."""
    kinds = Counter(row[kind] or "no outcome yet" for row in entries)
    providers = Counter(row["provider_code"] for row in entries)
    days = sorted(row[dated] for row in entries)
    still_open = sum(row["closed_on"] is None for row in entries)
    told = say_list([f"{name} ({number})" for name, number in sorted(kinds.items())])
    where = say_list([f"{code} ({number})" for code, number in sorted(providers.items())])
    when = (
        f"on {say_day(days[0])}"
        if len(set(days)) == 1
        else f"from {say_day(days[0])} to {say_day(days[-1])}"
    )
    number = len(entries)
    return (
        f"{capital(say_count(number, 'entry', 'entries'))}, {when}: {told}; at {where}. "
        f"{capital(say_numeral(still_open))} still open."
    )


def _cqc(facts: PackFacts, rows: Profile) -> str:
    if not rows["cqc_reports"]:
        return _looked(facts, rows, "cqc reports", "cqc_reports")
    return " ".join(
        f"{say_provider(facts, row['provider_code'])}, inspected {say_day(row['inspected_on'])}: "
        f"{row['overall_rating'] or 'no overall rating recorded'}"
        f"{'; a breach of regulations was found' if row['breach'] == 'yes' else ''}."
        for row in rows["cqc_reports"]
    )


def _dashboard(facts: PackFacts, rows: Profile) -> str:
    if not rows["ssqd"]:
        return _unsaid(facts, "ssqd", NOBODY)
    told = []
    for row in rows["ssqd"]:
        part = f"{row['service_part']}: " if row["service_part"] else ""
        measures = [
            f"{row[name]} {word} measures"
            for name, word in (
                ("quarterly_indicators", "quarterly"),
                ("yearly_indicators", "yearly"),
            )
            if row[name] is not None
        ]
        asked = f", {say_list(measures)}" if measures else ""
        told.append(f"{part}{row['has_ssqd']}{asked} ({who_said(row, 'has_ssqd')}).")
    return capital(" ".join(told))


def _workforce(facts: PackFacts, rows: Profile) -> str:
    entries = rows["workforce"]
    if not entries:
        return _looked(facts, rows, "workforce", "workforce")
    short = [row for row in entries if row["meets_standard"] == "no"]
    unsaid = sum(row["meets_standard"] == "not looked at" for row in entries)
    sites = len({row["site_code"] for row in short})
    words = f"Of {say_count(len(entries), 'role')} counted at sites, {len(short)} "
    words += f"{say_verb(len(short), 'is', 'are')} below the standard"
    words += f", at {say_count(sites, 'site')}" if short else ""
    by_role = Counter(row["staff_role"] for row in short)
    if by_role:
        words += (
            f": {say_list([f'{role} at {number}' for role, number in sorted(by_role.items())])}"
        )
    return f"{words}." + (f" {unsaid} not looked at." if unsaid else "")
