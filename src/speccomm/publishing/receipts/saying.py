"""What a figure counts, in words and as an expression over the columns of the store."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from speccomm.foundation.periods import FinancialMonth, months_between
from speccomm.publishing.sourcing import (
    GROUP,
    OTHERS,
    TOGETHER,
    Accounted,
    Computed,
    Counted,
    Of,
    Position,
    Recorded,
    ServiceCount,
    Source,
    Stated,
)
from speccomm.publishing.wording import say_period

Values = Mapping[Of, str | None]

FLOW_WORDS = {
    "A": "the provider and the patient are of {area}",
    "B": "the provider is of {area} and the patient is not",
    "C": "the patient is of {area} and the provider is not",
    "AB": "the provider is of {area}",
    "AC": "the patient is of {area}",
    "ABC": "the provider or the patient is of {area}",
}
FLOW_TESTS = {
    "A": "provider_code in [{p}] and patient_commissioner_code in [{q}]",
    "B": "provider_code in [{p}] and not patient_commissioner_code in [{q}]",
    "C": "not provider_code in [{p}] and patient_commissioner_code in [{q}]",
    "AB": "provider_code in [{p}]",
    "AC": "patient_commissioner_code in [{q}]",
    "ABC": "(provider_code in [{p}] or patient_commissioner_code in [{q}])",
}
POSITION_WORDS = {
    "plan_activity": "planned units of the points of delivery that count activity",
    "actual_activity": "reported units of the points of delivery that count activity",
    "plan_gbp": "planned price and market forces amounts",
    "actual_gbp": "reported price and market forces amounts",
    "compared_plan_gbp": "planned amounts where something was reported to set against them",
    "variance_gbp": "actual minus plan",
    "volume_gbp": "units above or below plan, at the average planned price",
    "mix_gbp": "what volume, price and the other effects leave of the variance",
    "price_gbp": "reported price minus reported units at the planned unit price",
    "market_forces_gbp": "reported minus planned market forces amounts of priced lines",
    "not_planned_gbp": "all money on lines that have no plan",
    "non_activity_gbp": "actual minus plan of lines of money only",
    "forecast_straight_gbp": "the actual to date, continued evenly to month 12",
    "forecast_profiled_gbp": "the actual to date, continued in the shape of the plan of the year",
}
PLAN_MEASURES = {"plan_activity", "plan_gbp"}
ACTUAL_MEASURES = {"actual_activity", "actual_gbp"}
KEY_WORDS = {
    Of.CRG: ("the clinical reference group is {}", "the row leads to no clinical reference group"),
    Of.SERVICE: ("the service line is {}", "no service line was sent"),
    Of.PROVIDER: ("the provider is {} (or one merged into it)", "no provider was sent"),
    Of.PATIENT_ICB: (
        "the patients’ commissioner is {}",
        "the patients’ commissioner is not known",
    ),
    Of.MONTH: ("the month is {}", "no month was sent"),
    Of.DATASET: ("the data set is {}", ""),
    Of.LOAD: ("the load is {}", ""),
    Of.FILE: ("the file is {}", ""),
    Of.CHECK: ("the check is {}", ""),
    Of.FIELD: ("the field is {}", "the finding is of a whole row or file"),
    Of.LINE: ("the line is “{}”", ""),
    Of.PART: ("the part of the service line is {}", "the whole service line"),
    Of.SITE: ("the site is {}", "no site is named"),
    Of.STAFF_ROLE: ("the role is {}", "no role is named"),
    Of.ICB: ("the ICB is {}", "it is of no one ICB"),
    Of.AREA: ("the part of the region is {}", "no part of the region is named"),
    Of.LEVEL: ("the level is {}", "no level is named"),
    Of.PRIORITY: ("the priority is {}", "no priority is named"),
}
STATED_COLUMNS = {
    Of.SERVICE: "service_code",
    Of.PROVIDER: "provider_code",
    Of.PART: "service_part",
    Of.SITE: "site_code",
    Of.STAFF_ROLE: "staff_role",
    Of.ICB: "icb_code",
    Of.AREA: "counted_area",
    Of.LEVEL: "surveillance_level",
    Of.PRIORITY: "priority_reference",
}
KEY_COLUMNS = {
    Of.CRG: "crg_code",
    Of.SERVICE: "service_code",
    Of.PROVIDER: "provider_code",
    Of.PATIENT_ICB: "patient_commissioner_code",
    Of.DATASET: "dataset",
    Of.LOAD: "load_id",
    Of.FILE: "file_name",
    Of.CHECK: "check_id",
    Of.FIELD: "field",
}


GATHERED_WORDS = {
    Of.SERVICE: "the service line is one of those gathered (set {})",
    Of.PROVIDER: "the provider is one of those gathered (set {})",
    Of.LINE: "the line is one of those gathered (set {})",
}
ACCOUNTED_WORDS = {
    "amount": "Amounts of the accounts, in pounds",
    "in_year_amount": "Costs in the first year, in pounds",
    "full_year_amount": "Costs in a full year, in pounds",
}


@dataclass(frozen=True)
class Sentence:
    """What is measured and which rows are counted, in words, and the same as an expression."""

    measure: str
    filter: str
    expression: str


def resolved(source: Source | None, values: Values) -> Source | None:
    """The source of one figure: the flow or the measure of a table whose rows say it, filled in."""
    if isinstance(source, Counted) and not source.flow:
        flow = values.get(Of.FLOW) or "ABC"
        return Counted(**{**vars(source), "flow": flow})
    if isinstance(source, Position) and not source.measure:
        return Position(**{**vars(source), "measure": values.get(Of.MEASURE) or "variance_gbp"})
    return source


def say_source(
    source: Source | None, values: Values, *, making: tuple[str, str] = ("", "")
) -> Sentence:
    """What a figure is made of. `making` is the measure and filter of a table without sources."""
    source = resolved(source, values)
    if isinstance(source, Counted):
        return _say_counted(source, values)
    if isinstance(source, Position):
        return _say_position(source, values)
    if isinstance(source, ServiceCount):
        return _say_services(source, values)
    if isinstance(source, Recorded):
        return _say_recorded(source, values)
    if isinstance(source, Stated):
        return _say_stated(source, values)
    if isinstance(source, Accounted):
        return _say_accounted(source, values)
    if isinstance(source, Computed):
        return Sentence(source.words, "", "")
    return Sentence(*making, "")


def _say_counted(source: Counted, values: Values) -> Sentence:
    tests = [_months_words(source.first_month, source.last_month, values)]
    tests.append(FLOW_WORDS[source.flow].format(area=source.area))
    tests += _key_words(values, {Of.CRG, Of.SERVICE, Of.PROVIDER, Of.PATIENT_ICB})
    if source.unknown_crg:
        tests.append("the row leads to no clinical reference group")
    if source.left_out:
        tests.append("the code stands for a single service")
    sets = {"p": f"providers:{source.area}", "q": f"patients:{source.area}"}
    asked = [
        _months_test(source.first_month, source.last_month, values),
        FLOW_TESTS[source.flow].format(**sets),
        *_key_tests(values, {Of.CRG, Of.SERVICE, Of.PROVIDER, Of.PATIENT_ICB}),
        *(["crg_code is null"] if source.unknown_crg else []),
        *(["not service_code in [services_left_out]"] if source.left_out else []),
    ]
    return Sentence(
        "Units of activity (activity_count), added up",
        f"accepted rows of {source.dataset.upper()} where {'; '.join(tests)}",
        f"sum({source.measure}) from {source.dataset} where {' and '.join(asked)}",
    )


def _say_position(source: Position, values: Values) -> Sentence:
    kinds = {Of.SERVICE, Of.PROVIDER, Of.PATIENT_ICB}
    wanted = [
        f"{source.year}, months 1 to {source.to_month}",
        f"the {source.whose.removesuffix('s')} is of {source.area}",
        *_key_words(values, kinds),
    ]
    column = "provider_code" if source.whose == "providers" else "patient_commissioner_code"
    asked = [
        f"financial_year = '{source.year}'",
        f"financial_month between 1 and {source.to_month}",
        f"{column} in [{source.whose}:{source.area}]",
        *_key_tests(values, kinds),
    ]
    rows = "contract monitoring (ACM) and plan (IAP)"
    if source.measure in ACTUAL_MEASURES:
        rows = "contract monitoring (ACM)"
    words = POSITION_WORDS.get(source.measure, source.measure)
    return Sentence(
        f"Contract position: {words}",
        f"accepted rows of {rows} where {'; '.join(wanted)}; the plan is from the IAP of a "
        "provider that sent one, else from its ACM",
        f"sum({source.measure}) of contract_position where {' and '.join(asked)}",
    )


def _say_services(source: ServiceCount, values: Values) -> Sentence:
    whose = (
        f"plans of the providers based in {source.area}, for any commissioner"
        if source.whose == "providers"
        else f"plans for the patients of {source.area}"
    )
    keys = _key_words(values, {Of.PROVIDER})
    what = "Service lines with a plan" if source.planned else "Service lines with activity, no plan"
    wanted = [f"{source.year}, months 1 to {source.to_month}: {whose}"]
    if not source.planned:
        wanted.append(
            f"activity for the patients of {source.area}, "
            f"{_months_words(source.first_month, source.last_month, {})}"
        )
    tests = [*wanted, *keys, "the code stands for a single service"]
    found = "" if source.planned else " and not in the plan, from plcm"
    return Sentence(
        f"{what}, each counted once",
        "; ".join(tests),
        f"count(distinct service_code) of contract_position with a plan{found}",
    )


def _say_accounted(source: Accounted, values: Values) -> Sentence:
    """What is added up of a register of money, and which of its entries."""
    is_accounts = source.register == "accounts"
    column = "heading" if is_accounts else "case"
    wanted = [f"the accounts are those of {source.accounts_of}"]
    asked = [f"accounts_of = '{source.accounts_of}'"]
    if is_accounts:
        wanted += [f"the year is {source.year}", f"the table is {source.account}"]
        wanted.append("the line is not the printed total")
        asked += [f"financial_year = '{source.year}'", f"account = '{source.account}'"]
        asked.append("line_covers != 'total'")
    else:
        wanted += [f"it was decided in {source.year}", f"it was {source.decision}"]
        asked += [f"year_of(decided_on) = '{source.year}'"]
        asked.append(f"funding_decision = '{source.decision}'")
    line = values.get(Of.LINE)
    wanted += _key_words(values, {Of.LINE})
    if line in OTHERS:
        asked.append(f"{column} in [{GROUP}{line}]")
    elif line is not None:
        asked.append(f"{column} = '{line}'")
    return Sentence(
        ACCOUNTED_WORDS[source.measure],
        f"entries of the register {source.register}, as they hold on {source.on}, where "
        f"{'; '.join(wanted)}",
        f"sum({source.measure} in pounds) from {source.register} where {' and '.join(asked)}",
    )


def _say_stated(source: Stated, values: Values) -> Sentence:
    """What is counted of a register of evidence, and which of its entries."""
    how, _, column = source.measure.partition(":")
    named = column.removesuffix("_code").removesuffix("_wte").replace("_", " ")
    measure, sum_of = {
        "rows": ("Entries, counted", "count(*)"),
        "different": (f"Different {named}s, counted", f"count(distinct {column})"),
        "sum": (f"Whole-time equivalents {named}, added up", f"sum({column})"),
    }[how]
    register = source.register.replace("_", " ")
    keys = [_key_word(of, v) for of, v in values.items() if of in STATED_COLUMNS]
    wanted = [f"the providers are of {source.area}, or no provider is named", *keys]
    wanted += [f"{test.replace('_', ' ')}" for test in source.tests]
    asked = [f"provider_code in [providers:{source.area}] or provider_code is null"]
    for of, value in values.items():
        if of in STATED_COLUMNS:
            asked.append(
                f"{STATED_COLUMNS[of]} is null"
                if value is None
                else f"{STATED_COLUMNS[of]} = '{value}'"
            )
    asked += source.tests
    return Sentence(
        f"{measure}, of the register of {register}",
        f"entries that hold on {source.on} where {'; '.join(wanted)}",
        f"{sum_of} from {source.register} where {' and '.join(asked)}",
    )


def _say_recorded(source: Recorded, values: Values) -> Sentence:
    kinds = {Of.DATASET, Of.LOAD, Of.FILE, Of.CHECK, Of.FIELD, Of.PROVIDER}
    scope = "behind the pack"
    if source.used and source.register != "slices":
        scope = "of local providers and of those that treat the ICB’s patients"
    keys = _key_words(values, kinds)
    if source.first_month:
        keys.append(_months_words(source.first_month, source.last_month, {}))
    if source.level:
        keys.append(f"the level is {source.level}")
    asked = _key_tests(values, kinds)
    where = f" where {' and '.join(asked)}" if asked else ""
    how = {"rows": "count", "findings": "count", "months": "count"}.get(source.measure, "sum")
    measure = "distinct rows" if (source.register, source.measure) == ("findings", "rows") else ""
    return Sentence(
        f"{source.measure.replace('_', ' ').capitalize()} in the store’s register of "
        f"{source.register}",
        "; ".join([f"{source.register} {scope}", *keys]),
        f"{how}({measure or source.measure}) from {source.register}{where}",
    )


def _months_words(first: str, last: str, values: Values) -> str:
    if values.get(Of.MONTH):
        first = last = str(values[Of.MONTH])
    months = [FinancialMonth.parse_calendar(text) for text in (first, last)]
    return f"the month is {'in ' if first != last else ''}{say_period(*months)}"


def _months_test(first: str, last: str, values: Values) -> str:
    if values.get(Of.MONTH):
        first = last = str(values[Of.MONTH])
    months = months_between(*(FinancialMonth.parse_calendar(text) for text in (first, last)))
    tests = []
    for year in sorted({str(month.year) for month in months}):
        numbers = [month.number for month in months if str(month.year) == year]
        tests.append(
            f"financial_year = '{year}' and financial_month between {min(numbers)} and "
            f"{max(numbers)}"
        )
    return tests[0] if len(tests) == 1 else f"({' or '.join(f'({test})' for test in tests)})"


def _key_words(values: Values, kinds: set[Of]) -> list[str]:
    return [_key_word(of, value) for of, value in values.items() if of in kinds]


def _key_word(of: Of, value: str | None) -> str:
    if value == TOGETHER:
        return f"the ICBs in [{GROUP}{TOGETHER}], each worked out by itself, leave it of the whole"
    if value in OTHERS:
        return GATHERED_WORDS[of].format(f"{GROUP}{value}")
    return KEY_WORDS[of][0].format(value) if value is not None else KEY_WORDS[of][1]


def _key_tests(values: Values, kinds: set[Of]) -> list[str]:
    return [_key_test(of, value) for of, value in values.items() if of in kinds]


def _key_test(of: Of, value: str | None) -> str:
    column = KEY_COLUMNS[of]
    if value == TOGETHER:
        return f"not worked out for one ICB of [{GROUP}{TOGETHER}]"
    if value in OTHERS:
        return f"{column} in [{GROUP}{value}]"
    if of is Of.PATIENT_ICB:
        if value is None:
            return f"({column} is null or {column} in [unplaced])"
        return f"{column} in [icb:{value}]"
    if value is None:
        return f"{column} is null"
    if of is Of.PROVIDER:
        return f"{column} in [sent_as:{value}]"
    return f"{column} = '{value}'"
