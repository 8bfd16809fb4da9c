"""Turn what was said of rows into findings: sentence, remedy, row number and where it belongs."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pyarrow as pa

from speccomm.foundation.findings import FINDINGS_SCHEMA, Level
from speccomm.intake.cells import Said
from speccomm.intake.rules import Check, IntakeRules

LIST_NAMES = {
    "trusts": "NHS trusts",
    "sites": "hospital sites",
    "commissioners": "ICBs, sub-ICBs and Welsh boards",
    "payers": "commissioners",
    "practices": "practices",
    "postcodes": "postcodes",
    "category_codes": "commissioned service categories",
    "service_lines": "service codes",
    "points_of_delivery": "points of delivery",
    "treatment_functions": "treatment functions",
    "hrgs": "healthcare resource groups (its first five characters)",
    "yes_no": "answers, which are Y and N",
}
TEXT_FIELDS = [field.name for field in FINDINGS_SCHEMA if pa.types.is_string(field.type)]


def sentence(check: Check, rules: IntakeRules, *, field: str | None, code_list: str | None) -> str:
    """The check's sentence with the field, the list and the settings it names filled in."""
    words = {**rules.settings, "field": field or "the row"}
    words["list"] = LIST_NAMES.get(code_list or "", "known codes")
    return re.sub(r"\{(\w+)\}", lambda match: str(words[match[1]]), check.sentence)


def findings_of_rows(
    said: list[Said],
    *,
    rules: IntakeRules,
    load_id: str | None,
    dataset: str,
    file_names: pa.DictionaryArray,
    row_numbers: np.ndarray[Any, Any],
    places: dict[str, pa.Array],
) -> pa.Table:
    """Findings about rows of one chunk.

    Shape:   FINDINGS_SCHEMA, one row for each row and thing said, texts dictionary coded.
             `file_names` and `places` (provider_code, financial_year, financial_month) are of
             every row of the chunk.
    """
    tables = []
    for one in said:
        check = rules.checks[one.check_id]
        rows = pa.array(one.rows)
        count = len(one.rows)
        tables.append(
            pa.table(
                {
                    "load_id": _constant(load_id, count),
                    "dataset": _constant(dataset, count),
                    "file_name": file_names.take(rows),
                    "row_number": pa.array(row_numbers[one.rows]),
                    "check_id": _constant(one.check_id, count),
                    "level": _constant(str(one.level), count),
                    "field": _constant(one.field_name, count),
                    "value_shape": _coded(one.shapes, count),
                    "provider_code": _coded(places["provider_code"].take(rows), count),
                    "financial_year": _coded(places["financial_year"].take(rows), count),
                    "financial_month": places["financial_month"].take(rows),
                    "sentence": _constant(
                        sentence(check, rules, field=one.field_name, code_list=one.code_list),
                        count,
                    ),
                    "remedy": _constant(check.remedy, count),
                }
            )
        )
    return pa.concat_tables(tables).unify_dictionaries() if tables else coded_findings([])


def finding(
    check: Check,
    rules: IntakeRules,
    *,
    load_id: str | None,
    dataset: str,
    file_name: str | None,
    row_number: int | None = None,
    level: Level | None = None,
    field: str | None = None,
    place: tuple[str, str, int] | None = None,
    detail: str = "",
) -> dict[str, Any]:
    """One finding about a file, a slice or a row that could not be read as one."""
    provider, year, month = place or (None, None, None)
    said = sentence(check, rules, field=field, code_list=None)
    return {
        "load_id": load_id,
        "dataset": dataset,
        "file_name": file_name,
        "row_number": row_number,
        "check_id": check.check_id,
        "level": str(level or check.level),
        "field": field,
        "value_shape": None,
        "provider_code": provider,
        "financial_year": year,
        "financial_month": month,
        "sentence": f"{said} {detail}".strip(),
        "remedy": check.remedy,
    }


def said_of_all(rows: pa.Table, same: dict[str, Any]) -> pa.Table:
    """Findings that say one thing of every row. `rows` has the columns that differ."""
    count = rows.num_rows
    constants = {name: _constant(value, count) for name, value in same.items()}
    return pa.table({**{name: rows[name] for name in rows.column_names}, **constants})


def coded_findings(rows: list[dict[str, Any]]) -> pa.Table:
    """Findings from plain rows, texts dictionary coded like those of `findings_of_rows`."""
    table = pa.Table.from_pylist(rows, schema=FINDINGS_SCHEMA)
    for name in TEXT_FIELDS:
        position = table.schema.get_field_index(name)
        table = table.set_column(position, name, table[name].dictionary_encode())
    return table


def plain_findings(tables: list[pa.Table]) -> pa.Table:
    """Findings tables joined into one of exactly FINDINGS_SCHEMA."""
    plain = [
        pa.table(
            {
                field.name: table[field.name].cast(field.type)
                if table.num_rows
                else pa.array([], field.type)
                for field in FINDINGS_SCHEMA
            }
        )
        for table in tables
    ]
    empty = pa.table({field.name: pa.array([], field.type) for field in FINDINGS_SCHEMA})
    return pa.concat_tables([empty, *plain]).cast(FINDINGS_SCHEMA)


def _constant(value: str | None, count: int) -> pa.Array:
    if value is None:
        return pa.DictionaryArray.from_arrays(
            pa.nulls(count, pa.int32()), pa.array([], pa.string())
        )
    return pa.DictionaryArray.from_arrays(pa.array(np.zeros(count, np.int32)), pa.array([value]))


def _coded(values: pa.Array | None, count: int) -> pa.Array:
    if values is None:
        return _constant(None, count)
    if pa.types.is_dictionary(values.type):
        return values
    return values.dictionary_encode()
