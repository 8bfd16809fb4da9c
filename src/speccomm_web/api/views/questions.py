"""The questions, each under its address."""

from __future__ import annotations

from typing import Any

from speccomm_web.accounts.viewer import Viewer
from speccomm_web.api import forms
from speccomm_web.api.answers import Asked
from speccomm_web.api.queries import contract as contract_queries
from speccomm_web.api.queries import flows as flows_queries
from speccomm_web.api.queries import history as history_queries
from speccomm_web.api.queries import opening
from speccomm_web.api.queries import runs as runs_queries
from speccomm_web.api.views.answering import question


@question(forms.Paged)
def places(viewer: Viewer, asked: dict[str, Any]) -> Asked:
    """The places you may ask about."""
    return opening.places(viewer)


@question(forms.FlowsQuestion)
def flows(viewer: Viewer, asked: dict[str, Any]) -> Asked | None:
    """Who is treated where: the flows of a place over some months."""
    return flows_queries.flows_of(viewer, asked)


@question(forms.ContractQuestion)
def contract(viewer: Viewer, asked: dict[str, Any]) -> Asked | None:
    """How contracts stand: plan against actual, its effects and forecasts."""
    return contract_queries.contract_of(viewer, asked)


@question(forms.HistoryQuestion)
def history(viewer: Viewer, asked: dict[str, Any]) -> Asked | None:
    """Every version of a slice, oldest first."""
    return history_queries.history_of(viewer, asked)


@question(forms.RunsQuestion)
def runs(viewer: Viewer, asked: dict[str, Any]) -> Asked | None:
    """Finished runs, newest first."""
    return runs_queries.runs_of(viewer, asked)


@question(forms.Question)
def run(viewer: Viewer, asked: dict[str, Any], run_id: int) -> Asked | None:
    """One run and the names of its tables."""
    return runs_queries.run_of(viewer, run_id)


@question(forms.Paged)
def run_table(viewer: Viewer, asked: dict[str, Any], run_id: int, name: str) -> Asked | None:
    """The rows of one table of a run."""
    return runs_queries.run_table_of(viewer, run_id, name)
