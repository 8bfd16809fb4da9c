"""Every component in every state, for those who build pages."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render

from speccomm_web.design import samples
from speccomm_web.design.exports import download
from speccomm_web.design.faults import FAULTS, error_page
from speccomm_web.design.tables import address_with, sorted_rows


class SampleForm(forms.Form):
    """One of each kind of field."""

    words = forms.CharField(label="Words", help_text="A hint.")
    choice = forms.ChoiceField(label="A choice", choices=[("a", "The first"), ("b", "The second")])
    several = forms.MultipleChoiceField(
        label="Several",
        choices=[("x", "One"), ("y", "Another")],
        widget=forms.CheckboxSelectMultiple,
    )
    one = forms.ChoiceField(
        label="One of them", choices=[("x", "One"), ("y", "Another")], widget=forms.RadioSelect
    )
    when = forms.DateField(label="A day", widget=forms.DateInput, required=False)
    text = forms.CharField(label="More words", widget=forms.Textarea, required=False)
    file = forms.FileField(label="A file", required=False)
    agreed = forms.BooleanField(label="Tick this", required=False)


def style(request: HttpRequest) -> HttpResponseBase:
    """The living style page; ?format=csv or xlsx downloads its table."""
    sort = request.GET.get("sort", "")
    table = samples.table(sorted_by=sort)
    table = samples.replaced(
        table,
        rows=sorted_rows(table.rows, table.columns, sort),
        downloads={
            "CSV": address_with(request.GET, format="csv"),
            "XLSX": address_with(request.GET, format="xlsx"),
        },
    )
    if request.GET.get("format") in {"csv", "xlsx"}:
        return download(table, request.GET["format"], name="sample")
    context: dict[str, Any] = {
        "table": table,
        "empty": samples.replaced(table, rows=[], name="empty", downloads={}),
        "chart": samples.chart(),
        "tasks": samples.tasks(),
        "form": SampleForm(),
        "wrong": SampleForm({"words": ""}, auto_id="wrong_%s"),
        "filter": SampleForm(auto_id="filter_%s"),
        "page": {"number": 2, "last": 5, "total": 240},
    }
    return render(request, "design/style.html", context)


def fault(request: HttpRequest, status: int) -> HttpResponse:
    """One of the error pages."""
    if status not in FAULTS:
        raise Http404
    return error_page(request, status)
