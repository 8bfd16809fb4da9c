"""The OpenAPI 3.1 description, written from the forms and columns that the answers use."""

from __future__ import annotations

from collections.abc import Mapping

from django import forms as fields
from django.forms import Form

from speccomm_web.design.problems import PROBLEM
from speccomm_web.design.tables import Column, DataTable
from speccomm_web.runs.interface.answers import DECIMAL_PATTERN, Field, Kind
from speccomm_web.runs.interface.parameters import Whole, Written
from speccomm_web.runs.interface.questions import TEXT, Described, Part, Schema, questions

BASE = "/api/v1"
DECIMAL: Schema = {"type": "string", "pattern": DECIMAL_PATTERN}
TYPES: Mapping[Kind, Schema] = {
    Kind.TEXT: TEXT,
    Kind.DECIMAL: DECIMAL,
    Kind.WHOLE: {"type": "integer"},
    Kind.FLAG: {"type": "boolean"},
    Kind.MOMENT: {"type": "string", "format": "date-time"},
    Kind.DAY: {"type": "string", "format": "date"},
}


def description() -> Schema:
    """The whole description."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Specialised commissioning",
            "version": "1",
            "description": "Questions of what is loaded, known and published. Every answer holds "
            "only what the token's owner may see on the day. Decimals are texts, so that none is "
            "rounded. A column is never left out: null says that there is no value.",
        },
        "servers": [{"url": BASE}],
        "security": [{"token": []}],
        "paths": {question.path: {"get": _operation(question)} for question in questions()},
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "schemas": {
                "problem": _problem(),
                "page": _object({n: {"type": "integer"} for n in ("number", "size", "rows", "last")}),
                **{f"{q.name}_row": _row(q.rows) for q in questions()},
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
        "parameters": [*map(_part, question.parts), *_parameters(question.form)],
        "responses": {
            "200": answered,
            "304": {"description": "The answer is the one that If-None-Match names."},
            **{
                status: {"$ref": f"#/components/responses/{name}"}
                for status, (name, _) in PROBLEMS.items()
            },
        },
    }


def _part(part: Part) -> Schema:
    return {
        "name": part.name,
        "in": "path",
        "required": True,
        "description": part.says,
        "schema": part.schema,
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
    if isinstance(given, Whole):
        return {"type": "integer", "minimum": given.least, "maximum": given.most}
    if isinstance(given, Written):
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
                for said in [*map(_part, question.parts), *_parameters(question.form)]
            ],
            header_key="name",
        )
        for question in questions()
    ]
