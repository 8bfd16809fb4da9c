"""Forms about packs. They check shape; what may be done is decided in actions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms

Choices = Sequence[tuple[str, str]]


class PacksFilter(forms.Form):
    """Which packs to look for."""

    area = forms.ChoiceField(label="Area", required=False)
    stage = forms.ChoiceField(label="Stage", required=False)

    def __init__(self, *args: Any, areas: Choices, stages: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer(self, "area", [("", "Any"), *areas])
        _offer(self, "stage", [("", "Any"), *stages])


class PackForm(forms.Form):
    """A pack to ask for."""

    area = forms.ChoiceField(label="Area", error_messages={"required": "Choose an area"})
    from_month = forms.ChoiceField(label="From", error_messages={"required": "Choose a month"})
    to_month = forms.ChoiceField(
        label="To", help_text="The last month of the period.",
        error_messages={"required": "Choose a month"},
    )  # fmt: skip
    audience = forms.ChoiceField(
        label="Who it is for",
        help_text="In a publication small numbers are protected, and it is checked against what "
        "was published before; sections that cannot be protected are left out. An internal pack "
        "shows every number and is never published.",
        widget=forms.RadioSelect,
        error_messages={"required": "Choose who it is for"},
    )
    sections = forms.MultipleChoiceField(
        label="Sections", widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choose at least one section"},
    )  # fmt: skip
    formats = forms.MultipleChoiceField(
        label="Formats", required=False, widget=forms.CheckboxSelectMultiple,
        help_text="The page and its tables as CSV are always made.",
    )  # fmt: skip

    def __init__(
        self,
        *args: Any,
        areas: Choices,
        months: Choices,
        audiences: Choices,
        sections: Choices,
        formats: Choices,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        _offer(self, "area", [("", "Choose an area"), *areas])
        _offer(self, "from_month", months)
        _offer(self, "to_month", months)
        _offer(self, "audience", audiences)
        _offer(self, "sections", sections)
        _offer(self, "formats", formats)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        first, last = cleaned.get("from_month"), cleaned.get("to_month")
        if first and last and last < first:
            self.add_error("to_month", "The last month must not be before the first")
        return cleaned


class RegionPacksForm(PackForm):
    """The packs of every ICB of a region."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        area = self.fields["area"]
        area.label = "Region"
        area.help_text = "Each of its ICBs has a pack of its own, built one after the other."
        area.error_messages["required"] = "Choose a region"


class AnnualReportForm(forms.Form):
    """An annual report to ask for."""

    area = forms.ChoiceField(label="Area", error_messages={"required": "Choose an area"})
    year = forms.ChoiceField(
        label="Financial year", error_messages={"required": "Choose a financial year"}
    )
    formats = forms.MultipleChoiceField(
        label="Formats", required=False, widget=forms.CheckboxSelectMultiple,
        help_text="The page and its tables as CSV are always made.",
    )  # fmt: skip

    def __init__(
        self, *args: Any, areas: Choices, years: Choices, formats: Choices, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        _offer(self, "area", [("", "Choose an area"), *areas])
        _offer(self, "year", years)
        _offer(self, "formats", formats)


class VersionForm(forms.Form):
    """The version of the pack that the page showed."""

    version = forms.IntegerField(min_value=1, widget=forms.HiddenInput)


class WithdrawalForm(VersionForm):
    """Why a published pack is withdrawn."""

    because = forms.CharField(
        label="Why it is withdrawn",
        max_length=2000,
        widget=forms.Textarea,
        help_text="Those who work on packs read this. Its readers are told only that it was "
        "withdrawn, when, and by which role. Write nothing here that points to a person.",
        error_messages={"required": "Say why it is withdrawn"},
    )


class WordsForm(VersionForm):
    """An editor's words for one section."""

    text = forms.CharField(
        label="Your words",
        required=False,
        max_length=20_000,
        strip=False,
        widget=forms.Textarea,
        help_text="They stand before everything else in the section and are marked as yours. Leave "
        "a blank line between paragraphs. Leave all of it empty to take words away.",
    )
    written_as = forms.CharField(
        label="Written by",
        max_length=120,
        help_text="Your role or body, such as ICB quality lead. The pack prints it; it never prints "
        "a person’s name.",
        error_messages={"required": "Enter a role or body"},
    )


class CommentForm(forms.Form):
    """A remark on one section."""

    text = forms.CharField(
        label="Comment", max_length=4000, widget=forms.Textarea,
        error_messages={"required": "Write a comment"},
    )  # fmt: skip


def _offer(form: forms.Form, name: str, choices: Choices) -> None:
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)
    field.choices = list(choices)
