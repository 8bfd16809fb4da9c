"""The pandas script's fourth part: checks that look at several cells of a row."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.pandas_cells import NOTE, WARNING, Findings, by_code

ENGLAND = "E92000001"
OLDEST, ADULT_FROM, CHILD_TO = 120, 16, 19


def check_rows(frame: pd.DataFrame, book: dict[str, pd.DataFrame], findings: Findings) -> None:
    """Checks that look at several cells of a row, and the age and commissioner they need."""
    start, end, born = (
        frame["activity_start_date"],
        frame["activity_end_date"],
        frame["birth_date"],
    )
    earlier = (start.dt.month * 100 + start.dt.day) < (born.dt.month * 100 + born.dt.day)
    from_birth = start.dt.year - born.dt.year - earlier.astype("int8")
    from_birth = from_birth.where(start.notna() & born.notna())
    stated = frame["age_years"]
    age = from_birth.fillna(stated)
    plausible = age.between(0, OLDEST)
    month = (end.dt.month + 8) % 12 + 1
    first_year = end.dt.year.where(end.dt.month >= 4, end.dt.year - 1)
    year_text = frame["financial_year"]
    year_start = year_text.cat.categories.str.slice(0, 4).astype(float).to_numpy()
    year = by_code(year_start, year_text.cat.codes.to_numpy(), missing=np.nan)
    sent_month = frame["financial_month"].astype("float32")
    disagree = end.notna() & ((month != sent_month) | (first_year != year))
    say = findings.say
    say("CHK-F06", WARNING, None, disagree & sent_month.notna() & ~np.isnan(year))
    off = (from_birth - stated).abs() > 1
    say("CHK-F07A", WARNING, None, off | (age.notna() & ~plausible))
    say("CHK-F07D", WARNING, None, (end < start) | (end < born))
    service, category = frame["service_code"], frame["category_code"]
    line = _line(frame, book)
    say("CHK-F08", WARNING, None, line["in_list"] == 0)
    say("CHK-A01", WARNING, None, _differ(frame, "derived_commissioner_code", "commissioner_code"))
    say("CHK-A02", WARNING, None, _differ(frame, "derived_category_code", "category_code"))
    payer = _kind(frame["commissioner_code"], book)
    gp = _kind(frame["gp_responsibility_code"], book)
    residence = _kind(frame["residence_responsibility_code"], book)
    code = frame["commissioner_code"]
    misplaced = (code == "W01") & ~frame["welsh_default"]
    say("CHK-A03", WARNING, None, (payer == "icb") | (code == "YDD82") | misplaced)
    prescribed = _flag(service, lambda codes: codes.str.startswith("NCBPS"))
    nobody = service == "99999999"
    say(
        "CHK-A04",
        WARNING,
        None,
        (prescribed & (category == "12")) | (nobody & category.isin(["21", "22", "25", "26"])),
    )
    say("CHK-A05", WARNING, None, nobody & category.isin(["25", "26"]))
    adult, child = line["age_group"] == "adult", line["age_group"] == "child"
    say("CHK-A08", NOTE, None, (adult & (age < ADULT_FROM)) | (child & (age >= CHILD_TO)))
    country = frame["residence_country_code"]
    governs = gp.where(gp != "", residence)
    abroad = (governs == "welsh_board") | ((governs == "") & country.notna() & (country != ENGLAND))
    say("CHK-A11", WARNING, None, abroad & payer.isin(["icb", "sub_icb", "hub", "region"]))
    count, price, cost = frame["activity_count"], frame["unit_price_gbp"], frame["total_cost_gbp"]
    allowed = np.maximum(count.abs(), 1) * 0.01 + 1e-6
    say("CHK-P01", WARNING, None, (count * price - cost).abs() > allowed)
    stays = (frame["length_of_stay_days"] > 0) | (end > start)
    say("CHK-P05", WARNING, None, (frame["pod_code"] == "DC") & stays)
    frame["age_years"] = age.where(plausible).astype("Int16")
    frame["patient_commissioner_code"] = _patient(frame, gp, residence)


def _line(frame: pd.DataFrame, book: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Whether the service is in its year's list (1, 0, or -1: unknown), and for which ages it is."""
    keys = ["financial_year", "service_code"]
    number = frame.groupby(keys, sort=False, observed=True, dropna=False).ngroup().to_numpy()
    _, first = np.unique(number, return_index=True)
    few = frame.iloc[first][keys].astype("str")
    few = few.merge(book["services"][[*keys, "in_list"]], on=keys, how="left")
    few = few.merge(book["ages"], on="service_code", how="left")
    listed = few["in_list"].astype("Int8").fillna(-1).to_numpy(dtype=np.int8)
    codes, kinds = pd.factorize(few["age_group"])
    return pd.DataFrame(
        {
            "in_list": listed[number],
            "age_group": pd.Categorical.from_codes(codes[number], pd.Index(kinds, dtype="str")),
        }
    )


def _kind(codes: pd.Series, book: dict[str, pd.DataFrame]) -> pd.Series:
    """The kind of body of each code; empty text where there is none."""
    kinds = book["bodies"].set_index("commissioner_code")["commissioner_kind"]
    of_code = codes.cat.categories.to_series().map(kinds).fillna("")
    numbers, names = pd.factorize(pd.concat([of_code, pd.Series([""])]))
    return pd.Series(
        pd.Categorical.from_codes(
            numbers[codes.cat.codes.to_numpy()].astype(np.int8), pd.Index(names, dtype="str")
        ),
        index=codes.index,
    )


def _flag(codes: pd.Series, test: Callable[[pd.Series], pd.Series]) -> np.ndarray[Any, Any]:
    of_code = test(codes.cat.categories.to_series().astype("str"))
    flags: np.ndarray[Any, Any] = by_code(of_code, codes.cat.codes.to_numpy(), missing=False)
    return flags.astype(bool)


def _differ(frame: pd.DataFrame, one: str, other: str) -> pd.Series:
    left, right = frame[one], frame[other]
    both = left.cat.categories.union(right.cat.categories)
    left, right = left.cat.set_categories(both), right.cat.set_categories(both)
    return left.notna() & right.notna() & (left.cat.codes != right.cat.codes)


def _patient(frame: pd.DataFrame, gp: pd.Series, residence: pd.Series) -> pd.Series:
    """The patient's commissioner: through the practice, else residence, else the postcode."""
    bodies = ["icb", "sub_icb", "welsh_board"]
    names = ["gp_responsibility_code", "residence_responsibility_code", "residence_sub_icb_code"]
    both = frame[names[0]].cat.categories
    for name in names[1:]:
        both = both.union(frame[name].cat.categories)
    codes = [frame[name].cat.set_categories(both).cat.codes for name in names]
    chosen = np.where(
        gp.isin(bodies), codes[0], np.where(residence.isin(bodies), codes[1], codes[2])
    )
    return pd.Series(pd.Categorical.from_codes(chosen, both), index=frame.index)
