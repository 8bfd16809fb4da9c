"""Forms of evidence: one for any register, made from the register's own declaration."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django import forms

Choices = Sequence[tuple[str, str]]
LONG = frozenset(
    {"concern", "impact", "mitigation", "key_learning", "detail", "actions", "note", "problem",
     "aim", "scope", "partners", "how_we_will_know", "deliverable", "national_priorities",
     "what_is_known", "summary", "learning", "finding"}
)  # fmt: skip


class EntryForm(forms.Form):
    """One entry of a register. `fields` are its columns as `presenters.entries.fields_of` has them.

    A flag has four answers and none is taken for granted; whether the words are good is for the
    library to say.
    """

    seen = forms.CharField(widget=forms.HiddenInput, max_length=16)

    def __init__(self, *args: Any, columns: Sequence[Mapping[str, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for column in columns:
            self.fields[column["name"]] = _field(column)
        self.fields["said_by"] = forms.CharField(
            label="Said by",
            max_length=120,
            help_text="The role or body that says so, such as ICB quality lead; never a person’s "
            "name. Your own name is kept beside the entry, for those who work here.",
            error_messages={"required": "Enter a role or body"},
        )

    def values(self, names: Collection[str]) -> dict[str, Any]:
        """The answers to some columns, an empty one being none."""
        return {name: self.cleaned_data[name] or None for name in names}


def _field(column: Mapping[str, Any]) -> forms.Field:
    said = {"required": f"Answer this: {column['label'][:1].lower()}{column['label'][1:]}"}
    basic = {"label": column["label"], "required": column["required"],
             "help_text": column.get("hint", ""), "error_messages": said}  # fmt: skip
    options = [(word, word[:1].upper() + word[1:]) for word in column["choices"]]
    match column["kind"]:
        case "flag":
            return forms.ChoiceField(choices=options, widget=forms.RadioSelect, **basic)
        case "choice":
            return forms.ChoiceField(choices=[("", "Choose one"), *options], **basic)
        case "choices":
            return forms.MultipleChoiceField(
                choices=options, widget=forms.CheckboxSelectMultiple, **basic
            )
        case "day":
            widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
            return forms.DateField(widget=widget, **basic)
        case "number":
            return forms.DecimalField(min_value=0, max_digits=12, **basic)
        case "code":
            return forms.ChoiceField(choices=[("", "Choose one"), *column["codes"]], **basic)
    if column["name"] in LONG:
        return forms.CharField(max_length=4000, widget=forms.Textarea, **basic)
    return forms.CharField(max_length=400, **basic)


class GridFilter(forms.Form):
    """Which services of the overview to show."""

    words = forms.CharField(label="Service", required=False, max_length=100)
    answer = forms.ChoiceField(
        label="With an answer that is",
        required=False,
        choices=[("", "Anything"), ("not looked at", "Not looked at"), ("no", "No"),
                 ("yes", "Yes")],
    )  # fmt: skip


class LevelFilter(forms.Form):
    """Which level of surveillance to show."""

    level = forms.ChoiceField(label="Level", required=False)

    def __init__(self, *args: Any, levels: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer(self, "level", [("", "Any"), *((w, w.capitalize()) for w in levels)])


class ChoiceFilter(forms.Form):
    """One choice that the page is about: a month, a year or a service."""

    def __init__(
        self, *args: Any, label: str, choices: Choices, keyed: str = "choice", **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields[keyed] = forms.ChoiceField(label=label, required=False)
        _offer(self, keyed, choices)


class PutBackForm(forms.Form):
    """Which entry to put back, and who says so."""

    to = forms.CharField(max_length=16)
    seen = forms.CharField(max_length=16)
    said_by = forms.CharField(max_length=120)


class SheetForm(forms.Form):
    """A spreadsheet to look at."""

    file = forms.FileField(
        label="Spreadsheet",
        help_text="CSV or XLSX, with a row of headings. Nothing is kept until you have seen what "
        "would change.",
        error_messages={"required": "Choose a spreadsheet", "empty": "The file is empty"},
    )
    register = forms.ChoiceField(
        label="What it holds", required=False,
        help_text="Left open, it is told from its title and headings.",
    )  # fmt: skip
    said_by = forms.CharField(
        label="Said by",
        max_length=120,
        help_text="The role or body that says what it holds, where no column does; never a "
        "person’s name.",
        error_messages={"required": "Enter a role or body"},
    )

    def __init__(self, *args: Any, registers: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer(self, "register", [("", "Tell it from the headings"), *registers])


class KeepForm(forms.Form):
    """The version of the store that a sheet was compared with."""

    version = forms.IntegerField(min_value=0)


def _offer(form: forms.Form, name: str, choices: Choices) -> None:
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)
    field.choices = list(choices)
