"""The pandas script's second part: each person's pseudonym, each postcode's place."""

from __future__ import annotations

import hashlib
import hmac
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.pandas_cells import NOTE, WARNING, Findings, by_code, recoded


def read_key(key_file: Path) -> bytes:
    lines = key_file.read_text(encoding="ascii").splitlines()
    return bytes.fromhex(next(line for line in lines if line and not line.startswith("#")))


def identities(frame: pd.DataFrame, key: bytes, findings: Findings) -> None:
    """A pseudonym for each person: each different number, or else local identifier, hashed once."""
    codes, numbers = pd.factorize(frame["nhs_number"])
    valid = _valid_nhs_numbers(pd.Series(numbers, dtype="str"))
    good = by_code(valid, codes, missing=False)
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
    findings.say("CHK-F02", WARNING, heading, by_code((bare != "") & ~shaped, codes, missing=False))
    findings.say("CHK-F03", NOTE, heading, by_code(unknown, codes, missing=False))
    frame["welsh_default"] = by_code((written == "ZZ99 3GZ"), codes, missing=False)
    for name, column in (
        ("residence_country_code", "country_code"),
        ("residence_sub_icb_code", "sub_icb_code"),
        ("small_area_code", "small_area_code"),
    ):
        frame[name] = recoded(found[column], codes, frame.index)
