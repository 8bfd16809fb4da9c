"""A quality profile of each service line: who provides it and for how much, and what is known of it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import Any

import pyarrow as pa

from speccomm.publishing.columns import SERVICE_CODE
from speccomm.publishing.facts import PackFacts
from speccomm.publishing.model import (
    Block,
    Column,
    Definitions,
    Making,
    PackTable,
    Prose,
    Section,
    Together,
    Unit,
)
from speccomm.publishing.naming import Namer, short_icb_name
from speccomm.publishing.sections.evidence_words import (
    Row,
    evidence_making,
    nothing_collected,
    say_region,
    text_table,
)
from speccomm.publishing.sections.profile_providers import (
    Providers,
    provider_columns,
    providers_of,
)
from speccomm.publishing.sections.profile_tables import profile_files
from speccomm.publishing.sections.profile_words import (
    Profile,
    Rows,
    hub_rows,
    is_silent,
    profile_entries,
)
from speccomm.publishing.sourcing import Key, Of
from speccomm.publishing.wording import capital, say_count, say_day, say_list, say_numeral, say_verb

TITLE = "Quality profiles by service"
WATCHED = ("intensive", "enhanced")
SILENCE = (
    "No register says anything of this service: its sites, network, safety, outcomes and workforce "
    "are not recorded. That is not to say that all is well."
)


def service_profiles_section(facts: PackFacts, namer: Namer) -> Section:
    """One folded profile for each service line with a plan, activity or a site in the area."""
    held, providers = _by_service(facts), providers_of(facts)
    codes = profiled(facts)
    names = {code: _name(facts, namer, code, providers) for code in codes}
    shared = Counter(names.values())
    codes.sort(key=lambda code: (names[code].casefold(), code))
    profiles = {code: held.get(code) or _no_rows(facts) for code in codes}
    silent = sum(is_silent(profile) for profile in profiles.values())
    blocks: list[Block] = [Prose((_sentences(facts, len(codes), silent), _meaning(facts)))]
    if facts.evidence.is_empty:
        blocks.append(nothing_collected(facts, "Evidence of services is"))
    return Section(
        "profiles",
        TITLE,
        (*blocks, *profile_files(facts, namer)),
        tuple(
            _profile(
                facts,
                code,
                names[code] if shared[names[code]] == 1 else f"{names[code]} ({code})",
                profiles[code],
                providers.rows(code),
            )
            for code in codes
        ),
    )


def profiled(facts: PackFacts) -> list[str]:
    """The service lines that have a profile: those a provider of the area has a part in."""
    local = set(facts.local_providers)
    pairs = facts.services.to_pylist() + facts.evidence.profiles["provision"].to_pylist()
    codes = {row["service_code"] for row in pairs if row["provider_code"] in local}
    return sorted(code for code in codes if code)


def _by_service(facts: PackFacts) -> dict[str, Profile]:
    """The rows of every table of the profiles, by service line and table."""
    found: dict[str, dict[str, Rows]] = defaultdict(lambda: _no_rows(facts))
    for name, table in facts.evidence.profiles.items():
        for row in table.to_pylist():
            found[row["service_code"]][name].append(row)
    return dict(found)


def _no_rows(facts: PackFacts) -> dict[str, Rows]:
    return {name: [] for name in facts.evidence.profiles}


def _name(facts: PackFacts, namer: Namer, code: str, providers: Providers) -> str:
    name = facts.evidence.service_name(code) or providers.service_names.get(code)
    return namer.say(name, missing=f"{code} (in no list)")


def _sentences(facts: PackFacts, number: int, silent: int) -> str:
    words = (
        f"{capital(say_count(number, 'service line'))} {say_verb(number, 'has', 'have')} a plan, "
        f"activity or a site at a provider of {short_icb_name(facts.icb.name)}. Open a service to see "
        f"its providers and what was known of it on {say_day(facts.evidence.on)}."
    )
    if silent:
        words += (
            f" Of {say_numeral(silent)} of them no register says anything, and each of those "
            "profiles says so."
        )
    return words


def _meaning(facts: PackFacts) -> str:
    period = facts.contract_period or "a year of which no contract file is loaded"
    return (
        f"Plan, price and activity are those of {period}, price being reported price and market "
        "forces amount. A subject that nobody looked at says so; it is not a clean bill of health."
    )


def slug_of(code: str) -> str:
    """A service code as part of an identifier."""
    return "".join(letter if letter.isalnum() else "_" for letter in code.lower())


def _profile(facts: PackFacts, code: str, title: str, profile: Profile, rows: Rows) -> Section:
    slug = slug_of(code)
    blocks: list[Block] = [Prose((_counted(facts, code, rows),)), _table(facts, code, title, rows)]
    if is_silent(profile):
        blocks.append(Prose((SILENCE,)))
    else:
        blocks.append(Definitions(profile_entries(facts, profile)))
        if hubs := hub_rows(facts, profile):
            blocks.append(_hubs(facts, code, title, hubs))
    return Section(f"profile-{slug.replace('_', '-')}", title, tuple(blocks), folded=True,
                   gist=_gist(profile, rows))  # fmt: skip


def _gist(profile: Profile, rows: Rows) -> str:
    told = [say_count(len(rows), "provider")]
    levels = Counter(row["surveillance_level"] for row in profile["surveillance"])
    told += [f"{levels[level]} {level}" for level in WATCHED if levels[level]]
    if fragile := len(profile["fragile_services"]):
        told.append(f"{fragile} fragile")
    if is_silent(profile):
        told.append("no evidence")
    return ", ".join(told)


def _counted(facts: PackFacts, code: str, rows: Rows) -> str:
    """How many providers the table below has, by part of the region, counted from its rows."""
    number, local = len(rows), sum(row["is_local"] for row in rows)
    if not rows:
        return f"{code}. No provider of {say_region(facts)} has a plan, a price or a site for it."
    areas = Counter(row["area"] or "elsewhere" for row in rows)
    places = [f"{count} {area}" for area, count in sorted(areas.items())]
    words = f"{code}. {capital(say_count(number, 'provider'))} of {say_region(facts)}"
    if len(places) > 1:
        words += f" ({say_list(places)})"
    if not facts.is_region:
        words += f", {say_numeral(local)} of them local"
    return f"{words}. Providers elsewhere that treat its patients are in the contract position."


def _table(facts: PackFacts, code: str, title: str, rows: Rows) -> PackTable:
    columns = provider_columns(facts)
    extra: dict[str, Any] = dict.fromkeys(("service_code", "money_missing"), pa.string())
    return PackTable(
        id=f"profile_{slug_of(code)}",
        title=f"Providers: {title}",
        columns=columns,
        rows=text_table(rows, columns, **extra),
        row_header="provider_name",
        making=Making(
            "Contract position by provider, and sites of the register of provision",
            ("acm", "iap", "provision"),
            f"service line {code}; {facts.contract_period or 'no month'}; providers of "
            f"{say_region(facts)}",
        ),
        notes=tuple(
            f"Some evidence of {row['provider_code']} was recorded under the former code "
            f"{say_list(former)}."
            for row in rows
            if (former := facts.evidence.recorded_as.get(row["provider_code"]))
        ),
        total_label="All providers",
        keys=(Key("provider_code", Of.PROVIDER), Key("service_code", Of.SERVICE)),
        together=_together("profile_providers", "Providers of every service", code, title),
    )


def _together(sheet: str, about: str, code: str, title: str) -> Together:
    """On which sheet of a workbook a table of one service stands, and which rows of it are its."""
    name = Column("profile", "Service", Unit.TEXT, "Service line, as its profile is headed")
    return Together(sheet, about, ((SERVICE_CODE, code), (name, title)))


def _hubs(facts: PackFacts, code: str, title: str, hubs: Iterable[Row]) -> PackTable:
    columns = (
        Column("hub", "Centre (hub)", Unit.TEXT, "The centre", "hub not named, or not in the register"),
        Column("provider", "Provider", Unit.TEXT, "Its provider", "not known"),
        Column("spokes", "Sites that work with it (spokes)", Unit.TEXT, "Its spokes", "none"),
    )  # fmt: skip
    return PackTable(
        id=f"profile_{slug_of(code)}_hubs",
        title=f"Hubs and spokes: {title}",
        columns=columns,
        rows=text_table(hubs, columns),
        row_header="hub",
        making=evidence_making(facts, "Hubs and the spokes that name them", "provision"),
        together=_together("profile_hubs", "Hubs and spokes of every service", code, title),
    )
