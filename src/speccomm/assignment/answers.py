"""The answers to the flow chart's questions as Ibis expressions: true or false, never null."""

from __future__ import annotations

from typing import Any

import ibis
import ibis.expr.types as ir

from speccomm.assignment.lookups import InfertilityPatterns
from speccomm.assignment.predicates import any_of, is_true, outward, starts, text, within
from speccomm.assignment.rules import CamRules


def answers(facts: ir.Table, *, rules: CamRules, patterns: InfertilityPatterns) -> dict[str, Any]:
    """The answer to every test but delegation_in_force, keyed as rules.TESTS.

    Shape:   expressions over `facts.record_facts`, one for each test.
    Missing: a missing code answers no to any test that names values, unless the step says else.
    """
    lists, settings = rules.lists, rules.settings
    service, status = facts["r_service_code"], facts["l_status"]
    border = within(facts["e_icb_code"], lists["border_icbs"]) | within(
        facts["e_local_authority_code"], lists["border_authorities"]
    )
    in_england = within(facts["e_country_code"], lists["english_countries"])
    registered = _registered(facts, rules)
    return {
        "resident_in_england": in_england,
        "forces_practice": is_true(facts["p_forces"]),
        "charged_or_private": within(
            facts["r_overseas_visitor_charging_category"], lists["chargeable_categories"]
        )
        | within(facts["r_administrative_category"], lists["private_categories"]),
        "ordinarily_resident": _ordinarily_resident(facts, rules),
        "highly_specialised": is_true(facts["l_highly_specialised"]),
        "european_resident": is_true(facts["s_european"]),
        "healthcare_agreement": _said(facts, "healthcare_agreement"),
        "b4": in_england if settings["b4_asks"] == "residence" else registered,
        "welsh_practice_in_border": within(facts["p_commissioner_code"], lists["welsh_boards"])
        & border,
        "english_practice_in_border": is_true(facts["p_english_geography"]) & border,
        "specialised": is_true(facts["l_specialised"]),
        "uk_wide_line": _uk_wide_line(facts, rules),
        "welsh_referral_assessment": _said(facts, "welsh_referral_assessment"),
        "retained": within(status, _retained_statuses(rules)),
        "contract_with_provider": is_true(facts["v_contract"]),
        "dental": within(facts["r_treatment_function_code"], lists["dental_treatment_functions"])
        | (
            ibis.literal(settings["dental_catch_all"] == "dental")
            & within(service, lists["dental_catch_all"])
        ),
        "health_justice": is_true(facts["s_prison"])
        & (
            ~within(facts["r_cds_type"], lists["admitted_types"])
            | within(facts["r_source_of_admission"], lists["penal_sources_of_admission"])
        ),
        "public_health": starts(service, lists["public_health_prefixes"]),
        "other_public_health": _said(facts, "other_public_health"),
        "infertility": _infertility(facts, patterns),
        "armed_forces_infertility": _said(facts, "armed_forces_infertility"),
        "green": within(status, _green_statuses(rules)),
    }


def delegation_in_force(facts: ir.Table, *, rules: CamRules) -> ir.BooleanValue:
    """Step C-6, once the responsible sub-ICB is known (columns n_*)."""
    everywhere = facts["r_activity_date"] >= ibis.literal(rules.delegated_everywhere_from)
    agreed = ibis.coalesce(facts["n_delegated"], everywhere)
    return agreed & ~within(facts["l_status"], rules.lists["amber_statuses"])


def no_practice(facts: ir.Table, *, rules: CamRules) -> ir.BooleanValue:
    """Whether the record names no practice: missing, or a code that says there is none."""
    code = facts["r_gp_practice_code"]
    return code.isnull() | within(code, rules.lists["no_practice_codes"])


def _ordinarily_resident(facts: ir.Table, rules: CamRules) -> ir.BooleanValue:
    lists, settings = rules.lists, rules.settings
    category = facts["r_overseas_visitor_charging_category"]
    asked = within(category, lists["resident_categories"])
    if settings["unknown_charging_category"] == "resident_test":
        asked = ~within(category, lists["not_resident_categories"])
    if settings["forces_postcode_of"] == "practice":
        forces_post = is_true(facts["p_forces_postcode"])
    else:
        forces_post = within(outward(facts["r_postcode_key"]), lists["forces_postcode_areas"])
    return (
        asked
        & ~forces_post
        & ~is_true(facts["p_island"])
        & within(facts["e_country_code"], lists["resident_countries"])
    )


def _registered(facts: ir.Table, rules: CamRules) -> ir.BooleanValue:
    return is_true(facts["p_english"]) & ~no_practice(facts, rules=rules)


def _uk_wide_line(facts: ir.Table, rules: CamRules) -> ir.BooleanValue:
    if rules.settings["uk_wide_lines"] == "highly_specialised":
        return is_true(facts["l_highly_specialised"])
    by_nation: dict[str, list[str]] = {}
    for entry in rules.lists["uk_wide_lines"]:
        nation, _, service = entry.rpartition(" ")
        by_nation.setdefault(nation, []).append(service)
    return any_of(
        (text(payer_nation(facts, rules=rules)) == nation)
        & within(facts["r_service_code"], services)
        for nation, services in by_nation.items()
    )


def payer_nation(facts: ir.Table, *, rules: CamRules) -> ir.StringValue:
    """The devolved nation that pays: Wales for its border practices, else that of residence."""
    lists = rules.lists
    border = within(facts["e_icb_code"], lists["border_icbs"]) | within(
        facts["e_local_authority_code"], lists["border_authorities"]
    )
    welsh = within(facts["p_commissioner_code"], lists["welsh_boards"]) & border
    country = text(facts["e_country_code"])
    return ibis.cases(
        (welsh, "Wales"),
        *((country == nation.country, name) for name, nation in rules.nations.items()),
    )


def _retained_statuses(rules: CamRules) -> tuple[str, ...]:
    extra = rules.lists["amber_statuses"] if rules.settings["amber"] == "retained" else ()
    return rules.lists["retained_statuses"] + extra


def _green_statuses(rules: CamRules) -> tuple[str, ...]:
    extra = rules.lists["amber_statuses"] if rules.settings["amber"] == "not_delegated" else ()
    return rules.lists["green_statuses"] + extra


def _said(facts: ir.Table, name: str) -> ir.BooleanValue:
    return text(facts[f"r_{name}"]) == "Y"


def _infertility(facts: ir.Table, patterns: InfertilityPatterns) -> ir.BooleanValue:
    found = []
    for name, pattern in (
        ("diagnosis_codes", patterns.diagnoses),
        ("procedure_codes", patterns.procedures),
    ):
        if pattern is not None:
            found.append(is_true(_listed(facts[f"r_{name}"]).re_search(pattern)))
    return any_of(found)


def _listed(codes: ir.StringValue) -> ir.StringValue:
    """Codes without dots and spaces, a semicolon before and after each; null stays null."""
    bare = codes.replace(".", "").replace(" ", "")
    return ibis.literal(";") + bare + ibis.literal(";")
