"""What to look for among the runs."""

from __future__ import annotations

from typing import Any

from django import forms


class RunsFilter(forms.Form):
    """Which question the runs answer."""

    command = forms.ChoiceField(label="Question", required=False)

    def __init__(self, *args: Any, commands: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["command"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", "Any"), *((command, command) for command in commands)]
