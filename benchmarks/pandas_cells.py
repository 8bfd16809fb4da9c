"""The pandas script's first part: the layout, each column's text made into values, what is said of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

MISSING_WORDS = ["TBC", "TBA", "N/A", "NA", "NULL", "NONE", "#N/A", "-"]
REFUSE, WARNING, NOTE = "refuse", "warning", "note"


@dataclass(frozen=True)
class Column:
    """A column of the file: our name, how it is read, and how a blank or unknown code counts."""

    name: str
    kind: str  # code, provider, text, date, number, integer, identifier, or a name of its own
    blank: str | None = None
    code_list: str | None = None
    shortest: int = 0
    longest: int = 255
    unknown: str = WARNING
    unreadable: str = WARNING


LAYOUT = {
    "FINANCIAL MONTH": Column("financial_month", "month", REFUSE),
    "FINANCIAL YEAR": Column("financial_year", "year", REFUSE),
    "DATE AND TIME DATA SET CREATED": Column("dataset_created_at", "created", WARNING),
    "REPORTING TYPE INDICATOR": Column("reporting_type", "code"),
    "ORGANISATION IDENTIFIER (CODE OF PROVIDER)": Column(
        "provider_code", "provider", REFUSE, "trusts", 3, 6, REFUSE
    ),
    "ORGANISATION SITE IDENTIFIER (OF TREATMENT)": Column(
        "site_code", "code", None, "sites", 5, 9, NOTE
    ),
    "ORGANISATION IDENTIFIER (GP PRACTICE RESPONSIBILITY)": Column(
        "gp_responsibility_code", "code", WARNING, "commissioners"
    ),
    "ORGANISATION IDENTIFIER (RESIDENCE RESPONSIBILITY)": Column(
        "residence_responsibility_code", "code", None, "commissioners"
    ),
    "ORGANISATION IDENTIFIER (CODE OF COMMISSIONER)": Column(
        "commissioner_code", "code", WARNING, "payers", 3, 5
    ),
    "GENERAL MEDICAL PRACTICE CODE (PATIENT REGISTRATION)": Column(
        "gp_practice_code", "code", None, "practices", 6, 6, NOTE
    ),
    "WITHHELD IDENTITY REASON": Column("withheld_identity_reason", "code"),
    "NHS NUMBER": Column("nhs_number", "identifier", WARNING),
    "LOCAL PATIENT IDENTIFIER (EXTENDED)": Column("local_patient_identifier", "identifier"),
    "POSTCODE OF USUAL ADDRESS": Column("postcode", "postcode"),
    "PERSON BIRTH DATE": Column("birth_date", "date"),
    "AGE AT ACTIVITY DATE (CONTRACT MONITORING)": Column("age_years", "integer"),
    "PERSON STATED GENDER CODE": Column("gender_code", "code"),
    "ETHNIC CATEGORY": Column("ethnic_category", "code", longest=2),
    "ACTIVITY TREATMENT FUNCTION CODE": Column(
        "treatment_function_code", "code", None, "treatment_functions", 3, 3
    ),
    "LOCAL SUB-SPECIALTY CODE": Column("local_sub_specialty_code", "text", longest=8),
    "HOSPITAL PROVIDER SPELL IDENTIFIER": Column("spell_identifier", "identifier"),
    "OUT-PATIENT ATTENDANCE IDENTIFIER": Column("attendance_identifier", "identifier"),
    "UNBUNDLED EPISODE INDICATOR": Column("unbundled_indicator", "code"),
    "ACTIVITY START DATE (CONTRACT MONITORING)": Column(
        "activity_start_date", "date", WARNING, unreadable=REFUSE
    ),
    "ACTIVITY END DATE (CONTRACT MONITORING)": Column(
        "activity_end_date", "date", WARNING, unreadable=REFUSE
    ),
    "ADJUSTED LENGTH OF STAY": Column("length_of_stay_days", "integer"),
    "CDS UNIQUE IDENTIFIER": Column("cds_unique_identifier", "identifier"),
    "NON-CDS UNIQUE IDENTIFIER": Column("non_cds_unique_identifier", "identifier"),
    "COMMISSIONED SERVICE CATEGORY CODE": Column(
        "category_code", "code", WARNING, "category_codes", 2, 2, REFUSE
    ),
    "SERVICE CODE": Column("service_code", "code", WARNING, "service_lines", 0, 12, REFUSE),
    "POINT OF DELIVERY CODE": Column(
        "pod_code", "code", WARNING, "points_of_delivery", 0, 10, REFUSE
    ),
    "POINT OF DELIVERY FURTHER DETAIL CODE": Column("pod_detail_code", "text", longest=10),
    "POINT OF DELIVERY FURTHER DETAIL DESCRIPTION": Column(
        "pod_detail_description", "text", longest=100
    ),
    "LOCAL POINT OF DELIVERY CODE": Column("local_pod_code", "text", longest=50),
    "LOCAL POINT OF DELIVERY DESCRIPTION": Column("local_pod_description", "text", longest=100),
    "LOCAL CONTRACT CODE": Column("local_contract_code", "text", longest=20),
    "LOCAL CONTRACT MONITORING CODE": Column("local_contract_monitoring_code", "text", longest=30),
    "LOCAL CONTRACT MONITORING DESCRIPTION": Column(
        "local_contract_monitoring_description", "text", longest=100
    ),
    "TARIFF CODE": Column("tariff_code", "code", WARNING, "hrgs", 0, 50),
    "NATIONAL TARIFF INDICATOR": Column("national_tariff_indicator", "code", None, "yes_no", 1, 1),
    "ACTIVITY COUNT (POINT OF DELIVERY)": Column(
        "activity_count", "number", WARNING, unreadable=REFUSE
    ),
    "ACTIVITY UNIT PRICE": Column("unit_price_gbp", "number", WARNING, unreadable=REFUSE),
    "TOTAL COST": Column("total_cost_gbp", "number", WARNING, unreadable=REFUSE),
}
CODES = ("code", "provider", "text")
AS_CATEGORIES = (*CODES, "month", "year", "created", "postcode")


@dataclass
class Findings:
    """What is said of rows, as (check, level, field, positions)."""

    said: list[tuple[str, str, str | None, np.ndarray[Any, Any]]] = field(default_factory=list)

    def say(self, check: str, level: str, column: str | None, mask: Any) -> None:
        rows = np.flatnonzero(np.asarray(mask, dtype=bool))
        if len(rows):
            self.said.append((check, level, column, rows))

    def refused(self, rows: int) -> np.ndarray[Any, Any]:
        out = np.zeros(rows, dtype=bool)
        for _, level, _, positions in self.said:
            if level == REFUSE:
                out[positions] = True
        return out

    def table(self, frame: pd.DataFrame) -> pd.DataFrame:
        """One row for each thing said, with its row number and where it belongs."""
        positions = np.concatenate([rows for *_, rows in self.said])
        lengths = [len(rows) for *_, rows in self.said]

        def spread(values: list[str | None]) -> pd.Categorical:
            codes, kinds = pd.factorize(np.array(values, dtype=object))
            return pd.Categorical.from_codes(np.repeat(codes, lengths), kinds)

        return pd.DataFrame(
            {
                "row_number": positions + 2,
                "check_id": spread([said[0] for said in self.said]),
                "level": spread([said[1] for said in self.said]),
                "field": spread([said[2] for said in self.said]),
                "provider_code": frame["provider_code"].array[positions],
                "financial_year": frame["financial_year"].array[positions],
                "financial_month": frame["financial_month"].array[positions],
            }
        )


def judge_column(
    frame: pd.DataFrame, heading: str, column: Column, findings: Findings, lists: pd.DataFrame
) -> None:
    """Replace a column's text by its meaning and say what there is to say of it."""
    values = frame[column.name]
    judge: dict[str, Callable[..., pd.Series]] = {
        "code": _codes,
        "provider": _codes,
        "text": _codes,
        "month": _month,
        "year": _year,
        "created": _created,
        "date": _dates,
        "number": _numbers,
        "integer": _integers,
        "identifier": _identifiers,
        "postcode": lambda same, *_: same,
    }
    clean = judge[column.kind](values, heading, column, findings, lists)
    if column.blank is not None:
        # What is there and could not be read is said as such, not as blank.
        blank = clean.isna() if column.kind in CODES else values.isna()
        findings.say("CHK-F01", column.blank, heading, blank)
    frame[column.name] = clean


def _codes(
    values: pd.Series, heading: str, column: Column, findings: Findings, lists: pd.DataFrame
) -> pd.Series:
    written = values.cat.categories.to_series().astype("str")
    text = written.str.replace("\u00a0", " ").str.strip()
    if column.kind != "text":
        text = text.str.upper()
    placeholder = text.isin(MISSING_WORDS) & (column.kind != "text")
    blank = (text == "") | placeholder
    tidied = (text != written) & ~blank & (column.kind != "text")
    suffixed = text.str.endswith("00") & (text.str.len() == 5) & (column.kind == "provider")
    clean = text.mask(suffixed, text.str.slice(0, 3))
    known = text.isna()
    unknown = known
    if column.code_list is not None:
        held = lists.loc[lists["code_list"] == column.code_list, "code"]
        key = clean.str.slice(0, 5) if column.code_list == "hrgs" else clean
        known = key.isin(held)
        unknown = ~known & ~blank & bool(len(held))
    length = clean.str.len()
    misfit = ~length.between(column.shortest, column.longest) & ~known & ~blank
    codes = values.cat.codes.to_numpy()
    for check, level, flags in (
        ("CHK-N01", NOTE, suffixed),
        ("CHK-N03", NOTE, tidied),
        ("CHK-N07", NOTE, placeholder),
        ("CHK-F02", WARNING, misfit),
        ("CHK-F03", column.unknown, unknown),
    ):
        if flags.any():
            findings.say(check, level, heading, by_code(flags, codes, missing=False))
    return recoded(clean.mask(blank), codes, values.index)


def by_code(of_category: Any, codes: np.ndarray[Any, Any], *, missing: Any) -> Any:
    """A value for each row from a value for each category; a missing cell has code -1."""
    return np.append(np.asarray(of_category), missing)[codes]


def recoded(clean: pd.Series, codes: np.ndarray[Any, Any], index: Any) -> pd.Series:
    """The rows under new categories, several old ones of which may now be the same."""
    new, kinds = pd.factorize(clean.to_numpy(dtype=object))
    small = np.min_scalar_type(-max(len(kinds), 1))
    return pd.Series(
        pd.Categorical.from_codes(
            by_code(new, codes, missing=-1).astype(small), pd.Index(kinds, dtype="str")
        ),
        index=index,
    )


def _month(
    values: pd.Series, heading: str, column: Column, findings: Findings, _: Any
) -> pd.Series:
    number = pd.to_numeric(values.cat.categories.to_series(), errors="coerce")
    number = number.where(number.between(1, 12))
    codes = values.cat.codes.to_numpy()
    findings.say("CHK-F02", REFUSE, heading, by_code(number.isna(), codes, missing=False))
    return pd.Series(by_code(number, codes, missing=np.nan), index=values.index).astype("Int8")


def _year(values: pd.Series, heading: str, column: Column, findings: Findings, _: Any) -> pd.Series:
    written = values.cat.categories.to_series().astype("str")
    clean = written.str.replace("/", "")
    clean = (clean.str.slice(0, 4) + "-" + clean.str.slice(4, 6)).where(
        clean.str.fullmatch(r"20[0-9]{4}")
    )
    codes = values.cat.codes.to_numpy()
    findings.say("CHK-F02", REFUSE, heading, by_code(clean.isna(), codes, missing=False))
    respelt = written.str.contains("/") & clean.notna()
    findings.say("CHK-N02", NOTE, heading, by_code(respelt, codes, missing=False))
    return recoded(clean, codes, values.index)


def _created(
    values: pd.Series, heading: str, column: Column, findings: Findings, _: Any
) -> pd.Series:
    written = values.cat.categories.to_series().astype("str")
    clean = pd.to_datetime(written, format="ISO8601", errors="coerce")
    codes = values.cat.codes.to_numpy()
    findings.say("CHK-F02", WARNING, heading, by_code(clean.isna(), codes, missing=False))
    no_seconds = clean.notna() & ~written.str.contains(r"[T ]\d\d:\d\d:\d\d", regex=True)
    findings.say("CHK-F05", WARNING, heading, by_code(no_seconds, codes, missing=False))
    if len(written) > 1:
        findings.say("CHK-F05M", WARNING, heading, np.arange(len(values)) == 0)
    times = clean.to_numpy(dtype="datetime64[us]")
    return pd.Series(by_code(times, codes, missing=np.datetime64("NaT")), index=values.index)


def _dates(
    values: pd.Series, heading: str, column: Column, findings: Findings, _: Any
) -> pd.Series:
    clean = pd.to_datetime(values, format="%Y-%m-%d", errors="coerce")
    again = clean.isna() & values.notna()
    if again.any():
        clean = clean.where(
            ~again, pd.to_datetime(values.where(again), format="%d/%m/%Y", errors="coerce")
        )
    findings.say("CHK-N05", NOTE, heading, again & clean.notna())
    findings.say("CHK-F02", column.unreadable, heading, again & clean.isna())
    return clean


def _numbers(
    values: pd.Series, heading: str, column: Column, findings: Findings, _: Any
) -> pd.Series:
    clean = pd.to_numeric(values, errors="coerce")
    odd = np.flatnonzero((clean.isna() & values.notna()).to_numpy())
    text = values.iloc[odd].str.strip()
    placeholder = text.str.upper().isin(MISSING_WORDS).to_numpy()
    bracketed = (text.str.startswith("(") & text.str.endswith(")")).to_numpy()
    read_again = pd.to_numeric(text.str.replace(r"[£,\s()]", "", regex=True), errors="coerce")
    read_again = read_again.to_numpy() * np.where(bracketed, -1, 1)
    clean = clean.to_numpy(copy=True)
    clean[odd] = read_again
    where = np.zeros(len(values), dtype=bool)
    for check, level, mask in (
        ("CHK-N04", NOTE, ~np.isnan(read_again)),
        ("CHK-N07", NOTE, placeholder),
        ("CHK-F02", column.unreadable, np.isnan(read_again) & ~placeholder),
    ):
        where[:] = False
        where[odd] = mask
        findings.say(check, level, heading, where)
    if column.blank is not None:
        where[:] = False
        where[odd] = placeholder
        findings.say("CHK-F01", column.blank, heading, where)
    return pd.Series(clean, index=values.index)


def _integers(
    values: pd.Series, heading: str, column: Column, findings: Findings, _: Any
) -> pd.Series:
    clean = pd.to_numeric(values, errors="coerce")
    clean = clean.where(clean % 1 == 0)
    findings.say("CHK-F02", column.unreadable, heading, clean.isna() & values.notna())
    return clean.astype("float32")


def _identifiers(
    values: pd.Series, heading: str, column: Column, findings: Findings, _: Any
) -> pd.Series:
    findings.say("CHK-F02", WARNING, heading, values.str.len() > column.longest)
    return values
