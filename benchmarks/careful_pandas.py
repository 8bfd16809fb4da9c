"""A month of PLCM rows as a careful analyst would load them with pandas, to measure against.

It does what a load does to this file: the work listed in README.md, under the same check numbers.
It is written to be quick in pandas: the pyarrow reader, codes as categories that are judged once
a category, whole columns at a time, each person hashed once, each combination of codes assigned
once. It knows nothing of speccomm: its lookups are plain Parquet tables. Where it does less than
a load (README.md says where) the difference is in its favour.
"""

# Long because it is one script, to be read from top to bottom, as an analyst would keep it.

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv as pacsv

MISSING_WORDS = ["TBC", "TBA", "N/A", "NA", "NULL", "NONE", "#N/A", "-"]
REFUSE, WARNING, NOTE = "refuse", "warning", "note"
ENGLAND = "E92000001"
OLDEST, ADULT_FROM, CHILD_TO = 120, 16, 19


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
NAMES_A_PERSON = ["nhs_number", "local_patient_identifier", "postcode", "birth_date"]


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


def run(file: Path, lookups: Path, key_file: Path, out: Path) -> dict[str, Any]:
    """Do all of it; say how many rows were accepted and refused, and how long the flows took."""
    import time

    frame = read(file)
    findings = Findings()
    book = {path.stem: pd.read_parquet(path) for path in lookups.glob("*.parquet")}
    for heading, column in LAYOUT.items():
        _judge_column(frame, heading, column, findings, book["code_lists"])
    identities(frame, read_key(key_file), findings)
    residences(frame, book["postcodes"], findings)
    assign(frame, book)
    check_rows(frame, book, findings)
    refused = findings.refused(len(frame))
    found = findings.table(frame)
    counted = {
        "read": len(frame),
        "accepted": int((~refused).sum()),
        "refused": int(refused.sum()),
        "findings": len(found),
    }
    out.mkdir(parents=True)
    found.to_parquet(out / "findings.parquet", compression="zstd", index=False)
    del found, findings
    write(frame, refused, out)
    del frame
    begun = time.perf_counter()
    split = flows(out / "accepted.parquet", book)
    split.to_parquet(out / "flows.parquet")
    totals = {name: str(int(split[name].sum())) for name in split.columns}
    return {**counted, "flows_seconds": time.perf_counter() - begun, "totals": totals}


def read(file: Path) -> pd.DataFrame:
    """Every cell as text; columns of few different values as categories."""
    kinds = {
        heading: pa.dictionary(pa.int32(), pa.string())
        if column.kind in AS_CATEGORIES
        else pa.string()
        for heading, column in LAYOUT.items()
    }
    table = pacsv.read_csv(
        file,
        read_options=pacsv.ReadOptions(block_size=8 << 20),
        convert_options=pacsv.ConvertOptions(
            column_types=kinds, strings_can_be_null=True, null_values=[""]
        ),
    )
    table = table.rename_columns([LAYOUT[name].name for name in table.column_names])
    return table.to_pandas(split_blocks=True, self_destruct=True)


def _judge_column(
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
            findings.say(check, level, heading, _by_code(flags, codes, missing=False))
    return _recoded(clean.mask(blank), codes, values.index)


def _by_code(of_category: Any, codes: np.ndarray[Any, Any], *, missing: Any) -> Any:
    """A value for each row from a value for each category; a missing cell has code -1."""
    return np.append(np.asarray(of_category), missing)[codes]


def _recoded(clean: pd.Series, codes: np.ndarray[Any, Any], index: Any) -> pd.Series:
    """The rows under new categories, several old ones of which may now be the same."""
    new, kinds = pd.factorize(clean.to_numpy(dtype=object))
    small = np.min_scalar_type(-max(len(kinds), 1))
    return pd.Series(
        pd.Categorical.from_codes(
            _by_code(new, codes, missing=-1).astype(small), pd.Index(kinds, dtype="str")
        ),
        index=index,
    )


def _month(
    values: pd.Series, heading: str, column: Column, findings: Findings, _: Any
) -> pd.Series:
    number = pd.to_numeric(values.cat.categories.to_series(), errors="coerce")
    number = number.where(number.between(1, 12))
    codes = values.cat.codes.to_numpy()
    findings.say("CHK-F02", REFUSE, heading, _by_code(number.isna(), codes, missing=False))
    return pd.Series(_by_code(number, codes, missing=np.nan), index=values.index).astype("Int8")


def _year(values: pd.Series, heading: str, column: Column, findings: Findings, _: Any) -> pd.Series:
    written = values.cat.categories.to_series().astype("str")
    clean = written.str.replace("/", "")
    clean = (clean.str.slice(0, 4) + "-" + clean.str.slice(4, 6)).where(
        clean.str.fullmatch(r"20[0-9]{4}")
    )
    codes = values.cat.codes.to_numpy()
    findings.say("CHK-F02", REFUSE, heading, _by_code(clean.isna(), codes, missing=False))
    respelt = written.str.contains("/") & clean.notna()
    findings.say("CHK-N02", NOTE, heading, _by_code(respelt, codes, missing=False))
    return _recoded(clean, codes, values.index)


def _created(
    values: pd.Series, heading: str, column: Column, findings: Findings, _: Any
) -> pd.Series:
    written = values.cat.categories.to_series().astype("str")
    clean = pd.to_datetime(written, format="ISO8601", errors="coerce")
    codes = values.cat.codes.to_numpy()
    findings.say("CHK-F02", WARNING, heading, _by_code(clean.isna(), codes, missing=False))
    no_seconds = clean.notna() & ~written.str.contains(r"[T ]\d\d:\d\d:\d\d", regex=True)
    findings.say("CHK-F05", WARNING, heading, _by_code(no_seconds, codes, missing=False))
    if len(written) > 1:
        findings.say("CHK-F05M", WARNING, heading, np.arange(len(values)) == 0)
    times = clean.to_numpy(dtype="datetime64[us]")
    return pd.Series(_by_code(times, codes, missing=np.datetime64("NaT")), index=values.index)


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


def read_key(key_file: Path) -> bytes:
    lines = key_file.read_text(encoding="ascii").splitlines()
    return bytes.fromhex(next(line for line in lines if line and not line.startswith("#")))


def identities(frame: pd.DataFrame, key: bytes, findings: Findings) -> None:
    """A pseudonym for each person: each different number, or else local identifier, hashed once."""
    codes, numbers = pd.factorize(frame["nhs_number"])
    valid = _valid_nhs_numbers(pd.Series(numbers, dtype="str"))
    good = _by_code(valid, codes, missing=False)
    findings.say("CHK-F07", WARNING, None, ~good & (codes >= 0))
    rest = frame.loc[~good, ["provider_code", "local_patient_identifier"]]
    local = "local:" + rest["provider_code"].astype("str") + ":" + rest["local_patient_identifier"]
    local_codes, names = pd.factorize(local)
    people = ["nhs:" + number for number in numbers[valid]] + list(names)
    hashed = [hmac.digest(key, person.encode(), hashlib.sha256) for person in people]
    person = np.full(len(frame), -1, dtype=np.int32)
    person[good] = (np.cumsum(valid) - 1)[codes[good]]
    person[~good] = np.where(local_codes >= 0, local_codes + valid.sum(), -1)
    frame["person_pseudonym"] = pd.Categorical.from_codes(person, pd.Index(hashed, dtype=object))
    basis = np.where(good, 0, np.where(person >= 0, 1, -1)).astype(np.int8)
    frame["pseudonym_basis"] = pd.Categorical.from_codes(
        basis, ["nhs_number", "local_patient_identifier"]
    )


def _valid_nhs_numbers(numbers: pd.Series) -> np.ndarray[Any, Any]:
    shaped = numbers.str.fullmatch(r"[0-9]{10}").to_numpy(dtype=bool)
    digits = np.array(numbers[shaped].tolist(), dtype="S10").view("u1").reshape(-1, 10)
    digits = digits.astype(np.int32) - ord("0")
    check = (11 - digits[:, :9] @ np.arange(10, 1, -1) % 11) % 11
    valid = shaped.copy()
    valid[shaped] = check == digits[:, 9]
    return valid


def residences(frame: pd.DataFrame, postcodes: pd.DataFrame, findings: Findings) -> None:
    """Follow each different postcode to its country, small area and commissioner."""
    values = frame["postcode"]
    codes = values.cat.codes.to_numpy()
    bare = values.cat.categories.to_series().astype("str").str.upper()
    bare = bare.str.replace(r"\s", "", regex=True)
    shaped = bare.str.fullmatch(r"[A-Z]{1,2}[0-9][A-Z0-9]?[0-9][A-Z]{2}")
    written = (bare.str.slice(0, -3) + " " + bare.str.slice(-3)).where(shaped)
    found = written.rename("postcode").to_frame().merge(postcodes, on="postcode", how="left")
    unknown = written.notna().to_numpy() & found["country_code"].isna().to_numpy()
    unknown &= ~bare.str.startswith("ZZ99").to_numpy()
    heading = "POSTCODE OF USUAL ADDRESS"
    findings.say(
        "CHK-F02", WARNING, heading, _by_code((bare != "") & ~shaped, codes, missing=False)
    )
    findings.say("CHK-F03", NOTE, heading, _by_code(unknown, codes, missing=False))
    frame["welsh_default"] = _by_code((written == "ZZ99 3GZ"), codes, missing=False)
    for name, column in (
        ("residence_country_code", "country_code"),
        ("residence_sub_icb_code", "sub_icb_code"),
        ("small_area_code", "small_area_code"),
    ):
        frame[name] = _recoded(found[column], codes, frame.index)


COMBINATION = [
    "category_code",
    "service_code",
    "provider_code",
    "gp_responsibility_code",
    "residence_responsibility_code",
    "establishment",
    "treatment_function_code",
    "pod_code",
    "financial_year",
    "financial_month",
]
DERIVED = [
    "derived_commissioner_code",
    "derived_category_code",
    "reason_code",
    "crg_code",
    "npoc_letter",
    "specialised",
]


def assign(frame: pd.DataFrame, book: dict[str, pd.DataFrame]) -> None:
    """Who pays, under which category and why: each different combination of codes once."""
    practices = frame["gp_practice_code"]
    apart = practices.cat.categories.to_series().isin(book["practices"]["practice_code"])
    frame["establishment"] = practices.where(
        _by_code(apart, practices.cat.codes.to_numpy(), missing=False)
    ).cat.remove_unused_categories()
    number = frame.groupby(COMBINATION, sort=False, observed=True, dropna=False).ngroup()
    number = number.to_numpy()
    _, first = np.unique(number, return_index=True)
    few = frame.iloc[first][COMBINATION].astype(dict.fromkeys(COMBINATION[:-1], "str"))
    few["financial_month"] = few["financial_month"].astype("Int8")
    answer = derived(few.reset_index(drop=True), book)
    del frame["establishment"]
    for name in DERIVED[:-1]:
        codes, kinds = pd.factorize(answer[name])
        frame[name] = pd.Categorical.from_codes(codes[number], pd.Index(kinds, dtype="str"))
    frame["specialised"] = answer["specialised"].array[number]


def derived(rows: pd.DataFrame, book: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """The contract monitoring variant of the Commissioner Assignment Method."""
    facts = _with_lookups(rows, book)
    service, category = facts["service_code"].fillna(""), facts["category_code"].fillna("")
    pod, status = facts["pod_code"].fillna(""), facts["service_status"].fillna("")
    no_code = service.isin(["", "99999999"])
    known = facts["service_line_kind"].notna()
    special = (known & ~no_code & service.str.startswith("NCBPS")) | (no_code & (category == "21"))
    mental = (
        _yes(facts["service_mental_health"])
        & ~service.isin(["NCBPSNSD", "NCBPSHST", "99999999", "NCBPSXXX"])
    )  # fmt: skip
    begun = _yes(facts["month_delegation_begun"])
    dental_functions = ["140", "141", "142", "143", "144", "145", "217", "450", "451"]
    tests = [
        pod.isin(["DRUG", "DEVICE"]) | category.isin(["31", "32", "41"]),
        (facts["gp_level"] == "devolved")
        | (facts["gp_responsibility_code"].isna() & (facts["residence_level"] == "devolved")),
        mental & (status == "GREEN") & begun,
        mental,
        special & (status == "AMBER"),
        special & status.isin(["", "RED", "BLUE", "NOT APPLICABLE"]),
        (facts["treatment_function_code"].isin(dental_functions) & ~special)
        | category.isin(["51", "55"])
        | (service == "NCBSDXXX"),
        (_yes(facts["establishment_prison"]) | category.isin(["71", "75"])) & (pod != "AE"),
        service.str.startswith("NCBPH") | category.isin(["81", "85"]),
        _yes(facts["establishment_armed_forces"]) | (category == "61"),
        special & (status == "GREEN"),
    ]
    rule = np.select(tests, list(range(len(tests))), default=len(tests))
    conditions, commissioners, categories, reasons = [], [], [], []
    for number, (ways, otherwise) in enumerate(RULES):
        for source, level, delegated, gives, to, reason in ways:
            holds = pd.Series(rule == number, index=facts.index)
            if level is not None:
                holds &= facts[f"{source}_level"] == level
            if delegated is not None:
                is_delegated = facts[f"{source}_delegated"]
                holds &= _yes(is_delegated) if delegated else _yes(is_delegated == False)  # noqa: E712
            code = None if gives is None else facts[f"{source}_{gives}"]
            if code is not None:
                holds &= code.notna()
            conditions.append(holds)
            commissioners.append(None if code is None else code.to_numpy(dtype=object))
            categories.append(to)
            reasons.append(reason)
        commissioner, to, reason = otherwise
        conditions.append(rule == number)
        commissioners.append(commissioner)
        categories.append(to)
        reasons.append(reason)
    held = facts["month_delegation_begun"].notna()
    conditions.insert(0, ~held)
    nothing = np.full(len(facts), None, dtype=object)
    told = [None, *commissioners]
    special_known = held & (special | known | (service == "99999999"))
    return pd.DataFrame(
        {
            "derived_commissioner_code": np.select(
                conditions, [nothing if one is None else one for one in told], default=nothing
            ),
            "derived_category_code": _chosen(conditions, [None, *categories]),
            "reason_code": _chosen(conditions, ["YEAR_NOT_KNOWN", *reasons]),
            "crg_code": facts["service_crg_code"],
            "npoc_letter": facts["service_npoc_letter"],
            "specialised": special.astype("boolean").where(special_known),
        }
    )


def _chosen(conditions: list[Any], values: list[str | None]) -> np.ndarray[Any, Any]:
    which = np.select(conditions, list(range(len(values))), default=-1)
    return np.array([*values, None], dtype=object)[which]


def _yes(flags: pd.Series) -> pd.Series:
    return flags.astype("boolean").fillna(value=False).astype(bool)


def _with_lookups(rows: pd.DataFrame, book: dict[str, pd.DataFrame]) -> pd.DataFrame:
    period = ["financial_year", "financial_month"]
    facts = rows
    for prefix, table, column, code in (
        ("gp", "commissioners", "gp_responsibility_code", "body_code"),
        ("residence", "commissioners", "residence_responsibility_code", "body_code"),
        ("host", "providers", "provider_code", "provider_code"),
        ("establishment", "practices", "establishment", "practice_code"),
        ("service", "services", "service_code", "service_code"),
        ("month", "months", None, None),
    ):
        lookup = book[table]
        on = [name for name in period if name in lookup.columns]
        renamed = {name: f"{prefix}_{name}" for name in lookup.columns if name not in (*on, code)}
        lookup = lookup.rename(columns={**renamed, **({code: column} if code else {})})
        if "financial_month" in on:
            lookup = lookup.astype({"financial_month": "Int8"})
        facts = facts.merge(lookup, on=[*on, *([column] if column else [])], how="left")
    return facts


Way = tuple[str, str | None, bool | None, str | None, str, str]
SUB, ICB = "sub_icb", "icb"


def _four_bodies(gives: str, category: str, reasons: list[str]) -> list[Way]:
    return [
        ("gp", SUB, None, gives, category, reasons[0]),
        ("gp", ICB, None, gives, category, reasons[1]),
        ("residence", SUB, None, gives, category, reasons[2]),
        ("residence", ICB, None, gives, category, reasons[3]),
        ("host", None, None, gives, category, reasons[4]),
    ]


RULES: list[tuple[list[Way], tuple[str | None, str | None, str]]] = [
    ([], (None, None, "NOT_TESTED")),
    ([], (None, None, "NOT_TESTED_DEVOLVED")),
    ([], (None, "26", "MH_Delegated")),
    ([], (None, "22", "MH_Non_Delegated")),
    (
        _four_bodies("hub_code", "21", ["C_0b_1", "C_0b_2", "C_0b_3", "C_0b_4", "C_0b_5"]),
        (None, "21", "C_0b_X"),
    ),
    ([("host", None, None, "hub_code", "21", "C_2_1")], (None, "21", "C_2_X")),
    (
        [
            ("gp", SUB, None, "sub_icb_code", "55", "D_1"),
            ("residence", SUB, None, "sub_icb_code", "55", "D_2"),
            ("gp", ICB, None, None, "55", "D_X"),
            ("residence", ICB, None, None, "55", "D_X"),
            ("host", None, None, "sub_icb_code", "55", "D_3"),
        ],
        (None, "55", "D_X"),
    ),
    (
        [("establishment", None, None, "justice_hub_code", "71", "E_1")],
        (None, "71", "E_X"),
    ),
    (
        _four_bodies("public_health_code", "81", ["F_1", "F_2", "F_3", "F_4", "F_5"]),
        (None, "81", "F_X"),
    ),
    ([], ("13Q", "61", "J_1")),
    (
        [
            ("gp", SUB, True, "sub_icb_code", "25", "C_6_1"),
            ("gp", SUB, False, "hub_code", "21", "C_6_4"),
            ("gp", ICB, False, "hub_code", "21", "C_6_5"),
            ("residence", SUB, True, "sub_icb_code", "25", "C_6_2"),
            ("residence", SUB, False, "hub_code", "21", "C_6_6"),
            ("residence", ICB, False, "hub_code", "21", "C_6_7"),
            ("host", None, True, "sub_icb_code", "25", "C_6_3"),
            ("host", None, False, "hub_code", "21", "C_6_8"),
        ],
        (None, None, "C_5_X"),
    ),
    (
        [
            ("gp", SUB, None, "sub_icb_code", "12", "C_5_1"),
            ("residence", SUB, None, "sub_icb_code", "12", "C_5_1"),
            ("host", None, None, "sub_icb_code", "12", "C_5_1"),
        ],
        (None, None, "X"),
    ),
]
"""Each rule's ways (source, level, delegated, gives, category, reason) and what holds if none does."""


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
    year = _by_code(year_start, year_text.cat.codes.to_numpy(), missing=np.nan)
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
    flags: np.ndarray[Any, Any] = _by_code(of_code, codes.cat.codes.to_numpy(), missing=False)
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


def write(frame: pd.DataFrame, refused: np.ndarray[Any, Any], out: Path) -> None:
    """Accepted rows without what names a person; refused rows whole, for their sender."""
    frame["row_number"] = np.arange(len(frame)) + 2
    frame[refused].to_parquet(out / "refused.parquet", compression="zstd", index=False)
    for name in [*NAMES_A_PERSON, "welsh_default", "residence_country_code"]:
        del frame[name]
    accepted = frame[~refused]
    accepted.to_parquet(out / "accepted.parquet", compression="zstd", index=False)


def flows(accepted: Path, book: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Intra, imported and exported activity of the region by clinical reference group."""
    columns = ["crg_code", "patient_commissioner_code", "provider_code", "activity_count"]
    rows = pd.read_parquet(accepted, columns=columns)
    inside = book["area"]
    patient = rows["patient_commissioner_code"].isin(
        inside.loc[inside["side"] == "patient", "code"]
    )
    provider = rows["provider_code"].isin(inside.loc[inside["side"] == "provider", "code"])
    side = np.select(
        [patient & provider, provider & ~patient, patient & ~provider],
        ["intra", "imported", "exported"],
        default="outside",
    )
    split = rows.groupby([rows["crg_code"].astype("str").fillna("Unknown"), side])
    table = split["activity_count"].sum().unstack(fill_value=0)
    return table.reindex(columns=["intra", "imported", "exported"], fill_value=0)
