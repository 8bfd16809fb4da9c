"""Shapes of what is asked for and sent."""

from __future__ import annotations

from typing import Any

from django import forms

CHECK_OR_LOAD = (
    ("check", "Check only: find what is wrong, and keep nothing"),
    ("load", "Load: send it to the commissioners"),
)
DATASETS = (
    ("", "Told from each file's header"),
    ("acm", "Aggregate contract monitoring (ACM)"),
    ("plcm", "Patient level contract monitoring (PLCM)"),
    ("drplcm", "Drugs patient level (DrPLCM)"),
    ("deplcm", "Devices patient level (DePLCM)"),
    ("iap", "Indicative activity plan (IAP)"),
)
STAGES = (
    ("", "Any"), ("sent", "Under way"), ("checked", "Checked"), ("loaded", "Loaded"),
    ("refused", "Refused"),
)  # fmt: skip


class SendForm(forms.Form):
    """For whom files are sent, and what is to be done with them. The files come beside it."""

    provider = forms.ChoiceField(
        label="Provider", error_messages={"required": "Choose the provider."}
    )
    purpose = forms.ChoiceField(
        label="What to do with the files",
        choices=CHECK_OR_LOAD,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose whether to check only or to load."},
    )
    dataset = forms.ChoiceField(
        label="What the files hold", choices=DATASETS, required=False,
        help_text="Only needed where a header could be that of several data sets.",
    )  # fmt: skip
    accepts_shrink = forms.BooleanField(
        label="Load even if a month loses many of its rows", required=False,
        help_text="A month that loses many of its rows is otherwise refused as a likely mistake.",
    )  # fmt: skip

    def __init__(self, *args: Any, providers: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["provider"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = providers


class SubmissionsFilter(forms.Form):
    """Which submissions to list."""

    provider = forms.ChoiceField(label="Provider", required=False)
    stage = forms.ChoiceField(label="State", choices=STAGES, required=False)

    def __init__(self, *args: Any, providers: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["provider"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", "Any"), *providers]
