"""What to explore, as fields of an address."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms

from speccomm_web.explore.words import (
    BY,
    CONTRACT_BY,
    MEASURES,
    PLANS,
    month_words,
)

Named = Mapping[str, str]


class PlaceFilter(forms.Form):
    """The place that every question begins with, and the moment as which it is asked."""

    place = forms.ChoiceField(label="ICB, region or provider", required=False)
    as_at = forms.ChoiceField(
        label="As it stood", required=False,
        error_messages={"invalid_choice": "Choose a moment of the list: nothing was loaded at that "
                        "one, or it was withdrawn since"},
    )  # fmt: skip

    def __init__(
        self,
        *args: Any,
        places: Sequence[tuple[str, str]],
        moments: Sequence[tuple[str, str]],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.offer("place", list(places))
        self.offer("as_at", [("", "As it stands now"), *moments])

    def offer(self, name: str, choices: list[tuple[str, str]]) -> None:
        """Give a field its choices."""
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    def offer_codes(self, name: str, named: Named, every: str) -> None:
        """Give a field codes with their names, after the words for every one of them."""
        choices = [(code, f"{words} ({code})" if words else code) for code, words in named.items()]
        self.offer(name, [("", every), *sorted(choices, key=lambda pair: pair[1].casefold())])


class FlowsFilter(PlaceFilter):
    """Whose activity, when, and how it is split."""

    provider = forms.ChoiceField(label="Provider", required=False)
    service = forms.ChoiceField(label="Service line", required=False)
    crg = forms.ChoiceField(label="Clinical reference group", required=False)
    icb = forms.ChoiceField(label="Patients' ICB", required=False)
    pod = forms.ChoiceField(label="Point of delivery", required=False)

    def __init__(self, *args: Any, names: Mapping[str, Named], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, every in (
            ("provider", "Every provider"),
            ("service", "Every service line"),
            ("crg", "Every group"),
            ("icb", "Wherever patients live"),
            ("pod", "Every point of delivery"),
        ):
            self.offer_codes(name, names[name], every)
        months = [(month, month_words(month)) for month in names["month"]]
        for name in ("from", "to"):
            self.offer(name, months)


# `from` is a word of the language, so these fields cannot be written as attributes.
FlowsFilter.base_fields["from"] = forms.ChoiceField(label="From")
FlowsFilter.base_fields["to"] = forms.ChoiceField(label="To")


class SplitFilter(FlowsFilter):
    """Flows split by one thing."""

    by = forms.ChoiceField(label="Split by", choices=list(BY.items()))


class ChangesFilter(FlowsFilter):
    """Flows of two periods, split by one thing."""

    measure = forms.ChoiceField(label="Which flow", choices=list(MEASURES.items()))
    by = forms.ChoiceField(
        label="Split by",
        choices=[(key, words) for key, words in BY.items() if key != "month"],
    )


class ContractFilter(PlaceFilter):
    """Whose contracts, to which month, and how they are split."""

    to = forms.ChoiceField(label="Year to")
    by = forms.ChoiceField(label="Split by", choices=list(CONTRACT_BY.items()))
    provider = forms.ChoiceField(label="Provider", required=False)
    service = forms.ChoiceField(label="Service line", required=False)
    plan = forms.ChoiceField(label="Plan from", choices=list(PLANS.items()), required=False)

    def __init__(
        self,
        *args: Any,
        names: Mapping[str, Named],
        months: Sequence[tuple[str, str]],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.offer("to", list(months))
        self.offer_codes("provider", names["provider"], "Every provider")
        self.offer_codes("service", names["service"], "Every service line")


class RowsFilter(PlaceFilter):
    """Which slice to look into, and which of its rows."""

    dataset = forms.ChoiceField(label="Data set")
    provider = forms.ChoiceField(label="Provider")
    month = forms.ChoiceField(label="Month")
    service = forms.ChoiceField(label="Service line", required=False)
    differs = forms.ChoiceField(
        label="Which rows",
        choices=[("", "All rows"), ("yes", "Sent and derived commissioner differ")],
        required=False,
    )

    def __init__(
        self,
        *args: Any,
        names: Mapping[str, Named],
        datasets: Mapping[str, str],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.offer("dataset", list(datasets.items()))
        named = [(c, f"{words} ({c})" if words else c) for c, words in names["provider"].items()]
        self.offer("provider", [("", "Choose a provider"), *sorted(named, key=lambda p: p[1])])
        self.offer("month", [(month, month_words(month)) for month in names["month"]])
        self.offer_codes("service", names["service"], "Every service line")


class MapFilter(FlowsFilter):
    """One flow over some months, by where patients live."""

    measure = forms.ChoiceField(label="Which flow", choices=list(MEASURES.items()))
