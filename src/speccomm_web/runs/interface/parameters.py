"""Parameters of a question, by shape only. OpenAPI is written from the same fields."""

from __future__ import annotations

from typing import Any

from django import forms

MOST_ROWS = 1000
FORMATS = [("json", "JSON"), ("csv", "CSV")]
CODE, MONTH = "[A-Za-z0-9_-]{1,40}", "(?:19|20)[0-9]{2}-(?:0[1-9]|1[0-2])"


class Written(forms.RegexField):
    """A text of one shape. `shape` is its pattern, from its first to its last character."""

    def __init__(self, shape: str, **kwargs: Any) -> None:
        self.shape = shape
        kwargs.setdefault("required", False)
        super().__init__(rf"\A(?:{shape})\Z", strip=False, **kwargs)


class Whole(Written):
    """A whole number, written in digits."""

    def __init__(self, *, least: int, most: int, **kwargs: Any) -> None:
        self.least, self.most = least, most
        super().__init__(rf"(?:0|[1-9][0-9]{{0,{len(str(most)) - 1}}})", **kwargs)

    def clean(self, value: Any) -> int | None:
        """The number, None where none was given."""
        text = super().clean(value)
        if text in self.empty_values:
            return None
        if not self.least <= int(text) <= self.most:
            raise forms.ValidationError(f"Give a number from {self.least} to {self.most}.")
        return int(text)


class Question(forms.Form):
    """What every question may be asked with."""

    format = forms.ChoiceField(
        choices=FORMATS, required=False, help_text="How to answer; json where it is left out."
    )


class Paged(Question):
    """A question answered a page at a time. CSV holds every row."""

    page = Whole(least=1, most=1_000_000, help_text="Which page of the rows; the first is 1.")
    size = Whole(least=1, most=MOST_ROWS, help_text="Rows on a page; 100 where it is left out.")
