"""The questions of figures and of finished runs, described and answered."""

from __future__ import annotations

from speccomm_web.api import forms
from speccomm_web.api.queries import contract, flows, history, opening, runs
from speccomm_web.runs.interface.answers import DECIMAL_PATTERN
from speccomm_web.runs.interface.parameters import Paged, Question
from speccomm_web.runs.interface.questions import TEXT, VERSION, Described, Part, Schema

RUN_ID = Part(
    "run_id", "run_number", {"type": "integer", "minimum": 1, "maximum": 10**18 - 1},
    "Number of a run.",
)  # fmt: skip
TABLE = Part(
    "name", "table_name", {"type": "string", "pattern": "^[a-z0-9_]{1,80}$"},
    "Name of a table of the run.",
)  # fmt: skip
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
TOTALS: Schema = {
    "type": "object",
    "additionalProperties": {"type": ["string", "null"], "pattern": DECIMAL_PATTERN},
}

QUESTIONS = (
    Described("/places", "places", "The places you may ask about.", Paged, opening.places,
              opening.PLACE_FIELDS, {"store_version": VERSION}),
    Described("/flows", "flows", "Who is treated where: the flows of a place over some months.",
              forms.FlowsQuestion, flows.flows_of, flows.ROW_FIELDS,
              {"store_version": VERSION, "open_months": OPEN_MONTHS, "findings": FINDINGS,
               "totals": TOTALS}),
    Described("/contract", "contract", "How contracts stand: plan against actual, effects, "
              "forecasts.", forms.ContractQuestion, contract.contract_of, contract.ROW_FIELDS,
              {"store_version": VERSION, "financial_year": TEXT, "open_months": OPEN_MONTHS,
               "financial_month": {"type": "integer"}, "findings": FINDINGS}),
    Described("/history", "history", "Every version of a slice, oldest first.",
              forms.HistoryQuestion, history.history_of, history.ROW_FIELDS,
              {"store_version": VERSION}),
    Described("/runs", "runs", "Finished runs, newest first.", forms.RunsQuestion, runs.runs_of,
              runs.ROW_FIELDS),
    Described("/runs/{run_id}", "run", "One run and its tables.", Question, runs.run_of,
              runs.TABLE_FIELDS,
              {"run": {"$ref": "#/components/schemas/runs_row"}, "arguments": {"type": "object"},
               "rulebooks": {"type": "array"}}, (RUN_ID,)),
    Described("/runs/{run_id}/{name}", "run_table", "The rows of one table of a run.",
              Paged, runs.run_table_of, None, {"table": TEXT}, (RUN_ID, TABLE)),
)  # fmt: skip
