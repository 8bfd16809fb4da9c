"""The parameters of each question, by shape only. OpenAPI is written from the same fields."""

from __future__ import annotations

from typing import Any

from django import forms

MOST_ROWS = 1000
FORMATS = [("json", "JSON"), ("csv", "CSV")]
SPLITS = ("crg", "provider", "icb", "service", "pod", "month")
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


class FlowsQuestion(Paged):
    """Who is treated where."""

    place = Written(
        CODE, required=True, help_text="The code of an ICB, region or provider, from /places."
    )
    by = Written(
        f"(?:{'|'.join(SPLITS)})(?:,(?:{'|'.join(SPLITS)})){{0,2}}",
        help_text="What to split by, up to three separated by commas; crg where it is left out.",
    )
    provider = Written(CODE, help_text="Only this provider, under any code it had.")
    service = Written(CODE, help_text="Only this service line; Unknown for none.")
    crg = Written(CODE, help_text="Only this clinical reference group; Unknown for none.")
    icb = Written(CODE, help_text="Only patients of this ICB; Unknown or Elsewhere for others.")
    pod = Written(CODE, help_text="Only this point of delivery; Unknown for none.")


# `from` is a word of the language, so these fields cannot be written as attributes.
FlowsQuestion.base_fields["from"] = Written(
    MONTH, required=True, help_text="The first month, such as 2023-04."
)
FlowsQuestion.base_fields["to"] = Written(MONTH, required=True, help_text="The last month.")


class ContractQuestion(Paged):
    """Plan against actual."""

    place = Written(
        CODE, required=True, help_text="The code of an ICB, region or provider, from /places."
    )
    to = Written(MONTH, required=True, help_text="The month to which its financial year is told.")
    provider = Written(CODE, help_text="Only this provider, under any code it had.")
    service = Written(CODE, help_text="Only this service line; Unknown for none.")
    plan = forms.ChoiceField(
        choices=[("iap", "Indicative plan"), ("acm", "Contract monitoring")],
        required=False,
        help_text="Where the plan comes from; the indicative plan where there is one.",
    )


class HistoryQuestion(Paged):
    """Every version of one slice."""

    dataset = Written("[a-z_]{1,30}", required=True, help_text="plcm, acm, iap, drugs or devices.")
    provider = Written(CODE, required=True, help_text="The code under which the provider sent it.")
    year = Written(
        "(?:19|20)[0-9]{2}-[0-9]{2}", required=True, help_text="Financial year, as 2023-24."
    )
    month = Whole(
        least=0, most=13, required=True,
        help_text="Month of the financial year, 1 for April; 0 and 13 occur in plans.",
    )  # fmt: skip


class RunsQuestion(Paged):
    """Finished runs."""

    command = Written("[a-z_-]{1,64}", help_text="Only runs of this command.")
