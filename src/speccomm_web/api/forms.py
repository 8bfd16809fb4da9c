"""The parameters of the questions of figures and runs, by shape only."""

from __future__ import annotations

from django import forms

from speccomm_web.runs.interface.parameters import CODE, MONTH, Paged, Whole, Written

SPLITS = ("crg", "provider", "icb", "service", "pod", "month")


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
