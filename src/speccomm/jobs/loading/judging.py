"""Judge one chunk of rows of one file: cells, person, assignment, checks within a row."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Any

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from speccomm.assignment.contract_lookups import ContractLookups
from speccomm.assignment.contract_monitoring import assign_contract_rows
from speccomm.assignment.contract_rules import ContractRules
from speccomm.assignment.service_lines import with_service_lines
from speccomm.assignment.tables import CONTRACT_ROW
from speccomm.intake.cells import CellJudge, Mask, Said, refused_rows
from speccomm.intake.people import PersonBook, identities, residences
from speccomm.intake.privacy import KeyRing
from speccomm.intake.rows import (
    LINE_ATTRIBUTES,
    LINE_COLUMNS,
    ROW_COLUMNS,
    judged_rows,
    line_attributes,
    row_checks,
)
from speccomm.intake.rules import Field, IntakeRules
from speccomm.jobs.loading.combinations import CombinationBook
from speccomm.jobs.loading.compiling import compiled_once
from speccomm.jobs.loading.lookups import Lookups

ASSIGNED = (
    "derived_commissioner_code",
    "derived_category_code",
    "reason_code",
    "crg_code",
    "npoc_letter",
    "specialised",
)
BODY_KINDS = {
    "commissioner_code": "payer_kind",
    "gp_responsibility_code": "gp_kind",
    "residence_responsibility_code": "residence_kind",
}
HAPPENED_ON = ("dispensed_on", "implanted_on")


@dataclass(frozen=True)
class JudgedChunk:
    """The rows of a chunk in their order: clean columns, what was said of them, which are out."""

    columns: dict[str, pa.Array]
    said: list[Said]
    refused: Mask


class ChunkJudge:
    """Judges chunks of one data set. Holds compiled queries; safe to use from several threads."""

    def __init__(
        self,
        *,
        dataset: str,
        rules: IntakeRules,
        contract_rules: ContractRules,
        lookups: Lookups,
        ring: KeyRing,
        persons: PersonBook,
    ) -> None:
        self._dataset = dataset
        self._rules = rules
        self._lookups = lookups
        self._ring = ring
        self._persons = persons
        self._alike = _codes_treated_apart(contract_rules, lookups)
        self._cells = CellJudge(rules=rules, dataset=dataset, code_lists=lookups.code_lists)
        self._checks = row_checks(rules, dataset)
        self._row_sql = _row_sql(rules, dataset)
        self._assign_sql = _assign_sql(contract_rules)
        self._assigned = CombinationBook(tuple(CONTRACT_ROW))
        self._compiling = threading.Lock()

    def judge(self, connection: Any, table: pa.Table, columns: tuple[Field, ...]) -> JudgedChunk:
        """Judge a table of text columns c0, c1 ..., one for each field."""
        with self._compiling:  # queries of cells are compiled at the first chunk
            _ = self._cells.queries
        judged = self._cells.judge(connection, table, columns)
        clean, said = dict(judged.columns), list(judged.said)
        _forget_unknown_providers(clean, said)
        rows = table.num_rows
        said += self._people(connection, clean, table, columns)
        self._assign(connection, clean, rows)
        said += self._row_checks(connection, clean, rows)
        said = self._forgive_money_pods(said, clean, columns)
        if self._rules.settings["opt_out_action"] == "unlink":
            _unlink(clean)
        else:
            said = [self._keep_out(one) if one.check_id == "CHK-N12" else one for one in said]
        return JudgedChunk(clean, said, refused_rows(said, rows))

    def _keep_out(self, opted_out: Said) -> Said:
        check = self._rules.checks["CHK-N13"]
        return Said(check.check_id, check.level, None, opted_out.rows)

    def _people(
        self,
        connection: Any,
        clean: dict[str, pa.Array],
        table: pa.Table,
        columns: tuple[Field, ...],
    ) -> list[Said]:
        rows = table.num_rows
        said: list[Said] = []
        nothing = pa.nulls(rows, pa.string())
        by_column = {field.column: number for number, field in enumerate(columns)}
        if "nhs_number" in by_column or "local_patient_identifier" in by_column:
            person = identities(
                connection,
                nhs_numbers=clean.pop("nhs_number", nothing),
                local_identifiers=clean.pop("local_patient_identifier", nothing),
                provider_codes=clean["provider_code"].cast(pa.string()),
                opt_outs=self._lookups.opt_outs,
                ring=self._ring,
                book=self._persons,
            )
            clean["person_pseudonym"] = person.pseudonym
            clean["pseudonym_basis"] = person.basis
            clean["nhs_number_bad"] = person.number_bad
            clean["opted_out"] = person.opted_out
        if "postcode" in by_column:
            number = by_column["postcode"]
            residence, of_postcodes = residences(
                table.column(number),
                self._lookups.postcodes,
                field_name=columns[number].field_name,
                rules=self._rules,
            )
            said += of_postcodes
            clean["written_postcode"] = residence.written_postcode
            clean["residence_country_code"] = residence.country_code
            clean["residence_sub_icb_code"] = residence.sub_icb_code
            clean["small_area_code"] = residence.small_area_code
        return said

    def _assign(self, connection: Any, clean: dict[str, pa.Array], rows: int) -> None:
        """Assign each different combination of codes once and give every row its answer."""
        given = {name: clean.get(name, pa.nulls(rows, pa.string())) for name in CONTRACT_ROW}
        for name, codes in self._alike.items():
            given[name] = _told_apart(given[name], codes)
        given["financial_month"] = self._first_month_alike(given)
        first, inverse = distinct_rows(list(given.values()))
        taken = pa.array(first)
        few = {name: values.take(taken) for name, values in given.items()}

        def ask(which: pa.Array) -> pa.Table:
            asked = {name: _plain(values.take(which)) for name, values in few.items()}
            connection.register("cam_rows", pa.table({"row_key": np.arange(len(which)), **asked}))
            found = connection.execute(self._assign_sql).to_arrow_table()
            return found.select(ASSIGNED).combine_chunks()

        answer = self._assigned.answers(few, ask)
        back = pa.array(inverse)
        for name in ASSIGNED:
            values = _single(answer[name])
            if pa.types.is_string(values.type):
                coded = values.dictionary_encode()
                clean[name] = pa.DictionaryArray.from_arrays(
                    coded.indices.take(back), coded.dictionary
                )
            else:
                clean[name] = values.take(back)
        if self._dataset not in ("acm", "plcm"):
            nothing = pa.DictionaryArray.from_arrays(pa.nulls(rows, pa.int32()), [""])
            clean["reason_code"] = nothing

    def _first_month_alike(self, given: dict[str, pa.Array]) -> pa.Array:
        """Each row's month, or the first month of its year that is assigned as that one is."""
        year, month = given["financial_year"], given["financial_month"]
        first, inverse = distinct_rows([year, month])
        taken = pa.array(first)
        periods = zip(year.take(taken).to_pylist(), month.take(taken).to_pylist(), strict=True)
        alike = [self._lookups.first_alike.get(period, period[1]) for period in periods]
        return pa.array(alike, pa.int8()).take(pa.array(inverse))

    def _row_checks(self, connection: Any, clean: dict[str, pa.Array], rows: int) -> list[Said]:
        given: dict[str, Any] = {"position": np.arange(rows), **self._attributes(connection, clean)}
        for name in HAPPENED_ON:
            if name in clean:
                given["happened_on"] = clean[name]
        for name, kind in ROW_COLUMNS.items():
            if name not in given:
                given[name] = clean.get(name, pa.nulls(rows, _ARROW[kind]))
        connection.register("judged_input", pa.table(given))
        answer = connection.execute(self._row_sql).to_arrow_table().combine_chunks()
        for name in ("written_postcode", "residence_country_code", "nhs_number_bad", "birth_date"):
            clean.pop(name, None)
        clean["age_years"] = _single(answer["age_at_activity"]).cast(pa.int16())
        clean["patient_commissioner_code"] = _single(
            answer["patient_commissioner_code"]
        ).dictionary_encode()
        said = []
        for check_id in self._checks:
            check = self._rules.checks[check_id]
            if not self._runs(check.inputs):
                continue
            hits = np.flatnonzero(_single(answer[check_id]).to_numpy(zero_copy_only=False))
            if len(hits):
                said.append(Said(check_id, check.level, None, hits))
        return said

    def _attributes(self, connection: Any, clean: dict[str, pa.Array]) -> dict[str, pa.Array]:
        """What is known of the codes of each row, looked up once for each different code."""
        out = {}
        for name, kind in BODY_KINDS.items():
            if name in clean:
                out[kind] = self._kind_of_body(clean[name])
        if "pod_code" in clean:
            pods = clean["pod_code"]
            activity = pc.invert(pc.is_in(pods.dictionary, value_set=self._lookups.money_pods))
            out["pod_is_activity"] = activity.take(pods.indices)
        line = ["provider_code", "financial_year", "service_code"]
        if "service_code" in clean:
            first, inverse = distinct_rows([clean[name] for name in line])
            taken, back = pa.array(first), pa.array(inverse)
            few = {name: _plain(clean[name].take(taken)) for name in line}
            connection.register("lines", pa.table({"position": np.arange(len(first)), **few}))
            answer = connection.execute(_LINE_SQL).to_arrow_table().combine_chunks()
            out |= {name: _single(answer[name]).take(back) for name in LINE_ATTRIBUTES}
        return out

    def _kind_of_body(self, codes: pa.DictionaryArray) -> pa.DictionaryArray:
        at = pc.index_in(codes.dictionary, value_set=self._lookups.body_codes)
        kinds = self._lookups.body_kinds.take(at).dictionary_encode()
        return pa.DictionaryArray.from_arrays(kinds.indices.take(codes.indices), kinds.dictionary)

    def _runs(self, inputs: tuple[str, ...]) -> bool:
        # The plan is not a reference table: rows of a provider without one are never said of.
        return set(inputs) <= (self._lookups.inputs | {"iap"})

    def _forgive_money_pods(
        self, said: list[Said], clean: dict[str, pa.Array], columns: tuple[Field, ...]
    ) -> list[Said]:
        """A blank that the point of delivery allows is not said."""
        allowed = {field.field_name for field in columns if field.blank_allowed_on_money_pods}
        if not allowed or "pod_code" not in clean:
            return said
        money = pc.is_in(clean["pod_code"].cast(pa.string()), value_set=self._lookups.money_pods)
        money_rows = money.to_numpy(zero_copy_only=False).astype(bool)
        out = []
        for one in said:
            if one.check_id == "CHK-F01" and one.field_name in allowed:
                rows = one.rows[~money_rows[one.rows]]
                if len(rows):
                    out.append(Said(one.check_id, one.level, one.field_name, rows))
            else:
                out.append(one)
        return out


def _codes_treated_apart(rules: ContractRules, lookups: Lookups) -> dict[str, pa.Array]:
    """For columns of which the method names a few codes: those. All others answer alike."""
    return {
        "gp_practice_code": lookups.practices_apart,
        "treatment_function_code": pa.array(rules.lists["dental_treatment_functions"]),
        "pod_code": pa.array(
            [*rules.lists["pods_outside"], *rules.lists["health_justice_not_pods"]]
        ),
    }


def _told_apart(codes: pa.Array, apart: pa.Array) -> pa.Array:
    if not pa.types.is_dictionary(codes.type):
        return codes
    named = pc.is_in(codes.dictionary, value_set=apart)
    kept = pc.if_else(named, codes.dictionary, None).dictionary_encode()
    return pa.DictionaryArray.from_arrays(kept.indices.take(codes.indices), kept.dictionary)


def distinct_rows(
    columns: list[pa.Array],
) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """For rows of several columns: the first row of each different combination, and for each row
    which combination it is. A missing value is a value of its own."""
    inverse = np.zeros(len(columns[0]), dtype=np.int64)
    first = np.zeros(1, dtype=np.int64)
    for column in columns:
        coded = column if isinstance(column, pa.DictionaryArray) else column.dictionary_encode()
        codes = coded.indices.fill_null(-1).to_numpy().astype(np.int64) + 1
        width = len(coded.dictionary) + 1
        combined = inverse * width + codes
        # Small ranges are renumbered by counting, without a sort.
        if (len(first) * width) <= 4 * len(combined) + 1024:
            seen = np.full(len(first) * width, -1, dtype=np.int64)
            seen[combined[::-1]] = np.arange(len(combined) - 1, -1, -1)
            present = np.flatnonzero(seen >= 0)
            number = np.empty(len(seen), dtype=np.int64)
            number[present] = np.arange(len(present))
            first, inverse = seen[present], number[combined]
        else:
            _, first, inverse = np.unique(combined, return_index=True, return_inverse=True)
    return first, inverse


def _row_sql(rules: IntakeRules, dataset: str) -> str:
    def question() -> ir.Table:
        rows = ibis.table(ibis.schema(dict(ROW_COLUMNS)), name="judged_input")
        return judged_rows(rows, rules=rules, dataset=dataset).order_by("position")

    return compiled_once(("rows", dataset, *rules.identity), question)


def _line_sql() -> str:
    lines = ibis.table(ibis.schema(dict(LINE_COLUMNS)), name="lines")
    return str(ibis.to_sql(line_attributes(lines).order_by("position"), dialect="duckdb"))


def _assign_sql(contract_rules: ContractRules) -> str:
    def question() -> ir.Table:
        rows = ibis.table(ibis.schema({"row_key": "int64", **CONTRACT_ROW}), name="cam_rows")
        lookups = ContractLookups.unbound()
        assigned = assign_contract_rows(rows, lookups, rules=contract_rules)
        return with_service_lines(assigned, lookups).order_by("row_key")

    key = (contract_rules.rulebook.sha256, str(contract_rules.settings))
    return compiled_once(("assign", *key), question)


def _forget_unknown_providers(clean: dict[str, pa.Array], said: list[Said]) -> None:
    """Make the provider missing where the code is none, so that such a row has no slice.

    Whatever stands there may be anything, a patient's number too, and slices are kept in clear.
    """
    for one in said:
        if one.check_id == "CHK-F03" and one.code_list == "trusts":
            codes = clean["provider_code"]
            known = np.ones(len(codes), dtype=bool)
            known[one.rows] = False
            indices = pc.if_else(pa.array(known), codes.indices, None)
            clean["provider_code"] = pa.DictionaryArray.from_arrays(indices, codes.dictionary)


def _unlink(clean: dict[str, pa.Array]) -> None:
    """Drop every link to a person who opted out; the activity and its money stay."""
    out = clean.pop("opted_out", None)
    if out is None or not pc.any(out).as_py():
        return
    for name in (
        "person_pseudonym",
        "pseudonym_basis",
        "small_area_code",
        "age_years",
        "gender_code",
        "ethnic_category",
        "spell_identifier",
        "attendance_identifier",
        "cds_unique_identifier",
        "non_cds_unique_identifier",
    ):
        if name in clean:
            values = _plain(clean[name])
            clean[name] = pc.if_else(out, pa.nulls(len(values), values.type), values)


def _plain(values: pa.Array) -> pa.Array:
    return values.cast(pa.string()) if pa.types.is_dictionary(values.type) else values


def _single(values: pa.ChunkedArray) -> pa.Array:
    array = values.combine_chunks()
    return pa.concat_arrays(array.chunks) if isinstance(array, pa.ChunkedArray) else array


_ARROW: dict[str, pa.DataType] = {
    str(name): ibis.dtype(name).to_pyarrow() for name in set(ROW_COLUMNS.values())
}

_LINE_SQL = _line_sql()
