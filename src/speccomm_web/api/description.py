"""The OpenAPI 3.1 description, written from the forms and columns that the answers use."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django import forms as fields
from django.forms import Form

from speccomm_web.api import forms
from speccomm_web.api.answers import Field, Kind
from speccomm_web.api.queries import contract, flows, history, opening, runs
from speccomm_web.design.problems import PROBLEM
from speccomm_web.design.tables import Column, DataTable

Schema = dict[str, Any]
BASE = "/api/v1"
TEXT: Schema = {"type": "string"}
DECIMAL: Schema = {"type": "string", "pattern": r"^-?[0-9]+(\.[0-9]+)?$"}
TYPES: Mapping[Kind, Schema] = {
    Kind.TEXT: TEXT,
    Kind.DECIMAL: DECIMAL,
    Kind.WHOLE: {"type": "integer"},
    Kind.FLAG: {"type": "boolean"},
    Kind.MOMENT: {"type": "string", "format": "date-time"},
    Kind.DAY: {"type": "string", "format": "date"},
}
RUN_ID = {
    "name": "run_id", "in": "path", "required": True, "description": "Number of a run.",
    "schema": {"type": "integer", "minimum": 1, "maximum": 10**18 - 1},
}  # fmt: skip
TABLE = {
    "name": "name", "in": "path", "required": True, "description": "Name of a table of the run.",
    "schema": {"type": "string", "pattern": "^[a-z0-9_]{1,80}$"},
}  # fmt: skip
VERSION: Schema = {"type": "integer", "description": "Version of the store that was read."}
OPEN_MONTHS: Schema = {
    "type": "array", "items": TEXT, "description": "Months held as at flex, before corrections, as 2023-04.",
}  # fmt: skip
FINDINGS: Schema = {
    "type": ["array", "null"],
    "description": "What to know of the figures of the whole place and period, whatever the "
    "filters; null where you see a part of them.",
    "items": {
        "type": "object",
        "properties": dict.fromkeys(("check_id", "level", "sentence", "remedy"), TEXT),
        "required": ["check_id", "level", "sentence", "remedy"],
    },
}


@dataclass(frozen=True)
class Described:
    """One question of the interface. `rows` None are rows of columns that the run decides."""

    path: str
    name: str
    summary: str
    form: type[Form]
    rows: tuple[Field, ...] | None
    facts: Mapping[str, Schema] = field(default_factory=dict)
    parts: tuple[Mapping[str, Any], ...] = ()


QUESTIONS = (
    Described("/places", "places", "The places you may ask about.", forms.Paged,
              opening.PLACE_FIELDS, {"store_version": VERSION}),
    Described("/flows", "flows", "Who is treated where: the flows of a place over some months.",
              forms.FlowsQuestion, flows.ROW_FIELDS,
              {"store_version": VERSION, "open_months": OPEN_MONTHS, "findings": FINDINGS,
               "totals": {"type": "object", "additionalProperties": {
                   "type": ["string", "null"], "pattern": DECIMAL["pattern"]}}}),
    Described("/contract", "contract", "How contracts stand: plan against actual, effects, "
              "forecasts.", forms.ContractQuestion, contract.ROW_FIELDS,
              {"store_version": VERSION, "financial_year": TEXT, "open_months": OPEN_MONTHS,
               "financial_month": {"type": "integer"}, "findings": FINDINGS}),
    Described("/history", "history", "Every version of a slice, oldest first.",
              forms.HistoryQuestion, history.ROW_FIELDS, {"store_version": VERSION}),
    Described("/runs", "runs", "Finished runs, newest first.", forms.RunsQuestion,
              runs.ROW_FIELDS),
    Described("/runs/{run_id}", "run", "One run and its tables.", forms.Question,
              runs.TABLE_FIELDS,
              {"run": {"$ref": "#/components/schemas/runs_row"}, "arguments": {"type": "object"},
               "rulebooks": {"type": "array"}}, (RUN_ID,)),
    Described("/runs/{run_id}/{name}", "run_table", "The rows of one table of a run.",
              forms.Paged, None, {"table": TEXT}, (RUN_ID, TABLE)),
)  # fmt: skip


def description() -> Schema:
    """The whole description."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Specialised commissioning",
            "version": "1",
            "description": "Questions of the store and the register of runs. Every answer holds "
            "only what the token's owner may see on the day. Decimals are texts, so that none is "
            "rounded. A column is never left out: null says that there is no value.",
        },
        "servers": [{"url": BASE}],
        "security": [{"token": []}],
        "paths": {question.path: {"get": _operation(question)} for question in QUESTIONS},
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "schemas": {
                "problem": _problem(),
                "page": _object({n: {"type": "integer"} for n in ("number", "size", "rows", "last")}),
                **{f"{q.name}_row": _row(q.rows) for q in QUESTIONS},
            },
            "responses": {
                name: {"description": words, "content": {PROBLEM: {"schema": {
                    "$ref": "#/components/schemas/problem"}}}}
                for name, words in PROBLEMS.values()
            },
        },
    }  # fmt: skip


PROBLEMS = {
    "400": ("bad_request", "A parameter is missing, unknown, repeated or of another shape."),
    "401": ("no_token", "No token was brought, or one that is not good."),
    "403": ("not_permitted", "Your roles do not include this question."),
    "404": ("not_there", "It is not there, or not yours to see."),
    "405": ("no_method", "Only GET is answered."),
    "412": ("changed", "The answer is not the one that If-Match names."),
    "422": ("refused", "It can be asked, but not answered; the detail says why."),
}


def _operation(question: Described) -> Schema:
    answered = {
        "description": "The answer.",
        "headers": {"ETag": {"schema": TEXT, "description": "Bring it back as If-None-Match."}},
        "content": {
            "application/json": {"schema": _answer(question)},
            "text/csv": {"schema": TEXT},
        },
    }
    return {
        "operationId": question.name,
        "summary": question.summary,
        "parameters": [*question.parts, *_parameters(question.form)],
        "responses": {
            "200": answered,
            "304": {"description": "The answer is the one that If-None-Match names."},
            **{
                status: {"$ref": f"#/components/responses/{name}"}
                for status, (name, _) in PROBLEMS.items()
            },
        },
    }


def _parameters(form: type[Form]) -> list[Schema]:
    return [
        {
            "name": name,
            "in": "query",
            "required": given.required,
            "description": str(given.help_text),
            "schema": _shape(given),
        }
        for name, given in form.base_fields.items()
    ]


def _shape(given: fields.Field) -> Schema:
    if isinstance(given, forms.Whole):
        return {"type": "integer", "minimum": given.least, "maximum": given.most}
    if isinstance(given, forms.Written):
        return {"type": "string", "pattern": f"^(?:{given.shape})$"}
    assert isinstance(given, fields.ChoiceField)
    return {"type": "string", "enum": [str(value) for value, _ in given.choices]}  # type: ignore[union-attr, misc]


def _answer(question: Described) -> Schema:
    said: dict[str, Schema] = {
        "question": {"type": "object", "description": "The question as it was understood."},
        **question.facts,
        "rows": {"type": "array", "items": {"$ref": f"#/components/schemas/{question.name}_row"}},
    }
    if "page" in question.form.base_fields:
        said["page"] = {"$ref": "#/components/schemas/page"}
    return _object(said)


def _row(columns: tuple[Field, ...] | None) -> Schema:
    if columns is None:
        kinds = ["string", "integer", "boolean", "null"]
        return {"type": "object", "additionalProperties": {"type": kinds}}
    shapes = {
        column.name: {
            **TYPES[column.kind],
            "type": [TYPES[column.kind]["type"], "null"],
            "description": column.says,
        }
        for column in columns
    }
    return {**_object(shapes), "required": [c.name for c in columns if not c.optional]}


def _object(properties: dict[str, Schema]) -> Schema:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _problem() -> Schema:
    error = _object({"parameter": TEXT, "detail": TEXT})
    said: dict[str, Schema] = {
        "type": TEXT,
        "title": TEXT,
        "status": {"type": "integer"},
        "detail": TEXT,
        "reference": {"type": "string", "description": "Number under which it was logged."},
    }
    return {**_object(said), "properties": {**said, "errors": {"type": "array", "items": error}}}


def questions_table() -> list[DataTable]:
    """A table of parameters for each question, for the page that people read."""
    return [
        DataTable(
            name=question.name,
            caption=f"GET {BASE}{question.path}",
            columns=(
                Column("name", "Parameter"),
                Column("needed", "Needed"),
                Column("says", "What it says"),
            ),
            rows=[
                {
                    "name": said["name"],
                    "needed": "Yes" if said["required"] else "No",
                    "says": said["description"],
                }
                for said in [*question.parts, *_parameters(question.form)]
            ],
            header_key="name",
        )
        for question in QUESTIONS
    ]
