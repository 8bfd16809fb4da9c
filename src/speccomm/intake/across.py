"""Checks that look across rows of one submission: duplicates, spells, stays, block lines.

Each is an Ibis expression over the accepted rows of a data set and gives the rows to be said of:
file_name, row_number, provider_code, financial_year, financial_month. Candidates are found by a
hash first, which needs eight bytes a row, and then compared exactly.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import ibis
import ibis.expr.types as ir

from speccomm.intake.rules import IntakeRules

ROW = ("file_name", "row_number", "provider_code", "financial_year", "financial_month")
Across = Callable[[ir.Table, IntakeRules], ir.Table]


SAME_ACTIVITY: Mapping[str, tuple[str, ...]] = {
    "by_identifier": ("provider_code", "cds_unique_identifier"),
    "by_activity": (
        "provider_code",
        "person_pseudonym",
        "activity_start_date",
        "pod_code",
        "tariff_code",
    ),
}
"""What makes two rows one activity in CHK-C04, in either of two ways."""


def repeated_activities(plcm: ir.Table, _: IntakeRules) -> ir.Table:
    """CHK-C04: every occurrence after the first of an identifier, or of one person's activity.

    Missing: a row is compared by its identifier if it has one, and by provider, person, date,
             point of delivery and tariff code if it has them all.
    """
    by_identifier, by_activity = (
        _occurrences_after_first(plcm.filter(_all_there(plcm, key)), list(key))
        for key in SAME_ACTIVITY.values()
    )
    return by_identifier.union(by_activity, distinct=True)


def activity_numbers(plcm: ir.Table, *, beside: bool = False) -> ir.Table:
    """A number for each way in which CHK-C04 compares a row; rows that repeat another share it.

    Shape:   by_identifier and by_activity, 32 bits each, for every row, in no order; with `beside`
             after the row's own columns.
    Missing: null where the row lacks a part of what is compared.
    """
    numbers = {
        way: _all_there(plcm, key).ifelse(_number(plcm, key), ibis.null("int32"))
        for way, key in SAME_ACTIVITY.items()
    }
    return plcm.mutate(**numbers) if beside else plcm.select(**numbers)


def rows_of_numbers(plcm: ir.Table, met_again: Mapping[str, ir.Table]) -> ir.Table:
    """The rows whose number is met again, in either way: among them is every row that repeats one.

    `met_again` has for each way a table of one column, `number`. Rows that share a number by chance
    are among them too, so `repeated_activities` is to be asked of them.
    """
    numbers = activity_numbers(plcm, beside=True)
    found = [numbers[way].isin(met_again[way].number) for way in SAME_ACTIVITY]
    return numbers.filter(found[0] | found[1]).select(*plcm.columns)


def inside_a_stay(plcm: ir.Table, rules: IntakeRules) -> ir.Table:
    """CHK-C05: day cases and first attendances strictly inside the same person's stay, and first
    attendances repeated in one treatment function on one day."""
    settings = rules.settings
    stays = plcm.filter(
        plcm.pod_code.isin(settings["inpatient_pods"]),
        plcm.person_pseudonym.notnull(),
        plcm.activity_end_date > plcm.activity_start_date,
    ).select(
        stayed="person_pseudonym", stay_from="activity_start_date", stay_to="activity_end_date"
    )
    first = settings["first_attendance_pods"]
    visits = plcm.filter(
        plcm.pod_code.isin([settings["day_case_pod"], *first]), plcm.person_pseudonym.notnull()
    )
    within = visits.semi_join(
        stays,
        [
            visits.person_pseudonym == stays.stayed,
            visits.activity_start_date > stays.stay_from,
            visits.activity_start_date < stays.stay_to,
        ],
    ).select(*ROW)
    repeated = _occurrences_after_first(
        visits.filter(visits.pod_code.isin(first), visits.treatment_function_code.notnull()),
        ["provider_code", "person_pseudonym", "activity_start_date", "treatment_function_code"],
    )
    return within.union(repeated, distinct=True)


def divided_spells(plcm: ir.Table, rules: IntakeRules) -> ir.Table:
    """CHK-A06: rows of spells that name more than one commissioner or service code, leaving out
    the unbundled exceptions."""
    rows = plcm.filter(
        plcm.spell_identifier.notnull(),
        ~plcm.pod_code.isin(rules.settings["unbundled_exceptions"]),
        ~plcm.pod_code.isin(rules.settings["critical_care_pods"]),
    )
    spells = rows.group_by(spell=_hash(rows, ["provider_code", "spell_identifier"])).agg(
        low=rows.commissioner_code.min(),
        high=rows.commissioner_code.max(),
        first_service=rows.service_code.min(),
        last_service=rows.service_code.max(),
    )
    divided = spells.filter(
        (spells.low != spells.high) | (spells.first_service != spells.last_service)
    )
    keyed = rows.mutate(spell=_hash(rows, ["provider_code", "spell_identifier"]))
    return keyed.semi_join(divided, "spell").select(*ROW)


def critical_care_apart(plcm: ir.Table, rules: IntakeRules) -> ir.Table:
    """CHK-A09: adult critical care whose spell's other rows are specialised and it is not, or the
    reverse. A spell of critical care alone is not said of."""
    pod = rules.settings["adult_critical_care_pod"]
    rows = plcm.filter(plcm.spell_identifier.notnull(), plcm.specialised.notnull())
    rows = rows.mutate(spell=_hash(rows, ["provider_code", "spell_identifier"]))
    care = rows.filter(rows.pod_code == pod)
    core = rows.filter(rows.pod_code.isin(rules.settings["inpatient_pods"]))
    core = core.semi_join(care.select("spell"), "spell")
    core = core.group_by(core_spell="spell").agg(core_specialised=core.specialised.any())
    joined = care.join(core, care.spell == core.core_spell)
    return joined.filter(joined.specialised != joined.core_specialised).select(*ROW)


def uneven_blocks(acm: ir.Table, rules: IntakeRules) -> ir.Table:
    """CHK-P09: months in which a block line's money is not what it is in most months.

    Of two amounts found equally often, the one met in the earlier month is the usual one.
    """
    blocks = acm.filter(
        acm.pod_code.isin(rules.settings["block_pods"]), acm.actual_price_gbp.notnull()
    )
    line = [
        "provider_code",
        "financial_year",
        "commissioner_code",
        "service_code",
        "local_contract_code",
        "local_pod_code",
    ]
    keyed = blocks.mutate(line=_hash(blocks, line))
    prices = keyed.group_by("line", usual_price="actual_price_gbp").agg(
        times=keyed.count(), first_month=keyed.financial_month.min()
    )
    by_use = ibis.window(
        group_by="line", order_by=[prices.times.desc(), prices.first_month, prices.usual_price]
    )
    ranked = prices.mutate(place=ibis.row_number().over(by_use))
    usual = ranked.filter(ranked.place == 0).select("usual_price", usual_line="line")
    joined = keyed.join(usual, keyed.line == usual.usual_line)
    return joined.filter(joined.actual_price_gbp != joined.usual_price).select(*ROW)


ACROSS: Mapping[str, tuple[str, Across]] = {
    "CHK-C04": ("plcm", repeated_activities),
    "CHK-C05": ("plcm", inside_a_stay),
    "CHK-A06": ("plcm", divided_spells),
    "CHK-A09": ("plcm", critical_care_apart),
    "CHK-P09": ("acm", uneven_blocks),
}
"""Check: the data set it reads, and its expression."""

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "plcm": (
        *ROW,
        "activity_end_date",
        "activity_start_date",
        "cds_unique_identifier",
        "commissioner_code",
        "person_pseudonym",
        "pod_code",
        "service_code",
        "specialised",
        "spell_identifier",
        "tariff_code",
        "treatment_function_code",
    ),
    "acm": (
        *ROW,
        "actual_price_gbp",
        "commissioner_code",
        "local_contract_code",
        "local_pod_code",
        "pod_code",
        "service_code",
    ),
}
"""Data set: the columns its checks across rows read."""


def _hash(rows: ir.Table, columns: list[str]) -> ir.IntegerValue:
    """One number for a combination of columns; different combinations may share one, rarely.

    Each column's number is shifted by its place, so that the order of columns tells.
    """
    combined = rows[columns[0]].hash()
    for place, column in enumerate(columns[1:], start=1):
        combined = combined ^ (rows[column].hash() >> place)
    return combined


def _number(rows: ir.Table, columns: tuple[str, ...]) -> ir.IntegerValue:
    """The upper half of `_hash`, which takes half the memory and is shared by chance more often."""
    return (_hash(rows, list(columns)) >> 32).cast("int32")


def _all_there(rows: ir.Table, key: tuple[str, ...]) -> ir.BooleanValue:
    """Whether a row has every part of a key; its provider it always has."""
    there = rows[key[1]].notnull()
    for column in key[2:]:
        there = there & rows[column].notnull()
    return there


def _occurrences_after_first(rows: ir.Table, key: list[str]) -> ir.Table:
    keyed = rows.mutate(key_hash=_hash(rows, key))
    several = keyed.group_by("key_hash").agg(times=keyed.count()).filter(ibis._.times > 1)
    candidates = keyed.semi_join(several, "key_hash")
    window = ibis.window(
        group_by=[candidates[column] for column in key],
        order_by=[candidates.file_name, candidates.row_number],
    )
    ranked = candidates.mutate(occurrence=ibis.row_number().over(window))
    return ranked.filter(ranked.occurrence > 0).select(*ROW)
