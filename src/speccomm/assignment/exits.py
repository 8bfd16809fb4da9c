"""How an exit of the flow chart becomes a commissioner's code, as Ibis expressions."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from speccomm.assignment.answers import no_practice, payer_nation
from speccomm.assignment.predicates import any_of, is_true, text, within
from speccomm.assignment.rules import CamRules


def responsible_sub_icb(facts: ir.Table, *, rules: CamRules) -> ir.StringValue:
    """RESP_SUBICB: the sub-ICB of the English practice, or of the postcode.

    Missing: null where neither can be found. The postcode decides for the unregistered, for
             prisoners, for patients of English forces practices and where no practice matches.
    """
    by_practice = ~_by_postcode(facts, rules) & is_true(facts["p_english"])
    practice = ibis.ifelse(by_practice, facts["p_commissioner_code"], ibis.null("string"))
    return ibis.coalesce(practice, facts["e_sub_icb_code"])


def commissioner(facts: ir.Table, *, rules: CamRules) -> ir.StringValue:
    """The code of each record's exit (column w_exit).

    Missing: null where the exit's method finds nothing or nobody is expected to pay.
    """
    methods = {
        "responsible_sub_icb": facts["responsible"],
        "host_sub_icb": facts["v_sub_icb_code"],
        "provider_hub": facts["v_hub_code"],
        "practice_hub": _practice_hub(facts, rules),
        "justice_hub": facts["s_justice_hub_code"],
        "public_health_region": _public_health_region(facts, rules),
        "local_authority": facts["e_local_authority_code"],
        "devolved_local": _devolved_local(facts, rules),
        "devolved_specialised": _devolved_specialised(facts, rules),
        "overseas_visitor": _overseas_visitor(facts, rules),
    }
    given = []
    for name, (code, method) in rules.exits.items():
        if code is not None:
            given.append((facts["w_exit"] == name, ibis.literal(code)))
        elif method is not None:
            given.append((facts["w_exit"] == name, methods[method]))
    return ibis.cases(*given)


def category(facts: ir.Table, *, rules: CamRules) -> ir.StringValue:
    """The category code of each record's exit; null where none is published."""
    given = []
    for entry in rules.categories:
        test = facts["w_exit"] == entry.exit
        if entry.after is not None:
            test = test & within(facts["w_last_step"], entry.after)
        if entry.mental_health is not None:
            test = test & (is_true(facts["l_mental_health"]) == entry.mental_health)
        given.append((test, ibis.literal(entry.code)))
    return ibis.cases(*given)


def _by_postcode(facts: ir.Table, rules: CamRules) -> ir.BooleanValue:
    return any_of(
        [
            no_practice(facts, rules=rules),
            is_true(facts["s_prison"]),
            is_true(facts["p_forces"]),
        ]
    )


def _practice_hub(facts: ir.Table, rules: CamRules) -> ir.StringValue:
    """HUB_GP: hub of the practice's region; postcode for the unregistered, prisoners and forces;
    provider where no practice matches."""
    by_place = ibis.coalesce(facts["d_hub_code"], facts["g_hub_code"])
    if rules.settings["unregistered_hub"] == "provider":
        by_place = facts["v_hub_code"]
    practice = ibis.ifelse(is_true(facts["p_english"]), facts["p_hub_code"], ibis.null("string"))
    return ibis.ifelse(
        _by_postcode(facts, rules), by_place, ibis.coalesce(practice, facts["v_hub_code"])
    )


def _public_health_region(facts: ir.Table, rules: CamRules) -> ir.StringValue:
    """PH_REGION: the practice's region, for forces practices that of its postcode; else that of
    the patient's postcode."""
    by_postcode = ibis.coalesce(facts["g_public_health_code"], facts["d_public_health_code"])
    none = ibis.null("string")
    practice = ibis.ifelse(is_true(facts["p_english"]), facts["p_public_health_code"], none)
    camp = is_true(facts["p_forces"]) & ~is_true(facts["p_forces_postcode"])
    address = ibis.ifelse(camp, facts["p_place_public_health_code"], none)
    registered = ibis.ifelse(
        no_practice(facts, rules=rules), none, ibis.coalesce(address, practice)
    )
    return ibis.coalesce(registered, by_postcode)


def _devolved_local(facts: ir.Table, rules: CamRules) -> ir.StringValue:
    """DEVOLVED_LOCAL: the local body of the residence; a Welsh practice's for English homes."""
    nation = payer_nation(facts, rules=rules)
    lists = rules.lists
    unspecified = ibis.literal(rules.nations["Wales"].not_specified)
    blank_wales = within(
        facts["r_postcode_key"], [code.replace(" ", "") for code in lists["wales_not_specified"]]
    )
    at_home = text(facts["e_country_code"]) == rules.nations["Wales"].country
    wales = ibis.cases(
        (blank_wales, unspecified),
        (at_home, facts["e_health_board_code"]),
        else_=ibis.coalesce(facts["p_health_board_code"], facts["p_commissioner_code"]),
    )
    return ibis.cases((nation == "Wales", wales), else_=facts["e_health_board_code"])


def _devolved_specialised(facts: ir.Table, rules: CamRules) -> ir.StringValue:
    nation = payer_nation(facts, rules=rules)
    known = [
        (nation == name, ibis.literal(held.specialised))
        for name, held in rules.nations.items()
        if held.specialised is not None
    ]
    return ibis.cases(*known)


def _overseas_visitor(facts: ir.Table, rules: CamRules) -> ir.StringValue:
    """OSV: the responsible sub-ICB of an English practice, that of a home in the United Kingdom,
    else the area where care was given."""
    registered = is_true(facts["p_english"]) & ~no_practice(facts, rules=rules)
    home = (text(facts["e_basis"]) == "recorded") & within(
        facts["e_country_code"], rules.lists["resident_countries"]
    )
    level = rules.settings["osv_elsewhere"].removeprefix("host_")
    host = facts[f"v_{level}_code"]
    at_home = ibis.ifelse(home, facts["e_sub_icb_code"], ibis.null("string"))
    return ibis.ifelse(registered, facts["responsible"], ibis.coalesce(at_home, host))
