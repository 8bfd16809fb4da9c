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

REASONS = (
    ("duplicate", "Duplicate"), ("wrong_commissioner", "Wrong commissioner"),
    ("wrong_service", "Wrong service"), ("price", "Price"), ("other", "Other"),
)  # fmt: skip
OUTCOMES = (
    ("upheld", "Upheld: the provider gives up the money"), ("partly", "Partly upheld"),
    ("rejected", "Rejected: the money stands"),
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


class WithdrawForm(forms.Form):
    """Why a load is withdrawn."""

    reason = forms.CharField(
        label="Why it is withdrawn", max_length=300, widget=forms.Textarea,
        help_text="Kept with the load for good. Name no patient.",
        error_messages={"required": "Say why it is withdrawn."},
    )  # fmt: skip


class MessagesFilter(forms.Form):
    """Which messages of the mailbox to list."""

    show = forms.ChoiceField(
        label="Messages", required=False,
        choices=[("", "Every message"), ("waiting", "Waiting for a decision")],
    )  # fmt: skip


class DiscardForm(forms.Form):
    """Why a message is discarded."""

    reason = forms.CharField(
        label="Why it is discarded", max_length=300, widget=forms.Textarea,
        help_text="Kept with the message for good. Name no patient.",
        error_messages={"required": "Say why it is discarded."},
    )  # fmt: skip


class DifferenceForm(forms.Form):
    """Two versions of a slice to compare."""

    first = forms.ChoiceField(label="From version")
    second = forms.ChoiceField(label="To version")

    def __init__(self, *args: Any, versions: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            assert isinstance(field, forms.ChoiceField)
            field.choices = versions


class RowsFilter(forms.Form):
    """Which rows of a month to look at."""

    service = forms.CharField(label="Service code", required=False, max_length=20)
    pod = forms.CharField(label="Point of delivery", required=False, max_length=20)


class ChallengesFilter(forms.Form):
    """Which challenges to list."""

    stage = forms.ChoiceField(
        label="State", required=False,
        choices=[("", "Any"), ("open", "Open"), ("proposed", "Outcome proposed"),
                 ("settled", "Settled"), ("dropped", "Dropped")],
    )  # fmt: skip


class ChallengeForm(forms.Form):
    """Why a month or some of its rows are disputed."""

    commissioner = forms.ChoiceField(label="On behalf of")
    reason = forms.ChoiceField(label="What is wrong", choices=REASONS, widget=forms.RadioSelect)
    says = forms.CharField(
        label="Explain it to the provider", max_length=4000, widget=forms.Textarea,
        help_text="Both sides read this. Name no patient.",
        error_messages={"required": "Explain what is wrong."},
    )  # fmt: skip
    at_stake_gbp = forms.DecimalField(
        label="Money at stake, in pounds", required=False, min_value=0, max_digits=14,
        decimal_places=2, widget=forms.TextInput(attrs={"inputmode": "decimal"}),
        help_text="Of chosen rows it is the sum of their prices.",
    )  # fmt: skip

    def __init__(
        self, *args: Any, bodies: list[tuple[str, str]], rows: bool, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["commissioner"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = bodies
        if rows:
            del self.fields["at_stake_gbp"]


class StepForm(forms.Form):
    """Which version of the challenge a step answers."""

    version = forms.IntegerField(widget=forms.HiddenInput)


class ReplyForm(StepForm):
    """What one side says."""

    words = forms.CharField(
        label="Reply", max_length=4000, widget=forms.Textarea,
        help_text="Both sides read this. Name no patient.",
        error_messages={"required": "Write a reply."},
    )  # fmt: skip


class ProposalForm(StepForm):
    """An outcome for the other side to agree."""

    outcome = forms.ChoiceField(
        label="Outcome", choices=OUTCOMES, widget=forms.RadioSelect,
        error_messages={"required": "Choose an outcome."},
    )  # fmt: skip
    gbp = forms.DecimalField(
        label="Money the provider gives up, in pounds", required=False, min_value=0, max_digits=14,
        decimal_places=2, widget=forms.TextInput(attrs={"inputmode": "decimal"}),
        help_text="Only where it is partly upheld.",
    )  # fmt: skip
    words = forms.CharField(label="Why", max_length=4000, required=False, widget=forms.Textarea)
