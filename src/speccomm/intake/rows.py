"""Checks that look at several cells of one row, as one Ibis expression over typed columns.

`ROW_COLUMNS` are the columns a row is judged on; a data set that lacks one has it null throughout.
A check whose cells are missing says nothing: blanks are said once, by CHK-F01.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import ibis
import ibis.expr.types as ir

from speccomm.foundation.money import ACTIVITY_SQL, GBP_SQL
from speccomm.intake.rules import IntakeRules

NO = False  # what a missing answer counts as

ROW_COLUMNS: Mapping[str, str] = {
    "position": "int64",
    "provider_code": "string",
    "financial_year": "string",
    "financial_month": "int8",
    "site_code": "string",
    "gp_responsibility_code": "string",
    "residence_responsibility_code": "string",
    "commissioner_code": "string",
    "treatment_function_code": "string",
    "category_code": "string",
    "service_code": "string",
    "pod_code": "string",
    "therapeutic_indication_code": "string",
    "activity_start_date": "date",
    "activity_end_date": "date",
    "happened_on": "date",
    "birth_date": "date",
    "age_years": "int32",
    "length_of_stay_days": "int32",
    "quantity": GBP_SQL,
    "planned_activity": ACTIVITY_SQL,
    "planned_price_gbp": GBP_SQL,
    "actual_activity": ACTIVITY_SQL,
    "actual_price_gbp": GBP_SQL,
    "activity_count": ACTIVITY_SQL,
    "unit_price_gbp": GBP_SQL,
    "total_cost_gbp": GBP_SQL,
    "nhs_number_bad": "boolean",
    "opted_out": "boolean",
    "written_postcode": "string",
    "residence_country_code": "string",
    "residence_sub_icb_code": "string",
    "derived_commissioner_code": "string",
    "derived_category_code": "string",
    "payer_kind": "string",
    "gp_kind": "string",
    "residence_kind": "string",
    "pod_is_activity": "boolean",
    "in_list": "boolean",
    "age_group": "string",
    "has_plan": "boolean",
    "in_plan": "boolean",
}

LINE_COLUMNS: Mapping[str, str] = {
    "position": "int64",
    "provider_code": "string",
    "financial_year": "string",
    "service_code": "string",
}
LINE_ATTRIBUTES = ("in_list", "age_group", "has_plan", "in_plan")

SERVICES = ibis.table(
    {
        "service_code": "string",
        "financial_year": "string",
        "in_list": "boolean",
        "age_group": "string",
    },
    name="row_services",
)
PLANNED = ibis.table(
    {"provider_code": "string", "financial_year": "string", "service_code": "string"},
    name="row_planned_services",
)
PLANS = ibis.table({"provider_code": "string", "financial_year": "string"}, name="row_plans")

ENGLAND = "E92000001"
Predicate = Callable[[ir.Table, IntakeRules], ir.BooleanValue]


def judged_rows(rows: ir.Table, *, rules: IntakeRules, dataset: str) -> ir.Table:
    """Judge rows on several cells at once.

    Shape:   one row for each row in, in no order: position, age_at_activity int32,
             patient_commissioner_code, and one boolean column for each check of `row_checks`.
    Missing: a check whose cells are null is false; an unknown age or commissioner is null.
    """
    age = _age(rows)
    has_postcode = any(field.column == "postcode" for field in rules.fields[dataset])
    t = rows.mutate(
        age_at_activity=ibis.coalesce(age, rows.age_years),
        age_from_birth=age,
        postcode_is_sent=ibis.literal(has_postcode),
    )
    gp_known = t.gp_kind.isin(["icb", "sub_icb", "welsh_board"])
    residence_known = t.residence_kind.isin(["icb", "sub_icb", "welsh_board"])
    patient = ibis.coalesce(
        gp_known.ifelse(t.gp_responsibility_code, ibis.null("string")),
        residence_known.ifelse(t.residence_responsibility_code, ibis.null("string")),
        t.residence_sub_icb_code,
    )
    said = {
        check_id: PREDICATES[check_id](t, rules).fill_null(NO)
        for check_id in row_checks(rules, dataset)
    }
    return t.select(
        "position",
        age_at_activity=t.age_at_activity.between(0, _oldest(rules)).ifelse(
            t.age_at_activity, ibis.null("int32")
        ),
        patient_commissioner_code=patient,
        **said,
    )


def row_checks(rules: IntakeRules, dataset: str) -> list[str]:
    """The checks of this module that cover a data set, in the order of the rulebook."""
    return [
        check_id
        for check_id, check in rules.checks.items()
        if check_id in PREDICATES and check.covers(dataset)
    ]


def line_attributes(lines: ir.Table) -> ir.Table:
    """What is known of each provider, year and service: is the service in the year's list, for
    which ages is it, has the provider a plan, is the service in it.

    Shape:   one row for each row of LINE_COLUMNS in: position and LINE_ATTRIBUTES.
    Missing: in_list and age_group are null for a service code or year nobody knows.
    """
    services = SERVICES.select(
        "in_list", "age_group", s_code="service_code", s_year="financial_year"
    )
    planned = PLANNED.select(
        p_provider="provider_code", p_year="financial_year", p_service="service_code"
    )
    plans = PLANS.select(has_provider="provider_code", has_year="financial_year")
    t = lines.left_join(
        services,
        (lines.service_code == services.s_code) & (lines.financial_year == services.s_year),
    )
    t = t.left_join(
        planned,
        (t.provider_code == planned.p_provider)
        & (t.financial_year == planned.p_year)
        & (t.service_code == planned.p_service),
    )
    t = t.left_join(
        plans, (t.provider_code == plans.has_provider) & (t.financial_year == plans.has_year)
    )
    return t.select(
        "position",
        "in_list",
        "age_group",
        has_plan=t.has_provider.notnull(),
        in_plan=t.p_service.notnull(),
    )


def _age(t: ir.Table) -> ir.IntegerValue:
    on = ibis.coalesce(t.activity_start_date, t.happened_on)
    before_birthday = (on.month() * 100 + on.day()) < (
        t.birth_date.month() * 100 + t.birth_date.day()
    )
    return (on.year() - t.birth_date.year() - before_birthday.cast("int32")).cast("int32")


def _oldest(rules: IntakeRules) -> int:
    return int(rules.settings["oldest_age_years"])


def _money_pod_with_detail(t: ir.Table, _: IntakeRules) -> ir.BooleanValue:
    detail = (
        t.site_code.notnull()
        | t.gp_responsibility_code.notnull()
        | t.residence_responsibility_code.notnull()
        | t.treatment_function_code.notnull()
        | (t.planned_activity != 0).fill_null(NO)
    )
    return ~t.pod_is_activity & detail


def _month_and_dates_disagree(t: ir.Table, _: IntakeRules) -> ir.BooleanValue:
    on = ibis.coalesce(t.activity_end_date, t.happened_on)
    month = (on.month() + 8) % 12 + 1
    start = (on.month() >= 4).ifelse(on.year(), on.year() - 1)
    year = start.cast("string").concat("-", ((start + 1) % 100 + 100).cast("string").right(2))
    return (month != t.financial_month) | (year != t.financial_year)


def _age_not_plausible(t: ir.Table, rules: IntakeRules) -> ir.BooleanValue:
    off = (t.age_from_birth - t.age_years).abs() > 1
    out = ~t.age_at_activity.between(0, _oldest(rules))
    return off.fill_null(NO) | out.fill_null(NO)


def _dates_out_of_order(t: ir.Table, _: IntakeRules) -> ir.BooleanValue:
    return (t.activity_end_date < t.activity_start_date).fill_null(NO) | (
        t.activity_end_date < t.birth_date
    ).fill_null(NO)


def _wrong_kind_of_commissioner(t: ir.Table, rules: IntakeRules) -> ir.BooleanValue:
    code = t.commissioner_code
    default_postcode = t.written_postcode == rules.settings["welsh_default_postcode"]
    misplaced_welsh = (
        (code == rules.settings["welsh_default"])
        & t.postcode_is_sent
        & ~default_postcode.fill_null(NO)
    )
    return (
        (t.payer_kind == "icb").fill_null(NO)
        | (code == rules.settings["retired_commissioner"])
        | misplaced_welsh
    )


def _category_and_service_disagree(t: ir.Table, rules: IntakeRules) -> ir.BooleanValue:
    nobody = rules.settings["not_directly_commissioned"]
    prescribed = t.service_code.startswith(rules.settings["prescribed_service_prefix"])
    unspecialised = t.category_code == rules.settings["non_specialised_category"]
    return (prescribed & unspecialised) | (
        (t.service_code == nobody) & t.category_code.isin(rules.settings["specialised_categories"])
    )


def _delegated_line_as_99999999(t: ir.Table, rules: IntakeRules) -> ir.BooleanValue:
    return (t.service_code == rules.settings["not_directly_commissioned"]) & t.category_code.isin(
        rules.settings["delegated_categories"]
    )


def _service_not_in_plan(t: ir.Table, rules: IntakeRules) -> ir.BooleanValue:
    return (
        t.has_plan
        & ~t.in_plan
        & t.service_code.notnull()
        & (t.service_code != rules.settings["not_directly_commissioned"])
    )


def _age_and_line_disagree(t: ir.Table, rules: IntakeRules) -> ir.BooleanValue:
    young = t.age_at_activity < rules.settings["adult_from_years"]
    grown = t.age_at_activity >= rules.settings["child_to_years"]
    return ((t.age_group == "adult") & young) | ((t.age_group == "child") & grown)


def _devolved_patient(t: ir.Table, _: IntakeRules) -> ir.BooleanValue:
    governs = ibis.coalesce(
        t.gp_kind, t.residence_kind, (t.residence_country_code != ENGLAND).ifelse("abroad", "here")
    )
    english = t.payer_kind.isin(["icb", "sub_icb", "hub", "region"])
    return governs.isin(["welsh_board", "abroad"]) & english


def _cost_is_not_product(t: ir.Table, rules: IntakeRules) -> ir.BooleanValue:
    allowed = ibis.greatest(t.activity_count.abs(), ibis.literal(1).cast(ACTIVITY_SQL)) * (
        ibis.literal(rules.amount("unit_price_tolerance_gbp")).cast(GBP_SQL)
    )
    # Two numbers of at most 18 digits would be multiplied in 18, and large ones overflow.
    product = t.activity_count.cast("decimal(22, 4)") * t.unit_price_gbp
    return (product - t.total_cost_gbp).abs() > allowed


def _day_case_with_stay(t: ir.Table, rules: IntakeRules) -> ir.BooleanValue:
    stays = (t.length_of_stay_days > 0).fill_null(NO) | (
        t.activity_end_date > t.activity_start_date
    ).fill_null(NO)
    return (t.pod_code == rules.settings["day_case_pod"]) & stays


def _drug_or_device_implausible(t: ir.Table, rules: IntakeRules) -> ir.BooleanValue:
    ceiling = ibis.literal(rules.amount("drug_quantity_ceiling")).cast(GBP_SQL)
    odd = ((t.quantity <= 0) | (t.quantity > ceiling)).fill_null(NO)
    no_indication = (t.pod_code == rules.settings["drug_pod"]) & (
        t.therapeutic_indication_code.isnull()
    )
    return odd | no_indication


def _far_from_plan(t: ir.Table, rules: IntakeRules) -> ir.BooleanValue:
    away = (t.actual_price_gbp - t.planned_price_gbp).abs()
    share = ibis.literal(rules.amount("variance_share")).cast("decimal(5, 4)")
    floor = ibis.literal(rules.amount("variance_floor_gbp")).cast(GBP_SQL)
    return (away > floor) & (away > t.planned_price_gbp.abs().cast("decimal(22, 4)") * share)


def _price_far_from_plan(t: ir.Table, rules: IntakeRules) -> ir.BooleanValue:
    # Cross-multiplied, so that no price is divided.
    wide = "decimal(38, 7)"
    actual = (t.actual_price_gbp.cast("decimal(22, 4)") * t.planned_activity).cast(wide)
    planned = (t.planned_price_gbp.cast("decimal(22, 4)") * t.actual_activity).cast(wide)
    share = ibis.literal(rules.amount("plan_price_share")).cast("decimal(5, 4)")
    counted = (t.planned_activity > 0) & (t.actual_activity > 0) & t.pod_is_activity
    return counted & (
        (actual - planned).abs().cast("float64") > (planned.abs() * share).cast("float64")
    )


def _differs(derived: str, submitted: str) -> Predicate:
    def differs(t: ir.Table, _: IntakeRules) -> Any:
        return t[derived] != t[submitted]

    return differs


PREDICATES: Mapping[str, Predicate] = {
    "CHK-N12": lambda t, _: t.opted_out,
    "CHK-F04": _money_pod_with_detail,
    "CHK-F06": _month_and_dates_disagree,
    "CHK-F07": lambda t, _: t.nhs_number_bad,
    "CHK-F07A": _age_not_plausible,
    "CHK-F07D": _dates_out_of_order,
    "CHK-F08": lambda t, _: ~t.in_list,
    "CHK-A01": _differs("derived_commissioner_code", "commissioner_code"),
    "CHK-A02": _differs("derived_category_code", "category_code"),
    "CHK-A03": _wrong_kind_of_commissioner,
    "CHK-A04": _category_and_service_disagree,
    "CHK-A05": _delegated_line_as_99999999,
    "CHK-A07": _service_not_in_plan,
    "CHK-A08": _age_and_line_disagree,
    "CHK-A11": _devolved_patient,
    "CHK-P01": _cost_is_not_product,
    "CHK-P04": _price_far_from_plan,
    "CHK-P05": _day_case_with_stay,
    "CHK-P07": _drug_or_device_implausible,
    "CHK-P10": _far_from_plan,
}
