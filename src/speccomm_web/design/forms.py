"""Django forms as NHS components: what a field's template needs, in plain values."""

from __future__ import annotations

from typing import Any

from django import forms
from django.forms import BaseForm, BoundField

KINDS: tuple[tuple[type[forms.Widget], str], ...] = (
    (forms.HiddenInput, "hidden"),
    (forms.PasswordInput, "password"),
    (forms.Textarea, "textarea"),
    (forms.CheckboxSelectMultiple, "checkboxes"),
    (forms.RadioSelect, "radios"),
    (forms.ClearableFileInput, "file"),
    (forms.CheckboxInput, "checkbox"),
    (forms.Select, "select"),
    (forms.DateInput, "day"),
)


def field_parts(field: BoundField) -> dict[str, Any]:
    """The kind, name, label, hint, value, choices and first error of a bound field."""
    widget = field.field.widget
    kind = next((word for type_, word in KINDS if isinstance(widget, type_)), "text")
    chosen = field.value()
    many = {str(each) for each in chosen} if isinstance(chosen, list | tuple) else {str(chosen)}
    errors = [str(error) for error in field.errors]
    return {
        "kind": kind,
        "id": field.auto_id,
        "name": field.html_name,
        "label": str(field.label),
        "hint": str(field.help_text),
        "value": "" if chosen is None or kind == "password" else str(chosen),
        "input_type": getattr(widget, "input_type", "text"),
        "required": field.field.required,
        "autocomplete": widget.attrs.get("autocomplete", ""),
        "inputmode": widget.attrs.get("inputmode", ""),
        "classes": widget.attrs.get("class", ""),
        "choices": [
            {"value": str(value), "text": str(text), "chosen": str(value) in many}
            for value, text in getattr(field.field, "choices", ())
        ],
        "checked": chosen is True or chosen == "on",
        "error": " ".join(errors),
    }


def error_list(form: BaseForm) -> list[dict[str, str]]:
    """The errors of a form for the summary at its head, each leading to its field."""
    listed = [{"text": str(error), "href": ""} for error in form.non_field_errors()]
    for field in form:
        listed += [{"text": str(error), "href": f"#{field.auto_id}"} for error in field.errors]
    return listed
