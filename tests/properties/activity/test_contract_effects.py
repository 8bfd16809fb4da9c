"""Any contracts at all: the effects add up, and equal the method worked out row by row."""

from collections import defaultdict
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from speccomm.activity.rules import contract_rules
from tests.examples.activity.made_up_contracts import position, row

PENNY = Decimal("0.01")
EFFECTS = ("volume_gbp", "mix_gbp", "price_gbp", "not_planned_gbp", "non_activity_gbp",
           "market_forces_gbp")  # fmt: skip
# Both have the indicative plan standing for them or not, whatever the rows hold, so that the
# question is the same for every example.
SCOPE = {
    "to_month": 3,
    "plan_in_iap": frozenset({"RKB"}),
    "sent": frozenset({"RKB", "RRK", "RLX"}),
    "whole_year_in_acm": frozenset(),
}


def decimals(places, most):
    return st.decimals(-most, most, places=places, allow_nan=False, allow_infinity=False)


activities = st.none() | st.sampled_from([Decimal(0), Decimal(1), Decimal(3)]) | decimals(3, 10**4)
prices = st.none() | st.sampled_from([Decimal(0), Decimal(10)]) | decimals(4, 10**7)
amounts = st.tuples(activities, prices, st.none() | decimals(4, 10**4))
codes = st.fixed_dictionaries(
    {
        "provider_code": st.sampled_from(["RKB", "RRK", "RLQ", "RLX"]),
        "service_code": st.sampled_from(["NCBPS11B", None]),
        "pod_code": st.sampled_from(["EL", "DC", "BLOCK", "ODD", None]),
        "tariff_code": st.sampled_from(["A", "B", None]),
        "financial_month": st.integers(1, 5),
    }
)
monitored = st.builds(lambda c, p, a: row(p, a, **c), codes, amounts, amounts)
planned = st.builds(lambda c, p: row(p, **c), codes, amounts)


def total(values):
    stated = [value for value in values if value is not None]
    return sum(stated, Decimal(0)) if stated else None


def or_zero(value):
    return Decimal(0) if value is None else value


def rounded(value, step=PENNY):
    """A fraction to the nearest step, halves outwards."""
    sign = -1 if value < 0 else 1
    steps = (abs(Fraction(value)) / Fraction(step) + Fraction(1, 2)).__floor__()
    return Decimal(sign * steps) * step


def lines_of(acm, iap):
    """Plan and actual by line, as (activity, price, market forces) each."""
    current = {"RLQ": "RLX"}
    plan, actual = defaultdict(list), defaultdict(list)
    keys = ("provider_code", "service_code", "pod_code", "tariff_code")
    for source, is_plan_file in ((acm, False), (iap, True)):
        for r in source:
            if r["financial_month"] > 3 and not is_plan_file:
                continue
            if is_plan_file and r["provider_code"] != "RKB":
                continue
            key = (current.get(r["provider_code"], r["provider_code"]), *(r[k] for k in keys[1:]))
            later = is_plan_file and r["financial_month"] > 3
            amounts = tuple(
                None if r[n] is None else (Decimal(0) if later else r[n])
                for n in ("planned_activity", "planned_price_gbp", "planned_mff_gbp")
            )
            if is_plan_file or r["provider_code"] != "RKB":
                plan[key].append(amounts)
            else:
                plan[key].append((None, None, None))
            if not is_plan_file:
                actual[key].append(
                    (r["actual_activity"], r["actual_price_gbp"], r["actual_mff_gbp"])
                )
    return {
        key: (
            tuple(total(v[i] for v in plan[key]) for i in range(3)),
            tuple(total(v[i] for v in actual[key]) for i in range(3)) if key in actual else None,
        )
        for key in plan
    }


def value_of(amounts):
    price, forces = amounts[1:]
    return None if price is None and forces is None else or_zero(price) + or_zero(forces)


def expected(acm, iap):
    """Each row's amounts by the method of docs/explanation/contract_position.md."""
    grouped = defaultdict(list)
    for (provider, service, pod, _), amounts in lines_of(acm, iap).items():
        grouped[provider, service or "Unknown"].append((pod, *amounts))
    return {key: row_of(lines) for key, lines in grouped.items()}


def row_of(lines):
    sums = defaultdict(Fraction)
    plan_values, actual_values = [], []
    for pod, plan, actual in lines:
        done = actual or (None, None, None)
        plan_value, actual_value = value_of(plan), value_of(done)
        plan_values.append(plan_value)
        actual_values.append(actual_value)
        difference = Fraction(or_zero(actual_value) - or_zero(plan_value))
        if pod == "BLOCK":
            sums["non_activity_gbp"] += difference
        elif or_zero(plan[0]) != 0 and plan[1] is not None:
            repriced = Fraction(plan[1]) * Fraction(or_zero(done[0])) / Fraction(plan[0])
            sums["repriced"] += Fraction(rounded(repriced, Decimal("0.00001")))
            sums["priced"] += Fraction(or_zero(done[1]))
            sums["plan"] += Fraction(plan[1])
            sums["plan_activity"] += Fraction(plan[0])
            sums["activity"] += Fraction(or_zero(done[0]))
            sums["market_forces_gbp"] += Fraction(or_zero(done[2]) - or_zero(plan[2]))
        elif or_zero(plan_value) != 0:
            sums["non_activity_gbp"] += difference
        else:
            sums["not_planned_gbp"] += difference
    if sums["plan_activity"]:
        more = sums["activity"] - sums["plan_activity"]
        volume = sums["plan"] * more / sums["plan_activity"]
    else:
        volume = sums["repriced"] - sums["plan"]
    plan_gbp, actual_gbp = total(plan_values), total(actual_values)
    if actual_gbp is None and all(actual is None for _, _, actual in lines):
        actual_gbp = Decimal(0)
    return {
        "plan_gbp": None if plan_gbp is None else rounded(plan_gbp),
        "actual_gbp": None if actual_gbp is None else rounded(actual_gbp),
        "volume_gbp": rounded(volume),
        "price_gbp": rounded(sums["priced"] - sums["repriced"]),
        **{n: rounded(sums[n])
           for n in ("not_planned_gbp", "non_activity_gbp", "market_forces_gbp")},
    }  # fmt: skip


@settings(
    max_examples=35, derandomize=True, deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
@given(acm=st.lists(monitored, max_size=12), iap=st.lists(planned, max_size=8))
def test_effects_add_up_and_equal_the_method(engine, acm, iap):
    lines = position(engine, acm, iap, rules=contract_rules(), **SCOPE)
    wanted = expected(acm, iap)
    assert {(line["provider_code"], line["service_code"]) for line in lines} == set(wanted)
    assert len(lines) == len(wanted)
    for line in lines:
        want = wanted[line["provider_code"], line["service_code"]]
        assert line["plan_gbp"] == want["plan_gbp"]
        assert line["actual_gbp"] == want["actual_gbp"]
        if line["actual_gbp"] is None:
            assert [line[name] for name in (*EFFECTS, "variance_gbp")] == [None] * 7
            continue
        assert line["variance_gbp"] == line["actual_gbp"] - or_zero(line["plan_gbp"])
        assert sum(line[name] for name in EFFECTS) == line["variance_gbp"]
        for name in EFFECTS:
            if name != "mix_gbp":
                assert line[name] == want[name], name
        assert line["forecast_straight_gbp"] == (line["actual_gbp"] * 4).quantize(
            PENNY, ROUND_HALF_UP
        )


@settings(
    max_examples=12, derandomize=True, deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)  # fmt: skip
@given(acm=st.lists(monitored, min_size=1, max_size=12))
def test_no_money_is_lost(engine, acm):
    lines = position(engine, acm, [], rules=contract_rules(), **SCOPE)
    sent = total(r[n] for r in acm if r["financial_month"] <= 3
                 for n in ("actual_price_gbp", "actual_mff_gbp"))  # fmt: skip
    shown = total(line["actual_gbp"] for line in lines)
    assert abs(or_zero(shown) - or_zero(sent)) <= PENNY / 2 * max(1, len(lines))
